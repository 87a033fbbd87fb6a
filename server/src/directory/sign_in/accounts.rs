//! Accounts: users as those who sign in.

use super::faults::{Error, Fault};
use crate::{
    directory::users,
    model::{ids::ObjectId, kinds::ObjectKind, names, values::Document},
    odata::listing::{Cursor, Listing},
    store::{
        self, ReadTx, WriteTx,
        objects::{self, Object, RowNumber},
        passwords,
        principals::{self, SignedIn},
    },
};
use chrono::{DateTime, Utc};

/// A user who signs in, or may.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user.
    pub user: Object,
    /// The user's id.
    pub id: ObjectId,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The name for people.
    pub display_name: Option<String>,
    /// The mail address.
    pub mail: Option<String>,
    /// From which time on what is given to it counts: sessions were revoked until then.
    counts_from: DateTime<Utc>,
}

impl Account {
    fn of(user: Object, document: &Document, counts_from: DateTime<Utc>) -> Result<Self, Error> {
        let values = objects::values_of(document)?;
        let text = |name: &str| values.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        Ok(Self {
            id: user.id,
            user_principal_name: text("userPrincipalName").unwrap_or_default(),
            display_name: text("displayName"),
            mail: text("mail"),
            counts_from,
            user,
        })
    }

    /// The time of what is given to it at this time. Revoking sessions ends all of a second; what is given in the rest of it has a time
    /// that counts.
    pub fn time(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now.max(self.counts_from)
    }
}

/// The user of this row, to whom something was given at this time. Refuses a user who is deleted or disabled, or whose sessions were
/// revoked since.
pub fn of_row(tx: &ReadTx<'_>, row: RowNumber, given_at: DateTime<Utc>) -> Result<Account, Error> {
    let found = principals::signed_in(tx, row)?.ok_or(Fault::DeletedUser)?;
    let SignedIn { user, document, enabled, sessions_valid_from } = found;
    if !enabled {
        return Err(Fault::DisabledUser.into());
    }
    let valid_from = sessions_valid_from.and_then(|valid_from| DateTime::from_timestamp(valid_from, 0));
    let counts_from = valid_from.unwrap_or(DateTime::UNIX_EPOCH);
    if given_at < counts_from {
        return Err(Fault::GrantRevoked.into());
    }
    Account::of(user, &document, counts_from)
}

/// The user of this row, who signs in now: whatever was revoked is from before.
fn signing_in(tx: &ReadTx<'_>, row: RowNumber) -> Result<Account, Error> {
    of_row(tx, row, DateTime::<Utc>::MAX_UTC)
}

/// The user with this id, who may sign in.
pub fn of_id(tx: &ReadTx<'_>, id: ObjectId) -> Result<Account, Error> {
    signing_in(tx, user_of(tx, id)?)
}

fn user_of(tx: &ReadTx<'_>, id: ObjectId) -> Result<RowNumber, Error> {
    let user = objects::find(tx, id)?.filter(|object| object.kind() == ObjectKind::User);
    Ok(user.ok_or(Fault::UnknownUser)?.row)
}

/// The user with this id, to whom something was given at this time, in seconds since 1970.
pub fn of_id_since(tx: &ReadTx<'_>, id: ObjectId, given_at: i64) -> Result<Account, Error> {
    let given_at = DateTime::from_timestamp(given_at, 0).ok_or(Fault::GrantRevoked)?;
    of_row(tx, user_of(tx, id)?, given_at)
}

/// The user with this sign-in name, who may sign in. `None`: there is none.
pub fn named(tx: &ReadTx<'_>, name: &str) -> Result<Option<Account>, Error> {
    let user = store::users::find_by_principal_name(tx, name)?;
    user.map(|user| signing_in(tx, user.row)).transpose()
}

/// What is known of a name with which somebody signs in.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Who it is. `None`: nobody.
    pub user: Option<RowNumber>,
    /// The user's password.
    pub password: Option<passwords::Stored>,
}

/// What is known of this sign-in name. The comparing of passwords is for another thread.
pub fn known(tx: &ReadTx<'_>, name: &str) -> Result<Known, Error> {
    let Some(user) = store::users::find_by_principal_name(tx, name)? else { return Ok(Known::default()) };
    Ok(Known { user: Some(user.row), password: passwords::find(tx, user.row)? })
}

/// The user of this row, whose password was found to be right, if it still is the user's.
pub fn proven(tx: &ReadTx<'_>, row: RowNumber, password: &passwords::Stored) -> Result<Account, Error> {
    let account = signing_in(tx, row)?;
    let is_same = |stored: &passwords::Stored| stored.hash == password.hash;
    if passwords::find(tx, row)?.as_ref().is_some_and(is_same) {
        Ok(account)
    } else {
        Err(Fault::Password.into())
    }
}

/// Stores the password that a user chose, if the one of before is still the user's.
pub fn change_password(
    tx: &WriteTx<'_>,
    row: RowNumber,
    before: &passwords::Stored,
    new: &passwords::Stored,
) -> Result<(), Error> {
    let account = proven(tx, row, before)?;
    Ok(users::change_password(tx, &account.user, new)?)
}

/// Accounts to choose from.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// They themselves.
    pub accounts: Vec<Account>,
    /// Whether there are others.
    pub are_more: bool,
}

/// Users that are looked at, in search of those who may sign in.
const MOST_LOOKED_AT: usize = 1_000;

/// The first accounts of the tenant that may sign in, so many at most: the one of this name, if there is, then the oldest.
pub fn first(tx: &ReadTx<'_>, limit: usize, name: &str) -> Result<Choices, Error> {
    let mut choices = Choices::default();
    choices.accounts.extend(allowed(named(tx, name))?.flatten());
    let mut listing = Listing { after: Cursor::START, limit: limit.max(1), ..Listing::default() };
    for _ in 0..MOST_LOOKED_AT.div_ceil(listing.limit) {
        let page = objects::page(tx, ObjectKind::User, &listing)?;
        for (user, _) in page.objects {
            let is_there = choices.accounts.first().is_some_and(|first| first.user.row == user.row);
            let Some(account) = allowed(signing_in(tx, user.row))?.filter(|_| !is_there) else { continue };
            if choices.accounts.len() == limit {
                return Ok(Choices { are_more: true, ..choices });
            }
            choices.accounts.push(account);
        }
        let Some(next) = page.next else { return Ok(choices) };
        listing.after = next;
    }
    Ok(Choices { are_more: true, ..choices })
}

/// What was found, unless it is refused.
fn allowed<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What wrong passwords for a sign-in name are counted by.
pub fn key(name: &str) -> String {
    names::key(name)
}
