//! The thread for passwords: hashing and comparing takes tens of milliseconds and 19 MiB each, so it is done one after another, beside
//! all else.

use crate::auth::passwords::{self, NotHashed, PasswordHash};
use crate::auth::secrets::Secret;
use tokio::{sync::Semaphore, task};

/// How many may wait: those that come later are told to try again.
const QUEUE: usize = 64;

/// What hashes and compares passwords.
#[derive(Debug)]
pub(super) struct PasswordThread {
    turn: Semaphore,
    places: Semaphore,
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
        Self { turn: Semaphore::new(1), places: Semaphore::new(QUEUE) }
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
        let _place = self.places.try_acquire().map_err(|_| Busy)?;
        let _turn = self.turn.acquire().await.map_err(|_| Busy)?;
        task::spawn_blocking(work).await.map_err(|_| Busy)
    }
}
