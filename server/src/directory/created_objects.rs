//! What users and service principals have created. Of what administrators create nothing is noted, as in Graph.

use super::{Error, follows::Follows, lookup, navigation::Navigation, users};
use crate::{
    model::{
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{Grants, LIST_CREATED_OBJECTS},
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

/// Notes who created an object, unless that is nobody of the directory, or an administrator.
pub(super) fn note(tx: &WriteTx<'_>, by: &Grants, created: &Object) -> Result<(), Error> {
    let Some(id) = by.principal.id() else { return Ok(()) };
    let Some(creator) = objects::find(tx, id)? else { return Ok(()) };
    if roles_of(tx, &creator)?.is_empty() {
        CREATORS.insert(tx, created, &creator)?;
    }
    Ok(())
}
