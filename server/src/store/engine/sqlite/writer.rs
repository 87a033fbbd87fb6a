//! The one thread that writes. It drains a bounded queue, runs closure after closure, commits many in one transaction, and
//! answers no caller, the refused included, before that commit is durable.
//!
//! Most refused closures have changed nothing: rules look before they write. So closures run without a savepoint, until
//! one is refused that had changed something. Then the transaction is rolled back, those before it run again in a new one, and
//! from there to its commit each runs in a savepoint, which undoes only it.
//!
//! Some faults (a full disk) make SQLite roll back the whole transaction, and a statement after that silently begins another
//! one. So after each closure the writer looks whether its transaction still stands; if not, the closures before it
//! run again in a new one, and only the guilty one fails.

use super::{checkpoints::Checkpoints, faults::is_disk_failure, threads};
use crate::store::{
    Error, Tenant,
    engine::{Connection, params},
    exit,
    quotas::{Permit, TenantQuotas},
    sums::Sums,
};
use futures::executor::block_on;
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

/// Closures that wait at most, of all tenants.
const QUEUE: usize = 2048;
/// Closures that wait at most, of one tenant: fewer than the connections that a server takes.
const TENANT_SHARE: usize = 512;
/// Closures of one tenant that wait at most and that no caller waits for. Reads leave them: they must not use up the quota of
/// its writes.
const TENANT_LEFT: usize = 1;
/// Closures in one transaction at most.
const BATCH: usize = 512;
/// How long a transaction takes closures in.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// What is done after each commit, before any caller is answered.
pub(in crate::store) type AfterCommit = Box<dyn Fn() + Send>;

pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    shares: Arc<TenantQuotas>,
    left: Arc<TenantQuotas>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        connection: rusqlite::Connection,
        checkpoints: Checkpoints,
        after_commit: AfterCommit,
    ) -> Result<Self, Error> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = threads::start("writer", move || {
            Thread { connection, checkpoints, after_commit, sums: Sums::default(), jobs }.run();
        });
        let thread = thread.map_err(|_| Error::Closed)?;
        let (shares, left) = (TenantQuotas::new(TENANT_SHARE), TenantQuotas::new(TENANT_LEFT));
        Ok(Self { queue: Some(queue), shares, left, thread: Some(thread) })
    }

    /// Queues a closure, and answers when its outcome is durable. `tenant` is whose quota it counts for.
    pub(super) async fn run<T, E>(
        &self,
        tenant: Option<Tenant>,
        work: impl Fn(Connection<'_>, &Sums) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = tenant.map(|tenant| self.shares.take(tenant)).transpose()?;
        let (answer, outcome) = oneshot::channel();
        self.queue(place, work, Some(answer), Handle::try_current().ok())?;
        outcome.await.map_err(|_| Error::Closed)?
    }

    /// Queues a closure of the store's own, and waits on this thread until its outcome is durable: no runtime is needed for that.
    pub(super) fn run_here<T: Send + 'static>(
        &self,
        work: impl Fn(Connection<'_>, &Sums) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, outcome) = oneshot::channel();
        self.queue(None, work, Some(answer), None)?;
        block_on(outcome).map_err(|_| Error::Closed)?
    }

    /// Queues a closure whose outcome nothing waits for. It isn't run where the queue is full, or holds such a one of the
    /// tenant's already.
    pub(super) fn leave(
        &self,
        tenant: Tenant,
        work: impl Fn(Connection<'_>, &Sums) -> Result<(), Error> + Send + 'static,
    ) {
        let _ = self.left.take(tenant).and_then(|place| self.queue(Some(place), work, None, None));
    }

    fn queue<T, E>(
        &self,
        place: Option<Permit>,
        work: impl Fn(Connection<'_>, &Sums) -> Result<T, E> + Send + 'static,
        answer: Option<oneshot::Sender<Result<T, E>>>,
        runtime: Option<Handle>,
    ) -> Result<(), Error>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let job = Box::new(Closure { work, outcome: None, answer, runtime, _place: place });
        self.queue.as_ref().ok_or(Error::Closed)?.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Error::Closed,
        })
    }
}

