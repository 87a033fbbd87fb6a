//! Objects that satisfy a condition: which there are, how many, and pages of them in any order. What a condition means is said by
//! `model/condition.rs`; every answer here is what that says of each object in the snapshot.

use super::{
    Error, ReadTx,
    engine::params,
    numbers,
    objects::{self, NEXT_COLUMN, Page, RowNumber, select_objects},
    relations::OWNERS,
    rows::Rows,
};
use crate::{
    model::{
        condition::{Candidate, Condition, Order, Selection},
        entity,
        keys::Key,
        kinds::ObjectKind,
        values::Document,
    },
    odata::listing::{Cursor, Listing},
};
use std::ops::ControlFlow;

/// The objects that satisfy a selection.
pub fn select(tx: &ReadTx<'_>, selection: &Selection) -> Result<Rows, Error> {
    let mut found = Rows::default();
    for (kind, condition) in &selection.0 {
        scan(tx, *kind, condition, &mut found)?;
    }
    Ok(found)
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
///
/// Objects with the same key stand in the order of their row numbers; descending is ascending backwards.
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
            let places = sorted(tx, found, order, &listing.after)?.into_iter();
            let rows = places.map(|Place(key, row)| (Cursor::Key { key, row: row.0 }, row));
            objects::page_of(tx, rows, with_rest, listing.limit)
        }
    }
}

/// Finds the objects of a kind that satisfy a condition by looking at all of them.
fn scan(tx: &ReadTx<'_>, kind: ObjectKind, condition: &Condition, found: &mut Rows) -> Result<(), Error> {
    let sql = select_objects!(
        ", o.document, o.rest FROM objects o
         WHERE o.tenant = ?1 AND o.kind = ?2 AND o.deleted_at IS NULL ORDER BY o.row"
    );
    let mut size = 0;
    tx.each(sql, params![tx.tenant().number, numbers::of_kind(kind)], |row| {
        let object = objects::read(row)?;
        let document = Document { default: row.get(NEXT_COLUMN)?, rest: row.get(NEXT_COLUMN + 1)? };
        size += document.size();
        tx.check_size(size)?;
        let owners = match condition.asks_for_owners() {
            true => OWNERS.count_targets(tx, &object)?,
            false => 0,
        };
        let values = objects::values_of(&document)?;
        if condition.holds(Candidate { id: object.id, values: &values, owners }) {
            found.insert(object.row);
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Where an object stands in an order: those without a value first, those of one key by their row numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Option<Key>, RowNumber);

/// The places of those of these objects that come after a cursor, in an order.
fn sorted(tx: &ReadTx<'_>, rows: &Rows, order: &Order, after: &Cursor) -> Result<Vec<Place>, Error> {
    let after = match after {
        Cursor::Row(_) => None,
        Cursor::Key { key, row } => Some(Place(key.clone(), RowNumber(*row))),
    };
    let mut size = 0;
    let mut places = Vec::new();
    for row in rows.after(RowNumber(0)) {
        let document = objects::document(tx, row)?;
        size += document.size();
        tx.check_size(size)?;
        let values = objects::values_of(&document)?;
        let key = order.path.values(&values).first().and_then(|value| Key::of(order.path.last(), value));
        places.push(Place(key, row));
    }
    places.sort_unstable();
    if order.descending {
        places.reverse();
    }
    let is_after = |place: &Place| match &after {
        None => true,
        Some(after) if order.descending => place < after,
        Some(after) => place > after,
    };
    places.retain(is_after);
    Ok(places)
}
