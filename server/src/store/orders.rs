//! Objects in an order: where each stands, and those of a page. Those with the same key stand in the order of their row numbers;
//! descending is ascending backwards.

use super::{
    Error, ReadTx, counts,
    documents::DocumentReader,
    index::{Fault, KeyRange, View},
    numbers::RowNumber,
    plan::Plan,
    rows::Rows,
};
use crate::{
    model::{
        condition::{Check, Condition, Order, Selection, Test},
        entries::{self, How},
        keys::{Key, SORTED_LENGTH},
        kinds::ObjectKind,
    },
    odata::listing::Cursor,
};
use std::ops::ControlFlow;

/// Where an object stands: those without a value first, those of one key by their row numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(pub(super) Option<Key>, pub(super) RowNumber);

/// An order, and from where on.
struct Sorting<'s> {
    order: &'s Order,
    after: Option<Place>,
    limit: usize,
}

/// The first places after a cursor, so many at most, of objects that were found by a selection.
pub(super) fn places(
    tx: &ReadTx<'_>,
    found: &Rows,
    of: &Selection,
    order: &Order,
    after: &Cursor,
    limit: usize,
) -> Result<Vec<Place>, Error> {
    let after = match after {
        Cursor::Row(_) => None,
        Cursor::Key { key, row } => Some(Place(key.clone(), RowNumber(*row))),
    };
    let sorting = Sorting { order, after, limit };
    // Objects of several kinds have no line in common.
    if let [(kind, condition)] = &of.0[..]
        && let Some(index) = tx.index()
        && counts::objects(tx, *kind)? > index.largest_scanned()
        && let Some(places) =
            index.read(tx.tenant(), |view| sorting.by_index(tx, view, *kind, condition, found))?.flatten()
    {
        return Ok(places);
    }
    sorting.by_documents(tx, found)
}

impl Sorting<'_> {
    /// Whether a place comes after where the page begins.
    fn is_after(&self, place: &Place) -> bool {
        match &self.after {
            None => true,
            Some(after) if self.order.descending => place < after,
            Some(after) => place > after,
        }
    }

    /// Those of these places that are asked for, in the order.
    fn first(&self, mut places: Vec<Place>) -> Vec<Place> {
        places.retain(|place| self.is_after(place));
        places.sort_unstable();
        if self.order.descending {
            places.reverse();
        }
        places.truncate(self.limit);
        places
    }

    /// By a look at each object.
    fn by_documents(&self, tx: &ReadTx<'_>, rows: &Rows) -> Result<Vec<Place>, Error> {
        let documents = DocumentReader::new(tx);
        let mut places = Vec::new();
        for row in rows.iter() {
            if let Some(loaded) = documents.at(row)? {
                places.push(Place(loaded.key(self.order), row));
            }
        }
        Ok(self.first(places))
    }

    /// By the index, but for those that have changed since it was written. `None`: it isn't there for this order.
    fn by_index(
        &self,
        tx: &ReadTx<'_>,
        view: &View<'_>,
        kind: ObjectKind,
        condition: &Condition,
        found: &Rows,
    ) -> Result<Option<Vec<Place>>, Fault> {
        let line = |how| entries::line(kind, Some((self.order.path, how)));
        let (Some(values), Some(present)) = (line(How::Value), line(How::Present)) else { return Ok(None) };
        let mut changed = view.changed(tx.connection())?;
        changed &= found;
        let mut indexed = found.clone();
        indexed -= &changed;
        let limit = u64::try_from(self.limit).unwrap_or(u64::MAX);
        let walked = match Plan::of(limit, indexed.len(), counts::objects(tx, kind)?) {
            Plan::Walk { most } => {
                Walk { sorting: self, tx, view, values, present, rows: &indexed, most }.places(condition)?
            }
            Plan::Sort => None,
        };
        let mut places = match walked {
            Some(places) => places,
            None => {
                let mut places = Vec::new();
                for row in indexed.iter() {
                    tx.check_size(places.len() * KEY_BYTES)?;
                    places.push(Place(view.key(row, values)?, row));
                }
                places
            }
        };
        places.extend(self.by_documents(tx, &changed)?);
        Ok(Some(self.first(places)))
    }
}

