//! TLS of a server: which certificate it has, and that a new one is taken over: of files that change, or of the development CA before
//! the old one ends.

use super::Error;
use crate::{
    auth::certificates::{Certificate, CertificateError, Tls},
    data_folder::{CertificateFiles, Folder},
    http::transport::TlsSettings,
    model::clock::Clock,
};
use chrono::{DateTime, TimeDelta, Utc};
use rustls::ServerConfig;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::watch,
    task,
    time::{MissedTickBehavior, interval},
};

/// The names by which a machine knows itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How often files are looked at for a new certificate.
const LOOKS: Duration = Duration::from_secs(2);

/// How often it is looked whether the development CA's certificate ends soon.
const RENEWALS: Duration = Duration::from_secs(60 * 60);

/// How long before its end a certificate without another one is told of.
const WARNED_BEFORE: TimeDelta = TimeDelta::days(14);

/// Whose certificate a server has.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// One of the operator's own: PEM files.
    Own { certificate: PathBuf, key: PathBuf },
    /// One that the development CA makes for these names, besides those of the machine for itself. Its key and certificate are in
    /// a folder of their own, or in the server's.
    Development { ca_folder: Option<PathBuf>, names: Vec<String> },
}

impl Source {
    /// The names that the server is to be known by, besides those of the machine for itself. What is in a certificate of one's own isn't
    /// looked at: there, a public URL tells.
    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::Own { .. } => &[],
            Self::Development { names, .. } => names,
        }
    }

    /// Where the certificate of the development CA will be, which clients are to trust.
    pub(super) fn ca(&self, folder: &Folder) -> Option<PathBuf> {
        match self {
            Self::Own { .. } => None,
            Self::Development { ca_folder, .. } => {
                Some(CertificateFiles::new(folder.path(), ca_folder.as_deref()).ca())
            }
        }
    }
}

/// A server's certificate as it changes.
pub(super) struct Followed {
    certificates: Certificates,
    tls: Arc<Tls>,
    in_use: InUse,
    settings: watch::Sender<Arc<ServerConfig>>,
}

/// Where certificates come from.
#[derive(Clone)]
enum Certificates {
    Own { certificate: PathBuf, key: PathBuf },
    Development { files: CertificateFiles, names: Vec<String> },
}

/// The certificate that a server has.
#[derive(Clone)]
struct InUse {
    /// What was read, where it is one of the operator's own.
    texts: Option<Texts>,
    ends_at: DateTime<Utc>,
}

/// What certificate and key were read from.
type Texts = [Vec<u8>; 2];

/// A certificate that can be used, and how.
type Usable = (InUse, Arc<ServerConfig>);

impl Followed {
    /// Reads the certificate that is there, or makes one where it can.
    pub(super) fn start(source: Source, folder: &Path, now: DateTime<Utc>) -> Result<Self, Error> {
        let certificates = Certificates::new(source, folder);
        let tls = Arc::new(Tls::default());
        let (in_use, settings) = certificates.first(&tls, now)?;
        Ok(Self { certificates, tls, in_use, settings: watch::Sender::new(settings) })
    }

    /// How TLS is spoken, as of each moment.
    pub(super) fn settings(&self) -> TlsSettings {
        self.settings.subscribe()
    }

