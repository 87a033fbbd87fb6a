//! Secrets that must not leak: a server with its most verbose log gets every kind of request, valid and invalid. No secret is in its
//! log, and none that was sent is in a response.

use super::tokens::{Forge, PIECE};
use crate::{
    campaign,
    operations::{Objects, operations},
    support::{Server, Tenant, send},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use roster_server::{
    auth::secrets::Secret,
    directory::applications::Registration,
    model::{ids::AppId, permissions::Permission},
};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::NamedTempFile;

const SCOPE: &str = "https://graph.microsoft.com/.default";

/// A process of the binary, and its log. It ends with this.
pub struct Process {
    child: Child,
    log: NamedTempFile,
}

impl Process {
    /// Starts a server that logs at this level.
    pub fn serving(level: &str) -> (Self, Server) {
        let mut started = None;
        let server = Server::elsewhere(|folder| {
            let (process, url) = Self::start(folder, level);
            started = Some(process);
            url
        });
        (started.unwrap(), server)
    }

    fn start(folder: &Path, level: &str) -> (Self, String) {
        let log = NamedTempFile::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_roster"))
            .args(["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data"])
            .arg(folder)
            .env_clear()
            .env("RUST_LOG", level)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap();
        (Self { child, log }, announced["url"].as_str().unwrap().to_owned())
    }

    /// Everything that it logged until now.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    /// How much memory it holds, in kilobytes.
    #[cfg(target_os = "linux")]
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What must not be shown, by what it is.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn add(&mut self, name: &str, secret: &str) -> String {
        self.0.push((name.into(), secret.into()));
        secret.to_owned()
    }

    /// A new password.
    fn password(&mut self, text: &str) -> String {
        self.add("password", &format!("{text}{}", Secret::random().unwrap().reveal()))
    }

    /// No piece of any of them is in this text.
    fn check(&self, place: &str, text: &str) {
        let pieces: HashSet<&[u8]> = text.as_bytes().windows(PIECE).collect();
        for (name, secret) in &self.0 {
            let shown = secret.as_bytes().chunks_exact(PIECE).find(|piece| pieces.contains(piece));
            let shown = shown.map(String::from_utf8_lossy);
            assert_eq!(shown, None, "a piece of the {name} stands in the {place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_logged_or_told() {
    let (process, server) = Process::serving("trace");
    let server: &'static Server = Box::leak(Box::new(server));
    let tenant = server.tenant().await;
    let objects = Objects::of(&tenant).await;
    let forge = Forge::of(tenant).await;
    let mut secrets = Secrets::default();
    for line in tenant.signing_key().await.lines().filter(|line| !line.starts_with("-----")) {
        secrets.add("signing key", line);
    }

    let all = || Permission::ALL.iter().map(|permission| permission.name());
    let by_user = secrets.add("token", &tenant.user_token(objects.user, all()).await);
    let by_application = secrets.add("token", &tenant.app_token(all()).await);
    for operation in operations() {
        let token = if operation.permissions.to_string().contains("application") {
            &by_application
        } else {
            &by_user
        };
        let answer = objects.send(&tenant, operation, Some(token)).await;
        assert!(![401, 403].contains(&answer.status.as_u16()), "{}: {}", operation.id, answer.text);
        secrets.check("answer", &answer.text);
    }
    for attempt in forge.attempts().await {
        let answer = send(attempt.with(tenant.anonymous(Method::GET, "/v1.0/users"))).await;
        assert_eq!(answer.status, 401, "{}", attempt.name);
        for value in &attempt.authorization {
            secrets.add("bad token", &String::from_utf8_lossy(value.as_bytes()));
        }
    }
    send_passwords(&tenant, &by_application, &objects, &mut secrets).await;
    ask_for_tokens(&tenant, &mut secrets).await;

    let log = process.log();
    secrets.check("log", &log);
    for operation in operations() {
        assert!(log.contains(&operation.id), "{} isn't in the log", operation.id);
    }
    let lines = log.lines().count();
    campaign::report("secrets", format_args!("{} in none of {lines} lines of the log", secrets.0.len()));
}

/// Passwords in the right place and elsewhere, in bodies that are accepted and in others.
async fn send_passwords(tenant: &Tenant, token: &str, objects: &Objects, secrets: &mut Secrets) {
    let user = |number: usize, profile: Value| {
        json!({"accountEnabled": true, "displayName": "u", "mailNickname": "u", "passwordProfile": profile,
            "userPrincipalName": tenant.upn(&format!("u{number}"))})
    };
    let good = secrets.password("Aa1 ");
    let new = secrets.password("Bb2 ");
    let weak = secrets.password("").to_lowercase();
    let weak = secrets.add("weak password", &weak.replace(|c: char| !c.is_ascii_lowercase(), "x"));
    let long = secrets.password("Cc3 ").repeat(9);
    let elsewhere = secrets.password("Dd4 ");
    let change = format!("/users/{}", objects.user);
    for (method, path, body, taken) in [
        (Method::POST, "/users", user(1, json!({"password": good})).to_string(), true),
        (Method::PATCH, &change, json!({"passwordProfile": {"password": new}}).to_string(), true),
        (Method::POST, "/users", user(2, json!({"password": weak})).to_string(), false),
        (Method::POST, "/users", user(2, json!({"password": long})).to_string(), false),
        (Method::POST, "/users", user(2, json!({"password": [elsewhere]})).to_string(), false),
        (Method::POST, "/users", user(2, json!({"password": {"a": elsewhere}})).to_string(), false),
        (Method::POST, "/users", user(2, json!({"passwort": elsewhere})).to_string(), false),
        (Method::POST, "/users", user(2, json!(elsewhere)).to_string(), false),
        (Method::PATCH, &change, json!({"password": elsewhere}).to_string(), false),
        (Method::PATCH, &change, json!({"accountEnabled": elsewhere}).to_string(), false),
        (Method::PATCH, &change, format!(r#"{{"passwordProfile": {{"password": "{elsewhere}""#), false),
        (
            Method::PATCH,
            &change,
            format!(r#"{{"password": "{elsewhere}", "password": "{elsewhere}"}}"#),
            false,
        ),
    ] {
        let request = tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(token);
        let answer = send(request.header("content-type", "application/json").body(body)).await;
        assert_eq!(answer.status.is_success(), taken, "{path}: {}", answer.text);
        // A value of a wrong type is repeated to the caller, as in Graph, except for what no response shows.
        let repeated =
            format!("Cannot convert the literal '{elsewhere}' to the expected type 'Edm.Boolean'.");
        secrets.check("answer", &answer.text.replace(&repeated, ""));
    }
}

/// An application's secret at the token endpoint, in valid and invalid requests, and the token that it gets for it.
async fn ask_for_tokens(tenant: &Tenant, secrets: &mut Secrets) {
    let secret = Secret::random().unwrap();
    let registration = Registration::new("reader", vec![Permission::GroupReadAll], &secret);
    let id = registration.app_id.to_string();
    tenant.register(registration).await;
    let right = secrets.add("application's secret", secret.reveal());
    let wrong = secrets.password("wrong");
    let endpoint = format!("/{}/oauth2/v2.0/token", tenant.id());
    let form = |client_id: &str, client_secret: &str, scope: &str| {
        [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("scope", scope),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    for (form, taken) in [
        (form(&id, &right, SCOPE), true),
        (form(&id, &wrong, SCOPE), false),
        (form(&id, &right[1..], SCOPE), false),
        (form(&id, &right, "nothing"), false),
        (form(&AppId::random().to_string(), &right, SCOPE), false),
    ] {
        let answer = send(tenant.anonymous(Method::POST, &endpoint).form(&form)).await;
        assert_eq!(answer.status.is_success(), taken, "{}", answer.text);
        let issued = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
        secrets.check("answer", &answer.text.replace(&issued, ""));
        secrets.add("issued token", &issued);
    }
    let rest = [("grant_type", "client_credentials"), ("scope", SCOPE)];
    for (secret, taken) in [(&right, true), (&wrong, false)] {
        let credentials = STANDARD.encode(format!("{id}:{secret}"));
        secrets.add("credentials", &credentials);
        let request =
            tenant.anonymous(Method::POST, &endpoint).header("authorization", format!("Basic {credentials}"));
        let answer = send(request.form(&rest)).await;
        assert_eq!(answer.status.is_success(), taken, "{}", answer.text);
    }
    let in_query = tenant.anonymous(Method::POST, &format!("{endpoint}?client_secret={right}"));
    assert_eq!(send(in_query.form(&rest)).await.status, 400, "no secret is taken from a URL");
}
