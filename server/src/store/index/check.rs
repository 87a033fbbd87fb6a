//! Whether an index has what it should: of each object the entries that follow from its document, and of each entry the object.

use super::{fault::Fault, pending::object_at, postings, readers::View};
use crate::{
    model::{entries::Entry, ids::ObjectId},
    store::{
        Error,
        engine::{Connection, params},
        numbers::RowNumber,
        rows::Rows,
    },
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::ControlFlow,
};

/// What was found of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The tenant's objects.
    pub objects: u64,
    /// Those whose entries aren't what follows from their documents.
    pub different: Vec<ObjectId>,
    /// Whether what is indexed by object and what is indexed by value is the same.
    pub agree: bool,
}

impl Found {
    /// Whether the index is as it should be.
    pub fn is_sound(&self) -> bool {
        self.agree && self.different.is_empty()
    }
}

/// Tells sets of entries from each other, in whatever order they come.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    entries: u64,
    sum: u128,
}

#[derive(Debug, Default)]
struct ByObject {
    rows: Rows,
    tally: Tally,
}

impl Tally {
    fn add(&mut self, row: RowNumber, entry: &Entry) {
        let mut hasher = DefaultHasher::new();
        (row.0, entry).hash(&mut hasher);
        self.entries += 1;
        self.sum += u128::from(hasher.finish());
    }
}

impl View<'_> {
    /// Compares the index with a snapshot of the directory. Objects that changed in between aren't compared.
    pub fn check(&self, directory: Connection<'_>) -> Result<Found, Fault> {
        let changed = self.changed(directory)?;
        let by_object = self.by_object().map_err(Fault::Index)?;
        let by_value = self.by_value().map_err(Fault::Index)?;
        let mut found = Found { agree: by_object.tally == by_value, ..Found::default() };
        let sql = "SELECT row, id FROM objects WHERE tenant = ?1 AND deleted_at IS NULL";
        let mut there = Rows::default();
        directory.each(sql, params![self.tenant], |row| {
            let (number, id) = (RowNumber(row.get(0)?), ObjectId::from_uuid(row.get(1)?));
            found.objects += 1;
            there.insert(number);
            if !changed.contains(number)
                && object_at(directory, self.tenant, number.0)?.keys()
                    != postings::keys(self.connection, number.0)?
            {
                found.different.push(id);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let mut gone = by_object.rows;
        gone -= &there;
        gone -= &changed;
        found.agree &= gone.is_empty();
        Ok(found)
    }

    /// The objects that are indexed, and all their entries.
    fn by_object(&self) -> Result<ByObject, Error> {
        let mut found = ByObject::default();
        postings::each_object(self.connection, self.tenant, |row, keys| {
            found.rows.insert(row);
            keys.iter().for_each(|entry| found.tally.add(row, entry));
        })?;
        Ok(found)
    }

    /// All entries by which objects are found.
    fn by_value(&self) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        postings::each_chunk(self.connection, self.tenant, |entry, rows| {
            rows.into_iter().for_each(|row| tally.add(row, entry));
        })?;
        Ok(tally)
    }
}
