//! Objects in an order: where each stands, and those of a page. Those with the same key stand in the order of their row numbers;
//! descending is ascending backwards.

use super::{
    Error, ReadTx, counts,
    documents::{DocumentReader, Loaded},
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
    odata::listing::{Cursor, Listing},
};
use std::{collections::BTreeSet, ops::ControlFlow};

/// Where an object stands: those without a value first, those of one key by their row numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(pub(super) Option<Key>, pub(super) RowNumber);

/// An order, and from where on so many at most.
pub(super) struct Sorting<'s> {
    order: &'s Order,
    after: Option<Place>,
    limit: usize,
}

/// The places of a page, and one more which tells whether another page follows, of objects that were found by a selection.
pub(super) fn places(
    tx: &ReadTx<'_>,
    found: &Rows,
    of: &Selection,
    sorting: &Sorting<'_>,
) -> Result<Vec<Place>, Error> {
    // Objects of several kinds have no line in common.
    if let [(kind, condition)] = &of.0[..]
        && let Some(index) = tx.index()
        && counts::objects(tx, *kind)? > index.largest_scanned()
        && let Some(places) =
            index.read(tx.tenant(), |view| sorting.by_index(tx, view, *kind, condition, found))?.flatten()
    {
        return Ok(places);
    }
    let mut first = sorting.first();
    first.add_by_documents(tx, found)?;
    Ok(first.into_places())
}

/// The first of the places that it is given: it keeps no more than are asked for.
pub(super) struct First<'s> {
    sorting: &'s Sorting<'s>,
    places: BTreeSet<Place>,
}

impl First<'_> {
    /// Where an object stands.
    pub(super) fn add_object(&mut self, loaded: &Loaded<'_>) {
        self.add(Place(loaded.key(self.sorting.order), loaded.object.row));
    }

    fn add(&mut self, place: Place) {
        if !self.sorting.is_after(&place) {
            return;
        }
        self.places.insert(place);
        if self.places.len() > self.sorting.limit {
            if self.sorting.order.descending {
                self.places.pop_first()
            } else {
                self.places.pop_last()
            };
        }
    }

    /// They, in the order.
    pub(super) fn into_places(self) -> Vec<Place> {
        let places = self.places.into_iter();
        if self.sorting.order.descending { places.rev().collect() } else { places.collect() }
    }

    /// Of each of these objects, by a look at it.
    fn add_by_documents(&mut self, tx: &ReadTx<'_>, rows: &Rows) -> Result<(), Error> {
        let documents = DocumentReader::new(tx);
        for row in rows.iter() {
            if let Some(loaded) = documents.at(row)? {
                self.add_object(&loaded);
            }
        }
        Ok(())
    }
}

impl<'s> Sorting<'s> {
    /// For the page of a listing.
    pub(super) fn of(order: &'s Order, listing: &Listing) -> Self {
        let after = match &listing.after {
            Cursor::Row(_) => None,
            Cursor::Key { key, row } => Some(Place(key.clone(), RowNumber(*row))),
        };
        // One more tells whether another page follows.
        Self { order, after, limit: listing.limit.saturating_add(1) }
    }

    /// What keeps the first places.
    pub(super) fn first(&self) -> First<'_> {
        First { sorting: self, places: BTreeSet::new() }
    }

    /// Whether a place comes after where the page begins.
    fn is_after(&self, place: &Place) -> bool {
        match &self.after {
            None => true,
            Some(after) if self.order.descending => place < after,
            Some(after) => place > after,
        }
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
        let mut first = self.first();
        match walked {
            Some(places) => places.into_iter().for_each(|place| first.add(place)),
            None => {
                for (looked_up, row) in indexed.iter().enumerate() {
                    tx.check_read(looked_up * KEY_BYTES)?;
                    first.add(Place(view.key(row, values)?, row));
                }
            }
        }
        first.add_by_documents(tx, &changed)?;
        Ok(Some(first.into_places()))
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
        rows -= &self.view.find(&[(self.present, KeyRange::all())], &mut |_| self.tx.check_read(0))?;
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
            self.tx.check_read(size)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::USER;
    use proptest::{collection::vec, prelude::*};

    proptest! {
        #[test]
        fn no_more_places_are_kept_than_are_asked_for(
            keys in vec(0..40_u8, 0..60),
            after in 0..40_u8,
            limit in 1..9_usize,
            descending: bool,
        ) {
            let order = Order { path: USER.path("displayName", None).unwrap(), descending };
            let place = |key: u8, row: usize| Place(Some(Key(vec![key])), RowNumber(i64::try_from(row).unwrap()));
            let sorting = Sorting { order: &order, after: Some(place(after, 30)), limit };
            let places: Vec<_> = keys.into_iter().enumerate().map(|(row, key)| place(key, row)).collect();

            let mut first = sorting.first();
            for place in &places {
                first.add(place.clone());
                prop_assert!(first.places.len() <= limit);
            }

            let mut expected: Vec<_> = places.into_iter().filter(|place| sorting.is_after(place)).collect();
            expected.sort_unstable();
            if descending {
                expected.reverse();
            }
            expected.truncate(limit);
            prop_assert_eq!(first.into_places(), expected);
        }
    }
}
