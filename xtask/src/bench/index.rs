//! How far the server's index has come, read from the files of its data folder: the server itself doesn't tell. Answers are right
//! wherever it is, but before it is complete they cost more.

use roster_server::store;
use rusqlite::{Connection, OptionalExtension};
use std::{
    fmt::Display,
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// The database of the index, beside the directory's.
const FILE: &str = "index.sqlite";
/// How long the index of a directory may take.
const LIMIT: Duration = Duration::from_secs(1200);
/// How often it is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// Both databases of a data folder, beside a running server.
pub struct Index(Connection);

impl Index {
    /// That of this folder. `None`: there is none yet.
    pub fn open(data: &Path) -> Result<Option<Self>, String> {
        if !data.join(FILE).exists() {
            return Ok(None);
        }
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(data.join(store::FILE))?;
            connection.busy_timeout(Duration::from_secs(5))?;
            connection.execute("ATTACH ?1 AS found", [data.join(FILE).to_string_lossy()])?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        };
        open().map(|connection| Some(Self(connection))).map_err(text)
    }

    /// The position of the newest change.
    pub fn newest(&self) -> Result<i64, String> {
        self.number("SELECT max(position) FROM changes")
    }

    /// The position up to which it has all changes.
    pub fn followed(&self) -> Result<i64, String> {
        self.number("SELECT position FROM found.followed")
    }

    /// Whether it has every object. Changes of a pair, which has a related row, are none of an object.
    fn is_complete(&self) -> Result<bool, String> {
        let complete = "SELECT EXISTS (SELECT 1 FROM found.tenants WHERE state = 1) AND NOT EXISTS (
            SELECT 1 FROM changes WHERE position > (SELECT position FROM found.followed) AND related_row IS NULL)";
        Ok(self.number(complete)? == 1)
    }

    fn number(&self, sql: &str) -> Result<i64, String> {
        let found = self.0.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).optional().map_err(text)?;
        Ok(found.flatten().unwrap_or_default())
    }
}

/// Waits until the index of a server that has just started has every object.
pub async fn is_complete(data: &Path) -> Result<(), String> {
    let began = Instant::now();
    let mut told = false;
    loop {
        // While it is made anew its file is in the way of nothing, and may be half there.
        if let Ok(Some(index)) = Index::open(data)
            && index.is_complete().unwrap_or(false)
        {
            break;
        }
        if began.elapsed() > LIMIT {
            return Err("the index isn't complete yet".into());
        }
        if !told && began.elapsed() > Duration::from_secs(2) {
            eprintln!("waiting for the index ...");
            told = true;
        }
        sleep(PAUSE).await;
    }
    if told {
        eprintln!("{:6.1} s: the index", began.elapsed().as_secs_f64());
    }
    Ok(())
}

fn text(error: impl Display) -> String {
    error.to_string()
}
