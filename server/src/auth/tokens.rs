//! Access tokens: signing and verifying. RS256, leeway of five minutes.

pub use super::claims::{
    Audience, GRAPH, GRAPH_APP_ID, LEEWAY_SECONDS, LIFETIME_SECONDS, Subject, TokenFault, Verified, Version,
    pairwise,
};
use super::{
    claims::{Claims, SignedClaims},
    keys::{KeyError, Keys},
};
use crate::model::{ids::TenantId, json, values::Values};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Serialize, de::IgnoredAny};
use serde_json::{Map, Value, json};

/// Verifies a token against these keys: header and signature first, then times, audience and tenant. `audiences` are
/// the server's own origins, accepted besides Graph's.
pub fn verify(
    token: &str,
    keys: &Keys,
    audiences: &[String],
    now: DateTime<Utc>,
) -> Result<Verified, TokenFault> {
    if token.is_empty() {
        return Err(TokenFault::Missing);
    }
    let claims = keys.signed.get_or_read(token, || read_signed(token, keys))?;
    check_times(&claims, now)?;
    if !claims.is_for(audiences) {
        return Err(TokenFault::Audience);
    }
    claims.verified
}

/// Verifies a token that an application was sent, whose audiences these are: Graph isn't one, nor is this server.
pub fn verify_for(
    token: &str,
    keys: &Keys,
    audiences: &[String],
    now: DateTime<Utc>,
) -> Result<Verified, TokenFault> {
    let claims = read_signed(token, keys)?;
    check_times(&claims, now)?;
    if !claims.names(audiences) {
        return Err(TokenFault::Audience);
    }
    claims.verified
}

fn check_times(claims: &SignedClaims, now: DateTime<Utc>) -> Result<(), TokenFault> {
    let now = now.timestamp();
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(TokenFault::Expired);
    }
    if claims.nbf.is_some_and(|nbf| nbf.saturating_sub(LEEWAY_SECONDS) > now) {
        return Err(TokenFault::NotYetValid);
    }
    Ok(())
}

/// Reads a token that these keys signed. Times and audience are checked at each use.
fn read_signed(token: &str, keys: &Keys) -> Result<SignedClaims, TokenFault> {
    let claims = read_claims(token, keys)?;
    let claims: Claims = serde_json::from_value(claims.into()).map_err(|_| TokenFault::Unreadable)?;
    Ok(claims.into())
}

/// The claims of a token that these keys signed.
pub(super) fn read_claims(token: &str, keys: &Keys) -> Result<Map<String, Value>, TokenFault> {
    let segments: Vec<&str> = token.split('.').collect();
    let [header, claims, _] = *segments.as_slice() else { return Err(TokenFault::NotWellFormed) };
    let header = segment(header)?;
    let key = key(&header, keys)?;
    let mut rules = Validation::new(Algorithm::RS256);
    // Times are compared with the server's own clock, audiences with its own names.
    (rules.validate_exp, rules.validate_aud) = (false, false);
    rules.required_spec_claims.clear();
    jsonwebtoken::decode::<IgnoredAny>(token, key, &rules).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenFault::Signature,
        _ => TokenFault::Unreadable,
    })?;
    segment(claims)
}

/// The JSON of a header or of claims. No name is in it twice, and nothing in it is null: another program could
/// read another token out of the same text.
fn segment(text: &str) -> Result<Map<String, Value>, TokenFault> {
    let text = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenFault::Unreadable)?;
    let members = json::read_object(&text).map_err(|_| TokenFault::Unreadable)?.members;
    if members.values().any(Value::is_null) { Err(TokenFault::Unreadable) } else { Ok(members) }
}

/// The key of this header. It says what this server writes and nothing else: no other key (`jwk`, `jku`, `x5u`), no other reading of the
/// token (`crit`, `b64`, `zip`).
fn key<'k>(header: &Map<String, Value>, keys: &'k Keys) -> Result<&'k DecodingKey, TokenFault> {
    let mut id = None;
    for (name, value) in header {
        match name.as_str() {
            "alg" if value == "RS256" => {}
            "typ" if value == "JWT" => {}
            "kid" => id = Some(value.as_str().ok_or(TokenFault::Signature)?),
            _ => return Err(TokenFault::Unreadable),
        }
    }
    keys.verifying(id).ok_or(TokenFault::Signature)
}

