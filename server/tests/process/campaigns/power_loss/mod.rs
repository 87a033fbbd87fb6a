//! Power loss at random moments: the server's writes, syncs and answers are recorded as the system sees them; for each
//! moment the disk is what a disk may be then; the database that it holds is opened. What was acknowledged is there,
//! what was refused is not, nothing is half there.

mod clients;
mod contents;
mod disk;
mod recording;

use crate::{
    campaign,
    roster::{Server, roster},
};
use clients::{Client, Groups, Step};
use contents::Contents;
use disk::Disk;
use futures::future::join_all;
use rand::{RngExt, rngs::StdRng};
use recording::{Event, Moment, Recording, traced};
use roster_server::store::{Durability, Options, Store, folder};
use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, OpenOptions},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};
use tempfile::TempDir;
use uuid::Uuid;

const ROUNDS: usize = 1;
/// Power losses of one recording.
const LOSSES: usize = 60;
/// How many of them, of one, come while the server makes its files, which are few of a recording's moments.
const WHILE_STARTING: f64 = 0.1;
/// Starts of the server within one recording. At each end it empties its write-ahead log.
const STARTS: usize = 2;
const CLIENTS: usize = 8;
/// So that the log is begun anew often.
const LOG_PAGES: &str = "250";
/// How often the log is begun anew before the server is stopped, and how many groups each client makes at most until then.
const RESTARTS: u32 = 2;
const MAX_GROUPS: usize = 2000;

const DATABASE: &str = "roster.sqlite";
const LOG: &str = "roster.sqlite-wal";

/// A recording, what the clients know, and what the database held in the end.
struct World {
    folder: TempDir,
    recording: Recording,
    answers: HashMap<Uuid, (Moment, u16)>,
    first_answer: Moment,
    clients: Vec<Client>,
    last: Contents,
}

#[derive(Default)]
struct Counts {
    losses: usize,
    acknowledged: usize,
    events: usize,
    checkpoints: usize,
    restarts: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_power_loss() {
    let mut counts = Counts::default();
    for _ in campaign::rounds(ROUNDS) {
        let world = World::record().await;
        counts.add(&world);
        let mut random: StdRng = rand::make_rng();
        for _ in 0..LOSSES {
            world.lose_power(&mut random);
        }
    }
    let Counts { losses, acknowledged, events, checkpoints, restarts } = counts;
    campaign::report(
        "power_loss",
        format_args!(
            "{losses} power losses among {events} writes, syncs and answers, {checkpoints} checkpoints, \
             {restarts} restarts of the log; {acknowledged} acknowledgements, none lost"
        ),
    );
}

impl World {
    async fn record() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut recording = Recording::of(folder.path());
        let mut clients: Vec<Client> = (0..CLIENTS).map(|_| Client::default()).collect();
        for _ in 0..STARTS {
            recording.extend(&run_server(&data, &mut clients).await);
        }
        let last = Contents::read(&data);
        let answers = recording.answers();
        let first_answer = answers.values().map(|(moment, _)| *moment).min().unwrap();
        let world = Self { folder, recording, answers, first_answer, clients, last };
        world.check_recording();
        world
    }