impl Drop for Writer {
    /// Ends the thread after everything that was queued is answered.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A queued closure, whatever its types.
trait Job: Send {
    /// Whether no caller waits for its answer any more.
    fn is_abandoned(&self) -> bool;
    /// Where its caller waits.
    fn runtime(&self) -> Option<&Handle>;
    /// Runs it and keeps its outcome. Says whether what it did is to be kept.
    fn run(&mut self, connection: Connection<'_>, sums: &Sums) -> bool;
    /// Hands its outcome out.
    fn answer(self: Box<Self>);
    /// Hands an error out instead.
    fn fail(self: Box<Self>, error: Error);
}

struct Closure<W, T, E> {
    work: W,
    outcome: Option<Result<T, E>>,
    // `None`: nothing waits for it.
    answer: Option<oneshot::Sender<Result<T, E>>>,
    runtime: Option<Handle>,
    // Held until the closure is answered, not until its caller goes away.
    _place: Option<Permit>,
}

impl<W, T, E> Job for Closure<W, T, E>
where
    W: Fn(Connection<'_>, &Sums) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.as_ref().is_some_and(oneshot::Sender::is_closed)
    }

    fn runtime(&self) -> Option<&Handle> {
        self.runtime.as_ref()
    }

    fn run(&mut self, connection: Connection<'_>, sums: &Sums) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(connection, sums)))
            .unwrap_or_else(|_| Err(Error::Panicked.into()));
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or_else(|| Err(Error::Closed.into()));
        // No caller waits any more where the client went away: its write is done all the same.
        let _ = self.answer.map(|answer| answer.send(outcome));
    }

