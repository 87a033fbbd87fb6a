//! A server as the commands start it: folder, store, state, listener.

use super::{
    Error, complete_tenants, keys,
    listening::{self, Bound, Listen},
    open_store,
    tls::{self, Followed},
};
use crate::{
    auth::secrets::Secret,
    data_folder::{self, Folder, ServerLock},
    directory::{Policy, deleted_items, purging::Purging, sample, well_known_applications},
    http::{
        self,
        state::{self, Addresses, AppState, SignInMode, SignInSettings},
        transport::{self, Endpoint, Limits},
    },
    model::{clock::Clock, domains::DomainName, ids::TenantId},
    store::{
        self, DynamicGroupOptions, IndexOptions, Indexing, MigrationLock, Older, Options, Progress,
        RuleFollowing, Store, Tenant, WriteTx, changes, domains,
    },
};
use std::{
    future::Future,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{task, time::MissedTickBehavior};
use url::{Host, Url};

/// How often deleted objects are looked through for what is to be purged.
const PURGE_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// After how long what is unfinished is tried again that failed for the time being.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// How often the change log is shortened.
const SHORTEN_INTERVAL: Duration = Duration::from_secs(60);

/// Files that are kept for other things than connections: the database's above all.
const OTHER_FILES: u64 = 64;

/// Connections that a server takes however few files the system gives it.
const LEAST_CONNECTIONS: usize = 8;

/// How a server is started.
pub(super) struct Settings {
    /// For plain HTTP.
    pub listen: Option<Listen>,
    pub tls: Option<TlsSettings>,
    /// The secret of the sample's applications. `None`: an empty directory isn't filled.
    pub sample: Option<Secret>,
    pub domains: Vec<DomainName>,
    pub allow_remote: bool,
    pub public_url: Option<String>,
    pub policy: Policy,
    /// How people sign in. `None`: by choosing an account where only this machine reaches a server for tests, else by password.
    pub sign_in: Option<SignInMode>,
    pub allow_password_grant: bool,
    pub single_use_assertions: bool,
    pub body_memory: usize,
    pub store: Options,
}

/// How a server speaks TLS.
pub(super) struct TlsSettings {
    pub listen: Listen,
    /// Whether the server does without it where it can't listen there.
    pub is_optional: bool,
    pub source: tls::Source,
}

/// A server that listens, and answers once [`Server::serve`] runs.
pub(super) struct Server {
    folder: Folder,
    _lock: ServerLock,
    store: Store,
    state: AppState,
    tenant: Tenant,
    endpoints: Vec<Endpoint>,
    certificate: Option<Followed>,
    urls: Urls,
    sample: SampleFound,
    limits: Limits,
}

/// The addresses that users of a server need.
#[derive(Debug, Clone)]
pub(super) struct Urls {
    /// The origin at which it listens, for plain HTTP if it does.
    pub origin: String,
    /// The origin at which it listens for TLS.
    pub tls_origin: Option<String>,
    /// The certificate of the development CA, which clients have to trust for TLS.
    pub ca: Option<PathBuf>,
    /// What SDKs call the base URL.
    pub base: String,
    /// The documentation.
    pub docs: String,
}

/// What a start that was to fill an empty directory with the sample found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleFound {
    /// Nothing that it would have to say anything of.
    AsExpected,
    /// The sample is there, with another secret than the one that was given.
    WithOtherSecret,
    /// Something else is there.
    NotEmpty,
}

