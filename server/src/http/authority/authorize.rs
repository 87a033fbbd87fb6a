//! The authorization endpoint (RFC 6749, 3.1): who is signed in, what was granted, and the code for that. Where somebody has to be asked,
//! it shows the page that does, which leads back here.

use super::{
    authorization_request::{self, AuthorizationRequest, Target, redirect, unchanged},
    faults::{Inquiry, OAuthFault},
    form::{self, Form},
    pages::{self, Frame},
    signing,
    token_request::client_info,
    visit::{self, Asked, Visit, agreed, fault_page},
};
use crate::{
    auth::{id_tokens::SignIn, secrets::Secret, tokens::Version},
    directory::sign_in::{
        codes::{self, Code},
        consent::{self, Whom},
        faults::{Error, Fault},
        resources,
        scopes::ResourceScopes,
        sessions::{self, Session},
        tokens::{self, Circumstances},
    },
    http::AppState,
    model::ids::ObjectId,
    store::{ReadTx, WriteTx},
};
use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use std::collections::BTreeSet;

/// The longest request, written as a query, in bytes: pages' forms and URLs have room for it.
const LONGEST: usize = 16 << 10;

/// The longest one that a browser is led to by GET though it came by POST, in bytes.
const LONGEST_LED: usize = 8 << 10;

/// The version of the endpoint at this path.
fn version_of(path: &str) -> Version {
    if path.ends_with("/v2.0/authorize") { Version::Second } else { Version::First }
}

/// The endpoint, of version 2.0 and of version 1.0.
pub(super) async fn authorize(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let sent = form::read_parameters(&parts, body).await?;
        answer(&app, &inquiry, &parts, &String::from_utf8_lossy(&sent)).await
    };
    answered.await.unwrap_or_else(|fault: OAuthFault| fault_page(&inquiry, &fault))
}

/// A form that another site posts comes without the browser's cookies (`SameSite=Lax`), and who has none would get new ones over those:
/// the browser is led to the same request by GET, with which it shows them.
///
/// Whatever is wrong before it is known where the answer goes is shown, and sent nowhere.
async fn answer(
    app: &AppState,
    inquiry: &Inquiry,
    parts: &Parts,
    query: &str,
) -> Result<Response, OAuthFault> {
    let visit = Visit::begin(app, inquiry, parts).await?;
    let query = unchanged(query);
    if query.len() > LONGEST {
        return Err(OAuthFault::TooLong);
    }
    let proceed = format!("{}?{query}", parts.uri.path());
    if parts.method == Method::POST && visit.browser.is_new() && query.len() <= LONGEST_LED {
        return Ok(redirect(&proceed));
    }
    let form = Form::read(query.as_bytes())?;
    let target = target(&visit, &form).await?;
    let answered = proceed_to(&visit, &target, (&form, version_of(parts.uri.path())), &proceed).await;
    Ok(answered.unwrap_or_else(|fault| target.refuse(inquiry, &fault)))
}

/// Where the answer to this request goes.
async fn target(visit: &Visit<'_>, form: &Form<'_>) -> Result<Target, OAuthFault> {
    let client = visit.client(form.field("client_id")?).await?;
    Target::read(client, form, visit.issuer())
}

