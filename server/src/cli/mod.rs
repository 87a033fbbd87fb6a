//! The command line: what an operator starts. Every setting is a flag, and `ROSTER_*` in the environment, where an empty
//! one isn't set.

mod app;
mod arguments;
mod ca;
mod check;
mod completions;
mod demo;
mod identity;
mod issuer;
mod keys;
mod listening;
mod log;
mod serve;
mod server;
mod tenant;
mod tls;
mod token;
mod user;

use crate::{
    auth::{certificates::CertificateError, keys::KeyError},
    data_folder::{Folder, FolderError},
    directory::{self, well_known_applications},
    files::lock::Holder,
    model::{
        domains::{DomainName, TenantName},
        well_known_applications::CHANGES,
    },
    store::{self, Durability, MigrationLock, Older, Options, Store, Tenant, TenantStore},
};
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::{
    env,
    ffi::OsStr,
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The exit status of what is configured wrongly (`EX_CONFIG` of sysexits.h).
const WRONG_CONFIGURATION: u8 = 78;

/// How many tenants of a folder of an older version are looked for at once.
const TENANTS_AT_ONCE: usize = 100;

/// Microsoft Graph's directory of users, groups and memberships, as one binary.
#[derive(Debug, Parser)]
#[command(
    name = "roster",
    version,
    propagate_version = true,
    after_help = "Examples:
  roster demo
  roster serve --ephemeral --sample"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,

    /// What the log on standard error tells: error, warn, info, debug, trace or off, or a filter such as `info,hyper=debug`.
    /// Without it the variable RUST_LOG says so, in the same form [default: info for `serve`, warn for the others]
    #[arg(long, global = true, value_name = "LEVEL", env = "ROSTER_LOG_LEVEL", value_parser = log::filter)]
    log_level: Option<String>,
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
    #[command(after_help = "Example:
  roster app create my-program --role Group.ReadWrite.All")]
    App {
        #[command(subcommand)]
        command: app::App,
    },
    /// Name the application of which programs on this machine get tokens without a secret of their own
    #[command(after_help = "Example:
  roster identity set my-program")]
    Identity {
        #[command(subcommand)]
        command: identity::Identity,
    },
    /// Give users passwords, by which they sign in
    #[command(after_help = "Example:
  roster user set-password ada@contoso.example")]
    User {
        #[command(subcommand)]
        command: user::User,
    },
    /// Manage other issuers, whose assertions stand for applications with a federated credential
    #[command(after_help = "Example:
  roster issuer list")]
    Issuer {
        #[command(subcommand)]
        command: issuer::Issuer,
    },
    /// Manage the keys that sign tokens
    #[command(after_help = "Example:
  roster keys rotate")]
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// Manage tenants: directories that know nothing of each other
    #[command(after_help = "Example:
  roster tenant list")]
    Tenant {
        #[command(subcommand)]
        command: tenant::TenantCommand,
    },
    /// Print where the certificate of the development CA is, which clients have to trust for https
    Ca(ca::Ca),
    /// Compare the index, by which searches find objects, with the directory, beside a server or without one
    Check(check::Check),
    /// Print the script by which a shell completes commands and flags
    Completions(completions::Completions),
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
    /// A server of an older version runs on the folder, which a command of this version must not bring up to date meanwhile.
    #[error(
        "an older version of Roster is running on {0} ({1}): use that version for commands too, or stop the server, so that this version can bring the folder up to date"
    )]
    OlderServer(PathBuf, Holder),
    /// There is no room on the disk of this folder.
    #[error("the disk is full: {0} has no room for what Roster writes when it starts")]
    DiskFull(PathBuf),
    /// A certificate or its key can't be used.
    #[error("{0}: {1}")]
    Certificate(PathBuf, CertificateError),
    /// The file of a certificate or its key can't be read.
    #[error("{0}: {1}")]
    CertificateFile(PathBuf, io::Error),
    /// TLS isn't to be had.
    #[error("TLS: {0}")]
    Tls(CertificateError),
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
    Usage(String),
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

/// How a command prints what came of it.
#[derive(Debug, Args)]
struct Output {
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// The tenant that a command is about, and how it prints.
#[derive(Debug, Args)]
struct Target {
    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    tenant: TenantChoice,