impl Server {
    /// Starts a server. What can be refused is refused before anything is made.
    pub(super) async fn start(folder: Folder, settings: Settings) -> Result<Self, Error> {
        let listening = Listening::find(&settings).await?;
        if let Some(tls) = &settings.tls {
            tls::check(&tls.source, Clock::default().now())?;
        }
        let fills_publicly = settings.sample.as_ref().is_some_and(sample::is_public);
        check_reach(&settings, &listening, fills_publicly && !Store::is_in(folder.path()))?;
        let (plain, secure) = listening.bind(&settings)?;
        folder.make()?;
        let (lock, store) = open(&folder, settings.store.clone())?;
        complete_tenants(&store).await?;
        // Beside what follows: at the start of a process the random source takes its time.
        let certificate = settings.tls.as_ref().filter(|_| secure.is_some()).map(|tls| {
            let (source, folder, now) = (tls.source.clone(), folder.path().to_owned(), store.clock().now());
            task::spawn_blocking(move || Followed::start(source, &folder, now))
        });
        let is_empty = store.tenants(1).await?.is_empty();
        let is_public =
            is_empty && fills_publicly || store.has_secret(sample::public_secret().digest()).await?;
        check_reach(&settings, &listening, is_public)?;
        let tenant = first_tenant(&store, &settings).await?;
        let sample = find_sample(&store, settings.sample.as_ref()).await?;
        let certificate = match certificate {
            Some(started) => Some(started.await.map_err(|_| Error::Usage("TLS can't be started".into()))??),
            None => None,
        };
        let urls = Urls::new(&settings, &folder, (plain.as_ref(), secure.as_ref()), is_public)?;
        let load_keys = folder.load_keys();
        let is_local = !settings.allow_remote && settings.public_url.is_none();
        let is_for_tests = settings.sample.is_some() || folder.is_ephemeral();
        let default = if is_local && is_for_tests { SignInMode::Picker } else { SignInMode::Password };
        let mode = settings.sign_in.unwrap_or(default);
        let http = state::Settings {
            policy: settings.policy,
            sign_in: SignInSettings {
                mode,
                allows_password_grant: settings.allow_password_grant,
                takes_assertions_once: settings.single_use_assertions,
            },
            names: settings.tls.as_ref().map(|tls| tls.source.names().to_vec()).unwrap_or_default(),
            public_url: settings.public_url,
            // Else a page from elsewhere could choose an account by a name of its own for this machine.
            loopback_only: is_public || is_local && mode == SignInMode::Picker,
            body_memory: settings.body_memory,
            ..state::Settings::default()
        };
        let address = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.address);
        let addresses = Addresses { http: address(&plain), https: address(&secure) };
        let state = AppState::new(store.clone(), load_keys, addresses, http);
        let endpoints = endpoints(plain, secure, certificate.as_ref());
        let limits = limits();
        Ok(Self { folder, _lock: lock, store, state, tenant, endpoints, certificate, urls, sample, limits })
    }

    pub(super) fn urls(&self) -> &Urls {
        &self.urls
    }

    /// What was found where the sample was asked for.
    pub(super) fn sample(&self) -> SampleFound {
        self.sample
    }

    /// The oldest tenant.
    pub(super) fn tenant(&self) -> TenantId {
        self.tenant.id
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Answers requests until `stop` is done, and ends when what is under way is answered.
    pub(super) async fn serve(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let (folder, clock) = (self.folder.path().to_owned(), self.store.clock().clone());
        let keys = tokio::spawn(keys::follow(self.state.clone(), folder, clock));
        let certificate = tokio::spawn(follow(self.certificate, self.store.clock().clone()));
        let purge = tokio::spawn(purge(self.store.clone()));
        let finish = tokio::spawn(finish(self.store.clone()));
        let clear = tokio::spawn(clear(self.store.clone()));
        let shorten = tokio::spawn(shorten(self.store.clone()));
        let served = transport::serve(self.endpoints, http::app(self.state), self.limits, stop).await;
        keys.abort();
        certificate.abort();
        purge.abort();
        finish.abort();
        clear.abort();
        shorten.abort();
        drop(self.store);
        served.map_err(|error| Error::Io("starting a thread".into(), error))
    }
}

