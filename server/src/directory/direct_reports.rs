//! Whom users and contacts manage.

use super::{follows::Follows, lookup, navigation::Navigation, users};
use crate::{
    model::{kinds::ObjectKind, permissions::LIST_DIRECT_REPORTS},
    odata::reference::Key,
    store::relations::{Direction, MANAGERS},
};

const REPORTS: Follows = Follows::Relation(&MANAGERS, Direction::Sources);

/// Whom a user manages.
pub static OF_USER: Navigation<Key> =
    Navigation { follows: REPORTS, source: |tx, by, key| users::find(tx, by, &LIST_DIRECT_REPORTS, key) };

/// Whom a contact manages.
pub static OF_ORG_CONTACT: Navigation<Key> =
    Navigation { follows: REPORTS, source: |tx, _, key| lookup::of_kind(tx, ObjectKind::OrgContact, key) };
