//! Requests for authorization (RFC 6749, 4.1.1; OpenID Connect Core 1.0, 3.1.2.1): what a client wants, and where the answer goes.

use super::{
    faults::{Inquiry, OAuthFault},
    form::Form,
    pages::{self, Frame},
    resource_names::ResourceNames,
};
use crate::{
    auth::{
        pkce::{self, Challenge},
        tokens::{GRAPH, Version},
    },
    directory::sign_in::{
        clients::{Client, Platform},
        faults::Fault,
        resources::ResourceName,
        scopes::Scopes,
    },
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// How the answer reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// Where the answer to a request goes.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) client: Client,
    pub(super) redirect_uri: String,
    pub(super) platform: Platform,
    mode: ResponseMode,
    state: Option<String>,
    /// Who answers (RFC 9207): a client that asks several authorities can't be told another's answer.
    issuer: String,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct AuthorizationRequest {
    /// A code.
    pub(super) code: bool,
    /// An id token at once.
    pub(super) id_token: bool,
    pub(super) scopes: Scopes,
    pub(super) resource: ResourceName,
    pub(super) challenge: Option<Challenge>,
    pub(super) nonce: Option<String>,
    pub(super) prompt: Prompt,
    pub(super) login_hint: Option<String>,
    /// The session that the client knows.
    pub(super) session: Option<String>,
    pub(super) max_age: Option<i64>,
    pub(super) client_info: bool,
}

/// What the user must be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Nothing: who would have to be asked is refused.
    pub(super) none: bool,
    /// Who that is, whoever is signed in.
    pub(super) login: bool,
    /// For consent, whatever was granted.
    pub(super) consent: bool,
}

impl Prompt {
    fn read(text: &str) -> Result<Self, OAuthFault> {
        let mut prompt = Self::default();
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        for word in &words {
            match *word {
                "none" if words.len() == 1 => prompt.none = true,
                "login" | "select_account" => prompt.login = true,
                "consent" | "admin_consent" => prompt.consent = true,
                _ => return Err(OAuthFault::Parameter("prompt")),
            }
        }
        Ok(prompt)
    }
}

impl Target {
    /// Where the answer goes, of a request of this client's. Whatever is wrong here isn't sent anywhere.
    pub(super) fn read(client: Client, form: &Form<'_>, issuer: String) -> Result<Self, OAuthFault> {
        let named = form.get("redirect_uri").or_else(|| client.only_redirect_uri()).map(str::to_owned);
        let redirect_uri = named.ok_or(OAuthFault::Missing("redirect_uri"))?;
        if !is_location(&redirect_uri) {
            return Err(OAuthFault::Parameter("redirect_uri"));
        }
        let platform = client.platform(&redirect_uri)?;
        let response_type = form.get("response_type").unwrap_or_default();
        let is_token = response_type.split_ascii_whitespace().any(|word| word != "code");
        let mode = match form.get("response_mode") {
            // A token doesn't go into an address, which is kept in many places.
            Some("query") if is_token => return Err(OAuthFault::QueryResponse),
            Some("query") => ResponseMode::Query,
            Some("fragment") => ResponseMode::Fragment,
            Some("form_post") => ResponseMode::FormPost,
            Some(_) => return Err(OAuthFault::Parameter("response_mode")),
            None if is_token => ResponseMode::Fragment,
            None => ResponseMode::Query,
        };
        Ok(Self { client, redirect_uri, platform, mode, state: form.get("state").map(str::to_owned), issuer })
    }

