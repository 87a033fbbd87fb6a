//! Dynamic groups: how soon a user that changed is in its groups and what that costs, and what others notice of a rule that is held
//! against every user.

use super::{
    load::{self, Requests},
    nested_directory::Sizes,
    people,
    scenario::Outcome,
    world::{Reader, World},
};
use hyper::{Method, StatusCode};
use roster_server::{model::ids::ObjectId, store};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// The name that this is asked for by.
pub const NAME: &str = "dynamic-groups";
/// Users that are changed one after the other.
const CHANGES: usize = 1000;
/// Others, while a rule is held against every user.
const CONNECTIONS: usize = 4;
/// How often it is looked whether memberships have followed.
const PAUSE: Duration = Duration::from_millis(5);
/// How long they may take.
const LIMIT: Duration = Duration::from_secs(3600);

/// What memberships have to follow yet, read from the files of the data folder.
struct Followed(Connection);

impl Followed {
    fn open(data: &Path) -> Result<Self, String> {
        let connection = Connection::open(data.join(store::FILE)).map_err(text)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(text)?;
        connection.pragma_update(None, "query_only", true).map_err(text)?;
        Ok(Self(connection))
    }

    /// Waits until a user is in a group. It is read here, so that asking costs the server nothing.
    async fn has_member(&self, group: ObjectId, user: ObjectId) -> Result<(), String> {
        let sql = "SELECT row FROM objects WHERE tenant IN (SELECT number FROM tenants) AND id = ?1";
        let row = |id: ObjectId| self.0.query_row(sql, [id.uuid()], |row| row.get::<_, i64>(0)).map_err(text);
        let pair = [row(group)?, row(user)?];
        let sql = "SELECT EXISTS (SELECT 1 FROM memberships WHERE source_row = ?1 AND target_row = ?2)";
        let began = Instant::now();
        while !self.0.query_row(sql, pair, |row| row.get(0)).map_err(text)? {
            if began.elapsed() > LIMIT {
                return Err("a change takes too long".into());
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Waits until no rule is held against every user.
    async fn is_complete(&self) -> Result<Duration, String> {
        let began = Instant::now();
        // A rule that was just written isn't known yet.
        sleep(Duration::from_secs(1)).await;
        let sql = "SELECT EXISTS (SELECT 1 FROM rule_runs)";
        while self.0.query_row(sql, [], |row| row.get(0)).map_err(text)? {
            if began.elapsed() > LIMIT {
                return Err("the rules take too long".into());
            }
            sleep(PAUSE).await;
        }
        Ok(began.elapsed())
    }
}

/// Measures in a copy of the directory.
pub async fn measure(world: &mut World<Sizes>, rules: usize, time: Duration) -> Result<Vec<Outcome>, String> {
    world.go_on_with_copy().await?;
    let followed = Followed::open(&world.data())?;
    let groups = create(&world.reader(), rules).await?;
    let all = followed.is_complete().await?;
    let (latencies, processor) = change(world, &followed, &groups).await?;
    let others = others(world);
    let quiet = load::drive(&world.ours, CONNECTIONS, time, &others).await?;
    group(&world.reader(), "all", "user.accountEnabled -eq true").await?;
    let busy = load::drive(&world.ours, CONNECTIONS, time, &others).await?;
    let (quiet_tail, busy_tail) = (quiet.milliseconds(990.0), busy.milliseconds(990.0));
    let rest = followed.is_complete().await?;
    let bar = |value: f64| Some(value);
    Ok(vec![
        Outcome::printed("dynamic-groups-first", "s", all.as_secs_f64()),
        Outcome { bar: bar(1000.0), ..Outcome::printed("dynamic-groups-change", "ms", latencies) },
        Outcome { bar: bar(2000.0), ..Outcome::printed("dynamic-groups-change-cost", "µs", processor) },
        Outcome::printed("dynamic-groups-new-rule", "s", (time + rest).as_secs_f64()),
        Outcome {
            against: "no new rule",
            reference: Some(quiet_tail),
            ratio: busy_tail / quiet_tail,
            bar: bar(2.0),
            ..Outcome::printed("dynamic-groups-new-rule-others", "ms", busy_tail).with(&[busy])
        },
    ])
}

/// Creates groups: one for each department, and others for a department and a city.
async fn create(reader: &Reader<'_>, rules: usize) -> Result<Vec<ObjectId>, String> {
    let mut groups = Vec::new();
    for number in 0..rules {
        let department = people::department(number % people::DEPARTMENTS);
        let mut rule = format!("user.department -eq \"{department}\"");
        if number >= people::DEPARTMENTS {
            rule += &format!(" -and user.city -startsWith \"{}\"", people::city(number % people::CITIES));
        }
        groups.push(group(reader, &format!("dynamic{number}"), &rule).await?);
    }
    Ok(groups)
}

async fn group(reader: &Reader<'_>, name: &str, rule: &str) -> Result<ObjectId, String> {
    let group = json!({
        "displayName": name, "groupTypes": ["DynamicMembership"], "mailEnabled": false, "mailNickname": name,
        "membershipRule": rule, "membershipRuleProcessingState": "On", "securityEnabled": true,
    });
    let created = reader.answer(Method::POST, "/v1.0/groups", &group).await?;
    created["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| "a group has no id".into())
}

/// Has users change their departments, one after the other, each when the one before is in its group. Gives how long 99 of 100 take
/// from the answer on, in milliseconds, and what each costs in microseconds of processor time, with the request and the index.
async fn change(
    world: &World<Sizes>,
    followed: &Followed,
    groups: &[ObjectId],
) -> Result<(f64, f64), String> {
    let reader = world.reader();
    let departments = people::DEPARTMENTS.min(groups.len());
    let before = world.ours.usage()?;
    let mut latencies = Vec::new();
    for number in 0..CHANGES {
        let user = world.directory.user(number * 37 % world.directory.users);
        let (department, group) = (number % departments, groups[number % departments]);
        let changed = json!({"department": people::department(department)});
        reader.answer(Method::PATCH, &format!("/v1.0/users/{user}"), &changed).await?;
        let began = Instant::now();
        followed.has_member(group, user).await?;
        latencies.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let processor = world.ours.usage()?.since(&before).processor;
    latencies.sort_by(f64::total_cmp);
    let tail = latencies.get(CHANGES * 99 / 100).copied().unwrap_or(f64::NAN);
    Ok((tail, processor.as_secs_f64() * 1e6 / CHANGES as f64))
}

/// Nine reads of a user, then one change that no rule asks for.
fn others(world: &World<Sizes>) -> Requests {
    let sizes = world.directory;
    let path = move |connection: usize, number: usize| {
        let user = sizes.user((connection * 24_989 + number * 7919) % sizes.users);
        format!("/v1.0/users/{user}")
    };
    let reads = world.requests(StatusCode::OK, move |connection, number| {
        Some((Method::GET, path(connection, number), None))
    });
    let writes = world.requests(StatusCode::NO_CONTENT, move |connection, number| {
        let changed: Value = json!({"jobTitle": people::job_title(number)});
        Some((Method::PATCH, path(connection, number), Some(changed.to_string())))
    });
    std::sync::Arc::new(
        move |connection, number| {
            if number % 10 == 9 { writes(connection, number) } else { reads(connection, number) }
        },
    )
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
