//! The keys of other issuers, where an administrator gave their place: fetched when an assertion asks for them, and kept for a while.
//! Only such places are asked, within bounds of size and time, and where they lead elsewhere nobody follows.

use super::faults::OAuthFault;
use crate::{
    auth::assertions::{self, Assertion, AssertionFault},
    directory::{federated_issuers::MAX_KEYS_SIZE, sign_in::faults::Fault},
    store::federated_issuers::IssuerKeys,
};
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;
use reqwest::{Client, redirect};
use std::{
    convert::Infallible,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{sync::Mutex, time::timeout};

/// How long fetching may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// How long keys are taken for the issuer's.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// How long it takes until an issuer is asked again, be it that it didn't answer or that an assertion names a key which isn't among those
/// that it answered.
const RETRY: TimeDelta = TimeDelta::seconds(10);

/// Issuers whose keys are kept.
const CAPACITY: usize = 100;

static ISSUERS: LazyLock<Issuers> = LazyLock::new(|| Issuers::new(TIME_LIMIT));

/// Refuses an assertion of a client that no key of its issuer signed.
pub(super) async fn check(
    keys: &IssuerKeys,
    text: &str,
    client: &str,
    now: DateTime<Utc>,
) -> Result<(), OAuthFault> {
    match keys {
        IssuerKeys::Given(keys) => Ok(signed(keys, text, client)?),
        IssuerKeys::At(url) => ISSUERS.check(url, text, client, now).await,
    }
}

fn signed(keys: &str, text: &str, client: &str) -> Result<(), Fault> {
    let faulty = |fault| Fault::Assertion { client: client.into(), fault };
    let keys = assertions::read_keys(keys).ok_or_else(|| faulty(AssertionFault::UnknownKey))?;
    let assertion = Assertion::read(text).map_err(faulty)?;
    assertion.check_signed_by_one_of(&keys).map_err(faulty)
}

/// What is known of issuers, by where their keys are.
struct Issuers {
    time_limit: Duration,
    /// `None`: the system has no certificates to trust.
    client: Option<Client>,
    known: Cache<String, Arc<Mutex<Known>>>,
}

/// What is known of an issuer.
#[derive(Default)]
struct Known {
    /// Its keys, and when it answered them.
    keys: Option<(Arc<str>, DateTime<Utc>)>,
    asked_at: Option<DateTime<Utc>>,
}

impl Known {
    fn keys(&self, now: DateTime<Utc>) -> Option<Arc<str>> {
        self.keys.as_ref().filter(|(_, at)| is_within(*at, now, FRESH)).map(|(keys, _)| keys.clone())
    }

    fn was_just_asked(&self, now: DateTime<Utc>) -> bool {
        self.asked_at.is_some_and(|at| is_within(at, now, RETRY))
    }
}

/// Whether something was no longer ago than this. A clock that was set back doesn't make it last.
fn is_within(at: DateTime<Utc>, now: DateTime<Utc>, time: TimeDelta) -> bool {
    (TimeDelta::zero()..time).contains(&(now - at))
}

impl Issuers {
    fn new(time_limit: Duration) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build();
        let client =
            client.inspect_err(|error| tracing::error!(%error, "no issuer can be asked for its keys"));
        Self { time_limit, client: client.ok(), known: Cache::new(CAPACITY) }
    }

    /// Whoever else waits for the same issuer doesn't ask it too.
    async fn check(&self, url: &str, text: &str, client: &str, now: DateTime<Utc>) -> Result<(), OAuthFault> {
        let Ok(known) = self.known.get_or_insert_with(url, || Ok::<_, Infallible>(Arc::default()));
        let mut known = known.lock().await;
        let keys = match known.keys(now) {
            Some(keys) => keys,
            None => self.ask(url, &mut known, now).await?,
        };
        match signed(&keys, text, client) {
            // The issuer may have new ones by now.
            Err(Fault::Assertion { fault: AssertionFault::UnknownKey, .. }) if !known.was_just_asked(now) => {
                Ok(signed(&self.ask(url, &mut known, now).await?, text, client)?)
            }
            checked => Ok(checked?),
        }
    }

    async fn ask(&self, url: &str, known: &mut Known, now: DateTime<Utc>) -> Result<Arc<str>, Fault> {
        let failed = || Fault::IssuerKeys(url.into());
        if known.was_just_asked(now) {
            return Err(failed());
        }
        known.asked_at = Some(now);
        let answered = timeout(self.time_limit, self.get(url)).await.unwrap_or(None);
        let keys: Arc<str> = answered.ok_or_else(failed)?.into();
        known.keys = Some((keys.clone(), now));
        Ok(keys)
    }

    /// What is at this URL, if it is a set of keys.
    async fn get(&self, url: &str) -> Option<String> {
        let mut answer = self.client.as_ref()?.get(url).send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        let mut text = Vec::new();
        while let Some(piece) = answer.chunk().await.ok()? {
            text.extend_from_slice(&piece);
            if text.len() > MAX_KEYS_SIZE {
                return None;
            }
        }
        let text = String::from_utf8(text).ok()?;
        assertions::read_keys(&text).is_some().then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::keys::{self, Keys},
        model::clock::Clock,
    };
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use serde_json::json;
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// More than anything here takes, however slow the machine is.
    const LONG: Duration = Duration::from_secs(60);

    /// An issuer's key, and its public half as a set.
    struct Signer {
        key: EncodingKey,
        id: String,
        set: String,
    }

    fn signer() -> Signer {
        let pem = keys::generate().unwrap();
        let keys = Keys::from_pem(&pem).unwrap();
        let id = keys.list().next().unwrap().0.to_owned();
        let set = serde_json::to_string(&keys.public()).unwrap();
        Signer { key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), id, set }
    }

    impl Signer {
        fn assertion(&self) -> String {
            let mut header = Header::new(Algorithm::RS256);
            header.kid = Some(self.id.clone());
            let claims = json!({"iss": "https://token.example", "sub": "s", "aud": "a", "exp": 1});
            jsonwebtoken::encode(&header, &claims, &self.key).unwrap()
        }
    }

    /// A server that gives these answers, one for each connection and the last one ever after.
    struct Server {
        url: String,
        asked: Arc<AtomicUsize>,
    }

    async fn server(answers: Vec<String>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let number = count.fetch_add(1, SeqCst);
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(connection.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                assert!(head.starts_with("GET /keys HTTP/1.1\r\n") && !head.contains("ookie"), "{head}");
                let answer = answers.get(number).or(answers.last()).unwrap();
                // A client that has enough goes away.
                let _ = connection.write_all(answer.as_bytes()).await;
            }
        });
        Server { url, asked }
    }

    impl Server {
        fn asked(&self) -> usize {
            self.asked.load(SeqCst)
        }
    }

    fn answer(status: &str, more: &str, body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
    }

    fn good(signer: &Signer) -> String {
        answer("200 OK", "", &signer.set)
    }

    const UNKNOWN: Option<u32> = Some(700_027);
    const NOT_FETCHED: Option<u32> = Some(50_166);

    /// The number of the fault that is found in an assertion. `None`: none.
    async fn fault(issuers: &Issuers, server: &Server, signer: &Signer, clock: &Clock) -> Option<u32> {
        let checked = issuers.check(&server.url, &signer.assertion(), "client", clock.now()).await;
        checked.err().map(|fault| fault.answer().2)
    }

    #[tokio::test]
    async fn keys_are_fetched_once_and_kept_for_a_while() {
        let (issuers, signer, clock) = (Issuers::new(LONG), signer(), Clock::default());
        let server = server(vec![good(&signer)]).await;
        for _ in 0..3 {
            assert_eq!(fault(&issuers, &server, &signer, &clock).await, None);
        }
        let at_once = (0..8).map(|_| fault(&issuers, &server, &signer, &clock));
        assert!(futures::future::join_all(at_once).await.iter().all(Option::is_none));
        assert_eq!(server.asked(), 1);
        clock.advance(FRESH.num_seconds() + 1);
        assert_eq!(fault(&issuers, &server, &signer, &clock).await, None);
        assert_eq!(server.asked(), 2);
    }

    #[tokio::test]
    async fn an_assertion_of_another_key_has_them_fetched_again_once_in_ten_seconds() {
        let (issuers, old, new, clock) = (Issuers::new(LONG), signer(), signer(), Clock::default());
        let server = server(vec![good(&old), good(&old), good(&new)]).await;
        for _ in 0..3 {
            assert_eq!(fault(&issuers, &server, &new, &clock).await, UNKNOWN);
        }
        assert_eq!(server.asked(), 1);
        clock.advance(RETRY.num_seconds());
        let at_once = (0..8).map(|_| fault(&issuers, &server, &new, &clock));
        assert!(futures::future::join_all(at_once).await.iter().all(|fault| *fault == UNKNOWN));
        assert_eq!((server.asked(), fault(&issuers, &server, &old, &clock).await), (2, None));
        clock.advance(RETRY.num_seconds());
        assert_eq!(fault(&issuers, &server, &new, &clock).await, None);
        assert_eq!((server.asked(), fault(&issuers, &server, &old, &clock).await), (3, UNKNOWN));
    }

    #[tokio::test]
    async fn what_leads_elsewhere_fails_or_is_no_set_of_keys_is_refused_and_not_asked_again_at_once() {
        let (signer, clock) = (signer(), Clock::default());
        let elsewhere = server(vec![good(&signer)]).await;
        let redirect = format!("Location: {}\r\n", elsewhere.url);
        let large = format!("{}{}", signer.set, " ".repeat(MAX_KEYS_SIZE));
        for wrong in [
            answer("302 Found", &redirect, &signer.set),
            answer("307 Temporary Redirect", &redirect, ""),
            answer("404 Not Found", "", &signer.set),
            answer("500 Internal Server Error", "", &signer.set),
            answer("200 OK", "", "<html></html>"),
            answer("200 OK", "", r#"{"keys":[]}"#),
            answer("200 OK", "", r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#),
            answer("200 OK", "", &large),
            // What never ends is left when it is too much.
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{large}", u32::MAX),
            "nonsense\r\n\r\n".into(),
        ] {
            let issuers = Issuers::new(LONG);
            let server = server(vec![wrong.clone(), good(&signer)]).await;
            for _ in 0..3 {
                let fault = fault(&issuers, &server, &signer, &clock).await;
                assert_eq!(fault, NOT_FETCHED, "{wrong:.200}");
            }
            assert_eq!(server.asked(), 1, "{wrong:.200}");
            clock.advance(RETRY.num_seconds());
            assert_eq!(fault(&issuers, &server, &signer, &clock).await, None);
        }
        assert_eq!(elsewhere.asked(), 0);
    }

    #[tokio::test]
    async fn who_takes_too_long_is_refused_at_the_beginning_and_within_the_answer() {
        let (signer, clock) = (signer(), Clock::default());
        for beginning in ["", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\""] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/keys", listener.local_addr().unwrap());
            tokio::spawn(async move {
                let (mut connection, _) = listener.accept().await.unwrap();
                connection.write_all(beginning.as_bytes()).await.unwrap();
                pending::<()>().await;
            });
            let issuers = Issuers::new(Duration::from_millis(100));
            let checked = issuers.check(&url, &signer.assertion(), "client", clock.now()).await;
            assert_eq!(checked.map_err(|fault| fault.answer().2), Err(50_166));
        }
    }

    #[tokio::test]
    async fn a_fetch_that_fails_takes_no_keys_away_that_are_still_the_issuers() {
        let (issuers, signer, other, clock) = (Issuers::new(LONG), signer(), signer(), Clock::default());
        let server = server(vec![good(&signer), answer("503 Service Unavailable", "", "")]).await;
        assert_eq!(fault(&issuers, &server, &signer, &clock).await, None);
        clock.advance(RETRY.num_seconds());
        assert_eq!(fault(&issuers, &server, &other, &clock).await, NOT_FETCHED);
        assert_eq!(fault(&issuers, &server, &signer, &clock).await, None);
        clock.advance(FRESH.num_seconds());
        assert_eq!(fault(&issuers, &server, &signer, &clock).await, NOT_FETCHED);
    }

    #[tokio::test]
    async fn keys_that_are_given_are_asked_for_nowhere() {
        let (signer, other, clock) = (signer(), signer(), Clock::default());
        let given = IssuerKeys::Given(signer.set.clone());
        check(&given, &signer.assertion(), "client", clock.now()).await.unwrap();
        let refused = check(&given, &other.assertion(), "client", clock.now()).await;
        assert_eq!(refused.map_err(|fault| fault.answer().2), Err(700_027));
        let mut forged = signer.assertion();
        forged.truncate(forged.len() - 8);
        assert!(check(&given, &format!("{forged}AAAAAAAA"), "client", clock.now()).await.is_err());
    }
}
