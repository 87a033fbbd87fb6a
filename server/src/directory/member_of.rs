//! Which groups, administrative units and directory roles an object is in, directly and through groups. Those that hide who is in them are left out where the caller may not
//! know that, and so is what an object is in only through them.

use super::{follows::Follows, lookup, navigation::Navigation, users};
use crate::{
    model::{
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{LIST_USER_MEMBER_OF, LIST_USER_TRANSITIVE_MEMBER_OF},
    },
    odata::reference::Key,
};

const DIRECT: Follows = Follows::of(NavigationProperty::MemberOf);
const TRANSITIVE: Follows = Follows::of(NavigationProperty::TransitiveMemberOf);

/// What a user is in.
pub static OF_USER: Navigation<Key> =
    Navigation { follows: DIRECT, source: |tx, by, key| users::find(tx, by, &LIST_USER_MEMBER_OF, key) };

/// What a user is in, be it through other groups.
pub static TRANSITIVELY_OF_USER: Navigation<Key> = Navigation {
    follows: TRANSITIVE,
    source: |tx, by, key| users::find(tx, by, &LIST_USER_TRANSITIVE_MEMBER_OF, key),
};

/// Declares what objects of a kind are in, directly and through others.
macro_rules! member_of {
    ($(#[$doc:meta])* $direct:ident, $transitive:ident, $kind:ident) => {
        $(#[$doc])*
        pub static $direct: Navigation<Key> = Navigation {
            follows: DIRECT,
            source: |tx, _, id| lookup::of_kind(tx, ObjectKind::$kind, id),
        };

        $(#[$doc])*
        ///
        /// Be it through other groups.
        pub static $transitive: Navigation<Key> =
            Navigation { follows: TRANSITIVE, ..$direct };
    };
}

member_of!(
    /// What a group is in.
    OF_GROUP, TRANSITIVELY_OF_GROUP, Group
);
member_of!(
    /// What a device is in.
    OF_DEVICE, TRANSITIVELY_OF_DEVICE, Device
);
member_of!(
    /// What a service principal is in.
    OF_SERVICE_PRINCIPAL, TRANSITIVELY_OF_SERVICE_PRINCIPAL, ServicePrincipal
);
member_of!(
    /// What a contact is in.
    OF_ORG_CONTACT, TRANSITIVELY_OF_ORG_CONTACT, OrgContact
);
