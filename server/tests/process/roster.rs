//! Starting the binary, and talking to it.

use crate::http_client;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::Duration,
};
use tokio::time::timeout;
use uuid::Uuid;

/// The tenant of the sample, the client id and the secret of its application, as the README tells them.
pub const SAMPLE: [&str; 3] = [
    "5a3e0000-0000-4000-8000-000000000000",
    "5a3e0000-0000-4000-8000-0000000000aa",
    "sample-secret-which-everybody-knows",
];

/// A command of the binary with nothing of this process's settings.
pub fn roster(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roster"));
    // By https only those that ask for it: others would all want the same port.
    command.args(arguments).env_clear().env("ROSTER_LISTEN_TLS", "off");
    command.env("RUST_LOG", "error").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Output {
    roster(arguments).output().unwrap()
}

/// What a command that succeeds prints.
pub fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A server process.
pub struct Server {
    /// The origin that it announced.
    pub url: String,
    /// The line that it announced itself with.
    pub announced: Value,
    child: Child,
    http: reqwest::Client,
}

impl Server {
    /// Starts `roster serve` on this folder, with more arguments.
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        Self::spawn(
            roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data"])
                .arg(folder)
                .args(more),
        )
    }

    /// Starts a command that announces a server as JSON.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("announced: {line:?}"));
        let url = announced["url"].as_str().unwrap().to_owned();
        Self { url, announced, child, http: http_client::new() }
    }

    /// Leaves all connections to it: the next requests go over new ones.
    pub fn leave_connections(&mut self) {
        self.http = http_client::new();
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process as `kill -9` does, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal of this name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Sends SIGTERM and waits for the end.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Waits for the process's end, by the end of its output.
    pub async fn end_within(&mut self, limit: Duration) -> ExitStatus {
        let mut output = self.child.stdout.take().unwrap();
        let ended = tokio::task::spawn_blocking(move || io::copy(&mut output, &mut io::sink()));
        assert!(timeout(limit, ended).await.is_ok(), "the server runs on after {limit:?}");
        self.child.wait().unwrap()
    }

    /// The most memory that the process had so far, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    /// What the process printed after its first line, up to its end.
    pub fn rest_of_output(&mut self) -> String {
        let mut text = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// What the process writes to standard error, where that was piped.
    pub fn standard_error(&mut self) -> std::process::ChildStderr {
        self.child.stderr.take().unwrap()
    }

    /// A token of the sample's application, from the token endpoint.
    pub async fn sample_token(&self) -> String {
        let [tenant, client_id, client_secret] = SAMPLE;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let request = self.http.post(format!("{}/{tenant}/oauth2/v2.0/token", self.url)).form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A request under `/v1.0`.
    pub fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/v1.0{path}", self.url)).bearer_auth(token)
    }

    /// A GET under `/v1.0`.
    pub fn get(&self, path: &str, token: &str) -> RequestBuilder {
        self.request(Method::GET, path, token)
    }

    /// A POST of JSON under `/v1.0`.
    pub fn post(&self, path: &str, token: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path, token).json(body)
    }

    /// Creates a security group.
    pub async fn create_group(&self, token: &str) -> Uuid {
        let body =
            json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true});
        let answer = self.post("/groups", token, &body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Adds a member; the status, or `None` where no answer came.
    #[cfg(feature = "strace")]
    pub async fn add(&self, token: &str, group: Uuid, member: Uuid) -> Option<StatusCode> {
        let body =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}")});
        let request = self.post(&format!("/groups/{group}/members/$ref"), token, &body);
        request.send().await.ok().map(|answer| answer.status())
    }

    /// The ids of all members of a group.
    pub async fn members(&self, token: &str, group: Uuid) -> Vec<Uuid> {
        let mut ids = Vec::new();
        let mut url = format!("{}/v1.0/groups/{group}/members?$top=999&$select=id", self.url);
        loop {
            let answer = self.http.get(&url).bearer_auth(token).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let page: Value = answer.json().await.unwrap();
            let members = page["value"].as_array().unwrap();
            ids.extend(members.iter().map(|member| member["id"].as_str().unwrap().parse::<Uuid>().unwrap()));
            match page["@odata.nextLink"].as_str() {
                Some(link) => url = link.into(),
                None => return ids,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
