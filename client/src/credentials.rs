//! Tokens for an application, by its id and secret: OAuth's client credentials grant (RFC 6749, 4.4).

use crate::{TokenError, TokenSource, Transport};
use futures::future::BoxFuture;
use serde::Deserialize;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// Stands for every permission of Graph's that was granted to the application.
const SCOPE: &str = "https://graph.microsoft.com/.default";

/// How long before its end a token is renewed. One that lives shortly is renewed at half of its time.
const AHEAD: Duration = Duration::from_secs(300);

/// How long a token that is still good stays in use after its renewal failed, before the next try.
const PAUSE: Duration = Duration::from_secs(30);

/// How long requests wait for a renewal while the token is still good.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tokens for an application, from the token endpoint of its tenant. A token is kept and renewed five minutes before it
/// ends. Clones share it, and get one at a time, however many requests wait for it: all of them get that token, or the one
/// failure.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use roster_client::{ClientCredentials, connect_with};
///
/// let authority = "http://127.0.0.1:8080"; // or https://login.microsoftonline.com
/// let tenant = "5a3e0000-0000-4000-8000-000000000000";
/// let application = "5a3e0000-0000-4000-8000-0000000000aa";
/// let credentials =
///     ClientCredentials::new(authority, tenant, application, "sample-secret-which-everybody-knows");
/// let graph = connect_with("http://127.0.0.1:8080/v1.0", credentials)?;
/// graph.token().await?; // fails here where the secret is wrong, say
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientCredentials {
    endpoint: String,
    client_id: String,
    secret: String,
    scope: String,
    held: Arc<Mutex<Held>>,
}

/// What came of the requests for tokens so far.
#[derive(Default)]
struct Held {
    kept: Option<Kept>,
    /// The last failure, and when it was.
    failed: Option<(Instant, TokenError)>,
}

/// A token that was granted.
struct Kept {
    token: String,
    renewal: Instant,
    end: Instant,
}

impl Kept {
    fn is_good(&self) -> bool {
        Instant::now() < self.end
    }
}

/// What the token endpoint answers where it grants one (RFC 6749, 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// In seconds. Where it isn't said, the token is used once.
    #[serde(default)]
    expires_in: u64,
}

/// What it answers where it refuses (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl ClientCredentials {
    /// The application of this client id and secret, in this tenant (its id, or one of its domains) of this authority (an
    /// origin, such as `https://login.microsoftonline.com`).
    pub fn new(authority: &str, tenant: &str, client_id: &str, secret: &str) -> Self {
        Self {
            endpoint: format!("{}/{tenant}/oauth2/v2.0/token", authority.trim_end_matches('/')),
            client_id: client_id.into(),
            secret: secret.into(),
            scope: SCOPE.into(),
            held: Arc::default(),
        }
    }

    /// The same with another scope than `https://graph.microsoft.com/.default`, as Graph's national clouds have it. It shares
    /// no token with the one that it was made of.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        Self { scope: scope.into(), held: Arc::default(), ..self }
    }

    async fn get(&self, transport: Transport<'_>) -> Result<Kept, TokenError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", &self.secret),
            ("scope", &self.scope),
        ];
        let request = transport.http().post(&self.endpoint).form(&form).build()?;
        let asked = Instant::now();
        let answer = transport.send(request).await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if status.is_success() {
            let granted: Granted = serde_json::from_slice(&body)
                .map_err(|error| TokenError::Failed(format!("the token endpoint's answer: {error}")))?;
            let lifetime = Duration::from_secs(granted.expires_in.min(u32::MAX.into()));
            let (renewal, end) = (asked + renewed_after(lifetime), asked + lifetime);
            return Ok(Kept { token: granted.access_token, renewal, end });
        }
        match serde_json::from_slice(&body) {
            Ok(Refused { error: code, error_description: description }) => {
                Err(TokenError::Refused { status, code, description })
            }
            Err(_) => Err(TokenError::Failed(format!("the token endpoint answered {status}"))),
        }
    }

    /// Puts a new token in place of one that is still good, if there is one soon: it is asked for once.
    async fn renew(&self, kept: &mut Kept, transport: Transport<'_>) {
        match timeout(PATIENCE, self.get(Transport { retries: 0, ..transport })).await {
            Ok(Ok(renewed)) => *kept = renewed,
            _ => kept.renewal = Instant::now() + PAUSE,
        }
    }
}

