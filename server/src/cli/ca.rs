//! `roster ca`.

use super::{Data, Error, print};
use crate::{data_folder::CertificateFiles, model::clock::Clock};
use clap::Args;
use std::{fs, path::PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  roster ca
  roster ca --pem > roster-ca.pem
  roster ca --ca-dir ./ca")]
pub(super) struct Ca {
    /// Print the certificate itself, in PEM
    #[arg(long)]
    pem: bool,

    /// The folder of the development CA, where it isn't in the data folder
    #[arg(long, value_name = "DIR", env = "ROSTER_CA_DIR")]
    ca_dir: Option<PathBuf>,

    #[command(flatten)]
    data: Data,
}

impl Ca {
    pub(super) fn run(self) -> Result<(), Error> {
        let files = match &self.ca_dir {
            Some(folder) => CertificateFiles::new(folder, Some(folder)),
            None => {
                self.data.check_is_there()?;
                CertificateFiles::new(self.data.folder()?.path(), None)
            }
        };
        let path = files.authority(Clock::default().now())?;
        if !self.pem {
            return print(path.display());
        }
        let certificate = fs::read_to_string(&path);
        let certificate = certificate.map_err(|error| Error::Io(path.display().to_string(), error))?;
        print(certificate.trim_end())
    }
}
