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
use chrono::{DateTime, TimeDelta, Utc};

/// The property that tells from which time on tokens count.
const VALID_FROM: &str = "signInSessionsValidFromDateTime";

/// Has no token count any more that the user with this key has got. Tokens tell the second of their issue and nothing finer, so all of
/// this second are among them. Who signs in in the rest of it gets what is from the next second, which another revocation ends too. What
/// counts no longer never counts again, wherever the clock goes.
pub fn revoke(tx: &WriteTx<'_>, by: &Grants, key: &Key) -> Result<(), Error> {
    let user = users::find(tx, by, &REVOKE_SIGN_IN_SESSIONS, key)?;
    rights::may_act_upon(tx, by, &REVOKE_SIGN_IN_SESSIONS, &user)?;
    let mut draft = Draft::of_stored(store::objects::values(tx, user.row)?);
    let before = draft.text(VALID_FROM).and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    let valid_from = next(tx.now(), before.map(|before| before.to_utc()));
    draft.set(VALID_FROM, timestamp(valid_from));
    objects::update(tx, &user, &draft)?;
    Ok(principals::revoke_sessions(tx, &user, valid_from)?)
}

/// How far ahead of the clock many revocations in one second take the time. Tokens from then on count at once: clocks may be further apart.
const MOST_AHEAD: TimeDelta = TimeDelta::seconds(60);

/// The time from which on tokens count that are issued after this revocation: later than what was issued before, by the clock or after the
/// last revocation, and never earlier than it was.
fn next(now: DateTime<Utc>, before: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let before = before.unwrap_or(now);
    let next = now.max(before) + TimeDelta::seconds(1);
    next.min(before.max(now + MOST_AHEAD))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::clock::Clock;

    #[test]
    fn each_revocation_is_later_than_the_last_one_as_far_as_clocks_may_be_apart() {
        let now = Clock::default().now();
        let mut times = vec![next(now, None)];
        assert_eq!(times[0], now + TimeDelta::seconds(1));
        for _ in 0..100 {
            times.push(next(now, times.last().copied()));
        }
        assert!(times[..60].is_sorted_by(|one, other| one < other));
        assert_eq!(times.last(), Some(&(now + MOST_AHEAD)), "who signs in isn't locked out by many");
    }

    #[test]
    fn no_revocation_is_taken_back_when_the_clock_goes_back() {
        let now = Clock::default().now();
        let before = now + TimeDelta::hours(1);
        assert_eq!(next(now, Some(before)), before);
    }
}
