//! What a client carries besides its base URL: where its tokens come from, and how often it tries.

use crate::{Client, TokenError, Transport, hooks, transport::RETRIES};
use futures::future::BoxFuture;
use progenitor_client::ClientInfo;
use std::{fmt, sync::Arc, time::Duration};

/// How long a request may take, each try by itself.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where access tokens come from. It is asked before each request, and keeps what is still good.
pub trait TokenSource: Send + Sync {
    /// A token that is good now, without `Bearer`. What must be asked for it is sent by the client's own transport.
    fn token<'a>(&'a self, transport: Transport<'a>) -> BoxFuture<'a, Result<String, TokenError>>;

    /// Drops this token, if it is kept: a request with it was answered 401. If the source has another one then, the request is
    /// sent once more.
    fn forget<'a>(&'a self, _refused: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// One token, as it is.
pub struct StaticToken(String);

impl TokenSource for StaticToken {
    fn token<'a>(&'a self, _: Transport<'a>) -> BoxFuture<'a, Result<String, TokenError>> {
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

/// A client of the Graph at this base URL (`https://graph.microsoft.com/v1.0`, or a Roster's) with one token, which somebody
/// else got. [`connect_with`] takes a source of tokens.
///
/// # Errors
/// Where no HTTP client can be made, for lack of TLS roots, say.
pub fn connect(base_url: &str, token: impl Into<StaticToken>) -> reqwest::Result<Client> {
    connect_with(base_url, token.into())
}

/// A client of the Graph at this base URL whose tokens come from this source, such as
/// [`ClientCredentials`](crate::ClientCredentials). No request is sent yet: [`Client::token`] tells whether there is a token.
///
/// `Client::new_with_client` takes a [`Session`] and an HTTP client of one's own.
///
/// # Errors
/// Where no HTTP client can be made, for lack of TLS roots, say.
pub fn connect_with(base_url: &str, tokens: impl TokenSource + 'static) -> reqwest::Result<Client> {
    Ok(Client::new_with_client(base_url, http_client()?, Session::new(tokens)))
}

/// The HTTP client that [`connect_with`] uses, for what comes before it, such as [`DeviceCode`](crate::DeviceCode).
///
/// # Errors
/// Where no HTTP client can be made, for lack of TLS roots, say.
pub fn http_client() -> reqwest::Result<reqwest::Client> {
    // Graph never redirects: what does is something else on the way.
    reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build()
}

impl Client {
    /// The token that the next request would be sent with.
    ///
    /// # Errors
    /// What the authority said where it refuses one. An operation fails with the same in words, as
    /// [`Error::Custom`](crate::Error::Custom).
    pub async fn token(&self) -> Result<String, TokenError> {
        self.inner().tokens.token(hooks::transport(self)).await
    }
}