impl Urls {
    fn new(
        settings: &Settings,
        folder: &Folder,
        (plain, secure): (Option<&Bound>, Option<&Bound>),
        loopback_only: bool,
    ) -> Result<Self, Error> {
        let host = |bound: &Bound| bound.host(loopback_only);
        let tls_origin = secure.map(|bound| format!("https://{}", host(bound)));
        let origin = plain.map(|bound| format!("http://{}", host(bound))).or_else(|| tls_origin.clone());
        let reachable = match (plain, secure) {
            (Some(bound), _) => format!("http://{}", bound.reachable_host(loopback_only)),
            (None, Some(bound)) => format!("https://{}", bound.reachable_host(loopback_only)),
            (None, None) => return Err(nowhere()),
        };
        let outside = settings.public_url.clone().unwrap_or(reachable);
        let ca = settings.tls.as_ref().filter(|_| secure.is_some()).and_then(|tls| tls.source.ca(folder));
        let (base, docs) = (format!("{outside}/v1.0"), format!("{outside}/docs"));
        Ok(Self { origin: origin.ok_or_else(nowhere)?, tls_origin, ca, base, docs })
    }
}

fn nowhere() -> Error {
    Error::Usage("the server is to listen nowhere: leave out `off` of --listen or --listen-tls".into())
}

/// The addresses at which a server is to listen.
struct Listening {
    plain: Vec<SocketAddr>,
    secure: Vec<SocketAddr>,
}

impl Listening {
    async fn find(settings: &Settings) -> Result<Self, Error> {
        if settings.listen.is_none() && settings.tls.is_none() {
            return Err(nowhere());
        }
        let plain = match &settings.listen {
            Some(listen) => listen.addresses().await?,
            None => Vec::new(),
        };
        let secure = match &settings.tls {
            Some(tls) if tls.is_optional => tls.listen.addresses().await.unwrap_or_default(),
            Some(tls) => tls.listen.addresses().await?,
            None => Vec::new(),
        };
        Ok(Self { plain, secure })
    }

    /// Listens: for plain HTTP, and for TLS.
    fn bind(&self, settings: &Settings) -> Result<(Option<Bound>, Option<Bound>), Error> {
        let plain =
            settings.listen.as_ref().map(|listen| listening::bind(listen, &self.plain)).transpose()?;
        let Some(tls) = settings.tls.as_ref().filter(|_| !self.secure.is_empty()) else {
            return Ok((plain, None));
        };
        match listening::bind(&tls.listen, &self.secure) {
            Ok(secure) => Ok((plain, Some(secure))),
            Err(Error::Io(_, error)) if tls.is_optional && error.kind() == io::ErrorKind::AddrInUse => {
                tracing::warn!(
                    "nothing is served by https: another program listens at its port; choose one with --listen-tls, or off"
                );
                Ok((plain, None))
            }
            Err(error) => Err(error),
        }
    }
}

fn endpoints(plain: Option<Bound>, secure: Option<Bound>, certificate: Option<&Followed>) -> Vec<Endpoint> {
    let plain = plain.into_iter().flat_map(|bound| bound.sockets).map(Endpoint::plain);
    let secure = secure.into_iter().flat_map(|bound| bound.sockets).zip(std::iter::repeat(certificate));
    let secure =
        secure.filter_map(|(socket, certificate)| Some(Endpoint::tls(socket, certificate?.settings())));
    plain.chain(secure).collect()
}

/// Keeps the certificate up to date, where there is one.
async fn follow(certificate: Option<Followed>, clock: Clock) {
    if let Some(certificate) = certificate {
        certificate.follow(clock).await;
    }
}

/// Takes the folder, and opens the directory in it. One of an older version is brought up to date, as no other server runs on it.
fn open(folder: &Folder, options: Options) -> Result<(ServerLock, Store), Error> {
    let migrations = MigrationLock::take(folder.path())?;
    let lock = folder.lock(&migrations)?;
    folder.remove_new_files()?;
    data_folder::forget_ended_keys(&migrations, Clock::default().now())?;
    // A key that can't be used is found now; one that must be made is made off the path to the first answer.
    data_folder::existing_keys(folder.path())?;
    let index = IndexOptions { indexing: Indexing::Followed, ..options.index };
    let dynamic_groups = DynamicGroupOptions { following: RuleFollowing::Followed, ..options.dynamic_groups };
    let options = Options { older: Older::Migrate, index, dynamic_groups, ..options };
    let store = open_store(folder, &migrations, options)?;
    Ok((lock, store))
}

