//! What happens around every request: the token, a request id, retries.

use crate::{Client, Session};
use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::{
    Request, Response, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER},
};
use std::time::Duration;

/// How long to wait before another try where the answer doesn't say.
const DEFAULT_WAIT: Duration = Duration::from_secs(3);

/// The longest wait that an answer may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

impl ClientHooks<Session> for Client {
    async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), Error<E>> {
        prepare(self.inner(), request).await.map_err(Error::Custom)
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        send(self.client(), self.inner(), request).await
    }
}

#[expect(clippy::disallowed_methods, reason = "a request's id is no id of the directory's")]
fn new_request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Puts the token and a request id of the client's own into a request.
pub(crate) async fn prepare(session: &Session, request: &mut Request) -> Result<(), String> {
    let token = session.tokens.token().await.map_err(|error| error.to_string())?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| "the token has characters that a header can't hold".to_owned())?;
    bearer.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer);
    // Every generated request has it; Graph doesn't know it.
    headers.remove("api-version");
    let id = HeaderValue::try_from(new_request_id()).map_err(|error| error.to_string())?;
    headers.entry("client-request-id").or_insert(id);
    Ok(())
}

/// Sends a request, and again where the server asks for it: 429 and 503, after the time in `Retry-After`.
pub(crate) async fn send(
    http: &reqwest::Client,
    session: &Session,
    request: Request,
) -> reqwest::Result<Response> {
    let mut request = request;
    for _ in 0..session.retries {
        let Some(again) = request.try_clone() else { break };
        let answer = http.execute(request).await?;
        if !matches!(answer.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            return Ok(answer);
        }
        tokio::time::sleep(wait(answer.headers())).await;
        request = again;
    }
    http.execute(request).await
}

fn wait(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok());
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    wait.unwrap_or(DEFAULT_WAIT).min(LONGEST_WAIT)
}
