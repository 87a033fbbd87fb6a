//! How requests are sent: again where the server asks for it.

use reqwest::{
    Request, Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use std::time::Duration;

/// How long to wait before another try where the answer doesn't say.
const DEFAULT_WAIT: Duration = Duration::from_secs(3);

/// The longest wait that an answer may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How often a request that was answered 429 or 503 is sent again.
pub(crate) const RETRIES: u32 = 3;

/// A client's way to send a request, which a [`TokenSource`](crate::TokenSource) uses too: its HTTP client, and how often it
/// tries.
#[derive(Debug, Clone, Copy)]
pub struct Transport<'c> {
    pub(crate) http: &'c reqwest::Client,
    pub(crate) retries: u32,
}

impl<'c> Transport<'c> {
    /// By this HTTP client, which tries as often as clients do that aren't told otherwise.
    pub(crate) fn new(http: &'c reqwest::Client) -> Self {
        Self { http, retries: RETRIES }
    }

    /// The HTTP client, to build requests with.
    pub fn http(&self) -> &reqwest::Client {
        self.http
    }

    /// Sends a request, and again where the server asks for it: 429 and 503, after the time in `Retry-After`.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn send(&self, mut request: Request) -> reqwest::Result<Response> {
        for _ in 0..self.retries {
            let Some(again) = request.try_clone() else { break };
            let answer = self.http.execute(request).await?;
            if !matches!(answer.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                return Ok(answer);
            }
            tokio::time::sleep(wait(answer.headers())).await;
            request = again;
        }
        self.http.execute(request).await
    }
}

fn wait(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok());
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    wait.unwrap_or(DEFAULT_WAIT).min(LONGEST_WAIT)
}
