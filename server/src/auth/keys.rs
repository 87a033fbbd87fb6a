//! The server's keys, all from one private key: what signs tokens, what verifies them, what others need to
//! verify them (JWKS), and what seals paging tokens.

use super::verified_tokens::VerifiedTokens;
use aws_lc_rs::{
    aead::{AES_256_GCM, RandomizedNonceKey},
    digest,
    encoding::AsDer,
    hkdf, hmac,
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use serde::Serialize;
use std::fmt;

const PEM_LABEL: &str = "PRIVATE KEY";
const PAGING_KEY_LABEL: &[u8] = b"roster paging tokens 1";
const FORMS_KEY_LABEL: &[u8] = b"roster sign-in forms 1";

/// A private key that can't be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text isn't a PEM private key for RSA.
    #[error("the signing key is not a PEM encoded RSA private key (PKCS #8)")]
    Unreadable,
    /// The cryptographic library failed.
    #[error("the cryptographic library refused to make a key")]
    Refused,
}

/// One private key and everything derived from it.
pub struct Keys {
    /// The key's name in token headers and in the JWKS (`kid`).
    pub id: String,
    signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    /// Tokens that it was seen to have signed.
    pub(super) signed: VerifiedTokens,
    public: Jwk,
    paging: RandomizedNonceKey,
    forms: hmac::Key,
}

/// Makes a new private key: RSA of 2048 bits, PKCS #8, PEM. Takes up to a second.
pub fn generate() -> Result<String, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Refused)?;
    let der = pair.as_der().map_err(|_| KeyError::Refused)?;
    Ok(pem::encode(&pem::Pem::new(PEM_LABEL, der.as_ref())))
}

impl fmt::Debug for Keys {
    /// Which key it is, and nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads a private key as [`generate`] writes it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
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
        let signed = VerifiedTokens::new();
        let paging = RandomizedNonceKey::new(&AES_256_GCM, &derived(&der, PAGING_KEY_LABEL)?);
        let paging = paging.map_err(|_| KeyError::Refused)?;
        let forms = hmac::Key::new(hmac::HMAC_SHA256, &derived(&der, FORMS_KEY_LABEL)?);
        Ok(Self { id, signing, verifying, signed, public, paging, forms })
    }

    /// Signs claims (RS256).
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.signing).map_err(|_| KeyError::Refused)
    }

    /// The public half, as `jwks_uri` serves it.
    pub fn public(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// What shows that this server made a form of these parts.
    pub fn mark(&self, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.forms, joined(parts).as_bytes()))
    }

    /// Whether this is the mark of these parts, in the same time whatever the answer.
    pub fn is_mark_of(&self, mark: &str, parts: &[&str]) -> bool {
        let mark = URL_SAFE_NO_PAD.decode(mark).unwrap_or_default();
        hmac::verify(&self.forms, joined(parts).as_bytes(), &mark).is_ok()
    }

    /// The key that seals paging tokens.
    pub fn paging(&self) -> &RandomizedNonceKey {
        &self.paging
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

    #[test]
    fn what_is_shown_of_a_key_is_its_name() {
        let keys = Keys::from_pem(&generate().unwrap()).unwrap();
        assert_eq!(format!("{keys:?}"), format!("Keys {{ id: {:?}, .. }}", keys.id));
    }
}
