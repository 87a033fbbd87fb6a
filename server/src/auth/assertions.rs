//! Assertions: tokens by which a client proves who it is (RFC 7523), signed by a key whose certificate its application has, or by another
//! issuer. Which certificates and issuers count is for others to know, and so is whether one was used before.

use crate::model::json;
use aws_lc_rs::digest;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, Jwk, JwkSet},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny},
};
use serde_json::{Map, Value};
use std::time::Duration;
use x509_parser::{certificate::X509Certificate, prelude::FromDer, public_key::PublicKey};

use super::tokens::LEEWAY_SECONDS;

/// How far in the future a client's own assertion may end, in seconds: what was used is kept until then.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;

/// Why an assertion proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// It isn't a JWT, or says what one doesn't say.
    #[error("the assertion can't be read")]
    Unreadable,
    /// It has ended, ends too far in the future, or hasn't begun.
    #[error("the assertion is not within its valid time range")]
    Time,
    /// It is for another service.
    #[error("the assertion is for another audience")]
    Audience,
    /// It is for several.
    #[error("the assertion is for several audiences")]
    Audiences,
    /// No key that counts has the name that it gives.
    #[error("the key that signed the assertion isn't known")]
    UnknownKey,
    /// It isn't signed by that key.
    #[error("the assertion has another signature")]
    Signature,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    #[serde(default)]
    sub: Option<String>,
    aud: Audience,
    #[serde(deserialize_with = "numeric_date")]
    exp: i64,
    #[serde(default, deserialize_with = "optional_numeric_date")]
    nbf: Option<i64>,
    #[serde(default)]
    jti: Option<String>,
}

/// Reads seconds since 1970 (RFC 7519, 2, *NumericDate*): parts of one, which some clients send, count for nothing.
fn numeric_date<'de, D: Deserializer<'de>>(value: D) -> Result<i64, D::Error> {
    let since = Duration::try_from_secs_f64(f64::deserialize(value)?).map_err(D::Error::custom)?;
    i64::try_from(since.as_secs()).map_err(D::Error::custom)
}

fn optional_numeric_date<'de, D: Deserializer<'de>>(value: D) -> Result<Option<i64>, D::Error> {
    numeric_date(value).map(Some)
}

/// An assertion whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct Assertion<'t> {
    text: &'t str,
    algorithm: Algorithm,
    header: Map<String, Value>,
    claims: Claims,
}

/// What a header may say: how it is signed and by which key. Nothing that names another key or another reading of the token.
const HEADER: [&str; 6] = ["alg", "typ", "kid", "x5t", "x5t#S256", "x5c"];

impl<'t> Assertion<'t> {
    /// Reads an assertion.
    pub fn read(text: &'t str) -> Result<Self, AssertionFault> {
        let segments: Vec<&str> = text.split('.').collect();
        let [header, claims, _] = *segments.as_slice() else { return Err(AssertionFault::Unreadable) };
        let header = segment(header)?;
        let algorithm = match header.get("alg").and_then(Value::as_str) {
            Some("RS256") => Algorithm::RS256,
            Some("PS256") => Algorithm::PS256,
            Some("ES256") => Algorithm::ES256,
            _ => return Err(AssertionFault::Unreadable),
        };
        if header.keys().any(|name| !HEADER.contains(&name.as_str())) {
            return Err(AssertionFault::Unreadable);
        }
        let claims =
            serde_json::from_value(segment(claims)?.into()).map_err(|_| AssertionFault::Unreadable)?;
        Ok(Self { text, algorithm, header, claims })
    }

    /// Who made it.
    pub fn issuer(&self) -> &str {
        &self.claims.iss
    }

    /// Whom it is about.
    pub fn subject(&self) -> Result<&str, AssertionFault> {
        self.claims.sub.as_deref().ok_or(AssertionFault::Unreadable)
    }

