//! Any sequence of deletions, restorations and deletions for good, among changes of members, owners and managers, gives what a simple
//! model says: a restoration gives back what the deletion took.

use crate::{
    http_client,
    support::{Answer, Tenant, send},
};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::Config};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// One runtime for all cases: connections of the clients live in it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// One request. A number means one of the objects that were made until then.
#[derive(Debug, Clone)]
enum Step {
    /// A user, of one of a few names.
    User(u8),
    /// A Microsoft 365 group of one of a few nicknames, or a security group.
    Group(Option<u8>),
    Join(Index, Index),
    Leave(Index, Index),
    Own(Index, Index),
    Manage(Index, Index),
    Delete(Index),
    Restore(Index),
    Purge(Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = || any::<Index>();
    let two = || (any::<Index>(), any::<Index>());
    let step = prop_oneof![
        3 => (0..4_u8).prop_map(Step::User),
        3 => prop::option::of(0..3_u8).prop_map(Step::Group),
        10 => two().prop_map(|(group, member)| Step::Join(group, member)),
        2 => two().prop_map(|(group, member)| Step::Leave(group, member)),
        4 => two().prop_map(|(group, owner)| Step::Own(group, owner)),
        6 => two().prop_map(|(user, manager)| Step::Manage(user, manager)),
        7 => one().prop_map(Step::Delete),
        7 => one().prop_map(Step::Restore),
        1 => one().prop_map(Step::Purge),
    ];
    vec(step, 8..60)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    There,
    Deleted,
    Purged,
}

/// A user, or a group, and the name that it shares with no other that is there.
#[derive(Debug, Clone)]
struct Object {
    id: Uuid,
    is_user: bool,
    is_unified: bool,
    name: Option<String>,
    life: Life,
}

/// What should be there: every object that was ever made, and every pair that nothing has ended.
#[derive(Debug, Default)]
struct Model {
    objects: Vec<Object>,
    members: BTreeSet<(usize, usize)>,
    owners: BTreeSet<(usize, usize)>,
    managers: BTreeMap<usize, usize>,
    /// Whom deleted managers managed.
    former_managers: BTreeSet<(usize, usize)>,
}

impl Model {
    fn is_there(&self, object: usize) -> bool {
        self.objects[object].life == Life::There
    }

    fn is_taken(&self, name: Option<&String>) -> bool {
        let mut there = self.objects.iter().filter(|object| object.life == Life::There);
        name.is_some() && there.any(|object| object.name.as_ref() == name)
    }

    /// Whether such an object can be in such a group.
    fn fits(&self, group: usize, member: usize) -> bool {
        let (group, member) = (&self.objects[group], &self.objects[member]);
        member.is_user || !group.is_unified && !member.is_unified
    }

    fn delete(&mut self, object: usize) {
        self.objects[object].life = Life::Deleted;
        let managed: Vec<usize> =
            self.managers.iter().filter(|(_, manager)| **manager == object).map(|(user, _)| *user).collect();
        for user in managed {
            self.managers.remove(&user);
            self.former_managers.insert((user, object));
        }
    }

    fn restore(&mut self, object: usize) {
        self.objects[object].life = Life::There;
        let former: Vec<_> =
            self.former_managers.iter().filter(|(_, manager)| *manager == object).copied().collect();
        for pair in former {
            self.former_managers.remove(&pair);
            self.managers.entry(pair.0).or_insert(pair.1);
        }
    }

    fn purge(&mut self, object: usize) {
        self.objects[object].life = Life::Purged;
        let is_left = |(one, other): &(usize, usize)| *one != object && *other != object;
        self.members.retain(is_left);
        self.owners.retain(is_left);
        self.former_managers.retain(is_left);
        self.managers.retain(|user, _| *user != object);
    }

    /// The ids of what is related so to an object, of what is there.
    fn related(&self, pairs: &BTreeSet<(usize, usize)>, of: usize, forwards: bool) -> BTreeSet<Uuid> {
        let other = |&(source, target): &(usize, usize)| match forwards {
            true if source == of => Some(target),
            false if target == of => Some(source),
            _ => None,
        };
        pairs
            .iter()
            .filter_map(other)
            .filter(|other| self.is_there(*other))
            .map(|other| self.objects[other].id)
            .collect()
    }

    /// The ids of all that is in a group, be it through others.
    fn below(&self, group: usize) -> BTreeSet<Uuid> {
        let (mut found, mut open, mut seen) = (BTreeSet::new(), vec![group], BTreeSet::from([group]));
        while let Some(group) = open.pop() {
            let members = self.members.iter().filter(|(of, _)| *of == group).map(|(_, member)| *member);
            for member in members.filter(|member| self.is_there(*member)) {
                found.insert(self.objects[member].id);
                if seen.insert(member) {
                    open.push(member);
                }
            }
        }
        found
    }
}

/// A tenant, and what should be in it.
struct Directory {
    tenant: Tenant,
    http: reqwest::Client,
    token: String,
    /// Who asks.
    someone: Uuid,
    model: Model,
}

impl Directory {
    async fn fresh() -> Self {
        let tenant = Tenant::fresh().await;
        let scopes = ["Directory.ReadWrite.All", "Group.ReadWrite.All", "User.ReadWrite.All"];
        let someone = tenant.user("someone").await;
        let token = tenant.user_token(someone, scopes).await;
        Self { tenant, http: http_client::new(), token, someone, model: Model::default() }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}/v1.0{path}", self.tenant.origin());
        let request = self.http.request(method, url).bearer_auth(&self.token);
        let request = request.header("ConsistencyLevel", "eventual");
        send(if body.is_null() { request } else { request.json(&body) }).await
    }

