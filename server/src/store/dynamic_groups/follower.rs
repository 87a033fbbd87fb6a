//! Follows the change log, and writes what follows from it.

use super::{
    differences::Part,
    pieces::{Found, Moment},
    rules::{self, Rules},
    runs::{RunChange, Runs, START},
    shared::DynamicGroups,
};
use crate::{
    model::clock::Clock,
    store::{
        Error, Progress, changes,
        engine::{self, Connection, Engine, OwnConnection, Snapshot, params},
        numbers::RowNumber,
        sums::Sums,
        transaction::SystemTx,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

/// Positions after which its own is written though nothing follows from them.
const SKIPPED: i64 = 20_000;

/// Groups that are looked at in one piece.
const GROUPS: i64 = 500;

/// How often rules that ask for the time are held against every object.
const TIME_BETWEEN: TimeDelta = TimeDelta::hours(1);

/// Keeps memberships as rules have them.
pub struct Follower {
    shared: Arc<DynamicGroups>,
    engine: Arc<Engine>,
    folder: PathBuf,
    clock: Clock,
    open: Option<Open>,
}

/// What is known while nothing has failed.
struct Open {
    directory: OwnConnection,
    rules: Rules,
    runs: Runs,
    /// Up to where the change log has been followed, and up to where that is written.
    seen: i64,
    written: Option<i64>,
    /// The tenant whose rules were last held against some more objects.
    last_tenant: i64,
    time: Time,
}

/// When the rules are looked for that ask for the time.
struct Time {
    due: DateTime<Utc>,
    /// The tenant and the group up to which they have been.
    place: Option<(i64, i64)>,
}

impl Follower {
    pub fn new(shared: Arc<DynamicGroups>, engine: Arc<Engine>, folder: PathBuf, clock: Clock) -> Self {
        Self { shared, engine, folder, clock, open: None }
    }

    /// Does what follows from a batch of changes, and a piece of what is to be done for every object. Says whether there is more.
    pub fn step(&mut self) -> Result<Progress, Error> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open()?,
        };
        let progress = self.step_with(&mut open)?;
        // What fails leaves nothing known: it is read again.
        self.open = Some(open);
        Ok(progress)
    }

    fn step_with(&self, open: &mut Open) -> Result<Progress, Error> {
        let snapshot = Snapshot::begin(open.directory.lend())?;
        let newest = changes::newest(snapshot.connection())?;
        if open.runs.is_empty() && !rules::are_there_any(snapshot.connection())? {
            open.rules.clear();
            open.seen = newest;
            self.shared.position.store(newest, Ordering::Release);
            return Ok(Progress::Finished);
        }
        let moment = self.moment(snapshot.connection());
        let mut found = moment.follow(open.seen, &mut open.rules, &open.runs)?;
        found.runs.extend(open.time.runs(&moment)?);
        drop(snapshot);
        // What is written here is in the log too.
        let mut has_changed = self.write(open, found)?;
        if !open.runs.is_empty() {
            has_changed |= self.go_on(open)?;
        }
        let is_all = open.seen >= newest && !has_changed && open.runs.is_empty() && open.time.place.is_none();
        Ok(if is_all { Progress::Finished } else { Progress::Unfinished })
    }

    /// Holds rules that are to be held against every object against some more, and says whether memberships changed.
    fn go_on(&self, open: &mut Open) -> Result<bool, Error> {
        let snapshot = Snapshot::begin(open.directory.lend())?;
        let moment = self.moment(snapshot.connection());
        let (tenant, found) = moment.go_on(open.last_tenant, &mut open.rules, &open.runs)?;
        drop(snapshot);
        open.last_tenant = tenant;
        let seen = open.seen;
        self.write(open, Found { seen, ..found })
    }

    fn moment<'c>(&'c self, directory: Connection<'c>) -> Moment<'c> {
        let (now, options) = (self.clock.now(), &self.shared.options);
        Moment { directory, now, options, began: Instant::now() }
    }

    /// Writes what was found, where there is something, or the position where it is far from the written one. Says whether memberships
    /// changed.
    fn write(&self, open: &mut Open, found: Found) -> Result<bool, Error> {
        let Found { mut differences, runs, seen } = found;
        let has_changed = !differences.is_empty();
        let is_far = seen >= open.written.unwrap_or_default().saturating_add(SKIPPED);
        if !differences.is_empty() || !runs.is_empty() || is_far {
            // Those of one group together: its rule is looked at once.
            differences.sort_by_key(|difference| (difference.tenant.number, difference.group));
            let most = usize::try_from(self.shared.options.memberships).unwrap_or(usize::MAX);
            while differences.len() > most {
                let rest = differences.split_off(most);
                self.write_part(Part { differences, ..Part::default() })?;
                differences = rest;
            }
            self.write_part(Part { differences, runs: runs.clone(), position: Some(seen) })?;
            open.written = Some(seen);
            runs.into_iter().for_each(|run| open.runs.apply(run));
        }
        open.seen = seen;
        self.shared.position.store(open.written.unwrap_or_default(), Ordering::Release);
        Ok(has_changed)
    }

    fn write_part(&self, part: Part) -> Result<(), Error> {
        self.in_one(move |tx| part.write(tx))
    }

    /// Has the writer run a closure, and waits for it.
    fn in_one<T: Send + 'static>(
        &self,
        work: impl Fn(&SystemTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let clock = self.clock.clone();
        let run = move |connection: Connection<'_>, sums: &Sums| {
            work(&SystemTx::new(connection, clock.now(), sums))
        };
        self.engine.write_here(run)
    }

    /// Finds how far memberships follow. Where the log doesn't go back to there, every rule is held against every object.
    fn open(&self) -> Result<Open, Error> {
        let directory = engine::open_directory(&self.folder)?;
        let snapshot = Snapshot::begin(directory.lend())?;
        let newest = changes::newest(snapshot.connection())?;
        let sql = "SELECT position FROM followed_rules";
        let written = snapshot.connection().one(sql, params![], |row| row.get::<Option<i64>>(0))?.flatten();
        let goes_on = match written {
            Some(position) => !changes::is_cut(snapshot.connection(), position)?,
            None => false,
        };
        drop(snapshot);
        let written = if goes_on { written } else { self.begin_anew(directory.lend(), newest)? };
        let runs = Runs::read(directory.lend())?;
        let time = Time { due: self.clock.now(), place: None };
        let seen = written.unwrap_or(newest);
        Ok(Open { directory, rules: Rules::default(), runs, seen, written, last_tenant: 0, time })
    }

    /// Has every rule held against every object. Gives the position of the log from which on it is followed then, as it is written; `None`:
    /// there is no dynamic group.
    fn begin_anew(&self, directory: Connection<'_>, position: i64) -> Result<Option<i64>, Error> {
        if !rules::are_there_any(directory)? {
            return Ok(None);
        }
        tracing::info!("the rules of all dynamic groups are applied to all objects");
        let mut place = Some((0, 0));
        while let Some(after) = place {
            place = self.in_one(move |tx| {
                let groups = dynamic_groups(tx.connection(), after)?;
                for group in &groups {
                    group.begin().write(tx)?;
                }
                Ok(next(&groups))
            })?;
        }
        self.write_part(Part { position: Some(position), ..Part::default() })?;
        Ok(Some(position))
    }
}

