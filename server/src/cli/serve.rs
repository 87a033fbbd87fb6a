//! `roster serve`.

use super::{
    Data, Error, Format,
    arguments::{boolean, domain, origin, secret},
    listening::Choice,
    print,
    server::{self, SampleFound, Server, Settings, TlsSettings},
    tls::Source,
};
use crate::{
    auth::secrets::Secret,
    data_folder::Folder,
    directory::{ExchangeManagedGroups, Policy, RoleEnforcement, sample},
    http::{self, state::SignInMode},
    model::domains::DomainName,
    store::{IndexOptions, LARGEST_SCANNED, LARGEST_UNCOUNTED, LOG_PAGES, Options},
};
use clap::{Args, builder::RangedU64ValueParser};
use serde_json::json;
use std::{fmt::Display, path::PathBuf, thread};
use url::Host;

/// Where a server listens for https where nothing else is said.
const TLS: &str = "localhost:8443";

/// Characters that a secret of the sample's applications has at least.
const SECRET: usize = 16;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  roster serve --ephemeral --sample
  roster serve --data /var/lib/roster --listen localhost:8080
  roster serve --listen 0.0.0.0:8080 --allow-remote --public-url https://directory.example")]
pub(super) struct Serve {
    /// Address or name, and port, to listen on for http; port 0 takes a free one, `off` is none. A name that stands for several
    /// addresses means all of them
    #[arg(long, value_name = "ADDRESS", env = "ROSTER_LISTEN", default_value = "127.0.0.1:8080")]
    listen: Choice,

    /// The same for https, HTTP/2 and HTTP/1.1 [default: localhost:8443, or none where another program listens there]
    #[arg(long, value_name = "ADDRESS", env = "ROSTER_LISTEN_TLS")]
    listen_tls: Option<Choice>,

