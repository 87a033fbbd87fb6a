//! Who may be in an administrative unit, and who sees that. What is in a group that is in a unit isn't in the unit by that.

use super::{
    Error, Policy, Refusal,
    access::may_see_members,
    administrative_units::find,
    follows::Follows,
    lookup,
    navigation::Navigation,
    objects::{relate, unrelate},
};
use crate::{
    model::{kinds::UnitTraits, navigation::NavigationProperty, permissions::Grants},
    odata::reference::{Key, Reference},
    store::{WriteTx, relations},
};

/// The members of a unit.
pub static MEMBERS: Navigation<Key> = Navigation {
    follows: Follows::of(NavigationProperty::Members),
    source: |tx, by, key| {
        let unit = find(tx, key)?;
        may_see_members(by, unit.traits)?;
        Ok(unit)
    },
};

/// Puts an object into a unit, and records the change.
pub fn add(tx: &WriteTx<'_>, _: Policy, _: &Grants, key: &Key, reference: &Reference) -> Result<(), Error> {
    let unit = find(tx, key)?;
    let member = lookup::resolve(tx, reference)?;
    if !UnitTraits::may_contain(member.traits) {
        return Err(Refusal::NoUnitMember(member.traits).into());
    }
    relate(tx, &relations::MEMBERS, &unit, &member)
}

/// Takes an object out of a unit, and records the change.
pub fn remove(
    tx: &WriteTx<'_>,
    _: Policy,
    _: &Grants,
    key: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let unit = find(tx, key)?;
    unrelate(tx, &relations::MEMBERS, (&unit, key), reference).map(drop)
}
