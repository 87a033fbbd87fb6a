//! `/users/{id}/createdObjects`: what users and service principals have created. The rules are in `directory::created_objects`.

use super::{
    casts::Collection,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    users::USERS,
};
use crate::{
    directory::created_objects::{OF_SERVICE_PRINCIPAL, OF_USER},
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_CREATED_OBJECTS, LIST_MY_CREATED_OBJECTS, READ_APPLICATION},
    },
    odata::reference::Key,
};

static CREATED_OBJECTS: Collection = Collection {
    segment: ("createdObjects", "created_objects"),
    name: "created objects",
    page: "createdobjects",
    one: "a created object",
    tag: "ownerships",
    examples: &[(ObjectKind::Group, "5a3e0000-0000-4000-8000-000000000201", "Readers")],
    kinds: &[ObjectKind::ServicePrincipal],
};

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        CREATED_OBJECTS.of::<Key>(&USERS, ("/users/{id}", "user"), &OF_USER, &LIST_CREATED_OBJECTS),
        CREATED_OBJECTS.of::<Me>(&ME, ("/me", "my"), &OF_USER, &LIST_MY_CREATED_OBJECTS),
        CREATED_OBJECTS.of::<IdKey>(
            &SERVICE_PRINCIPALS,
            ("/servicePrincipals/{id}", "service_principal"),
            &OF_SERVICE_PRINCIPAL,
            &READ_APPLICATION,
        ),
    ];
    let described = |operation: Operation| {
        operation.description("Groups, applications and service principals tell who created them. Of what administrators created, nothing is noted.")
    };
    operations.into_iter().flatten().map(described).collect()
}
