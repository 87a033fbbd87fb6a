//! The thread for passwords: hashing and comparing takes tens of milliseconds and 19 MiB each, so it is done one after another, beside
//! all else.

use crate::auth::passwords::{self, NotHashed, PasswordHash};
use crate::auth::secrets::Secret;
use std::sync::Arc;
use tokio::{sync::Semaphore, task};

/// How many may wait: those that come later are told to try again.
const QUEUE: usize = 64;

/// What hashes and compares passwords.
#[derive(Debug)]
pub(super) struct PasswordThread {
    turn: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// As many wait as may, or a password can't be hashed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Busy;

impl From<NotHashed> for Busy {
    fn from(error: NotHashed) -> Self {
        tracing::error!(%error, "a password isn't set");
        Self
    }
}

impl PasswordThread {
    pub(super) fn new() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), places: Arc::new(Semaphore::new(QUEUE)) }
    }

    /// What is kept of a password.
    pub(super) async fn hash(&self, password: Secret) -> Result<PasswordHash, Busy> {
        Ok(self.run(move || PasswordHash::of(password.reveal())).await??)
    }

    /// Whether this is the password of a hash. Takes as long where there is none.
    pub(super) async fn is_of(&self, hash: Option<PasswordHash>, password: Secret) -> Result<bool, Busy> {
        self.run(move || match hash {
            Some(hash) => hash.is_of(password.reveal()),
            None => {
                passwords::pretend_to_compare(password.reveal());
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        let turn = self.turn.clone().acquire_owned().await.map_err(|_| Busy)?;
        // Who asked may go away meanwhile; the next one waits until this is done all the same.
        let done = task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        });
        done.await.map_err(|_| Busy)
    }
}
