//! Callers who ask for what they may not read: `$filter`, `$orderby`, `$search` and counts are asked of every list with every permission,
//! and tell no more than the list itself shows to the same caller. Of each kind there are objects that differ in the values asked
//! for: where the list doesn't show the difference, no query makes one.

use crate::{
    campaign,
    query_objects::{Object, Objects},
    query_support::{self, Line, Served},
    support::{Answer, send},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use roster_server::model::{
    ENTITIES, permissions::Permission, properties::Entity, query_support::Support, user::USER,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};
use uuid::Uuid;

const ROUNDS: usize = 1;
/// So many lists are asked with each token in a round, chosen at random.
const LISTS: usize = 3;
/// So many lines of the file are asked of each list that a caller may read, chosen at random.
const LINES: usize = 2;

/// A directory in which every object is in a group, in a group around it and in a group that hides its members.
struct World {
    objects: Objects,
    lines: Vec<Line>,
    lists: Vec<Asked>,
    asked: AtomicUsize,
    answered: AtomicUsize,
}

/// A list that is asked.
struct Asked {
    path: String,
    /// The kind of the objects that it holds. `None`: every kind.
    kind: Option<&'static Entity>,
    /// The list that shows all of them, and what they have: the same but for a cast.
    whole: String,
}

/// A list as it came.
struct List {
    answer: Answer,
    ids: Vec<Uuid>,
}

impl List {
    /// What it shows of a property of an object.
    fn shows(&self, object: &Object, name: &str) -> Value {
        let body = self.answer.json();
        let mut shown = body["value"].as_array().unwrap().iter();
        shown
            .find(|shown| shown["id"] == object.id.to_string())
            .map(|shown| shown[name].clone())
            .unwrap_or_default()
    }
}

impl World {
    async fn fresh() -> Self {
        let objects = Objects::fresh().await;
        let tenant = objects.tenant;
        let (club, around, hidden) = (
            tenant.security_group("club").await,
            tenant.security_group("around").await,
            tenant.hidden_group("hidden").await,
        );
        tenant.join(around, club).await;
        for object in ENTITIES.into_iter().flat_map(|entity| objects.of(entity)) {
            for group in [club, hidden] {
                tenant.join(group, object.id).await;
            }
            tenant.own(club, object.id).await;
        }
        let mut related = Vec::new();
        for list in ["members", "owners", "transitiveMembers"] {
            related.push(format!("/groups/{club}/{list}"));
        }
        related.push(format!("/groups/{around}/transitiveMembers"));
        related.push(format!("/groups/{hidden}/members"));
        for entity in ENTITIES {
            for list in ["memberOf", "transitiveMemberOf"] {
                related.push(format!("/{}/{}/{list}", entity.set, objects.full(entity).id));
            }
        }
        related.extend(["/me/memberOf", "/me/transitiveMemberOf"].map(String::from));
        let asked =
            |path: &str, kind, cast: &str| Asked { path: format!("{path}{cast}"), kind, whole: path.into() };
        let mut lists =
            Vec::from(ENTITIES.map(|entity| asked(&format!("/{}", entity.set), Some(entity), "")));
        for path in &related {
            lists.push(asked(path, None, ""));
            let cast = |entity: &'static Entity| {
                asked(path, Some(entity), &format!("/microsoft.graph.{}", entity.name))
            };
            lists.extend(ENTITIES.map(cast));
        }
        let lines = query_support::lines().into_iter().filter(|line| line.served == Served::Yes);
        let lines = lines.filter(|line| line.names().0 != "owners").collect();
        Self { objects, lines, lists, asked: AtomicUsize::default(), answered: AtomicUsize::default() }
    }
}

/// Someone who asks a list.
struct Caller<'w> {
    world: &'w World,
    token: &'w str,
    list: &'w Asked,
}

