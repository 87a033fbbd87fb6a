//! The scenarios: what is measured, against what, and how near it must come.

use super::{
    ROUNDS,
    load::{self, Measured, Requests},
    process::Process,
    reference,
    world::World,
};
use crate::roster::Roster;
use serde::Serialize;
use std::time::{Duration, Instant};

/// How long the disk by itself is measured in each round.
const DISK_TIME: Duration = Duration::from_millis(700);

/// One figure of the table.
#[derive(Serialize)]
pub struct Outcome {
    /// The scenario's name.
    pub name: &'static str,
    /// What it is compared with.
    pub against: &'static str,
    /// What `ours` and `reference` count.
    pub unit: &'static str,
    /// Our figure over the reference's; our figure itself where it has none.
    pub ratio: f64,
    /// Our figure: the median of the rounds.
    pub ours: f64,
    /// The reference's figure: the median of the rounds.
    pub reference: Option<f64>,
    /// What the ratio must reach.
    pub bar: Option<f64>,
    /// What the ratio should reach.
    pub aim: Option<f64>,
    /// Whether a lower ratio is better.
    pub lower_is_better: bool,
    /// The latencies below which 50, 99 and 99.9 % of our answers lie, in milliseconds.
    pub latency_ms: Option<[f64; 3]>,
    /// What an answer costs our process, in microseconds of processor time.
    pub processor_us: Option<f64>,
    /// The most memory that our process had at once, in megabytes.
    pub peak_memory_mb: Option<f64>,
}

impl Outcome {
    /// Whether it reaches its bar; `None` where it has none.
    pub fn is_reached(&self) -> Option<bool> {
        self.bar.map(|bar| if self.lower_is_better { self.ratio <= bar } else { self.ratio >= bar })
    }
}

/// Something that is measured.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    bar: Option<f64>,
    aim: Option<f64>,
    kind: Kind,
}

/// Makes the requests of a round, over this many connections.
type Make = fn(&World, connections: usize, round: usize) -> Requests;

enum Kind {
    /// Answers per second, over this many connections.
    Rate(usize, Make, Reference),
    /// How long 99 of 100 adds take at most, in median times of appending and syncing 4 KB.
    Tail(usize, Make),
    /// The memory of a server that has just started.
    IdleMemory,
    /// The memory of a server that reads and writes a large group.
    LoadedMemory,
    /// From the start of the process to its first answer.
    ColdStart,
}

