//! Power loss at random moments: the server's writes, syncs and answers are recorded as the system sees them; for each
//! moment the disk has a state that a disk may have then, and its database is opened. What was acknowledged is there, and what a
//! reader saw; what was refused is not, nothing is there in part.

mod clients;
mod contents;
mod disk;
mod readers;
mod recording;

use crate::{
    campaign, dynamic_groups, index,
    roster::{Server, roster},
};
use clients::{Client, Groups, Step};
use contents::Contents;
use disk::{Disk, Files};
use futures::future::join_all;
use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use readers::{Progress, Sight};
use recording::{Event, Moment, Recording, traced};
use roster_server::{
    data_folder,
    store::{Durability, Options, Store},
};
use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, OpenOptions},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};
use tempfile::TempDir;
use uuid::Uuid;

const ROUNDS: usize = 1;
/// Power losses of one recording.
const LOSSES: usize = 90;
/// How many of them, of one, come while the server makes its files, which are few of a recording's moments.
const WHILE_STARTING: f64 = 0.1;
/// How many come right after an answer that told of a write before the write's own answer did.
const AFTER_EARLY_NEWS: f64 = 0.4;
/// How often a reader must have seen something early for it to show anything that none of it is lost.
const ENOUGH_EARLY_NEWS: usize = 10;
/// Recordings of which one at least holds a write that a killed server left unsynced.
const RECORDINGS: usize = 5;
const CLIENTS: usize = 8;
const READERS: usize = 16;
/// So that the log restarts often.
const LOG_PAGES: &str = "250";
/// So that the log never restarts.
const NO_CHECKPOINTS: &str = "1000000";
/// So that the counts of groups are kept.
const LARGEST_UNCOUNTED: &str = "3";
/// So that there is an index.
const LARGEST_SCANNED: &str = "0";
/// How often the log restarts before the server is stopped, and how many groups each client makes at most until then.
const RESTARTS: u32 = 2;
const MAX_GROUPS: usize = 2000;
/// At which of its syncs the writing thread is killed.
const KILLED_AT: std::ops::Range<u32> = 4..12;

const DATABASE: &str = "roster.sqlite";
const LOG: &str = "roster.sqlite-wal";

/// How a run of the server ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is told to stop: its log is emptied.
    Stopped,
    /// It is killed between the writes of a commit to the log and their sync.
    KilledBeforeSync,
}

/// A recording, what the clients know, and what the database held in the end.
struct World {
    folder: TempDir,
    recording: Recording,
    answers: HashMap<Uuid, (Moment, u16)>,
    first_answer: Moment,
    clients: Vec<Client>,
    sights: Vec<Sight>,
    /// For each client: how many of its steps must have been done when an answer to a reader began to be sent.
    seen: Vec<Vec<(Moment, usize)>>,
    early_news: EarlyNews,
    last: Contents,
}

/// When answers told of writes before the writes' own answers did.
#[derive(Default)]
struct EarlyNews {
    /// Answers to readers.
    seen: Vec<Moment>,
    /// Answers of a server to which the writes were left by one that was killed.
    recovered: Vec<Moment>,
}

