//! The command line: what an operator starts. Every setting is a flag, and `ROSTER_*` in the environment.

mod app;
mod demo;
mod log;
mod serve;
mod server;
mod tenant;
mod token;

use crate::{
    auth::keys::KeyError,
    directory,
    model::domains::{DomainName, TenantName},
    store::{
        self, Durability, Options, Store, Tenant,
        folder::{Folder, FolderError},
    },
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Microsoft Graph's directory of users, groups and memberships, as one binary.
#[derive(Debug, Parser)]
#[command(name = "roster", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a directory over HTTP
    Serve(serve::Serve),
    /// Show adding a member over HTTP, on a sample directory that goes away at the end
    Demo(demo::Demo),
    /// Print an access token
    Token(token::Token),
    /// Manage applications, which get tokens by a client id and a secret
    App {
        #[command(subcommand)]
        command: app::App,
    },
    /// Manage tenants: directories that know nothing of each other
    Tenant {
        #[command(subcommand)]
        command: tenant::TenantCommand,
    },
}

/// Why a command ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder can't be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A rule said no, or the store failed under it.
    #[error(transparent)]
    Directory(#[from] directory::Error),
    /// The signing key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no room on the disk of this folder.
    #[error("the disk is full: {0} has no room for what Roster writes when it starts")]
    DiskFull(PathBuf),
    /// The system refused.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// The tenant can't be made.
    #[error(transparent)]
    Tenant(#[from] store::tenants::CreationError),
    /// The domain is another tenant's.
    #[error("the domain {0} is another tenant's")]
    DomainTaken(DomainName),
    /// What was asked for isn't possible.
    #[error("{0}")]
    Impossible(String),
    /// A request of the demonstration failed.
    #[error("a request failed: {0}")]
    Request(#[from] reqwest::Error),
}

/// How the output that programs read is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

/// Where a directory lies on disk.
#[derive(Debug, Args)]
struct Data {
    /// The data folder [default: `roster` in the platform's data directory]
    #[arg(long, value_name = "DIR", env = "ROSTER_DATA")]
    data: Option<PathBuf>,
}

/// One tenant of a directory.
#[derive(Debug, Args)]
struct TenantChoice {
    /// The tenant, by its id or one of its domains [default: the only one]
    #[arg(long, value_name = "TENANT", env = "ROSTER_TENANT")]
    tenant: Option<TenantName>,
}

impl Cli {
    /// Runs the command, and says on standard error why it failed.
    pub async fn run(self) -> ExitCode {
        let (format, level) = self.command.log();
        let log = match log::start(format, level) {
            Ok(log) => log,
            Err(error) => {
                let _ = writeln!(io::stderr(), "roster: the log can't be started: {error}");
                return ExitCode::FAILURE;
            }
        };
        let ended = self.command.run().await;
        if let Err(error) = &ended {
            log::say(format_args!("roster: {error}"));
        }
        drop(log);
        if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Command {
    /// The form of the log, and from which level on it tells.
    fn log(&self) -> (Format, &'static str) {
        match self {
            Self::Serve(serve) => (serve.log, "info"),
            _ => (Format::Text, "warn"),
        }
    }

    async fn run(self) -> Result<(), Error> {
        match self {
            Self::Serve(serve) => serve.run().await,
            Self::Demo(demo) => demo.run().await,
            Self::Token(token) => token.run().await,
            Self::App { command } => command.run().await,
            Self::Tenant { command } => command.run().await,
        }
    }
}

impl Error {
    /// What came of opening this folder, where a full disk is named as that: the errors of its files and of the database tell
    /// of it in many ways.
    fn opening(self, folder: &Path) -> Self {
        let is_disk_full = match &self {
            Self::Folder(error) => error.is_disk_full(),
            Self::Store(error) | Self::Directory(directory::Error::Store(error)) => error.is_disk_full(),
            _ => false,
        };
        if is_disk_full { Self::DiskFull(folder.into()) } else { self }
    }
}

impl Data {
    fn path(&self) -> Result<PathBuf, Error> {
        let default = || directories::ProjectDirs::from("", "", "roster").map(|dirs| dirs.data_dir().into());
        let none =
            || Error::Impossible("this platform names no data directory: choose one with --data".into());
        self.data.clone().or_else(default).ok_or_else(none)
    }

    /// The folder there, made where there is none.
    fn folder(&self) -> Result<Folder, Error> {
        let path = self.path()?;
        Folder::open(&path).map_err(|error| Error::from(error).opening(&path))
    }

    /// Opens the directory there, making it where there is none. A server may be running on it.
    fn open_or_create(&self) -> Result<(Folder, Store), Error> {
        let folder = self.folder()?;
        let options = Options { readers: 1, long_readers: 1, ..Options::default() };
        let store = open_store(&folder, options).map_err(|error| error.opening(folder.path()))?;
        Ok((folder, store))
    }

    /// Opens the directory there.
    fn open(&self) -> Result<(Folder, Store), Error> {
        let path = self.path()?;
        if !Store::is_in(&path) {
            let message =
                format!("there is no directory in {}: start one with `roster serve`", path.display());
            return Err(Error::Impossible(message));
        }
        self.open_or_create()
    }
}

impl TenantChoice {
    async fn find(&self, store: &Store) -> Result<Tenant, Error> {
        if let Some(name) = &self.tenant {
            let none = || Error::Impossible(format!("there is no tenant {name} here"));
            return store.named_tenant(name).await?.ok_or_else(none);
        }
        match store.tenants(2).await?.as_slice() {
            [only] => Ok(*only),
            [] => {
                Err(Error::Impossible("there is no tenant here: make one with `roster tenant create`".into()))
            }
            _ => Err(Error::Impossible("there are several tenants here: choose one with --tenant".into())),
        }
    }
}

/// Writes a line to standard output, where programs may read it and stop reading at any time.
fn print(line: impl Display) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    written.map_err(|error| Error::Io("standard output".into(), error))
}

/// Opens the directory in a folder, durable unless the folder goes away with the process.
fn open_store(folder: &Folder, options: Options) -> Result<Store, Error> {
    let durability = if folder.is_ephemeral() { Durability::Ephemeral } else { Durability::Durable };
    Ok(Store::open(folder.path(), Options { durability, ..options })?)
}