    fn fail(self: Box<Self>, error: Error) {
        let _ = self.answer.map(|answer| answer.send(Err(error.into())));
    }
}

/// What became of a closure in the transaction of its batch.
enum Ran {
    /// All that it did is in it: nothing, where it was refused.
    Whole,
    /// It was refused after it had changed something, which is still in it.
    InPart,
    /// The transaction is gone.
    Lost(Error),
}

/// Hands outcomes out, all of a runtime's callers at once: waking a runtime from another thread is a system call.
fn answer(mut batch: Vec<Box<dyn Job>>) {
    let id = |job: &dyn Job| job.runtime().map(Handle::id);
    // What nobody waits for gives its place back first: who is answered after that may leave the next.
    batch.extract_if(.., |job| job.runtime().is_none()).for_each(Job::answer);
    while let Some(last) = batch.last() {
        let Some(runtime) = last.runtime().cloned() else { return };
        let there = Some(runtime.id());
        let jobs: Vec<_> = batch.extract_if(.., |job| id(&**job) == there).collect();
        drop(runtime.spawn(async { jobs.into_iter().for_each(Job::answer) }));
    }
}

struct Thread {
    connection: rusqlite::Connection,
    checkpoints: Checkpoints,
    after_commit: AfterCommit,
    sums: Sums,
    jobs: mpsc::Receiver<Box<dyn Job>>,
}

impl Thread {
    fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            let batch = self.run_batch(first);
            self.commit(batch);
            self.checkpoints.after_commit(&self.connection);
        }
    }

    /// Runs closures in one transaction, and returns those whose answers wait for its commit.
    fn run_batch(&mut self, first: Box<dyn Job>) -> Vec<Box<dyn Job>> {
        let began = Instant::now();
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut again = VecDeque::from([first]);
        let mut in_savepoints = false;
        if let Err(error) = self.begin() {
            self.fail_all(again, &error);
            return done;
        }
        loop {
            let may_grow = done.len() < BATCH && began.elapsed() < BATCH_TIME;
            let queued = || if may_grow { self.jobs.try_recv().ok() } else { None };
            let next = again.pop_front().or_else(queued);
            let Some(mut job) = next else { return done };
            if job.is_abandoned() {
                // The caller was answered that it isn't done, or has gone away: then it isn't done.
                continue;
            }
            let ran =
                if in_savepoints { self.run_in_savepoint(&mut *job) } else { self.run_plainly(&mut *job) };
            match ran {
                Ran::Whole => {
                    done.push(job);
                    continue;
                }
                Ran::InPart => {
                    self.roll_back();
                    again.push_front(job);
                    in_savepoints = true;
                }
                Ran::Lost(error) => job.fail(error),
            }
            done.drain(..).rev().for_each(|earlier| again.push_front(earlier));
            if let Err(error) = self.begin() {
                self.fail_all(again, &error);
                return done;
            }
        }
    }

    /// Fails these and all that wait: they would meet the same, each after the same time.
    fn fail_all(&mut self, jobs: VecDeque<Box<dyn Job>>, error: &Error) {
        jobs.into_iter().for_each(|job| job.fail(error.clone()));
        while let Ok(job) = self.jobs.try_recv() {
            job.fail(error.clone());
        }
    }

    fn run_unit(&self, job: &mut dyn Job) -> bool {
        let keep = job.run(Connection::Sqlite(&self.connection), &self.sums);
        self.sums.end_unit(keep);
        keep
    }

    /// Runs one closure, which can't be undone by itself.
    fn run_plainly(&self, job: &mut dyn Job) -> Ran {
        let before = self.connection.total_changes();
        let keep = self.run_unit(job);
        if self.connection.is_autocommit() {
            Ran::Lost(Error::Lost)
        } else if keep || self.connection.total_changes() == before {
            Ran::Whole
        } else {
            Ran::InPart
        }
    }

    /// Runs one closure, and undoes only it where it is refused.
    fn run_in_savepoint(&self, job: &mut dyn Job) -> Ran {
        let finish = |keep: bool| -> Result<(), Error> {
            if !keep {
                self.execute("ROLLBACK TO closure")?;
            }
            self.execute("RELEASE closure")
        };
        let mut outcome = self.execute("SAVEPOINT closure");
        if outcome.is_ok() {
            let keep = self.run_unit(job);
            if self.connection.is_autocommit() {
                return Ran::Lost(Error::Lost);
            }
            outcome = finish(keep);
        }
        match outcome {
            Ok(()) => Ran::Whole,
            Err(error) => {
                self.roll_back();
                Ran::Lost(error)
            }
        }
    }

    fn begin(&self) -> Result<(), Error> {
        self.sums.clear();
        self.execute("BEGIN IMMEDIATE")
    }

    fn commit(&self, batch: Vec<Box<dyn Job>>) {
        if batch.is_empty() {
            // No closure's work is in the transaction: whatever is in it must not be kept.
            return self.roll_back();
        }
        if self.connection.is_autocommit() {
            return batch.into_iter().for_each(|job| job.fail(Error::Closed));
        }
        match self.write_sums().and_then(|()| self.execute("COMMIT")) {
            Ok(()) => {
                (self.after_commit)();
                answer(batch);
            }
            Err(error) if is_disk_failure(&error) => {
                // After a failed sync it isn't known what is on disk: no answer would be true.
                tracing::error!(%error, "the disk failed during a commit; ending without an answer");
                exit::with(exit::DISK_FAILURE);
            }
            Err(error) => {
                self.roll_back();
                batch.into_iter().for_each(|job| job.fail(error.clone()));
            }
        }
    }

    fn write_sums(&self) -> Result<(), Error> {
        let connection = Connection::Sqlite(&self.connection);
        self.sums.statements().into_iter().try_for_each(|(statement, [what, of_row, difference])| {
            connection.run(statement, params![what, of_row, difference]).map(drop)
        })
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.execute("ROLLBACK");
        }
    }

    fn execute(&self, sql: &str) -> Result<(), Error> {
        Ok(self.connection.prepare_cached(sql)?.execute([]).map(drop)?)
    }
}