/// Signs a token for Graph. A negative life makes one that expired so many seconds before the leeway ran out.
pub fn sign(
    keys: &Keys,
    origin: &str,
    tenant: TenantId,
    subject: &Subject,
    now: DateTime<Utc>,
    lifetime_seconds: i64,
) -> Result<String, KeyError> {
    sign_for(&Audience::Graph, keys, origin, tenant, subject, now, lifetime_seconds)
}

/// The same for this audience.
pub fn sign_for(
    audience: &Audience,
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
    let from = now.min(exp.saturating_sub(LIFETIME_SECONDS.min(lifetime_seconds.max(1))));
    let claims = Claims::new(origin, audience, tenant, subject, (from, exp));
    keys.sign(&with_more(&claims, audience.more(), origin)?)
}

/// Names claims that are too long to stand in a token, and what is asked for them (OpenID Connect Core 1.0, 5.6.2).
pub const CLAIM_NAMES: &str = "_claim_names";

/// What `_claim_sources` tells the place of: a user's groups at this server.
pub const CLAIM_SOURCE: &str = "src1";

/// Claims, and others whose names they don't have.
pub(super) fn with_more(
    claims: &impl Serialize,
    more: Option<&Values>,
    origin: &str,
) -> Result<Value, KeyError> {
    let mut claims = serde_json::to_value(claims).map_err(|_| KeyError::Refused)?;
    if let Value::Object(claims) = &mut claims {
        for (name, value) in more.into_iter().flatten() {
            claims.entry(name).or_insert_with(|| value.clone());
        }
        if claims.contains_key(CLAIM_NAMES) {
            let user = claims.get("oid").and_then(Value::as_str).unwrap_or_default();
            let endpoint = format!("{origin}/v1.0/users/{user}/getMemberObjects");
            claims.insert("_claim_sources".into(), json!({CLAIM_SOURCE: {"endpoint": endpoint}}));
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::{keys, retired_keys::RetiredKeys},
        model::{
            clock::Clock,
            ids::{AppId, ObjectId},
            permissions::{Permission, Principal},
        },
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

    #[test]
    fn a_retired_keys_tokens_verify_by_its_name_and_a_key_that_is_gone_verifies_nothing() {
        let [old, new] = [keys::generate().unwrap(), keys::generate().unwrap()];
        let (before, now) = (Keys::from_pem(&old).unwrap(), Clock::default().now());
        let subject = Subject::Application {
            app_id: AppId::random(),
            id: ObjectId::random(),
            roles: vec!["Group.Read.All".into()],
        };
        let token = sign(&before, "http://here", TenantId::random(), &subject, now, 60).unwrap();
        let mut retired = RetiredKeys::default();
        retired.add(&old, now).unwrap();
        let after = Keys::with_retired(&new, &retired).unwrap();
        assert!(verify(&token, &after, &[], now).is_ok());
        assert_eq!(verify(&token, &Keys::from_pem(&new).unwrap(), &[], now), Err(TokenFault::Signature));
        let token = sign(&after, "http://here", TenantId::random(), &subject, now, 60).unwrap();
        assert_eq!(verify(&token, &before, &[], now), Err(TokenFault::Signature), "the new one signs");
        // Without a name it is the current key's or nobody's.
        let encoding = jsonwebtoken::EncodingKey::from_rsa_pem(old.as_bytes()).unwrap();
        let nameless = jsonwebtoken::Header::new(Algorithm::RS256);
        let nameless = jsonwebtoken::encode(&nameless, &serde_json::json!({"exp": 1}), &encoding).unwrap();
        assert_eq!(verify(&nameless, &after, &[], now), Err(TokenFault::Signature));
    }

    proptest! {
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
