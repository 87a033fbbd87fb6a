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
use url::Url;

/// The beginning of the name of the cookie that tells browsers apart, which the port follows.
const BROWSER: &str = "roster-browser";

/// The beginning of the name of a session's cookie, which the port and the tenant's id follow.
const SESSION: &str = "roster-session";

/// What a cookie's name begins with that is only for this host by https.
const HOST: &str = "__Host-";

/// A browser.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    secure: bool,
    /// The port at which it finds this server. Cookies know hosts and no ports (RFC 6265, 8.5), so that all servers of a host get them.
    port: u16,
    /// What tells it from others, and whether it knows that already.
    id: String,
    is_new: bool,
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// The browser that sent these headers, to which this server is at this origin.
    pub(super) fn of(headers: &HeaderMap, inquiry: &Inquiry) -> Result<Self, OAuthFault> {
        let secure = inquiry.origin.starts_with("https://");
        let new = Secret::random().map_err(|_| OAuthFault::Unavailable)?.reveal().to_owned();
        let (port, cookies) = (port_of(&inquiry.origin), cookies_of(headers));
        let mut browser = Self { secure, port, id: new, is_new: true, cookies };
        if let Some(id) = browser.cookie(&browser.name()) {
            (browser.id, browser.is_new) = (id.to_owned(), false);
        }
        Ok(browser)
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn name(&self) -> String {
        self.named(&format!("{BROWSER}-{}", self.port))
    }

    fn name_of_session(&self, tenant: TenantId) -> String {
        self.named(&format!("{SESSION}-{}-{tenant}", self.port))
    }

    fn named(&self, name: &str) -> String {
        if self.secure { format!("{HOST}{name}") } else { name.to_owned() }
    }

    /// Whether it didn't show any mark of this server's: it is new, or another site led it here, to which browsers give no cookies.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// The secret of the session that it has in this tenant.
    pub(super) fn session(&self, tenant: TenantId) -> Option<Secret> {
        self.cookie(&self.name_of_session(tenant)).map(Secret::new)
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
            self.set(response, &self.name(), &self.id, "");
        }
    }

    /// Gives the browser the secret of a session in this tenant.
    pub(super) fn begin_session(&self, response: &mut Response, tenant: TenantId, secret: &Secret) {
        self.set(response, &self.name_of_session(tenant), secret.reveal(), "");
    }

    /// Takes it away.
    pub(super) fn end_session(&self, response: &mut Response, tenant: TenantId) {
        self.set(response, &self.name_of_session(tenant), "", "; Max-Age=0");
    }

    /// By https a cookie is sent in frames of other sites too, in which pages renew their tokens; pages of this server show themselves in
    /// none.
    fn set(&self, response: &mut Response, name: &str, value: &str, more: &str) {
        let scope = if self.secure { "; Secure; SameSite=None" } else { "; SameSite=Lax" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly{scope}{more}");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// The cookies of a request. Those of other programs on the same host are among them, which may be any bytes.
fn cookies_of(headers: &HeaderMap) -> Vec<(String, String)> {
    let sent = headers.get_all(header::COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut cookies = Vec::new();
    for list in sent {
        let pairs = list.split(';').filter_map(|pair| pair.trim().split_once('='));
        cookies.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    cookies
}

/// The port of an origin, named or not.
fn port_of(origin: &str) -> u16 {
    Url::parse(origin).ok().and_then(|url| url.port_or_known_default()).unwrap_or_default()
}
