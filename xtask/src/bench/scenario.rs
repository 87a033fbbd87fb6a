//! The scenarios: what is measured, against what, and how near it must come.

use super::{
    ROUNDS,
    load::{self, By, Measured, Requests},
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
    /// A figure that is compared with nothing, but for a bar in its own unit.
    pub fn printed(name: &'static str, unit: &'static str, ours: f64) -> Self {
        Self {
            name,
            against: "-",
            unit,
            ratio: ours,
            ours,
            reference: None,
            bar: None,
            aim: None,
            lower_is_better: true,
            latency_ms: None,
            processor_us: None,
            peak_memory_mb: None,
        }
    }

    /// The same, with what else these rounds measured.
    pub fn with(self, rounds: &[Measured]) -> Self {
        let latency = [500.0, 990.0, 999.0]
            .map(|per_mille| median(rounds.iter().map(|round| round.milliseconds(per_mille))));
        let processor = median(rounds.iter().map(Measured::processor_microseconds));
        let peak = rounds.iter().map(|round| round.usage.peak_memory).max().unwrap_or_default();
        Self {
            latency_ms: Some(latency),
            processor_us: Some(processor),
            peak_memory_mb: Some(megabytes(peak)),
            ..self
        }
    }

    /// Whether it reaches its bar; `None` where it has none.
    pub fn is_reached(&self) -> Option<bool> {
        self.bar.map(|bar| if self.lower_is_better { self.ratio <= bar } else { self.ratio >= bar })
    }
}

/// Something that is measured in a directory.
pub struct Scenario<D> {
    /// Its name.
    pub name: &'static str,
    bar: Option<f64>,
    aim: Option<f64>,
    kind: Kind<D>,
}

/// Makes the requests of a round, over this many connections.
pub type Make<D> = fn(&World<D>, connections: usize, round: usize) -> Requests;

/// What is measured.
pub enum Kind<D> {
    /// Answers per second by this, over so many connections.
    Rate(By, usize, Make<D>, Reference<D>),
    /// Answers to requests by https, each on a new connection, in a second of the server's processor time.
    NewConnections(usize, Make<D>),
    /// How long 99 of 100 adds take at most, in median times of appending and syncing 4 KB.
    Tail(usize, Make<D>),
    /// What an answer costs, over this many connections.
    Cost(Cost, Server, usize, Make<D>),
    /// The processor time of an answer, in parts of that of so many other ones together, over this many connections.
    Part(usize, Make<D>, Others<D>),
    /// The memory of a server that has just started.
    IdleMemory(Make<D>),
    /// The memory of a server under these loads.
    LoadedMemory([Make<D>; 3]),
    /// From the start of the process to its first answer.
    ColdStart(Make<D>),
}

/// Other answers: how they are called, how many they are together, and what is asked for each.
pub type Others<D> = (&'static str, u32, Make<D>);

/// What an answer costs.
#[derive(Clone, Copy)]
pub enum Cost {
    /// The time below which 99 of 100 answers come, in milliseconds.
    Latency,
    /// The server's processor time, in microseconds.
    Processor,
}

/// Which server is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// One that has answered such requests before.
    Warm,
    /// One that has just started.
    Fresh,
}

/// What a rate is compared with.
pub enum Reference<D> {
    /// The same requests to handlers that do nothing.
    NoOp,
    /// The same, or the rate that the disk allows for this many connections, if that is lower: each waits for the sync that is
    /// under way when its request comes, and then for its own, so for two at most.
    NoOpOrDisk,
    /// A handler that serialises a ready page.
    Page,
    /// Other requests to the same server.
    Ours(&'static str, Make<D>),
    /// Appending 4 KB and syncing, one after the other.
    Appends,
    /// SQLite with a commit for each add.
    Commits,
}

/// A rate over this many connections.
pub fn rate<D>(connections: usize, make: Make<D>, against: Reference<D>) -> Kind<D> {
    Kind::Rate(By::Http, connections, make, against)
}

/// A rate by https over this many connections, compared with that by http.
pub fn rate_by_https<D>(connections: usize, make: Make<D>) -> Kind<D> {
    Kind::Rate(By::Https, connections, make, Reference::Ours("http", make))
}

impl<D> Reference<D> {
    fn name(&self) -> &'static str {
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

impl<D> Scenario<D> {
    /// One with a bar and an aim, or without.
    pub fn new(name: &'static str, bars: Option<(f64, f64)>, kind: Kind<D>) -> Self {
        Self { name, bar: bars.map(|(bar, _)| bar), aim: bars.map(|(_, aim)| aim), kind }
    }

    /// Measures it.
    pub async fn run(&self, world: &mut World<D>, time: Duration) -> Result<Outcome, String> {
        match &self.kind {
            Kind::Rate(by, connections, make, against) => {
                self.rate(world, time, (*by, *connections), *make, against).await
            }
            Kind::NewConnections(connections, make) => {
                self.new_connections(world, time, *connections, *make).await
            }
            Kind::Tail(connections, make) => self.tail(world, time, *connections, *make).await,
            Kind::Cost(cost, server, connections, make) => {
                self.cost(world, time, (*cost, *server), *connections, *make).await
            }
            Kind::Part(connections, make, others) => {
                self.part(world, time, *connections, *make, *others).await
            }
            Kind::IdleMemory(make) => {
                world.restart().await?;
                load::drive(&world.ours, 1, Duration::from_millis(10), &make(world, 1, 0)).await?;
                Ok(self.outcome("MB", megabytes(world.ours.resident_memory()?)))
            }
            Kind::LoadedMemory(loads) => {
                world.restart().await?;
                let mut peak = 0;
                for make in loads {
                    let measured = load::drive(&world.ours, 256, time, &make(world, 256, 0)).await?;
                    peak = peak.max(measured.usage.peak_memory);
                }
                Ok(self.outcome("MB", megabytes(peak)))
            }
            Kind::ColdStart(make) => self.cold_start(world, *make).await,
        }
    }

