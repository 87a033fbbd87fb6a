//! A browser, as its cookies tell of it: which browser it is, and the session that somebody has in it. And the marks by which a form that
//! comes back is known as one that this server made for it.

use super::faults::{Inquiry, OAuthFault};
use crate::{
    auth::{keys::Keys, secrets::Secret},
    model::ids::TenantId,
};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

/// The name of the cookie that tells browsers apart.
const BROWSER: &str = "roster-browser";

/// The beginning of the name of a session's cookie, which the tenant's id follows.
const SESSION: &str = "roster-session-";

/// What a cookie's name begins with that is only for this host by https.
const HOST: &str = "__Host-";

/// A browser.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    secure: bool,
    /// What tells it from others, and whether it knows that already.
    id: String,
    is_new: bool,
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// The browser that sent these headers, to which this server is at this origin.
    pub(super) fn of(headers: &HeaderMap, inquiry: &Inquiry) -> Result<Self, OAuthFault> {
        let secure = inquiry.origin.starts_with("https://");
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = sent.flat_map(|list| list.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let cookies: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let new = Secret::random().map_err(|_| OAuthFault::Unavailable)?.reveal().to_owned();
        let mut browser = Self { secure, id: new, is_new: true, cookies };
        if let Some(id) = browser.cookie(BROWSER) {
            (browser.id, browser.is_new) = (id.to_owned(), false);
        }
        Ok(browser)
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        let name = self.named(name);
        self.cookies.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    fn named(&self, name: &str) -> String {
        if self.secure { format!("{HOST}{name}") } else { name.to_owned() }
    }

    /// The secret of the session that it has in this tenant.
    pub(super) fn session(&self, tenant: TenantId) -> Option<Secret> {
        self.cookie(&format!("{SESSION}{tenant}")).map(Secret::new)
    }

    /// The mark of a form for this browser.
    pub(super) fn mark(&self, keys: &Keys, form: &str, proceed: &str) -> String {
        keys.mark(&[form, &self.id, proceed])
    }

    /// Refuses a form that this server didn't make for this browser.
    pub(super) fn check_mark(
        &self,
        keys: &Keys,
        form: &str,
        proceed: &str,
        mark: &str,
    ) -> Result<(), OAuthFault> {
        let is_own = !self.is_new && keys.is_mark_of(mark, &[form, &self.id, proceed]);
        if is_own { Ok(()) } else { Err(OAuthFault::ForeignForm) }
    }

    /// Lets the browser know which one it is.
    pub(super) fn know(&self, response: &mut Response) {
        if self.is_new {
            self.set(response, BROWSER, &self.id, "");
        }
    }

    /// Gives the browser the secret of a session in this tenant.
    pub(super) fn begin_session(&self, response: &mut Response, tenant: TenantId, secret: &Secret) {
        self.set(response, &format!("{SESSION}{tenant}"), secret.reveal(), "");
    }

    /// Takes it away.
    pub(super) fn end_session(&self, response: &mut Response, tenant: TenantId) {
        self.set(response, &format!("{SESSION}{tenant}"), "", "; Max-Age=0");
    }

    /// By https a cookie is sent in frames of other sites too, in which pages renew their tokens; pages of this server show themselves in
    /// none.
    fn set(&self, response: &mut Response, name: &str, value: &str, more: &str) {
        let scope = if self.secure { "; Secure; SameSite=None" } else { "; SameSite=Lax" };
        let cookie = format!("{}={value}; Path=/; HttpOnly{scope}{more}", self.named(name));
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}
