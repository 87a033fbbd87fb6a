//! The sessions of users: tokens that were issued before a time count no longer.

use super::{Error, objects, rights, users};
use crate::{
    model::{
        clock::timestamp,
        draft::Draft,
        permissions::{Grants, REVOKE_SIGN_IN_SESSIONS},
    },
    odata::reference::Key,
    store::{self, WriteTx, principals},
};
use chrono::{DateTime, TimeDelta};

/// The property that tells from which time on tokens count.
const VALID_FROM: &str = "signInSessionsValidFromDateTime";

/// Has no token count any more that the user with this key has got. Tokens tell the second of their issue and nothing finer, so all of
/// this second are among them. What counts no longer never counts again, wherever the clock goes.
pub fn revoke(tx: &WriteTx<'_>, by: &Grants, key: &Key) -> Result<(), Error> {
    let user = users::find(tx, by, &REVOKE_SIGN_IN_SESSIONS, key)?;
    rights::may_act_upon(tx, by, &REVOKE_SIGN_IN_SESSIONS, &user)?;
    let mut draft = Draft::of_stored(store::objects::values(tx, user.row)?);
    let before = draft.text(VALID_FROM).and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    let valid_from = tx.now() + TimeDelta::seconds(1);
    let valid_from = before.map_or(valid_from, |before| valid_from.max(before.to_utc()));
    draft.set(VALID_FROM, timestamp(valid_from));
    objects::update(tx, &user, &draft)?;
    Ok(principals::revoke_sessions(tx, &user, valid_from)?)
}
