//! A server as the commands start it: folder, store, state, listener.

use super::{Error, open_store};
use crate::{
    directory::{Policy, purging::Purging, sample},
    http::{
        self, AppState,
        transport::{self, Limits},
    },
    model::{domains::DomainName, ids::TenantId},
    store::{
        self, Options, Piece, Store, Tenant, WriteTx, changes,
        domains::Given,
        folder::{self, Folder, ServerLock},
    },
};
use std::{future::Future, io, net::SocketAddr, path::Path, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    time::MissedTickBehavior,
};
use url::{Host, Url};

/// How often deleted objects are looked through for what is to be purged.
const PURGE_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// How often the change log is shortened.
const SHORTEN_INTERVAL: Duration = Duration::from_secs(60);

/// Files that are kept for other things than connections: the database's above all.
const OTHER_FILES: u64 = 64;

/// Clients that wait in the system's queue at most, where the system allows so many. Whom it turns away tries again only
/// after a second.
const QUEUE: u32 = 4096;

/// Connections that a server takes however few files the system gives it.
const LEAST_CONNECTIONS: usize = 8;

/// How a server is started.
pub(super) struct Settings {
    pub listen: SocketAddr,
    pub sample: bool,
    pub domains: Vec<DomainName>,
    pub allow_remote: bool,
    pub public_url: Option<String>,
    pub policy: Policy,
    pub body_memory: usize,
    pub store: Options,
}

/// A server that listens, and answers once [`Server::serve`] runs.
pub(super) struct Server {
    folder: Folder,
    _lock: ServerLock,
    store: Store,
    state: AppState,
    tenant: Tenant,
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
}

impl Server {
    pub(super) async fn start(folder: Folder, settings: Settings) -> Result<Self, Error> {
        // Looked at before anything is made, and again once it is known what is there.
        check_address(&settings, settings.sample)?;
        let lock = folder.lock()?;
        // A key that can't be used is found now; one that must be made is made off the path to the first answer.
        folder::existing_keys(folder.path())?;
        let store = open_store(&folder, settings.store.clone())?;
        let tenant = first_tenant(&store, &settings).await?;
        let has_sample = store.find_tenant(sample::TENANT).await?.is_some();
        check_address(&settings, has_sample)?;
        let failed = |error| Error::Io(format!("listening on {}", settings.listen), error);
        let listener = listen(settings.listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let path = folder.path().to_owned();
        let http = http::Settings {
            policy: settings.policy,
            public_url: settings.public_url,
            loopback_only: has_sample,
            body_memory: settings.body_memory,
            ..http::Settings::default()
        };
        let state = AppState::new(store.clone(), path, address, http);
        Ok(Self { folder, _lock: lock, store, state, tenant, listener, address, limits: limits() })
    }

    /// The origin of its URLs.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
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
        // What needs the keys waits for them.
        let state = self.state.clone();
        let keys = tokio::spawn(async move {
            if let Err(error) = state.keys().await {
                tracing::error!(%error, "the signing key can't be used: no token is accepted");
            }
        });
        let purge = tokio::spawn(purge(self.store.clone()));
        let shorten = tokio::spawn(shorten(self.store.clone()));
        let served = transport::serve(self.listener, http::app(self.state), self.limits, stop).await;
        keys.abort();
        purge.abort();
        shorten.abort();
        drop(self.store);
        served.map_err(|error| Error::Io("starting a thread".into(), error))
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows it would let another process take the address.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
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
            in_pieces("purging deleted objects", || store.purge(deleted_before)).await;
        }
    }
}

/// Shortens the change log, now and every minute.
async fn shorten(store: Store) {
    let mut interval = tokio::time::interval(SHORTEN_INTERVAL);
    loop {
        interval.tick().await;
        in_pieces("shortening the change log", || store.shorten_changes(changes::KEPT)).await;
    }
}

/// Does something a piece at a time, until all is done or one fails: other writes go between.
async fn in_pieces<F: Future<Output = Result<Piece, store::Error>>>(what: &str, piece: impl Fn() -> F) {
    loop {
        match piece().await {
            Ok(Piece::Unfinished) => {}
            Ok(Piece::Finished) => break,
            Err(error) => {
                tracing::warn!(%error, "{what} goes on later");
                break;
            }
        }
    }
}

/// The oldest tenant, with the domains of the settings. A new directory gets one, the sample's where that was asked for.
async fn first_tenant(store: &Store, settings: &Settings) -> Result<Tenant, Error> {
    let tenant = if settings.sample {
        store.first_tenant(sample::TENANT, sample::fill).await?
    } else {
        let domains = settings.domains.clone();
        let give = move |tx: &WriteTx<'_>| store::domains::give(tx, &domains).map(drop);
        store.first_tenant(TenantId::random(), give).await?
    };
    for domain in &settings.domains {
        if store.add_domain(tenant, domain.clone()).await? == Given::Taken {
            return Err(Error::DomainTaken(domain.clone()));
        }
    }
    Ok(tenant)
}

/// Who reaches the server gets tokens only with a secret; the sample's is public.
fn check_address(settings: &Settings, has_sample: bool) -> Result<(), Error> {
    let url = settings.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    let public = url.is_some_and(|url| match url.host() {
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        Some(Host::Domain(name)) => name != "localhost",
        None => false,
    });
    let remote = !settings.listen.ip().is_loopback();
    if has_sample && (remote || public) {
        let message =
            "the sample's secret is public: a server with the sample listens on loopback addresses alone";
        return Err(Error::Impossible(message.into()));
    }
    if remote && !settings.allow_remote {
        let message = format!(
            "{} can be reached from other machines, without TLS: add --allow-remote if that is meant",
            settings.listen
        );
        return Err(Error::Impossible(message));
    }
    Ok(())
}

/// Done at Ctrl-C or SIGTERM.
pub(super) fn stop_signal() -> impl Future<Output = ()> {
    // Heard from now on, not only once it is waited for.
    let (mut interrupt, mut terminate) = (Signal::interrupt(), Signal::terminate());
    async move {
        tokio::select! {
            () = interrupt.heard() => {}
            () = terminate.heard() => {}
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

    async fn heard(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// A signal that this process listens for: Ctrl-C alone, where there are no others.
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

    async fn heard(&mut self) {
        if !self.0 || tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
