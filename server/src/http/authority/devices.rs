//! Devices that can show a code and no page (RFC 8628): they are given one, and somebody enters it here.

use super::{
    authorization_request::redirect,
    client_proof,
    faults::{Inquiry, OAuthFault},
    find_tenant,
    form::{self, Form},
    login::DEVICE,
    no_store,
    pages::{self, Frame},
    resource_names::ResourceNames,
    visit::{self, Asked, Visit, agreed, fault_page},
};
use crate::{
    directory::sign_in::{
        clients::{self, Client},
        consent::{self, Whom},
        device_codes::{self, Codes, INTERVAL_SECONDS, LIFETIME_SECONDS},
        faults::{Error, Fault},
        resources::{self, ResourceName},
        scopes::{ResourceScopes, Scopes},
        sessions::Session,
        tokens::Circumstances,
    },
    http::AppState,
    model::ids::ObjectId,
    store::{ReadTx, WriteTx},
};
use aws_lc_rs::rand;
use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde_json::json;
use std::collections::BTreeSet;

/// The letters of codes for people: no vowels, so no words (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// What `prompt` says where somebody wants to go on as another account.
const SELECT_ACCOUNT: &str = "select_account";

/// How many a code has.
const LENGTH: usize = 9;

/// The endpoint where a device gets its codes.
pub(super) async fn device_code(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let body = form::read_body(&parts, body).await?;
        begin(&app, &inquiry, &parts, &Form::read(&body)?).await
    };
    answered.await.unwrap_or_else(|fault: OAuthFault| inquiry.refuse(&fault))
}

async fn begin(
    app: &AppState,
    inquiry: &Inquiry,
    parts: &Parts,
    form: &Form<'_>,
) -> Result<Response, OAuthFault> {
    let tenant = find_tenant(app, &inquiry.tenant).await?;
    let tenant = tenant.ok_or_else(|| OAuthFault::Tenant(inquiry.tenant.clone()))?;
    let (client_id, _) = client_proof::read(&parts.headers, form)?;
    let scopes = match (form.get("resource"), form.get("scope")) {
        (Some(resource), _) => Scopes::of(resource),
        (None, scope) => Scopes::read(scope.ok_or(OAuthFault::Missing("scope"))?)?,
    };
    let resource = ResourceNames::of(app, &parts.extensions).of_scopes(&scopes);
    let codes = Codes { device: Visit::new_secret()?, user: new_user_code()? };
    let (given, family) = (codes.clone(), ObjectId::random().uuid());
    let give = move |tx: &WriteTx<'_>| -> Result<(), Error> {
        let client = clients::find(tx, &client_id)?;
        let resource = resources::find(tx, &resource)?;
        if let ResourceScopes::Named(names) = &scopes.of_resource {
            consent::declared(&client, &resource, names)?;
        }
        device_codes::give(tx, &client, &scopes, &given, family)
    };
    app.store.tenant(tenant).write(give).await?;
    let (page, code) = (format!("{}/{}/oauth2/deviceauth", inquiry.origin, inquiry.tenant), &codes.user);
    Ok(no_store(&json!({
        "user_code": code,
        "device_code": codes.device.reveal(),
        "verification_uri": page,
        // Version 1.0 calls it so.
        "verification_url": page,
        "expires_in": LIFETIME_SECONDS,
        "interval": INTERVAL_SECONDS,
        "message": format!("To sign in, use a web browser to open the page {page} and enter the code {code} to authenticate."),
    })))
}

