//! The only place with SQL: units of work, queries, migrations, the change log.
//!
//! [`Store::tenant`] gives access to one tenant's objects; there is no query without a transaction, and a
//! transaction has exactly one tenant, but for what is looked up or taken away across them. Writes are closures that one
//! thread runs; a write is answered when it is durable. Reads run on the thread that asks or, where they may take long, on
//! threads of their own. Each is a consistent snapshot, and sees every write that was answered before it began. Which
//! database does it is `engine/`'s affair. The store knows no rule, no permission and no HTTP.

pub mod app_role_assignments;
pub mod applications;
pub mod changes;
mod conditions;
pub mod counts;
pub mod credentials;
pub mod deleted_items;
mod deleted_tenants;
pub mod deletions;
pub mod devices;
pub mod directory_roles;
mod documents;
pub mod domains;
mod dynamic_groups;
mod engine;
pub mod exit;
pub mod federated_issuers;
pub mod groups;
pub mod identifier_uris;
mod index;
pub mod managed_identity;
mod member_sets;
mod names;
pub mod nestings;
mod numbers;
pub mod oauth2_permission_grants;
pub mod objects;
mod orders;
pub mod owners;
pub mod passwords;
mod plan;
pub mod principals;
mod quotas;
mod random;
pub mod related;
pub mod relations;
pub mod resources;
pub mod restorations;
pub mod rights;
pub mod role_assignments;
pub mod rows;
pub mod selections;
pub mod sign_in_grants;
mod sums;
pub mod tenants;
mod transaction;
pub mod transitive;
pub mod used_assertions;
pub mod users;

pub use engine::{
    DIRECTORY_FILES, Durability, FILE, INDEX_FILES, LOG_FILTER, MIGRATION_LOCK, MigrationLock, Unusable,
};
pub use numbers::Tenant;
pub use transaction::{ReadTx, WriteTx};

use crate::{files::disk, model::clock::Clock};
use dynamic_groups::{DynamicGroups, Following as RuleFollower};
use engine::{Connection, DatabaseError, Engine, IndexFile, Snapshot};
pub use index::{Checked, Found};
use index::{Following, Index};
use member_sets::MemberSets;
use numbers::RowNumber;
use principals::Principals;
use std::{
    io,
    num::NonZero,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    thread,
};
use sums::Sums;
use tokio::sync::Notify;
use transaction::{Queries, SystemTx};

/// What broke. Says nothing of rules: those have their own refusals.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The server's queue of writes, or that of long reads, is full.
    #[error("the server's queue is full")]
    Overloaded,
    /// The tenant's quota of the queue is used up.
    #[error("the tenant's share of the queue is full")]
    TenantOverloaded,
    /// The tenant that a unit of work was to write for was deleted, perhaps by another process.
    #[error("the tenant was deleted")]
    TenantGone,
    /// The store is closing, or its writer ended.
    #[error("the store is closed")]
    Closed,
    /// The transaction was rolled back under the closure (by a full disk, say); nothing of it is kept.
    #[error("the transaction was rolled back under a unit of work")]
    Lost,
    /// The closure panicked; nothing of it is kept.
    #[error("a unit of work panicked")]
    Panicked,
    /// A stored value has a form that the store never writes.
    #[error("the database holds a value that it can't hold: {0}")]
    Corrupt(&'static str),
    /// The database was written by an older version, and isn't to be brought up to date.
    #[error(
        "this data folder was written by an older version of Roster: use that one, or start `roster serve` of this version in its place, which brings the folder up to date"
    )]
    Older,
    /// The database was written by a newer version.
    #[error("this data folder was written by a newer version of Roster: use that one, or another folder")]
    Newer,
    /// The database is another program's.
    #[error(
        "roster.sqlite in this data folder isn't a directory of Roster's: choose another folder with --data"
    )]
    Foreign,
    /// The database can't be read.
    #[error(
        "roster.sqlite in this data folder is damaged: put a copy of the folder from before in its place"
    )]
    Damaged,
    /// The disk has no room for a file of the data folder.
    #[error("the disk is full")]
    DiskFull,
    /// The data folder can't be used.
    #[error("the data folder can't be used: {0}")]
    Folder(String),
    /// A migration failed.
    #[error("bringing the database up to date failed: {0}")]
    Migration(String),
    /// A read has read as much as it may: a short one than which a long one can read more, or one that is waited for no more.
    #[error("a read has read as much as it may")]
    Large,
    /// The database refused.
    #[error("the database failed: {0}")]
    Database(Arc<DatabaseError>),
}