#[derive(Clone, Copy)]
enum Reference {
    /// The same requests to handlers that do nothing.
    NoOp,
    /// The same, or the rate that the disk allows for this many connections, if that is lower: each waits for the sync that is
    /// under way when its request comes, and then for its own, so for two at most.
    NoOpOrDisk,
    /// A handler that serialises a ready page.
    Page,
    /// Other requests to the same server.
    Ours(&'static str, Make),
    /// Appending 4 KB and syncing, one after the other.
    Appends,
    /// SQLite with a commit for each add.
    Commits,
}

/// All scenarios, in the order in which they run: those that take something away last.
pub fn all() -> Vec<Scenario> {
    let scenario = |name, bars: Option<(f64, f64)>, kind| Scenario {
        name,
        bar: bars.map(|(bar, _)| bar),
        aim: bars.map(|(_, aim)| aim),
        kind,
    };
    let rate = |connections, make, against| Kind::Rate(connections, make, against);
    use Reference::{Appends, Commits, NoOp, NoOpOrDisk, Ours, Page};
    vec![
        scenario("cold-start", Some((150.0, 50.0)), Kind::ColdStart),
        scenario("memory-idle", Some((40.0, 20.0)), Kind::IdleMemory),
        scenario("add-member-c1", Some((0.40, 0.60)), rate(1, World::add_to_own_group, Appends)),
        scenario("add-member-c64", Some((0.35, 0.60)), rate(64, World::add_to_own_group, NoOpOrDisk)),
        scenario("add-member-c256", Some((0.50, 0.70)), rate(256, World::add_to_own_group, NoOpOrDisk)),
        scenario("add-member-p99", Some((12.0, 5.0)), Kind::Tail(64, World::add_to_own_group)),
        scenario("add-member-commits", None, rate(64, World::add_to_own_group, Commits)),
        scenario("add-member-scattered-c64", None, rate(64, World::add_from_everywhere, NoOpOrDisk)),
        scenario(
            "add-member-large-group",
            Some((0.9, 1.0)),
            rate(64, World::add_to_large_group, Ours("an empty group", World::add_to_empty_group)),
        ),
        scenario("members-page-large", Some((0.50, 0.70)), rate(64, World::read_large_group, Page)),
        scenario(
            "members-page-large-vs-small",
            Some((0.9, 1.0)),
            rate(64, World::read_large_group, Ours("a group of 100", World::read_small_group)),
        ),
        scenario("get-user-c64", Some((0.50, 0.75)), rate(64, World::get_users, NoOp)),
        scenario("get-user-scattered-c64", None, rate(64, World::get_users_from_everywhere, NoOp)),
        scenario("get-group-c64", None, rate(64, World::get_groups, NoOp)),
        scenario("list-users-c64", None, rate(64, World::list_users, Page)),
        scenario("create-user-c64", None, rate(64, World::create_users, NoOpOrDisk)),
        scenario("token-c64", None, rate(64, World::ask_for_tokens, NoOp)),
        scenario("mostly-read-c64", None, rate(64, World::mostly_read, NoOp)),
        scenario("remove-member-c64", None, rate(64, World::remove_from_large_group, NoOpOrDisk)),
        scenario("memory-loaded", Some((200.0, 100.0)), Kind::LoadedMemory),
    ]
}

impl Reference {
    fn name(self) -> &'static str {
        match self {
            Self::NoOp => "no-op",
            Self::NoOpOrDisk => "no-op or disk",
            Self::Page => "ready page",
            Self::Ours(name, _) => name,
            Self::Appends => "4 KB append + sync",
            Self::Commits => "a commit each",
        }
    }
}

impl Scenario {
    /// Measures it.
    pub async fn run(&self, world: &mut World, time: Duration) -> Result<Outcome, String> {
        match self.kind {
            Kind::Rate(connections, make, against) => {
                self.rate(world, time, connections, make, against).await
            }
            Kind::Tail(connections, make) => self.tail(world, time, connections, make).await,
            Kind::IdleMemory => {
                world.restart()?;
                let requests = world.get_users(1, 0);
                load::drive(&world.ours, 1, Duration::from_millis(10), &requests).await?;
                Ok(self.absolute("MB", megabytes(world.ours.resident_memory()?)))
            }
            Kind::LoadedMemory => {
                world.restart()?;
                let mut peak = 0;
                for requests in [
                    world.read_large_group(256, 0),
                    world.add_to_own_group(256, 0),
                    world.mostly_read(256, 0),
                ] {
                    let measured = load::drive(&world.ours, 256, time, &requests).await?;
                    peak = peak.max(measured.usage.peak_memory);
                }
                Ok(self.absolute("MB", megabytes(peak)))
            }
            Kind::ColdStart => self.cold_start(world).await,
        }
    }

    async fn rate(
        &self,
        world: &World,
        time: Duration,
        connections: usize,
        make: Make,
        against: Reference,
    ) -> Result<Outcome, String> {
        let (mut ours, mut references) = (Vec::new(), Vec::new());
        // The first round warms up.
        for round in 0..=ROUNDS {
            let time = if round == 0 { time.min(Duration::from_secs(1)) } else { time };
            let reference = against.rate(world, time, connections, make, round).await?;
            let measured =
                load::drive(&world.ours, connections, time, &make(world, connections, round)).await?;
            if round > 0 {
                references.push(reference);
                ours.push(measured);
            }
        }
        let (rate, reference) = (median(ours.iter().map(|round| round.rate)), median(references));
        Ok(Outcome {
            against: against.name(),
            ratio: rate / reference,
            reference: Some(reference),
            ..self.of_rounds("/s", rate, &ours)
        })
    }

