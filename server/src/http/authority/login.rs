//! What comes back from the page for signing in, and from the one for another password: a session of the browser, which goes on where it
//! was.

use super::{
    authorization_request::{after_sign_in, redirect},
    faults::{Inquiry, OAuthFault},
    form::{self, Form},
    pages::{self, Frame},
    passwords::{self, Right},
    visit::{SIGN_IN, Visit, fault_page},
};
use crate::{
    auth::secrets::Secret,
    directory::{
        sign_in::{
            accounts::{self, Account},
            faults::{Error, Fault},
            sessions,
        },
        users,
    },
    http::{AppState, state::SignInMode},
    model::ids::ObjectId,
    store::{ReadTx, WriteTx, objects::RowNumber, passwords::Stored},
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};

/// The form of the page for signing in.
pub(super) async fn login(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let body = form::read_body(&parts, body).await?;
        sign_in(&app, &inquiry, &parts, &Form::read(&body)?).await
    };
    answered.await.unwrap_or_else(|fault: OAuthFault| fault_page(&inquiry, &fault))
}

async fn sign_in(
    app: &AppState,
    inquiry: &Inquiry,
    parts: &Parts,
    form: &Form<'_>,
) -> Result<Response, OAuthFault> {
    let visit = Visit::begin(app, inquiry, parts).await?;
    let proceed = visit.check_form(SIGN_IN, form)?;
    let username = form.get("username").unwrap_or_default();
    let found = match app.sign_in.mode {
        SignInMode::Picker => chosen(&visit, form).await,
        SignInMode::Password => proven(&visit, form).await,
    };
    match found {
        Ok(account) => begin(&visit, account, &proceed).await,
        Err(OAuthFault::SignIn(Fault::MustChangePassword)) => {
            Ok(change_page(&visit, &proceed, username, None))
        }
        Err(fault @ OAuthFault::SignIn(_)) => again(&visit, &proceed, username, &fault).await,
        Err(fault) => Err(fault),
    }
}

/// The account that was chosen, or named.
async fn chosen(visit: &Visit<'_>, form: &Form<'_>) -> Result<Account, OAuthFault> {
    let (id, name) =
        (form.get("account").map(str::parse::<ObjectId>), form.get("username").map(str::to_owned));
    let find = move |tx: &ReadTx<'_>| -> Result<_, Error> {
        match (id, name) {
            (Some(id), _) => accounts::of_id(tx, id.map_err(|_| Fault::DeletedUser)?),
            (None, name) => Ok(accounts::named(tx, &name.unwrap_or_default())?.ok_or(Fault::DeletedUser)?),
        }
    };
    visit.app.store.tenant(visit.tenant).read(find).await.map_err(OAuthFault::from)
}

/// The account whose password was shown.
async fn proven(visit: &Visit<'_>, form: &Form<'_>) -> Result<Account, OAuthFault> {
    let name = form.get("username").unwrap_or_default();
    let password = Secret::new(form.get("password").unwrap_or_default());
    let id = passwords::check(visit.app, visit.tenant, visit.peer, name, &password).await?;
    let find = move |tx: &ReadTx<'_>| accounts::of_id(tx, id);
    visit.app.store.tenant(visit.tenant).read(find).await.map_err(OAuthFault::from)
}

/// The page once more, with what was wrong.
async fn again(
    visit: &Visit<'_>,
    proceed: &str,
    username: &str,
    fault: &OAuthFault,
) -> Result<Response, OAuthFault> {
    let query = proceed.split_once('?').map_or("", |(_, query)| query);
    let asked = Form::read(query.as_bytes())?;
    let client = match asked.get("client_id") {
        Some(client_id) => visit.client(client_id).await?.name,
        None => DEVICE.into(),
    };
    visit.sign_in((&client, asked.get("redirect_uri")), proceed, username, Some(fault)).await
}

/// What is signed in to where no client is named.
pub(super) const DEVICE: &str = "another device";

