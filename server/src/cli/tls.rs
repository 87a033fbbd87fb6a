//! TLS of a server: which certificate it has, and that a new one is taken over: of files that change, or of the development CA before
//! the old one ends.

use super::Error;
use crate::{
    auth::certificates::{Certificate, CertificateError, Tls},
    data_folder::{CertificateFiles, Folder},
    http::transport::TlsSettings,
    model::clock::Clock,
};
use chrono::{DateTime, Utc};
use rustls::ServerConfig;
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
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
    tls: Tls,
    /// When the certificate in use ends.
    ends_at: DateTime<Utc>,
    settings: watch::Sender<Arc<ServerConfig>>,
}

/// Where certificates come from.
#[derive(Clone)]
enum Certificates {
    Own { certificate: PathBuf, key: PathBuf, seen: [Option<Seen>; 2] },
    Development { files: CertificateFiles, names: Vec<String> },
}

/// What tells of a file that it has changed.
type Seen = (Option<SystemTime>, u64);

impl Followed {
    /// Reads the certificate that is there, or makes one where it can.
    pub(super) fn start(source: Source, folder: &Folder, now: DateTime<Utc>) -> Result<Self, Error> {
        let certificates = Certificates::new(source, folder);
        let found = match &certificates {
            Certificates::Own { certificate, key, .. } => read(certificate, key, now)?,
            Certificates::Development { files, names } => files.certificate(names, now)?,
        };
        let tls = Tls::new().map_err(Error::Tls)?;
        let (ends_at, settings) = (found.ends_at, certificates.settings(&tls, found)?);
        Ok(Self { certificates, tls, ends_at, settings: watch::Sender::new(settings) })
    }

    /// How TLS is spoken, as of each moment.
    pub(super) fn settings(&self) -> TlsSettings {
        self.settings.subscribe()
    }

    /// Takes over what is new, for ever, and makes a new one where it can before the old one ends. What can't be used is told in the log; what there was
    /// before stays in use.
    pub(super) async fn follow(mut self, clock: Clock) {
        let mut looks = interval(self.certificates.interval());
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(error) = self.look(clock.now()).await {
                tracing::error!(%error, "a new certificate for TLS can't be used");
            }
        }
    }

    async fn look(&mut self, now: DateTime<Utc>) -> Result<(), Error> {
        let mut certificates = self.certificates.clone();
        // It may wait for the disk.
        let found = task::spawn_blocking(move || {
            let found = certificates.next(now);
            (certificates, found)
        });
        let Ok((certificates, found)) = found.await else { return Ok(()) };
        self.certificates = certificates;
        let Some(found) = found? else { return Ok(()) };
        let is_new = found.ends_at != self.ends_at;
        self.ends_at = found.ends_at;
        self.settings.send_replace(self.certificates.settings(&self.tls, found)?);
        if is_new {
            tracing::info!(ends_at = %self.ends_at, "a new certificate is in use for TLS");
        }
        Ok(())
    }
}

impl Certificates {
    fn new(source: Source, folder: &Folder) -> Self {
        match source {
            Source::Own { certificate, key } => {
                let seen = [seen(&certificate), seen(&key)];
                Self::Own { certificate, key, seen }
            }
            Source::Development { ca_folder, names } => {
                let names: BTreeSet<_> = LOOPBACK.into_iter().map(str::to_owned).chain(names).collect();
                let names = names.into_iter().collect();
                Self::Development { files: CertificateFiles::new(folder.path(), ca_folder.as_deref()), names }
            }
        }
    }

    const fn interval(&self) -> Duration {
        match self {
            Self::Own { .. } => LOOKS,
            Self::Development { .. } => RENEWALS,
        }
    }

    /// The certificate to be used from now on, where that is another one.
    fn next(&mut self, now: DateTime<Utc>) -> Result<Option<Certificate>, Error> {
        match self {
            Self::Own { certificate, key, seen: before } => {
                let found = [seen(certificate), seen(key)];
                if *before == found {
                    return Ok(None);
                }
                // One that can't be used is told of once.
                *before = found;
                read(certificate, key, now).map(Some)
            }
            Self::Development { files, names } => Ok(Some(files.certificate(names, now)?)),
        }
    }

    fn settings(&self, tls: &Tls, certificate: Certificate) -> Result<Arc<ServerConfig>, Error> {
        tls.settings(certificate).map_err(|error| match self {
            Self::Own { certificate, .. } => Error::Certificate(certificate.clone(), error),
            Self::Development { .. } => Error::Tls(error),
        })
    }
}

fn seen(path: &Path) -> Option<Seen> {
    fs::metadata(path).ok().map(|found| (found.modified().ok(), found.len()))
}

fn read(certificate: &Path, key: &Path, now: DateTime<Utc>) -> Result<Certificate, Error> {
    let [chain, secret] = [certificate, key]
        .map(|path| fs::read(path).map_err(|error: io::Error| Error::CertificateFile(path.into(), error)));
    Certificate::read(&chain?, &secret?, now).map_err(|error| {
        let path = if matches!(error, CertificateError::NoKey) { key } else { certificate };
        Error::Certificate(path.into(), error)
    })
}
