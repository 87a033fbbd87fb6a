//! Objects with their values, read to find out whether they satisfy a condition or where they stand in an order. A unit of work that
//! is to be short reads few.

use super::{
    Error, ReadTx,
    engine::{Row, params},
    numbers,
    objects::{self, Container, NEXT_COLUMN, Object, RowNumber, in_container, select_objects},
    relations::OWNERS,
};
use crate::model::{
    condition::{Candidate, Condition, Order},
    keys::Key,
    kinds::ObjectKind,
    values::{Document, Values},
};
use std::{cell::Cell, ops::ControlFlow};

/// Reads documents for one unit of work.
pub(super) struct DocumentReader<'t> {
    tx: &'t ReadTx<'t>,
    size: Cell<usize>,
}

/// An object and its values.
pub(super) struct Loaded<'t> {
    tx: &'t ReadTx<'t>,
    pub(super) object: Object,
    values: Values,
}

impl<'t> DocumentReader<'t> {
    pub(super) fn new(tx: &'t ReadTx<'t>) -> Self {
        Self { tx, size: Cell::new(0) }
    }

    /// The object with this row number. `None`: there is none, or it is deleted.
    pub(super) fn at(&self, row: RowNumber) -> Result<Option<Loaded<'t>>, Error> {
        let sql = select_objects!(
            ", o.document, o.rest FROM objects o WHERE o.row = ?1 AND o.tenant = ?2 AND o.deleted_at IS NULL"
        );
        self.tx.one(sql, params![row.0, self.tx.tenant().number], |row| self.read(row))
    }

    /// All objects of a kind in a container, in the order of row numbers.
    pub(super) fn at_all(
        &self,
        container: Container,
        kind: ObjectKind,
        mut take: impl FnMut(Loaded<'t>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sql = in_container!(
            container,
            select_objects!(", o.document, o.rest FROM objects o WHERE o.tenant = ?1 AND o.kind = ?2 AND"),
            "ORDER BY o.row"
        );
        self.tx.each(sql, params![self.tx.tenant().number, numbers::of_kind(kind)], |row| {
            take(self.read(row)?)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    fn read(&self, row: &Row<'_>) -> Result<Loaded<'t>, Error> {
        let document = Document { default: row.get(NEXT_COLUMN)?, rest: row.get(NEXT_COLUMN + 1)? };
        self.size.set(self.size.get() + document.size());
        self.tx.check_read(self.size.get())?;
        Ok(Loaded { tx: self.tx, object: objects::read(row)?, values: objects::values_of(&document)? })
    }
}

impl Loaded<'_> {
    /// Whether it satisfies a condition.
    pub(super) fn satisfies(&self, condition: &Condition) -> Result<bool, Error> {
        let owners = match condition.asks_for_owners() {
            true => OWNERS.count_targets(self.tx, &self.object)?,
            false => 0,
        };
        Ok(condition.holds(Candidate { id: self.object.id, values: &self.values, owners }))
    }

    /// The key by which it is sorted. `None`: it has no value.
    pub(super) fn key(&self, order: &Order) -> Option<Key> {
        let values = order.path.values(&self.values);
        values.first().and_then(|value| Key::of(order.path.last(), value))
    }
}