impl Time {
    /// Has some more rules that ask for the time held against every object, where it is time.
    fn runs(&mut self, moment: &Moment<'_>) -> Result<Vec<RunChange>, Error> {
        if self.place.is_none() && moment.now >= self.due {
            (self.due, self.place) = (moment.now + TIME_BETWEEN, Some((0, 0)));
        }
        let Some(after) = self.place else { return Ok(Vec::new()) };
        let groups = dynamic_groups(moment.directory, after)?;
        self.place = next(&groups);
        let of_time = groups.iter().filter(|group| group.asks_for_time);
        Ok(of_time.map(Group::begin).collect())
    }
}

/// A dynamic group.
struct Group {
    tenant: i64,
    row: RowNumber,
    /// Whether its rule may depend on the time.
    asks_for_time: bool,
}

impl Group {
    /// Has its rule held against every object.
    fn begin(&self) -> RunChange {
        RunChange { tenant: self.tenant, group: self.row, to: Some(START) }
    }
}

/// The dynamic groups of all tenants, some after a tenant and a group.
fn dynamic_groups(directory: Connection<'_>, after: (i64, i64)) -> Result<Vec<Group>, Error> {
    let sql = "SELECT o.tenant, o.row, o.document FROM objects o
               WHERE (o.tenant, o.row) > (?1, ?2) AND o.is_dynamic IS TRUE AND o.deleted_at IS NULL
               ORDER BY o.tenant, o.row LIMIT ?3";
    let mut groups = Vec::new();
    directory.each(sql, params![after.0, after.1, GROUPS], |row| {
        let asks_for_time = row.get::<String>(2)?.to_ascii_lowercase().contains("system.now");
        groups.push(Group { tenant: row.get(0)?, row: RowNumber(row.get(1)?), asks_for_time });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(groups)
}

/// After which tenant and group there may be more than these. `None`: there are none.
fn next(groups: &[Group]) -> Option<(i64, i64)> {
    let is_full = i64::try_from(groups.len()).is_ok_and(|length| length >= GROUPS);
    groups.last().filter(|_| is_full).map(|group| (group.tenant, group.row.0))
}
