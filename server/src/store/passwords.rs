//! What is kept of users' passwords.

use super::{
    Error, ReadTx, WriteTx,
    engine::params,
    objects::{Object, RowNumber},
};
use crate::auth::passwords::PasswordHash;

/// What is kept of one.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its hash.
    pub hash: PasswordHash,
    /// Whether the user has to choose another one at the next sign-in.
    pub must_change: bool,
}

/// Stores a user's password in the place of the one before.
pub fn set(tx: &WriteTx<'_>, user: &Object, new: &Stored) -> Result<(), Error> {
    let sql = "INSERT INTO passwords (user_row, hash, must_change) VALUES (?1, ?2, ?3)
               ON CONFLICT (user_row) DO UPDATE SET hash = excluded.hash, must_change = excluded.must_change";
    tx.run(sql, params![user.row.0, new.hash.as_str(), new.must_change]).map(drop)
}

/// Has a user choose another password at the next sign-in, or not.
pub fn set_must_change(tx: &WriteTx<'_>, user: &Object, must_change: bool) -> Result<(), Error> {
    let sql = "UPDATE passwords SET must_change = ?2 WHERE user_row = ?1";
    tx.run(sql, params![user.row.0, must_change]).map(drop)
}

/// A user's password. `None`: the user has none.
pub fn find(tx: &ReadTx<'_>, user: RowNumber) -> Result<Option<Stored>, Error> {
    let sql = "SELECT hash, must_change FROM passwords WHERE user_row = ?1";
    tx.one(sql, params![user.0], |row| {
        Ok(Stored { hash: PasswordHash::from_stored(row.get(0)?), must_change: row.get(1)? })
    })
}

/// Takes a user's password away.
pub(super) const TAKE: &str = "DELETE FROM passwords WHERE user_row = ?1";
