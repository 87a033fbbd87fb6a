//! What users and service principals have created. Of what administrators create nothing is noted, as in Graph, but for what they own by it.

use super::{Error, follows::Follows, lookup, navigation::Navigation, rights, users};
use crate::{
    model::{
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{Grants, LIST_CREATED_OBJECTS, WRITE_APPLICATION},
    },
    odata::reference::Key,
    store::{
        WriteTx,
        objects::{self, Object},
        relations::CREATORS,
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

/// Notes who created an object, unless that is nobody of the directory, or an administrator who doesn't own the object by it.
pub(super) fn note(tx: &WriteTx<'_>, by: &Grants, created: &Object) -> Result<(), Error> {
    let Some(id) = by.principal.id() else { return Ok(()) };
    let Some(creator) = objects::find(tx, id)? else { return Ok(()) };
    if owns_by_creation(by, created) || roles_of(tx, &creator)?.is_empty() {
        CREATORS.insert(tx, created, &creator)?;
    }
    Ok(())
}

/// Whether a user owns what it created where roles are enforced, and what is noted here is all that tells so: an application that no
/// role lets it change.
fn owns_by_creation(by: &Grants, created: &Object) -> bool {
    created.kind() == ObjectKind::Application
        && by.standing.is_some()
        && !rights::holds_role_for(by, &WRITE_APPLICATION, created.traits)
}
