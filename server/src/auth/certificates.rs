//! Certificates of servers for TLS (RFC 5280): reading them, and what a TLS server does with one. Nothing here knows where they are
//! kept, or who made them.

use chrono::{DateTime, Utc};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::{self, Ticketer},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::ProducesTickets,
};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, LazyLock},
};
use x509_parser::{
    certificate::X509Certificate,
    extensions::GeneralName,
    prelude::{ASN1Time, FromDer},
};

/// The protocols that clients choose from (RFC 7301), the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How long a client may resume a session, in seconds: as long as the keys for it are kept.
const SESSION_SECONDS: u32 = 12 * 60 * 60;

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The text has no certificate.
    #[error("there is no certificate in it that can be read (PEM)")]
    NoCertificate,
    /// The text has no key.
    #[error("there is no private key in it that can be read (PEM: PKCS #8, PKCS #1 or SEC 1)")]
    NoKey,
    /// The certificate isn't one of X.509.
    #[error("the certificate in it can't be read")]
    Unreadable,
    /// It has ended.
    #[error("the certificate in it ended on {0}")]
    Ended(DateTime<Utc>),
    /// It isn't valid yet.
    #[error("the certificate in it is valid only from {0} on")]
    NotYetValid(DateTime<Utc>),
    /// The key is another one's, or of a kind that TLS doesn't use here.
    #[error("certificate and key can't be used together: {0}")]
    Unusable(rustls::Error),
    /// An authority's certificate is of another key than the one beside it.
    #[error("the certificate in it isn't of the key beside it")]
    OtherKey,
    /// An authority's certificate is there without its key.
    #[error(
        "the certificate in it is without its key, ca-key.pem: put that back, or remove both and have clients trust a new one"
    )]
    KeyGone,
    /// The random source of the machine failed.
    #[error("the machine's random source failed")]
    NoRandomness,
    /// The cryptographic library failed.
    #[error("a certificate can't be made: {0}")]
    Unmade(#[from] rcgen::Error),
}

/// A certificate with those that vouch for it, and its key.
#[derive(Debug)]
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    names: BTreeSet<String>,
    /// Who vouches for it: a name as it stands in certificates.
    pub(super) issuer: Vec<u8>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

impl Certificate {
    /// Reads the chain of one text and the key of another, which may be the same: PEM. It must be valid now.
    pub fn read(chain: &[u8], key: &[u8], now: DateTime<Utc>) -> Result<Self, CertificateError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.map_err(|_| CertificateError::NoCertificate)?;
        let own = chain.first().ok_or(CertificateError::NoCertificate)?;
        let (_, own) = X509Certificate::from_der(own).map_err(|_| CertificateError::Unreadable)?;
        let (begins_at, ends_at) = (time(own.validity().not_before)?, time(own.validity().not_after)?);
        if ends_at <= now {
            return Err(CertificateError::Ended(ends_at));
        }
        if begins_at > now {
            return Err(CertificateError::NotYetValid(begins_at));
        }
        let (names, issuer) = (names(&own), own.issuer().as_raw().to_vec());
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateError::NoKey)?;
        Ok(Self { chain, key, names, issuer, ends_at })
    }

    /// Whether it is for exactly these names and addresses.
    pub fn is_for(&self, names: &[String]) -> bool {
        self.names == names.iter().map(|name| name.to_ascii_lowercase()).collect()
    }
}

pub(super) fn time(time: ASN1Time) -> Result<DateTime<Utc>, CertificateError> {
    DateTime::from_timestamp(time.timestamp(), 0).ok_or(CertificateError::Unreadable)
}

fn names(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.into_iter().flat_map(|names| &names.value.general_names);
    names.filter_map(name).collect()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(|bytes| IpAddr::from(Ipv4Addr::from(bytes)));
            let v6 = <[u8; 16]>::try_from(*bytes).map(|bytes| IpAddr::from(Ipv6Addr::from(bytes)));
            v4.or(v6).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

/// The keys by which clients resume their sessions, made when the first one is to have a session: at the start of a process the
/// random source takes its time.
#[derive(Debug)]
struct Tickets(LazyLock<Option<Arc<dyn ProducesTickets>>>);

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        SESSION_SECONDS
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.0.as_ref()?.encrypt(plain)
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        self.0.as_ref()?.decrypt(cipher)
    }
}

/// What makes settings of TLS servers out of certificates. Clients resume their sessions across all that one of these made.
#[derive(Debug)]
pub struct Tls {
    tickets: Arc<Tickets>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { tickets: Arc::new(Tickets(LazyLock::new(|| Ticketer::new().ok()))) }
    }
}

impl Tls {
    /// A server's settings with this certificate: TLS 1.2 and 1.3. Fails where the key isn't the certificate's.
    pub fn settings(&self, certificate: Certificate) -> Result<Arc<ServerConfig>, CertificateError> {
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions();
        let builder = builder.map_err(CertificateError::Unusable)?.with_no_client_auth();
        let settings = builder.with_single_cert(certificate.chain, certificate.key);
        let mut settings = settings.map_err(CertificateError::Unusable)?;
        settings.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        settings.ticketer = self.tickets.clone();
        Ok(Arc::new(settings))
    }
}
