//! Units of work: what queries run in. A transaction has exactly one tenant, but for the store's own ([`SystemTx`]).

use super::{
    Error,
    engine::{Connection, Row, Value, params},
    index::Index,
    member_sets::MemberSets,
    numbers::{RowNumber, Tenant},
    sums::Sums,
};
use chrono::{DateTime, Utc};
use std::{
    cell::Cell,
    ops::{ControlFlow, Deref},
    sync::atomic::{AtomicBool, Ordering},
};

/// What reads, in every unit of work.
#[derive(Clone, Copy)]
pub struct Queries<'c>(Connection<'c>);

/// A consistent snapshot of one tenant's objects.
pub struct ReadTx<'c> {
    queries: Queries<'c>,
    tenant: Tenant,
    now: DateTime<Utc>,
    /// How many bytes of documents it may read.
    most_bytes: usize,
    /// Set where it is waited for no more.
    abandoned: Option<&'c AtomicBool>,
    /// What the writer's transaction has changed of kept counts.
    sums: Option<&'c Sums>,
    /// A group that has more members than this is noted, if their count isn't kept.
    largest_uncounted: u64,
    /// Such a group.
    large: Cell<Option<RowNumber>>,
    /// Sets of members that are kept in memory.
    member_sets: Option<&'c MemberSets>,
    /// Where objects are found by their values. Those that write don't use it: it may lag behind.
    index: Option<&'c Index>,
}

/// A unit of work that also writes, without a tenant: the store's own.
#[derive(Clone, Copy)]
pub(super) struct SystemTx<'c> {
    queries: Queries<'c>,
    now: DateTime<Utc>,
    sums: &'c Sums,
}

/// A unit of work that also writes. Everything that takes a [`ReadTx`] takes it too.
pub struct WriteTx<'c> {
    tx: ReadTx<'c>,
    system: SystemTx<'c>,
    changes_principals: Cell<bool>,
    leaves_unfinished: Cell<bool>,
    takes_objects: Cell<bool>,
}

impl<'c> ReadTx<'c> {
    pub(super) fn new(connection: Connection<'c>, tenant: Tenant, now: DateTime<Utc>) -> Self {
        Self {
            queries: Queries(connection),
            tenant,
            now,
            most_bytes: usize::MAX,
            abandoned: None,
            sums: None,
            largest_uncounted: u64::MAX,
            large: Cell::new(None),
            member_sets: None,
            index: None,
        }
    }

    /// The same with an index.
    pub(super) fn with_index(self, index: Option<&'c Index>) -> Self {
        Self { index, ..self }
    }

    pub(super) fn index(&self) -> Option<&'c Index> {
        self.index
    }

    /// The same, which reads at most so many bytes of documents.
    pub(super) fn within(self, most_bytes: usize) -> Self {
        Self { most_bytes, ..self }
    }

    /// The same, which reads no more once this is set.
    pub(super) fn until(self, abandoned: Option<&'c AtomicBool>) -> Self {
        Self { abandoned, ..self }
    }

    /// Fails where this unit of work, which has read so many bytes of documents or what takes as long, is to read no more: it has
    /// read too much, or is waited for no more. What takes long outside of the database asks again and again.
    pub(super) fn check_read(&self, bytes: usize) -> Result<(), Error> {
        let is_abandoned = self.abandoned.is_some_and(|abandoned| abandoned.load(Ordering::Relaxed));
        if is_abandoned || bytes > self.most_bytes { Err(Error::Large) } else { Ok(()) }
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

    /// The same, which finds sets of members there, and keeps them there.
    pub(super) fn keeping(self, member_sets: Option<&'c MemberSets>) -> Self {
        Self { member_sets, ..self }
    }

    /// Where sets of members are kept. `None`: this sees what isn't committed, or is a short read.
    pub(super) fn member_sets(&self) -> Option<&'c MemberSets> {
        self.member_sets
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
}

impl<'c> Deref for ReadTx<'c> {
    type Target = Queries<'c>;

    fn deref(&self) -> &Queries<'c> {
        &self.queries
    }
}

impl<'c> Queries<'c> {
    pub(super) fn new(connection: Connection<'c>) -> Self {
        Self(connection)
    }

