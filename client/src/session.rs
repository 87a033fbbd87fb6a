//! What a client carries besides its base URL: where its tokens come from, and how often it tries.

use crate::Client;
use futures::future::BoxFuture;
use std::{fmt, sync::Arc, time::Duration};

/// How long a request may take, each try by itself.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How often a request that was answered 429 or 503 is sent again.
const RETRIES: u32 = 3;

/// Why a source has no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenError(pub String);

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no token: {}", self.0)
    }
}

impl std::error::Error for TokenError {}

/// Where access tokens come from. It is asked before each request, and keeps what is still good.
pub trait TokenSource: Send + Sync {
    /// A token that is good now, without `Bearer`.
    fn token(&self) -> BoxFuture<'_, Result<String, TokenError>>;
}

/// One token, as it is.
pub struct StaticToken(String);

impl TokenSource for StaticToken {
    fn token(&self) -> BoxFuture<'_, Result<String, TokenError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

impl From<&str> for StaticToken {
    fn from(token: &str) -> Self {
        Self(token.into())
    }
}

impl From<String> for StaticToken {
    fn from(token: String) -> Self {
        Self(token)
    }
}

/// What a client carries besides its base URL.
#[derive(Clone)]
pub struct Session {
    pub(crate) tokens: Arc<dyn TokenSource>,
    pub(crate) retries: u32,
}

impl Session {
    /// A session whose tokens come from this source.
    pub fn new(tokens: impl TokenSource + 'static) -> Self {
        Self { tokens: Arc::new(tokens), retries: RETRIES }
    }

    /// How often a request that was answered 429 or 503 is sent again: 3 times where this isn't said.
    #[must_use]
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("retries", &self.retries).finish_non_exhaustive()
    }
}

/// A client of the Graph at this base URL (`https://graph.microsoft.com/v1.0`, or a Roster's) with one token.
/// `Client::new_with_client` takes a session and an HTTP client of one's own.
///
/// # Errors
/// Where no HTTP client can be made, for lack of TLS roots, say.
pub fn connect(base_url: &str, token: impl Into<StaticToken>) -> reqwest::Result<Client> {
    // Graph redirects nobody: what does is something else on the way.
    let no_redirects = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(no_redirects).build()?;
    Ok(Client::new_with_client(base_url, http, Session::new(token.into())))
}