fn new_user_code() -> Result<String, OAuthFault> {
    let mut code = String::new();
    while code.len() < LENGTH {
        let mut byte = [0];
        rand::fill(&mut byte).map_err(|_| OAuthFault::Unavailable)?;
        // Each letter as often as each other: 240 is the largest multiple of 20 in a byte.
        if byte[0] < 240 {
            code.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    Ok(code)
}

/// The page where somebody enters a device's code, and decides.
pub(super) async fn page(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let answered = show(&app, &inquiry, &parts).await;
    answered.unwrap_or_else(|fault| fault_page(&inquiry, &fault))
}

async fn show(app: &AppState, inquiry: &Inquiry, parts: &Parts) -> Result<Response, OAuthFault> {
    let visit = Visit::begin(app, inquiry, parts).await?;
    let query = parts.uri.query().unwrap_or_default();
    let form = Form::read(query.as_bytes())?;
    let Some(user_code) = form.get("user_code") else { return Ok(enter(&visit, parts, "", None)) };
    let code = user_code.to_owned();
    let (address, now) = (visit.peer.map(|peer| peer.0), app.store.clock().now());
    let attempt = app.sign_in_attempts.begin_code(address, now);
    let Ok(attempt) = attempt else {
        return Ok(enter(&visit, parts, user_code, Some(&Fault::TooManyCodes.into())));
    };
    let waiting = app.store.tenant(visit.tenant).read(move |tx| device_codes::waiting(tx, &code)).await;
    let waiting = match waiting.map_err(OAuthFault::from) {
        Ok(waiting) => {
            app.sign_in_attempts.succeed(attempt);
            waiting
        }
        Err(fault @ OAuthFault::SignIn(_)) => return Ok(enter(&visit, parts, user_code, Some(&fault))),
        Err(fault) => return Err(fault),
    };
    let shown = tidy(user_code);
    let proceed = format!("{}?user_code={shown}", parts.uri.path());
    let session = visit.session().await?.filter(|_| form.get("prompt") != Some(SELECT_ACCOUNT));
    let Some(session) = session else { return visit.sign_in(DEVICE, &proceed, "", None).await };
    let client = visit.client(&waiting.client).await?;
    let asked = asked(&visit, &client, &waiting.scopes, &session).await?;
    let page = pages::DeviceConfirmation {
        frame: Frame::new(),
        form: visit.form_for("device", &confirming(&session), &proceed, &asked.names),
        client: client.name,
        username: session.account.user_principal_name,
        user_code: shown,
        scopes: asked.scopes,
        may_grant: asked.may_grant,
    };
    Ok(visit.show(StatusCode::OK, &page))
}

/// A code as its device shows it, however it was entered.
fn tidy(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

fn enter(visit: &Visit<'_>, parts: &Parts, code: &str, fault: Option<&OAuthFault>) -> Response {
    let (action, fault) = (parts.uri.path().to_owned(), fault.map(ToString::to_string));
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    visit.show(status, &pages::Device { frame: Frame::new(), action, code: code.to_owned(), fault })
}

/// What the form that confirms is for: nobody else's session answers it.
fn confirming(session: &Session) -> String {
    format!("device {}", session.id)
}

async fn asked(
    visit: &Visit<'_>,
    client: &Client,
    scopes: &Scopes,
    session: &Session,
) -> Result<Asked, OAuthFault> {
    let (name, scopes) = (visit.names.of_scopes(scopes), scopes.clone());
    let (client, account) = (client.clone(), session.account.clone());
    let look = move |tx: &ReadTx<'_>| -> Result<_, Error> {
        let resource = resources::find(tx, &name)?;
        let missing = consent::of(tx, &client, &resource, &account, &scopes)?.missing;
        Asked::read(tx, &account, &resource, &missing)
    };
    visit.app.store.tenant(visit.tenant).read(look).await.map_err(OAuthFault::from)
}

/// What came of the page that asks.
pub(super) async fn decide(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    visit::answer(&app, &inquiry, request, decided).await
}

async fn decided(visit: &Visit<'_>, form: &Form<'_>) -> Result<Response, OAuthFault> {
    let session = visit.session().await?.ok_or(OAuthFault::ForeignForm)?;
    let proceed = visit.check_form(&confirming(&session), form)?;
    let query = proceed.split_once('?').map_or("", |(_, query)| query);
    let user_code = Form::read(query.as_bytes())?.field("user_code")?.to_owned();
    match form.get("decision") {
        Some("accept") => {
            let client = approve(visit, session, user_code, agreed(form)).await?;
            let text = format!("You are signed in to {client} on the other device. You can close this page.");
            Ok(message(visit, "Signed in", &text))
        }
        Some("other") => Ok(redirect(&format!("{proceed}&prompt={SELECT_ACCOUNT}"))),
        _ => {
            let decline = move |tx: &WriteTx<'_>| device_codes::decline(tx, &user_code);
            visit.app.store.tenant(visit.tenant).write(decline).await?;
            Ok(message(visit, "Cancelled", "The other device isn't signed in. You can close this page."))
        }
    }
}

/// Lets the device have what it waits for, and says which client's it is.
async fn approve(
    visit: &Visit<'_>,
    session: Session,
    user_code: String,
    shown: BTreeSet<String>,
) -> Result<String, OAuthFault> {
    let names = visit.names.clone();
    let circumstances = Circumstances {
        authenticated_at: session.authenticated_at,
        session: Some(session.id.to_string()),
        ..Circumstances::default()
    };
    let approve = move |tx: &WriteTx<'_>| -> Result<String, Error> {
        let waiting = device_codes::waiting(tx, &user_code)?;
        let client = clients::find(tx, &waiting.client)?;
        let name: ResourceName = names.of_scopes(&waiting.scopes);
        let resource = resources::find(tx, &name)?;
        consent::give(tx, &client, &resource, &session.account, &shown, Whom::Oneself)?;
        device_codes::approve(tx, &user_code, &session.account, circumstances.clone())?;
        Ok(client.name)
    };
    visit.app.store.tenant(visit.tenant).write(approve).await.map_err(OAuthFault::from)
}

fn message(visit: &Visit<'_>, title: &str, text: &str) -> Response {
    let (title, text) = (title.to_owned(), text.to_owned());
    let page = pages::Message { frame: Frame::new(), title, text, details: Vec::new(), is_fault: false };
    visit.show(StatusCode::OK, &page)
}