    /// The answer with these fields.
    pub(super) fn answer(&self, mut fields: Vec<(&'static str, String)>) -> Response {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields.push(("iss", self.issuer.clone()));
        match self.mode {
            ResponseMode::FormPost => {
                let (action, client) = (self.redirect_uri.clone(), self.client.name.clone());
                let page = pages::FormPost { frame: Frame::new(), action, client, fields };
                pages::show(StatusCode::OK, &page)
            }
            ResponseMode::Query => {
                let (base, separator) =
                    (&self.redirect_uri, if self.redirect_uri.contains('?') { '&' } else { '?' });
                redirect(&format!("{base}{separator}{}", encoded(&fields)))
            }
            ResponseMode::Fragment => redirect(&format!("{}#{}", self.redirect_uri, encoded(&fields))),
        }
    }

    /// The answer that the request is refused.
    pub(super) fn refuse(&self, inquiry: &Inquiry, fault: &OAuthFault) -> Response {
        let error = match (fault, fault.answer().1) {
            (OAuthFault::SignIn(Fault::ConsentRequired { .. }), _) => "consent_required",
            (OAuthFault::SignIn(Fault::UserNotAssigned { .. }), _) => "access_denied",
            (_, error) => error,
        };
        self.answer(vec![("error", error.into()), ("error_description", inquiry.describe(fault))])
    }
}

/// What stays as it is in a query (RFC 3986, 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(fields: &[(&'static str, String)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ENCODED)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Sends the browser there: with GET, whatever came before.
pub(super) fn redirect(to: &str) -> Response {
    let Ok(to) = HeaderValue::try_from(to) else {
        tracing::error!("a redirection can't be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, to),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

impl AuthorizationRequest {
    /// What a request to this target asks for.
    pub(super) fn read(
        form: &Form<'_>,
        version: Version,
        target: &Target,
        names: &ResourceNames,
    ) -> Result<Self, OAuthFault> {
        let (code, id_token) = response_type(form.field("response_type")?, &target.client)?;
        if form.get("request").is_some() || form.get("request_uri").is_some() {
            return Err(OAuthFault::Parameter("request"));
        }
        let scopes = match (form.get("resource"), form.get("scope"), version) {
            (Some(resource), ..) => Scopes::of(resource),
            // Version 1.0 knows resources only. Libraries for OAuth in general send scopes all the same, which it ignores.
            (None, _, Version::First) => Scopes::of(GRAPH),
            (None, Some(scope), Version::Second) => Scopes::read(scope)?,
            (None, None, Version::Second) => return Err(OAuthFault::Missing("scope")),
        };
        let challenge = challenge(form)?;
        if target.platform == Platform::SinglePage && code && challenge.is_none() {
            return Err(OAuthFault::ChallengeRequired);
        }
        let nonce = form.get("nonce").map(str::to_owned);
        if id_token && nonce.is_none() {
            return Err(OAuthFault::Missing("nonce"));
        }
        if id_token && !scopes.openid.openid {
            return Err(OAuthFault::Parameter("scope"));
        }
        let max_age = form.get("max_age").map(|age| {
            let age = age.parse().ok().filter(|age| *age >= 0);
            age.ok_or(OAuthFault::Parameter("max_age"))
        });
        Ok(Self {
            code,
            id_token,
            resource: names.of_scopes(&scopes),
            scopes,
            challenge,
            nonce,
            prompt: Prompt::read(form.get("prompt").unwrap_or_default())?,
            login_hint: form.get("login_hint").map(str::to_owned),
            session: form.get("sid").map(str::to_owned),
            max_age: max_age.transpose()?,
            client_info: form.get("client_info").is_some_and(|asked| asked == "1"),
        })
    }
}

/// Whether a code is asked for, and whether an id token.
fn response_type(text: &str, client: &Client) -> Result<(bool, bool), OAuthFault> {
    let refused = || OAuthFault::ResponseType(text.into());
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (code, id_token) = (words.contains(&"code"), words.contains(&"id_token"));
    let known = words.iter().all(|word| ["code", "id_token"].contains(word));
    if known && (code || id_token) && (!id_token || client.may_get_id_tokens_at_once()) {
        Ok((code, id_token))
    } else {
        Err(refused())
    }
}

fn challenge(form: &Form<'_>) -> Result<Option<Challenge>, OAuthFault> {
    let method = form.get("code_challenge_method");
    match form.get("code_challenge") {
        None if method.is_some() => Err(OAuthFault::Missing("code_challenge")),
        None => Ok(None),
        Some(_) if method != Some(pkce::METHOD) => Err(OAuthFault::Parameter("code_challenge_method")),
        Some(challenge) => Ok(Some(challenge.parse().map_err(|_| OAuthFault::Parameter("code_challenge"))?)),
    }
}

/// How old a sign-in may be at least that was made for the request, in seconds.
const AFTER_SIGN_IN: i64 = 600;

/// A request's query after somebody has signed in for it: nobody is asked for that again.
pub(super) fn after_sign_in(query: &str) -> String {
    rewritten(query, |name, value| match name {
        "prompt" => {
            let stays: Vec<&str> =
                value.split_ascii_whitespace().filter(|word| word.ends_with("consent")).collect();
            (!stays.is_empty()).then(|| stays.join(" "))
        }
        // What is asked for is done, however long the user thinks about what comes next.
        "max_age" => Some(value.parse().map_or(AFTER_SIGN_IN, |age: i64| age.max(AFTER_SIGN_IN)).to_string()),
        // Who signed in is whom the client gets.
        "login_hint" | "id_token_hint" | "sid" => None,
        _ => Some(value.to_owned()),
    })
}

/// A request's query after somebody has consented to it.
pub(super) fn after_consent(query: &str) -> String {
    rewritten(query, |name, value| (name != "prompt").then(|| value.to_owned()))
}

/// A request's query that asks who signs in.
pub(super) fn with_other_account(query: &str) -> String {
    let others = rewritten(query, |name, value| {
        (!["prompt", "login_hint", "id_token_hint", "sid"].contains(&name)).then(|| value.to_owned())
    });
    format!("{others}&prompt=select_account")
}

/// A request's query, written so that it can stand in a URL.
pub(super) fn unchanged(query: &str) -> String {
    rewritten(query, |_, value| Some(value.to_owned()))
}

fn rewritten(query: &str, value: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut written = url::form_urlencoded::Serializer::new(String::new());
    for (name, old) in url::form_urlencoded::parse(query.as_bytes()) {
        if let Some(new) = value(&name, &old) {
            written.append_pair(&name, &new);
        }
    }
    written.finish()
}

/// Whether a URL is one that a browser may be sent to: absolute, and nothing that runs in a page.
fn is_location(url: &str) -> bool {
    let runs = |url: &Url| ["javascript", "data", "vbscript", "blob", "file"].contains(&url.scheme());
    Url::parse(url).is_ok_and(|url| !runs(&url))
}