#[derive(Default)]
struct Counts {
    losses: usize,
    acknowledged: usize,
    sights: usize,
    early: usize,
    recovered: usize,
    events: usize,
    checkpoints: usize,
    restarts: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_or_shown_survives_power_loss() {
    let mut counts = Counts::default();
    for _ in campaign::rounds(ROUNDS) {
        let world = World::record_a_recovery().await;
        counts.add(&world);
        let mut random: StdRng = rand::make_rng();
        for _ in 0..LOSSES {
            let moment = world.moment(&mut random);
            let disk = Disk::after(world.folder.path(), world.events(moment));
            world.restart(disk.lose_power(&mut random), moment).unwrap();
        }
        let seen = &world.early_news.seen;
        assert!(
            seen.len() < ENOUGH_EARLY_NEWS || seen.iter().any(|news| world.is_lost_if_synced_late(*news)),
            "a server that shows what isn't synced wouldn't be noticed"
        );
    }
    let Counts { losses, acknowledged, sights, early, recovered, events, checkpoints, restarts } = counts;
    campaign::report(
        "power_loss",
        format_args!(
            "{losses} power losses among {events} writes, syncs and answers, {checkpoints} checkpoints, \
             {restarts} restarts of the log; {acknowledged} acknowledgements and {sights} reads, \
             {early} of writes that weren't acknowledged yet, {recovered} of unsynced ones that a killed server left; none \
             was taken back"
        ),
    );
}

impl World {
    /// Records until a server has shown a write that one before it had left unsynced.
    async fn record_a_recovery() -> Self {
        for _ in 0..RECORDINGS {
            let world = Self::record().await;
            if world.early_news.recovered.iter().any(|news| world.is_lost_if_synced_late(*news)) {
                return world;
            }
        }
        panic!("no killed server left a whole commit that wasn't synced");
    }

    async fn record() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut recording = Recording::of(folder.path());
        let mut clients: Vec<Client> = (0..CLIENTS).map(|_| Client::default()).collect();
        let mut sights = Vec::new();
        let mut run = async |end| {
            let (trace, seen) = run_server(&data, &mut clients, end).await;
            recording.extend(&trace);
            sights.extend(seen);
        };
        for end in [End::Stopped, End::KilledBeforeSync, End::Stopped] {
            run(end).await;
        }
        let last = Contents::read(&data);
        let answers = recording.answers();
        let first_answer = answers.values().map(|(moment, _)| *moment).min().unwrap();
        let (seen, early_news) = (vec![Vec::new(); CLIENTS], EarlyNews::default());
        let mut world =
            Self { folder, recording, answers, first_answer, clients, sights, seen, early_news, last };
        world.check_recording();
        world.find_what_was_seen();
        world
    }

    /// What was recorded is what the clients did, and shows all that the server does to its files.
    fn check_recording(&self) {
        let steps = self.steps().map(|step| (step.told_by, step.status));
        for (request, status) in steps.chain(self.sights.iter().map(|sight| (sight.request, sight.status))) {
            assert_eq!(self.answers[&request].1, status.as_u16(), "the client's answer was recorded");
        }
        let groups: Groups =
            self.clients.iter().flat_map(|client| client.groups_after(client.steps.len())).collect();
        assert_eq!(self.last.groups, groups, "what the clients know is in the database");
        assert!(self.checkpoints() > 0, "nothing was checkpointed while requests came");
        assert!(self.restarts() > 0, "the log never restarted");
    }

    fn find_what_was_seen(&mut self) {
        for sight in &self.sights {
            let client = &self.clients[sight.client];
            let (moment, _) = self.answers[&sight.request];
            let answered = self.answered(client, moment);
            let steps = sight.steps(client, client.steps.len().min(answered + 1));
            self.seen[sight.client].push((moment, steps));
            if steps > answered {
                self.early_news.seen.push(moment);
            }
        }
        let lost = self.steps().filter(|step| step.was_lost).map(|step| self.answers[&step.told_by].0);
        self.early_news.recovered = lost.collect();
    }

    /// How many steps of a client it was told of before this moment.
    fn answered(&self, client: &Client, moment: Moment) -> usize {
        client.steps.iter().take_while(|step| self.answers[&step.told_by].0 < moment).count()
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.clients.iter().flat_map(|client| &client.steps)
    }

    fn events(&self, moment: Moment) -> impl Iterator<Item = (Moment, &Event)> {
        self.recording.events[..moment].iter().enumerate()
    }