    /// Whom it is for. It must be for one: what another one is shown too, that one could show.
    pub fn audience(&self) -> Result<&str, AssertionFault> {
        match &self.claims.aud {
            Audience::One(audience) => Ok(audience),
            Audience::Many(audiences) => match audiences.as_slice() {
                [audience] => Ok(audience),
                _ => Err(AssertionFault::Audiences),
            },
        }
    }

    /// When it ends, in seconds since 1970. It is remembered until then, and the leeway.
    pub fn ends_at(&self) -> i64 {
        self.claims.exp.saturating_add(LEEWAY_SECONDS)
    }

    /// What tells it from others: its issuer with its `jti`, or all that is signed of it where it has none.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut text = digest::Context::new(&digest::SHA256);
        match &self.claims.jti {
            Some(id) => {
                [self.claims.iss.as_str(), "\n", id].iter().for_each(|part| text.update(part.as_bytes()))
            }
            // The same claims can have several signatures.
            None => {
                text.update(self.text.rsplit_once('.').map_or(self.text, |(signed, _)| signed).as_bytes())
            }
        }
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(text.finish().as_ref());
        fingerprint
    }

    /// Refuses one that isn't valid now.
    pub fn check_time(&self, now: DateTime<Utc>) -> Result<(), AssertionFault> {
        let now = now.timestamp();
        let not_yet = self.claims.nbf.is_some_and(|nbf| nbf.saturating_sub(LEEWAY_SECONDS) > now);
        if self.ends_at() <= now || not_yet { Err(AssertionFault::Time) } else { Ok(()) }
    }

    /// Refuses one that ends so late that a client can't have made it for now. How long another issuer's are valid is for that to say.
    pub fn check_length(&self, now: DateTime<Utc>) -> Result<(), AssertionFault> {
        let latest = now.timestamp().saturating_add(LONGEST_SECONDS).saturating_add(LEEWAY_SECONDS);
        if self.claims.exp > latest { Err(AssertionFault::Time) } else { Ok(()) }
    }

    /// Refuses one that doesn't say when it begins, or is valid for more seconds than these from then on.
    pub fn check_lifetime(&self, seconds: i64) -> Result<(), AssertionFault> {
        let lasts = self.claims.nbf.map(|begins| self.claims.exp.saturating_sub(begins));
        lasts.filter(|lasts| *lasts <= seconds).map(drop).ok_or(AssertionFault::Time)
    }

    /// Refuses one that isn't for one of these audiences, or for others too.
    pub fn check_audience(&self, known: &[impl AsRef<str>]) -> Result<(), AssertionFault> {
        let audience = self.audience()?;
        known.iter().any(|known| known.as_ref() == audience).then_some(()).ok_or(AssertionFault::Audience)
    }

    /// The certificate among these that it names: by `x5t#S256`, `x5t` or `kid`.
    pub fn certificate<'c>(
        &self,
        certificates: &'c [SigningCertificate],
    ) -> Result<&'c SigningCertificate, AssertionFault> {
        let is_named = |certificate: &&SigningCertificate| self.names(certificate) == Some(true);
        certificates.iter().find(is_named).ok_or(AssertionFault::UnknownKey)
    }

    /// Whether it names this certificate, or none.
    pub fn may_name(&self, certificate: &SigningCertificate) -> bool {
        self.names(certificate) != Some(false)
    }

    /// Whether it names this certificate. `None`: it names none.
    fn names(&self, SigningCertificate { sha1, sha256, .. }: &SigningCertificate) -> Option<bool> {
        let named = |name: &str| self.header.get(name).and_then(Value::as_str);
        if let Some(digest) = named("x5t#S256") {
            return Some(is_encoded(digest, sha256));
        }
        if let Some(digest) = named("x5t") {
            return Some(is_encoded(digest, sha1));
        }
        named("kid").map(|id| id.eq_ignore_ascii_case(&hexadecimal(sha1)) || is_encoded(id, sha1))
    }

    /// Refuses one that the key of this certificate didn't sign.
    pub fn check_signed_by(&self, certificate: &SigningCertificate) -> Result<(), AssertionFault> {
        self.check_signature(&certificate.key)
    }

    /// Refuses one that none of these keys signed. Where it names one, that one counts.
    pub fn check_signed_by_one_of(&self, keys: &JwkSet) -> Result<(), AssertionFault> {
        let id = self.header.get("kid").and_then(Value::as_str);
        let is_named = |key: &&Jwk| id.is_none_or(|id| key.common.key_id.as_deref() == Some(id));
        let keys: Vec<_> =
            keys.keys.iter().filter(is_named).filter_map(|key| DecodingKey::from_jwk(key).ok()).collect();
        if keys.is_empty() {
            return Err(AssertionFault::UnknownKey);
        }
        let signed = keys.iter().any(|key| self.check_signature(key).is_ok());
        signed.then_some(()).ok_or(AssertionFault::Signature)
    }

    fn check_signature(&self, key: &DecodingKey) -> Result<(), AssertionFault> {
        let mut rules = Validation::new(self.algorithm);
        // Times and audiences are compared by the other checks.
        (rules.validate_exp, rules.validate_aud) = (false, false);
        rules.required_spec_claims.clear();
        let read = jsonwebtoken::decode::<IgnoredAny>(self.text, key, &rules);
        read.map(drop).map_err(|_| AssertionFault::Signature)
    }
}

