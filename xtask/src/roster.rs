//! The server as a process, as its users have it: the release binary.

use crate::run;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// A running server. It ends when this is dropped.
pub struct Roster {
    /// Its origin.
    pub url: String,
    /// Its data folder.
    data: String,
    /// The origin by https, and the file of the authority to be trusted for it.
    pub tls: Option<(String, PathBuf)>,
    process: Child,
}

impl Roster {
    /// Starts the release binary in a temporary folder.
    pub fn start() -> Result<Self, String> {
        build()?;
        let arguments = ["serve", "--ephemeral", "--sample", "--listen", "127.0.0.1:0", "--format", "json"];
        Self::spawn(binary().args(arguments).env("RUST_LOG", "error"))
    }

    /// The same, which listens for https too.
    pub fn start_secure() -> Result<Self, String> {
        build()?;
        let arguments = ["serve", "--ephemeral", "--sample", "--listen", "127.0.0.1:0", "--format", "json"];
        let secure = ["--listen-tls", "localhost:0"];
        Self::spawn(binary().args(arguments).args(secure).env("RUST_LOG", "error"))
    }

    /// Starts the release binary, which is built already, on a folder that stays. It listens for https too.
    pub fn start_on(folder: &Path) -> Result<Self, String> {
        let arguments =
            ["serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--format", "json", "--data"];
        Self::spawn(binary().args(arguments).arg(folder).stderr(Stdio::null()))
    }

    /// Starts a command that announces a server as JSON.
    pub fn spawn(command: &mut Command) -> Result<Self, String> {
        // Others on this machine may want the port.
        command.env("ROSTER_LISTEN_TLS", "off");
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = spawned.map_err(|error| error.to_string())?;
        let mut line = String::new();
        if let Some(output) = &mut process.stdout {
            BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        let announced: Value = serde_json::from_str(&line).map_err(|_| "the server didn't start")?;
        let text = |name: &str| announced[name].as_str().unwrap_or_default().to_owned();
        let tls = announced["ca"].as_str().map(|ca| (text("tlsUrl"), ca.into()));
        Ok(Self { url: text("url"), data: text("dataFolder"), tls, process })
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Tells it to stop, so that it deletes a temporary folder, and waits for its end.
    pub fn stop(&mut self) {
        // It may have ended by itself.
        if !matches!(self.process.try_wait(), Ok(Some(_))) {
            Command::new("kill").arg(self.process.id().to_string()).status().ok();
            self.process.wait().ok();
        }
    }

    /// An access token, as `roster token` with these arguments prints it.
    pub fn token(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = binary();
        let output = command.args(["token", "--data", &self.data]).args(arguments).output();
        let output = output.map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// An access token of a user of the sample, who has a manager and may do whatever only users may.
    pub fn user_token(&self) -> Result<String, String> {
        let user = ["--user", "alan@contoso.example"];
        let scopes = ["User.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"];
        self.token(&[&user[..], scopes.map(|scope| ["--scope", scope]).as_flattened()].concat())
    }
}

/// Builds the release binary, once for all that ask for it.
pub fn build() -> Result<(), String> {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    let build =
        || run::succeed(&mut run::cargo(&["build", "--release", "--quiet", "--package", "roster-server"]));
    BUILT.get_or_init(build).clone()
}

fn binary() -> Command {
    Command::new(run::target().join("release/roster"))
}

impl Drop for Roster {
    fn drop(&mut self) {
        self.stop();
    }
}
