//! Creating users: the requests, and what becomes of the index when they come at full speed for long.

use super::{
    index::Index,
    load::{self, Exchange, Requests},
    nested_directory::Sizes,
    query_scenarios,
    scenario::Outcome,
    world::World,
};
use hyper::{Method, StatusCode};
use serde_json::json;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// The name that this is asked for by.
pub const NAME: &str = "long-creations";
/// How many connections create.
const CONNECTIONS: usize = 64;
/// How often the index is looked at.
const PAUSE: Duration = Duration::from_millis(100);

impl<D> World<D> {
    /// Creates users. Where the server is to be asked again later, it is.
    pub fn creations(&self, created: &Arc<AtomicUsize>) -> Requests {
        let created = created.clone();
        let requests = self.requests(StatusCode::CREATED, move |_, _| {
            let name = format!("created{}", created.fetch_add(1, Ordering::Relaxed));
            let user = json!({
                "accountEnabled": true, "displayName": name, "mailNickname": name,
                "passwordProfile": {"password": "Correct-Horse-7"}, "userPrincipalName": format!("{name}@contoso.example"),
            });
            Some((Method::POST, "/v1.0/users".into(), Some(user.to_string())))
        });
        Arc::new(move |connection, number| {
            Some(Exchange { may_be_put_off: true, ..requests(connection, number)? })
        })
    }
}

/// Creates for this time, beside one connection that queries, in a copy of the directory.
pub async fn create_long(world: &mut World<Sizes>, time: Duration) -> Result<Vec<Outcome>, String> {
    world.go_on_with_copy().await?;
    let index = Index::open(&world.data())?.ok_or("there is no index")?;
    let creations = world.creations(&Arc::default());
    let queries = world.ask(query_scenarios::five_predicates);
    let (followed, lags, created, queried) = tokio::join!(
        async { index.followed() },
        watch(&index, time),
        load::drive(&world.ours, CONNECTIONS, time, &creations),
        load::drive(&world.ours, 1, time, &queries),
    );
    let (before, lags, created, queried) = (followed?, lags?, created?, queried?);
    let followed = (index.followed()? - before) as f64 / time.as_secs_f64();
    let refused = created.put_off as f64 / (created.put_off as f64 + created.latency.len() as f64);
    Ok(vec![
        Outcome::printed("long-creations", "/s", created.rate).with(&[created]),
        Outcome::printed("long-creations-put-off", "%", 100.0 * refused),
        Outcome::printed("long-creations-index", "/s", followed),
        Outcome::printed("long-creations-lag", "objects", lags.objects as f64),
        Outcome {
            aim: Some(1.0),
            ..Outcome::printed("long-creations-lag-time", "s", lags.time.as_secs_f64())
        },
        Outcome::printed("long-creations-query", "ms", queried.milliseconds(990.0)).with(&[queried]),
    ])
}

/// The longest lags.
#[derive(Default)]
struct Lags {
    objects: i64,
    time: Duration,
}

/// Looks for this time how far the index is behind.
async fn watch(index: &Index, time: Duration) -> Result<Lags, String> {
    let end = Instant::now() + time;
    let (mut lags, mut looks) = (Lags::default(), VecDeque::new());
    while Instant::now() < end {
        let (newest, now) = (index.newest()?, Instant::now());
        looks.push_back((newest, now));
        let followed = index.followed()?;
        while looks.front().is_some_and(|&(newest, _)| newest <= followed) {
            looks.pop_front();
        }
        lags.objects = lags.objects.max(newest - followed);
        lags.time = lags.time.max(looks.front().map(|(_, then)| then.elapsed()).unwrap_or_default());
        sleep(PAUSE).await;
    }
    Ok(lags)
}