/// Reads a set of keys (RFC 7517, 5). `None`: it isn't one, or has none that signs assertions.
pub fn read_keys(text: &str) -> Option<JwkSet> {
    let keys: JwkSet = serde_json::from_str(text).ok()?;
    let is_public = |key: &Jwk| {
        matches!(key.algorithm, AlgorithmParameters::RSA(_) | AlgorithmParameters::EllipticCurve(_))
    };
    keys.keys.iter().any(|key| is_public(key) && DecodingKey::from_jwk(key).is_ok()).then_some(keys)
}

/// The JSON of a header or of claims, in which no name stands twice.
fn segment(text: &str) -> Result<Map<String, Value>, AssertionFault> {
    let text = URL_SAFE_NO_PAD.decode(text).map_err(|_| AssertionFault::Unreadable)?;
    Ok(json::read_object(&text).map_err(|_| AssertionFault::Unreadable)?.members)
}

/// A certificate (X.509) whose key signs assertions.
pub struct SigningCertificate {
    sha1: Vec<u8>,
    sha256: Vec<u8>,
    key: DecodingKey,
}

impl SigningCertificate {
    /// Reads a certificate in DER: of an RSA key, or of one on the curve P-256. `None`: it isn't one.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let public = certificate.public_key();
        let key = match public.parsed().ok()? {
            PublicKey::RSA(_) => DecodingKey::from_rsa_der(&public.subject_public_key.data),
            PublicKey::EC(point) if point.key_size() == 256 => DecodingKey::from_ec_der(point.data()),
            _ => return None,
        };
        let digest = |algorithm| digest::digest(algorithm, der).as_ref().to_vec();
        let (sha1, sha256) = (digest(&digest::SHA1_FOR_LEGACY_USE_ONLY), digest(&digest::SHA256));
        Some(Self { sha1, sha256, key })
    }

    /// The thumbprint by which it is known: SHA-1, in hexadecimal.
    pub fn thumbprint(&self) -> String {
        hexadecimal(&self.sha1)
    }
}

