//! What people granted when they signed in, until it is exchanged or ends: found by the digest of what the client was given.

use super::{Error, ReadTx, WriteTx, engine::params, objects::RowNumber};
use crate::auth::secrets::SecretDigest;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// What kind of grant. Its number never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For a client that has a person sign in, once.
    AuthorizationCode = 1,
    /// For the same client, to get further tokens, once.
    RefreshToken = 2,
    /// For a client on a device that can show a code and not a page.
    DeviceCode = 3,
    /// The code that is shown on such a device. Its document names the device code.
    UserCode = 4,
    /// The session of a browser.
    Session = 5,
}

/// A stored grant.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Who signed in. `None`: nobody yet.
    pub user: Option<RowNumber>,
    /// What came of the same sign-in.
    pub family: Uuid,
    /// When it was given.
    pub issued_at: DateTime<Utc>,
    /// From when on it counts no longer.
    pub expires_at: DateTime<Utc>,
    /// When it was exchanged.
    pub used_at: Option<DateTime<Utc>>,
    /// The rest of it, as the directory writes it.
    pub document: String,
}

/// Expired grants that one write takes away.
const CLEARED: i64 = 16;

/// How long one is kept that has expired, so that who shows it is told that.
const KEPT: TimeDelta = TimeDelta::days(1);

/// Stores a grant, and takes away some that expired.
pub fn insert(tx: &WriteTx<'_>, kind: Kind, digest: &SecretDigest, new: &Stored) -> Result<(), Error> {
    let expired = "DELETE FROM sign_in_grants WHERE digest IN
                   (SELECT digest FROM sign_in_grants WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    tx.run(expired, params![(tx.now() - KEPT).timestamp(), CLEARED])?;
    let sql =
        "INSERT INTO sign_in_grants (digest, tenant, kind, user_row, family, issued_at, expires_at, document)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let user = new.user.map(|user| user.0);
    let (from, to) = (new.issued_at.timestamp(), new.expires_at.timestamp());
    let parameters =
        params![&digest[..], tx.tenant().number, kind as i64, user, new.family, from, to, &new.document];
    tx.run(sql, parameters).map(drop)
}

/// The grant of this digest, expired or not.
pub fn find(tx: &ReadTx<'_>, kind: Kind, digest: &SecretDigest) -> Result<Option<Stored>, Error> {
    let sql = "SELECT user_row, family, issued_at, expires_at, used_at, document FROM sign_in_grants
               WHERE digest = ?1 AND tenant = ?2 AND kind = ?3";
    tx.one(sql, params![&digest[..], tx.tenant().number, kind as i64], |row| {
        Ok(Stored {
            user: row.get::<Option<i64>>(0)?.map(RowNumber),
            family: row.get(1)?,
            issued_at: time(row.get(2)?)?,
            expires_at: time(row.get(3)?)?,
            used_at: row.get::<Option<i64>>(4)?.map(time).transpose()?,
            document: row.get(5)?,
        })
    })
}

/// Whether there is a grant of this digest, expired or not.
pub fn is_there(tx: &ReadTx<'_>, kind: Kind, digest: &SecretDigest) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM sign_in_grants WHERE digest = ?1 AND tenant = ?2 AND kind = ?3";
    Ok(tx.one(sql, params![&digest[..], tx.tenant().number, kind as i64], |_| Ok(()))?.is_some())
}

fn time(seconds: i64) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp(seconds, 0).ok_or(Error::Corrupt("a time that is none"))
}

/// Notes that a grant was exchanged.
pub fn mark_used(tx: &WriteTx<'_>, kind: Kind, digest: &SecretDigest) -> Result<(), Error> {
    let sql = "UPDATE sign_in_grants SET used_at = ?4
               WHERE digest = ?1 AND tenant = ?2 AND kind = ?3 AND used_at IS NULL";
    let parameters = params![&digest[..], tx.tenant().number, kind as i64, tx.now().timestamp()];
    tx.run(sql, parameters).map(drop)
}

/// Stores who signed in, and what became of a grant.
pub fn update(
    tx: &WriteTx<'_>,
    kind: Kind,
    digest: &SecretDigest,
    user: Option<RowNumber>,
    document: &str,
) -> Result<(), Error> {
    let sql = "UPDATE sign_in_grants SET user_row = ?4, document = ?5
               WHERE digest = ?1 AND tenant = ?2 AND kind = ?3";
    let user = user.map(|user| user.0);
    tx.run(sql, params![&digest[..], tx.tenant().number, kind as i64, user, document]).map(drop)
}

/// Takes a grant away.
pub fn remove(tx: &WriteTx<'_>, kind: Kind, digest: &SecretDigest) -> Result<(), Error> {
    let sql = "DELETE FROM sign_in_grants WHERE digest = ?1 AND tenant = ?2 AND kind = ?3";
    tx.run(sql, params![&digest[..], tx.tenant().number, kind as i64]).map(drop)
}

/// Takes away everything that came of one sign-in.
pub fn remove_family(tx: &WriteTx<'_>, family: Uuid) -> Result<(), Error> {
    let sql = "DELETE FROM sign_in_grants WHERE family = ?1 AND tenant = ?2";
    tx.run(sql, params![family, tx.tenant().number]).map(drop)
}

/// Takes away what a user granted, and the user's sessions.
pub fn remove_of_user(tx: &WriteTx<'_>, user: RowNumber) -> Result<(), Error> {
    tx.run(TAKE, params![user.0]).map(drop)
}

/// Whether there are this many grants of a kind that haven't expired.
pub fn are_at_least(tx: &ReadTx<'_>, kind: Kind, most: usize) -> Result<bool, Error> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM sign_in_grants
               WHERE tenant = ?1 AND kind = ?2 AND expires_at > ?3 LIMIT ?4)";
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let count = tx.count(sql, params![tx.tenant().number, kind as i64, tx.now().timestamp(), limit])?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX) >= most)
}

/// Takes away what a user granted, `?1`.
pub(super) const TAKE: &str = "DELETE FROM sign_in_grants WHERE user_row = ?1 AND user_row IS NOT NULL";

/// Takes away what is left of a tenant's.
pub(super) const TAKE_OF_TENANT: &str = "DELETE FROM sign_in_grants WHERE tenant = ?1";
