//! What users and service principals have created. Of what administrators create nothing is noted, as in Graph.

use super::{Error, follows::Follows, lookup, navigation::Navigation, rights, users};
use crate::{
    model::{
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{
            Grants, LIST_CREATED_OBJECTS, Need, Principal, Reach, Standing, WRITE_APPLICATION,
            WRITE_SERVICE_PRINCIPAL,
        },
    },
    odata::reference::Key,
    store::{
        WriteTx,
        objects::{self, Object},
        relations::{CREATORS, OWNERS},
        rights::roles_of,
    },
};

const CREATED: Follows = Follows::of(NavigationProperty::CreatedObjects);

/// What a user has created.
pub static OF_USER: Navigation<Key> =
    Navigation { follows: CREATED, source: |tx, by, key| users::find(tx, by, &LIST_CREATED_OBJECTS, key) };

/// What a service principal has created.
pub static OF_SERVICE_PRINCIPAL: Navigation<Key> = Navigation {
    follows: CREATED,
    source: |tx, _, key| lookup::of_kind(tx, ObjectKind::ServicePrincipal, key),
};

/// Notes who created an object, unless that is nobody of the directory, or an administrator. Who reaches an application only as its owner owns what it creates.
pub(super) fn note(tx: &WriteTx<'_>, by: &Grants, created: &Object) -> Result<(), Error> {
    let Some(id) = by.principal.id() else { return Ok(()) };
    let Some(creator) = objects::find(tx, id)? else { return Ok(()) };
    let roles = roles_of(tx, &creator)?;
    if roles.is_empty() {
        CREATORS.insert(tx, created, &creator)?;
    }
    let by = Grants { standing: Some(Standing { is_guest: creator.is_guest, roles }), ..*by };
    if owns_by_creation(&by, created) {
        OWNERS.insert(tx, created, &creator)?;
    }
    Ok(())
}

/// Whether a caller owns what it creates: an application or a service principal, which no role lets it change, or, where it is an
/// application by itself, which it reaches only as its owner. Groups get their owners otherwise.
fn owns_by_creation(by: &Grants, created: &Object) -> bool {
    let need: &Need = match created.kind() {
        ObjectKind::Application => &WRITE_APPLICATION,
        ObjectKind::ServicePrincipal => &WRITE_SERVICE_PRINCIPAL,
        _ => return false,
    };
    match by.principal {
        Principal::User(_) => !rights::holds_role_for(by, need, created.traits),
        Principal::Application(_) => need.reach(by) == Some(Reach::Owned),
    }
}
