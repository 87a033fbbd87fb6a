//! What the machine can do: handlers that do nothing behind the server's own outer layers, appending to a raw file and syncing it,
//! and SQLite with one commit for each add.

use axum::{
    Json, Router,
    body::Bytes,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{delete, get, post},
};
use clap::Args;
use roster_server::{
    data_folder,
    http::{
        self,
        state::{AppState, Settings},
        transport::{self, Endpoint, Limits},
    },
    store::{Durability, Options, Store},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// Serve the handlers that do nothing.
#[derive(Args)]
pub struct Reference {
    /// A file with a page of members, as the server answers it
    page: PathBuf,
    /// A file with a user, as the server answers it
    user: PathBuf,
}

impl Reference {
    /// Serves until it is killed.
    pub fn run(&self) -> Result<(), String> {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        runtime.block_on(self.serve())
    }

    async fn serve(&self) -> Result<(), String> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
        let page: Value = serde_json::from_slice(&read(&self.page)?).map_err(|error| error.to_string())?;
        let (page, user) = (Arc::new(page), Bytes::from(read(&self.user)?));
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let options = Options { durability: Durability::Ephemeral, ..Options::default() };
        let store = Store::open(folder.path(), options).map_err(|error| error.to_string())?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let path = folder.path().to_owned();
        let load_keys = move || data_folder::keys(&path);
        let state = AppState::new(store, load_keys, address, Settings::default());
        let object =
            move || async move { ([(header::CONTENT_TYPE, "application/json")], user).into_response() };
        let members = move || async move { Json(&*page).into_response() };
        let routes = Router::new()
            .route("/v1.0/groups/{id}/members/$ref", post(async |_: Bytes| StatusCode::NO_CONTENT))
            .route("/v1.0/groups/{id}/members/{memberId}/$ref", delete(async || StatusCode::NO_CONTENT))
            .route("/v1.0/groups/{id}/members", get(members.clone()))
            .route("/v1.0/users", get(members).post(async |_: Bytes| StatusCode::CREATED))
            .route("/v1.0/users/{id}", get(object.clone()))
            .route("/v1.0/groups/{id}", get(object.clone()))
            .route("/{tenant}/oauth2/v2.0/token", post(async |_: Bytes| StatusCode::OK));
        println!("{}", json!({"url": format!("http://{address}")}));
        let app = http::enveloped(state, routes);
        let serving =
            transport::serve(vec![Endpoint::plain(listener)], app, Limits::default(), std::future::pending());
        serving.await.map_err(|error| error.to_string())
    }
}

/// The median time of appending 4 KB to a file and syncing it.
pub fn append_and_sync(folder: &Path, time: Duration) -> Result<Duration, String> {
    let failed = |error: std::io::Error| error.to_string();
    let path = folder.join("appended");
    let mut file = File::create(&path).map_err(failed)?;
    let (piece, end) = (vec![0x5a; 4096], Instant::now() + time);
    let mut times = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        file.write_all(&piece).and_then(|()| file.sync_data()).map_err(failed)?;
        times.push(began.elapsed());
    }
    std::fs::remove_file(path).map_err(failed)?;
    times.sort();
    times.get(times.len() / 2).copied().ok_or_else(|| "nothing was appended".into())
}

/// Adds per second with SQLite by itself, each in a separate commit.
pub fn commit_each(folder: &Path, time: Duration) -> Result<f64, String> {
    let commit = || -> rusqlite::Result<f64> {
        let path = folder.join("commits.sqlite");
        let connection = Connection::open(&path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS pairs (group_row INTEGER, member_row INTEGER, PRIMARY KEY (group_row, member_row)) WITHOUT ROWID;
             CREATE UNIQUE INDEX IF NOT EXISTS pairs_by_member ON pairs (member_row, group_row);
             DELETE FROM pairs;",
        )?;
        let mut insert = connection.prepare("INSERT INTO pairs VALUES (1, ?1)")?;
        let (began, mut count) = (Instant::now(), 0_u32);
        while began.elapsed() < time {
            insert.execute([count])?;
            count += 1;
        }
        Ok(f64::from(count) / began.elapsed().as_secs_f64())
    };
    commit().map_err(|error| error.to_string())
}
