//! Who owns an application or a service principal: users and service principals, at most a hundred. The last one can go too.

use super::{
    Error, Found, Refusal,
    follows::Follows,
    lookup,
    navigation::Navigation,
    objects::{related, unrelate},
    owners, rights,
};
use crate::{
    model::{
        ids::{AsWritten, ObjectId},
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{
            ADD_APPLICATION_OWNER, ADD_SERVICE_PRINCIPAL_OWNER, Grants, Need, REMOVE_APPLICATION_OWNER,
        },
    },
    odata::reference::{Key, Reference},
    store::{ReadTx, WriteTx, objects::Object, relations},
};

/// The owners of an application.
pub static OF_APPLICATION: Navigation<Key> = Navigation {
    follows: Follows::of(NavigationProperty::Owners),
    source: |tx, _, key| lookup::of_kind(tx, ObjectKind::Application, key),
};

/// The owners of a service principal.
pub static OF_SERVICE_PRINCIPAL: Navigation<Key> = Navigation {
    follows: Follows::of(NavigationProperty::Owners),
    source: |tx, _, key| lookup::of_kind(tx, ObjectKind::ServicePrincipal, key),
};

/// The owner of such an object with this id.
pub fn find(
    tx: &ReadTx<'_>,
    (kind, key): (ObjectKind, &Key),
    owner: &AsWritten<ObjectId>,
) -> Result<Found, Error> {
    related(tx, &relations::OWNERS, &lookup::of_kind(tx, kind, key)?, owner)
}

/// Makes an object an owner, and records the change.
pub fn add(
    tx: &WriteTx<'_>,
    by: &Grants,
    (kind, key): (ObjectKind, &Key),
    reference: &Reference,
) -> Result<(), Error> {
    let need = match kind {
        ObjectKind::Application => &ADD_APPLICATION_OWNER,
        _ => &ADD_SERVICE_PRINCIPAL_OWNER,
    };
    let owned = lookup::of_kind(tx, kind, key)?;
    rights::may_reach(tx, by, need, &owned)?;
    let owner = lookup::resolve(tx, reference)?;
    owners::may_own(&owner)?;
    owners::own(tx, &owned, &owner)?;
    owners::check_quota(tx, &owned)
}

/// Ends an ownership, and records the change.
pub fn remove(
    tx: &WriteTx<'_>,
    by: &Grants,
    (kind, key): (ObjectKind, &Key),
    reference: &Reference,
) -> Result<(), Error> {
    let owned = lookup::of_kind(tx, kind, key)?;
    rights::may_reach(tx, by, &REMOVE_APPLICATION_OWNER, &owned)?;
    unrelate(tx, &relations::OWNERS, (&owned, key), reference).map(drop)
}

/// The first owners of an object that is to be created: those that a body names, each once. `need` is what adding them later needs.
pub(super) fn named(
    tx: &ReadTx<'_>,
    by: &Grants,
    need: &Need,
    references: &[Reference],
) -> Result<Vec<Object>, Error> {
    let named = match need.reach(by) {
        Some(_) => lookup::resolve_all(tx, references)?,
        None => lookup::resolve_readable(tx, by, need, references)?,
    };
    named.iter().try_for_each(owners::may_own)?;
    match lookup::named_again(&named) {
        Some(_) => Err(Refusal::OwnerTwice.into()),
        None => Ok(named),
    }
}

/// Makes them the owners of what was created, besides its creator.
pub(super) fn bind(tx: &WriteTx<'_>, created: &Object, named: &[Object]) -> Result<(), Error> {
    for owner in named {
        // The creator may be named too.
        relations::OWNERS.insert(tx, created, owner)?;
    }
    Ok(())
}
