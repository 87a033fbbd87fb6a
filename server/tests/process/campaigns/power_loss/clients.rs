//! Clients that write, each in groups of its own and one request after the other, and remember what they were answered.

use crate::roster::Server;
use rand::{
    RngExt,
    distr::{Alphanumeric, SampleString},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The name of every group that a client makes.
pub const NAME: &str = "Written before the power failed";

/// The sample's first nine users.
const FIRST_MEMBER: u128 = 0x5a3e0000_0000_4000_8000_000000000101;

/// How long a description is: a group then fills much of a page of the database.
const DESCRIPTION: usize = 1024;

/// The groups of a client, by their ids.
pub type Groups = BTreeMap<Uuid, Group>;

/// What a client knows of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub description: String,
    pub members: BTreeSet<Uuid>,
}

/// What a request does that isn't refused.
enum Change {
    Create(Uuid, Group),
    Describe(Uuid, String),
    Add(Uuid, Uuid),
    Remove(Uuid, Uuid),
    Delete(Uuid),
}

/// A request: what it is known by, the answer, and what that says has happened.
pub struct Step {
    pub request: Uuid,
    pub status: StatusCode,
    change: Option<Change>,
}

/// A client and all that it has done.
#[derive(Default)]
pub struct Client {
    pub steps: Vec<Step>,
}

impl Client {
    /// Its groups after so many steps.
    pub fn groups_after(&self, steps: usize) -> Groups {
        let mut groups = Groups::new();
        for change in self.steps[..steps].iter().filter_map(|step| step.change.as_ref()) {
            change.apply(&mut groups);
        }
        groups
    }

    /// Every group that it ever made.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.steps.iter().filter_map(|step| match step.change {
            Some(Change::Create(id, _)) => Some(id),
            _ => None,
        })
    }

    /// The whole life of a group, refused requests among the others. Every other group stays.
    pub async fn write(&mut self, server: &Server, token: &str) {
        let mut talk = Talk { client: self, server, token };
        let group = talk.create(0..4).await;
        for index in 4..8 {
            talk.add(group, member(index)).await;
        }
        talk.add_again(group, member(0)).await;
        talk.describe(group).await;
        talk.create_with_nobody().await;
        talk.remove(group, member(1)).await;
        talk.remove_again(group, member(1)).await;
        talk.add(group, member(1)).await;
        if rand::random() {
            talk.delete(group).await;
        }
    }
}

impl Change {
    fn apply(&self, groups: &mut Groups) {
        match self {
            Self::Create(id, group) => drop(groups.insert(*id, group.clone())),
            Self::Describe(id, description) => {
                groups.entry(*id).or_default().description.clone_from(description)
            }
            Self::Add(id, member) => drop(groups.entry(*id).or_default().members.insert(*member)),
            Self::Remove(id, member) => drop(groups.entry(*id).or_default().members.remove(member)),
            Self::Delete(id) => drop(groups.remove(id)),
        }
    }
}

/// A client that talks to a server.
struct Talk<'c> {
    client: &'c mut Client,
    server: &'c Server,
    token: &'c str,
}

impl Talk<'_> {
    async fn create(&mut self, members: impl Iterator<Item = u128>) -> Uuid {
        let group = Group { description: text(), members: members.map(member).collect() };
        let (request, status, body) = self.send(Method::POST, "/groups", creation(&group)).await;
        let id = body["id"].as_str().unwrap_or_else(|| panic!("{body}")).parse().unwrap();
        self.done(request, (status, StatusCode::CREATED), Some(Change::Create(id, group)));
        id
    }

    /// Is refused, for one of the members isn't there.
    async fn create_with_nobody(&mut self) {
        let members = [member(0), Uuid::from_u128(rand::random())].into();
        let group = Group { description: text(), members };
        let (request, status, _) = self.send(Method::POST, "/groups", creation(&group)).await;
        self.done(request, (status, StatusCode::NOT_FOUND), None);
    }

    async fn describe(&mut self, group: Uuid) {
        let description = text();
        let body = json!({"description": description});
        let (request, status, _) = self.send(Method::PATCH, &format!("/groups/{group}"), body).await;
        self.done(request, (status, StatusCode::NO_CONTENT), Some(Change::Describe(group, description)));
    }

    async fn add(&mut self, group: Uuid, member: Uuid) {
        let path = format!("/groups/{group}/members/$ref");
        let (request, status, _) = self.send(Method::POST, &path, reference(member)).await;
        self.done(request, (status, StatusCode::NO_CONTENT), Some(Change::Add(group, member)));
    }

    /// Is refused, for it is there.
    async fn add_again(&mut self, group: Uuid, member: Uuid) {
        let path = format!("/groups/{group}/members/$ref");
        let (request, status, _) = self.send(Method::POST, &path, reference(member)).await;
        self.done(request, (status, StatusCode::BAD_REQUEST), None);
    }

    async fn remove(&mut self, group: Uuid, member: Uuid) {
        let path = format!("/groups/{group}/members/{member}/$ref");
        let (request, status, _) = self.send(Method::DELETE, &path, Value::Null).await;
        self.done(request, (status, StatusCode::NO_CONTENT), Some(Change::Remove(group, member)));
    }

    /// Is refused, for it isn't there.
    async fn remove_again(&mut self, group: Uuid, member: Uuid) {
        let path = format!("/groups/{group}/members/{member}/$ref");
        let (request, status, _) = self.send(Method::DELETE, &path, Value::Null).await;
        self.done(request, (status, StatusCode::NOT_FOUND), None);
    }

    async fn delete(&mut self, group: Uuid) {
        let (request, status, _) = self.send(Method::DELETE, &format!("/groups/{group}"), Value::Null).await;
        self.done(request, (status, StatusCode::NO_CONTENT), Some(Change::Delete(group)));
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> (Uuid, StatusCode, Value) {
        let id = Uuid::from_u128(rand::random());
        let request =
            self.server.request(method, path, self.token).header("client-request-id", id.to_string());
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        (id, answer.status(), answer.json().await.unwrap_or_default())
    }

    fn done(&mut self, request: Uuid, (status, expected): (StatusCode, StatusCode), change: Option<Change>) {
        assert_eq!(status, expected);
        self.client.steps.push(Step { request, status, change });
    }
}

fn member(index: u128) -> Uuid {
    Uuid::from_u128(FIRST_MEMBER + index)
}

fn reference(id: Uuid) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

fn creation(group: &Group) -> Value {
    let bound = group.members.iter().map(|member| reference(*member)["@odata.id"].clone());
    json!({
        "displayName": NAME, "description": group.description, "mailEnabled": false, "mailNickname": "written",
        "securityEnabled": true, "members@odata.bind": bound.collect::<Value>(),
    })
}

fn text() -> String {
    let length = rand::rng().random_range(1..=DESCRIPTION);
    Alphanumeric.sample_string(&mut rand::rng(), length)
}