/// Begins a session, and goes on.
async fn begin(visit: &Visit<'_>, account: Account, proceed: &str) -> Result<Response, OAuthFault> {
    let (secret, id) = (Visit::new_secret()?, ObjectId::random().uuid());
    let before = visit.browser.session(visit.tenant.id);
    let new = secret.clone();
    let begin = move |tx: &WriteTx<'_>| -> Result<(), Error> {
        // A session that somebody else may know doesn't become this user's.
        before.iter().try_for_each(|before| sessions::end(tx, before))?;
        sessions::begin(tx, &account, &new, id)
    };
    visit.app.store.tenant(visit.tenant).write(begin).await?;
    let (path, query) = proceed.split_once('?').unwrap_or((proceed, ""));
    let mut response = redirect(&format!("{path}?{}", after_sign_in(query)));
    visit.browser.begin_session(&mut response, visit.tenant.id, &secret);
    Ok(response)
}

/// What the form for another password is for.
const CHANGE: &str = "change password";

fn change_page(visit: &Visit<'_>, proceed: &str, username: &str, fault: Option<&str>) -> Response {
    let page = pages::ChangePassword {
        frame: Frame::new(),
        form: visit.form("password", CHANGE, proceed),
        username: username.to_owned(),
        fault: fault.map(str::to_owned),
    };
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let query = proceed.split_once('?').map_or("", |(_, query)| query);
    let asked = Form::read(query.as_bytes()).ok();
    visit.show(status, &page, asked.as_ref().and_then(|asked| asked.get("redirect_uri")))
}

/// The form of the page for another password.
pub(super) async fn change_password(
    State(app): State<AppState>,
    inquiry: Inquiry,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let body = form::read_body(&parts, body).await?;
        change(&app, &inquiry, &parts, &Form::read(&body)?).await
    };
    answered.await.unwrap_or_else(|fault: OAuthFault| fault_page(&inquiry, &fault))
}

async fn change(
    app: &AppState,
    inquiry: &Inquiry,
    parts: &Parts,
    form: &Form<'_>,
) -> Result<Response, OAuthFault> {
    let visit = Visit::begin(app, inquiry, parts).await?;
    let proceed = visit.check_form(CHANGE, form)?;
    let username = form.field("username")?;
    let (password, new) =
        (form.get("password").unwrap_or_default(), form.get("new_password").unwrap_or_default());
    let refused = |why: &str| Ok(change_page(&visit, &proceed, username, Some(why)));
    if form.get("new_password_again") != Some(new) {
        return refused("The new passwords differ.");
    }
    if new == password {
        return refused("The new password is the present one.");
    }
    let right = passwords::compare(app, visit.tenant, visit.peer, username, &Secret::new(password)).await;
    let right = match right {
        Ok(right) => right,
        Err(fault @ OAuthFault::SignIn(_)) => return refused(&fault.to_string()),
        Err(fault) => return Err(fault),
    };
    match replace(&visit, right, new).await? {
        Some(account) => begin(&visit, account, &proceed).await,
        None => refused("The new password is too weak: 8 to 256 characters of three classes."),
    }
}

/// Stores another password. `None`: it is too weak.
async fn replace(visit: &Visit<'_>, right: Right, new: &str) -> Result<Option<Account>, OAuthFault> {
    let Right { user, password: before } = right;
    let text = new.to_owned();
    let is_strong = move |tx: &ReadTx<'_>| users::is_strong_password(tx, user, &text);
    if !visit.app.store.tenant(visit.tenant).read(is_strong).await? {
        return Ok(None);
    }
    let hash = visit.app.passwords.hash(Secret::new(new)).await?;
    let stored = Stored { hash, must_change: false };
    set(visit, user, before, stored).await.map(Some)
}

async fn set(visit: &Visit<'_>, user: RowNumber, before: Stored, new: Stored) -> Result<Account, OAuthFault> {
    let set = move |tx: &WriteTx<'_>| -> Result<Account, Error> {
        accounts::change_password(tx, user, &before, &new)?;
        accounts::of_row(tx, user, tx.now())
    };
    visit.app.store.tenant(visit.tenant).write(set).await.map_err(OAuthFault::from)
}
