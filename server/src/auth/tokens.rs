//! Access tokens: RS256, claims as Entra writes them (version 2.0), leeway of five minutes.

use super::keys::{KeyError, Keys};
use crate::model::{
    ids::{AppId, ObjectId, TenantId},
    json,
    permissions::{Grants, Permissions, Principal},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::{Map, Value};
use std::str::FromStr;

/// What every token that is issued here is for, whatever resource was asked for.
pub const AUDIENCE: &str = "https://graph.microsoft.com";

/// Graph's own application id, an audience too.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// How far clocks may be apart, in seconds.
pub const LEEWAY_SECONDS: i64 = 300;

/// How long a token lives that nobody gave another life, in seconds.
pub const LIFETIME_SECONDS: i64 = 3600;

/// The tenant of personal Microsoft accounts, which this surface doesn't support.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Why a token isn't accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// There is none, or an empty one.
    #[error("no token")]
    Missing,
    /// It isn't a JWT.
    #[error("not a JWT")]
    NotWellFormed,
    /// Its header or claims can't be read, or it names another algorithm.
    #[error("unreadable header or claims")]
    Unreadable,
    /// No key of this server signed it.
    #[error("wrong signature")]
    Signature,
    /// It has expired.
    #[error("expired")]
    Expired,
    /// It isn't valid yet.
    #[error("not valid yet")]
    NotYetValid,
    /// It is for somebody else.
    #[error("wrong audience")]
    Audience,
    /// Its user or application is disabled.
    #[error("principal disabled")]
    PrincipalDisabled,
    /// Its user or application was deleted.
    #[error("principal deleted")]
    PrincipalDeleted,
    /// It is of no tenant, of an unknown one or of a personal account.
    #[error("no such tenant")]
    Tenant,
}

/// A verified token: which tenant it is of, and what it grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The `tid`, which the store must know too.
    pub tenant: TenantId,
    /// Whom it speaks for, and the permissions in it.
    pub grants: Grants,
}

/// Whom a token is to speak for.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A user, through some application.
    User {
        /// The user's id.
        id: ObjectId,
        /// The user's sign-in name.
        user_principal_name: String,
        /// Delegated permissions.
        scopes: Vec<String>,
    },
    /// An application by itself.
    Application {
        /// Its client id.
        app_id: AppId,
        /// Its service principal's id.
        id: ObjectId,
        /// Application permissions.
        roles: Vec<String>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    aud: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idtyp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ver: Option<String>,
}

/// Verifies a token against these keys: header and signature first, then times, audience and tenant. `audiences` are
/// the server's own names, accepted besides Graph's.
pub fn verify(
    token: &str,
    keys: &Keys,
    audiences: &[&str],
    now: DateTime<Utc>,
) -> Result<Verified, TokenFault> {
    if token.is_empty() {
        return Err(TokenFault::Missing);
    }
    let claims = keys.signed.get_or_read(token, || read_signed(token, keys))?;
    let now = now.timestamp();
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(TokenFault::Expired);
    }
    if claims.nbf.is_some_and(|nbf| nbf.saturating_sub(LEEWAY_SECONDS) > now) {
        return Err(TokenFault::NotYetValid);
    }
    if !claims.is_for(audiences) {
        return Err(TokenFault::Audience);
    }
    claims.verified
}

/// Reads a token that these keys signed. What depends on the time or on the request is checked at each use.
fn read_signed(token: &str, keys: &Keys) -> Result<SignedClaims, TokenFault> {
    let segments: Vec<&str> = token.split('.').collect();
    let [header, claims, _] = *segments.as_slice() else { return Err(TokenFault::NotWellFormed) };
    check_header(&segment(header)?, keys)?;
    let mut rules = Validation::new(Algorithm::RS256);
    // Times are compared with the server's own clock; audiences depend on the request.
    (rules.validate_exp, rules.validate_aud) = (false, false);
    rules.required_spec_claims.clear();
    jsonwebtoken::decode::<IgnoredAny>(token, &keys.verifying, &rules).map_err(|error| {
        match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenFault::Signature,
            _ => TokenFault::Unreadable,
        }
    })?;
    let claims: Claims =
        serde_json::from_value(segment(claims)?.into()).map_err(|_| TokenFault::Unreadable)?;
    let verified = claims.read();
    Ok(SignedClaims { audience: claims.aud, exp: claims.exp, nbf: claims.nbf, verified })
}

