//! Threads for reads that take long: everything but a look-up by key and a short page. The threads that serve requests
//! would do nothing else meanwhile.
//!
//! Each tenant has a queue of its own. Queues are served in turn, and no tenant has more than a quarter of the threads, so
//! the others' reads don't wait for one tenant's. A read that nothing waits for any more, because its request took too long
//! or its client went away, is interrupted.

use super::{driver, threads};
use crate::store::{Error, Tenant, engine::Connection};
use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::oneshot;

/// Reads that wait at most, of all tenants.
const QUEUE: usize = 2048;
/// Reads that wait at most, of one tenant.
const TENANT_QUEUE: usize = 512;
/// Reads of one tenant that may wait however many others wait.
const TENANT_LEAST: usize = 8;
/// Which part of the threads one tenant can have.
const TENANT_PART: usize = 4;

/// The threads and their queues.
pub(super) struct LongReaders {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    queues: Mutex<Queues>,
    /// Told when a read may begin.
    work: Condvar,
    /// Told when a read has ended.
    ended: Condvar,
    tenant_threads: usize,
}

#[derive(Default)]
struct Queues {
    waiting: HashMap<Tenant, VecDeque<Job>>,
    /// The tenants with reads that wait, in the order of their turns.
    turns: VecDeque<Tenant>,
    running: HashMap<Tenant, usize>,
    is_paused: bool,
    is_closed: bool,
}

/// A read, given its connection or why there is none.
type Run = Box<dyn FnOnce(Result<Connection<'_>, Error>) + Send>;

/// A read that waits.
struct Job {
    run: Run,
    abandoned: Arc<AtomicBool>,
}

/// While it lives, no read runs.
pub(super) struct Pause<'r>(&'r Shared);

impl LongReaders {
    /// Starts so many threads. Each opens its connection when it first needs it.
    pub(super) fn start(folder: &Path, count: u16) -> Result<Self, Error> {
        let tenant_threads = (usize::from(count) / TENANT_PART).max(1);
        let shared = Arc::new(Shared {
            queues: Mutex::default(),
            work: Condvar::new(),
            ended: Condvar::new(),
            tenant_threads,
        });
        let start = |_| {
            let (shared, folder) = (shared.clone(), folder.to_owned());
            threads::start("reader", move || shared.serve(&folder)).map_err(|_| Error::Closed)
        };
        let threads = (0..count).map(start).collect::<Result<_, _>>()?;
        Ok(Self { shared, threads })
    }

    /// Runs a closure over a connection, on one of the threads, once it is the tenant's turn. The flag tells it when it is waited
    /// for no more; its statements end then by themselves.
    pub(super) async fn read<T, E>(
        &self,
        tenant: Tenant,
        work: impl FnOnce(Connection<'_>, &AtomicBool) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let abandoned = Arc::new(AtomicBool::new(false));
        let _waits = Waits(abandoned.clone());
        let flag = abandoned.clone();
        let run = move |connection: Result<Connection<'_>, Error>| {
            let work = || work(connection?, &flag);
            let outcome =
                catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::Panicked.into()));
            let _ = answer.send(outcome);
        };
        self.shared.queue(tenant, Job { run: Box::new(run), abandoned })?;
        outcome.await.map_err(|_| Error::Closed)?
    }

    /// Keeps reads from beginning, and waits so long for those under way. `None`: they take longer.
    pub(super) fn pause(&self, limit: Duration) -> Option<Pause<'_>> {
        let mut queues = self.shared.queues();
        queues.is_paused = true;
        let pause = Pause(&self.shared);
        let under_way = |queues: &mut Queues| !queues.running.is_empty();
        let waited = self.shared.ended.wait_timeout_while(queues, limit, under_way);
        let (queues, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        drop(queues);
        (!waited.timed_out()).then_some(pause)
    }
}

