//! Sessions of browsers: who signed in there, and when.

use super::{
    accounts::{self, Account},
    faults::{Error, Fault},
    grants,
};
use crate::{
    auth::secrets::Secret,
    store::{
        ReadTx, WriteTx,
        sign_in_grants::{self, Kind},
    },
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long one counts.
const LIFETIME: TimeDelta = TimeDelta::days(1);

/// Clients that one remembers, by which its end leads back to where the user was.
const MOST_CLIENTS: usize = 50;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Document {
    authenticated_at: i64,
    clients: Vec<String>,
}

/// A browser's session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who signed in.
    pub account: Account,
    /// What tells it from others, and isn't secret.
    pub id: Uuid,
    /// When the user proved who that is, in seconds since 1970.
    pub authenticated_at: i64,
    /// The clients that were signed in to.
    pub clients: Vec<String>,
}

/// Begins a session of this account.
pub fn begin(tx: &WriteTx<'_>, account: &Account, secret: &Secret, id: Uuid) -> Result<(), Error> {
    let document = Document { authenticated_at: account.time(tx.now()).timestamp(), clients: Vec::new() };
    grants::insert(tx, Kind::Session, secret, Some(account), id, LIFETIME, &document)
}

/// The session of this secret. `None`: it has ended, or there never was one.
pub fn find(tx: &ReadTx<'_>, secret: &Secret) -> Result<Option<Session>, Error> {
    let stored = sign_in_grants::find(tx, Kind::Session, &secret.digest())?;
    let Some(stored) = stored.filter(|stored| stored.expires_at > tx.now()) else { return Ok(None) };
    let Some(row) = stored.user else { return Ok(None) };
    match accounts::of_row(tx, row, stored.issued_at) {
        Ok(account) => {
            let Document { authenticated_at, clients } = grants::read(&stored)?;
            Ok(Some(Session { account, id: stored.family, authenticated_at, clients }))
        }
        Err(Error::Refused(Fault::DeletedUser | Fault::DisabledUser | Fault::GrantRevoked)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes that a client was signed in to.
pub fn note_client(tx: &WriteTx<'_>, secret: &Secret, client: &str) -> Result<(), Error> {
    let digest = secret.digest();
    let Some(stored) = sign_in_grants::find(tx, Kind::Session, &digest)? else { return Ok(()) };
    let mut document: Document = grants::read(&stored)?;
    if document.clients.len() >= MOST_CLIENTS || document.clients.iter().any(|known| known == client) {
        return Ok(());
    }
    document.clients.push(client.to_owned());
    Ok(sign_in_grants::update(tx, Kind::Session, &digest, stored.user, &grants::write(&document)?)?)
}

/// Ends a session.
pub fn end(tx: &WriteTx<'_>, secret: &Secret) -> Result<(), Error> {
    Ok(sign_in_grants::remove(tx, Kind::Session, &secret.digest())?)
}
