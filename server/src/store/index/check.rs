//! Whether an index has what it should: of each object the entries that follow from its document, and of each entry the object.

use super::{
    Fault, View,
    chunks::{self, Stored},
    collections::object_at,
    postings,
};
use crate::{
    model::{entries::Entry, ids::ObjectId, keys::Key},
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
    fn add(&mut self, row: i64, entry: &Entry) {
        let mut hasher = DefaultHasher::new();
        (row, entry).hash(&mut hasher);
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
        let sql = "SELECT row, entries FROM indexed WHERE tenant = ?1";
        self.connection.each(sql, params![self.tenant], |row| {
            let number: i64 = row.get(0)?;
            found.rows.insert(RowNumber(number));
            let keys = postings::unpack(&row.get::<Vec<u8>>(1)?)?;
            keys.iter().for_each(|entry| found.tally.add(number, entry));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// All entries by which objects are found.
    fn by_value(&self) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let sql = "SELECT line, key, chunk, rows FROM postings WHERE tenant = ?1";
        self.connection.each(sql, params![self.tenant], |row| {
            let line = u16::try_from(row.get::<i64>(0)?).unwrap_or(u16::MAX);
            let entry = (line, Key(row.get(1)?));
            let first = row.get::<i64>(2)? * chunks::ROWS;
            let bytes: Vec<u8> = row.get(3)?;
            let stored = Stored::read(&bytes).ok_or(postings::DAMAGED)?;
            stored.places().for_each(|place| tally.add(first + i64::from(place), &entry));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(tally)
    }
}
