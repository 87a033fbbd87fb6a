//! What is the same for everything that is stored until it is exchanged: its document, and how long it counts.

use super::faults::Error;
use crate::{
    auth::secrets::Secret,
    store::{
        self, WriteTx,
        objects::RowNumber,
        sign_in_grants::{self, Kind, Stored},
    },
};
use chrono::TimeDelta;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Stores what a secret stands for.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    kind: Kind,
    secret: &Secret,
    user: Option<RowNumber>,
    family: Uuid,
    lifetime: TimeDelta,
    document: &impl Serialize,
) -> Result<(), Error> {
    let (issued_at, expires_at) = (tx.now(), tx.now() + lifetime);
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
