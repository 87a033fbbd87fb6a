//! The sessions of users: tokens that were issued before a time count no longer.

use super::{Error, objects, users};
use crate::{
    model::{
        clock::timestamp,
        draft::Draft,
        permissions::{Grants, REVOKE_SIGN_IN_SESSIONS},
    },
    odata::reference::Key,
    store::{self, WriteTx, principals},
};
use chrono::TimeDelta;

/// Has no token count any more that the user with this key has got. Tokens tell the second of their issue and nothing finer, so all of
/// this second are among them.
pub fn revoke(tx: &WriteTx<'_>, by: &Grants, key: &Key) -> Result<(), Error> {
    let user = users::find(tx, by, &REVOKE_SIGN_IN_SESSIONS, key)?;
    let valid_from = tx.now() + TimeDelta::seconds(1);
    let mut draft = Draft::of_stored(store::objects::values(tx, user.row)?);
    draft.set("signInSessionsValidFromDateTime", timestamp(valid_from));
    objects::update(tx, &user, &draft)?;
    Ok(principals::revoke_sessions(tx, &user, valid_from)?)
}
