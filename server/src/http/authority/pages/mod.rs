//! The pages where people sign in: what each shows, and the headers that go with it. None needs a script. Nothing here knows what leads
//! to a page.

use crate::auth::secrets::Secret;
use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// What all pages have.
pub(super) struct Frame {
    /// What lets the page's own style, and the script of one, count.
    nonce: String,
}

impl Frame {
    /// That of a new page. Where the machine gives no random numbers, the page has no style.
    pub(super) fn new() -> Self {
        Self { nonce: Secret::random().map(|nonce| nonce.reveal().to_owned()).unwrap_or_default() }
    }
}

/// Where a page's form is sent, and what comes back with it.
pub(super) struct FormFields {
    /// Where it goes.
    pub(super) action: String,
    /// Where the browser goes on once it is answered: a path and query of this server.
    pub(super) proceed: String,
    /// What shows that this server made the form for this browser.
    pub(super) token: String,
    /// The scopes that are shown, where that is what is agreed to.
    pub(super) scopes: String,
}

/// An account that can be chosen.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) user_principal_name: String,
}

/// The accounts that can be chosen.
pub(super) struct Choices {
    pub(super) accounts: Vec<Choice>,
    /// Whether there are others.
    pub(super) are_more: bool,
}

/// The page for signing in.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignIn {
    pub(super) frame: Frame,
    pub(super) form: FormFields,
    pub(super) client: String,
    pub(super) username: String,
    pub(super) fault: Option<String>,
    /// The accounts to choose from. `None`: by name and password.
    pub(super) choices: Option<Choices>,
}

impl SignIn {
    /// Whether the name that was entered is at fault.
    fn is_name_at_fault(&self) -> bool {
        self.fault.is_some() && !self.username.is_empty()
    }
}

/// The page for another password.
#[derive(Template)]
#[template(path = "change_password.html")]
pub(super) struct ChangePassword {
    pub(super) frame: Frame,
    pub(super) form: FormFields,
    pub(super) username: String,
    pub(super) fault: Option<FieldFault>,
}

impl ChangePassword {
    /// Whether this field is at fault.
    fn is_at_fault(&self, name: &str) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.field == name)
    }
}

/// What is wrong with what was entered.
pub(super) struct FieldFault {
    /// The name of the field that it was entered in.
    pub(super) field: &'static str,
    pub(super) text: String,
}

/// A scope in words.
pub(super) struct ScopeInWords {
    pub(super) name: String,
    pub(super) description: String,
}

/// The page for consent.
#[derive(Template)]
#[template(path = "consent.html")]
pub(super) struct Consent {
    pub(super) frame: Frame,
    pub(super) form: FormFields,
    pub(super) client: String,
    pub(super) username: String,
    pub(super) scopes: Vec<ScopeInWords>,
    pub(super) may_grant: bool,
    pub(super) is_administrator: bool,
}

/// The page where a device's code is entered.
#[derive(Template)]
#[template(path = "device.html")]
pub(super) struct Device {
    pub(super) frame: Frame,
    pub(super) action: String,
    /// What was entered.
    pub(super) code: String,
    pub(super) fault: Option<String>,
}

/// The page that asks whether a device is to be signed in.
#[derive(Template)]
#[template(path = "device_confirmation.html")]
pub(super) struct DeviceConfirmation {
    pub(super) frame: Frame,
    pub(super) form: FormFields,
    pub(super) client: String,
    pub(super) username: String,
    pub(super) user_code: String,
    pub(super) scopes: Vec<ScopeInWords>,
    pub(super) may_grant: bool,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct Message {
    pub(super) frame: Frame,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) details: Vec<String>,
    pub(super) is_fault: bool,
}

/// The page that sends an answer on by a form (OAuth 2.0 Form Post Response Mode).
#[derive(Template)]
#[template(path = "form_post.html")]
pub(super) struct FormPost {
    pub(super) frame: Frame,
    pub(super) action: String,
    pub(super) client: String,
    pub(super) fields: Vec<(&'static str, String)>,
}

/// What of a page its headers depend on.
pub(super) trait Page: Template {
    fn frame(&self) -> &Frame;

    /// Whether the page has a script.
    const HAS_SCRIPT: bool = false;
}

macro_rules! pages {
    ($($page:ty),+) => {
        $(impl Page for $page {
            fn frame(&self) -> &Frame {
                &self.frame
            }
        })+
    };
}

pages!(SignIn, ChangePassword, Consent, Device, DeviceConfirmation, Message);

impl Page for FormPost {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    const HAS_SCRIPT: bool = true;
}

/// A page as an answer. Its form is sent to this server, which may lead to a client, and that anywhere: browsers would hold each
/// redirection against a policy for forms (`form-action`).
pub(super) fn show<P: Page>(status: StatusCode, page: &P) -> Response {
    let Ok(html) = page.render() else {
        tracing::error!("a page can't be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let nonce = &page.frame().nonce;
    let script = if P::HAS_SCRIPT { format!("'nonce-{nonce}'") } else { "'none'".into() };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src {script}; frame-ancestors 'none'; base-uri 'none'"
    );
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, html).into_response()
}