/// The JSON of a header or of claims. No name stands twice in it, and nothing in it is null: another program could
/// read another token out of the same text.
fn segment(text: &str) -> Result<Map<String, Value>, TokenFault> {
    let text = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenFault::Unreadable)?;
    let members = json::read_object(&text).map_err(|_| TokenFault::Unreadable)?;
    if members.values().any(Value::is_null) { Err(TokenFault::Unreadable) } else { Ok(members) }
}

/// A header says what this server writes and nothing else: no other key (`jwk`, `jku`, `x5u`), no other reading of the
/// token (`crit`, `b64`, `zip`).
fn check_header(header: &Map<String, Value>, keys: &Keys) -> Result<(), TokenFault> {
    for (name, value) in header {
        match name.as_str() {
            "alg" if value == "RS256" => {}
            "typ" if value == "JWT" => {}
            "kid" if *value == keys.id => {}
            "kid" => return Err(TokenFault::Signature),
            _ => return Err(TokenFault::Unreadable),
        }
    }
    Ok(())
}

/// What is left to look at in a token whose signature is good.
pub(super) struct SignedClaims {
    audience: Audience,
    exp: i64,
    nbf: Option<i64>,
    verified: Result<Verified, TokenFault>,
}

impl SignedClaims {
    fn is_for(&self, audiences: &[&str]) -> bool {
        let known = |audience: &String| {
            let audience = audience.trim_end_matches('/');
            [AUDIENCE, GRAPH_APP_ID]
                .iter()
                .chain(audiences)
                .any(|known| known.trim_end_matches('/') == audience)
        };
        match &self.audience {
            Audience::One(audience) => known(audience),
            Audience::Many(audiences) => audiences.iter().any(known),
        }
    }
}

impl Claims {
    fn read(&self) -> Result<Verified, TokenFault> {
        let tenant = self.tid.as_deref().filter(|&tid| tid != PERSONAL_ACCOUNTS);
        let tenant = tenant.and_then(|tid| TenantId::from_str(tid).ok()).ok_or(TokenFault::Tenant)?;
        let id = self.oid.as_deref().map(ObjectId::from_str).transpose();
        let id = id.map_err(|_| TokenFault::Unreadable)?;
        let scopes = self.scp.as_deref().filter(|_| self.idtyp.as_deref() != Some("app"));
        let grants = match scopes {
            Some(scopes) => Grants {
                principal: Principal::User(id),
                permissions: Permissions::from_names(scopes.split_ascii_whitespace()),
            },
            None => Grants {
                principal: Principal::Application(id),
                permissions: Permissions::from_names(self.roles.iter().flatten().map(String::as_str)),
            },
        };
        Ok(Verified { tenant, grants })
    }
}

