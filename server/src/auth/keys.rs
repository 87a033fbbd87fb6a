//! The server's keys, all from one private key: what signs tokens, what verifies them, what others need to
//! verify them (JWKS), and what seals paging tokens.

use super::verified_tokens::VerifiedTokens;
use aws_lc_rs::{
    aead::{AES_256_GCM, RandomizedNonceKey},
    digest,
    encoding::AsDer,
    hkdf,
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use std::fmt;

const PEM_LABEL: &str = "PRIVATE KEY";
const PAGING_KEY_LABEL: &[u8] = b"roster paging tokens 1";

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
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    /// Tokens that it was seen to have signed.
    pub(super) signed: VerifiedTokens,
    public: Jwk,
    paging: RandomizedNonceKey,
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
        Ok(Self { id, signing, verifying, signed: VerifiedTokens::new(), public, paging: paging_key(&der)? })
    }

    /// The public half, as `jwks_uri` serves it.
    pub fn public(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// The key that seals paging tokens.
    pub fn paging(&self) -> &RandomizedNonceKey {
        &self.paging
    }
}

fn paging_key(secret: &[u8]) -> Result<RandomizedNonceKey, KeyError> {
    let refused = |_| KeyError::Refused;
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(secret)
        .expand(&[PAGING_KEY_LABEL], hkdf::HKDF_SHA256)
        .and_then(|output| output.fill(&mut key))
        .map_err(refused)?;
    RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(refused)
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
