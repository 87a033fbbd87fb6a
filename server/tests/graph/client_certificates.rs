//! Keys with certificates, with which applications prove who they are.

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair as RsaKeyPair, KeySize},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair};
use roster_server::{auth::assertions::SigningCertificate, model::clock::Clock};
use serde_json::{Value, json};
use uuid::Uuid;

/// A key, and a certificate of it.
pub struct Credential {
    pub der: Vec<u8>,
    pub key: EncodingKey,
}

impl Credential {
    pub fn of_rsa() -> Self {
        let der = RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap().as_ref().to_vec();
        Self::of(&pem::encode(&pem::Pem::new("PRIVATE KEY", der)), EncodingKey::from_rsa_pem)
    }

    pub fn of_curve() -> Self {
        Self::of(&KeyPair::generate().unwrap().serialize_pem(), EncodingKey::from_ec_pem)
    }

    fn of(pem: &str, key: fn(&[u8]) -> jsonwebtoken::errors::Result<EncodingKey>) -> Self {
        let pair = KeyPair::from_pem(pem).unwrap();
        let certificate = CertificateParams::new(vec!["client".into()]).unwrap().self_signed(&pair).unwrap();
        Self { der: certificate.der().to_vec(), key: key(pem.as_bytes()).unwrap() }
    }

    pub fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.x5t = Some(self.thumbprint());
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }

    pub fn thumbprint(&self) -> String {
        let hexadecimal = SigningCertificate::read(&self.der).unwrap().thumbprint();
        let bytes: Vec<u8> = (0..hexadecimal.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap())
            .collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The certificate, as a body names it.
    pub fn key_credential(&self) -> Value {
        json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(&self.der)})
    }

    /// What proves to an application, or a service principal, that the caller has the key.
    pub fn proof(&self, of: Uuid) -> String {
        self.sign(Algorithm::ES256, &proof_claims(of))
    }
}

/// What such a proof says.
pub fn proof_claims(of: Uuid) -> Value {
    let now = Clock::default().now().timestamp();
    json!({"aud": "00000003-0000-0000-c000-000000000000", "iss": of, "nbf": now, "exp": now + 600})
}
