//! The keys of other issuers, where an administrator gave their place: fetched when an assertion asks for them, and kept for a while.
//! Only such places are asked, within bounds of size and time, and where they lead elsewhere nobody follows.

use super::faults::OAuthFault;
use crate::{
    auth::assertions::{self, Assertion, AssertionFault},
    directory::sign_in::faults::Fault,
    store::federated_issuers::IssuerKeys,
};
use quick_cache::sync::Cache;
use reqwest::{Client, redirect};
use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

/// How long fetching may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The largest set of keys, in bytes.
const MAX_SIZE: usize = 64 << 10;

/// How long keys are taken for the issuer's.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// How long it takes until keys are fetched again because an assertion names one that isn't among them.
const RETRY: Duration = Duration::from_secs(10);

/// Issuers whose keys are kept.
const CAPACITY: usize = 100;

#[derive(Clone)]
struct Fetched {
    keys: Arc<str>,
    at: Instant,
}

static FETCHED: LazyLock<Cache<String, Fetched>> = LazyLock::new(|| Cache::new(CAPACITY));

/// Refuses an assertion of a client that no key of its issuer signed.
pub(super) async fn check(keys: &IssuerKeys, text: &str, client: &str) -> Result<(), OAuthFault> {
    let url = match keys {
        IssuerKeys::Given(keys) => return signed(keys, text, client).map_err(OAuthFault::from),
        IssuerKeys::At(url) => url,
    };
    let known = FETCHED.get(url).filter(|fetched| fetched.at.elapsed() < FRESH);
    let keys = match &known {
        Some(fetched) => fetched.clone(),
        None => fetch(url).await?,
    };
    match signed(&keys.keys, text, client) {
        // The issuer may have new ones by now.
        Err(Fault::Assertion { fault: AssertionFault::UnknownKey, .. }) if keys.at.elapsed() > RETRY => {
            Ok(signed(&fetch(url).await?.keys, text, client)?)
        }
        checked => Ok(checked?),
    }
}

fn signed(keys: &str, text: &str, client: &str) -> Result<(), Fault> {
    let faulty = |fault| Fault::Assertion { client: client.into(), fault };
    let keys = assertions::read_keys(keys).ok_or_else(|| faulty(AssertionFault::UnknownKey))?;
    let assertion = Assertion::read(text).map_err(faulty)?;
    assertion.check_signed_by_one_of(&keys).map_err(faulty)
}

async fn fetch(url: &str) -> Result<Fetched, OAuthFault> {
    let failed = || OAuthFault::from(Fault::IssuerKeys(url.into()));
    let fetched = tokio::time::timeout(TIME_LIMIT, get(url)).await.map_err(|_| failed())?;
    let keys = fetched.ok_or_else(failed)?;
    let fetched = Fetched { keys: keys.into(), at: Instant::now() };
    FETCHED.insert(url.to_owned(), fetched.clone());
    Ok(fetched)
}

/// What is at this URL, if it is a set of keys.
async fn get(url: &str) -> Option<String> {
    let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().ok()?;
    let mut answer = client.get(url).send().await.ok()?.error_for_status().ok()?;
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await.ok()? {
        text.extend_from_slice(&piece);
        if text.len() > MAX_SIZE {
            return None;
        }
    }
    let text = String::from_utf8(text).ok()?;
    assertions::read_keys(&text).is_some().then_some(text)
}
