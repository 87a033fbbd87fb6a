//! Authorization codes (RFC 6749, 4.1): given once, for ten minutes, and redeemed once.

use super::{
    accounts::{self, Account},
    clients::{Client, Platform, Proven},
    exchanges::{Exchanged, check_platform, is_of},
    faults::{Error, Fault},
    grants,
    refresh_tokens::{self, RefreshToken},
    resources::ResourceName,
    scopes::Scopes,
    tokens::{self, Circumstances},
};
use crate::{
    auth::{pkce::Challenge, secrets::Secret},
    store::{
        WriteTx,
        sign_in_grants::{self, Kind, Stored},
    },
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a code counts.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What a code stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    /// The client that it is for.
    pub client: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// What is there.
    pub platform: Platform,
    /// What its client has to prove.
    pub challenge: Option<Challenge>,
    /// What was asked for.
    pub scopes: Scopes,
    /// How the user signed in.
    pub circumstances: Circumstances,
}

/// Stores a code for this account. What comes of it has this family.
pub fn give(
    tx: &WriteTx<'_>,
    account: &Account,
    secret: &Secret,
    family: Uuid,
    code: &Code,
) -> Result<(), Error> {
    grants::insert(tx, Kind::AuthorizationCode, secret, Some(account), family, LIFETIME, code)
}

/// How a client redeems a code.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// The code.
    pub code: Secret,
    /// Where the client says that it was sent.
    pub redirect_uri: String,
    /// The verifier of its challenge.
    pub verifier: Option<String>,
    /// Whether a page asks, by the `Origin` header.
    pub from_page: bool,
    /// The scopes of a resource, where they are others than those that the code is for.
    pub scopes: Option<Scopes>,
    /// The next refresh token.
    pub refresh_token: Secret,
}

/// Redeems a code, once. A code that is shown again ends what came of it (RFC 6749, 4.1.2).
pub fn redeem(
    tx: &WriteTx<'_>,
    client: &Client,
    proven: &Proven,
    redemption: &Redemption,
    resource: impl Fn(&Scopes) -> ResourceName,
) -> Result<Exchanged, Error> {
    let digest = redemption.code.digest();
    let stored = sign_in_grants::find(tx, Kind::AuthorizationCode, &digest)?.ok_or(Fault::Grant)?;
    let code: Code = grants::read(&stored)?;
    if !is_of(&code.client, client.app_id) {
        return Err(Fault::Grant.into());
    }
    if stored.used_at.is_some() {
        sign_in_grants::remove_family(tx, stored.family)?;
        return Ok(Exchanged::Before(Fault::CodeUsed));
    }
    check(tx, client, proven, redemption, &stored, &code)?;
    let account = accounts::of_row(tx, stored.user.ok_or(Fault::Grant)?, stored.issued_at)?;
    let narrower = redemption.scopes.clone().map(|scopes| Scopes { openid: code.scopes.openid, ..scopes });
    let scopes = narrower.as_ref().unwrap_or(&code.scopes);
    let (name, next) = (resource(scopes), Some(&redemption.refresh_token));
    let tokens = tokens::of_user(tx, client, &account, scopes, &name, &code.circumstances, next)?;
    sign_in_grants::mark_used(tx, Kind::AuthorizationCode, &digest)?;
    if let Some(next) = &tokens.refresh_token {
        let mut circumstances = code.circumstances.clone();
        circumstances.nonce = None;
        let granted = RefreshToken::new(client, code.platform, scopes, circumstances, tx.now());
        refresh_tokens::give(tx, &account, next, stored.family, &granted)?;
    }
    Ok(Exchanged::For(Box::new(tokens)))
}

fn check(
    tx: &WriteTx<'_>,
    client: &Client,
    proven: &Proven,
    redemption: &Redemption,
    stored: &Stored,
    code: &Code,
) -> Result<(), Fault> {
    if stored.expires_at <= tx.now() {
        return Err(Fault::GrantExpired);
    }
    check_platform(client, code.platform, proven, redemption.from_page)?;
    if code.redirect_uri != redemption.redirect_uri {
        return Err(Fault::OtherRedirectUri);
    }
    match (&code.challenge, &redemption.verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.is_of(verifier) => Ok(()),
        // A verifier of a code without a challenge: somebody took the challenge away.
        _ => Err(Fault::Verifier),
    }
}