    #[command(flatten)]
    output: Output,
}

/// A directory that is open, and one of its tenants.
struct Opened {
    folder: Folder,
    store: Store,
    tenant: Tenant,
}

impl Cli {
    /// Reads the arguments and the variables of this process, and ends it where they can't be read.
    pub fn read() -> Self {
        let matches = without_empty_variables(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Runs the command, and says on standard error why it failed.
    pub async fn run(self) -> ExitCode {
        let (format, level) = self.command.log();
        let log = match log::start(format, self.log_level, &level) {
            Ok(log) => log,
            Err(error) => {
                let _ = writeln!(io::stderr(), "roster: {error}");
                return ExitCode::FAILURE;
            }
        };
        let ended = self.command.run().await;
        if let Err(error) = &ended {
            log::say(format_args!("roster: {error}"));
        }
        drop(log);
        ended.map_or_else(|error| error.exit_code(), |()| ExitCode::SUCCESS)
    }
}

/// A command, and all below it, for which a variable that is empty isn't set: a compose file's `${NAME:-}` makes such.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    let forget = |arg: Arg| if arg.get_env().is_some_and(is_empty) { arg.env(None::<&str>) } else { arg };
    command.mut_args(forget).mut_subcommands(without_empty_variables)
}

impl Command {
    /// The form of the log, and from which level on it tells.
    fn log(&self) -> (Format, String) {
        match self {
            // Of a new directory's first start there is nothing to tell before it listens.
            Self::Serve(serve) => (serve.log, format!("info,{}", store::LOG_FILTER)),
            _ => (Format::Text, "warn".into()),
        }
    }

    async fn run(self) -> Result<(), Error> {
        match self {
            Self::Serve(serve) => serve.run().await,
            Self::Demo(demo) => demo.run().await,
            Self::Token(token) => token.run().await,
            Self::App { command } => command.run().await,
            Self::Identity { command } => command.run().await,
            Self::User { command } => command.run().await,
            Self::Issuer { command } => command.run().await,
            Self::Keys { command } => command.run(),
            Self::Tenant { command } => command.run().await,
            Self::Ca(ca) => ca.run(),
            Self::Check(check) => check.run().await,
            Self::Completions(completions) => completions.run(),
        }
    }
}

impl Error {
    /// What a shell is told.
    fn exit_code(&self) -> ExitCode {
        let is_of_certificates = matches!(
            self,
            Self::Certificate(..)
                | Self::CertificateFile(..)
                | Self::Tls(_)
                | Self::Folder(FolderError::Certificate(..))
        );
        if is_of_certificates { ExitCode::from(WRONG_CONFIGURATION) } else { ExitCode::FAILURE }
    }

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
        let none = || Error::Usage("this platform names no data directory: choose one with --data".into());
        self.data.clone().or_else(default).ok_or_else(none)
    }

    /// The folder there, which need not be there yet.
    fn folder(&self) -> Result<Folder, Error> {
        let path = self.path()?;
        Folder::open(&path).map_err(|error| Error::from(error).opening(&path))
    }

    /// Opens the directory there for a command that writes, making it where there is none. A server may be running on it.
    async fn open_or_create(&self) -> Result<(Folder, Store), Error> {
        let folder = self.folder()?;
        folder.make().map_err(|error| Error::from(error).opening(folder.path()))?;
        let store = open_and_migrate(&folder).map_err(|error| error.opening(folder.path()))?;
        complete_tenants(&store).await?;
        Ok((folder, store))
    }

    /// Opens the directory there for a command that writes. A server may be running on it.
    async fn open_to_write(&self) -> Result<(Folder, Store), Error> {
        self.check_is_there()?;
        self.open_or_create().await
    }

    /// Opens the directory there for a command that only reads. One of an older version is refused, as nothing is to change.
    fn open_to_read(&self) -> Result<(Folder, Store), Error> {
        self.check_is_there()?;
        let folder = self.folder()?;
        let store = open_as_it_is(&folder).map_err(|error| error.opening(folder.path()))?;
        Ok((folder, store))
    }

