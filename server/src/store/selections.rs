//! Objects that satisfy a condition: which there are, how many, and pages of them in any order. What a condition means is said by
//! `model/condition.rs`; every answer here is what that says of each object in the snapshot. The index only finds them sooner.

use super::{
    Error, ReadTx, changes,
    conditions::Finder,
    counts,
    documents::DocumentReader,
    index::{Fault, View},
    objects::{self, Page, RowNumber},
    orders::{self, Place},
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

/// The objects that satisfy a selection.
pub fn select(tx: &ReadTx<'_>, selection: &Selection) -> Result<Rows, Error> {
    match find(tx, selection)? {
        Some(found) => Ok(found),
        None => scan(tx, selection),
    }
}

/// How many objects satisfy a selection.
pub fn count(tx: &ReadTx<'_>, selection: &Selection) -> Result<u64, Error> {
    Ok(select(tx, selection)?.len())
}

/// A page of the objects that satisfy a selection, as [`page_of`] gives it.
pub fn page(
    tx: &ReadTx<'_>,
    selection: &Selection,
    order: Option<&Order>,
    listing: &Listing,
) -> Result<Page, Error> {
    page_of(tx, &select(tx, selection)?, selection, order, listing)
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
    let kinds: Vec<_> = of.0.iter().map(|(kind, _)| entity(*kind)).collect();
    let with_rest = listing.needs_rest(&kinds);
    match order {
        None => {
            let rows = found.after(RowNumber(listing.after.row()));
            let rows = rows.map(|row| (Cursor::Row(row.0), row));
            objects::page_of(tx, rows, with_rest, listing.limit)
        }
        Some(order) => {
            // One more tells whether another page follows.
            let limit = listing.limit.saturating_add(1);
            let places = orders::places(tx, found, of, order, &listing.after, limit)?.into_iter();
            let rows = places.map(|Place(key, row)| (Cursor::Key { key, row: row.0 }, row));
            objects::page_of(tx, rows, with_rest, listing.limit)
        }
    }
}

/// Finds them by looking at every object of the kinds.
fn scan(tx: &ReadTx<'_>, selection: &Selection) -> Result<Rows, Error> {
    let documents = DocumentReader::new(tx);
    let mut found = Rows::default();
    for (kind, condition) in &selection.0 {
        documents.at_all(*kind, |loaded| {
            if loaded.satisfies(condition)? {
                found.insert(loaded.object.row);
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
