//! Clients that write, each in groups of its own and one request after the other, and remember what they were answered.

use super::readers::{Progress, View};
use crate::roster::Server;
use rand::{
    RngExt,
    distr::{Alphanumeric, SampleString},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};
use uuid::Uuid;

/// The name of every group that a client makes.
pub const NAME: &str = "Written before the power failed";

/// The sample's first nine users.
const FIRST_MEMBER: u128 = 0x5a3e0000_0000_4000_8000_000000000101;

/// How long a description is: so long that no two are the same, and at most so long that a group fills much of a page of the
/// database.
const DESCRIPTION: RangeInclusive<usize> = 32..=1024;

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

/// A request of which the client knows that it was done, or refused.
pub struct Step {
    /// The request whose answer told so, and that answer's status: its own, or a later one's where its own never came.
    pub told_by: Uuid,
    pub status: StatusCode,
    /// Whether its own answer never came.
    pub was_lost: bool,
    change: Option<Change>,
}

/// A client and all that it has done.
#[derive(Default)]
pub struct Client {
    pub steps: Vec<Step>,
    /// Where readers find what it writes.
    pub progress: Progress,
    /// What a request does whose answer never came.
    lost: Option<Change>,
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

    /// One of its groups after so many steps.
    pub fn group_after(&self, id: Uuid, steps: usize) -> Option<Group> {
        let mut groups = Groups::new();
        let changes = self.steps[..steps].iter().filter_map(|step| step.change.as_ref());
        changes.filter(|change| change.group() == id).for_each(|change| change.apply(&mut groups));
        groups.remove(&id)
    }

    /// Every group that it ever made.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.steps.iter().filter_map(|step| match step.change {
            Some(Change::Create(id, _)) => Some(id),
            _ => None,
        })
    }

    /// The whole life of a group, refused requests among the others. Every other group stays. `None`: an answer never came.
    pub async fn write(&mut self, server: &Server, token: &str) -> Option<()> {
        let mut talk = Talk { client: self, server, token };
        let group = talk.create(0..4).await?;
        for index in 4..8 {
            talk.add(group, member(index)).await?;
        }
        talk.add_again(group, member(0)).await?;
        talk.describe(group).await?;
        talk.create_with_a_missing_member().await?;
        talk.remove(group, member(1)).await?;
        talk.remove_again(group, member(1)).await?;
        talk.add(group, member(1)).await?;
        if rand::random() {
            talk.delete(group).await?;
        }
        Some(())
    }

    /// Finds out whether the request was done whose answer never came, from a server that was started since. `there` is what
    /// the database holds.
    pub async fn resolve(&mut self, server: &Server, token: &str, there: &Groups) {
        let Some(mut change) = self.lost.take() else { return };
        if let Change::Create(id, new) = &mut change {
            let Some((found, _)) = there.iter().find(|(_, group)| group.description == new.description)
            else {
                return;
            };
            *id = *found;
        }
        let id = change.group();
        let mut groups: Groups =
            self.group_after(id, self.steps.len()).map(|group| (id, group)).into_iter().collect();
        change.apply(&mut groups);
        if there.get(&id) != groups.get(&id) {
            return;
        }
        let (told_by, status, view) = match change {
            Change::Add(..) | Change::Remove(..) => View::of_members(server, token, id).await,
            _ => View::of_description(server, token, id).await,
        }
        .unwrap();
        assert!(view.fits(groups.get(&id)), "the server shows something else than its database holds");
        self.steps.push(Step { told_by, status, was_lost: true, change: Some(change) });
    }
}

