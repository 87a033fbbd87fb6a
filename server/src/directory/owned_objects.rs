//! What users and service principals own: groups, applications and service principals.

use super::{follows::Follows, lookup, navigation::Navigation, users};
use crate::{
    model::{kinds::ObjectKind, navigation::NavigationProperty, permissions::LIST_OWNED_OBJECTS},
    odata::reference::Key,
};

const OWNED: Follows = Follows::of(NavigationProperty::OwnedObjects);

/// What a user owns.
pub static OF_USER: Navigation<Key> =
    Navigation { follows: OWNED, source: |tx, by, key| users::find(tx, by, &LIST_OWNED_OBJECTS, key) };

/// What a service principal owns.
pub static OF_SERVICE_PRINCIPAL: Navigation<Key> = Navigation {
    follows: OWNED,
    source: |tx, _, key| lookup::of_kind(tx, ObjectKind::ServicePrincipal, key),
};
