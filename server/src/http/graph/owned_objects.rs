//! `/users/{id}/ownedObjects`: what users and service principals own. The rules are in `directory::owned_objects`.

use super::{
    casts,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    shapes::{ObjectKey, Objects, Related},
    users::USERS,
};
use crate::{
    directory::{
        navigation::Navigation,
        owned_objects::{OF_SERVICE_PRINCIPAL, OF_USER},
    },
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_MY_OWNED_OBJECTS, LIST_OWNED_OBJECTS, Need, READ_APPLICATION},
    },
    odata::reference::Key,
};

const fn owned_objects<K: ObjectKey>(
    of: &'static Objects,
    navigation: &'static Navigation<K::Key>,
) -> Related<K> {
    Related {
        of,
        name: "owned objects",
        page: "ownedobjects",
        one: "an owned object",
        tag: "ownerships",
        examples: &[(ObjectKind::Group, "5a3e0000-0000-4000-8000-000000000201", "Readers")],
        navigation,
    }
}

/// The operations of the objects at a path, whose ids have this noun.
fn operations_of<K: ObjectKey>(
    of: &'static Objects,
    path: &str,
    noun: &str,
    navigation: &'static Navigation<K::Key>,
    need: &'static Need,
) -> Vec<Operation> {
    let (at, id) = (format!("{path}/ownedObjects"), format!("{noun}_owned_objects"));
    casts::with_collection(&owned_objects::<K>(of, navigation), &[ObjectKind::Group], &at, &id, need)
}

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        operations_of::<Key>(&USERS, "/users/{id}", "user", &OF_USER, &LIST_OWNED_OBJECTS),
        operations_of::<Me>(&ME, "/me", "my", &OF_USER, &LIST_MY_OWNED_OBJECTS),
        operations_of::<IdKey>(
            &SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "service_principal",
            &OF_SERVICE_PRINCIPAL,
            &READ_APPLICATION,
        ),
    ];
    let described = |operation: Operation| operation.description("Only groups have owners here.");
    operations.into_iter().flatten().map(described).collect()
}