fn renewed_after(lifetime: Duration) -> Duration {
    lifetime - AHEAD.min(lifetime / 2)
}

impl TokenSource for ClientCredentials {
    fn token<'a>(&'a self, transport: Transport<'a>) -> BoxFuture<'a, Result<String, TokenError>> {
        Box::pin(async move {
            let came = Instant::now();
            // Locked until there is a token or a failure: other requests wait for that one.
            let held = &mut *self.held.lock().await;
            if let Some(kept) = held.kept.as_mut().filter(|kept| kept.is_good()) {
                if Instant::now() >= kept.renewal {
                    self.renew(kept, transport).await;
                }
                // It may have ended meanwhile.
                if kept.is_good() {
                    return Ok(kept.token.clone());
                }
            }
            if let Some((_, failure)) = held.failed.as_ref().filter(|(at, _)| came < *at) {
                return Err(failure.clone());
            }
            match self.get(transport).await {
                Ok(granted) => Ok(held.kept.insert(granted).token.clone()),
                Err(failure) => {
                    held.failed = Some((Instant::now(), failure.clone()));
                    Err(failure)
                }
            }
        })
    }

    fn forget<'a>(&'a self, refused: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.held.lock().await.kept.take_if(|kept| kept.token == refused);
        })
    }
}

/// Without the secret and the token.
impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("endpoint", &self.endpoint)
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_five_minutes_before_its_end_and_a_short_one_at_half_of_its_time() {
        let after = |seconds| renewed_after(Duration::from_secs(seconds)).as_secs();
        assert_eq!((after(3600), after(600), after(60), after(0)), (3300, 300, 30, 0));
    }

    #[test]
    fn neither_secret_nor_token_shows_in_what_is_printed_for_debugging() {
        let credentials = ClientCredentials::new("https://authority.example/", "tenant", "id", "the-secret");
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("the-secret"), "{shown}");
        assert!(shown.contains("\"https://authority.example/tenant/oauth2/v2.0/token\""), "{shown}");
    }

    #[tokio::test]
    async fn a_token_that_is_still_good_stays_in_use_where_its_renewal_fails() {
        let client = ClientCredentials::new("http://127.0.0.1:1", "tenant", "id", "secret");
        let now = Instant::now();
        let good = Kept { token: "good".into(), renewal: now, end: now + AHEAD };
        client.held.lock().await.kept = Some(good);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let transport = Transport { http: &http, retries: 0 };
        assert_eq!(client.token(transport).await.unwrap(), "good");
        client.held.lock().await.kept.as_mut().unwrap().end = now;
        let failed = client.token(transport).await.unwrap_err().to_string();
        assert!(failed.starts_with("no token: error sending request"), "{failed}");
    }

    #[tokio::test]
    async fn a_token_that_is_refused_late_takes_no_newer_one_away() {
        let (_authority, credentials) = hung(AHEAD).await;
        credentials.forget("older").await;
        assert!(credentials.held.lock().await.kept.is_some());
        credentials.forget("old").await;
        assert!(credentials.held.lock().await.kept.is_none());
    }

    /// An authority that takes connections and answers none, and credentials with a token that is due for renewal there.
    async fn hung(lifetime: Duration) -> (std::net::TcpListener, ClientCredentials) {
        let authority = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", authority.local_addr().unwrap());
        let credentials = ClientCredentials::new(&origin, "tenant", "id", "secret");
        let now = Instant::now();
        credentials.held.lock().await.kept =
            Some(Kept { token: "old".into(), renewal: now, end: now + lifetime });
        (authority, credentials)
    }

    fn patient_http() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn no_request_waits_long_for_a_renewal_while_there_is_a_good_token() {
        let (_authority, credentials) = hung(AHEAD).await;
        let http = patient_http();
        let asked = Instant::now();
        let token = credentials.token(Transport { http: &http, retries: 3 }).await;
        assert_eq!(token.as_deref(), Ok("old"));
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_ends_while_it_is_renewed_is_not_given_any_more() {
        let (_authority, credentials) = hung(Duration::from_secs(1)).await;
        let http = patient_http();
        let token = credentials.token(Transport { http: &http, retries: 0 }).await;
        assert!(matches!(token, Err(TokenError::Failed(_))), "{token:?}");
    }
}
