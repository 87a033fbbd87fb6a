//! `changePassword`: another password, for a user who shows the one that the user has. Comparing and hashing take their time and are for another
//! thread: here is what goes before, and what comes after.

use super::{Error, Refusal, check_members, sign_in::accounts, users};
use crate::{
    auth::{passwords::PasswordHash, secrets::Secret},
    model::{
        actions::CHANGE_PASSWORD,
        permissions::{CHANGE_MY_PASSWORD, Grants},
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx,
        passwords::{self, Stored},
    },
};
use serde_json::Value;

/// The password that a user has, and the one that it is to be.
pub struct Passwords {
    /// The first.
    pub current: Secret,
    /// The second.
    pub new: Secret,
}

impl Passwords {
    /// Reads the body of a request.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = CHANGE_PASSWORD.check_parameters(body).map_err(check_members::refused)?;
        let text = |name: &'static str| {
            let text = given.get(name).and_then(Value::as_str);
            text.map(Secret::new).ok_or_else(|| check_members::refused(PropertyFault::Required(name)))
        };
        Ok(Self { current: text("currentPassword")?, new: text("newPassword")? })
    }
}

/// What is known of the user whose password is to be changed.
pub struct Known {
    /// What wrong passwords are counted by, as at sign-in.
    pub account: String,
    /// The password. `None`: the user has none.
    pub password: Option<Stored>,
}

/// Looks the user up. Refuses a new password that the user can't have, or has.
pub fn look(tx: &ReadTx<'_>, by: &Grants, key: &Key, passwords: &Passwords) -> Result<Known, Error> {
    let user = users::find(tx, by, &CHANGE_MY_PASSWORD, key)?;
    let is_same = passwords.new.reveal() == passwords.current.reveal();
    if is_same || !users::is_strong_password(tx, user.row, passwords.new.reveal())? {
        return Err(Refusal::WeakPassword("newPassword").into());
    }
    let values = store::objects::values(tx, user.row)?;
    let name = values.get("userPrincipalName").and_then(Value::as_str).unwrap_or_default();
    Ok(Known { account: accounts::key(name), password: passwords::find(tx, user.row)? })
}

/// Gives the user another password in the place of this one, unless it was changed meanwhile. Whoever signed in by that has to sign in anew.
pub fn change(
    tx: &WriteTx<'_>,
    by: &Grants,
    key: &Key,
    before: &Stored,
    new: &PasswordHash,
) -> Result<(), Error> {
    let user = users::find(tx, by, &CHANGE_MY_PASSWORD, key)?;
    if passwords::find(tx, user.row)?.is_none_or(|stored| stored.hash != before.hash) {
        return Err(Refusal::WrongPassword.into());
    }
    users::change_password(tx, &user, &Stored { hash: new.clone(), must_change: false })
}