    async fn says(&self, method: Method, path: &str, body: Value, status: u16) -> Answer {
        let answer = self.ask(method.clone(), path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        answer
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::User(number) => {
                let name = self.tenant.upn(&format!("user{number}"));
                let body = json!({"accountEnabled": true, "displayName": "User", "mailNickname": "user",
                    "userPrincipalName": name, "passwordProfile": {"password": "Secret 123"}});
                self.create("/users", body, Some(name), (true, false)).await;
            }
            Step::Group(None) => {
                let body = json!({"displayName": "Group", "mailEnabled": false, "mailNickname": "group",
                    "securityEnabled": true});
                self.create("/groups", body, None, (false, false)).await;
            }
            Step::Group(Some(number)) => {
                let name = format!("group{number}");
                let body = json!({"displayName": "Group", "mailEnabled": true, "mailNickname": name,
                    "securityEnabled": false, "groupTypes": ["Unified"]});
                self.create("/groups", body, Some(name), (false, true)).await;
            }
            Step::Join(one, other)
            | Step::Leave(one, other)
            | Step::Own(one, other)
            | Step::Manage(one, other) => {
                let (Some(one), Some(other)) = (self.pick(one), self.pick(other)) else { return };
                match step {
                    Step::Join(..) => self.join(one, other).await,
                    Step::Leave(..) => self.leave(one, other).await,
                    Step::Own(..) => self.own(one, other).await,
                    _ => self.manage(one, other).await,
                }
            }
            Step::Delete(one) | Step::Restore(one) | Step::Purge(one) => {
                let Some(one) = self.pick(one) else { return };
                match step {
                    Step::Delete(_) => self.delete(one).await,
                    Step::Restore(_) => self.restore(one).await,
                    _ => self.purge(one).await,
                }
            }
        }
    }

    fn pick(&self, index: &Index) -> Option<usize> {
        (!self.model.objects.is_empty()).then(|| index.index(self.model.objects.len()))
    }

    async fn create(
        &mut self,
        set: &str,
        body: Value,
        name: Option<String>,
        (is_user, is_unified): (bool, bool),
    ) {
        let is_taken = self.model.is_taken(name.as_ref());
        let answer = self.says(Method::POST, set, body, if is_taken { 400 } else { 201 }).await;
        if !is_taken {
            let id = answer.json()["id"].as_str().unwrap().parse().unwrap();
            self.model.objects.push(Object { id, is_user, is_unified, name, life: Life::There });
        }
    }

    /// The path of a group's relationship, if the first is a group.
    fn group(&self, group: usize, relationship: &str) -> Option<String> {
        let Object { id, is_user, .. } = self.model.objects[group];
        (!is_user).then(|| format!("/groups/{id}/{relationship}"))
    }

    fn reference(&self, object: usize) -> Value {
        let id = self.model.objects[object].id;
        json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
    }

    async fn join(&mut self, group: usize, member: usize) {
        let Some(path) = self.group(group, "members/$ref") else { return };
        let pair = (group, member);
        let status = match (self.model.is_there(group), self.model.is_there(member)) {
            (true, true) if self.model.fits(group, member) && !self.model.members.contains(&pair) => 204,
            (true, true) => 400,
            _ => 404,
        };
        self.says(Method::POST, &path, self.reference(member), status).await;
        if status == 204 {
            self.model.members.insert(pair);
        }
    }

    async fn leave(&mut self, group: usize, member: usize) {
        let id = self.model.objects[member].id;
        let Some(path) = self.group(group, &format!("members/{id}/$ref")) else { return };
        let is_member = self.model.is_there(group)
            && self.model.is_there(member)
            && self.model.members.contains(&(group, member));
        self.says(Method::DELETE, &path, Value::Null, if is_member { 204 } else { 404 }).await;
        if is_member {
            self.model.members.remove(&(group, member));
        }
    }

    async fn own(&mut self, group: usize, owner: usize) {
        let Some(path) = self.group(group, "owners/$ref") else { return };
        let status = match (self.model.is_there(group), self.model.is_there(owner)) {
            (true, true) => {
                let can_be =
                    self.model.objects[owner].is_user && !self.model.owners.contains(&(group, owner));
                if can_be { 204 } else { 400 }
            }
            _ => 404,
        };
        self.says(Method::POST, &path, self.reference(owner), status).await;
        if status == 204 {
            self.model.owners.insert((group, owner));
        }
    }

