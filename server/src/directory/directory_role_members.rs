//! To whom a directory role is assigned, and who sees that. Who is in a group that holds a role holds it too.

use super::{
    Error, Policy, Refusal,
    directory_roles::find,
    follows::Follows,
    lookup,
    navigation::Navigation,
    objects::{relate, unrelate},
};
use crate::{
    model::{navigation::NavigationProperty, permissions::Grants},
    odata::reference::{Key, Reference},
    store::{WriteTx, relations},
};

/// The members of a role.
pub static MEMBERS: Navigation<Key> =
    Navigation { follows: Follows::of(NavigationProperty::Members), source: |tx, _, key| find(tx, key) };

/// Assigns a role to an object, and records the change.
pub fn add(tx: &WriteTx<'_>, _: Policy, _: &Grants, key: &Key, reference: &Reference) -> Result<(), Error> {
    let role = find(tx, key)?;
    let member = lookup::resolve(tx, reference)?;
    if !member.traits.may_hold_roles() {
        return Err(Refusal::NoRoleMember(member.traits).into());
    }
    relate(tx, &relations::MEMBERS, &role, &member)
}

/// Takes a role away from an object, and records the change.
pub fn remove(
    tx: &WriteTx<'_>,
    _: Policy,
    _: &Grants,
    key: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let role = find(tx, key)?;
    unrelate(tx, &relations::MEMBERS, (&role, key), reference).map(drop)
}
