//! Refresh tokens (RFC 6749, 6): each is exchanged once, for tokens and the next one. One that is shown again is in wrong hands, and ends
//! its family; but a client that lost an answer may try again for ten seconds (RFC 9700, 4.14).

use super::{
    accounts::{self, Account},
    clients::{Client, Platform, Proven},
    exchanges::{self, Exchanged},
    faults::{Error, Fault},
    grants,
    resources::ResourceName,
    scopes::Scopes,
    tokens::{self, Circumstances, Tokens},
};
use crate::{
    auth::secrets::Secret,
    store::{
        WriteTx,
        sign_in_grants::{self, Kind},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long one counts that isn't used.
const LIFETIME: TimeDelta = TimeDelta::days(90);

/// How long all those of a page's sign-in count: what a page keeps, other scripts may find.
const LIFETIME_IN_PAGES: TimeDelta = TimeDelta::days(1);

/// For how long one may be shown again.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// What a refresh token stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshToken {
    client: String,
    platform: Platform,
    /// What was asked for last.
    scopes: Scopes,
    circumstances: Circumstances,
    /// When the last of its family ends, in seconds since 1970, if they do.
    ends_at: Option<i64>,
}

impl RefreshToken {
    pub(super) fn new(
        client: &Client,
        platform: Platform,
        scopes: &Scopes,
        circumstances: Circumstances,
        now: DateTime<Utc>,
    ) -> Self {
        let in_page = platform == Platform::SinglePage;
        let ends_at = in_page.then(|| (now + LIFETIME_IN_PAGES).timestamp());
        Self { client: client.app_id.to_string(), platform, scopes: scopes.clone(), circumstances, ends_at }
    }
}

pub(super) fn give(
    tx: &WriteTx<'_>,
    account: &Account,
    secret: &Secret,
    family: Uuid,
    token: &RefreshToken,
) -> Result<(), Error> {
    let left = token.ends_at.map(|ends_at| TimeDelta::seconds(ends_at - tx.now().timestamp()));
    let lifetime = left.unwrap_or(LIFETIME);
    grants::insert(tx, Kind::RefreshToken, secret, Some(account), family, lifetime, token)
}

/// The first tokens of a user for a client that signed the user in by itself, or acts for the user.
pub fn begin(
    tx: &WriteTx<'_>,
    (client, proven): (&Client, &Proven),
    account: &Account,
    scopes: &Scopes,
    resource: &ResourceName,
    next: &Secret,
    family: Uuid,
) -> Result<Tokens, Error> {
    let authenticated_at = account.time(tx.now()).timestamp();
    let circumstances = Circumstances { authenticated_at, ..Circumstances::default() };
    let tokens = tokens::of_user(tx, client, account, scopes, resource, &circumstances, Some(next))?;
    if tokens.refresh_token.is_some() {
        let platform = exchanges::platform_of(proven);
        let granted = RefreshToken::new(client, platform, scopes, circumstances, tx.now());
        give(tx, account, next, family, &granted)?;
    }
    Ok(tokens)
}

/// How a client exchanges one.
#[derive(Debug, Clone)]
pub struct Refreshing {
    /// The token.
    pub token: Secret,
    /// Whether a page asks, by the `Origin` header.
    pub from_page: bool,
    /// What is asked for. `None`: what was asked for last.
    pub scopes: Option<Scopes>,
    /// The next one.
    pub next: Secret,
}

/// Exchanges a refresh token.
pub fn exchange(
    tx: &WriteTx<'_>,
    client: &Client,
    proven: &Proven,
    refreshing: &Refreshing,
    resource: impl Fn(&Scopes) -> ResourceName,
) -> Result<Exchanged, Error> {
    let digest = refreshing.token.digest();
    let stored = sign_in_grants::find(tx, Kind::RefreshToken, &digest)?.ok_or(Fault::Grant)?;
    let token: RefreshToken = grants::read(&stored)?;
    if !exchanges::is_of(&token.client, client.app_id) {
        return Err(Fault::Grant.into());
    }
    exchanges::check_platform(client, token.platform, proven, refreshing.from_page)?;
    if stored.expires_at <= tx.now() {
        let in_page = token.platform == Platform::SinglePage;
        return Err(if in_page { Fault::PageTokenExpired } else { Fault::RefreshTokenExpired }.into());
    }
    if stored.used_at.is_some_and(|used_at| used_at + GRACE < tx.now()) {
        sign_in_grants::remove_family(tx, stored.family)?;
        return Ok(Exchanged::Before(Fault::Grant));
    }
    let account = accounts::of_row(tx, stored.user.ok_or(Fault::Grant)?, stored.issued_at)?;
    let mut scopes = refreshing.scopes.clone().unwrap_or_else(|| token.scopes.clone());
    // Who has one gets the next, whether it is asked for or not.
    scopes.openid.offline_access = true;
    let (name, next) = (resource(&scopes), Some(&refreshing.next));
    let tokens = tokens::of_user(tx, client, &account, &scopes, &name, &token.circumstances, next)?;
    sign_in_grants::mark_used(tx, Kind::RefreshToken, &digest)?;
    let renewed = RefreshToken { scopes, ..token };
    give(tx, &account, &refreshing.next, stored.family, &renewed)?;
    Ok(Exchanged::For(Box::new(tokens)))
}
