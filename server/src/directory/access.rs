//! Which properties a caller may name: to read them, to ask for them, to set and to change them; and whose members it may see. It is
//! asked before anything that was looked up counts, so that the answer tells nothing of the directory.

use super::Refusal;
use crate::{
    model::{
        kinds::ObjectTraits,
        permissions::{Access, Grants, Missing, READ_HIDDEN_MEMBERS, Reach},
        properties::{Entity, Property},
    },
    odata::listing::Listing,
};

/// Refuses names of properties of these entities that need a permission which the caller lacks.
pub(super) fn may_name<'n>(
    by: &Grants,
    entities: &[&Entity],
    access: Access,
    names: impl IntoIterator<Item = &'n String>,
) -> Result<(), Refusal> {
    let named = |name: &'n String| entities.iter().filter_map(move |entity| entity.property(name));
    may_access(by, access, names.into_iter().flat_map(named))
}

/// Refuses what tells values of properties that the caller may not read.
pub(super) fn may_read<'p>(
    by: &Grants,
    properties: impl Iterator<Item = &'p Property>,
) -> Result<(), Refusal> {
    may_access(by, Access::Read, properties)
}

fn may_access<'p>(
    by: &Grants,
    access: Access,
    properties: impl Iterator<Item = &'p Property>,
) -> Result<(), Refusal> {
    let needs = properties.filter_map(|property| property.needs.of(access));
    let lacking = needs.filter(|need| need.reach(by) != Some(Reach::Any));
    match lacking.map(|need| need.missing(by)).reduce(Missing::and) {
        Some(missing) => Err(Refusal::Lacks(missing)),
        None => Ok(()),
    }
}

/// Refuses names in a `$select` of what the caller may not read.
pub(super) fn may_select(
    by: &Grants,
    entities: &[&Entity],
    select: Option<&[String]>,
) -> Result<(), Refusal> {
    may_name(by, entities, Access::Read, select.unwrap_or_default())
}

/// Refuses the same, and names of properties that a list of these entities can't show: another service holds them.
pub(super) fn check_listed(by: &Grants, entities: &[&Entity], listing: &Listing) -> Result<(), Refusal> {
    let select = listing.select.as_deref();
    may_select(by, entities, select)?;
    let elsewhere = |name: &String| entities.iter().any(|entity| entity.is_from_other_service(name));
    if select.unwrap_or_default().iter().any(elsewhere) { Err(Refusal::NotInLists) } else { Ok(()) }
}

/// Refuses to show who is in an object that hides it from the caller.
pub(super) fn may_see_members(by: &Grants, of: ObjectTraits) -> Result<(), Refusal> {
    let may = of.hidden_membership() != Some(true) || by.show_hidden_members();
    may.then_some(()).ok_or_else(|| Refusal::lacks(&READ_HIDDEN_MEMBERS, by))
}
