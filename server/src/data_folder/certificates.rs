//! The files of TLS: the development CA's key and certificate, and the certificate of this server that it vouches for. Each is
//! made where there is none, and made anew before it ends.

use super::{FolderError, make_folder, private_file};
use crate::{
    auth::{
        certificates::{Certificate, CertificateError},
        development_ca::{self, DevelopmentCa, RENEWED_BEFORE},
    },
    files::private,
};
use chrono::{DateTime, Utc};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The authority's certificate, which clients are given to trust.
pub(super) const CA_FILE: &str = "ca.pem";

/// The authority's private key.
const CA_KEY_FILE: &str = "ca-key.pem";

/// This server's certificate and its key.
const CERTIFICATE_FILE: &str = "tls.pem";

/// What others must not read.
pub(super) const SECRETS: [&str; 2] = [CA_KEY_FILE, CERTIFICATE_FILE];

/// Where the files lie.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The folder of the authority.
    ca_folder: PathBuf,
    /// The folder of the server's certificate.
    folder: PathBuf,
}

impl CertificateFiles {
    /// Files in this folder, but the authority's in another one where that is named.
    pub fn new(folder: &Path, ca_folder: Option<&Path>) -> Self {
        Self { ca_folder: ca_folder.unwrap_or(folder).into(), folder: folder.into() }
    }

    /// Makes the authority where there is none.
    pub fn make_authority(&self, now: DateTime<Utc>) -> Result<(), FolderError> {
        self.read_or_make_authority(now).map(drop)
    }

    /// Where the authority's certificate is or will be.
    pub fn ca(&self) -> PathBuf {
        self.ca_folder.join(CA_FILE)
    }

    /// This server's certificate for these names, where there is one that can go on.
    fn existing(&self, names: &[String], now: DateTime<Utc>) -> Result<Option<Certificate>, FolderError> {
        let Some(authority) = self.read_authority(now)? else { return Ok(None) };
        let path = self.folder.join(CERTIFICATE_FILE);
        let Some(text) = private_file::read_secret(&path)? else { return Ok(None) };
        match Certificate::read(text.as_bytes(), text.as_bytes(), now) {
            Ok(found)
                if goes_on(found.ends_at, now) && found.is_for(names) && authority.vouches_for(&found) =>
            {
                Ok(Some(found))
            }
            // It is made anew.
            Ok(_) | Err(CertificateError::Ended(_) | CertificateError::NotYetValid(_)) => Ok(None),
            Err(error) => Err(FolderError::Certificate(path, error)),
        }
    }

    /// A new certificate of this server's for these names, where the one that is in use ends soon.
    pub fn renewed(
        &self,
        names: &[String],
        ends_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Certificate>, FolderError> {
        if goes_on(ends_at, now) {
            return Ok(None);
        }
        // No new authority is made under a running server: nobody would trust it.
        let key = self.ca_folder.join(CA_KEY_FILE);
        if key.exists() { self.certificate(names, now).map(Some) } else { Err(missing(&key)) }
    }

    /// This server's certificate for these names: the one that is there, or a new one where that is for others, is another
    /// authority's, or ends soon.
    pub fn certificate(&self, names: &[String], now: DateTime<Utc>) -> Result<Certificate, FolderError> {
        if let Some(found) = self.existing(names, now)? {
            return Ok(found);
        }
        let path = self.folder.join(CERTIFICATE_FILE);
        let failed = |error| FolderError::Certificate(path.clone(), error);
        let made = self.read_or_make_authority(now)?.issue(names, now).map_err(failed)?;
        private_file::write_anew(&path, &made)?;
        Certificate::read(made.as_bytes(), made.as_bytes(), now).map_err(failed)
    }

    fn read_or_make_authority(&self, now: DateTime<Utc>) -> Result<DevelopmentCa, FolderError> {
        if let Some(found) = self.read_authority(now)? {
            return Ok(found);
        }
        let (path, key_path) = (self.ca_folder.join(CA_FILE), self.ca_folder.join(CA_KEY_FILE));
        make_folder(&self.ca_folder).map_err(|error| FolderError::Io(self.ca_folder.clone(), error))?;
        if private_file::read_secret(&key_path)?.is_none() {
            // Clients trust the authority whose certificate this is, and no other.
            if path.exists() {
                return Err(FolderError::Certificate(path, CertificateError::KeyGone));
            }
            let new = development_ca::make_key();
            let new = new.map_err(|error| FolderError::Certificate(key_path.clone(), error))?;
            private_file::write_first(&key_path, &new)?;
        }
        // Several processes may be here at once. The key's file is never replaced, and any certificate of the key will do.
        let key = private_file::read_secret(&key_path)?.ok_or_else(|| missing(&key_path))?;
        let certificate = development_ca::certify(&key, now);
        let certificate = certificate.map_err(|error| FolderError::Certificate(key_path, error))?;
        private_file::write_anew(&path, &certificate)?;
        self.read_authority(now)?.ok_or_else(|| missing(&path))
    }

    /// The authority, where key and certificate are there, and the certificate is valid and doesn't end soon.
    fn read_authority(&self, now: DateTime<Utc>) -> Result<Option<DevelopmentCa>, FolderError> {
        if !self.ca_folder.exists() {
            return Ok(None);
        }
        private::check(&self.ca_folder, &[CA_KEY_FILE], &[CA_FILE])?;
        let path = self.ca_folder.join(CA_FILE);
        let key = private_file::read_secret(&self.ca_folder.join(CA_KEY_FILE))?;
        let (Some(certificate), Some(key)) = (private_file::read(&path)?, key) else { return Ok(None) };
        let found = DevelopmentCa::read(&certificate, &key);
        let found = found.map_err(|error| FolderError::Certificate(path, error))?;
        Ok(Some(found).filter(|found| found.begins_at <= now && goes_on(found.ends_at, now)))
    }
}

/// Whether what ends then needn't be made anew yet.
fn goes_on(ends_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    ends_at - now > RENEWED_BEFORE
}

fn missing(path: &Path) -> FolderError {
    FolderError::Io(path.into(), io::ErrorKind::NotFound.into())
}
