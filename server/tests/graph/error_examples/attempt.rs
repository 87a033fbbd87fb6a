//! A request that is changed until it is refused: who sends it, where, with what.

use crate::{
    operations::{Operation, reference, url},
    support::Tenant,
};
use reqwest::RequestBuilder;
use roster_server::{directory::sample, http, model::permissions::Permission};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The sample's user who sends requests, by number.
pub const ADA: u16 = 101;

/// A request that is changed until it is refused.
pub struct Attempt<'o> {
    pub tenant: Tenant,
    pub operation: &'o Operation,
    path: String,
    query: String,
    pub token: Option<String>,
    is_eventual: bool,
    pub headers: BTreeMap<&'static str, &'static str>,
    body: Option<String>,
}

impl<'o> Attempt<'o> {
    /// The request that the contract shows, with this token.
    pub fn of(tenant: Tenant, operation: &'o Operation, token: &str) -> Self {
        let body = operation.has_body.then(|| operation.body_example.to_string());
        let path = operation.example_path();
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let mut attempt = Self {
            tenant,
            operation,
            path: path.into(),
            query: query.into(),
            token: Some(token.into()),
            is_eventual: true,
            headers: BTreeMap::new(),
            body,
        };
        if attempt.body.is_some() {
            attempt.headers.insert("content-type", "application/json");
        }
        attempt
    }

    pub fn request(&self) -> RequestBuilder {
        let counts = self.is_eventual && self.operation.is_advanced() && !self.query.contains("$count");
        let count = if counts { "&$count=true" } else { "" };
        let path = format!("/v1.0{}?{}{count}", self.path, self.query);
        let mut request = self.tenant.anonymous(self.operation.method.clone(), &path);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if self.is_eventual {
            request = request.header("ConsistencyLevel", "eventual");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        match &self.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }

    pub async fn by_user<'p>(&mut self, number: u16, scopes: impl IntoIterator<Item = &'p str>) {
        self.token = Some(self.tenant.user_token(sample::id(number).uuid(), scopes).await);
    }

    pub async fn by_user_without(&mut self, permission: &str) {
        self.by_user(ADA, all().filter(|name| *name != permission)).await;
    }

    /// By a user with the least that the operation needs.
    pub async fn with_the_least(&mut self) {
        let operations = http::operations();
        let operation = operations.iter().find(|operation| operation.id() == self.operation.id).unwrap();
        let least = operation.need.delegated[0].iter().map(|permission| permission.name());
        self.by_user(ADA, least).await;
    }

    pub async fn by_application<'p>(&mut self, roles: impl IntoIterator<Item = &'p str>) {
        self.token = Some(self.tenant.app_token(roles).await);
    }

    pub fn ask(&mut self, query: &str) {
        self.query = query.into();
    }

    /// Asks so, without the header that takes what is eventually consistent.
    pub fn ask_at_once(&mut self, query: &str) {
        self.is_eventual = false;
        self.ask(query);
    }

    /// Goes to another path under the version.
    pub fn go_to(&mut self, path: &str) {
        self.path = path.into();
    }

    /// Puts another text in place of the path's first parameter, or of another one.
    pub fn replace(&mut self, parameter: usize, text: impl ToString) {
        let template: Vec<&str> = self.operation.path.split('/').collect();
        let place = template.iter().enumerate().filter(|(_, segment)| segment.starts_with('{'));
        let (place, _) = place.clone().nth(parameter).unwrap();
        let mut path: Vec<String> = self.path.split('/').map(str::to_owned).collect();
        path[place] = text.to_string();
        self.path = path.join("/");
    }

    pub fn announce(&mut self, header: &'static str, value: &'static str) {
        self.headers.insert(header, value);
    }

    pub fn send(&mut self, body: &str) {
        self.body = Some(body.into());
    }

    /// Sends a batch of these requests.
    pub fn send_together(&mut self, requests: impl IntoIterator<Item = Value>) {
        let requests: Vec<Value> = requests.into_iter().collect();
        self.send(&json!({"requests": requests}).to_string());
    }

    pub fn is_creation(&self) -> bool {
        self.operation.id.starts_with("create_")
    }

    /// Says this of the object: beside what makes a creation good, in place of what an update said.
    pub fn say(&mut self, values: Value) {
        let mut body = match &self.body {
            Some(body) if self.is_creation() => serde_json::from_str(body).unwrap(),
            _ => Map::new(),
        };
        body.extend(values.as_object().unwrap().clone());
        self.body = Some(Value::from(body).to_string());
    }

    /// Takes one of the sample's groups, or makes one of these values.
    pub fn take_group(&mut self, number: u16, new: Value) {
        if self.is_creation() { self.say(new) } else { self.replace(0, sample::id(number)) }
    }

    pub fn relate(&mut self, relationship: &str, numbers: &[u16]) {
        if self.operation.takes_reference() {
            return self.ask(&format!("@id={}", url(sample::id(numbers[0]).uuid())));
        }
        if self.operation.is_of_reference() {
            return self.send(&reference(sample::id(numbers[0]).uuid()).to_string());
        }
        let urls: Vec<String> = numbers.iter().map(|&number| url(sample::id(number).uuid())).collect();
        self.say(json!({format!("{relationship}@odata.bind"): urls}));
    }

    /// The message of the example with this name.
    pub fn message(&self, name: &str) -> String {
        self.error(name)["message"].as_str().unwrap().to_owned()
    }

    /// The error of the example with this name.
    pub fn error(&self, name: &str) -> Value {
        let shown = self.operation.error_examples();
        shown.into_iter().find(|shown| shown.name == name).unwrap().value["error"].take()
    }

    /// The property of a body that the example's message names.
    pub fn property(&self, name: &str) -> String {
        let message = self.message(name);
        let words: Vec<&str> = message.split(|letter: char| !letter.is_alphanumeric()).collect();
        let is_named = |name: &&String| words.contains(&name.as_str());
        self.operation.properties().find(is_named).unwrap().clone()
    }

    pub fn leave_out_what_is_missing(&mut self) {
        let message = self.message("missingValue");
        let mut body: Map<String, Value> = serde_json::from_str(self.body.as_ref().unwrap()).unwrap();
        body.retain(|name, _| !message.contains(&format!("'{name}'")));
        self.body = Some(Value::from(body).to_string());
    }
}

/// The names of all permissions.
pub fn all() -> impl Iterator<Item = &'static str> {
    Permission::ALL.iter().map(|permission| permission.name())
}