impl Error {
    /// Whether the same call may well succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Overloaded | Self::TenantOverloaded | Self::Closed | Self::Lost | Self::DiskFull => true,
            Self::Panicked | Self::Corrupt(_) | Self::Older | Self::Newer | Self::Foreign | Self::Damaged => {
                false
            }
            Self::Folder(_) | Self::Migration(_) | Self::Large | Self::TenantGone => false,
            Self::Database(error) => error.is_passing(),
        }
    }

    /// Whether there was no room on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::DiskFull => true,
            Self::Database(error) => error.is_disk_full(),
            _ => false,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if disk::is_full(&error) { Self::DiskFull } else { Self::Folder(error.to_string()) }
    }
}

/// The size of the write-ahead log at which its pages begin to be moved: 16 MB, so that it ends at 64 MB.
pub const LOG_PAGES: u32 = 4096;

/// How many bytes of documents a short read reads at most: those of a hundred users of the usual size.
const SHORT_BYTES: usize = 96 << 10;

/// How many steps of the database's machine its statements do at most: a page of the usual size takes 2,000, the two hundred groups
/// above a user take 8,000.
const SHORT_STEPS: u32 = 10_000;

/// Members of a group up to which they are counted each time.
pub const LARGEST_UNCOUNTED: u32 = 10_000;

/// Objects of a tenant up to which all are looked at to find some: it isn't indexed.
pub const LARGEST_SCANNED: u32 = 500;

/// What becomes of a database that an older version wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// It is brought up to date. The caller sees to it that no server runs on it: one of the older version would go on writing
    /// by a schema that isn't there any more.
    Migrate,
    /// Opening it fails with [`Error::Older`], and leaves it as it is.
    Refuse,
}

/// Who keeps the index of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexing {
    /// Nobody here, and none is read: searches look at every object. For processes beside a server.
    Off,
    /// A thread of its own. For the one process that holds the folder.
    Followed,
    /// Whoever calls [`Store::step_index`].
    Stepped,
}

/// How the index of a store is kept.
#[derive(Debug, Clone)]
pub struct IndexOptions {
    /// Who keeps it.
    pub indexing: Indexing,
    /// Up to how many objects of the kinds asked for are looked at without it. Tenants with no more objects aren't indexed.
    pub largest_scanned: u32,
    /// Changes that are folded into it in one transaction, and objects at first.
    pub batch: u32,
    /// How many changes of a tenant's objects may not be indexed yet. When there are more, its objects are created and updated no
    /// more until the index has come further.
    pub most_behind: u32,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self { indexing: Indexing::Off, largest_scanned: LARGEST_SCANNED, batch: 2_000, most_behind: 50_000 }
    }
}

/// Who keeps the memberships of dynamic groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleFollowing {
    /// Nobody here: they stay as they are. For processes beside a server.
    Off,
    /// A thread of its own. For the one process that holds the folder.
    Followed,
    /// Whoever calls [`Store::step_rules`].
    Stepped,
}

/// How the memberships of dynamic groups are kept.
#[derive(Debug, Clone)]
pub struct DynamicGroupOptions {
    /// Who keeps them.
    pub following: RuleFollowing,
    /// Changes that are followed in one piece.
    pub changes: u32,
    /// Objects that rules are held against in one piece.
    pub objects: u32,
    /// Memberships that one unit of work writes at most.
    pub memberships: u32,
}

impl Default for DynamicGroupOptions {
    fn default() -> Self {
        Self { following: RuleFollowing::Off, changes: 1_000, objects: 500, memberships: 100 }
    }
}

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether writes reach the disk before they are answered.
    pub durability: Durability,
    /// What becomes of a database that an older version wrote: it is refused, unless this says otherwise.
    pub older: Older,
    /// How many connections read on the threads that ask.
    pub readers: u16,
    /// How many threads there are for reads that take long.
    pub long_readers: u16,
    /// The size of the write-ahead log, in pages of 4 KB, at which its pages begin to be moved into the database. At four
    /// times as many, reads and writes wait until the log is empty.
    pub log_pages: u32,
    /// Groups of up to so many members are counted each time. The count of a larger group is kept, from the first time on that
    /// it is asked for.
    pub largest_uncounted: u32,
    /// How the index is kept.
    pub index: IndexOptions,
    /// How the memberships of dynamic groups are kept.
    pub dynamic_groups: DynamicGroupOptions,
    /// Where the store takes the time from.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        let processors =
            thread::available_parallelism().map_or(1, NonZero::get).try_into().unwrap_or(u16::MAX);
        Self {
            durability: Durability::Durable,
            older: Older::Refuse,
            readers: processors.saturating_add(1),
            // A tenant has a quarter of them.
            long_readers: processors.saturating_mul(2).max(4),
            log_pages: LOG_PAGES,
            largest_uncounted: LARGEST_UNCOUNTED,
            index: IndexOptions::default(),
            dynamic_groups: DynamicGroupOptions::default(),
            clock: Clock::default(),
        }
    }
}

