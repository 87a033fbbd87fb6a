//! What is the same for everything that is stored until it is exchanged: its document, and how long it counts.

use super::{accounts::Account, faults::Error};
use crate::{
    auth::secrets::Secret,
    store::{
        self, WriteTx,
        sign_in_grants::{self, Kind, Stored},
    },
};
use chrono::TimeDelta;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Stores what a secret stands for, of this account if it is anybody's yet.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    kind: Kind,
    secret: &Secret,
    account: Option<&Account>,
    family: Uuid,
    lifetime: TimeDelta,
    document: &impl Serialize,
) -> Result<(), Error> {
    let issued_at = account.map_or(tx.now(), |account| account.time(tx.now()));
    let (user, expires_at) = (account.map(|account| account.user.row), tx.now() + lifetime);
    let new = Stored { user, family, issued_at, expires_at, used_at: None, document: write(document)? };
    Ok(sign_in_grants::insert(tx, kind, &secret.digest(), &new)?)
}

/// A document as it is stored.
pub(super) fn write(document: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(document).map_err(|_| store::Error::Corrupt("a grant that can't be written").into())
}

/// The document of a stored one.
pub(super) fn read<T: DeserializeOwned>(stored: &Stored) -> Result<T, Error> {
    serde_json::from_str(&stored.document)
        .map_err(|_| store::Error::Corrupt("a grant that can't be read").into())
}
