//! What reads the index: connections that are kept, and the moment that each read sees.

use super::{
    change_log,
    fault::Fault,
    followed::{Era, Followed},
    postings,
    ranges::KeyRange,
    tenants,
};
use crate::{
    model::keys::Key,
    store::{
        Error, changes,
        engine::{Connection, IndexFile, OwnConnection, Row, Snapshot, params},
        numbers::RowNumber,
        rows::{Gathered, Rows},
    },
};
use std::{
    cell::OnceCell,
    ops::ControlFlow,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// An entry that is read counts like so many bytes, besides those of its rows.
const ENTRY_BYTES: usize = 64;

/// Connections that are kept at most.
const KEPT: usize = 4;

/// The connections.
#[derive(Default)]
pub struct Readers(Mutex<Option<Open>>);

/// An index that can be read.
struct Open {
    era: Era,
    idle: Vec<Reader>,
}

/// A connection, and one to the directory where it was needed.
struct Reader {
    connection: OwnConnection,
    directory: OnceCell<OwnConnection>,
}

impl Readers {
    /// From now on this index is read.
    pub fn open(&self, era: Era) {
        *self.lock() = Some(Open { era, idle: Vec::new() });
    }

    /// Whether one is read.
    pub fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    /// From now on none is.
    pub fn close(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a closure over the index as it is at one moment. `None`: it can't be used for this tenant now.
    pub fn read<T>(
        &self,
        file: &IndexFile,
        tenant: i64,
        work: impl FnOnce(&View<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let taken = self.lock().as_mut().map(|open| (open.era, open.idle.pop()));
        let Some((era, reader)) = taken else { return Ok(None) };
        let reader = match reader {
            Some(reader) => reader,
            None => {
                Reader { connection: file.open_reader().map_err(Fault::Index)?, directory: OnceCell::new() }
            }
        };
        let read = reader.read(file, era, tenant, work);
        if !matches!(read, Err(Fault::Index(_))) {
            self.put_back(reader, era);
        }
        read
    }

    fn put_back(&self, reader: Reader, era: Era) {
        if let Some(open) = &mut *self.lock()
            && open.era == era
            && open.idle.len() < KEPT
        {
            open.idle.push(reader);
        }
    }
}

impl Reader {
    fn read<T>(
        &self,
        file: &IndexFile,
        era: Era,
        tenant: i64,
        work: impl FnOnce(&View<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let snapshot = Snapshot::begin(self.connection.lend()).map_err(Fault::Index)?;
        let connection = snapshot.connection();
        let followed = Followed::read(connection).map_err(Fault::Index)?;
        // Another index may have been opened meanwhile.
        if followed.era != era || !tenants::is_complete(connection, tenant).map_err(Fault::Index)? {
            return Ok(None);
        }
        work(&View { connection, tenant, followed, reader: self, file }).map(Some)
    }
}

/// What the index has of a tenant at one moment.
pub struct View<'v> {
    connection: Connection<'v>,
    tenant: i64,
    followed: Followed,
    reader: &'v Reader,
    file: &'v IndexFile,
}

impl View<'_> {
    /// The objects that have a key in one of these ranges, each with its line of `model/entries.rs`. `check` is told how much was
    /// read.
    pub fn find(
        &self,
        ranges: &[(u16, KeyRange)],
        check: &mut impl FnMut(usize) -> Result<(), Error>,
    ) -> Result<Rows, Fault> {
        let mut found = Gathered::default();
        for (line, range) in ranges {
            self.each(postings::FIND, *line, range, |row| {
                let (chunk, bytes) = (row.get(0)?, row.bytes(1)?);
                postings::add(chunk, bytes, &mut found)?;
                Ok(check(ENTRY_BYTES + bytes.len()).map(ControlFlow::Continue))
            })?;
        }
        Ok(found.into())
    }

    /// Hands over the keys of a line in a range in their order, or backwards, each with objects that have it, in the same order,
    /// until it is told to stop.
    pub fn walk(
        &self,
        line: u16,
        range: &KeyRange,
        backwards: bool,
        mut take: impl FnMut(&Key, &mut dyn Iterator<Item = RowNumber>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Fault> {
        let sql = if backwards { postings::WALK_BACKWARDS } else { postings::WALK };
        self.each(sql, line, range, |row| {
            let (chunk, bytes, key) = (row.get(0)?, row.bytes(1)?, Key(row.get(2)?));
            let rows = postings::rows(chunk, bytes)?.into_iter();
            Ok(if backwards { take(&key, &mut rows.rev()) } else { take(&key, &mut { rows }) })
        })
    }

    /// Hands over the rows of a statement about a line's keys in a range. What the closure fails with inside is no fault of the
    /// index.
    fn each(
        &self,
        sql: &str,
        line: u16,
        range: &KeyRange,
        mut take: impl FnMut(&Row<'_>) -> Result<Result<ControlFlow<()>, Error>, Error>,
    ) -> Result<(), Fault> {
        let parameters = params![self.tenant, i64::from(line), &range.from[..], &range.to[..]];
        let mut failed = None;
        let read = self.connection.each(sql, parameters, |row| {
            Ok(take(row)?.unwrap_or_else(|error| {
                failed = Some(error);
                ControlFlow::Break(())
            }))
        });
        read.map_err(Fault::Index)?;
        failed.map_or(Ok(()), |error| Err(Fault::Other(error)))
    }

    /// An object's key of a line, the first of them.
    pub fn key(&self, row: RowNumber, line: u16) -> Result<Option<Key>, Fault> {
        postings::key(self.connection, row.0, line).map_err(Fault::Index)
    }

    /// The objects that may be other ones here than in a snapshot of the directory.
    pub fn changed(&self, directory: Connection<'_>) -> Result<Rows, Error> {
        let newest = changes::newest(directory)?;
        let mut changed = Rows::default();
        change_log::add_objects(directory, self.tenant, self.followed.position, newest, &mut changed)?;
        if self.followed.horizon.position > newest {
            // The snapshot began before this one.
            let now = match self.reader.directory.get() {
                Some(now) => now,
                None => {
                    let opened = self.file.open_directory()?;
                    self.reader.directory.get_or_init(|| opened)
                }
            };
            let horizon = self.followed.horizon.position;
            change_log::add_objects(now.lend(), self.tenant, newest, horizon, &mut changed)?;
        }
        Ok(changed)
    }
}
