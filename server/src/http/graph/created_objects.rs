//! `/users/{id}/createdObjects`: what users and service principals have created. The rules are in `directory::created_objects`.

use super::{
    casts,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    shapes::{ObjectKey, Objects, Related},
    users::USERS,
};
use crate::{
    directory::{
        created_objects::{OF_SERVICE_PRINCIPAL, OF_USER},
        navigation::Navigation,
    },
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_CREATED_OBJECTS, LIST_MY_CREATED_OBJECTS, Need, READ_APPLICATION},
    },
    odata::reference::Key,
};

const fn created_objects<K: ObjectKey>(
    of: &'static Objects,
    navigation: &'static Navigation<K::Key>,
) -> Related<K> {
    Related {
        of,
        name: "created objects",
        page: "createdobjects",
        one: "a created object",
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
    let (at, id) = (format!("{path}/createdObjects"), format!("{noun}_created_objects"));
    casts::with_collection(
        &created_objects::<K>(of, navigation),
        &[ObjectKind::ServicePrincipal],
        &at,
        &id,
        need,
    )
}

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        operations_of::<Key>(&USERS, "/users/{id}", "user", &OF_USER, &LIST_CREATED_OBJECTS),
        operations_of::<Me>(&ME, "/me", "my", &OF_USER, &LIST_MY_CREATED_OBJECTS),
        operations_of::<IdKey>(
            &SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "service_principal",
            &OF_SERVICE_PRINCIPAL,
            &READ_APPLICATION,
        ),
    ];
    let described = |operation: Operation| {
        operation.description("Groups, applications and service principals tell who created them. Of what administrators created, nothing is noted.")
    };
    operations.into_iter().flatten().map(described).collect()
}
