//! What handlers share: the store, the keys, and what an operator decided.

use super::{
    body::{BodyBudget, STALL_TIME},
    errors::{Failure, RequestFault},
    origin::Origin,
    password_thread::PasswordThread,
    sign_in_attempts::SignInAttempts,
};
use crate::{auth::keys::Keys, directory::Policy, store::Store};
use axum::http::uri::Scheme;
use std::{
    error::Error,
    net::SocketAddr,
    ops::Deref,
    str::FromStr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{sync::OnceCell, task};

/// Why there are no keys.
type NoKeys = Arc<dyn Error + Send + Sync>;

/// Where a server listens, by scheme.
#[derive(Debug, Clone, Copy, Default)]
pub struct Addresses {
    /// For plain HTTP.
    pub http: Option<SocketAddr>,
    /// For HTTP by TLS.
    pub https: Option<SocketAddr>,
}

impl From<SocketAddr> for Addresses {
    /// That of a server that listens for plain HTTP only.
    fn from(address: SocketAddr) -> Self {
        Self { http: Some(address), https: None }
    }
}

/// How people sign in on the server's own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignInMode {
    /// By choosing an account: for tests, where whoever reaches the server may be anybody.
    Picker,
    /// By name and password.
    #[default]
    Password,
}

impl FromStr for SignInMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "picker" => Ok(Self::Picker),
            "password" => Ok(Self::Password),
            _ => Err("either 'picker' or 'password'"),
        }
    }
}

/// What an operator decides about signing in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignInSettings {
    /// How people do it.
    pub mode: SignInMode,
    /// Whether clients may show users' passwords (RFC 6749, 4.3).
    pub allows_password_grant: bool,
    /// Whether a client's assertion counts once (RFC 7523, 3, `jti`). Entra takes it until it ends, and MSAL shows it until then.
    pub takes_assertions_once: bool,
}

impl SignInSettings {
    /// People do it this way, and all else is as it is by default.
    pub const fn by(mode: SignInMode) -> Self {
        Self { mode, allows_password_grant: false, takes_assertions_once: false }
    }

    /// Whether anybody signs in by password, so that passwords are kept.
    pub(super) fn keeps_passwords(self) -> bool {
        self.mode == SignInMode::Password || self.allows_password_grant
    }
}

/// How a server answers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What an operator decides about the rules.
    pub policy: Policy,
    /// What it decides about signing in.
    pub sign_in: SignInSettings,
    /// The origin that clients use, where it isn't the one that they name.
    pub public_url: Option<String>,
    /// Further names of this machine by which clients reach the server by https.
    pub names: Vec<String>,
    /// Whether it answers to loopback names only: for a server whose secrets are public.
    pub loopback_only: bool,
    /// The memory that the bodies of all requests may have together, in bytes. Those of one tenant may have a quarter.
    pub body_memory: usize,
    /// The same for the bodies of large answers, until they are sent.
    pub answer_memory: usize,
    /// How long a body may stall.
    pub body_stall_time: Duration,
}

impl Settings {
    /// The memory that bodies have where nothing else is said: 64 MB.
    pub const BODY_MEMORY: usize = 64 << 20;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            sign_in: SignInSettings::default(),
            public_url: None,
            names: Vec::new(),
            loopback_only: false,
            body_memory: Self::BODY_MEMORY,
            answer_memory: 256 << 20,
            body_stall_time: STALL_TIME,
        }
    }
}