/// Signs a token. A negative life makes one that expired so many seconds before the leeway ran out.
pub fn sign(
    keys: &Keys,
    origin: &str,
    tenant: TenantId,
    subject: &Subject,
    now: DateTime<Utc>,
    lifetime_seconds: i64,
) -> Result<String, KeyError> {
    let now = now.timestamp();
    let exp = match lifetime_seconds {
        life @ 0.. => now.saturating_add(life),
        past => now.saturating_add(past).saturating_sub(LEEWAY_SECONDS),
    };
    let iat = now.min(exp.saturating_sub(LIFETIME_SECONDS.min(lifetime_seconds.max(1))));
    let mut claims = Claims {
        aud: Audience::One(AUDIENCE.into()),
        iss: Some(format!("{origin}/{tenant}/v2.0")),
        iat: Some(iat),
        nbf: Some(iat),
        exp,
        appid: None,
        idtyp: None,
        oid: None,
        roles: None,
        scp: None,
        sub: None,
        tid: Some(tenant.to_string()),
        upn: None,
        ver: Some("2.0".into()),
    };
    match subject {
        Subject::User { id, user_principal_name, scopes } => {
            claims.idtyp = Some("user".into());
            claims.oid = Some(id.to_string());
            claims.sub = Some(id.to_string());
            claims.upn = Some(user_principal_name.clone());
            claims.scp = Some(scopes.join(" "));
        }
        Subject::Application { app_id, id, roles } => {
            claims.idtyp = Some("app".into());
            claims.appid = Some(app_id.to_string());
            claims.oid = Some(id.to_string());
            claims.sub = Some(id.to_string());
            claims.roles = Some(roles.clone());
        }
    }
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(keys.id.clone());
    jsonwebtoken::encode(&header, &claims, &keys.signing).map_err(|_| KeyError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::keys,
        model::{clock::Clock, permissions::Permission},
    };
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::from_pem(&keys::generate().unwrap()).unwrap());

    fn token(lifetime: i64) -> (TenantId, ObjectId, String) {
        let (tenant, id) = (TenantId::random(), ObjectId::random());
        let roles = vec!["Group.ReadWrite.All".into()];
        let subject = Subject::Application { app_id: AppId::random(), id, roles };
        (tenant, id, sign(&KEYS, "http://here", tenant, &subject, Clock::default().now(), lifetime).unwrap())
    }

    #[test]
    fn a_signed_token_is_verified_with_its_grants() {
        let (tenant, id, token) = token(60);
        let verified = verify(&token, &KEYS, &[], Clock::default().now()).unwrap();
        assert_eq!(verified.tenant, tenant);
        assert_eq!(verified.grants.principal, Principal::Application(Some(id)));
        assert!(verified.grants.permissions.hold(&[Permission::GroupReadWriteAll]));
    }

    #[test]
    fn a_token_expires_five_minutes_after_its_time_and_a_negative_life_is_expired_at_once() {
        let clock = Clock::default();
        let (_, _, soon) = token(60);
        clock.advance(60 + LEEWAY_SECONDS - 5);
        assert!(verify(&soon, &KEYS, &[], clock.now()).is_ok());
        clock.advance(5);
        assert_eq!(verify(&soon, &KEYS, &[], clock.now()), Err(TokenFault::Expired));
        let (_, _, expired) = token(-1);
        assert_eq!(verify(&expired, &KEYS, &[], Clock::default().now()), Err(TokenFault::Expired));
    }

    #[test]
    fn another_key_or_algorithm_is_refused() {
        let (_, _, token) = token(60);
        let others = Keys::from_pem(&keys::generate().unwrap()).unwrap();
        let now = Clock::default().now();
        assert_eq!(verify(&token, &others, &[], now), Err(TokenFault::Signature));
        let claims = token.split('.').nth(1).unwrap();
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"RS512"}"#] {
            let forged = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(verify(&forged, &KEYS, &[], now), Err(TokenFault::Unreadable), "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_taken_for_a_token(text in "[A-Za-z0-9_.=-]{0,80}") {
            prop_assert!(verify(&text, &KEYS, &[], Clock::default().now()).is_err());
        }

        #[test]
        fn a_token_with_one_character_changed_is_refused(at in 0usize..600, to in "[A-Za-z0-9_-]") {
            let (_, _, token) = token(60);
            let at = at % token.len();
            // The last character of a segment carries bits that no byte holds: changing them changes nothing.
            prop_assume!(!matches!(token.as_bytes().get(at + 1), None | Some(b'.')));
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != token);
            prop_assert!(verify(&changed, &KEYS, &[], Clock::default().now()).is_err());
        }
    }
}
