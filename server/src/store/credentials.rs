//! What applications prove themselves with, and service principals by themselves: digests of passwords, and certificates. What is
//! shown of them is in the documents.

use super::{
    Error, ReadTx, Store, WriteTx,
    engine::{Row, params},
    objects::Object,
    transaction::Queries,
};
use crate::auth::secrets::SecretDigest;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A password, as far as it is kept.
#[derive(Debug, Clone)]
pub struct Password {
    /// Its identifier.
    pub key_id: Uuid,
    /// The SHA-256 of it.
    pub digest: SecretDigest,
    /// When it proves something.
    pub validity: Validity,
}

/// A certificate.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its identifier.
    pub key_id: Uuid,
    /// The certificate, in DER.
    pub certificate: Vec<u8>,
    /// When it proves something.
    pub validity: Validity,
}

/// When a credential proves something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From then on.
    pub start: DateTime<Utc>,
    /// No more from then on.
    pub end: DateTime<Utc>,
}

impl Validity {
    /// Whether it proves something at this time.
    pub fn covers(&self, time: DateTime<Utc>) -> bool {
        self.start <= time && time < self.end
    }

    /// Whether it did once, and does no more at this time.
    pub fn has_ended(&self, time: DateTime<Utc>) -> bool {
        self.end <= time
    }
}

impl Store {
    /// Whether this is a password of an application, of whatever tenant.
    pub async fn has_secret(&self, digest: SecretDigest) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM password_credentials s
                   JOIN objects o ON o.row = s.object_row AND o.deleted_at IS NULL
                   JOIN tenants t ON t.number = o.tenant WHERE s.digest = ?1)";
        let has = move |queries: &Queries<'_>| queries.one(sql, params![&digest[..]], |row| row.get(0));
        Ok(self.read(has).await?.unwrap_or_default())
    }
}

/// Keeps a password.
pub fn add_password(tx: &WriteTx<'_>, of: &Object, password: &Password) -> Result<(), Error> {
    let sql = "INSERT INTO password_credentials (object_row, key_id, digest, start_at, end_at)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let Password { key_id, digest, validity: Validity { start, end } } = password;
    let parameters = params![of.row.0, *key_id, &digest[..], start.timestamp(), end.timestamp()];
    tx.run(sql, parameters).map(drop)
}

/// The passwords that an object has.
pub fn passwords(tx: &ReadTx<'_>, of: &Object) -> Result<Vec<Password>, Error> {
    let sql = "SELECT key_id, start_at, end_at, digest FROM password_credentials WHERE object_row = ?1";
    tx.all(sql, params![of.row.0], |row| {
        Ok(Password { key_id: row.get(0)?, digest: row.get(3)?, validity: validity(row)? })
    })
}

/// Forgets a password.
pub fn remove_password(tx: &WriteTx<'_>, of: &Object, key_id: Uuid) -> Result<(), Error> {
    let sql = "DELETE FROM password_credentials WHERE object_row = ?1 AND key_id = ?2";
    tx.run(sql, params![of.row.0, key_id]).map(drop)
}

/// Keeps a certificate.
pub fn add_key(tx: &WriteTx<'_>, of: &Object, key: &Key) -> Result<(), Error> {
    let sql = "INSERT INTO key_credentials (object_row, key_id, certificate, start_at, end_at)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let Key { key_id, certificate, validity: Validity { start, end } } = key;
    let parameters = params![of.row.0, *key_id, &certificate[..], start.timestamp(), end.timestamp()];
    tx.run(sql, parameters).map(drop)
}

/// The certificates that an object has.
pub fn keys(tx: &ReadTx<'_>, of: &Object) -> Result<Vec<Key>, Error> {
    let sql = "SELECT key_id, start_at, end_at, certificate FROM key_credentials WHERE object_row = ?1";
    tx.all(sql, params![of.row.0], |row| {
        Ok(Key { key_id: row.get(0)?, certificate: row.get(3)?, validity: validity(row)? })
    })
}

/// Forgets a certificate.
pub fn remove_key(tx: &WriteTx<'_>, of: &Object, key_id: Uuid) -> Result<(), Error> {
    let sql = "DELETE FROM key_credentials WHERE object_row = ?1 AND key_id = ?2";
    tx.run(sql, params![of.row.0, key_id]).map(drop)
}

fn validity(row: &Row<'_>) -> Result<Validity, Error> {
    let time = |column| -> Result<DateTime<Utc>, Error> {
        let time = DateTime::from_timestamp(row.get(column)?, 0);
        time.ok_or(Error::Corrupt("a credential without its times"))
    };
    Ok(Validity { start: time(1)?, end: time(2)? })
}

/// Takes away what an object has.
pub(super) const TAKE: [&str; 2] = [
    "DELETE FROM password_credentials WHERE object_row = ?1",
    "DELETE FROM key_credentials WHERE object_row = ?1",
];
