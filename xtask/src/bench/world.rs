//! What is measured: the server with a directory, the handlers that do nothing, and requests to both. Knows no directory.

use super::{
    index,
    load::{Exchange, Requests},
    process::Process,
};
use crate::{roster::Roster, run};
use http_body_util::Full;
use hyper::{Method, Request, StatusCode, body::Bytes};
use reqwest::Client;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A folder with a data folder in it, on the disk that is measured.
pub struct Home {
    /// Its path.
    pub path: PathBuf,
    /// Deletes it in the end, where it isn't kept.
    _temporary: Option<TempDir>,
}

impl Home {
    /// One that is deleted in the end.
    pub fn temporary() -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(run::target()).map_err(text)?;
        Ok(Self { path: folder.path().to_owned(), _temporary: Some(folder) })
    }

    /// One that stays, made where there is none.
    pub fn kept(path: &Path) -> Result<Self, String> {
        fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path: path.to_owned(), _temporary: None })
    }

    /// Where the directory lies.
    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Another one on the same disk, with a copy of the directory, which no server may have open.
    fn copy(&self) -> Result<Self, String> {
        let copy = Self::temporary()?;
        fs::create_dir(copy.data()).map_err(text)?;
        for file in fs::read_dir(self.data()).map_err(text)? {
            let file = file.map_err(text)?;
            fs::copy(file.path(), copy.data().join(file.file_name())).map_err(text)?;
        }
        Ok(copy)
    }
}

/// The two servers, and the directory of the measured one.
pub struct World<D> {
    /// The server that is measured.
    pub ours: Process,
    /// The handlers that do nothing.
    pub reference: Process,
    /// What there is in the directory.
    pub directory: D,
    home: Home,
    token: String,
}

/// What the handlers that do nothing answer.
pub struct Ready {
    /// The path of a page.
    pub page: String,
    /// The path of a user.
    pub user: String,
}

impl<D> World<D> {
    /// Starts both servers, the measured one on the directory that was made.
    pub async fn start(
        home: Home,
        mut directory: D,
        find: impl AsyncFnOnce(&Reader<'_>, &mut D) -> Result<Ready, String>,
    ) -> Result<Self, String> {
        let ours = Process::new(Roster::start_on(&home.data())?)?;
        index::is_complete(&home.data()).await?;
        let token = ours.roster.token(&["--app", "sample"])?;
        let reader = Reader { origin: &ours.roster.url, token: &token, client: Client::new() };
        let ready = find(&reader, &mut directory).await?;
        let (page, user) = (home.path.join("page.json"), home.path.join("user.json"));
        fs::write(&page, reader.text(&ready.page).await?).map_err(text)?;
        fs::write(&user, reader.text(&ready.user).await?).map_err(text)?;
        let mut reference = Command::new(std::env::current_exe().map_err(text)?);
        let reference = reference.arg("reference").args([page, user]).stderr(Stdio::null());
        Ok(Self { reference: Process::new(Roster::spawn(reference)?)?, ours, directory, home, token })
    }

    /// Where the directory lies.
    pub fn data(&self) -> PathBuf {
        self.home.data()
    }

    /// A folder on the same disk.
    pub fn disk(&self) -> PathBuf {
        self.home.path.clone()
    }

    /// Stops the measured server, and starts it again on its folder. It knows the token then, whose signature takes longer to verify
    /// than most answers.
    pub async fn restart(&mut self) -> Result<(), String> {
        self.ours.roster.stop();
        self.ours = Process::new(Roster::start_on(&self.data())?)?;
        index::is_complete(&self.data()).await?;
        self.reader().text("/v1.0/users?$top=1").await.map(drop)
    }

    /// Asks one thing after the other.
    pub fn reader(&self) -> Reader<'_> {
        Reader { origin: &self.ours.roster.url, token: &self.token, client: Client::new() }
    }

    /// Goes on with a copy of the directory, so that the one that is kept stays as it is.
    pub async fn go_on_with_copy(&mut self) -> Result<(), String> {
        self.ours.roster.stop();
        self.home = self.home.copy()?;
        self.restart().await
    }

    /// These requests, each with the token. Any answer but the expected one is an error.
    pub fn requests(
        &self,
        expected: StatusCode,
        make: impl Fn(usize, usize) -> Option<(Method, String, Option<String>)> + Send + Sync + 'static,
    ) -> Requests {
        let authorization = format!("Bearer {}", self.token);
        std::sync::Arc::new(move |connection, number| {
            let (method, path, body) = make(connection, number)?;
            let request = Request::builder().method(method).uri(path).header("Host", "localhost");
            let request = request.header("Authorization", &authorization);
            let request =
                if body.is_some() { request.header("Content-Type", "application/json") } else { request };
            let request = request.body(Full::new(Bytes::from(body.unwrap_or_default()))).ok()?;
            Some(Exchange { request, expected, may_be_put_off: false })
        })
    }
}

/// What asks one thing after the other, and measures nothing.
pub struct Reader<'w> {
    origin: &'w str,
    token: &'w str,
    client: Client,
}

impl Reader<'_> {
    /// What lies at a path.
    pub async fn text(&self, path: &str) -> Result<String, String> {
        let request = self.client.get(format!("{}{path}", self.origin)).bearer_auth(self.token);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        answer.map_err(text)?.text().await.map_err(text)
    }

    /// What is answered to a body; `null` where nothing is.
    pub async fn answer(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.client.request(method, format!("{}{path}", self.origin)).bearer_auth(self.token);
        let answer = request.json(body).send().await.and_then(reqwest::Response::error_for_status);
        let text = answer.map_err(text)?.text().await.map_err(text)?;
        if text.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_str(&text).map_err(|error| error.to_string())
        }
    }

    /// A link of an answer, as a path.
    pub fn path<'l>(&self, link: &'l str) -> &'l str {
        link.trim_start_matches(self.origin)
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
