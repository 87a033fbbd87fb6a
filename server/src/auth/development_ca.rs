//! A certificate authority of one's own, for development: whoever trusts its certificate trusts the servers that it vouches for.

use super::certificates::{Certificate, CertificateError, time};
use aws_lc_rs::{digest, rand};
use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SerialNumber,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::time::{Duration, SystemTime};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the authority's own certificate is valid.
const AUTHORITY_DAYS: u32 = 3650;

/// How long a server's certificate is valid. Apple's clients take none of more than 825 days.
const SERVER_DAYS: u32 = 90;

/// How long before its end a certificate is made anew.
pub const RENEWED_BEFORE: chrono::Duration = chrono::Duration::days(30);

/// An authority: its key and its certificate.
pub struct DevelopmentCa {
    issuer: Issuer<'static, KeyPair>,
    /// Its name, as it stands in certificates.
    name: Vec<u8>,
    /// When its certificate begins to be valid.
    pub begins_at: DateTime<Utc>,
    /// When its certificate ends.
    pub ends_at: DateTime<Utc>,
}

/// Makes an authority's private key: ECDSA on P-256, PKCS #8, PEM.
pub fn make_key() -> Result<String, CertificateError> {
    Ok(KeyPair::generate()?.serialize_pem())
}

/// Makes the certificate of an authority with this key: PEM. It may vouch for servers, and for no further authorities.
pub fn certify(key: &str, now: DateTime<Utc>) -> Result<String, CertificateError> {
    let key = KeyPair::from_pem(key)?;
    let mut params = valid_for(AUTHORITY_DAYS, now, CertificateParams::default());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Two certificates of one authority must not have the same number (RFC 5280, 4.1.2.2), which is positive.
    let mut number = [0; 16];
    rand::fill(&mut number).map_err(|_| CertificateError::NoRandomness)?;
    number[0] = number[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&number));
    // Several such authorities may be trusted on one machine: each has a name of its own.
    let fingerprint = digest::digest(&digest::SHA256, &key.subject_public_key_info());
    let fingerprint: String = fingerprint.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name.push(DnType::CommonName, format!("Roster development CA {fingerprint}"));
    Ok(params.self_signed(&key)?.pem())
}

impl DevelopmentCa {
    /// Reads certificate and key: PEM.
    pub fn read(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let key = KeyPair::from_pem(key)?;
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes());
        let certificate = certificate.map_err(|_| CertificateError::NoCertificate)?;
        let (_, own) = X509Certificate::from_der(&certificate).map_err(|_| CertificateError::Unreadable)?;
        if *own.public_key().raw != key.subject_public_key_info() {
            return Err(CertificateError::OtherKey);
        }
        let (name, validity) = (own.subject().as_raw().to_vec(), own.validity());
        let (begins_at, ends_at) = (time(validity.not_before)?, time(validity.not_after)?);
        Ok(Self { issuer: Issuer::from_ca_cert_der(&certificate, key)?, name, begins_at, ends_at })
    }

    /// Whether a server's certificate is of this authority.
    pub fn vouches_for(&self, certificate: &Certificate) -> bool {
        certificate.issuer == self.name
    }

    /// Makes a server's certificate for these names and addresses, with a key of its own: both in one text, PEM.
    pub fn issue(&self, names: &[String], now: DateTime<Utc>) -> Result<String, CertificateError> {
        let key = KeyPair::generate()?;
        let mut params = valid_for(SERVER_DAYS, now, CertificateParams::new(names)?);
        params.distinguished_name.push(DnType::CommonName, "Roster");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(certificate.pem() + &key.serialize_pem())
    }
}

/// The clocks of clients may be behind by a day.
fn valid_for(days: u32, now: DateTime<Utc>, mut params: CertificateParams) -> CertificateParams {
    let now = SystemTime::from(now);
    params.not_before = (now - DAY).into();
    params.not_after = (now + DAY * days).into();
    params
}