    /// Checkpoints before the last answer.
    fn checkpoints(&self) -> usize {
        let is_answer = |event: &Event| matches!(event, Event::Answered { .. });
        let last = self.recording.events.iter().rposition(is_answer).unwrap();
        let (mut checkpoints, mut written) = (0, false);
        for event in &self.recording.events[..last] {
            match event {
                Event::Written { path, .. } if path.ends_with(DATABASE) => written = true,
                Event::Synced { path, .. } if path.ends_with(DATABASE) => {
                    checkpoints += usize::from(std::mem::take(&mut written));
                }
                _ => {}
            }
        }
        // One isn't: the database's first page, written before there was a log.
        checkpoints - 1
    }

    /// How often the log restarted, not counting its creations as a new file.
    fn restarts(&self) -> usize {
        let is_log = |path: &PathBuf| path.ends_with(LOG);
        let count =
            |is: &dyn Fn(&Event) -> bool| self.recording.events.iter().filter(|event| is(event)).count();
        let begun =
            count(&|event| matches!(event, Event::Written { path, offset: Some(0), .. } if is_log(path)));
        begun - count(&|event| matches!(event, Event::Removed(path) if is_log(path)))
    }

    /// A moment for a power loss.
    fn moment(&self, random: &mut StdRng) -> Moment {
        if random.random_bool(AFTER_EARLY_NEWS) {
            let EarlyNews { seen, recovered } = &self.early_news;
            let news = if random.random() { seen.choose(random) } else { None };
            return news.or_else(|| recovered.choose(random)).unwrap() + 1;
        }
        let end =
            if random.random_bool(WHILE_STARTING) { self.first_answer } else { self.recording.events.len() };
        random.random_range(0..=end)
    }

    /// Starts with what is on disk after a power loss at this moment, and checks it. The error says what isn't as it must be.
    fn restart(&self, files: Files, moment: Moment) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path.strip_prefix(self.folder.path()).unwrap());
            let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path).unwrap();
            file.write_all(&bytes).unwrap();
        }
        let options = Options { durability: Durability::Ephemeral, readers: 1, ..Options::default() };
        drop(Store::open(&data, options).unwrap());
        self.check(&data, moment)?;
        index::check(&data);
        dynamic_groups::check(&data);
        Ok(())
    }

    /// Whether this campaign would notice, by this answer, a server that shows commits before it syncs them, at a start or among
    /// writes, and syncs them in time for its answers to writers. Its disk is this one without the syncs that it hasn't done yet.
    fn is_lost_if_synced_late(&self, news: Moment) -> bool {
        let moment = news + 1;
        let late = self.synced_late(moment);
        let events = self.events(moment).filter(|(at, event)| *at < late || !is_sync_of_log(event));
        let disk = Disk::after(self.folder.path(), events);
        self.restart(disk.lose_all(), moment).is_err()
    }

    /// Until when such a server has synced its log: up to the last answer to a writer, or the last use of the log that needs it
    /// synced.
    fn synced_late(&self, moment: Moment) -> Moment {
        let writes: BTreeSet<Uuid> =
            self.steps().filter(|step| !step.was_lost).map(|step| step.told_by).collect();
        let needs_sync = |event: &Event| match event {
            Event::Answered { request, .. } => writes.contains(request),
            Event::Written { path, offset, .. } => {
                path.ends_with(DATABASE) || path.ends_with(LOG) && *offset == Some(0)
            }
            _ => false,
        };
        self.recording.events[..moment].iter().rposition(needs_sync).unwrap()
    }

    fn check(&self, data: &Path, moment: Moment) -> Result<(), String> {
        let Contents { mut groups, changes } = Contents::read(data);
        contents::check_changes(&changes, &self.last.changes);
        let key = data_folder::existing_keys(data).unwrap();
        assert!(
            key.is_some() || moment <= self.first_answer,
            "the key that signed the clients' tokens is gone"
        );
        for (client, seen) in self.clients.iter().zip(&self.seen) {
            let ids: BTreeSet<Uuid> = client.ids().collect();
            let own = groups.extract_if(.., |id, _| ids.contains(id)).collect();
            self.check_groups(client, seen, own, moment)?;
        }
        assert!(groups.is_empty(), "created though refused: {groups:?}");
        Ok(())
    }

    /// A client's groups are what it was answered until that moment, or what a reader saw; the one request that the client
    /// waits for may be done.
    fn check_groups(
        &self,
        client: &Client,
        seen: &[(Moment, usize)],
        mut groups: Groups,
        moment: Moment,
    ) -> Result<(), String> {
        let answered = self.answered(client, moment);
        let seen = seen.iter().filter(|(at, _)| *at < moment).map(|(_, steps)| *steps).max();
        let least = answered.max(seen.unwrap_or_default());
        let most = client.steps.len().min(answered + 1);
        let mut expected = client.groups_after(least);
        if groups == expected || groups == client.groups_after(most) {
            return Ok(());
        }
        expected.retain(|id, group| groups.remove(id).is_none_or(|found| found != *group));
        Err(format!(
            "{answered} steps answered and {seen:?} seen, at event {moment}: not so: {expected:?}; too much: {groups:?}"
        ))
    }
}

