//! A browser's visit: whose pages it sees, who is signed in there, and which form it sends back.

use super::{
    authorization_request::{redirect, unchanged},
    browser::Browser,
    faults::{Inquiry, OAuthFault},
    find_tenant,
    form::{self, Form},
    pages::{self, Choice, Choices, FormFields, Frame, Page, ScopeInWords},
    resource_names::ResourceNames,
};
use crate::{
    auth::{
        id_tokens::{self, Hint},
        keys::Keys,
        secrets::Secret,
    },
    directory::sign_in::{
        accounts::{self, Account},
        clients::{self, Client},
        consent,
        faults::Error,
        resources::Resource,
        sessions::{self, Session},
    },
    http::{AppState, state::SignInMode, transport::Peer},
    model::ids::ObjectId,
    store::{ReadTx, Tenant},
};
use axum::{
    extract::Request,
    http::{StatusCode, request::Parts},
    response::Response,
};
use percent_encoding::percent_decode_str;
use std::{collections::BTreeSet, sync::Arc};

/// The parameter with an id token that the client has.
const HINT: &str = "id_token_hint";

/// Accounts that are shown to choose from.
const CHOICES: usize = 20;

/// The pages, below the tenant's name, from which forms come.
const BEGINNINGS: [&str; 3] = ["oauth2/v2.0/authorize", "oauth2/authorize", "oauth2/deviceauth"];

/// A visit to a tenant's pages.
pub(super) struct Visit<'v> {
    pub(super) app: &'v AppState,
    pub(super) inquiry: &'v Inquiry,
    pub(super) tenant: Tenant,
    pub(super) browser: Browser,
    pub(super) keys: Arc<Keys>,
    pub(super) names: ResourceNames,
    pub(super) peer: Option<Peer>,
}

impl<'v> Visit<'v> {
    /// The visit that a request is part of.
    pub(super) async fn begin(
        app: &'v AppState,
        inquiry: &'v Inquiry,
        parts: &Parts,
    ) -> Result<Self, OAuthFault> {
        let tenant = find_tenant(app, &inquiry.tenant).await?;
        Ok(Self {
            app,
            inquiry,
            tenant: tenant.ok_or_else(|| OAuthFault::NoAuthority(inquiry.tenant.clone()))?,
            browser: Browser::of(&parts.headers, inquiry)?,
            keys: app.keys().await.map_err(|_| OAuthFault::Unavailable)?,
            names: ResourceNames::of(app, &parts.extensions),
            peer: parts.extensions.get().copied(),
        })
    }

    /// Who issues this tenant's tokens.
    pub(super) fn issuer(&self) -> String {
        format!("{}/{}/v2.0", self.inquiry.origin, self.tenant.id)
    }

    /// The client of this id.
    pub(super) async fn client(&self, client_id: &str) -> Result<Client, OAuthFault> {
        let client_id = client_id.to_owned();
        let find = move |tx: &ReadTx<'_>| clients::find(tx, &client_id);
        self.app.store.tenant(self.tenant).read(find).await.map_err(OAuthFault::from)
    }

    /// What the id token tells that a client shows again. Refuses what isn't one that this tenant's clients were given.
    pub(super) fn hint(&self, form: &Form<'_>) -> Result<Option<Hint>, OAuthFault> {
        let Some(token) = form.get(HINT) else { return Ok(None) };
        let own = self.app.origins.iter().map(String::as_str).chain([&*self.inquiry.origin]);
        let read = id_tokens::read_hint(token, &self.keys, self.tenant.id, own);
        read.map(Some).map_err(|_| OAuthFault::Parameter(HINT))
    }

