//! `memberOf` and `transitiveMemberOf`: which groups, administrative units and directory roles an object is in. The rules are in `directory::member_of`.

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
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{
            CHECK_SERVICE_PRINCIPAL, LIST_GROUP_MEMBER_OF, LIST_GROUP_TRANSITIVE_MEMBER_OF,
            LIST_MY_MEMBER_OF, LIST_MY_TRANSITIVE_MEMBER_OF, LIST_ORG_CONTACT_MEMBER_OF, LIST_USER_MEMBER_OF,
            LIST_USER_TRANSITIVE_MEMBER_OF, Need, READ_APPLICATION, READ_DEVICE,
        },
    },
    odata::reference::Key,
};

/// What the descriptions of all of them say.
const LEFT_OUT: &str = "What is in a group isn't in the administrative units that the group is in. A group or unit with hidden membership is left out without `Member.Read.Hidden`, the signed-in user's own too, \
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

/// A navigation property, and what reading it needs.
type Readable<K> = (&'static Navigation<<K as ObjectKey>::Key>, &'static Need);

/// What memberships can be cast to, and those of objects whose directory roles Graph lists by themselves. Groups aren't among these, though
/// they hold roles.
const CONTAINERS: &[ObjectKind] = &[ObjectKind::Group, ObjectKind::AdministrativeUnit];
const CONTAINERS_AND_ROLES: &[ObjectKind] =
    &[ObjectKind::Group, ObjectKind::AdministrativeUnit, ObjectKind::DirectoryRole];

/// The operations of the objects at a path, whose ids have this noun.
fn operations_of<K: ObjectKey>(
    of: &'static Objects,
    path: &str,
    noun: &str,
    containers: &[ObjectKind],
    (member_of, need): Readable<K>,
    (transitive_member_of, transitive_need): Readable<K>,
) -> Vec<Operation> {
    let (at, id) = (format!("{path}/memberOf"), format!("{noun}_member_of"));
    let direct = casts::with_collection(&direct::<K>(of, member_of), containers, &at, &id, need);
    let (at, id) = (format!("{path}/transitiveMemberOf"), format!("{noun}_transitive_member_of"));
    let transitive = transitive::<K>(of, transitive_member_of);
    let transitive = casts::with_collection(&transitive, containers, &at, &id, transitive_need);
    direct.into_iter().chain(transitive).collect()
}

pub(super) fn operations() -> Vec<Operation> {
    let operations = [
        operations_of::<Key>(
            &USERS,
            "/users/{id}",
            "user",
            CONTAINERS_AND_ROLES,
            (&member_of::OF_USER, &LIST_USER_MEMBER_OF),
            (&member_of::TRANSITIVELY_OF_USER, &LIST_USER_TRANSITIVE_MEMBER_OF),
        ),
        operations_of::<Me>(
            &ME,
            "/me",
            "my",
            CONTAINERS_AND_ROLES,
            (&member_of::OF_USER, &LIST_MY_MEMBER_OF),
            (&member_of::TRANSITIVELY_OF_USER, &LIST_MY_TRANSITIVE_MEMBER_OF),
        ),
        operations_of::<IdKey>(
            &GROUPS,
            "/groups/{id}",
            "group",
            CONTAINERS,
            (&member_of::OF_GROUP, &LIST_GROUP_MEMBER_OF),
            (&member_of::TRANSITIVELY_OF_GROUP, &LIST_GROUP_TRANSITIVE_MEMBER_OF),
        ),
        operations_of::<IdKey>(
            &DEVICES,
            "/devices/{id}",
            "device",
            CONTAINERS,
            (&member_of::OF_DEVICE, &READ_DEVICE),
            (&member_of::TRANSITIVELY_OF_DEVICE, &READ_DEVICE),
        ),
        operations_of::<IdKey>(
            &SERVICE_PRINCIPALS,
            "/servicePrincipals/{id}",
            "service_principal",
            CONTAINERS_AND_ROLES,
            (&member_of::OF_SERVICE_PRINCIPAL, &READ_APPLICATION),
            (&member_of::TRANSITIVELY_OF_SERVICE_PRINCIPAL, &CHECK_SERVICE_PRINCIPAL),
        ),
        operations_of::<IdKey>(
            &CONTACTS,
            "/contacts/{id}",
            "contact",
            CONTAINERS,
            (&member_of::OF_ORG_CONTACT, &LIST_ORG_CONTACT_MEMBER_OF),
            (&member_of::TRANSITIVELY_OF_ORG_CONTACT, &LIST_ORG_CONTACT_MEMBER_OF),
        ),
    ];
    operations.into_iter().flatten().map(|operation| operation.description(LEFT_OUT)).collect()
}
