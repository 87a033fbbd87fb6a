//! Units of work: what queries run in. A transaction has exactly one tenant.

use super::{
    Error, Tenant,
    counts::Sums,
    driver::{Connection, OptionalExtension, Row, ToSql, params},
    objects::RowNumber,
};
use chrono::{DateTime, Utc};
use std::{
    cell::Cell,
    ops::{ControlFlow, Deref},
};

/// A consistent snapshot of one tenant's objects.
pub struct ReadTx<'c> {
    connection: &'c Connection,
    tenant: Tenant,
    now: DateTime<Utc>,
    max_bytes: usize,
    /// What the writer's transaction has changed of kept counts.
    sums: Option<&'c Sums>,
    /// A group that has more members than this is noted, if their count isn't kept.
    largest_uncounted: u64,
    /// Such a group.
    large: Cell<Option<RowNumber>>,
}

/// A unit of work that also writes. Everything that takes a [`ReadTx`] takes it too.
pub struct WriteTx<'c> {
    tx: ReadTx<'c>,
    sums: &'c Sums,
    changes_standing: Cell<bool>,
}

impl<'c> ReadTx<'c> {
    pub(super) fn new(connection: &'c Connection, tenant: Tenant, now: DateTime<Utc>) -> Self {
        Self {
            connection,
            tenant,
            now,
            max_bytes: usize::MAX,
            sums: None,
            largest_uncounted: u64::MAX,
            large: Cell::new(None),
        }
    }

    /// The same for pages of at most so many bytes of texts.
    pub(super) fn of_at_most(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// Fails where a page of so many bytes of texts is too large for this unit of work.
    pub(super) fn check_size(&self, bytes: usize) -> Result<(), Error> {
        if bytes > self.max_bytes { Err(Error::Large) } else { Ok(()) }
    }

    /// The same, which notes a group that has more members than this, if their count isn't kept.
    pub(super) fn noting_large(self, largest_uncounted: u32) -> Self {
        Self { largest_uncounted: largest_uncounted.into(), ..self }
    }

    pub(super) fn largest_uncounted(&self) -> u64 {
        self.largest_uncounted
    }

    /// Notes that a group is large, and its count isn't kept.
    pub(super) fn note_large(&self, group: RowNumber) {
        self.large.set(Some(group));
    }

    /// The group that was noted.
    pub(super) fn large(&self) -> Option<RowNumber> {
        self.large.get()
    }

    /// What the writer's transaction has changed of kept counts, where this is a part of one.
    pub(super) fn pending(&self) -> Option<&'c Sums> {
        self.sums
    }

    /// The transaction's tenant.
    pub fn tenant(&self) -> Tenant {
        self.tenant
    }

    /// The time of this unit of work.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The row of a query that has one at most.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row(parameters, |row| Ok(read(row))).optional()?.transpose()
    }

    /// The number that a query of `count(*)` gives.
    pub(super) fn count(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<u64, Error> {
        let count = self.one(sql, parameters, |row| Ok(row.get::<_, i64>(0)?))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }

    /// Hands over the rows of a query, one after another, until it is told to stop.
    pub(super) fn each(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
        mut take: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            if take(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// All rows of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        self.each(sql, parameters, |row| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

impl<'c> WriteTx<'c> {
    /// `sums` are the writer's own. Fails with [`Error::TenantGone`] where the tenant was deleted: whoever asked found it
    /// before that, and what is written for it now would be taken away.
    pub(super) fn new(tx: ReadTx<'c>, sums: &'c Sums) -> Result<Self, Error> {
        let is_there = "SELECT 1 FROM tenants WHERE number = ?1";
        tx.one(is_there, params![tx.tenant.number], |_| Ok(()))?.ok_or(Error::TenantGone)?;
        Ok(Self { tx: ReadTx { sums: Some(sums), ..tx }, sums, changes_standing: Cell::new(false) })
    }

    /// Where changes of kept counts are noted.
    pub(super) fn sums(&self) -> &'c Sums {
        self.sums
    }

    /// Notes that this unit of work may change how a principal stands.
    pub(super) fn change_standing(&self) {
        self.changes_standing.set(true);
    }

    /// Whether it may have changed how a principal stands.
    pub(super) fn changes_standing(&self) -> bool {
        self.changes_standing.get()
    }

    /// Runs a statement, and says how many rows it changed.
    pub(super) fn run(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<usize, Error> {
        self.check()?;
        Ok(self.tx.connection.prepare_cached(sql)?.execute(parameters)?)
    }

    /// Runs an INSERT, and says which row number it made.
    pub(super) fn insert(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<i64, Error> {
        self.check()?;
        Ok(self.tx.connection.prepare_cached(sql)?.insert(parameters)?)
    }

    /// A statement after the transaction was rolled back would be committed by itself.
    fn check(&self) -> Result<(), Error> {
        if self.tx.connection.is_autocommit() { Err(Error::Lost) } else { Ok(()) }
    }
}

impl<'c> Deref for WriteTx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &ReadTx<'c> {
        &self.tx
    }
}