    /// The sign-in name of this user. It is empty where the user can't sign in.
    pub(super) async fn name_of(&self, user: ObjectId) -> Result<String, OAuthFault> {
        let find = move |tx: &ReadTx<'_>| accounts::of_id(tx, user);
        match self.app.store.tenant(self.tenant).read(find).await {
            Ok(account) => Ok(account.user_principal_name),
            Err(Error::Refused(_)) => Ok(String::new()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// The session that the browser has here.
    pub(super) async fn session(&self) -> Result<Option<Session>, OAuthFault> {
        let Some(secret) = self.browser.session(self.tenant.id) else { return Ok(None) };
        let find = move |tx: &ReadTx<'_>| sessions::find(tx, &secret);
        self.app.store.tenant(self.tenant).read(find).await.map_err(OAuthFault::from)
    }

    /// The hidden fields of a form that is sent to a page of this tenant's.
    pub(super) fn form(&self, page: &'static str, purpose: &str, proceed: &str) -> FormFields {
        self.form_for(page, purpose, proceed, &BTreeSet::new())
    }

    /// The same of a form by which somebody agrees to these scopes.
    pub(super) fn form_for(
        &self,
        page: &'static str,
        purpose: &str,
        proceed: &str,
        scopes: &BTreeSet<String>,
    ) -> FormFields {
        let scopes = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        FormFields {
            action: format!("/{}/{page}", self.tenant.id),
            proceed: proceed.to_owned(),
            token: self.browser.mark(&self.keys, &format!("{purpose} {scopes}"), proceed),
            scopes,
        }
    }

    /// A page as an answer to this browser.
    pub(super) fn show<P: Page>(&self, status: StatusCode, page: &P) -> Response {
        let mut response = pages::show(status, page);
        self.browser.know(&mut response);
        response
    }

    /// The page for signing in, to go on there. `client` is what it is for.
    pub(super) async fn sign_in(
        &self,
        client: &str,
        proceed: &str,
        username: &str,
        fault: Option<&OAuthFault>,
    ) -> Result<Response, OAuthFault> {
        let choices = match self.app.sign_in.mode {
            SignInMode::Picker => Some(self.choices(username).await?),
            SignInMode::Password => None,
        };
        let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let page = pages::SignIn {
            frame: Frame::new(),
            form: self.form("login", SIGN_IN, proceed),
            client: client.to_owned(),
            username: username.to_owned(),
            fault: fault.map(ToString::to_string),
            choices,
        };
        Ok(self.show(status, &page))
    }

    async fn choices(&self, hint: &str) -> Result<Choices, OAuthFault> {
        let hint = hint.to_owned();
        let first = move |tx: &ReadTx<'_>| accounts::first(tx, CHOICES, &hint);
        let first = self.app.store.tenant(self.tenant).read_long(first).await.map_err(OAuthFault::from)?;
        Ok(Choices { accounts: first.accounts.into_iter().map(choice).collect(), are_more: first.are_more })
    }

    /// What a form that came back has proven to be for.
    pub(super) fn check_form(&self, purpose: &str, form: &Form<'_>) -> Result<String, OAuthFault> {
        let proceed = form.field("continue")?;
        let purpose = format!("{purpose} {}", form.get("scopes").unwrap_or_default());
        self.browser.check_mark(&self.keys, &purpose, proceed, form.field("form_token")?)?;
        Ok(proceed.to_owned())
    }

    /// Leads a browser whose form doesn't count back to where the form came from: a second tab, or another sign-in, made it one of before.
    /// Nothing else of the form is looked at, and it leads nowhere but to the pages of this tenant that it can have come from. A browser
    /// that keeps no cookies is refused: it would be led in a circle.
    async fn begin_anew(&self, form: &Form<'_>) -> Result<Response, OAuthFault> {
        let proceed = form.get("continue").filter(|_| !self.browser.is_new());
        let path_and_query = proceed.and_then(|to| to.strip_prefix('/')?.split_once('?'));
        let (path, query) = path_and_query.ok_or(OAuthFault::ForeignForm)?;
        let (tenant, page) = path.split_once('/').ok_or(OAuthFault::ForeignForm)?;
        let named = percent_decode_str(tenant).decode_utf8_lossy();
        if BEGINNINGS.contains(&page) && find_tenant(self.app, &named).await? == Some(self.tenant) {
            Ok(redirect(&format!("/{}/{page}?{}", self.tenant.id, unchanged(query))))
        } else {
            Err(OAuthFault::ForeignForm)
        }
    }

    /// A secret for something new.
    pub(super) fn new_secret() -> Result<Secret, OAuthFault> {
        Secret::random().map_err(|_| OAuthFault::Unavailable)
    }
}

/// What the form for signing in is for.
pub(super) const SIGN_IN: &str = "sign in";

fn choice(account: Account) -> Choice {
    Choice {
        id: account.id.to_string(),
        name: account.display_name.unwrap_or_else(|| account.user_principal_name.clone()),
        user_principal_name: account.user_principal_name,
    }
}

/// The scopes that a form that came back shows to have been agreed to.
pub(super) fn agreed(form: &Form<'_>) -> BTreeSet<String> {
    let scopes = form.get("scopes").unwrap_or_default();
    scopes.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Whether a user can be asked for consent, and for what.
pub(super) struct Asked {
    pub(super) names: BTreeSet<String>,
    pub(super) scopes: Vec<ScopeInWords>,
    pub(super) may_grant: bool,
    pub(super) is_administrator: bool,
}

impl Asked {
    /// What to ask a user for.
    pub(super) fn read(
        tx: &ReadTx<'_>,
        account: &Account,
        resource: &Resource,
        names: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let in_words = |name: &String| {
            let openid = consent::describe(name).map(str::to_owned);
            let declared = resource.scopes().find(|scope| scope.value == name);
            match (openid, declared) {
                (Some(description), _) => ScopeInWords { name: String::new(), description },
                (None, declared) => {
                    let description = declared.map(|scope| scope.description).unwrap_or(name);
                    ScopeInWords { name: name.clone(), description: description.to_owned() }
                }
            }
        };
        Ok(Self {
            names: names.clone(),
            scopes: names.iter().map(in_words).collect(),
            may_grant: consent::may_grant(tx, account, resource, names)?,
            is_administrator: consent::is_administrator(tx, account)?,
        })
    }
}

/// Answers what a browser sends to one of a tenant's pages. What is refused is shown.
pub(super) async fn answer(
    app: &AppState,
    inquiry: &Inquiry,
    request: Request,
    rule: impl AsyncFnOnce(&Visit<'_>, &Form<'_>) -> Result<Response, OAuthFault>,
) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let sent = form::read_parameters(&parts, body).await?;
        let form = Form::read(&sent)?;
        let visit = Visit::begin(app, inquiry, &parts).await?;
        match rule(&visit, &form).await {
            Err(OAuthFault::ForeignForm) => visit.begin_anew(&form).await,
            answered => answered,
        }
    };
    answered.await.unwrap_or_else(|fault: OAuthFault| fault_page(inquiry, &fault))
}

/// The page that says what is wrong, where there is nowhere to send the browser.
pub(super) fn fault_page(inquiry: &Inquiry, fault: &OAuthFault) -> Response {
    let (status, _, number) = fault.answer();
    let page = pages::Message {
        frame: Frame::new(),
        title: "Sign-in isn't possible".into(),
        text: format!("AADSTS{number}: {fault}"),
        details: vec![
            format!("Request id: {}", inquiry.trace_id),
            format!("Correlation id: {}", inquiry.correlation_id),
            format!("Timestamp: {}", inquiry.timestamp()),
        ],
        is_fault: true,
    };
    pages::show(status, &page)
}