/// A connection is a file, of which many systems give a process a thousand, and more when it asks: what it gets then
/// limits the connections, so that the database never lacks one.
fn limits() -> Limits {
    let limits = Limits::default();
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "how many files may be open can't be found out");
        u64::MAX
    });
    let connections = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
    Limits { connections: limits.connections.min(connections.max(LEAST_CONNECTIONS)), ..limits }
}

/// Looks every hour for what was deleted long ago, and purges it.
async fn purge(store: Store) {
    let mut hourly = tokio::time::interval(PURGE_INTERVAL);
    hourly.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut purging = Purging::default();
    loop {
        hourly.tick().await;
        if let Some(deleted_before) = purging.deleted_before(store.clock().now()) {
            in_batches("purging deleted objects", || store.purge(deleted_before)).await;
        }
    }
}

/// Finishes deletions, restorations and purges of objects with very many pairs: now, whenever one is left, and every hour, as commands
/// are processes of their own.
async fn finish(store: Store) {
    let mut hourly = tokio::time::interval(PURGE_INTERVAL);
    hourly.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = hourly.tick() => {}
            () = store.left_unfinished() => {}
        }
        while !finish_all(&store).await {
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    }
}

/// `false`: a later try may well do the rest.
async fn finish_all(store: &Store) -> bool {
    // Pairs of a purged object may still have to be set aside.
    in_batches("finishing deletions", || store.finish_deletions()).await
        && in_batches("finishing restorations", || store.finish_restorations(deleted_items::STILL_FITS)).await
        && in_batches("finishing purges", || store.finish_purges()).await
}

/// Takes away what deleted tenants held, now and every hour: the command that deletes one may be killed over it.
async fn clear(store: Store) {
    let mut hourly = tokio::time::interval(PURGE_INTERVAL);
    hourly.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hourly.tick().await;
        in_batches("taking away what deleted tenants held", || store.clear_deleted_tenants()).await;
    }
}

/// Shortens the change log, now and every minute.
async fn shorten(store: Store) {
    let mut interval = tokio::time::interval(SHORTEN_INTERVAL);
    loop {
        interval.tick().await;
        in_batches("shortening the change log", || store.shorten_changes(changes::KEPT)).await;
    }
}

/// Does something a batch at a time, until all is done or one fails: other writes go between. `false`: a
/// later try may well do the rest.
pub(super) async fn in_batches<F: Future<Output = Result<Progress, store::Error>>>(
    what: &str,
    batch: impl Fn() -> F,
) -> bool {
    loop {
        match batch().await {
            Ok(Progress::Unfinished) => {}
            Ok(Progress::Finished) => return true,
            Err(error) => {
                tracing::warn!(%error, "{what} goes on later");
                return !error.is_passing();
            }
        }
    }
}

/// The oldest tenant, with all domains of the settings; none is added where one is another tenant's. A new directory gets a
/// tenant, the sample's where that was asked for, and the first of the domains is its default.
async fn first_tenant(store: &Store, settings: &Settings) -> Result<Tenant, Error> {
    let id = settings.sample.as_ref().map_or_else(TenantId::random, |_| sample::TENANT);
    let (secret, domains) = (settings.sample.clone(), settings.domains.clone());
    let fill = move |tx: &WriteTx<'_>| {
        match &secret {
            Some(secret) => sample::fill_with(tx, secret)?,
            None => well_known_applications::give(tx)?,
        }
        refuse_taken(domains::give(tx, &domains)?)
    };
    // Nothing is written where nothing is new: a full disk has room for a start.
    let tenant = match store.tenants(1).await?.first() {
        Some(first) => *first,
        None => store.first_tenant(id, fill).await?,
    };
    let known = store.tenant(tenant).read(domains::all).await?;
    let domains: Vec<_> = settings.domains.iter().filter(|domain| !known.contains(domain)).cloned().collect();
    if !domains.is_empty() {
        let add = move |tx: &WriteTx<'_>| refuse_taken(domains::add_all(tx, &domains)?);
        store.tenant(tenant).write(add).await?;
    }
    Ok(tenant)
}