    /// What was recorded is what the clients did, and shows all that the server does to its files.
    fn check_recording(&self) {
        for step in self.steps() {
            assert_eq!(
                self.answers[&step.request].1,
                step.status.as_u16(),
                "the client's answer was recorded"
            );
        }
        let groups: Groups =
            self.clients.iter().flat_map(|client| client.groups_after(client.steps.len())).collect();
        assert_eq!(self.last.groups, groups, "what the clients know is in the database");
        assert!(self.checkpoints() > 0, "nothing was checkpointed while requests came");
        assert!(self.restarts() > 0, "the log was never begun anew");
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.clients.iter().flat_map(|client| &client.steps)
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

    /// How often the log was begun anew, its beginnings as a new file aside.
    fn restarts(&self) -> usize {
        let begins = |event: &&Event| matches!(event, Event::Written { path, offset: Some(0), .. } if path.ends_with(LOG));
        self.recording.events.iter().filter(begins).count().saturating_sub(STARTS)
    }

    /// Loses the power at some moment, starts anew with what is on disk then, and looks at it.
    fn lose_power(&self, random: &mut StdRng) {
        let end =
            if random.random_bool(WHILE_STARTING) { self.first_answer } else { self.recording.events.len() };
        let moment = random.random_range(0..=end);
        let disk = Disk::after(self.folder.path(), &self.recording.events[..moment]);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        for (path, bytes) in disk.lose_power(random) {
            let path = folder.path().join(path.strip_prefix(self.folder.path()).unwrap());
            let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path).unwrap();
            file.write_all(&bytes).unwrap();
        }
        let options = Options { durability: Durability::Ephemeral, readers: 1, ..Options::default() };
        drop(Store::open(&data, options).unwrap());
        self.check(&data, moment);
    }

    fn check(&self, data: &Path, moment: Moment) {
        let Contents { mut groups, changes } = Contents::read(data);
        contents::check_changes(&changes, &self.last.changes);
        for client in &self.clients {
            let ids: BTreeSet<Uuid> = client.ids().collect();
            let own = groups.extract_if(.., |id, _| ids.contains(id)).collect();
            self.check_groups(client, own, moment);
        }
        assert!(groups.is_empty(), "created though refused: {groups:?}");
        let key = folder::existing_keys(data).unwrap();
        assert!(
            key.is_some() || moment <= self.first_answer,
            "the key that signed the clients' tokens is gone"
        );
    }

    /// A client's groups are what it was answered until that moment; the one request that it waits for may be done.
    fn check_groups(&self, client: &Client, mut groups: Groups, moment: Moment) {
        let is_answered = |request: &Uuid| self.answers[request].0 < moment;
        let answered = client.steps.iter().take_while(|step| is_answered(&step.request)).count();
        let [mut expected, awaited] =
            [answered, client.steps.len().min(answered + 1)].map(|steps| client.groups_after(steps));
        if groups != expected && groups != awaited {
            expected.retain(|id, group| groups.remove(id).is_none_or(|found| found != *group));
            panic!("after {answered} answers, at event {moment}: not so: {expected:?}; too much: {groups:?}");
        }
    }
}

/// Runs the server and lets the clients write until the log was begun anew often enough; strace's lines.
async fn run_server(data: &Path, clients: &mut [Client]) -> String {
    let data_name = data.to_str().unwrap();
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--format",
        "json",
        "--sample",
        "--data",
        data_name,
        "--log-pages",
        LOG_PAGES,
    ];
    let (mut trace, strace) = std::io::pipe().unwrap();
    // From the beginning: the server says where it listens after more than fits into a pipe.
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        trace.read_to_string(&mut text).map(|_| text)
    });
    let mut server = Server::spawn(traced(&roster(&arguments)).stderr(strace));
    let token = server.sample_token().await;
    let enough = || log_restarts(data) >= RESTARTS;
    let write = async |client: &mut Client| {
        for _ in 0..MAX_GROUPS {
            client.write(&server, &token).await;
            if enough() {
                break;
            }
        }
    };
    join_all(clients.iter_mut().map(write)).await;
    assert!(server.terminate().success());
    reading.join().unwrap().unwrap()
}

/// How often the log was begun anew, as its header counts it.
fn log_restarts(data: &Path) -> u32 {
    let mut header = [0; 16];
    let read = fs::File::open(data.join(LOG)).and_then(|mut log| log.read_exact(&mut header));
    read.map_or(0, |()| u32::from_be_bytes([header[12], header[13], header[14], header[15]]))
}

impl Counts {
    fn add(&mut self, world: &World) {
        self.losses += LOSSES;
        self.acknowledged += world.steps().filter(|step| step.status.is_success()).count();
        self.events += world.recording.events.len();
        self.checkpoints += world.checkpoints();
        self.restarts += world.restarts();
    }
}
