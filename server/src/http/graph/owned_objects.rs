//! `/users/{id}/ownedObjects`: what users and service principals own. The rules are in `directory::owned_objects`.

use super::{
    casts::Collection,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    users::USERS,
};
use crate::{
    directory::owned_objects::{OF_SERVICE_PRINCIPAL, OF_USER},
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_MY_OWNED_OBJECTS, LIST_OWNED_OBJECTS, READ_APPLICATION},
    },
    odata::reference::Key,
};

static OWNED_OBJECTS: Collection = Collection {
    segment: ("ownedObjects", "owned_objects"),
    name: "owned objects",
    page: "ownedobjects",
    one: "an owned object",
    tag: "ownerships",
    examples: &[(ObjectKind::Group, "5a3e0000-0000-4000-8000-000000000201", "Readers")],
    kinds: &[ObjectKind::Application, ObjectKind::Group, ObjectKind::ServicePrincipal],
};

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        OWNED_OBJECTS.of::<Key>(&USERS, ("/users/{id}", "user"), &OF_USER, &LIST_OWNED_OBJECTS),
        OWNED_OBJECTS.of::<Me>(&ME, ("/me", "my"), &OF_USER, &LIST_MY_OWNED_OBJECTS),
        OWNED_OBJECTS.of::<IdKey>(
            &SERVICE_PRINCIPALS,
            ("/servicePrincipals/{id}", "service_principal"),
            &OF_SERVICE_PRINCIPAL,
            &READ_APPLICATION,
        ),
    ];
    let described = |operation: Operation| {
        operation.description("Groups, applications and service principals have owners.")
    };
    operations.into_iter().flatten().map(described).collect()
}
