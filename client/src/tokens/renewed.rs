//! Renewal, which all sources share: a token is kept while it is good, and renewed before it ends, once for all who wait.

use super::endpoint::Granted;
use crate::{TokenError, Transport};
use std::{sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    sync::Mutex,
    task::JoinHandle,
    time::{Instant, timeout},
};

/// How long before its end a token is renewed. One that lives shortly is renewed at half of its time.
const AHEAD: Duration = Duration::from_secs(300);

/// How long a token that is still good stays in use after its renewal failed, before the next try.
const PAUSE: Duration = Duration::from_secs(30);

/// How long requests wait for a renewal while the token is still good.
const PATIENCE: Duration = Duration::from_secs(5);

/// What tokens are asked for with.
pub(super) trait Grant: Clone + Send + Sync + 'static {
    /// Asks for tokens, where there is a refresh token by that.
    fn ask(
        &self,
        transport: Transport<'_>,
        refresh_token: Option<String>,
    ) -> impl Future<Output = Result<Granted, TokenError>> + Send;
}

/// A grant, and the tokens for it. Clones share the tokens.
#[derive(Clone)]
pub(super) struct Renewed<G> {
    pub grant: G,
    held: Arc<Mutex<Held>>,
}

/// What came of the requests for tokens so far.
#[derive(Default)]
struct Held {
    kept: Option<Kept>,
    /// The newest one. It stays where its access token is refused.
    refresh_token: Option<String>,
    /// A request that isn't answered yet, with the time when it began.
    asking: Option<(Instant, JoinHandle<Result<Granted, TokenError>>)>,
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

fn renewed_after(lifetime: Duration) -> Duration {
    lifetime - AHEAD.min(lifetime / 2)
}

impl Held {
    /// Keeps what was granted to a request that began then.
    fn keep(&mut self, asked: Instant, granted: Granted) -> &Kept {
        let lifetime = granted.lifetime();
        let (renewal, end) = (asked + renewed_after(lifetime), asked + lifetime);
        self.refresh_token = granted.refresh_token;
        self.kept.insert(Kept { token: granted.access_token, renewal, end })
    }

    fn good(&mut self) -> Option<&mut Kept> {
        self.kept.as_mut().filter(|kept| kept.is_good())
    }

    /// Asks for tokens, or waits for those that were asked for already. The request goes on where whoever began it has stopped waiting:
    /// its answer may have the only refresh token that is still good.
    async fn ask<G: Grant>(&mut self, grant: &G, transport: Transport<'_>) -> Result<String, TokenError> {
        let asking = match self.asking.take() {
            Some(asking) => asking,
            None => (Instant::now(), begin(grant, transport, self.refresh_token.clone())?),
        };
        let (asked, asking) = self.asking.insert(asking);
        let (asked, outcome) = (*asked, asking.await);
        self.asking = None;
        match outcome {
            Ok(Ok(granted)) => Ok(self.keep(asked, granted).token.clone()),
            Ok(Err(failure)) => Err(failure),
            Err(error) => Err(TokenError::Failed(error.to_string())),
        }
    }
}

/// Begins a request for tokens, which ends by itself.
fn begin<G: Grant>(
    grant: &G,
    transport: Transport<'_>,
    refresh_token: Option<String>,
) -> Result<JoinHandle<Result<Granted, TokenError>>, TokenError> {
    let runtime = Handle::try_current().map_err(|error| TokenError::Failed(error.to_string()))?;
    let (grant, http, retries) = (grant.clone(), transport.http().clone(), transport.retries);
    Ok(runtime.spawn(async move { grant.ask(Transport { http: &http, retries }, refresh_token).await }))
}

impl<G: Grant> Renewed<G> {
    pub(super) fn new(grant: G) -> Self {
        Self { grant, held: Arc::default() }
    }

    /// The same with this refresh token and nothing else.
    pub(super) fn with_refresh_token(self, refresh_token: &str) -> Self {
        let held = Held { refresh_token: Some(refresh_token.into()), ..Held::default() };
        Self { held: Arc::new(Mutex::new(held)), ..self }
    }

    /// The same with these tokens, which were asked for then.
    pub(super) fn with(self, asked: Instant, granted: Granted) -> Self {
        let mut held = Held::default();
        held.keep(asked, granted);
        Self { held: Arc::new(Mutex::new(held)), ..self }
    }

    pub(super) async fn refresh_token(&self) -> Option<String> {
        self.held.lock().await.refresh_token.clone()
    }

    /// A token that is good now.
    pub(super) async fn token(&self, transport: Transport<'_>) -> Result<String, TokenError> {
        let came = Instant::now();
        // Locked until there is a token or a failure: other requests wait for that one.
        let held = &mut *self.held.lock().await;
        if held.asking.as_ref().is_some_and(|(_, asking)| asking.is_finished()) {
            // Nobody waited for it. Where it failed, another is begun.
            let _ = held.ask(&self.grant, transport).await;
        }
        if held.good().is_some_and(|kept| Instant::now() >= kept.renewal) {
            self.renew(held, transport).await;
        }
        // It may have ended meanwhile.
        if let Some(kept) = held.good() {
            return Ok(kept.token.clone());
        }
        if let Some((_, failure)) = held.failed.as_ref().filter(|(at, _)| came < *at) {
            return Err(failure.clone());
        }
        let outcome = held.ask(&self.grant, transport).await;
        if let Err(failure) = &outcome {
            held.failed = Some((Instant::now(), failure.clone()));
        }
        outcome
    }

    /// Puts a new token in place of one that is still good, if there is one soon.
    async fn renew(&self, held: &mut Held, transport: Transport<'_>) {
        let renewed = timeout(PATIENCE, held.ask(&self.grant, transport)).await;
        if !matches!(renewed, Ok(Ok(_)))
            && let Some(kept) = &mut held.kept
        {
            kept.renewal = Instant::now() + PAUSE;
        }
    }

    /// Drops this token, if it is kept.
    pub(super) async fn forget(&self, refused: &str) {
        self.held.lock().await.kept.take_if(|kept| kept.token == refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientCredentials, TokenSource};

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
        assert!(shown.contains("\"https://authority.example/tenant\""), "{shown}");
    }

    #[tokio::test]
    async fn a_token_that_is_still_good_stays_in_use_where_its_renewal_fails() {
        let client = ClientCredentials::new("http://127.0.0.1:1", "tenant", "id", "secret");
        let now = Instant::now();
        let good = Kept { token: "good".into(), renewal: now, end: now + AHEAD };
        client.0.held.lock().await.kept = Some(good);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let transport = Transport { http: &http, retries: 0 };
        assert_eq!(client.token(transport).await.unwrap(), "good");
        client.0.held.lock().await.kept.as_mut().unwrap().end = now;
        let failed = client.token(transport).await.unwrap_err().to_string();
        assert!(failed.starts_with("no token: error sending request"), "{failed}");
    }

    #[tokio::test]
    async fn a_token_that_is_refused_late_takes_no_newer_one_away() {
        let (_authority, credentials) = hung(AHEAD).await;
        credentials.forget("older").await;
        assert!(credentials.0.held.lock().await.kept.is_some());
        credentials.forget("old").await;
        assert!(credentials.0.held.lock().await.kept.is_none());
    }

    /// An authority that takes connections and answers none, and credentials with a token that is due for renewal there.
    async fn hung(lifetime: Duration) -> (std::net::TcpListener, ClientCredentials) {
        let authority = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", authority.local_addr().unwrap());
        let credentials = ClientCredentials::new(&origin, "tenant", "id", "secret");
        let now = Instant::now();
        credentials.0.held.lock().await.kept =
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