    async fn manage(&mut self, user: usize, manager: usize) {
        let Object { id, is_user, .. } = self.model.objects[user];
        if !is_user {
            return;
        }
        let status = match (self.model.is_there(user), self.model.is_there(manager)) {
            (true, true) if self.model.objects[manager].is_user => 204,
            (true, true) => 400,
            _ => 404,
        };
        self.says(Method::PUT, &format!("/users/{id}/manager/$ref"), self.reference(manager), status).await;
        if status == 204 {
            self.model.managers.insert(user, manager);
        }
    }

    async fn delete(&mut self, object: usize) {
        let Object { id, is_user, .. } = self.model.objects[object];
        let path = format!("/{}/{id}", if is_user { "users" } else { "groups" });
        let is_there = self.model.is_there(object);
        self.says(Method::DELETE, &path, Value::Null, if is_there { 204 } else { 404 }).await;
        if is_there {
            self.model.delete(object);
        }
    }

    async fn restore(&mut self, object: usize) {
        let Object { id, ref name, life, .. } = self.model.objects[object];
        let status = match life {
            Life::Deleted if self.model.is_taken(name.as_ref()) => 400,
            Life::Deleted => 200,
            Life::There | Life::Purged => 404,
        };
        self.says(Method::POST, &format!("/directory/deletedItems/{id}/restore"), Value::Null, status).await;
        if status == 200 {
            self.model.restore(object);
        }
    }

    async fn purge(&mut self, object: usize) {
        let Object { id, life, .. } = self.model.objects[object];
        let is_deleted = life == Life::Deleted;
        let path = format!("/directory/deletedItems/{id}");
        self.says(Method::DELETE, &path, Value::Null, if is_deleted { 204 } else { 404 }).await;
        if is_deleted {
            self.model.purge(object);
        }
    }

    async fn ids(&self, path: &str) -> BTreeSet<Uuid> {
        let page =
            self.says(Method::GET, &format!("{path}?$select=id&$top=999"), Value::Null, 200).await.json();
        let ids = page["value"].as_array().unwrap().iter();
        ids.map(|object| object["id"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// Everything that can be read is what the model says.
    async fn check(&self) {
        for (number, object) in self.model.objects.iter().enumerate() {
            let id = object.id;
            let deleted = format!("/directory/deletedItems/{id}");
            let is_deleted = object.life == Life::Deleted;
            self.says(Method::GET, &deleted, Value::Null, if is_deleted { 200 } else { 404 }).await;
            let path = format!("/{}/{id}", if object.is_user { "users" } else { "groups" });
            let is_there = self.model.is_there(number);
            self.says(Method::GET, &path, Value::Null, if is_there { 200 } else { 404 }).await;
            if !is_there {
                continue;
            }
            let member_of = self.model.related(&self.model.members, number, false);
            assert_eq!(self.ids(&format!("{path}/memberOf")).await, member_of);
            if object.is_user {
                let owned = self.model.related(&self.model.owners, number, false);
                assert_eq!(self.ids(&format!("{path}/ownedObjects")).await, owned);
                let manager =
                    self.ask(Method::GET, &format!("{path}/manager?$select=id"), Value::Null).await.json();
                let expected =
                    self.model.managers.get(&number).map(|manager| json!(self.model.objects[*manager].id));
                assert_eq!(manager.get("id"), expected.as_ref());
                continue;
            }
            for (relationship, expected) in [
                ("members", self.model.related(&self.model.members, number, true)),
                ("owners", self.owners(number)),
                ("transitiveMembers", self.model.below(number)),
            ] {
                let path = format!("{path}/{relationship}");
                let count = self.says(Method::GET, &format!("{path}/$count"), Value::Null, 200).await.text;
                assert_eq!(count, expected.len().to_string(), "{path}");
                assert_eq!(self.ids(&path).await, expected, "{path}");
            }
        }
        for (set, are_users) in [("user", true), ("group", false)] {
            let of_kind = self.model.objects.iter().filter(|object| object.is_user == are_users);
            let deleted =
                of_kind.filter(|object| object.life == Life::Deleted).map(|object| object.id).collect();
            let path = format!("/directory/deletedItems/microsoft.graph.{set}");
            assert_eq!(self.ids(&path).await, deleted);
        }
    }

    /// Whoever makes a Microsoft 365 group owns it.
    fn owners(&self, group: usize) -> BTreeSet<Uuid> {
        let mut owners = self.model.related(&self.model.owners, group, true);
        owners.extend(self.model.objects[group].is_unified.then_some(self.someone));
        owners
    }
}

async fn history(steps: Vec<Step>) {
    let mut directory = Directory::fresh().await;
    for (number, step) in steps.iter().enumerate() {
        directory.take(step).await;
        if number % 12 == 11 {
            directory.check().await;
        }
    }
    directory.check().await;
}

proptest! {
    #![proptest_config(Config { cases: 48, failure_persistence: None, max_shrink_iters: 200, ..Config::default() })]

    #[test]
    fn any_history_of_deletions_and_restorations_is_that_of_the_model(steps in steps()) {
        RUNTIME.block_on(history(steps));
    }
}
