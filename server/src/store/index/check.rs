//! Whether an index has what it should: of each object the entries that follow from its document, and of each entry the object.

use super::{
    Fault, View,
    chunks::{self, Stored},
    follower::keys_at,
    postings,
};
use crate::{
    model::{entries::Entry, keys::Key},
    store::{
        Error,
        engine::{Connection, params},
        numbers::RowNumber,
    },
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::ControlFlow,
};

/// What was found of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Objects that were compared.
    pub objects: u64,
    /// Those whose entries aren't what follows from their documents, by their row numbers.
    pub different: Vec<RowNumber>,
    /// Whether objects and entries tell the same of each other.
    pub agree: bool,
}

/// Tells sets of entries from each other, in whatever order they come.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    entries: u64,
    sum: u128,
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
        let mut found = Found::default();
        let mut of_objects = Tally::default();
        let sql = "SELECT row, entries FROM indexed WHERE tenant = ?1";
        self.connection
            .each(sql, params![self.tenant], |row| {
                let number: i64 = row.get(0)?;
                let keys = postings::unpack(&row.get::<Vec<u8>>(1)?)?;
                keys.iter().for_each(|entry| of_objects.add(number, entry));
                // Of one that is gone there must be none.
                if !changed.contains(RowNumber(number)) && keys != keys_at(directory, number)? {
                    found.different.push(RowNumber(number));
                }
                Ok(ControlFlow::Continue(()))
            })
            .map_err(Fault::Index)?;
        let sql = "SELECT row FROM objects WHERE tenant = ?1 AND deleted_at IS NULL";
        directory.each(sql, params![self.tenant], |row| {
            let number: i64 = row.get(0)?;
            found.objects += 1;
            if !changed.contains(RowNumber(number)) && postings::keys(self.connection, number)?.is_empty() {
                found.different.push(RowNumber(number));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        found.agree = of_objects == self.tally().map_err(Fault::Index)?;
        Ok(found)
    }

    /// That of all that is found by keys.
    fn tally(&self) -> Result<Tally, Error> {
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