impl Change {
    fn group(&self) -> Uuid {
        match self {
            Self::Create(id, _) | Self::Describe(id, _) => *id,
            Self::Add(id, _) | Self::Remove(id, _) | Self::Delete(id) => *id,
        }
    }

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
    async fn create(&mut self, members: impl Iterator<Item = u128>) -> Option<Uuid> {
        let group = Group { description: text(), members: members.map(member).collect() };
        let (request, body) = (Uuid::from_u128(rand::random()), creation(&group));
        let sent = self.send(request, Method::POST, "/groups", body).await;
        let id = sent.as_ref().map_or(Uuid::nil(), |(_, body)| body["id"].as_str().unwrap().parse().unwrap());
        let status = sent.map(|(status, _)| status);
        self.done(request, status, StatusCode::CREATED, Some(Change::Create(id, group)))?;
        Some(id)
    }

    /// Is refused, as one of the members doesn't exist.
    async fn create_with_a_missing_member(&mut self) -> Option<()> {
        let members = [member(0), Uuid::from_u128(rand::random())].into();
        let group = Group { description: text(), members };
        self.request(Method::POST, "/groups", creation(&group), StatusCode::NOT_FOUND, None).await
    }

    async fn describe(&mut self, group: Uuid) -> Option<()> {
        let description = text();
        let (path, body) = (format!("/groups/{group}"), json!({"description": description}));
        let change = Some(Change::Describe(group, description));
        self.request(Method::PATCH, &path, body, StatusCode::NO_CONTENT, change).await
    }

    async fn add(&mut self, group: Uuid, member: Uuid) -> Option<()> {
        let (path, body) = (format!("/groups/{group}/members/$ref"), reference(member));
        let change = Some(Change::Add(group, member));
        self.request(Method::POST, &path, body, StatusCode::NO_CONTENT, change).await
    }

    /// Is refused, as it is there.
    async fn add_again(&mut self, group: Uuid, member: Uuid) -> Option<()> {
        let (path, body) = (format!("/groups/{group}/members/$ref"), reference(member));
        self.request(Method::POST, &path, body, StatusCode::BAD_REQUEST, None).await
    }

    async fn remove(&mut self, group: Uuid, member: Uuid) -> Option<()> {
        let path = format!("/groups/{group}/members/{member}/$ref");
        let change = Some(Change::Remove(group, member));
        self.request(Method::DELETE, &path, Value::Null, StatusCode::NO_CONTENT, change).await
    }

    /// Is refused, as it isn't there.
    async fn remove_again(&mut self, group: Uuid, member: Uuid) -> Option<()> {
        let path = format!("/groups/{group}/members/{member}/$ref");
        self.request(Method::DELETE, &path, Value::Null, StatusCode::NOT_FOUND, None).await
    }

    async fn delete(&mut self, group: Uuid) -> Option<()> {
        let change = Some(Change::Delete(group));
        let path = format!("/groups/{group}");
        self.request(Method::DELETE, &path, Value::Null, StatusCode::NO_CONTENT, change).await
    }

    async fn request(
        &mut self,
        method: Method,
        path: &str,
        body: Value,
        expected: StatusCode,
        change: Option<Change>,
    ) -> Option<()> {
        let request = Uuid::from_u128(rand::random());
        let status = self.send(request, method, path, body).await.map(|(status, _)| status);
        self.done(request, status, expected, change)
    }

    async fn send(&self, id: Uuid, method: Method, path: &str, body: Value) -> Option<(StatusCode, Value)> {
        let request =
            self.server.request(method, path, self.token).header("client-request-id", id.to_string());
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.ok()?;
        Some((answer.status(), answer.json().await.unwrap_or_default()))
    }

    /// Remembers a request and its answer, or that none came.
    fn done(
        &mut self,
        told_by: Uuid,
        status: Option<StatusCode>,
        expected: StatusCode,
        change: Option<Change>,
    ) -> Option<()> {
        let Some(status) = status else {
            self.client.lost = change;
            return None;
        };
        assert_eq!(status, expected);
        let group = change.as_ref().map(Change::group);
        self.client.steps.push(Step { told_by, status, was_lost: false, change });
        self.client.progress.tell(group, self.client.steps.len());
        Some(())
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
    let length = rand::rng().random_range(DESCRIPTION);
    Alphanumeric.sample_string(&mut rand::rng(), length)
}
