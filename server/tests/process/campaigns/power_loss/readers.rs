//! Readers beside the clients that write. They remember what they saw: it must be there after a power loss, however shortly before
//! they saw it.

use super::clients::{Client, Group};
use crate::roster::Server;
use rand::RngExt;
use reqwest::StatusCode;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// How far a client is: the group that it writes to, and how many requests were answered.
#[derive(Default, Clone)]
pub struct Progress(Arc<Mutex<(Option<Uuid>, usize)>>);

impl Progress {
    /// So many requests are answered, the last of which changed this group.
    pub fn tell(&self, group: Option<Uuid>, answered: usize) {
        let mut progress = self.0.lock().unwrap();
        *progress = (group.or(progress.0), answered);
    }

    fn get(&self) -> Option<(Uuid, usize)> {
        let (group, answered) = *self.0.lock().unwrap();
        group.map(|group| (group, answered))
    }
}

/// What an answer shows of a group.
#[derive(Debug)]
pub enum View {
    Absent,
    Description(String),
    Members(BTreeSet<Uuid>),
    MembersCount(usize),
}

/// A request, its answer's status, and what that shows. `None`: no answer came.
type Seen = Option<(Uuid, StatusCode, View)>;

impl View {
    pub async fn of_description(server: &Server, token: &str, group: Uuid) -> Seen {
        Self::get(server, token, &format!("/groups/{group}"), |text| {
            let group: Value = serde_json::from_str(&text).unwrap();
            Self::Description(group["description"].as_str().unwrap().into())
        })
        .await
    }

    pub async fn of_members(server: &Server, token: &str, group: Uuid) -> Seen {
        Self::get(server, token, &format!("/groups/{group}/members?$select=id"), |text| {
            let page: Value = serde_json::from_str(&text).unwrap();
            let members = page["value"].as_array().unwrap().iter();
            Self::Members(members.map(|member| member["id"].as_str().unwrap().parse().unwrap()).collect())
        })
        .await
    }

    async fn of_members_count(server: &Server, token: &str, group: Uuid) -> Seen {
        let path = format!("/groups/{group}/members/$count");
        Self::get(server, token, &path, |text| Self::MembersCount(text.parse().unwrap())).await
    }

    async fn get(server: &Server, token: &str, path: &str, read: impl FnOnce(String) -> Self) -> Seen {
        let id = Uuid::from_u128(rand::random());
        let request = server.get(path, token).header("client-request-id", id.to_string());
        let answer = request.header("consistencylevel", "eventual").send().await.ok()?;
        let (status, text) = (answer.status(), answer.text().await.ok()?);
        let view = match status {
            StatusCode::OK => read(text),
            StatusCode::NOT_FOUND => Self::Absent,
            _ => panic!("{path}: {status} {text}"),
        };
        Some((id, status, view))
    }

    /// Whether a group that is in this state shows itself so.
    pub fn fits(&self, group: Option<&Group>) -> bool {
        match (self, group) {
            (Self::Absent, group) => group.is_none(),
            (_, None) => false,
            (Self::Description(description), Some(group)) => *description == group.description,
            (Self::Members(members), Some(group)) => *members == group.members,
            (Self::MembersCount(count), Some(group)) => *count == group.members.len(),
        }
    }
}

/// What a reader saw of a client's group.
pub struct Sight {
    pub request: Uuid,
    pub status: StatusCode,
    /// The client's number.
    pub client: usize,
    group: Uuid,
    /// The client's requests that were answered before the reader asked.
    answered: usize,
    view: View,
}

impl Sight {
    /// How many of the client's steps must have been done when the reader saw this, of which no more than `most` can have been.
    pub fn steps(&self, client: &Client, most: usize) -> usize {
        let fits = |steps: &usize| self.view.fits(client.group_after(self.group, *steps).as_ref());
        let least = (self.answered..=most).find(fits);
        least.unwrap_or_else(|| panic!("{:?} of {} never was", self.view, self.group))
    }
}

/// Reads the groups that are written to, until the server doesn't answer or `stop` says so.
pub async fn read(server: &Server, token: &str, clients: &[Progress], stop: impl Fn() -> bool) -> Vec<Sight> {
    let mut sights = Vec::new();
    while !stop() {
        let client = rand::rng().random_range(0..clients.len());
        let Some((group, answered)) = clients[client].get() else {
            tokio::task::yield_now().await;
            continue;
        };
        let seen = match rand::rng().random_range(0..3) {
            0 => View::of_description(server, token, group).await,
            1 => View::of_members(server, token, group).await,
            _ => View::of_members_count(server, token, group).await,
        };
        let Some((request, status, view)) = seen else { break };
        sights.push(Sight { request, status, client, group, answered, view });
    }
    sights
}
