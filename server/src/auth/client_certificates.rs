//! Certificates that clients prove themselves with (RFC 7523, with keys of X.509): reading them. Who trusts them isn't known here.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use x509_parser::{
    certificate::X509Certificate,
    pem::parse_x509_pem,
    prelude::{ASN1Time, FromDer},
};

/// A certificate, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, in DER.
    pub der: Vec<u8>,
    /// Whose it is.
    pub subject: String,
    /// From when on it is valid.
    pub not_before: DateTime<Utc>,
    /// Until when.
    pub not_after: DateTime<Utc>,
    /// Its SHA-1, which names it.
    pub thumbprint: Vec<u8>,
}

impl ClientCertificate {
    /// Reads a certificate in DER, or in PEM. `None`: it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        match parse_x509_pem(bytes) {
            Ok((_, pem)) => Self::of_der(&pem.contents),
            Err(_) => Self::of_der(bytes),
        }
    }

    fn of_der(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let time = |time: ASN1Time| DateTime::from_timestamp(time.timestamp(), 0);
        Some(Self {
            der: der.to_vec(),
            subject: certificate.subject().to_string(),
            not_before: time(certificate.validity().not_before)?,
            not_after: time(certificate.validity().not_after)?,
            thumbprint: digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_in_both_forms_and_nothing_else_is() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "Loans");
        let certificate = parameters.self_signed(&key).unwrap();
        let read = ClientCertificate::read(certificate.der()).unwrap();
        assert!(read.subject.contains("CN=Loans"), "{}", read.subject);
        assert_eq!((read.thumbprint.len(), &*read.der), (20, &**certificate.der()));
        assert_eq!(ClientCertificate::read(certificate.pem().as_bytes()), Some(read));
        let with_more = [&**certificate.der(), b"x"].concat();
        for other in [&b""[..], b"MII", &with_more, key.serialize_pem().as_bytes()] {
            assert_eq!(ClientCertificate::read(other), None);
        }
    }
}
