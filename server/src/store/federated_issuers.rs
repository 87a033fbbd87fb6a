//! Other issuers whose assertions may stand for a tenant's applications, with their keys or the place of these.

use super::{Error, ReadTx, WriteTx, engine::params};

/// Where the keys of an issuer are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerKeys {
    /// They are these (JWKS).
    Given(String),
    /// They are at this URL.
    At(String),
}

/// Stores an issuer, in the place of the one of this name.
pub fn set(tx: &WriteTx<'_>, issuer: &str, keys: &IssuerKeys) -> Result<(), Error> {
    let sql = "INSERT INTO federated_issuers (tenant, issuer, keys, keys_url) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (tenant, issuer) DO UPDATE SET keys = excluded.keys, keys_url = excluded.keys_url";
    let (given, at) = match keys {
        IssuerKeys::Given(keys) => (Some(keys.as_str()), None),
        IssuerKeys::At(url) => (None, Some(url.as_str())),
    };
    tx.run(sql, params![tx.tenant().number, issuer, given, at]).map(drop)
}

/// Takes an issuer away. `false`: there is none of this name.
pub fn remove(tx: &WriteTx<'_>, issuer: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM federated_issuers WHERE tenant = ?1 AND issuer = ?2";
    Ok(tx.run(sql, params![tx.tenant().number, issuer])? > 0)
}

/// The issuer of this name.
pub fn find(tx: &ReadTx<'_>, issuer: &str) -> Result<Option<IssuerKeys>, Error> {
    let sql = "SELECT keys, keys_url FROM federated_issuers WHERE tenant = ?1 AND issuer = ?2";
    tx.one(sql, params![tx.tenant().number, issuer], |row| keys(row.get(0)?, row.get(1)?))
}

/// All issuers, by name.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<(String, IssuerKeys)>, Error> {
    let sql = "SELECT issuer, keys, keys_url FROM federated_issuers WHERE tenant = ?1 ORDER BY issuer";
    tx.all(sql, params![tx.tenant().number], |row| Ok((row.get(0)?, keys(row.get(1)?, row.get(2)?)?)))
}

fn keys(given: Option<String>, at: Option<String>) -> Result<IssuerKeys, Error> {
    given.map(IssuerKeys::Given).or(at.map(IssuerKeys::At)).ok_or(Error::Corrupt("an issuer without keys"))
}

/// Takes away a tenant's.
pub(super) const TAKE_OF_TENANT: &str = "DELETE FROM federated_issuers WHERE tenant = ?1";
