//! What happens around every request: the token, a request id, retries.

use crate::{Client, Session, Transport};
use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::{
    Request, Response,
    header::{AUTHORIZATION, HeaderValue},
};

impl ClientHooks<Session> for Client {
    async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), Error<E>> {
        prepare(self, request).await.map_err(Error::Custom)
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        transport(self).send(request).await
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