/// Whether a text is these bytes in base64, of either alphabet, with padding or without: clients differ.
fn is_encoded(text: &str, bytes: &[u8]) -> bool {
    let text = text.trim_end_matches('=');
    URL_SAFE_NO_PAD
        .decode(text)
        .or_else(|_| STANDARD_NO_PAD.decode(text))
        .is_ok_and(|decoded| decoded == bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::clock::Clock;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use jsonwebtoken::{EncodingKey, Header};
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
    use serde_json::json;

    struct Client {
        certificate: Vec<u8>,
        key: EncodingKey,
    }

    fn client() -> Client {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = CertificateParams::new(vec!["client".into()]).unwrap().self_signed(&key).unwrap();
        let certificate = certificate.der().to_vec();
        Client { certificate, key: EncodingKey::from_ec_pem(key.serialize_pem().as_bytes()).unwrap() }
    }

    fn claims(now: i64) -> Value {
        json!({"iss": "client", "sub": "client", "aud": "here", "exp": now + 600, "nbf": now, "jti": "1"})
    }

    impl Client {
        fn sign(&self, header: impl FnOnce(&mut Header, &SigningCertificate), claims: &Value) -> String {
            let mut signed = Header::new(Algorithm::ES256);
            header(&mut signed, &SigningCertificate::read(&self.certificate).unwrap());
            jsonwebtoken::encode(&signed, claims, &self.key).unwrap()
        }
    }

    #[test]
    fn a_certificate_is_found_by_each_name_that_clients_give_it() {
        let (client, now) = (client(), Clock::default().now().timestamp());
        let own = [SigningCertificate::read(&client.certificate).unwrap()];
        let names: [fn(&mut Header, &SigningCertificate); 7] = [
            |header, own| header.x5t = Some(URL_SAFE_NO_PAD.encode(&own.sha1)),
            |header, own| header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(&own.sha256)),
            |header, own| header.kid = Some(own.thumbprint()),
            |header, own| header.kid = Some(own.thumbprint().to_lowercase()),
            |header, own| header.kid = Some(URL_SAFE.encode(&own.sha1)),
            |header, own| header.x5t = Some(STANDARD.encode(&own.sha1)),
            |header, own| header.x5t_s256 = Some(STANDARD.encode(&own.sha256)),
        ];
        for name in names {
            let text = client.sign(name, &claims(now));
            let assertion = Assertion::read(&text).unwrap();
            assertion.check_signed_by(assertion.certificate(&own).unwrap()).unwrap();
        }
        for nameless in
            [client.sign(|_, _| {}, &claims(now)), client.sign(|h, _| h.kid = Some("x".into()), &claims(now))]
        {
            let assertion = Assertion::read(&nameless).unwrap();
            assert_eq!(assertion.certificate(&own).err(), Some(AssertionFault::UnknownKey));
        }
    }

    #[test]
    fn another_key_another_time_and_another_audience_are_refused() {
        let (other, client, clock) = (client(), client(), Clock::default());
        let now = clock.now().timestamp();
        let text = client.sign(|_, _| {}, &claims(now));
        let assertion = Assertion::read(&text).unwrap();
        let others = SigningCertificate::read(&other.certificate).unwrap();
        assert_eq!(assertion.check_signed_by(&others), Err(AssertionFault::Signature));
        assert_eq!(assertion.check_audience(&["there"]), Err(AssertionFault::Audience));
        assertion.check_audience(&["there", "here"]).unwrap();
        assertion.check_time(clock.now()).unwrap();
        let signed = |name: &str, value: i64| {
            let mut claims = claims(now);
            claims[name] = value.into();
            client.sign(|_, _| {}, &claims)
        };
        for (name, value) in [("exp", now - 300), ("nbf", now + 400)] {
            let text = signed(name, value);
            let refused = Assertion::read(&text).unwrap().check_time(clock.now());
            assert_eq!(refused, Err(AssertionFault::Time), "{name} {value}");
        }
        assertion.check_length(clock.now()).unwrap();
        let long = signed("exp", now + 100_000);
        let long = Assertion::read(&long).unwrap();
        long.check_time(clock.now()).unwrap();
        assert_eq!(long.check_length(clock.now()), Err(AssertionFault::Time));
    }

    #[test]
    fn a_header_that_says_more_is_refused() {
        let claims = URL_SAFE_NO_PAD.encode(claims(0).to_string());
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"RS256","crit":["x"]}"#,
            r#"{"alg":"RS256","jku":"https://x"}"#,
            r#"{"alg":"RS256","jwk":{}}"#,
            r#"{"alg":"RS256","alg":"ES256"}"#,
        ] {
            let text = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(Assertion::read(&text).err(), Some(AssertionFault::Unreadable), "{header}");
        }
    }
}