    fn check_is_there(&self) -> Result<(), Error> {
        let path = self.path()?;
        if !Store::is_in(&path) {
            let message =
                format!("there is no directory in {}: start one with `roster serve`", path.display());
            return Err(Error::Usage(message));
        }
        Ok(())
    }
}

impl TenantChoice {
    async fn find(&self, store: &Store) -> Result<Tenant, Error> {
        if let Some(name) = &self.tenant {
            let none = || Error::Usage(format!("there is no tenant {name} here"));
            return store.named_tenant(name).await?.ok_or_else(none);
        }
        match store.tenants(2).await?.as_slice() {
            [only] => Ok(*only),
            [] => Err(Error::Usage("there is no tenant here: make one with `roster tenant create`".into())),
            _ => Err(Error::Usage("there are several tenants here: choose one with --tenant".into())),
        }
    }
}

impl Target {
    async fn open_to_read(&self) -> Result<Opened, Error> {
        self.find(self.data.open_to_read()?).await
    }

    async fn open_to_write(&self) -> Result<Opened, Error> {
        self.find(self.data.open_to_write().await?).await
    }

    async fn find(&self, (folder, store): (Folder, Store)) -> Result<Opened, Error> {
        let tenant = self.tenant.find(&store).await?;
        Ok(Opened { folder, store, tenant })
    }
}

impl Opened {
    fn tenant(&self) -> TenantStore<'_> {
        self.store.tenant(self.tenant)
    }
}

/// Writes a line to standard output, where programs may read it and stop reading at any time.
fn print(line: impl Display) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    written.map_err(|error| Error::Io("standard output".into(), error))
}

/// Opens the directory in a folder for a command that only reads. One of an older version is refused.
fn open_as_it_is(folder: &Folder) -> Result<Store, Error> {
    open_for_command(folder, &MigrationLock::take(folder.path())?, Older::Refuse)
}

/// Opens the directory in a folder for a command that writes. One of an older version is brought up to date where no server runs
/// on it.
fn open_and_migrate(folder: &Folder) -> Result<Store, Error> {
    let migrations = MigrationLock::take(folder.path())?;
    match folder.lock(&migrations) {
        Ok(_held) => open_for_command(folder, &migrations, Older::Migrate),
        Err(FolderError::InUse(path, holder)) => open_for_command(folder, &migrations, Older::Refuse)
            .map_err(|error| match error {
                Error::Store(store::Error::Older) => Error::OlderServer(path, holder),
                error => error,
            }),
        Err(error) => Err(error.into()),
    }
}

/// Gives tenants of an older version what they lack of what every tenant has.
async fn complete_tenants(store: &Store) -> Result<(), Error> {
    loop {
        let lacking = store.tenants_given_less(CHANGES, TENANTS_AT_ONCE).await?;
        if lacking.is_empty() {
            return Ok(());
        }
        for tenant in lacking {
            match store.tenant(tenant).write(well_known_applications::give).await {
                // It was deleted meanwhile.
                Err(directory::Error::Store(store::Error::TenantGone)) => {}
                given => given?,
            }
        }
    }
}

fn open_for_command(folder: &Folder, migrations: &MigrationLock, older: Older) -> Result<Store, Error> {
    open_store(folder, migrations, Options { older, readers: 1, long_readers: 1, ..Options::default() })
}

/// Opens the directory in a folder, durable unless the folder goes away with the process.
fn open_store(folder: &Folder, migrations: &MigrationLock, options: Options) -> Result<Store, Error> {
    let durability = if folder.is_ephemeral() { Durability::Ephemeral } else { Durability::Durable };
    Ok(Store::open_locked(migrations, Options { durability, ..options })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command and all below it.
    fn all(command: clap::Command) -> Vec<clap::Command> {
        let below: Vec<_> = command.get_subcommands().cloned().flat_map(all).collect();
        [vec![command], below].concat()
    }

    #[test]
    fn every_commands_help_ends_with_an_example_that_can_be_run() {
        for command in all(Cli::command()) {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> = help
                .lines()
                .filter_map(|line| line.strip_prefix("  "))
                .filter(|line| line.contains("roster"))
                .collect();
            assert!(!examples.is_empty(), "{name} has no example");
            for example in examples {
                let words = example.split(' ').take_while(|word| *word != ">");
                let read = Cli::command().try_get_matches_from(words);
                assert!(read.is_ok(), "{example}: {}", read.unwrap_err());
            }
        }
    }

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }
}