    async fn rate(
        &self,
        world: &World<D>,
        time: Duration,
        (by, connections): (By, usize),
        make: Make<D>,
        against: &Reference<D>,
    ) -> Result<Outcome, String> {
        let (mut ours, mut references) = (Vec::new(), Vec::new());
        // The first round warms up.
        for round in 0..=ROUNDS {
            let time = if round == 0 { time.min(Duration::from_secs(1)) } else { time };
            let reference = against.rate(world, time, connections, make, round).await?;
            let requests = make(world, connections, round);
            let measured = load::drive_by(by, &world.ours, connections, time, &requests).await?;
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
            lower_is_better: false,
            ..self.outcome("/s", rate).with(&ours)
        })
    }

    async fn new_connections(
        &self,
        world: &World<D>,
        time: Duration,
        connections: usize,
        make: Make<D>,
    ) -> Result<Outcome, String> {
        let mut rounds = Vec::new();
        for round in 1..=ROUNDS {
            let requests = make(world, connections, round);
            rounds.push(load::drive_by(By::NewHttps, &world.ours, connections, time, &requests).await?);
        }
        let rate = median(rounds.iter().map(|round| 1e6 / round.processor_microseconds()));
        Ok(Outcome { lower_is_better: false, ..self.outcome("/s of a core", rate).with(&rounds) })
    }

    async fn tail(
        &self,
        world: &World<D>,
        time: Duration,
        connections: usize,
        make: Make<D>,
    ) -> Result<Outcome, String> {
        let (mut ours, mut references) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            references.push(reference::append_and_sync(&world.disk(), DISK_TIME)?.as_secs_f64() * 1000.0);
            ours.push(load::drive(&world.ours, connections, time, &make(world, connections, round)).await?);
        }
        let (tail, reference) =
            (median(ours.iter().map(|round| round.milliseconds(990.0))), median(references));
        Ok(Outcome {
            against: Reference::<D>::Appends.name(),
            ratio: tail / reference,
            reference: Some(reference),
            ..self.outcome("ms", tail).with(&ours)
        })
    }

    async fn cost(
        &self,
        world: &mut World<D>,
        time: Duration,
        (cost, server): (Cost, Server),
        connections: usize,
        make: Make<D>,
    ) -> Result<Outcome, String> {
        if server == Server::Warm {
            let warming = time.min(Duration::from_secs(1));
            load::drive(&world.ours, connections, warming, &make(world, connections, 0)).await?;
        }
        let mut rounds = Vec::new();
        for round in 1..=ROUNDS {
            if server == Server::Fresh {
                world.restart().await?;
            }
            rounds.push(load::drive(&world.ours, connections, time, &make(world, connections, round)).await?);
        }
        let (unit, ours) = match cost {
            Cost::Latency => ("ms", median(rounds.iter().map(|round| round.milliseconds(990.0)))),
            Cost::Processor => ("µs", median(rounds.iter().map(Measured::processor_microseconds))),
        };
        Ok(self.outcome(unit, ours).with(&rounds))
    }

    async fn part(
        &self,
        world: &World<D>,
        time: Duration,
        connections: usize,
        make: Make<D>,
        (against, count, other): Others<D>,
    ) -> Result<Outcome, String> {
        let (mut ours, mut others) = (Vec::new(), Vec::new());
        // The first round warms up.
        for round in 0..=ROUNDS {
            let time = if round == 0 { time.min(Duration::from_secs(1)) } else { time };
            let one = load::drive(&world.ours, connections, time, &other(world, connections, round)).await?;
            let measured =
                load::drive(&world.ours, connections, time, &make(world, connections, round)).await?;
            if round > 0 {
                others.push(one.processor_microseconds() * f64::from(count));
                ours.push(measured);
            }
        }
        let cost = median(ours.iter().map(Measured::processor_microseconds));
        let reference = median(others);
        Ok(Outcome {
            against,
            ratio: cost / reference,
            reference: Some(reference),
            ..self.outcome("µs", cost).with(&ours)
        })
    }

    /// The median of several starts: from the start of the process to the end of the first answer.
    async fn cold_start(&self, world: &mut World<D>, make: Make<D>) -> Result<Outcome, String> {
        let mut starts = Vec::new();
        for _ in 0..5 {
            world.ours.roster.stop();
            let began = Instant::now();
            world.ours = Process::new(Roster::start_on(&world.data())?)?;
            let requests = make(world, 1, 0);
            let once: Requests = std::sync::Arc::new(move |connection, number| {
                (number == 0).then(|| requests(connection, number)).flatten()
            });
            load::drive(&world.ours, 1, Duration::from_secs(10), &once).await?;
            starts.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(self.outcome("ms", median(starts)))
    }

    /// A figure with the bars of this.
    fn outcome(&self, unit: &'static str, ours: f64) -> Outcome {
        Outcome { bar: self.bar, aim: self.aim, ..Outcome::printed(self.name, unit, ours) }
    }
}

impl<D> Reference<D> {
    async fn rate(
        &self,
        world: &World<D>,
        time: Duration,
        connections: usize,
        make: Make<D>,
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
