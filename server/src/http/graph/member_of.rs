//! `memberOf` and `transitiveMemberOf`: which groups an object is in. The rules are in `directory::member_of`.

use super::{
    casts,
    contacts::CONTACTS,
    devices::DEVICES,
    groups::GROUPS,
    me::{ME, Me},
    service_principals::SERVICE_PRINCIPALS,
    shapes::{ObjectKey, Objects, Related},
    users::USERS,
};
use crate::{
    directory::{member_of, navigation::Navigation},
    http::{contract::schemas::DirectoryObjectCollection, extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{
            LIST_GROUP_MEMBER_OF, LIST_GROUP_TRANSITIVE_MEMBER_OF, LIST_MY_MEMBER_OF,
            LIST_MY_TRANSITIVE_MEMBER_OF, LIST_ORG_CONTACT_MEMBER_OF, LIST_USER_MEMBER_OF,
            LIST_USER_TRANSITIVE_MEMBER_OF, READ_APPLICATION, READ_DEVICE,
        },
    },
    odata::reference::Key,
};

/// What the descriptions of all of them say.
const LEFT_OUT: &str = "A group with hidden membership is left out without `Member.Read.Hidden`, the signed-in user's own too, \
                        and so is what follows only from a membership in it.";

const fn direct<K: ObjectKey>(of: &'static Objects, navigation: &'static Navigation<K::Key>) -> Related<K> {
    Related {
        of,
        name: "memberships",
        page: "memberof",
        one: "a membership",
        tag: TAG,
        examples: EXAMPLES,
        navigation,
    }
}

const fn transitive<K: ObjectKey>(
    of: &'static Objects,
    navigation: &'static Navigation<K::Key>,
) -> Related<K> {
    Related { name: "transitive memberships", page: "transitivememberof", ..direct(of, navigation) }
}

const TAG: &str = "memberships";

const EXAMPLES: &[(ObjectKind, &str, &str)] =
    &[(ObjectKind::Group, "5a3e0000-0000-4000-8000-000000000201", "Readers")];

/// The operations of the objects at a path, whose ids end so.
macro_rules! operations {
    ($key:ty, $of:ident, $path:literal, $id:literal, [$direct:ident, $transitive:ident], [$need:ident, $transitive_need:ident]) => {{
        let direct = direct::<$key>(&$of, &member_of::$direct);
        let transitive = transitive::<$key>(&$of, &member_of::$transitive);
        let group = &[ObjectKind::Group];
        let (path, id) = (concat!($path, "/memberOf"), concat!($id, "_member_of"));
        let casts = casts::of(&direct, group, path, id, &$need);
        let (path, id) = (concat!($path, "/transitiveMemberOf"), concat!($id, "_transitive_member_of"));
        let transitive_casts = casts::of(&transitive, group, path, id, &$transitive_need);
        let whole = [
            direct.list::<DirectoryObjectCollection>(
                concat!($path, "/memberOf"),
                concat!("list_", $id, "_member_of"),
                &$need,
            ),
            direct.count(concat!($path, "/memberOf/$count"), concat!("count_", $id, "_member_of"), &$need),
            transitive.list::<DirectoryObjectCollection>(
                concat!($path, "/transitiveMemberOf"),
                concat!("list_", $id, "_transitive_member_of"),
                &$transitive_need,
            ),
            transitive.count(
                concat!($path, "/transitiveMemberOf/$count"),
                concat!("count_", $id, "_transitive_member_of"),
                &$transitive_need,
            ),
        ];
        whole.into_iter().chain(casts).chain(transitive_casts)
    }};
}

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        operations!(
            Key,
            USERS,
            "/users/{id}",
            "user",
            [OF_USER, TRANSITIVELY_OF_USER],
            [LIST_USER_MEMBER_OF, LIST_USER_TRANSITIVE_MEMBER_OF]
        ),
        operations!(
            Me,
            ME,
            "/me",
            "my",
            [OF_USER, TRANSITIVELY_OF_USER],
            [LIST_MY_MEMBER_OF, LIST_MY_TRANSITIVE_MEMBER_OF]
        ),
        operations!(
            IdKey,
            GROUPS,
            "/groups/{id}",
            "group",
            [OF_GROUP, TRANSITIVELY_OF_GROUP],
            [LIST_GROUP_MEMBER_OF, LIST_GROUP_TRANSITIVE_MEMBER_OF]
        ),
        operations!(
            IdKey,
            DEVICES,
            "/devices/{id}",
            "device",
            [OF_DEVICE, TRANSITIVELY_OF_DEVICE],
            [READ_DEVICE, READ_DEVICE]
        ),
        operations!(
            IdKey,
            SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "service_principal",
            [OF_SERVICE_PRINCIPAL, TRANSITIVELY_OF_SERVICE_PRINCIPAL],
            [READ_APPLICATION, READ_APPLICATION]
        ),
        operations!(
            IdKey,
            CONTACTS,
            "/contacts/{id}",
            "contact",
            [OF_ORG_CONTACT, TRANSITIVELY_OF_ORG_CONTACT],
            [LIST_ORG_CONTACT_MEMBER_OF, LIST_ORG_CONTACT_MEMBER_OF]
        ),
    ];
    operations.into_iter().flatten().map(|operation| operation.description(LEFT_OUT)).collect()
}