/// The directory's data. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    index: Arc<Index>,
    /// `None`: searches look at every object.
    following: Option<Arc<Following>>,
    dynamic_groups: Arc<DynamicGroups>,
    /// `None`: memberships of dynamic groups stay as they are.
    rule_follower: Option<Arc<RuleFollower>>,
    engine: Arc<Engine>,
    principals: Arc<Principals>,
    /// A write has left a deletion, a restoration or a purge unfinished.
    unfinished: Arc<Notify>,
    member_sets: Arc<MemberSets>,
    largest_uncounted: u32,
    clock: Clock,
}

impl Store {
    /// Opens the database in this folder, made where there is none.
    pub fn open(folder: &Path, options: Options) -> Result<Self, Error> {
        Self::open_locked(&MigrationLock::take(folder)?, options)
    }

    /// The same in the folder of a lock that the caller took.
    pub fn open_locked(lock: &MigrationLock, options: Options) -> Result<Self, Error> {
        let principals = Arc::new(Principals::new());
        let committed = principals.clone();
        let file = IndexFile::of(lock.folder().into(), options.durability);
        let index = Arc::new(Index::new(file, options.index.clone()));
        let is_followed = options.index.indexing != Indexing::Off;
        let told = is_followed.then(|| index.clone());
        let dynamic_groups = Arc::new(DynamicGroups::new(options.dynamic_groups.clone()));
        let follows_rules = options.dynamic_groups.following != RuleFollowing::Off;
        let told_of_rules = follows_rules.then(|| dynamic_groups.clone());
        let after_commit = Box::new(move || {
            committed.after_commit();
            if let Some(told) = &told {
                told.tell();
            }
            if let Some(told) = &told_of_rules {
                told.tell();
            }
        });
        let engine = Arc::new(Engine::open(lock, &options, after_commit)?);
        let following = is_followed.then(|| Following::begin(index.clone())).transpose()?.map(Arc::new);
        let Options { largest_uncounted, clock, .. } = options;
        let begin = || {
            let (groups, engine) = (dynamic_groups.clone(), engine.clone());
            RuleFollower::begin(groups, engine, lock.folder().into(), clock.clone())
        };
        let rule_follower = follows_rules.then(begin).transpose()?.map(Arc::new);
        Ok(Self {
            index,
            following,
            dynamic_groups,
            rule_follower,
            engine,
            principals,
            unfinished: Arc::default(),
            member_sets: Arc::new(MemberSets::new()),
            largest_uncounted,
            clock,
        })
    }

    /// Folds a batch of changes into the index, where it is [`Stepped`](Indexing::Stepped), and says whether there is more to do.
    pub fn step_index(&self) -> Result<Progress, Error> {
        self.following.as_ref().map_or(Ok(Progress::Finished), |following| following.step())
    }

    /// Does some of what follows from rules of dynamic groups, where they are [`Stepped`](RuleFollowing::Stepped), and says whether
    /// there is more to do.
    pub fn step_rules(&self) -> Result<Progress, Error> {
        self.rule_follower.as_ref().map_or(Ok(Progress::Finished), |follower| follower.step())
    }

    fn dynamic_groups(&self) -> Option<&Arc<DynamicGroups>> {
        self.rule_follower.as_ref().map(|_| &self.dynamic_groups)
    }

    /// Compares the index with a tenant's objects, on this thread, whoever keeps it.
    pub fn check_index(&self, tenant: Tenant) -> Result<Checked, Error> {
        self.index.check(tenant)
    }

    fn index(&self) -> Option<&Arc<Index>> {
        self.following.as_ref().map(|_| &self.index)
    }

    /// Whether there is a database in this folder.
    pub fn is_in(folder: &Path) -> bool {
        engine::is_there(folder)
    }

    /// Whether the database in this folder is surely another program's. Nothing is made beside it.
    pub fn is_foreign_in(folder: &Path) -> bool {
        engine::is_foreign(folder)
    }

