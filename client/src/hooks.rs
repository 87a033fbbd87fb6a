//! What happens around every request: the token, a request id, retries, another token where one is refused.

use crate::{Client, Session, Transport};
use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::{
    Request, Response, StatusCode,
    header::{AUTHORIZATION, HeaderValue},
};

impl ClientHooks<Session> for Client {
    async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), Error<E>> {
        prepare(self, request).await.map_err(Error::Custom)
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        send(self, request).await
    }
}

#[expect(clippy::disallowed_methods, reason = "a request's id is no id of the directory's")]
fn new_request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub(crate) fn transport(client: &Client) -> Transport<'_> {
    Transport { http: client.client(), retries: client.inner().retries }
}

/// Puts the token and a request id of the client's own into a request.
pub(crate) async fn prepare(client: &Client, request: &mut Request) -> Result<(), String> {
    let token = client.token().await.map_err(|error| error.to_string())?;
    let bearer = bearer(&token).ok_or("the token has characters that a header can't hold")?;
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer);
    // Every generated request has it; Graph doesn't know it.
    headers.remove("api-version");
    let id = HeaderValue::try_from(new_request_id()).map_err(|error| error.to_string())?;
    headers.entry("client-request-id").or_insert(id);
    Ok(())
}

/// Sends a request that was prepared. Where its token is refused, it is sent once more with another, if there is one.
pub(crate) async fn send(client: &Client, request: Request) -> reqwest::Result<Response> {
    let again = request.try_clone();
    let answer = transport(client).send(request).await?;
    if answer.status() == StatusCode::UNAUTHORIZED
        && let Some(mut again) = again
        && replace_token(client, &mut again).await
    {
        return transport(client).send(again).await;
    }
    Ok(answer)
}

/// Whether there is another token for a request the token of which was refused. Then it is in the request.
async fn replace_token(client: &Client, request: &mut Request) -> bool {
    let Some(refused) = request.headers().get(AUTHORIZATION).cloned() else { return false };
    if let Some(token) = refused.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")) {
        client.inner().tokens.forget(token).await;
    }
    let Some(bearer) = client.token().await.ok().as_deref().and_then(bearer) else { return false };
    let another = bearer != refused;
    request.headers_mut().insert(AUTHORIZATION, bearer);
    another
}

fn bearer(token: &str) -> Option<HeaderValue> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    bearer.set_sensitive(true);
    Some(bearer)
}
