//! The server's keys, all from private keys: what signs tokens, what verifies them, what others need to
//! verify them (JWKS), and what seals paging tokens. A key that is retired signs nothing any more; what it signed is known until it ends.

pub use super::key_faults::KeyError;
use super::{retired_keys::RetiredKeys, verified_tokens::VerifiedTokens};
use aws_lc_rs::{
    aead::{AES_256_GCM, RandomizedNonceKey},
    digest,
    encoding::AsDer,
    hkdf, hmac,
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use serde::Serialize;
use std::{fmt, iter};

const PEM_LABEL: &str = "PRIVATE KEY";
const PAGING_KEY_LABEL: &[u8] = b"roster paging tokens 1";
const FORMS_KEY_LABEL: &[u8] = b"roster sign-in forms 1";

/// One private key and everything derived from it.
struct Key {
    /// The key's name in token headers and in the JWKS (`kid`).
    id: String,
    /// From when on it counts no longer, where it is retired.
    ends_at: Option<DateTime<Utc>>,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Jwk,
    paging: RandomizedNonceKey,
    forms: hmac::Key,
}

/// The server's keys: the one that signs and seals, and retired ones, by which what they signed and sealed is still known.
pub struct Keys {
    current: Key,
    retired: Vec<Key>,
    /// Tokens that one of them was seen to have signed.
    pub(super) signed: VerifiedTokens,
}

/// Makes a new private key: RSA of 2048 bits, PKCS #8, PEM. Takes up to a second.
pub fn generate() -> Result<String, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Refused)?;
    let der = pair.as_der().map_err(|_| KeyError::Refused)?;
    Ok(pem::encode(&pem::Pem::new(PEM_LABEL, der.as_ref())))
}

impl fmt::Debug for Keys {
    /// Which keys these are, and nothing of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("ids", &self.list().map(|(id, _)| id).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Key {
    fn from_pem(text: &str, ends_at: Option<DateTime<Utc>>) -> Result<Self, KeyError> {
        let der = pem::parse(text).map_err(|_| KeyError::Unreadable)?.into_contents();
        let signing = EncodingKey::from_rsa_pem(text.as_bytes()).map_err(|_| KeyError::Unreadable)?;
        let mut public =
            Jwk::from_encoding_key(&signing, Algorithm::RS256).map_err(|_| KeyError::Unreadable)?;
        let verifying = DecodingKey::from_jwk(&public).map_err(|_| KeyError::Unreadable)?;
        let thumbprint = serde_json::to_vec(&public.algorithm).map_err(|_| KeyError::Refused)?;
        let thumbprint = digest::digest(&digest::SHA256, &thumbprint);
        let id = URL_SAFE_NO_PAD.encode(&thumbprint.as_ref()[..15]);
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let paging = RandomizedNonceKey::new(&AES_256_GCM, &derived(&der, PAGING_KEY_LABEL)?);
        let paging = paging.map_err(|_| KeyError::Refused)?;
        let forms = hmac::Key::new(hmac::HMAC_SHA256, &derived(&der, FORMS_KEY_LABEL)?);
        Ok(Self { id, ends_at, signing, verifying, public, paging, forms })
    }
}

