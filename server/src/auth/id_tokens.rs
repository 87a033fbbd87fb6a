//! Id tokens (OpenID Connect Core 1.0, 2): what a client is told of who signed in to it. They open nothing here: their audience is the
//! client.

use super::{
    claims::{issuer, pairwise},
    keys::{KeyError, Keys},
    secrets::Secret,
    tokens::{self, LEEWAY_SECONDS, LIFETIME_SECONDS, TokenFault, Version},
};
use crate::model::{
    ids::{AppId, ObjectId, TenantId},
    values::Values,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// Who signed in to which client, and how.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The client.
    pub client: AppId,
    /// The user's id.
    pub user: ObjectId,
    /// The user's sign-in name.
    pub user_principal_name: String,
    /// The user's name.
    pub display_name: Option<String>,
    /// The user's mail address, where it was asked for.
    pub mail: Option<String>,
    /// What the client sent to know the token by. No token has one that wasn't sent.
    pub nonce: Option<String>,
    /// When the user proved who that is, in seconds since 1970, where it was asked for.
    pub authenticated_at: Option<i64>,
    /// The code that comes with the token, which shows by this that it belongs to it.
    pub code: Option<Secret>,
    /// The roles of the client that the user was assigned.
    pub roles: Vec<String>,
    /// The browser's session, by which a client is told of its end.
    pub session: Option<String>,
    /// What the client has its tokens say besides.
    pub more: Values,
}

#[derive(Serialize)]
struct Claims<'s> {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'s str>,
    oid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'s str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    roles: &'s [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'s str>,
    sub: String,
    tid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<&'s str>,
    ver: &'static str,
}

/// Signs an id token.
pub fn sign(
    keys: &Keys,
    origin: &str,
    tenant: TenantId,
    sign_in: &SignIn,
    version: Version,
    now: DateTime<Utc>,
) -> Result<String, KeyError> {
    let now = now.timestamp();
    let name_in = |named| Some(&*sign_in.user_principal_name).filter(|_| version == named);
    let claims = Claims {
        aud: sign_in.client.to_string(),
        iss: issuer(origin, tenant, version),
        iat: now,
        nbf: now.saturating_sub(LEEWAY_SECONDS),
        exp: now.saturating_add(LIFETIME_SECONDS),
        auth_time: sign_in.authenticated_at,
        c_hash: sign_in.code.as_ref().map(left_half),
        email: sign_in.mail.as_deref(),
        name: sign_in.display_name.as_deref(),
        nonce: sign_in.nonce.as_deref(),
        oid: sign_in.user.to_string(),
        preferred_username: name_in(Version::Second),
        roles: &sign_in.roles,
        sid: sign_in.session.as_deref(),
        sub: pairwise(tenant, sign_in.client, sign_in.user),
        tid: tenant.to_string(),
        unique_name: name_in(Version::First),
        upn: name_in(Version::First),
        ver: version.text(),
    };
    keys.sign(&tokens::with_more(&claims, Some(&sign_in.more), origin)?)
}

/// What an id token tells when a client shows it again (OpenID Connect Core 1.0, 3.1.2.1, `id_token_hint`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The client that it was given to.
    pub client: AppId,
    /// The user who signed in.
    pub user: ObjectId,
}

/// Reads an id token of this tenant that these keys signed, as the server was called at one of these origins. It may have expired: what
/// it tells was so.
pub fn read_hint<'o>(
    token: &str,
    keys: &Keys,
    tenant: TenantId,
    mut origins: impl Iterator<Item = &'o str>,
) -> Result<Hint, TokenFault> {
    let claims = tokens::read_claims(token, keys)?;
    // Access tokens have these, of which one may be for the same client.
    if ["idtyp", "scp", "appid", "azp"].iter().any(|name| claims.contains_key(*name)) {
        return Err(TokenFault::Subject);
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).ok_or(TokenFault::Unreadable);
    let issued_by = text("iss")?;
    let is_own = |origin: &str| {
        [Version::First, Version::Second].iter().any(|version| issuer(origin, tenant, *version) == issued_by)
    };
    if !origins.any(is_own) {
        return Err(TokenFault::Tenant);
    }
    Ok(Hint {
        client: text("aud")?.parse().map_err(|_| TokenFault::Audience)?,
        user: text("oid")?.parse().map_err(|_| TokenFault::Unreadable)?,
    })
}

/// The left half of a code's digest (OpenID Connect Core 1.0, 3.3.2.11).
fn left_half(code: &Secret) -> String {
    let digest = code.digest();
    URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}
