//! The clock jumps back and forth: tokens are good only in their time, paging goes on, every write works, and nothing is purged
//! that wasn't due at two looks in a row.

use crate::{
    campaign,
    support::{Server, Tenant, send},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngExt, seq::IndexedRandom};
use reqwest::{Method, StatusCode};
use roster_server::{
    auth::tokens::LEEWAY_SECONDS,
    directory::{Policy, objects::KEPT, purging::Purging},
    store::{Progress, Store},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::OnceLock};
use uuid::Uuid;

const ROUNDS: usize = 50;
const MEMBERS: usize = 7;
const DAY: i64 = 86_400;
/// Seconds by which the clock jumps, either way.
const JUMPS: [i64; 9] = [1, 299, 301, 600, 3_600, DAY, 31 * DAY, 400 * DAY, 3_000 * DAY];
/// How far it goes astray: to 1990 and to 2060, about.
const ASTRAY: i64 = 12_000 * DAY;

/// A token with its times.
struct Token {
    from: i64,
    until: i64,
    text: String,
}

/// A walk through the pages of a group's members, one page at a time.
struct Walk {
    first: String,
    next: Option<String>,
    seen: Vec<Uuid>,
}

/// What is to be purged, and when it was looked for that.
#[derive(Default)]
struct Deleted {
    at: Vec<i64>,
    purging: Purging,
    last_look: Option<i64>,
    purged: usize,
}

async fn tenant() -> Tenant {
    // A server of its own: its clock is moved.
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| Server::start(Policy::default(), None));
    let clock = server.store.clock();
    // No token is from before its tenant, however far the clock goes back.
    clock.advance(-ASTRAY);
    let tenant = server.tenant().await;
    clock.advance(ASTRAY);
    tenant
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jumping_clock_lets_no_token_in_breaks_no_paging_and_purges_nothing_too_early() {
    let tenant = tenant().await;
    let clock = tenant.server.store.clock();
    let (group, members) = group(&tenant).await;
    let mut walk = Walk { first: format!("/groups/{group}/members?$top=2"), next: None, seen: Vec::new() };
    let (mut tokens, mut deleted, mut astray) = (Vec::new(), Deleted::default(), 0_i64);
    let (mut accepted, mut refused, mut walks) = (0, 0, 0);
    for round in campaign::rounds(ROUNDS) {
        let jump =
            *JUMPS.choose(&mut rand::rng()).unwrap() * if rand::rng().random_bool(0.5) { 1 } else { -1 };
        let jump = if (astray + jump).abs() > ASTRAY { -jump } else { jump };
        astray += jump;
        clock.advance(jump);

        tokens.push(token(&tenant, clock.now().timestamp()).await);
        for token in tokens.iter().rev().take(8) {
            match is_accepted_in_its_time(&tenant, token).await {
                Some(true) => accepted += 1,
                Some(false) => refused += 1,
                None => {}
            }
        }
        walks += usize::from(walk.go_on(&tenant, &members).await);
        deleted.live_and_die(&tenant, round).await;
        if rand::rng().random_bool(0.5) {
            deleted.look(&tenant.server.store).await;
        }
    }
    assert!(accepted > 0 && refused > 0 && walks > 0 && deleted.purged > 0, "{accepted} {refused} {walks}");
    let purged = deleted.purged;
    campaign::report(
        "clock",
        format_args!(
            "tokens: {accepted} accepted, {refused} refused; {walks} walks through pages; {purged} objects purged"
        ),
    );
}

#[test]
fn a_clock_that_is_put_right_before_the_next_look_purges_nothing() {
    let now = DateTime::<Utc>::from_timestamp(1_800_000_000, 0).unwrap();
    let hour = TimeDelta::hours(1);
    let mut purging = Purging::default();
    assert_eq!(purging.deleted_before(now), None, "the first look has no other before it");
    assert_eq!(
        purging.deleted_before(now + TimeDelta::days(365)),
        Some(now - KEPT),
        "the clock jumped ahead"
    );
    assert_eq!(purging.deleted_before(now + hour * 2), Some(now + hour * 2 - KEPT), "it was put right");
    assert_eq!(purging.deleted_before(now + hour * 3), Some(now + hour * 2 - KEPT));
}

async fn group(tenant: &Tenant) -> (Uuid, BTreeSet<Uuid>) {
    let group = tenant.security_group("readers").await;
    let mut members = BTreeSet::new();
    for number in 0..MEMBERS {
        let user = tenant.user(&format!("member{number}")).await;
        tenant.join(group, user).await;
        members.insert(user);
    }
    (group, members)
}