    /// Takes over what is new, for ever, and makes a new certificate where it can before the old one ends. What can't be used is tried
    /// again, and told in the log once; what there was before stays in use.
    pub(super) async fn follow(mut self, clock: Clock) {
        let mut looks = interval(self.certificates.interval());
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut told, mut warned_at) = (None, None::<DateTime<Utc>>);
        loop {
            looks.tick().await;
            let now = clock.now();
            match self.look(now).await {
                Ok(()) => told = None,
                Err(error) => {
                    let error = error.to_string();
                    if told.as_ref() != Some(&error) {
                        tracing::error!(error, "a new certificate for TLS can't be used");
                    }
                    told = Some(error);
                }
            }
            let ends_at = self.in_use.ends_at;
            if ends_at - now < WARNED_BEFORE && warned_at.is_none_or(|at| now - at >= TimeDelta::days(1)) {
                tracing::warn!(%ends_at, "the certificate for TLS ends soon, and there is no new one");
                warned_at = Some(now);
            }
        }
    }

    async fn look(&mut self, now: DateTime<Utc>) -> Result<(), Error> {
        let (certificates, tls, in_use) = (self.certificates.clone(), self.tls.clone(), self.in_use.clone());
        // It may wait for the disk.
        let found = task::spawn_blocking(move || certificates.next(&tls, &in_use, now)).await;
        let Some((in_use, settings)) = found.unwrap_or(Ok(None))? else { return Ok(()) };
        self.in_use = in_use;
        self.settings.send_replace(settings);
        tracing::info!(ends_at = %self.in_use.ends_at, "a new certificate is in use for TLS");
        Ok(())
    }
}

impl Certificates {
    fn new(source: Source, folder: &Path) -> Self {
        match source {
            Source::Own { certificate, key } => Self::Own { certificate, key },
            Source::Development { ca_folder, names } => {
                let names: BTreeSet<_> = LOOPBACK.into_iter().map(str::to_owned).chain(names).collect();
                let names = names.into_iter().collect();
                Self::Development { files: CertificateFiles::new(folder, ca_folder.as_deref()), names }
            }
        }
    }

    const fn interval(&self) -> Duration {
        match self {
            Self::Own { .. } => LOOKS,
            Self::Development { .. } => RENEWALS,
        }
    }

    /// The certificate of a server that starts.
    fn first(&self, tls: &Tls, now: DateTime<Utc>) -> Result<Usable, Error> {
        match self {
            Self::Own { certificate, key } => usable(certificate, key, texts(certificate, key)?, tls, now),
            Self::Development { files, names } => made(files.certificate(names, now)?, tls),
        }
    }

    /// The certificate to be used from now on, where that is another one.
    fn next(&self, tls: &Tls, in_use: &InUse, now: DateTime<Utc>) -> Result<Option<Usable>, Error> {
        match self {
            Self::Own { certificate, key } => {
                let texts = texts(certificate, key)?;
                let is_new = in_use.texts.as_ref() != Some(&texts);
                is_new.then(|| usable(certificate, key, texts, tls, now)).transpose()
            }
            Self::Development { files, names } => {
                files.renewed(names, in_use.ends_at, now)?.map(|renewed| made(renewed, tls)).transpose()
            }
        }
    }
}

/// Refuses a certificate that can't be used, before anything is made.
pub(super) fn check(source: &Source, now: DateTime<Utc>) -> Result<(), Error> {
    let Source::Own { certificate, key } = source else { return Ok(()) };
    usable(certificate, key, texts(certificate, key)?, &Tls::default(), now).map(drop)
}

fn made(certificate: Certificate, tls: &Tls) -> Result<Usable, Error> {
    let ends_at = certificate.ends_at;
    Ok((InUse { texts: None, ends_at }, tls.settings(certificate).map_err(Error::Tls)?))
}

fn texts(certificate: &Path, key: &Path) -> Result<Texts, Error> {
    let read = |path: &Path| fs::read(path).map_err(|error| Error::CertificateFile(path.into(), error));
    Ok([read(certificate)?, read(key)?])
}

fn usable(
    certificate: &Path,
    key: &Path,
    texts: Texts,
    tls: &Tls,
    now: DateTime<Utc>,
) -> Result<Usable, Error> {
    let [chain, secret] = &texts;
    let failed = |error| {
        let path = if matches!(error, CertificateError::NoKey) { key } else { certificate };
        Error::Certificate(path.into(), error)
    };
    let found = Certificate::read(chain, secret, now).map_err(failed)?;
    let ends_at = found.ends_at;
    let settings = tls.settings(found).map_err(failed)?;
    Ok((InUse { texts: Some(texts), ends_at }, settings))
}
