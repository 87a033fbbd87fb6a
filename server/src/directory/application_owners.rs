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
            ADD_APPLICATION_OWNER, ADD_SERVICE_PRINCIPAL_OWNER, Grants, Need, Principal,
            REMOVE_APPLICATION_OWNER, Reach, Right, Standing, WRITE_APPLICATION, WRITE_SERVICE_PRINCIPAL,
        },
    },
    odata::reference::{Key, Reference},
    store::{
        ReadTx, WriteTx,
        objects::{self, Object},
        relations,
        rights::roles_of,
    },
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
    rights::may_act(tx, by, need, &owned)?;
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
    rights::may_act(tx, by, &REMOVE_APPLICATION_OWNER, &owned)?;
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

/// Makes those that a body named owners of what was created, and the creator where that is needed to change it.
pub(super) fn bind(tx: &WriteTx<'_>, by: &Grants, created: &Object, named: Vec<Object>) -> Result<(), Error> {
    for owner in named.into_iter().chain(owner_by_creation(tx, by, created)?) {
        // The creator may be named too.
        relations::OWNERS.insert(tx, created, &owner)?;
    }
    Ok(())
}

/// The creator of an application or a service principal: a user whose roles let nobody change it, or an application that reaches only
/// what it owns.
fn owner_by_creation(tx: &ReadTx<'_>, by: &Grants, created: &Object) -> Result<Option<Object>, Error> {
    let need = match created.kind() {
        ObjectKind::Application => &WRITE_APPLICATION,
        _ => &WRITE_SERVICE_PRINCIPAL,
    };
    let creator = by.principal.id().map(|id| objects::find(tx, id)).transpose()?.flatten();
    let Some(creator) = creator else { return Ok(None) };
    let owns = match by.principal {
        Principal::User(_) => {
            let standing = Standing { is_guest: creator.is_guest, roles: roles_of(tx, &creator)? };
            let right: &Right = need.into();
            !right.is_held(standing, created.traits)
        }
        Principal::Application(_) => need.reach(by) == Some(Reach::Owned),
    };
    Ok(owns.then_some(creator))
}