/// A token whose times lie somewhere around now.
async fn token(tenant: &Tenant, now: i64) -> Token {
    let around = |seconds: i64| rand::rng().random_range(-seconds..seconds);
    let from = now + around(*JUMPS.choose(&mut rand::rng()).unwrap() + 1);
    let until = from + around(*JUMPS.choose(&mut rand::rng()).unwrap() + 1).abs();
    let claims = json!({"aud": "https://graph.microsoft.com", "nbf": from, "exp": until, "idtyp": "app",
        "roles": ["Group.Read.All"], "tid": tenant.id().to_string()});
    Token { from, until, text: tenant.sign_claims(&claims).await }
}

/// Whether a token is accepted, which it must be only in its time. `None` where that begins or ends at this moment.
async fn is_accepted_in_its_time(tenant: &Tenant, token: &Token) -> Option<bool> {
    let good = || {
        let now = tenant.server.store.clock().now().timestamp();
        token.from - LEEWAY_SECONDS <= now && now < token.until + LEEWAY_SECONDS
    };
    let before = good();
    let request = tenant.anonymous(Method::GET, "/v1.0/groups?$top=1").bearer_auth(&token.text);
    let answer = send(request).await;
    if before != good() {
        return None;
    }
    if before {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    } else {
        let (status, code, _) = answer.refusal();
        assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"));
    }
    Some(before)
}

impl Walk {
    /// Reads one more page. Says whether it was the last, when all members were seen, each once.
    async fn go_on(&mut self, tenant: &Tenant, members: &BTreeSet<Uuid>) -> bool {
        let path = self.next.take().unwrap_or_else(|| self.first.clone());
        let answer = send(tenant.raw(Method::GET, &path).await).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let page = answer.json();
        let id = |member: &Value| member["id"].as_str().unwrap().parse::<Uuid>().unwrap();
        self.seen.extend(page["value"].as_array().unwrap().iter().map(id));
        let base = format!("{}/v1.0", tenant.server.url);
        self.next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(&base).unwrap().to_owned());
        if self.next.is_some() {
            return false;
        }
        let seen = std::mem::take(&mut self.seen);
        assert_eq!((seen.len(), &seen.into_iter().collect::<BTreeSet<_>>()), (members.len(), members));
        true
    }
}

impl Deleted {
    /// A user is created, changed and deleted, whatever the time.
    async fn live_and_die(&mut self, tenant: &Tenant, round: usize) {
        let name = format!("user{round}@{}", tenant.domain());
        let body = json!({"accountEnabled": true, "displayName": "Ada", "mailNickname": "ada",
            "userPrincipalName": name, "passwordProfile": {"password": "Secret 123"}});
        let user = send(tenant.raw(Method::POST, "/users").await.json(&body)).await;
        assert_eq!(user.status, StatusCode::CREATED, "{}", user.text);
        let path = format!("/users/{}", user.json()["id"].as_str().unwrap());
        let change = json!({"displayName": "Grace", "passwordProfile": {"password": "Secret 456"}});
        assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&change)).await.status, 204);
        assert_eq!(send(tenant.raw(Method::DELETE, &path).await).await.status, 204);
        self.at.push(tenant.server.store.clock().now().timestamp());
    }

    /// Looks for what is due, as a server does each hour: what is purged was due by both this look and the last.
    async fn look(&mut self, store: &Store) {
        let now = store.clock().now();
        let last_look = self.last_look.replace(now.timestamp());
        let Some(before) = self.purging.deleted_before(now) else { return };
        let mut purged = 0;
        while store.purge(before).await.unwrap() == Progress::Unfinished {
            purged += 1;
        }
        let kept = KEPT.num_seconds();
        // A second more or less may have passed between a deletion and the look at the clock.
        let due = |at: i64, moment: i64, slack: i64| at + kept < moment + slack;
        let count = |slack: i64| {
            let both = |at: &&i64| {
                due(**at, now.timestamp(), slack) && last_look.is_some_and(|last| due(**at, last, slack))
            };
            self.at.iter().filter(both).count()
        };
        assert!((count(-2)..=count(2)).contains(&purged), "{purged} purged, {} due", count(0));
        self.purged += purged;
        let gone = last_look.map_or(now.timestamp(), |last| last.min(now.timestamp()));
        self.at.retain(|at| !due(*at, gone, 0));
    }
}