impl Drop for LongReaders {
    fn drop(&mut self) {
        self.shared.queues().is_closed = true;
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.queues().is_paused = false;
        self.0.work.notify_all();
    }
}

/// Notes when its read is waited for no more.
struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, tenant: Tenant, job: Job) -> Result<(), Error> {
        self.queues().push(tenant, job)?;
        self.work.notify_one();
        Ok(())
    }

    /// Runs reads until the store closes.
    fn serve(&self, folder: &Path) {
        let mut connection = None;
        while let Some((tenant, job)) = self.next() {
            run(job, &mut connection, folder);
            // Another read of the tenant's may begin now: this thread looks next.
            self.queues().is_done(tenant);
            self.ended.notify_all();
        }
    }

    /// The next read and its tenant. `None`: the store is closed.
    fn next(&self) -> Option<(Tenant, Job)> {
        let mut queues = self.queues();
        loop {
            if queues.is_closed {
                return None;
            }
            if let Some(next) = queues.pop(self.tenant_threads) {
                return Some(next);
            }
            queues = self.work.wait(queues).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Queues {
    fn push(&mut self, tenant: Tenant, job: Job) -> Result<(), Error> {
        let all: usize = self.waiting.values().map(VecDeque::len).sum();
        let queue = self.waiting.entry(tenant).or_default();
        if queue.len() >= TENANT_QUEUE {
            queue.retain(|job| !job.abandoned.load(Ordering::Relaxed));
        }
        if queue.len() >= TENANT_QUEUE {
            return Err(Error::TenantOverloaded);
        }
        if all >= QUEUE && queue.len() >= TENANT_LEAST {
            return Err(Error::Overloaded);
        }
        if !self.turns.contains(&tenant) {
            self.turns.push_back(tenant);
        }
        queue.push_back(job);
        Ok(())
    }

    /// Takes the next read of the first tenant that has fewer than so many under way. It counts as under way from now on.
    fn pop(&mut self, tenant_threads: usize) -> Option<(Tenant, Job)> {
        if self.is_paused {
            return None;
        }
        let may_run =
            |tenant: &Tenant| self.running.get(tenant).is_none_or(|running| *running < tenant_threads);
        let turn = self.turns.iter().position(may_run)?;
        let tenant = self.turns.remove(turn)?;
        let queue = self.waiting.get_mut(&tenant)?;
        let job = queue.pop_front()?;
        if queue.is_empty() {
            self.waiting.remove(&tenant);
        } else {
            self.turns.push_back(tenant);
        }
        *self.running.entry(tenant).or_default() += 1;
        Some((tenant, job))
    }

    fn is_done(&mut self, tenant: Tenant) {
        if let Some(running) = self.running.get_mut(&tenant) {
            *running -= 1;
            if *running == 0 {
                self.running.remove(&tenant);
            }
        }
    }
}

/// Runs a read over the thread's connection, which is opened where it isn't yet.
fn run(job: Job, connection: &mut Option<rusqlite::Connection>, folder: &Path) {
    if job.abandoned.load(Ordering::Relaxed) {
        return;
    }
    if connection.is_none() {
        match driver::open_reader(&folder.join(driver::FILE)) {
            Ok(opened) => *connection = Some(opened),
            Err(error) => return (job.run)(Err(error)),
        }
    }
    if let Some(open) = connection {
        driver::interrupt_when(open, Some(job.abandoned));
        (job.run)(Ok(Connection::Sqlite(open)));
        driver::interrupt_when(open, None);
        if !open.is_autocommit() {
            // Interrupted at the very beginning of its transaction, which nothing ends.
            *connection = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::ids::TenantId,
        store::{
            Older,
            engine::{Durability, MigrationLock, params, sqlite::migrations},
        },
    };
    use futures::FutureExt;
    use std::sync::mpsc;
    use tempfile::TempDir;

    struct World {
        readers: LongReaders,
        _folder: TempDir,
    }

    fn world(threads: u16) -> World {
        let folder = tempfile::tempdir().unwrap();
        let lock = MigrationLock::take(folder.path()).unwrap();
        driver::open_writer(&lock, Durability::Ephemeral, Older::Refuse, &migrations::all()).unwrap();
        World { readers: LongReaders::start(folder.path(), threads).unwrap(), _folder: folder }
    }

    fn tenant(number: i64) -> Tenant {
        Tenant { id: TenantId::random(), number }
    }

    /// A read that never ends by itself.
    fn endless(connection: Connection<'_>, _: &AtomicBool) -> Result<Option<i64>, Error> {
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
        connection.one(sql, params![], |row| row.get(0))
    }

    #[tokio::test]
    async fn a_tenants_reads_do_not_wait_for_those_of_another_tenant() {
        let World { readers, _folder } = world(2);
        let (busy, other) = (tenant(1), tenant(2));
        let mut endless: Vec<_> = (0..20).map(|_| readers.read(busy, endless).boxed()).collect();
        endless.iter_mut().for_each(|read| assert!(read.now_or_never().is_none()));
        for _ in 0..5 {
            assert_eq!(readers.read(other, |_, _| Ok::<_, Error>(7)).await.unwrap(), 7);
        }
    }

    #[tokio::test]
    async fn a_read_that_nothing_waits_for_any_more_is_interrupted() {
        let World { readers, _folder } = world(1);
        let (tell, told) = mpsc::channel();
        let read = readers.read(tenant(1), move |connection, flag| {
            tell.send(Ok(None)).unwrap();
            let outcome = endless(connection, flag);
            tell.send(outcome.clone()).unwrap();
            outcome
        });
        let mut read = Box::pin(read);
        assert!(read.as_mut().now_or_never().is_none());
        assert!(told.recv().unwrap().is_ok(), "it has begun");
        drop(read);
        assert!(matches!(told.recv().unwrap(), Err(Error::Large)));
        assert_eq!(readers.read(tenant(1), |_, _| Ok::<_, Error>(7)).await.unwrap(), 7, "the next one isn't");
    }

    #[tokio::test]
    async fn a_tenant_whose_queue_is_full_is_put_off_and_others_are_not() {
        let World { readers, _folder } = world(4);
        let busy = tenant(1);
        let (tell, told) = mpsc::channel();
        let mut first = readers
            .read(busy, move |connection, flag| {
                tell.send(()).unwrap();
                endless(connection, flag)
            })
            .boxed();
        assert!(first.as_mut().now_or_never().is_none());
        told.recv().unwrap();
        let mut waiting: Vec<_> = (0..TENANT_QUEUE).map(|_| readers.read(busy, endless).boxed()).collect();
        waiting.iter_mut().for_each(|read| assert!(read.now_or_never().is_none()));
        let one_more = readers.read(busy, endless).now_or_never().unwrap();
        assert!(matches!(one_more, Err(Error::TenantOverloaded)));
        assert_eq!(readers.read(tenant(2), |_, _| Ok::<_, Error>(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_pause_is_not_held_up_by_a_read_that_goes_on_and_keeps_others_from_beginning() {
        let World { readers, _folder } = world(2);
        let (tell, told) = mpsc::channel();
        let mut read = readers
            .read(tenant(1), move |connection, flag| {
                tell.send(()).unwrap();
                endless(connection, flag)
            })
            .boxed();
        assert!(read.as_mut().now_or_never().is_none());
        told.recv().unwrap();
        assert!(readers.pause(Duration::from_millis(1)).is_none());
        drop(read);
        let pause = readers.pause(Duration::from_secs(60)).unwrap();
        let mut next = readers.read(tenant(1), |_, _| Ok::<_, Error>(7)).boxed();
        assert!(next.as_mut().now_or_never().is_none());
        drop(pause);
        assert_eq!(next.await.unwrap(), 7);
    }
}