    async fn tail(
        &self,
        world: &World,
        time: Duration,
        connections: usize,
        make: Make,
    ) -> Result<Outcome, String> {
        let (mut ours, mut references) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            references.push(reference::append_and_sync(&world.disk(), DISK_TIME)?.as_secs_f64() * 1000.0);
            ours.push(load::drive(&world.ours, connections, time, &make(world, connections, round)).await?);
        }
        let (tail, reference) =
            (median(ours.iter().map(|round| round.milliseconds(990.0))), median(references));
        Ok(Outcome {
            against: Reference::Appends.name(),
            ratio: tail / reference,
            reference: Some(reference),
            lower_is_better: true,
            ..self.of_rounds("ms", tail, &ours)
        })
    }

    /// The median of several starts: from the start of the process to the end of the first answer.
    async fn cold_start(&self, world: &mut World) -> Result<Outcome, String> {
        let mut starts = Vec::new();
        for _ in 0..5 {
            world.ours.roster.stop();
            let began = Instant::now();
            world.ours = Process::new(Roster::start_on(&world.data())?);
            let requests = world.get_users(1, 0);
            let once: Requests = std::sync::Arc::new(move |connection, number| {
                (number == 0).then(|| requests(connection, number)).flatten()
            });
            load::drive(&world.ours, 1, Duration::from_secs(10), &once).await?;
            starts.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(self.absolute("ms", median(starts)))
    }

    /// A figure without a reference: the bar is in its own unit.
    fn absolute(&self, unit: &'static str, ours: f64) -> Outcome {
        Outcome { lower_is_better: true, ..self.outcome(unit, ours) }
    }

    fn of_rounds(&self, unit: &'static str, ours: f64, rounds: &[Measured]) -> Outcome {
        let latency = [500.0, 990.0, 999.0]
            .map(|per_mille| median(rounds.iter().map(|round| round.milliseconds(per_mille))));
        let processor = median(
            rounds.iter().map(|round| round.usage.processor.as_secs_f64() * 1e6 / round.latency.len() as f64),
        );
        let peak = rounds.iter().map(|round| round.usage.peak_memory).max().unwrap_or_default();
        Outcome {
            latency_ms: Some(latency),
            processor_us: Some(processor),
            peak_memory_mb: Some(megabytes(peak)),
            ..self.outcome(unit, ours)
        }
    }

    fn outcome(&self, unit: &'static str, ours: f64) -> Outcome {
        Outcome {
            name: self.name,
            against: "-",
            unit,
            ratio: ours,
            ours,
            reference: None,
            bar: self.bar,
            aim: self.aim,
            lower_is_better: false,
            latency_ms: None,
            processor_us: None,
            peak_memory_mb: None,
        }
    }
}

impl Reference {
    async fn rate(
        self,
        world: &World,
        time: Duration,
        connections: usize,
        make: Make,
        round: usize,
    ) -> Result<f64, String> {
        let disk = || reference::append_and_sync(&world.disk(), DISK_TIME).map(|median| median.as_secs_f64());
        let no_op = async || {
            load::drive(&world.reference, connections, time, &make(world, connections, round))
                .await
                .map(|measured| measured.rate)
        };
        match self {
            Self::NoOp | Self::Page => no_op().await,
            Self::NoOpOrDisk => Ok(no_op().await?.min(connections as f64 / (2.0 * disk()?))),
            Self::Ours(_, other) => {
                let measured =
                    load::drive(&world.ours, connections, time, &other(world, connections, round)).await?;
                Ok(measured.rate)
            }
            Self::Appends => Ok(1.0 / disk()?),
            Self::Commits => reference::commit_each(&world.disk(), DISK_TIME),
        }
    }
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
