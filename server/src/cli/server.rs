//! A server as the commands start it: folder, store, state, listener.

use super::{Error, open_store};
use crate::{
    directory::{Policy, sample},
    http::{self, AppState, listener, listener::Limits},
    model::ids::TenantId,
    store::{Store, Tenant, folder::Folder, folder::ServerLock},
};
use std::{future::Future, io::IsTerminal, net::SocketAddr, path::Path};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Connections that read.
const READERS: usize = 8;

/// How a server is started.
pub(super) struct Settings {
    pub listen: SocketAddr,
    pub sample: bool,
    pub allow_remote: bool,
    pub public_url: Option<String>,
    pub policy: Policy,
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
}

impl Server {
    pub(super) async fn start(folder: Folder, settings: Settings) -> Result<Self, Error> {
        let lock = folder.lock()?;
        let store = open_store(&folder, READERS)?;
        let tenant = first_tenant(&store, settings.sample).await?;
        check_address(&store, &settings).await?;
        let failed = |error| Error::Io(format!("listening on {}", settings.listen), error);
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let path = folder.path().to_owned();
        let state = AppState::new(store.clone(), path, settings.policy, settings.public_url);
        Ok(Self { folder, _lock: lock, store, state, tenant, listener, address })
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

    /// Answers requests until `stop` is done, and ends when all that was accepted is answered.
    pub(super) async fn serve(self, stop: impl Future<Output = ()>) {
        // The keys are made off the path to the first answer; what needs them waits for them.
        let state = self.state.clone();
        let keys = tokio::spawn(async move {
            if let Err(error) = state.keys().await {
                tracing::error!(%error, "the signing key can't be used: no token is accepted");
            }
        });
        listener::serve(self.listener, http::app(self.state), Limits::default(), stop).await;
        keys.abort();
        drop(self.store);
    }
}

/// Makes sure that there is a tenant: a new directory gets one, the sample's where that was asked for.
async fn first_tenant(store: &Store, with_sample: bool) -> Result<Tenant, Error> {
    if let Some(first) = store.tenants(1).await?.first() {
        return Ok(*first);
    }
    let id = if with_sample { sample::TENANT } else { TenantId::random() };
    let Some(tenant) = store.create_tenant(id).await? else {
        return Err(Error::Impossible("another process is making this directory's first tenant".into()));
    };
    if with_sample {
        store.tenant(tenant).write(sample::fill).await?;
    }
    Ok(tenant)
}

/// Who can reach the server can get tokens only with a secret; the sample's is public.
async fn check_address(store: &Store, settings: &Settings) -> Result<(), Error> {
    if settings.listen.ip().is_loopback() {
        return Ok(());
    }
    if store.find_tenant(sample::TENANT).await?.is_some() {
        let message =
            "the sample's secret is public: a server with the sample listens on loopback addresses alone";
        return Err(Error::Impossible(message.into()));
    }
    if !settings.allow_remote {
        let message = format!(
            "{} can be reached from other machines, without TLS: add --allow-remote if that is meant",
            settings.listen
        );
        return Err(Error::Impossible(message));
    }
    Ok(())
}

/// Where the log goes and in which form. Levels by `RUST_LOG`.
pub(super) fn start_log(json: bool, default_level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default_level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails where a log is running already, which then stays.
    let _ =
        if json { log.json().try_init() } else { log.with_ansi(std::io::stderr().is_terminal()).try_init() };
}

/// Done at Ctrl-C or SIGTERM.
pub(super) async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
