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
    /// That of the directory, whose server has made it.
    fn of_directory(&self) -> Result<PathBuf, Error> {
        self.data.check_is_there()?;
        let path = CertificateFiles::new(self.data.folder()?.path(), None).ca();
        if !path.exists() {
            let message = "the data folder has no development CA: a server makes one there when it first listens for https";
            return Err(Error::Usage(message.into()));
        }
        Ok(path)
    }

    pub(super) fn run(self) -> Result<(), Error> {
        let path = match &self.ca_dir {
            Some(folder) => {
                let files = CertificateFiles::new(folder, Some(folder));
                files.make_authority(Clock::default().now())?;
                files.ca()
            }
            None => self.of_directory()?,
        };
        if !self.pem {
            return print(path.display());
        }
        let certificate = fs::read_to_string(&path);
        let certificate = certificate.map_err(|error| Error::Io(path.display().to_string(), error))?;
        print(certificate.trim_end())
    }
}
