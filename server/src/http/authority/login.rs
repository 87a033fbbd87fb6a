//! What comes back from the page for signing in, and from the one for another password: a session of the browser, which goes on where it
//! was.

use super::{
    authorization_request::{after_sign_in, redirect},
    faults::{Inquiry, OAuthFault},
    form::Form,
    pages::{self, FieldFault, Frame},
    passwords::{self, Right},
    visit::{self, SIGN_IN, Visit},
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
    store::{ReadTx, WriteTx, passwords::Stored},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

/// The form of the page for signing in.
pub(super) async fn login(State(app): State<AppState>, inquiry: Inquiry, request: Request) -> Response {
    visit::answer(&app, &inquiry, request, sign_in).await
}

async fn sign_in(visit: &Visit<'_>, form: &Form<'_>) -> Result<Response, OAuthFault> {
    let proceed = visit.check_form(SIGN_IN, form)?;
    let username = form.get("username").unwrap_or_default();
    let signed_in = async {
        let who = match visit.app.sign_in.mode {
            SignInMode::Picker => chosen(form),
            SignInMode::Password => {
                let password = Secret::new(form.get("password").unwrap_or_default());
                Who::Proven(passwords::check(visit.app, visit.tenant, visit.peer, username, &password).await?)
            }
        };
        begin(visit, who, &proceed).await
    };
    match signed_in.await {
        Err(OAuthFault::SignIn(Fault::MustChangePassword)) => {
            Ok(change_page(visit, &proceed, username, None))
        }
        Err(fault @ OAuthFault::SignIn(_)) => again(visit, &proceed, username, &fault).await,
        signed_in => signed_in,
    }
}

/// Who signs in, and how that is known.
#[derive(Debug, Clone)]
enum Who {
    /// The account with this id, which was chosen.
    Chosen(ObjectId),
    /// The account with this name, likewise.
    Named(String),
    /// The account whose password was shown.
    Proven(Right),
}

impl Who {
    fn find(&self, tx: &ReadTx<'_>) -> Result<Account, Error> {
        match self {
            Self::Chosen(id) => accounts::of_id(tx, *id),
            Self::Named(name) => Ok(accounts::named(tx, name)?.ok_or(Fault::UnknownUser)?),
            Self::Proven(right) => accounts::proven(tx, right.user, &right.password),
        }
    }
}

fn chosen(form: &Form<'_>) -> Who {
    let id = form.get("account").and_then(|id| id.parse().ok());
    id.map_or_else(|| Who::Named(form.get("username").unwrap_or_default().to_owned()), Who::Chosen)
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
    visit.sign_in(&client, proceed, username, Some(fault)).await
}

/// What is signed in to where no client is named.
pub(super) const DEVICE: &str = "another device";

/// Begins a session, and goes on.
async fn begin(visit: &Visit<'_>, who: Who, proceed: &str) -> Result<Response, OAuthFault> {
    let (secret, id) = (Visit::new_secret()?, ObjectId::random().uuid());
    let before = visit.browser.session(visit.tenant.id);
    let new = secret.clone();
    let begin = move |tx: &WriteTx<'_>| -> Result<(), Error> {
        let account = who.find(tx)?;
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

fn change_page(visit: &Visit<'_>, proceed: &str, username: &str, fault: Option<FieldFault>) -> Response {
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = pages::ChangePassword {
        frame: Frame::new(),
        form: visit.form("password", CHANGE, proceed),
        username: username.to_owned(),
        fault,
    };
    visit.show(status, &page)
}

/// The form of the page for another password.
pub(super) async fn change_password(
    State(app): State<AppState>,
    inquiry: Inquiry,
    request: Request,
) -> Response {
    visit::answer(&app, &inquiry, request, change).await
}

async fn change(visit: &Visit<'_>, form: &Form<'_>) -> Result<Response, OAuthFault> {
    let proceed = visit.check_form(CHANGE, form)?;
    let username = form.field("username")?;
    let (password, new) =
        (form.get("password").unwrap_or_default(), form.get("new_password").unwrap_or_default());
    let refused = |field: &'static str, why: &str| {
        let fault = FieldFault { field, text: why.to_owned() };
        Ok(change_page(visit, &proceed, username, Some(fault)))
    };
    if form.get("new_password_again") != Some(new) {
        return refused("new_password_again", "The new passwords differ.");
    }
    if new == password {
        return refused("new_password", "The new password is the present one.");
    }
    let right =
        passwords::compare(visit.app, visit.tenant, visit.peer, username, &Secret::new(password)).await;
    let right = match right {
        Ok(right) => right,
        Err(fault @ OAuthFault::SignIn(_)) => return refused("password", &fault.to_string()),
        Err(fault) => return Err(fault),
    };
    match replace(visit, right, new).await? {
        Some(right) => begin(visit, Who::Proven(right), &proceed).await,
        None => {
            refused("new_password", "The new password is too weak: 8 to 256 characters of three classes.")
        }
    }
}

/// Stores another password. `None`: it is too weak.
async fn replace(visit: &Visit<'_>, right: Right, new: &str) -> Result<Option<Right>, OAuthFault> {
    let Right { user, password: before } = right;
    let text = new.to_owned();
    let is_strong = move |tx: &ReadTx<'_>| users::is_strong_password(tx, user, &text);
    if !visit.app.store.tenant(visit.tenant).read(is_strong).await? {
        return Ok(None);
    }
    let hash = visit.app.passwords.hash(Secret::new(new)).await?;
    let password = Stored { hash, must_change: false };
    let stored = password.clone();
    let set = move |tx: &WriteTx<'_>| accounts::change_password(tx, user, &before, &stored);
    visit.app.store.tenant(visit.tenant).write(set).await?;
    Ok(Some(Right { user, password }))
}