impl Keys {
    /// Reads a private key as [`generate`] writes it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::with_retired(text, &RetiredKeys::default())
    }

    /// The same with keys that were in its place before.
    pub fn with_retired(text: &str, retired: &RetiredKeys) -> Result<Self, KeyError> {
        let current = Key::from_pem(text, None)?;
        let retired = retired.0.iter().map(|key| Key::from_pem(&key.text(), Some(key.ends_at)));
        // One that was noted as retired before there was another.
        let retired = retired.filter(|key| key.as_ref().map_or(true, |key| key.id != current.id));
        let retired = retired.collect::<Result<_, _>>()?;
        Ok(Self { current, retired, signed: VerifiedTokens::new() })
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        iter::once(&self.current).chain(&self.retired)
    }

    /// The keys' names, first that of the one that signs. Each of the others with the time from which on it counts no longer.
    pub fn list(&self) -> impl Iterator<Item = (&str, Option<DateTime<Utc>>)> {
        self.all().map(|key| (key.id.as_str(), key.ends_at))
    }

    /// What verifies the tokens of the key of this name, or of the one that signs where none is named.
    pub(super) fn verifying(&self, id: Option<&str>) -> Option<&DecodingKey> {
        let is_named = |key: &&Key| id.is_none_or(|id| key.id == id);
        self.all().find(is_named).map(|key| &key.verifying)
    }

    /// Signs claims (RS256).
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.current.id.clone());
        jsonwebtoken::encode(&header, claims, &self.current.signing).map_err(|_| KeyError::Refused)
    }

    /// The public halves, as `jwks_uri` serves them.
    pub fn public(&self) -> JwkSet {
        JwkSet { keys: self.all().map(|key| key.public.clone()).collect() }
    }

    /// What shows that this server made a form of these parts.
    pub fn mark(&self, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.current.forms, joined(parts).as_bytes()))
    }

    /// Whether this is the mark of these parts. How long it takes doesn't tell how near it comes to it.
    pub fn is_mark_of(&self, mark: &str, parts: &[&str]) -> bool {
        let (mark, parts) = (URL_SAFE_NO_PAD.decode(mark).unwrap_or_default(), joined(parts));
        self.all().any(|key| hmac::verify(&key.forms, parts.as_bytes(), &mark).is_ok())
    }

    /// The key that seals paging tokens.
    pub fn paging(&self) -> &RandomizedNonceKey {
        &self.current.paging
    }

    /// The keys that may have sealed a paging token: the likeliest first.
    pub fn all_paging(&self) -> impl Iterator<Item = &RandomizedNonceKey> {
        self.all().map(|key| &key.paging)
    }
}

/// Parts in one text, in which each ends where it did.
fn joined(parts: &[&str]) -> String {
    parts.iter().map(|part| format!("{}:{part}", part.len())).collect()
}

/// A key of 32 bytes that follows from another one.
fn derived(secret: &[u8], label: &[u8]) -> Result<[u8; 32], KeyError> {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(secret)
        .expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|output| output.fill(&mut key))
        .map_err(|_| KeyError::Refused)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::clock::Clock;
    use aws_lc_rs::aead::Aad;

    fn ids(keys: &Keys) -> Vec<&str> {
        keys.list().map(|(id, _)| id).collect()
    }

    #[test]
    fn what_is_shown_of_a_key_is_its_name() {
        let keys = Keys::from_pem(&generate().unwrap()).unwrap();
        assert_eq!(format!("{keys:?}"), format!("Keys {{ ids: [{:?}], .. }}", keys.current.id));
    }

    #[test]
    fn what_a_retired_key_sealed_and_marked_is_known_and_the_current_one_seals_and_marks() {
        let (old, new, other) = (generate().unwrap(), generate().unwrap(), generate().unwrap());
        let before = Keys::from_pem(&old).unwrap();
        let mut retired = RetiredKeys::default();
        retired.add(&old, Clock::default().now()).unwrap();
        let after = Keys::with_retired(&new, &retired).unwrap();
        assert_eq!(ids(&after)[1..], ids(&before));
        let parts = ["form", "browser"];
        let (old_mark, new_mark) = (before.mark(&parts), after.mark(&parts));
        assert!(old_mark != new_mark && after.is_mark_of(&old_mark, &parts));
        assert!(after.is_mark_of(&new_mark, &parts) && !before.is_mark_of(&new_mark, &parts));
        assert!(!Keys::with_retired(&other, &retired).unwrap().is_mark_of(&new_mark, &parts));
        let public = after.public().keys;
        let names: Vec<_> = public.iter().filter_map(|key| key.common.key_id.as_deref()).collect();
        assert_eq!(names, ids(&after));
        let sealed = |keys: &Keys| {
            let mut text = b"page".to_vec();
            let nonce = keys.paging().seal_in_place_append_tag(Aad::empty(), &mut text).unwrap();
            (nonce, text)
        };
        let (nonce, text) = sealed(&before);
        let opens = |key: &RandomizedNonceKey| {
            let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce.as_ref());
            key.open_in_place(nonce, Aad::empty(), &mut text.clone()).is_ok()
        };
        assert!(!opens(after.paging()) && after.all_paging().any(opens));
    }

    #[test]
    fn a_key_that_was_noted_as_retired_and_still_signs_is_one_key() {
        let pem = generate().unwrap();
        let mut retired = RetiredKeys::default();
        retired.add(&pem, Clock::default().now()).unwrap();
        assert_eq!(ids(&Keys::with_retired(&pem, &retired).unwrap()).len(), 1);
    }
}