    /// A further name or address for which the server's certificate is; repeatable
    #[arg(long = "tls-name", value_name = "NAME", env = "ROSTER_TLS_NAME", value_delimiter = ',', value_parser = host,
        conflicts_with = "tls_cert")]
    tls_names: Vec<String>,

    /// The server's certificate with those that vouch for it, in PEM, instead of one by the development CA. A new one in its
    /// place is taken over
    #[arg(long, value_name = "FILE", env = "ROSTER_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", env = "ROSTER_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Where the development CA is kept, whose certificate clients trust; made where there is none [default: the data folder]
    #[arg(long, value_name = "DIR", env = "ROSTER_CA_DIR", conflicts_with = "tls_cert")]
    ca_dir: Option<PathBuf>,

    #[command(flatten)]
    data: Data,

    /// Keep the directory in a temporary folder that goes away with the server, whatever --data says
    #[arg(long, env = "ROSTER_EPHEMERAL", value_parser = boolean)]
    ephemeral: bool,

    /// Fill an empty directory with a small organisation and the applications `sample` and `sample-all`
    #[arg(long, env = "ROSTER_SAMPLE", value_parser = boolean)]
    sample: bool,

    /// The secret of the sample's applications, instead of the one that everybody knows, with which a server listens on loopback
    /// addresses only; 16 characters at least. Other users of the machine see flags, but not variables
    #[arg(long, value_name = "SECRET", env = "ROSTER_SAMPLE_SECRET", hide_env_values = true, value_parser = secret,
        requires = "sample")]
    sample_secret: Option<Secret>,

    /// A domain that the first tenant has besides its initial one; in a new directory the first is its default; repeatable
    #[arg(long = "domain", value_name = "NAME", env = "ROSTER_DOMAIN", value_delimiter = ',', value_parser = domain)]
    domains: Vec<DomainName>,

    /// Listen on an address that other machines reach
    #[arg(long, env = "ROSTER_ALLOW_REMOTE", value_parser = boolean)]
    allow_remote: bool,

    /// The origin that clients use, where it isn't the address (behind a proxy, say)
    #[arg(long, value_name = "URL", env = "ROSTER_PUBLIC_URL", value_parser = origin)]
    public_url: Option<String>,

    /// Whether mail-enabled security groups can be created and changed (`writable`, as Graph's page *Add
    /// member* has it) or not (`read-only`, as Graph does today)
    #[arg(long, value_name = "POLICY", env = "ROSTER_EXCHANGE_MANAGED_GROUPS", default_value = "writable")]
    exchange_managed_groups: ExchangeManagedGroups,

    /// Whether a token with a signed-in user needs, besides its permissions, the directory role or the ownership that Graph's
    /// pages name (`enforce`), or not (`off`). Applications' tokens need neither
    #[arg(long, value_name = "POLICY", env = "ROSTER_ROLES", default_value = "off")]
    roles: RoleEnforcement,

    /// How people sign in on the server's own page: by choosing an account (`picker`), or by name and password (`password`)
    /// [default: picker with --sample or --ephemeral, if only this machine reaches the server, else password]
    #[arg(long, value_name = "WAY", env = "ROSTER_SIGN_IN")]
    sign_in: Option<SignInMode>,

    /// Let clients show users' passwords to get tokens (the grant `password`)
    #[arg(long, env = "ROSTER_ALLOW_PASSWORD_GRANT", value_parser = boolean)]
    allow_password_grant: bool,

    /// Take an assertion by which a client proves who it is once. Clients such as MSAL show one again until it ends, as Entra lets them
    #[arg(long, env = "ROSTER_SINGLE_USE_ASSERTIONS", value_parser = boolean)]
    single_use_assertions: bool,

    /// The memory that the bodies of all requests under way may have together, in MB
    #[arg(long, value_name = "MB", env = "ROSTER_BODY_MEMORY", default_value_t = http::state::Settings::BODY_MEMORY >> 20,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=1 << 20))]
    body_memory: usize,

    /// The size of the write-ahead log, in pages of 4 KB, at which its pages begin to be moved into the database
    #[arg(long, hide = true, value_name = "PAGES", default_value_t = LOG_PAGES)]
    log_pages: u32,

    /// Members of a group up to which they are counted each time; the count of a larger group is kept
    #[arg(long, hide = true, value_name = "MEMBERS", default_value_t = LARGEST_UNCOUNTED)]
    largest_uncounted: u32,

    /// Objects up to which all are looked at to find some; more are indexed
    #[arg(long, hide = true, value_name = "OBJECTS", default_value_t = LARGEST_SCANNED)]
    largest_scanned: u32,

    /// The form of the log on standard error
    #[arg(long, env = "ROSTER_LOG", value_enum, default_value = "text")]
    pub(super) log: Format,

    /// The form of the line on standard output that tells where the server listens
    #[arg(long, env = "ROSTER_FORMAT", value_enum, default_value = "text")]
    format: Format,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Error> {
        let tls = self.tls()?;
        let sample = if self.sample { Some(sample_secret(self.sample_secret)?) } else { None };
        // A folder that goes away with the process is removed whenever that is told to end.
        let early = self.ephemeral.then(server::stop_signal);
        let folder = if self.ephemeral { Folder::ephemeral()? } else { self.data.folder()? };
        let path = folder.path().to_owned();
        let settings = Settings {
            listen: match self.listen {
                Choice::Off => None,
                Choice::On(listen) => Some(listen),
            },
            tls,
            sample,
            domains: self.domains,
            allow_remote: self.allow_remote,
            public_url: self.public_url,
            policy: Policy { exchange_managed_groups: self.exchange_managed_groups, roles: self.roles },
            sign_in: self.sign_in,
            allow_password_grant: self.allow_password_grant,
            single_use_assertions: self.single_use_assertions,
            body_memory: self.body_memory << 20,
            store: Options {
                log_pages: self.log_pages,
                largest_uncounted: self.largest_uncounted,
                index: IndexOptions { largest_scanned: self.largest_scanned, ..IndexOptions::default() },
                ..Options::default()
            },
        };
        let server = Server::start(folder, settings).await.map_err(|error| error.opening(&path))?;
        let stop = early.unwrap_or_else(server::stop_signal);
        announce(&server, self.format);
        server.serve(stop).await
    }

    fn tls(&self) -> Result<Option<TlsSettings>, Error> {
        let listen = match &self.listen_tls {
            Some(Choice::Off) => return Ok(None),
            Some(Choice::On(listen)) => listen.clone(),
            None => TLS.parse().map_err(|error: &str| Error::Usage(error.into()))?,
        };
        let source = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Source::Own { certificate: certificate.clone(), key: key.clone() }
            }
            _ => {
                let names = listen.name().into_iter().chain(self.tls_names.iter().cloned()).collect();
                Source::Development { ca_folder: self.ca_dir.clone(), names }
            }
        };
        // Who asks for nothing of it gets it where it is to be had.
        let is_asked_for = self.listen_tls.is_some() || self.tls_cert.is_some() || !self.tls_names.is_empty();
        let is_optional = !is_asked_for && self.ca_dir.is_none() && self.listen != Choice::Off;
        Ok(Some(TlsSettings { listen, is_optional, source }))
    }
}

