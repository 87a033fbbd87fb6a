//! To whom a directory role is assigned, and who sees that. Who is in a group that holds a role holds it too.

use super::{
    Error, Policy, Refusal, directory_roles::find, follows::Follows, lookup, navigation::Navigation,
    objects::relate,
};
use crate::{
    model::{navigation::NavigationProperty, permissions::Grants},
    odata::reference::{Key, Reference},
    store::{
        WriteTx,
        relations::{self, Remove},
    },
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

/// Takes a role away from an object, and records the change. An object that doesn't hold it is reported by the role's id, as of groups.
pub fn remove(
    tx: &WriteTx<'_>,
    _: Policy,
    _: &Grants,
    key: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let role = find(tx, key)?;
    let absent = || Refusal::NotFound(key.text().into());
    let member = lookup::find(tx, reference)?.ok_or_else(absent)?;
    match relations::MEMBERS.remove(tx, &role, &member)? {
        Remove::Gone => Ok(()),
        Remove::NotThere => Err(absent().into()),
    }
}
