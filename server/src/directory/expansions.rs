//! `$expand`: objects with the first of those that are related to them. It shows no more than the list of those does, and asks for
//! the same permissions and rights. On a page, a group whose members the caller may not see seems to have none: so what is told of others
//! doesn't fail.

use super::{
    Error, Found, Refusal,
    access::{check_listed, may_see_members},
    follows::Follows,
    rights,
};
use crate::{
    model::{
        ENTITIES, entity,
        kinds::ObjectKind,
        permissions::{Grants, Need, Reach},
        values::Document,
    },
    odata::listing::{Expansion, Listing},
    store::{
        self, ReadTx,
        objects::{self, MAX_PAGE_BYTES, Object},
    },
};
use std::collections::HashSet;

/// Related objects that are shown with an object at most.
pub const MOST: usize = 20;

/// An object with what is related to it.
pub fn of_one(
    tx: &ReadTx<'_>,
    by: &Grants,
    expansion: Option<&Expansion>,
    found: Found,
) -> Result<Found, Error> {
    let Some(expansion) = expansion else { return Ok(found) };
    let need = need(found.kind, expansion)?;
    if !need.covers(by, found.id) {
        return Err(Refusal::lacks(need, by).into());
    }
    rights::may_follow(by, need, found.id)?;
    let listing = listing(by, expansion)?;
    let object = objects::find(tx, found.id)?.ok_or(store::Error::Corrupt("an object that was there"))?;
    may_follow(by, expansion, &object)?;
    let related = first(tx, by, expansion, &listing, &object)?;
    Ok(Found { expanded: Some(related), ..found })
}

/// What is related to each object of a page of this kind, which is cut short where it becomes too large.
pub(super) fn of_page(
    tx: &ReadTx<'_>,
    by: &Grants,
    kind: ObjectKind,
    expansion: &Expansion,
    page: &mut objects::Page,
) -> Result<Vec<Vec<Found>>, Error> {
    let need = need(kind, expansion)?;
    if need.reach(by) != Some(Reach::Any) {
        return Err(Refusal::lacks(need, by).into());
    }
    rights::may(by, need)?;
    let listing = listing(by, expansion)?;
    let (mut bytes, mut expanded) = (0, Vec::with_capacity(page.objects.len()));
    for (object, document) in &page.objects {
        let related = match may_follow(by, expansion, object) {
            Ok(()) => first(tx, by, expansion, &listing, object)?,
            Err(_) => Vec::new(),
        };
        let documents = related.iter().filter_map(|found| found.document.as_ref());
        bytes += document.size() + documents.map(Document::size).sum::<usize>();
        expanded.push(related);
        if bytes > MAX_PAGE_BYTES {
            break;
        }
    }
    page.cut(expanded.len());
    Ok(expanded)
}

/// What listing the related objects needs.
fn need(kind: ObjectKind, expansion: &Expansion) -> Result<&'static Need, Error> {
    let need = entity(kind).need_to_follow(expansion.property);
    Ok(need.ok_or(Refusal::NotPermitted)?)
}

/// What is asked of the related objects, where the caller may ask it.
fn listing(by: &Grants, expansion: &Expansion) -> Result<Listing, Refusal> {
    let listing = Listing { select: expansion.select.clone(), limit: MOST, ..Listing::default() };
    check_listed(by, &ENTITIES, &listing)?;
    Ok(listing)
}

/// Refuses to show who is in an object that hides it from the caller.
fn may_follow(by: &Grants, expansion: &Expansion, object: &Object) -> Result<(), Refusal> {
    if expansion.property.tells_members() { may_see_members(by, object.traits) } else { Ok(()) }
}

/// The objects to which a navigation property leads: the first of them, or each that the one before leads to.
fn first(
    tx: &ReadTx<'_>,
    by: &Grants,
    expansion: &Expansion,
    listing: &Listing,
    object: &Object,
) -> Result<Vec<Found>, Error> {
    if expansion.property.is_single() {
        return chain(tx, by, expansion, listing, *object);
    }
    let page = Follows::of(expansion.property).page(tx, by, object, listing)?;
    Ok(page.objects.into_iter().map(|row| Found::where_readable(by, row)).collect())
}

/// The object to which a navigation property leads, that to which this leads, and so on: for so many levels, as far as the caller may
/// follow it. It ends with the first that was there before, such as the object that it began with.
fn chain(
    tx: &ReadTx<'_>,
    by: &Grants,
    expansion: &Expansion,
    listing: &Listing,
    mut object: Object,
) -> Result<Vec<Found>, Error> {
    let levels = expansion.levels.unwrap_or(1);
    let may_follow = |object: &Object| {
        let need = entity(object.kind()).need_to_follow(expansion.property);
        need.is_some_and(|need| need.covers(by, object.id) && rights::may_follow(by, need, object.id).is_ok())
    };
    let (mut chain, mut bytes, mut seen) = (Vec::new(), 0, HashSet::from([object.row]));
    while chain.len() < levels && may_follow(&object) {
        let page = Follows::of(expansion.property).page(tx, by, &object, listing)?;
        let Some((next, document)) = page.objects.into_iter().next() else { break };
        bytes += document.size();
        if bytes > MAX_PAGE_BYTES {
            return Err(Refusal::ResultTooLarge.into());
        }
        chain.push(Found::where_readable(by, (next, document)));
        if !seen.insert(next.row) {
            break;
        }
        object = next;
    }
    Ok(chain)
}
