//! `roster keys`, and that a server takes over the keys that this command makes.

use super::{Data, Error, Format, Output, print};
use crate::{
    auth::keys::Keys,
    data_folder::{self, KeyTexts},
    http::state::AppState,
    model::clock::{Clock, timestamp},
    store::MigrationLock,
};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    task,
    time::{MissedTickBehavior, interval},
};

/// How often a server looks for new keys.
const LOOKS: Duration = Duration::from_secs(1);

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Have a new key sign tokens. Those of the key before count until they have ended, an hour at most; a server that runs takes the new
    /// one over
    #[command(after_help = "Example:
  roster keys rotate")]
    Rotate(Place),

    /// List the key that signs tokens, and those that signed before whose tokens still count
    #[command(after_help = "Example:
  roster keys list --format json")]
    List(Place),
}

#[derive(Debug, Args)]
pub(super) struct Place {
    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    output: Output,
}

impl KeysCommand {
    pub(super) fn run(self) -> Result<(), Error> {
        match self {
            Self::Rotate(place) => place.rotate(),
            Self::List(place) => place.list(),
        }
    }
}

impl Place {
    /// The folder, in which there is a directory.
    fn folder(&self) -> Result<PathBuf, Error> {
        self.data.check_is_there()?;
        Ok(self.data.folder()?.path().into())
    }

    fn rotate(self) -> Result<(), Error> {
        let folder = self.folder()?;
        let keys = data_folder::rotate_keys(&MigrationLock::take(&folder)?, Clock::default().now());
        self.print(&keys.map_err(|error| Error::from(error).opening(&folder))?)
    }

    fn list(self) -> Result<(), Error> {
        let keys = data_folder::existing_keys(&self.folder()?)?;
        let none =
            "there is no key yet: a server makes one when it starts, and `roster token` when it signs one";
        self.print(&keys.ok_or_else(|| Error::Usage(none.into()))?)
    }

    fn print(&self, keys: &Keys) -> Result<(), Error> {
        match self.output.format {
            Format::Text => keys.list().try_for_each(|(id, ends_at)| match ends_at {
                None => print(format_args!("{id}  signs")),
                Some(time) => print(format_args!("{id}  counts until {}", timestamp(time))),
            }),
            Format::Json => {
                let keys = keys.list();
                let keys = keys.map(|(id, ends_at)| json!({"id": id, "countsUntil": ends_at.map(timestamp)}));
                print(json!({"keys": keys.collect::<Vec<Value>>()}))
            }
        }
    }
}

/// Keeps a server's keys those of its folder, for ever. What can't be used is tried again, and told in the log once; the keys of before stay
/// in use.
pub(super) async fn follow(state: AppState, folder: PathBuf, clock: Clock) {
    let path = folder.clone();
    // Before the server reads them: what changes in between is seen.
    let known = task::spawn_blocking(move || KeyTexts::read(&path).unwrap_or_default()).await;
    // What needs the keys waits for them.
    if let Err(error) = state.keys().await {
        tracing::error!(%error, "the signing key can't be used: no token is accepted");
    }
    let mut looks = interval(LOOKS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut known, mut told) = (Arc::new(known.unwrap_or_default()), None::<String>);
    loop {
        looks.tick().await;
        match look(&state, &folder, &known, clock.now()).await {
            Ok(None) => told = None,
            Ok(Some(new)) => (known, told) = (Arc::new(new), None),
            Err(error) => {
                if told.as_ref() != Some(&error) {
                    tracing::error!(error, "new keys can't be used");
                }
                told = Some(error);
            }
        }
    }
}

/// Takes over what is new in this folder. What was taken over, where there was something.
async fn look(
    state: &AppState,
    folder: &Path,
    known: &Arc<KeyTexts>,
    now: DateTime<Utc>,
) -> Result<Option<KeyTexts>, String> {
    let (path, before) = (folder.to_owned(), known.clone());
    // It may wait for the disk.
    let found =
        task::spawn_blocking(move || find(&path, now).map(|found| (*before != found).then_some(found)));
    let found = found.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    // A key that is gone was taken away from under the server: what there is goes on.
    let Some(new) = found.filter(KeyTexts::has_current) else { return Ok(None) };
    state.renew_keys().await.map_err(|error| error.to_string())?;
    Ok(Some(new))
}

/// What is in this folder, without the keys whose tokens have ended.
fn find(folder: &Path, now: DateTime<Utc>) -> Result<KeyTexts, Error> {
    let found = KeyTexts::read(folder)?;
    if !found.has_ended(folder, now)? {
        return Ok(found);
    }
    data_folder::forget_ended_keys(&MigrationLock::take(folder)?, now)?;
    Ok(KeyTexts::read(folder)?)
}