/// What handlers share. Clones are the same.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What the state holds.
pub struct Shared {
    pub(super) store: Store,
    pub(super) policy: Policy,
    pub(super) sign_in: SignInSettings,
    pub(super) passwords: PasswordThread,
    pub(super) sign_in_attempts: SignInAttempts,
    pub(super) public_url: Option<Arc<str>>,
    /// The origins that are this server: what tokens may be for, and references name, besides Graph.
    pub(super) origins: Vec<String>,
    pub(super) loopback_only: bool,
    pub(super) body_budget: BodyBudget,
    pub(super) answer_budget: BodyBudget,
    load_keys: Box<dyn Fn() -> Result<Keys, NoKeys> + Send + Sync>,
    keys: OnceCell<RwLock<Arc<Keys>>>,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    /// The state of a server that listens on these addresses, on this store. `load_keys` reads or makes its keys when they are first
    /// needed, on a thread where it may take its time.
    pub fn new<E: Error + Send + Sync + 'static>(
        store: Store,
        load_keys: impl Fn() -> Result<Keys, E> + Send + Sync + 'static,
        addresses: impl Into<Addresses>,
        settings: Settings,
    ) -> Self {
        let public_url: Option<Arc<str>> = settings.public_url.map(|url| url.trim_end_matches('/').into());
        let origins = match &public_url {
            Some(url) => vec![url.to_string()],
            None => addresses.into().origins(&settings.names),
        };
        Self(Arc::new(Shared {
            store,
            policy: settings.policy,
            sign_in: settings.sign_in,
            passwords: PasswordThread::new(),
            sign_in_attempts: SignInAttempts::default(),
            public_url,
            origins,
            loopback_only: settings.loopback_only,
            body_budget: BodyBudget::new(settings.body_memory, settings.body_stall_time),
            answer_budget: BodyBudget::new(settings.answer_memory, settings.body_stall_time),
            load_keys: Box::new(move || load_keys().map_err(|error| Arc::new(error) as NoKeys)),
            keys: OnceCell::new(),
        }))
    }

    /// The hosts (and ports) that are this server for a caller at this origin.
    pub(super) fn hosts<'a>(&'a self, origin: &'a Origin) -> Vec<&'a str> {
        let own = self.origins.iter().map(String::as_str);
        let origins = [&*origin.links, &*origin.request].into_iter().chain(own);
        origins.map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host)).collect()
    }

    /// The server's keys. The first call reads or makes them, off this thread; calls meanwhile wait for it.
    pub async fn keys(&self) -> Result<Arc<Keys>, Failure> {
        let load = || async { self.read_keys().await.map(RwLock::new) };
        let keys = self.keys.get_or_try_init(load).await?;
        Ok(keys.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Reads the keys anew, which have changed. Where they can't be used, those of before stay in use.
    pub async fn renew_keys(&self) -> Result<(), Failure> {
        let new = self.read_keys().await?;
        if let Some(keys) = self.keys.get() {
            *keys.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Ok(())
    }

    async fn read_keys(&self) -> Result<Arc<Keys>, Failure> {
        let app = self.clone();
        let loaded = task::spawn_blocking(move || (app.load_keys)()).await;
        loaded.map_err(|_| Failure::from(RequestFault::Internal))?.map(Arc::new).map_err(Failure::Keys)
    }
}

impl Addresses {
    fn origins(self, names: &[String]) -> Vec<String> {
        let by_scheme = [(Scheme::HTTP, self.http), (Scheme::HTTPS, self.https)];
        let of_this_machine =
            by_scheme.map(|(scheme, address)| address.map(|address| loopback_origins(&scheme, address)));
        let named = self.https.map(|address| {
            let port = port(&Scheme::HTTPS, address);
            names.iter().map(move |name| format!("https://{name}{port}"))
        });
        let mut origins: Vec<String> = of_this_machine.into_iter().flatten().flatten().collect();
        origins.extend(named.into_iter().flatten());
        origins.dedup();
        origins
    }
}

/// The origins by which this machine reaches a server that listens on this address. None where only other machines reach
/// it: how they call it, a public URL has to say.
fn loopback_origins(scheme: &Scheme, address: SocketAddr) -> Vec<String> {
    let ip = address.ip();
    if !ip.is_loopback() && !ip.is_unspecified() {
        return Vec::new();
    }
    let port = port(scheme, address);
    ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{scheme}://{host}{port}")).into()
}

/// The port of an address as an origin names it: its scheme's own one isn't named (RFC 6454, 6.2).
fn port(scheme: &Scheme, address: SocketAddr) -> String {
    let default = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    if address.port() == default { String::new() } else { format!(":{}", address.port()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_the_loopback_origins_that_it_listens_on_and_by_no_others() {
        let origins = |address: &str| loopback_origins(&Scheme::HTTP, address.parse().unwrap());
        let known = ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"];
        for address in ["127.0.0.1:8080", "127.0.0.2:8080", "[::1]:8080", "0.0.0.0:8080", "[::]:8080"] {
            assert_eq!(origins(address), known, "{address}");
        }
        assert_eq!(origins("127.0.0.1:80"), ["http://127.0.0.1", "http://localhost", "http://[::1]"]);
        assert_eq!(origins("192.0.2.7:8080"), [""; 0]);
        let secure = |address: &str| loopback_origins(&Scheme::HTTPS, address.parse().unwrap());
        assert_eq!(secure("[::]:80"), ["https://127.0.0.1:80", "https://localhost:80", "https://[::1]:80"]);
        assert_eq!(secure("127.0.0.1:443"), ["https://127.0.0.1", "https://localhost", "https://[::1]"]);
    }
}
