//! Whom users and contacts manage.

use super::{follows::Follows, lookup, navigation::Navigation, users};
use crate::{
    model::{kinds::ObjectKind, navigation::NavigationProperty, permissions::LIST_DIRECT_REPORTS},
    odata::reference::Key,
};

const REPORTS: Follows = Follows::of(NavigationProperty::DirectReports);

/// Whom a user manages.
pub static OF_USER: Navigation<Key> =
    Navigation { follows: REPORTS, source: |tx, by, key| users::find(tx, by, &LIST_DIRECT_REPORTS, key) };

/// Whom a contact manages.
pub static OF_ORG_CONTACT: Navigation<Key> =
    Navigation { follows: REPORTS, source: |tx, _, key| lookup::of_kind(tx, ObjectKind::OrgContact, key) };