    /// Access to one tenant's objects.
    pub fn tenant(&self, tenant: Tenant) -> TenantStore<'_> {
        TenantStore { store: self, tenant }
    }

    /// The clock that transactions take the time from.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Keeps the database from growing beyond so many pages of 4 KB; a write that needs more fails as on a
    /// full disk. `None` lifts the limit.
    pub async fn limit_pages(&self, pages: Option<u32>) -> Result<(), Error> {
        self.engine.limit_pages(pages.unwrap_or(u32::MAX - 1)).await
    }

    /// Polls a future, whose short reads may be of one moment where nothing was written between them: a snapshot for all of
    /// them costs less than one for each.
    pub async fn together<F: Future>(&self, work: F) -> F::Output {
        self.engine.together(work).await
    }

    /// Runs a closure that reads without a tenant, on this thread: for look-ups by key.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Queries<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.engine.read(|connection| work(&Queries::new(connection))).await
    }

    /// Has the writer run a closure without a tenant, as [`TenantStore::write`] does.
    async fn write<T, E>(&self, work: impl Fn(&SystemTx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let clock = self.clock.clone();
        self.engine
            .write(None, move |connection, sums| work(&SystemTx::new(connection, clock.now(), sums)))
            .await
    }
}

/// What a batch left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More that is due.
    Unfinished,
    /// Nothing that is due.
    Finished,
}

/// One tenant's objects.
pub struct TenantStore<'s> {
    store: &'s Store,
    tenant: Tenant,
}

impl TenantStore<'_> {
    /// Runs a closure over a consistent snapshot, on this thread: for look-ups by key and short pages.
    ///
    /// Fails with [`Error::Large`] where there is more to read than that.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let reading = Reading { most_bytes: SHORT_BYTES, ..self.reading() };
        let read = move |snapshot: Connection<'_>| Ok::<_, E>(reading.run(snapshot, None, work));
        let (read, large) = self.store.engine.read_snapshot(SHORT_STEPS, read).await?;
        self.keep_count_of(large);
        read
    }

    /// Runs a closure over a consistent snapshot, on a thread for such: for everything that may take long. Where the caller
    /// waits no more, it fails with [`Error::Large`].
    pub async fn read_long<T, E>(
        &self,
        work: impl FnOnce(&ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let member_sets = Some(self.store.member_sets.clone());
        let reading = Reading { member_sets, ..self.reading() };
        let read = move |connection: Connection<'_>, abandoned: &AtomicBool| {
            let snapshot = Snapshot::begin(connection)?;
            Ok::<_, E>(reading.run(snapshot.connection(), Some(abandoned), work))
        };
        let (read, large) = self.store.engine.read_long(self.tenant, read).await?;
        self.keep_count_of(large);
        read
    }

    fn reading(&self) -> Reading {
        Reading {
            tenant: self.tenant,
            clock: self.store.clock.clone(),
            most_bytes: usize::MAX,
            largest_uncounted: self.store.largest_uncounted,
            index: self.store.index().cloned(),
            member_sets: None,
        }
    }

    /// Begins to keep the count of a group that a read found to be large.
    fn keep_count_of(&self, large: Option<RowNumber>) {
        if let Some(group) = large {
            self.store.keep_members_count(self.tenant, group);
        }
    }

    /// Has the writer run a closure, and answers when what it did is durable, or undone where it returned an
    /// error. The closure may run more than once: it must do nothing but read and write through `tx`.
    ///
    /// Fails with [`Error::TenantGone`] where the tenant was deleted, perhaps by another process.
    pub async fn write<T, E>(
        &self,
        work: impl Fn(&WriteTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (tenant, clock) = (self.tenant, self.store.clock.clone());
        let principals = self.store.principals.clone();
        let unfinished = self.store.unfinished.clone();
        let index = self.store.index().cloned();
        let run = move |connection: Connection<'_>, sums: &Sums| {
            let tx = SystemTx::new(connection, clock.now(), sums).of(tenant)?;
            if index.as_ref().is_some_and(|index| index.is_far_behind(tenant)) {
                tx.take_no_objects();
            }
            let done = work(&tx);
            if tx.changes_principals() {
                principals.expect_change();
            }
            if tx.leaves_unfinished() {
                // What is queued to finish it runs after this.
                unfinished.notify_one();
            }
            done
        };
        self.store.engine.write(Some(tenant), run).await
    }
}

/// What a read goes by besides its snapshot.
struct Reading {
    tenant: Tenant,
    clock: Clock,
    most_bytes: usize,
    largest_uncounted: u32,
    index: Option<Arc<Index>>,
    member_sets: Option<Arc<MemberSets>>,
}

impl Reading {
    /// Runs a closure over a snapshot. Gives what came of it, and a group that it found to be large.
    fn run<T, E>(
        &self,
        snapshot: Connection<'_>,
        abandoned: Option<&AtomicBool>,
        work: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, Option<RowNumber>) {
        let tx = ReadTx::new(snapshot, self.tenant, self.clock.now())
            .within(self.most_bytes)
            .until(abandoned)
            .noting_large(self.largest_uncounted)
            .with_index(self.index.as_deref())
            .keeping(self.member_sets.as_deref());
        let read = work(&tx);
        (read, tx.large())
    }
}
