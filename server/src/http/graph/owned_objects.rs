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
    http::{contract::schemas::DirectoryObjectCollection, extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_MY_OWNED_OBJECTS, LIST_OWNED_OBJECTS, READ_APPLICATION},
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

/// The operations of the objects at a path, whose ids end so.
macro_rules! operations {
    ($key:ty, $of:ident, $path:literal, $id:literal, $navigation:ident, $need:ident) => {{
        let owned = owned_objects::<$key>(&$of, &$navigation);
        let (path, id) = (concat!($path, "/ownedObjects"), concat!($id, "_owned_objects"));
        let casts = casts::of(&owned, &[ObjectKind::Group], path, id, &$need);
        let whole = [
            owned.list::<DirectoryObjectCollection>(path, concat!("list_", $id, "_owned_objects"), &$need),
            owned.count(
                concat!($path, "/ownedObjects/$count"),
                concat!("count_", $id, "_owned_objects"),
                &$need,
            ),
        ];
        whole.into_iter().chain(casts)
    }};
}

pub(super) fn operations() -> Vec<Operation> {
    let of_users = operations!(Key, USERS, "/users/{id}", "user", OF_USER, LIST_OWNED_OBJECTS);
    let mine = operations!(Me, ME, "/me", "my", OF_USER, LIST_MY_OWNED_OBJECTS);
    let of_service_principals = operations!(
        IdKey,
        SERVICE_PRINCIPALS,
        "/servicePrincipals/{id}",
        "service_principal",
        OF_SERVICE_PRINCIPAL,
        READ_APPLICATION
    );
    of_users
        .chain(mine)
        .chain(of_service_principals)
        .map(|operation| operation.description("Only groups have owners here."))
        .collect()
}
