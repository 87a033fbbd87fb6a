//! The end of a browser's session (OpenID Connect RP-Initiated Logout 1.0).

use super::{
    authorization_request::redirect,
    faults::{Inquiry, OAuthFault},
    form::Form,
    pages::{self, Frame},
    visit::{self, Visit},
};
use crate::{
    directory::sign_in::{faults::Error, sessions},
    http::AppState,
    store::WriteTx,
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

/// The endpoint, of version 2.0 and of version 1.0.
pub(super) async fn logout(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    visit::answer(&app, &inquiry, request, end).await
}

async fn end(visit: &Visit<'_>, form: &Form<'_>) -> Result<Response, OAuthFault> {
    let session = visit.session().await?;
    let secret = visit.browser.session(visit.tenant.id).filter(|_| session.is_some());
    if let Some(secret) = secret {
        let end = move |tx: &WriteTx<'_>| -> Result<(), Error> { sessions::end(tx, &secret) };
        visit.app.store.tenant(visit.tenant).write(end).await?;
    }
    let clients = session.map(|session| session.clients).unwrap_or_default();
    let back = return_address(visit, form, clients).await?;
    let mut response = match back {
        Some(back) => redirect(&back),
        None => signed_out(visit),
    };
    visit.browser.end_session(&mut response, visit.tenant.id);
    Ok(response)
}

/// Where the browser goes then: to where one of the clients that were signed in to says it may, or the client that asks, be it
/// by an id token that it was given (OpenID Connect RP-Initiated Logout 1.0, 2).
async fn return_address(
    visit: &Visit<'_>,
    form: &Form<'_>,
    clients: Vec<String>,
) -> Result<Option<String>, OAuthFault> {
    let Some(uri) = form.get("post_logout_redirect_uri") else { return Ok(None) };
    // An id token that can't be read counts for nothing: the session ends all the same.
    let hinted = visit.hint(form).ok().flatten().map(|hint| hint.client.to_string());
    for client_id in clients.into_iter().chain(form.get("client_id").map(str::to_owned)).chain(hinted) {
        let client = match visit.client(&client_id).await {
            Ok(client) => client,
            Err(OAuthFault::SignIn(_)) => continue,
            Err(fault) => return Err(fault),
        };
        if client.platform(uri).is_ok() {
            return Ok(Some(with_state(uri, form.get("state"))));
        }
    }
    Ok(None)
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.to_owned() };
    let state = url::form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{state}")
}

fn signed_out(visit: &Visit<'_>) -> Response {
    let page = pages::Message {
        frame: Frame::new(),
        title: "Signed out".into(),
        text: "You are signed out in this browser. You can close this page.".into(),
        details: Vec::new(),
        is_fault: false,
    };
    visit.show(StatusCode::OK, &page)
}