fn is_sync_of_log(event: &Event) -> bool {
    matches!(event, Event::Synced { path, .. } if path.ends_with(LOG))
}

/// Runs the server and lets clients write and readers read, until the log restarted often enough or the server is killed;
/// strace's lines, and what the readers saw.
async fn run_server(data: &Path, clients: &mut [Client], end: End) -> (String, Vec<Sight>) {
    let stopped = end == End::Stopped;
    let serve = roster(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--format",
        "json",
        "--sample",
        "--data",
        data.to_str().unwrap(),
        "--largest-uncounted",
        LARGEST_UNCOUNTED,
        "--largest-scanned",
        LARGEST_SCANNED,
        "--log-pages",
        if stopped { LOG_PAGES } else { NO_CHECKPOINTS },
    ]);
    let killed_at = (!stopped).then(|| rand::rng().random_range(KILLED_AT));
    let (mut trace, strace) = std::io::pipe().unwrap();
    // From the beginning: the server says where it listens after more than fits into a pipe.
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        trace.read_to_string(&mut text).map(|_| text)
    });
    let mut server = Server::spawn(traced(&serve, killed_at).stderr(strace));
    let token = server.sample_token().await;
    let there = Contents::read(data).groups;
    for client in clients.iter_mut() {
        client.resolve(&server, &token, &there).await;
    }
    let progress: Vec<Progress> = clients.iter().map(|client| client.progress.clone()).collect();
    let done = AtomicBool::new(false);
    let readers =
        (0..READERS).map(|_| readers::read(&server, &token, &progress, || done.load(Ordering::SeqCst)));
    let enough = || stopped && log_restarts(data) >= RESTARTS;
    let write = async |client: &mut Client| {
        for _ in 0..MAX_GROUPS {
            if client.write(&server, &token).await.is_none() || enough() {
                break;
            }
        }
    };
    let writers = async {
        join_all(clients.iter_mut().map(write)).await;
        done.store(true, Ordering::SeqCst);
    };
    let (sights, ()) = tokio::join!(join_all(readers), writers);
    if stopped {
        assert!(server.terminate().success());
    } else {
        server.kill();
    }
    (reading.join().unwrap().unwrap(), sights.into_iter().flatten().collect())
}

/// How often the log restarted, as its header counts it.
fn log_restarts(data: &Path) -> u32 {
    let mut header = [0; 16];
    let read = fs::File::open(data.join(LOG)).and_then(|mut log| log.read_exact(&mut header));
    read.map_or(0, |()| u32::from_be_bytes([header[12], header[13], header[14], header[15]]))
}

impl Counts {
    fn add(&mut self, world: &World) {
        self.losses += LOSSES;
        self.acknowledged += world.steps().filter(|step| step.status.is_success()).count();
        self.sights += world.sights.len();
        self.early += world.early_news.seen.len();
        self.recovered += world.early_news.recovered.len();
        self.events += world.recording.events.len();
        self.checkpoints += world.checkpoints();
        self.restarts += world.restarts();
    }
}
