//! Objects that satisfy a condition: which there are, how many, and pages of them in any order. What a condition means is said by
//! `model/condition.rs`; every answer here is what that says of each object in the snapshot. The index only finds them sooner.

use super::{
    Error, ReadTx, changes,
    conditions::Finder,
    counts,
    documents::{DocumentReader, Loaded},
    index::{Fault, View},
    objects::{self, Container, Page, RowNumber},
    orders::{self, Place, Sorting},
    rows::Rows,
};
use crate::{
    model::{
        condition::{Order, Selection},
        entity,
    },
    odata::listing::{Cursor, Listing},
};
use std::time::Duration;

/// Objects that have changed since the index was written, above which a read waits for it, and how long at most.
const MANY_CHANGED: u64 = 2_000;
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The documents of hardly any object are smaller.
const LEAST_BYTES: usize = 256;

/// The objects that satisfy a selection.
pub fn select(tx: &ReadTx<'_>, selection: &Selection) -> Result<Rows, Error> {
    match find(tx, selection)? {
        Some(found) => Ok(found),
        None => scan(tx, Container::Directory, selection, |_| {}),
    }
}

/// How many objects satisfy a selection.
pub fn count(tx: &ReadTx<'_>, selection: &Selection) -> Result<u64, Error> {
    Ok(select(tx, selection)?.len())
}

/// A page of the objects that satisfy a selection, as [`page_of`] gives it, and how many of them there are.
pub fn page(
    tx: &ReadTx<'_>,
    selection: &Selection,
    order: Option<&Order>,
    listing: &Listing,
) -> Result<(Page, u64), Error> {
    match find(tx, selection)? {
        Some(found) => Ok((page_of(tx, &found, selection, order, listing)?, found.len())),
        None => scan_page(tx, Container::Directory, selection, order, listing),
    }
}

/// The same of objects in a container, without the index.
pub(super) fn scan_page(
    tx: &ReadTx<'_>,
    container: Container,
    selection: &Selection,
    order: Option<&Order>,
    listing: &Listing,
) -> Result<(Page, u64), Error> {
    // Whoever looks at every object sees where it stands.
    let sorting = order.map(|order| Sorting::of(order, listing));
    let mut first = sorting.as_ref().map(Sorting::first);
    let found = scan(tx, container, selection, |loaded| {
        if let Some(first) = &mut first {
            first.add_object(loaded);
        }
    })?;
    let page = match first {
        None => page_of_rows(tx, container, &found, selection, listing)?,
        Some(first) => page_of_places(tx, container, first.into_places(), selection, listing)?,
    };
    Ok((page, found.len()))
}

/// A page of objects that were found, of the kinds of a selection, whatever kind the listing asks for. Without an order it goes by
/// row numbers.
pub fn page_of(
    tx: &ReadTx<'_>,
    found: &Rows,
    of: &Selection,
    order: Option<&Order>,
    listing: &Listing,
) -> Result<Page, Error> {
    if let Some(order) = order {
        let places = orders::places(tx, found, of, &Sorting::of(order, listing))?;
        return page_of_places(tx, Container::Directory, places, of, listing);
    }
    page_of_rows(tx, Container::Directory, found, of, listing)
}

fn page_of_rows(
    tx: &ReadTx<'_>,
    container: Container,
    found: &Rows,
    of: &Selection,
    listing: &Listing,
) -> Result<Page, Error> {
    let rows = found.after(RowNumber(listing.after.row()));
    let rows = rows.map(|row| (Cursor::Row(row.0), row));
    objects::page_of(tx, container, rows, needs_rest(of, listing), listing.limit)
}

/// A page of the objects in these places.
fn page_of_places(
    tx: &ReadTx<'_>,
    container: Container,
    places: Vec<Place>,
    of: &Selection,
    listing: &Listing,
) -> Result<Page, Error> {
    let rows = places.into_iter().map(|Place(key, row)| (Cursor::Key { key, row: row.0 }, row));
    objects::page_of(tx, container, rows, needs_rest(of, listing), listing.limit)
}

fn needs_rest(of: &Selection, listing: &Listing) -> bool {
    let kinds: Vec<_> = of.0.iter().map(|(kind, _)| entity(*kind)).collect();
    listing.needs_rest(&kinds)
}

/// Finds them by looking at every object of the kinds in a container, and hands over each that it finds.
pub(super) fn scan(
    tx: &ReadTx<'_>,
    container: Container,
    selection: &Selection,
    mut take: impl FnMut(&Loaded<'_>),
) -> Result<Rows, Error> {
    // Where there are too many for a short read, none is looked at in vain.
    let objects = match container {
        Container::Directory => number_of_objects(tx, selection)?,
        Container::DeletedItems => 0,
    };
    tx.check_read(usize::try_from(objects).unwrap_or(usize::MAX).saturating_mul(LEAST_BYTES))?;
    let documents = DocumentReader::new(tx);
    let mut found = Rows::default();
    for (kind, condition) in &selection.0 {
        documents.at_all(container, *kind, |loaded| {
            if loaded.satisfies(condition)? {
                found.insert(loaded.object.row);
                take(&loaded);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// Finds them by the index. `None`: it can't be used now, or there are few objects.
fn find(tx: &ReadTx<'_>, selection: &Selection) -> Result<Option<Rows>, Error> {
    let Some(index) = tx.index() else { return Ok(None) };
    if number_of_objects(tx, selection)? <= index.largest_scanned() {
        return Ok(None);
    }
    let find = |most_changed| {
        index.read(tx.tenant(), |view| {
            let changed = view.changed(tx.connection())?;
            let is_near = changed.len() <= most_changed;
            is_near.then(|| find_in(tx, view, selection, &changed)).transpose()
        })
    };
    match find(MANY_CHANGED)? {
        Some(None) => {
            // What waits isn't short.
            tx.check_read(usize::MAX)?;
            index.wait_for(changes::newest(tx.connection())?, LONGEST_WAIT);
            Ok(find(u64::MAX)?.flatten())
        }
        found => Ok(found.flatten()),
    }
}

fn number_of_objects(tx: &ReadTx<'_>, selection: &Selection) -> Result<u64, Error> {
    selection.0.iter().map(|(kind, _)| counts::objects(tx, *kind)).sum()
}

/// The objects that the index finds, but for those that have changed since it was written: their documents tell.
fn find_in(tx: &ReadTx<'_>, view: &View<'_>, selection: &Selection, changed: &Rows) -> Result<Rows, Fault> {
    let mut found = Rows::default();
    for (kind, condition) in &selection.0 {
        found |= &Finder::new(tx, view, *kind).find(condition)?;
    }
    found -= changed;
    let documents = DocumentReader::new(tx);
    for row in changed.iter() {
        let Some(loaded) = documents.at(row)? else { continue };
        let kind = loaded.object.kind();
        for (_, condition) in selection.0.iter().filter(|(asked, _)| *asked == kind) {
            if loaded.satisfies(condition)? {
                found.insert(row);
            }
        }
    }
    Ok(found)
}