async fn proceed_to(
    visit: &Visit<'_>,
    target: &Target,
    (form, version): (&Form<'_>, Version),
    proceed: &str,
) -> Result<Response, OAuthFault> {
    let request = AuthorizationRequest::read(form, version, target, &visit.names)?;
    let now = visit.app.store.clock().now().timestamp();
    let hinted = visit.hint(form)?.map(|hint| hint.user);
    let is_hinted = |session: &Session| hinted.is_none_or(|user| user == session.account.id);
    let session = visit.session().await?;
    let session = session.filter(|session| is_hinted(session) && fits(session, &request, now));
    let Some(session) = session.filter(|_| !request.prompt.login) else {
        if request.prompt.none {
            return Err(Fault::LoginRequired.into());
        }
        let hint = match (request.login_hint, hinted) {
            (Some(name), _) => name,
            (None, Some(user)) => visit.name_of(user).await?,
            (None, None) => String::new(),
        };
        return visit.sign_in(&target.client.name, proceed, &hint, None).await;
    };
    let (missing, asked) = missing(visit, target, &request, &session).await?;
    if missing.is_empty() && !request.prompt.consent {
        return give(visit, target, &request, &session).await;
    }
    if request.prompt.none {
        return Err(consent::required(&target.client).into());
    }
    let page = pages::Consent {
        frame: Frame::new(),
        form: visit.form_for("consent", &consenting(&session), proceed, &asked.names),
        client: target.client.name.clone(),
        username: session.account.user_principal_name.clone(),
        scopes: asked.scopes,
        may_grant: asked.may_grant,
        is_administrator: asked.is_administrator,
    };
    Ok(visit.show(StatusCode::OK, &page))
}

/// What the form for consent is for: nobody else's session answers it.
fn consenting(session: &Session) -> String {
    format!("consent {}", session.id)
}

/// Whether the session is of whom the client means, and as new as it wants.
fn fits(session: &Session, request: &AuthorizationRequest, now: i64) -> bool {
    let is_meant = |hint: &String| hint.eq_ignore_ascii_case(&session.account.user_principal_name);
    let is_known = |id: &String| *id == session.id.to_string();
    let is_new = |age: i64| age > 0 && now - session.authenticated_at <= age;
    request.login_hint.as_ref().is_none_or(is_meant)
        && request.session.as_ref().is_none_or(is_known)
        && request.max_age.is_none_or(is_new)
}

/// What nobody has granted yet, and what to ask for.
async fn missing(
    visit: &Visit<'_>,
    target: &Target,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<(BTreeSet<String>, Asked), OAuthFault> {
    let (client, account) = (target.client.clone(), session.account.clone());
    let (scopes, name, again) = (request.scopes.clone(), request.resource.clone(), request.prompt.consent);
    let look = move |tx: &ReadTx<'_>| -> Result<_, Error> {
        let resource = resources::find(tx, &name)?;
        let consent = consent::of(tx, &client, &resource, &account, &scopes)?;
        let mut shown = consent.missing.clone();
        if again {
            shown.extend(scopes.openid.asked().into_iter().map(str::to_owned));
            match &scopes.of_resource {
                ResourceScopes::Granted => shown.extend(consent.granted),
                ResourceScopes::Named(names) => shown.extend(consent::declared(&client, &resource, names)?),
            }
        }
        let asked = Asked::read(tx, &account, &resource, &shown)?;
        Ok((consent.missing, asked))
    };
    visit.app.store.tenant(visit.tenant).read(look).await.map_err(OAuthFault::from)
}

/// Sends what was asked for.
async fn give(
    visit: &Visit<'_>,
    target: &Target,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<Response, OAuthFault> {
    let circumstances = Circumstances {
        nonce: request.nonce.clone(),
        authenticated_at: session.authenticated_at,
        tells_time: request.max_age.is_some(),
        session: Some(session.id.to_string()),
    };
    let mut fields = Vec::new();
    let code = request.code.then(Visit::new_secret).transpose()?;
    if let Some(secret) = &code {
        store_code(visit, target, request, session, secret, circumstances.clone()).await?;
        fields.push(("code", secret.reveal().to_owned()));
    }
    if request.id_token {
        let (client, account) = (target.client.clone(), session.account.clone());
        let scopes = request.scopes.clone();
        let say = move |tx: &ReadTx<'_>| tokens::sign_in(tx, &client, &account, &scopes, &circumstances);
        let said = visit.app.store.tenant(visit.tenant).read(say).await?;
        let said = SignIn { code, ..said };
        let token = signing::id_token(visit.app, visit.inquiry, visit.tenant, said, Version::Second).await?;
        fields.push(("id_token", token));
    }
    if request.client_info {
        fields.push(("client_info", client_info(session.account.id, visit.tenant)));
    }
    fields.push(("session_state", session.id.to_string()));
    Ok(target.answer(fields))
}

async fn store_code(
    visit: &Visit<'_>,
    target: &Target,
    request: &AuthorizationRequest,
    session: &Session,
    secret: &Secret,
    circumstances: Circumstances,
) -> Result<(), OAuthFault> {
    let code = Code {
        client: target.client.app_id.to_string(),
        redirect_uri: target.redirect_uri.clone(),
        platform: target.platform,
        challenge: request.challenge.clone(),
        scopes: request.scopes.clone(),
        circumstances,
    };
    let (account, family) = (session.account.clone(), ObjectId::random().uuid());
    let (secret, session) = (secret.clone(), visit.browser.session(visit.tenant.id));
    let store = move |tx: &WriteTx<'_>| -> Result<(), Error> {
        codes::give(tx, &account, &secret, family, &code)?;
        session.iter().try_for_each(|session| sessions::note_client(tx, session, &code.client))
    };
    visit.app.store.tenant(visit.tenant).write(store).await.map_err(OAuthFault::from)
}

/// What came of the page for consent.
pub(super) async fn consent(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    visit::answer(&app, &inquiry, request, decide).await
}

async fn decide(visit: &Visit<'_>, form: &Form<'_>) -> Result<Response, OAuthFault> {
    let session = visit.session().await?.ok_or(OAuthFault::ForeignForm)?;
    let proceed = visit.check_form(&consenting(&session), form)?;
    let (path, query) = proceed.split_once('?').ok_or(OAuthFault::ForeignForm)?;
    let asked = Form::read(query.as_bytes())?;
    let target = target(visit, &asked).await?;
    match form.get("decision") {
        Some("accept") => {
            let request = AuthorizationRequest::read(&asked, version_of(path), &target, &visit.names)?;
            let whom = if form.get("everybody").is_some() { Whom::Everybody } else { Whom::Oneself };
            grant(visit, &target, request, session, (agreed(form), whom)).await?;
            Ok(redirect(&format!("{path}?{}", authorization_request::after_consent(query))))
        }
        Some("other") => {
            Ok(redirect(&format!("{path}?{}", authorization_request::with_other_account(query))))
        }
        _ => Ok(target.refuse(visit.inquiry, &Fault::ConsentDeclined.into())),
    }
}

async fn grant(
    visit: &Visit<'_>,
    target: &Target,
    request: AuthorizationRequest,
    session: Session,
    (shown, whom): (BTreeSet<String>, Whom),
) -> Result<(), OAuthFault> {
    let client = target.client.clone();
    let give = move |tx: &WriteTx<'_>| -> Result<(), Error> {
        let resource = resources::find(tx, &request.resource)?;
        consent::give(tx, &client, &resource, &session.account, &shown, whom)
    };
    visit.app.store.tenant(visit.tenant).write(give).await.map_err(OAuthFault::from)
}