fn sample_secret(given: Option<Secret>) -> Result<Secret, Error> {
    let secret = given.unwrap_or_else(sample::public_secret);
    if secret.reveal().chars().count() < SECRET {
        return Err(Error::Usage(format!(
            "the secret of --sample-secret must have {SECRET} characters at least"
        )));
    }
    Ok(secret)
}

/// Says on standard output where the server listens. A thread of its own does, which may wait for ever where that is a pipe
/// that isn't read. Neither that nor a closed one keeps the server from serving.
fn announce(server: &Server, format: Format) {
    let (urls, tenant, folder) = (server.urls(), server.tenant().to_string(), server.folder().display());
    let text = match format {
        Format::Text => format!(
            "Roster listens on {}{} (tenant {tenant}, data in {folder})\nBase URL: {}\nDocumentation: {}{}",
            urls.origin,
            urls.tls_origin
                .as_ref()
                .filter(|tls| **tls != urls.origin)
                .map_or_else(String::new, |tls| format!(" and {tls}")),
            urls.base,
            urls.docs,
            urls.ca.as_ref().map_or_else(String::new, |ca| format!("\nCA of https: {}", ca.display())),
        ),
        Format::Json => json!({
            "url": urls.origin,
            "tenant": tenant,
            "dataFolder": folder.to_string(),
            "baseUrl": urls.base,
            "docs": urls.docs,
            "tlsUrl": urls.tls_origin,
            "ca": urls.ca.as_ref().map(|ca| ca.display().to_string()),
        })
        .to_string(),
    };
    let failed = |error: &dyn Display| tracing::warn!(%error, "where the server listens can't be told");
    let found = server.sample();
    let tell = move || {
        print(text).unwrap_or_else(|error| failed(&error));
        // Where both are one stream, as in a terminal, the address comes first.
        warn_of_sample(found);
    };
    if let Err(error) = thread::Builder::new().name("announcement".into()).spawn(tell) {
        failed(&error);
    }
}

fn warn_of_sample(found: SampleFound) {
    match found {
        SampleFound::AsExpected => {}
        SampleFound::NotEmpty => {
            tracing::warn!("--sample filled nothing in: the directory isn't empty, and has no sample");
        }
        SampleFound::WithOtherSecret => {
            tracing::warn!(
                "--sample-secret changed nothing: the sample is there already, with another secret; `roster app rotate-secret` makes a new one"
            );
        }
    }
}

/// The name or the address of a machine, as certificates have it.
fn host(text: &str) -> Result<String, &'static str> {
    const EXPECTED: &str = "a name such as directory.example, or an address such as 192.0.2.7";
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(address.to_string());
    }
    match Host::parse(text) {
        Ok(Host::Domain(name)) => Ok(name),
        _ => Err(EXPECTED),
    }
}