fn refuse_taken(taken: Option<&DomainName>) -> Result<(), Error> {
    taken.map_or(Ok(()), |domain| Err(Error::DomainTaken(domain.clone())))
}

async fn find_sample(store: &Store, asked_for: Option<&Secret>) -> Result<SampleFound, Error> {
    let Some(secret) = asked_for else { return Ok(SampleFound::AsExpected) };
    Ok(match store.find_tenant(sample::TENANT).await? {
        None => SampleFound::NotEmpty,
        // Whoever gives none wants a directory with the sample, as it is.
        Some(_) if sample::is_public(secret) || store.has_secret(secret.digest()).await? => {
            SampleFound::AsExpected
        }
        Some(_) => SampleFound::WithOtherSecret,
    })
}

/// A client that reaches the server gets tokens only with a secret; the sample's is public, unless it was given another.
fn check_reach(settings: &Settings, listening: &Listening, has_public_secret: bool) -> Result<(), Error> {
    let url = settings.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    let is_known_outside = url.is_some_and(|url| match url.host() {
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        Some(Host::Domain(name)) => name != "localhost",
        None => false,
    });
    let remote =
        |addresses: &[SocketAddr]| addresses.iter().copied().find(|address| !address.ip().is_loopback());
    let (plain, secure) = (remote(&listening.plain), remote(&listening.secure));
    if has_public_secret && (plain.or(secure).is_some() || is_known_outside) {
        let message = "the sample's secret is public: a server with it listens only on loopback addresses. Give a new directory \
                       another one with --sample-secret; in one that is there, make new ones for the applications `sample` and \
                       `sample-all` with `roster app rotate-secret`";
        return Err(Error::Usage(message.into()));
    }
    let is_meant = "add --allow-remote if that is meant";
    match (plain, secure) {
        _ if settings.allow_remote => Ok(()),
        (Some(address), _) => Err(Error::Usage(format!(
            "{address} can be reached from other machines, without TLS: {is_meant}"
        ))),
        (None, Some(address)) => {
            Err(Error::Usage(format!("{address} can be reached from other machines: {is_meant}")))
        }
        (None, None) => Ok(()),
    }
}

/// Done at Ctrl-C, SIGTERM or SIGHUP.
pub(super) fn stop_signal() -> impl Future<Output = ()> {
    // Heard from now on, not only once it is waited for.
    let (mut interrupt, mut terminate, mut hangup) =
        (Signal::interrupt(), Signal::terminate(), Signal::hangup());
    async move {
        tokio::select! {
            () = interrupt.heard() => {}
            () = terminate.heard() => {}
            () = hangup.heard() => {}
        }
    }
}

/// A signal that this process listens for. Where it can't be, it is never heard.
#[cfg(unix)]
struct Signal(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signal {
    fn interrupt() -> Self {
        Self(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).ok())
    }

    fn terminate() -> Self {
        Self(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok())
    }

    /// The end of the terminal. Whoever has it ignored, as `nohup` does, means the server to live on.
    fn hangup() -> Self {
        let kind = tokio::signal::unix::SignalKind::hangup();
        Self(if hangup_is_ignored() { None } else { tokio::signal::unix::signal(kind).ok() })
    }

    async fn heard(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// Whether SIGHUP was ignored when this process was started. Where the system doesn't tell, nothing is changed.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // One bit for each signal, of which SIGHUP is the first.
    ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).is_none_or(|set| set & 1 == 1)
}

/// A signal that this process listens for: only Ctrl-C, where there are no others.
#[cfg(not(unix))]
struct Signal(bool);

#[cfg(not(unix))]
impl Signal {
    fn interrupt() -> Self {
        Self(true)
    }

    fn terminate() -> Self {
        Self(false)
    }

    fn hangup() -> Self {
        Self(false)
    }

    async fn heard(&mut self) {
        if !self.0 || tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
