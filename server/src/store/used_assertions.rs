//! Assertions that clients have proven themselves with: each counts once.

use super::{Error, WriteTx, engine::params};
use chrono::{DateTime, Utc};

/// Ended assertions that one write takes away.
const CLEARED: i64 = 16;

/// Notes that an assertion was used which ends at this time. `false`: it was used before.
pub fn note(tx: &WriteTx<'_>, fingerprint: &[u8; 32], ends_at: DateTime<Utc>) -> Result<bool, Error> {
    let ended = "DELETE FROM used_assertions WHERE (tenant, fingerprint) IN
                 (SELECT tenant, fingerprint FROM used_assertions WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    tx.run(ended, params![tx.now().timestamp(), CLEARED])?;
    let sql = "INSERT INTO used_assertions (tenant, fingerprint, expires_at) VALUES (?1, ?2, ?3)
               ON CONFLICT DO NOTHING";
    Ok(tx.run(sql, params![tx.tenant().number, &fingerprint[..], ends_at.timestamp()])? > 0)
}

/// Takes away a tenant's.
pub(super) const TAKE_OF_TENANT: &str = "DELETE FROM used_assertions WHERE tenant = ?1";