/// A key that is looked up counts like so many bytes of documents: it takes as long.
const KEY_BYTES: usize = 512;

/// An entry that is gone over counts like so many.
const ENTRY_BYTES: u64 = 32;

/// A walk over the index in an order.
struct Walk<'w> {
    sorting: &'w Sorting<'w>,
    tx: &'w ReadTx<'w>,
    view: &'w View<'w>,
    /// The lines of the values, and of the objects that have one.
    values: u16,
    present: u16,
    rows: &'w Rows,
    most: u64,
}

impl Walk<'_> {
    /// The first places after the cursor. `None`: there are too many entries between those that are asked for.
    fn places(&self, condition: &Condition) -> Result<Option<Vec<Place>>, Fault> {
        let mut places = Vec::new();
        if self.sorting.order.descending {
            if !self.add_values(condition, &mut places)? {
                return Ok(None);
            }
            self.add_nulls(&mut places)?;
        } else {
            self.add_nulls(&mut places)?;
            if !self.add_values(condition, &mut places)? {
                return Ok(None);
            }
        }
        Ok(Some(places))
    }

    /// Adds those without a value, unless there are enough or the page begins after them.
    fn add_nulls(&self, places: &mut Vec<Place>) -> Result<(), Fault> {
        let Sorting { order, after, limit } = self.sorting;
        let begins_with_values = after.as_ref().is_some_and(|Place(key, _)| key.is_some());
        if places.len() >= *limit || begins_with_values && !order.descending {
            return Ok(());
        }
        let mut rows = self.rows.clone();
        rows -= &self.view.find(&[(self.present, KeyRange::all())], &mut |_| Ok(()))?;
        let left = limit - places.len();
        let nulls = |row| Place(None, row);
        if order.descending {
            let before = after.as_ref().filter(|Place(key, _)| key.is_none()).map(|Place(_, row)| *row);
            places.extend(rows.before(before).take(left).map(nulls));
        } else {
            let after = after.as_ref().map_or(RowNumber(0), |Place(_, row)| *row);
            places.extend(rows.after(after).take(left).map(nulls));
        }
        Ok(())
    }

    /// Adds those with values, until there are enough. `false`: it gave up.
    fn add_values(&self, condition: &Condition, places: &mut Vec<Place>) -> Result<bool, Fault> {
        let Sorting { order, after, limit } = self.sorting;
        let mut range = bounds(condition, order);
        match after {
            Some(Place(None, _)) if order.descending => return Ok(true),
            Some(Place(Some(key), _)) if order.descending => range.end_after(key),
            Some(Place(Some(key), _)) => range.begin_with(key),
            _ => {}
        }
        let mut entries = 0;
        self.view.walk(self.values, &range, order.descending, |key, rows| {
            let in_page = rows.filter(|row| self.rows.contains(*row));
            let in_page = in_page.map(|row| Place(Some(key.clone()), row));
            places.extend(in_page.filter(|place| self.sorting.is_after(place)));
            entries += 1;
            let size = usize::try_from(entries * ENTRY_BYTES).unwrap_or(usize::MAX);
            self.tx.check_size(size)?;
            let goes_on = places.len() < *limit && entries < self.most;
            Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(places.len() >= *limit || entries < self.most)
    }
}

/// Between which keys all objects lie that satisfy a condition, as far as its parts tell.
fn bounds(condition: &Condition, order: &Order) -> KeyRange {
    let mut range = KeyRange::all();
    match condition {
        Condition::And(parts) => parts.iter().for_each(|part| range.narrow(&bounds(part, order))),
        Condition::Is(Test::Some(path, check)) if *path == order.path => match check {
            Check::Between(from, to) => range = KeyRange::between(from.as_ref(), to.as_ref()),
            Check::StartsWith(start) => {
                let start = start.as_bytes();
                range = KeyRange::starting_with(start.get(..SORTED_LENGTH).unwrap_or(start));
            }
            _ => {}
        },
        _ => {}
    }
    range
}