    pub(super) fn connection(&self) -> Connection<'c> {
        self.0
    }

    /// The row of a query that has one at most.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.0.one(sql, parameters, read)
    }

    /// The number that a query of `count(*)` gives.
    pub(super) fn count(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, Error> {
        let count = self.one(sql, parameters, |row| row.get::<i64>(0))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }

    /// Hands over the rows of a query, one after another, until it is told to stop.
    pub(super) fn each(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        take: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        self.0.each(sql, parameters, take)
    }

    /// All rows of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
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

impl<'c> SystemTx<'c> {
    /// `sums` are the writer's own.
    pub(super) fn new(connection: Connection<'c>, now: DateTime<Utc>, sums: &'c Sums) -> Self {
        Self { queries: Queries(connection), now, sums }
    }

    /// What this unit of work does for one tenant. Fails with [`Error::TenantGone`] where that was deleted: it was found before
    /// that, and what is written for it now would be taken away.
    pub(super) fn of(self, tenant: Tenant) -> Result<WriteTx<'c>, Error> {
        let is_there = "SELECT 1 FROM tenants WHERE number = ?1";
        self.one(is_there, params![tenant.number], |_| Ok(()))?.ok_or(Error::TenantGone)?;
        let tx = ReadTx { sums: Some(self.sums), ..ReadTx::new(self.queries.0, tenant, self.now) };
        Ok(WriteTx {
            tx,
            system: self,
            changes_principals: Cell::new(false),
            leaves_unfinished: Cell::new(false),
            takes_objects: Cell::new(true),
        })
    }

    /// The time of this unit of work.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Runs a statement, and says how many rows it changed.
    pub(super) fn run(&self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        self.check()?;
        self.queries.0.run(sql, parameters)
    }

    /// Runs an INSERT that returns the number of the row that it makes.
    pub(super) fn insert(&self, sql: &str, parameters: &[Value<'_>]) -> Result<i64, Error> {
        self.check()?;
        self.one(sql, parameters, |row| row.get(0))?.ok_or(Error::Corrupt("an insertion that made no row"))
    }

    /// A statement after the transaction was rolled back would be committed by itself.
    fn check(&self) -> Result<(), Error> {
        if self.queries.0.is_in_transaction() { Ok(()) } else { Err(Error::Lost) }
    }
}

impl<'c> Deref for SystemTx<'c> {
    type Target = Queries<'c>;

    fn deref(&self) -> &Queries<'c> {
        &self.queries
    }
}

impl<'c> WriteTx<'c> {
    /// Where changes of kept counts are noted.
    pub(super) fn sums(&self) -> &'c Sums {
        self.system.sums
    }

    /// Notes that this unit of work may change a principal's status.
    pub(super) fn mark_principals_changed(&self) {
        self.changes_principals.set(true);
    }

    /// Whether it may have changed a principal's status.
    pub(super) fn changes_principals(&self) -> bool {
        self.changes_principals.get()
    }

    /// Notes that this unit of work leaves a deletion, a restoration or a purge unfinished.
    pub(super) fn leave_unfinished(&self) {
        self.leaves_unfinished.set(true);
    }

    /// Whether it leaves any unfinished.
    pub(super) fn leaves_unfinished(&self) -> bool {
        self.leaves_unfinished.get()
    }

    /// Has [`Self::check_room`] fail: the index is too far behind.
    pub(super) fn take_no_objects(&self) {
        self.takes_objects.set(false);
    }

    /// Fails where no object is to be created or updated now.
    pub(super) fn check_room(&self) -> Result<(), Error> {
        if self.takes_objects.get() { Ok(()) } else { Err(Error::TenantOverloaded) }
    }

    /// Runs a statement, and says how many rows it changed.
    pub(super) fn run(&self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        self.system.run(sql, parameters)
    }

    /// Runs an INSERT that returns the number of the row that it makes.
    pub(super) fn insert(&self, sql: &str, parameters: &[Value<'_>]) -> Result<i64, Error> {
        self.system.insert(sql, parameters)
    }
}

impl<'c> Deref for WriteTx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &ReadTx<'c> {
        &self.tx
    }
}