impl Caller<'_> {
    async fn get(&self, path: &str, eventual: bool) -> List {
        self.world.asked.fetch_add(1, Relaxed);
        let path = format!("/v1.0{path}");
        let request = self.world.objects.tenant.anonymous(Method::GET, &path).bearer_auth(self.token);
        let answer =
            send(if eventual { request.header("ConsistencyLevel", "eventual") } else { request }).await;
        let status = answer.status.as_u16();
        assert!(status < 500 || status == 501, "{path}: {answer:?}");
        let found = answer.json()["value"].as_array().cloned().unwrap_or_default();
        let ids = found.iter().map(|object| object["id"].as_str().unwrap().parse().unwrap()).collect();
        List { answer, ids }
    }

    /// Asks the list for some lines.
    async fn ask(&self, random: &mut StdRng) {
        let Asked { path, kind, whole } = self.list;
        let lines = &self.world.lines;
        let names: BTreeSet<_> = lines.iter().map(|line| line.names().0).collect();
        let select = Vec::from_iter(names).join(",");
        let whole = self.get(&format!("{whole}?$select=id,{select}&$count=true&$top=999"), true).await;
        if whole.answer.status != 200 {
            let asked = self.get(&format!("{path}?$filter=displayName eq 'x'&$count=true"), true).await;
            // Graph doesn't have all of these casts.
            let is_refused = asked.answer.status.is_client_error() || asked.answer.status == 501;
            assert!(is_refused, "{path}: {:?}", asked.answer);
            return;
        }
        let is_asked = |line: &&Line| kind.is_none_or(|entity| entity.name == line.entity.name);
        let asked: Vec<_> = lines.iter().filter(is_asked).collect();
        for _ in 0..LINES {
            self.ask_line(&whole, asked[random.random_range(0..asked.len())]).await;
        }
    }

    /// Asks for the value of one line in every way.
    async fn ask_line(&self, whole: &List, line: &Line) {
        let objects = self.world.objects.of(line.entity);
        let value = self.world.objects.value(line);
        let name = line.names().0;
        let shown = objects.each_ref().map(|object| whole.shows(object, name));
        let shows_difference = shown[0] != shown[1] || shown[1] != shown[2];
        let start: String = value.as_str().unwrap_or("x").chars().take(3).collect();
        let filters = line.clauses(&value).into_iter().map(|clause| format!("$filter={clause}"));
        for option in filters.chain([format!("$search=\"{name}:{start}\"")]) {
            let found = self.query(whole, &option, line.eq != Support::NotAdvanced).await;
            let count = objects.iter().filter(|object| found.ids.contains(&object.id)).count();
            assert!(shows_difference || [0, 3].contains(&count), "{}?{option}: {count}", self.list.path);
        }
        for direction in ["asc", "desc"] {
            let found = self.query(whole, &format!("$orderby={name} {direction}"), true).await;
            let place = |id: &Uuid| objects.iter().position(|object| object.id == *id);
            let places: Vec<_> = found.ids.iter().filter_map(place).collect();
            // The one that has the value was made between the others.
            let is_by_value = ![vec![], vec![0, 1, 2], vec![2, 1, 0]].contains(&places);
            assert!(shows_difference || !is_by_value, "{} sorted by {name}: {places:?}", self.list.path);
        }
    }

    /// The list with a query: it holds no more than the whole, and its counts say how many it holds.
    async fn query(&self, whole: &List, option: &str, advanced: bool) -> List {
        let count = if advanced { "&$count=true" } else { "" };
        let path = &self.list.path;
        let found = self.get(&format!("{path}?{option}{count}&$select=id&$top=999"), advanced).await;
        let about = format!("{path}?{option}");
        assert!(found.ids.iter().all(|id| whole.ids.contains(id)), "{about}: more than is listed");
        if found.answer.status == 200 && advanced {
            self.world.answered.fetch_add(1, Relaxed);
            assert_eq!(found.answer.json()["@odata.count"], found.ids.len(), "{about}");
            if !option.starts_with("$orderby") {
                let number = self.get(&format!("{path}/$count?{option}"), true).await.answer;
                // How many roles there are isn't served.
                let is_served = number.status != 501;
                assert!(!is_served || number.text == found.ids.len().to_string(), "{about}: {}", number.text);
            }
        }
        found
    }
}

#[tokio::test]
async fn nobody_learns_by_asking_what_they_may_not_read() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let world = World::fresh().await;
    let (tenant, user) = (world.objects.tenant, world.objects.full(&USER).id);
    for _ in campaign::rounds(ROUNDS) {
        let names = Permission::ALL.iter().map(|permission| permission.name());
        let sets = names.flat_map(|name| [vec![name], vec!["GroupMember.Read.All", name]]).chain([vec![]]);
        for set in sets {
            for token in [tenant.app_token(set.clone()).await, tenant.user_token(user, set.clone()).await] {
                for _ in 0..LISTS {
                    let list = &world.lists[random.random_range(0..world.lists.len())];
                    Caller { world: &world, token: &token, list }.ask(&mut random).await;
                }
            }
        }
    }
    let (asked, answered) = (world.asked.into_inner(), world.answered.into_inner());
    assert!(answered > 0, "queries are answered");
    campaign::report("queries", format_args!("{asked} requests, {answered} filters answered (seed {seed})"));
}

#[tokio::test]
async fn objects_that_a_caller_cannot_read_are_not_sorted_by_what_they_hide() {
    let world = World::fresh().await;
    let tenant = world.objects.tenant;
    let cast = "/members/microsoft.graph.user";
    let list = world.lists.iter().find(|list| list.path.ends_with(cast)).unwrap();
    let path = format!("{}?$orderby=displayName&$count=true&$select=id", list.path);
    let expected = [(vec!["GroupMember.Read.All"], 0), (vec!["GroupMember.Read.All", "User.Read.All"], 3)];
    for (permissions, count) in expected {
        let token = tenant.app_token(permissions).await;
        let found = Caller { world: &world, token: &token, list }.get(&path, true).await;
        assert_eq!(found.answer.status, 200, "{:?}", found.answer);
        assert_eq!(found.ids.len(), count, "{:?}", found.answer);
    }
}
