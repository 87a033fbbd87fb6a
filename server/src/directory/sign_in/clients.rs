//! Clients: applications that people sign in to, and how they prove who they are.

use super::faults::{Error, Fault};
use crate::{
    auth::{
        assertions::{Assertion, SigningCertificate},
        secrets::Secret,
    },
    directory::{
        applications::{self, Authentication},
        entitlements::listed,
        federated_identity_credentials,
    },
    model::{
        ids::AppId,
        kinds::ObjectKind,
        values::Values,
        well_known_applications::{self, WellKnownApplication},
    },
    store::{self, ReadTx, credentials, objects::Object},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

/// A client of the tenant.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its client id.
    pub app_id: AppId,
    /// Its name.
    pub name: String,
    /// Its presence in the tenant.
    pub service_principal: Object,
    /// Whether only users may use it who were assigned to it.
    pub needs_assignment: bool,
    /// Its application, where that is registered here.
    application: Option<Object>,
    /// What its application declares.
    pub(super) declared: Values,
}

/// What kind of program is behind a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Platform {
    /// A program on a server, which has a secret.
    Web,
    /// A page that redeems its codes itself.
    SinglePage,
    /// A program on a device.
    Public,
}

impl Platform {
    /// Each with the property that has its redirect URIs.
    const ALL: [(Self, &str); 3] =
        [(Self::Public, "publicClient"), (Self::Web, "web"), (Self::SinglePage, "spa")];
}

/// The client of this id. One that is disabled gets nothing.
pub fn find(tx: &ReadTx<'_>, client_id: &str) -> Result<Client, Error> {
    let unknown = || Fault::UnknownClient { client: client_id.into(), tenant: tx.tenant().id };
    let app_id: AppId = client_id.parse().map_err(|_| unknown())?;
    let found = store::applications::find(tx, ObjectKind::ServicePrincipal, &app_id.to_string())?;
    let service_principal = found.ok_or_else(unknown)?;
    let values = store::objects::values(tx, service_principal.row)?;
    if values.get("accountEnabled") == Some(&false.into()) {
        return Err(Fault::DisabledClient(client_id.into()).into());
    }
    let application = store::applications::find(tx, ObjectKind::Application, &app_id.to_string())?;
    let declared = match (&application, well_known_applications::find(app_id)) {
        (Some(application), _) => store::objects::values(tx, application.row)?,
        (None, Some(known)) => of_well_known(known),
        (None, None) => Values::new(),
    };
    let name = values.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let needs_assignment = values.get("appRoleAssignmentRequired") == Some(&true.into());
    Ok(Client { app_id, name, service_principal, needs_assignment, application, declared })
}

/// What a well-known client would declare, if it was registered here.
fn of_well_known(known: &WellKnownApplication) -> Values {
    let uris = json!({"redirectUris": known.redirect_uris});
    Values::from_iter([("publicClient".into(), uris), ("isFallbackPublicClient".into(), true.into())])
}

impl Client {
    /// What is behind this redirect URI, as it is written, or as a program's on this machine with whatever port. Refuses one that isn't the
    /// client's.
    pub fn platform(&self, uri: &str) -> Result<Platform, Fault> {
        let exact = self.platform_where(|own| own == uri);
        let found = exact.or_else(|| self.platform_where(|own| is_same_loopback(own, uri)));
        let refused = || Fault::RedirectUri { uri: uri.into(), client: self.app_id.to_string() };
        found.filter(|_| !uri.contains('#')).ok_or_else(refused)
    }

    fn platform_where(&self, is_it: impl Fn(&str) -> bool) -> Option<Platform> {
        let has = |(_, property): &(Platform, &str)| redirect_uris(self.declared.get(*property)).any(&is_it);
        Platform::ALL.into_iter().find(has).map(|(platform, _)| platform)
    }

    /// Whether one of its redirect URIs is a page of this origin, which redeems codes itself.
    pub fn is_page_of(&self, origin: &str) -> bool {
        let mut pages = redirect_uris(self.declared.get("spa"));
        pages.any(|uri| Url::parse(uri).is_ok_and(|uri| uri.origin().ascii_serialization() == origin))
    }

    /// Whether it may be without a proof of who it is where no redirect URI tells.
    pub fn is_public(&self) -> bool {
        self.declared.get("isFallbackPublicClient") == Some(&true.into())
    }

    /// Whether it has no secret wherever it runs: it is programs that people have, and pages.
    fn is_only_public(&self, tx: &ReadTx<'_>) -> Result<bool, store::Error> {
        let has = |property| redirect_uris(self.declared.get(property)).next().is_some();
        for holder in self.application.iter().chain([&self.service_principal]) {
            if !credentials::passwords(tx, holder)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(!has("web") && (self.is_public() || has("publicClient") || has("spa")))
    }

    /// A redirect URI for a request that names none: the only one.
    pub fn only_redirect_uri(&self) -> Option<&str> {
        let mut all =
            Platform::ALL.iter().flat_map(|(_, property)| redirect_uris(self.declared.get(*property)));
        all.next().filter(|_| all.next().is_none())
    }

    /// Whether id tokens may come with the answer to a sign-in, without a code.
    pub fn may_get_id_tokens_at_once(&self) -> bool {
        self.declared
            .get("web")
            .is_some_and(|web| web["implicitGrantSettings"]["enableIdTokenIssuance"] == true)
    }

    /// The permissions of a resource, by id, that its application says it needs of signed-in users.
    pub fn required_scopes(&self, resource: AppId) -> Vec<&str> {
        let resource = resource.to_string();
        let required =
            self.declared.get("requiredResourceAccess").and_then(Value::as_array).into_iter().flatten();
        let of_resource =
            required.filter(|access| access["resourceAppId"].as_str() == Some(resource.as_str()));
        let access = of_resource.flat_map(|access| access["resourceAccess"].as_array().into_iter().flatten());
        access.filter(|access| access["type"] == "Scope").filter_map(|access| access["id"].as_str()).collect()
    }

    /// The certificates whose keys sign its assertions at this time.
    fn certificates(&self, tx: &ReadTx<'_>) -> Result<Vec<SigningCertificate>, store::Error> {
        let mut certificates = Vec::new();
        for holder in self.application.iter().chain([&self.service_principal]) {
            let keys = credentials::keys(tx, holder)?;
            let valid = keys.iter().filter(|key| key.validity.covers(tx.now()));
            certificates.extend(valid.filter_map(|key| SigningCertificate::read(&key.certificate)));
        }
        Ok(certificates)
    }
}

fn redirect_uris(platform: Option<&Value>) -> impl Iterator<Item = &str> {
    let uris = platform.and_then(|platform| platform["redirectUris"].as_array());
    uris.into_iter().flatten().filter_map(Value::as_str)
}

/// Whether both are the same place on this machine, as they are written, but for the port (RFC 8252, 7.3): a program takes a free one.
fn is_same_loopback(own: &str, given: &str) -> bool {
    matches!((loopback(own), loopback(given)), (Some(own), Some(given)) if own == given)
}

/// The host of a URI on this machine, and what comes after its port.
fn loopback(uri: &str) -> Option<(&'static str, &str)> {
    let hosts = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    let (host, rest) = hosts.into_iter().find_map(|host| Some((host, uri.strip_prefix(host)?)))?;
    let path = match rest.strip_prefix(':') {
        Some(rest) => {
            let path = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            rest[..rest.len() - path.len()].parse::<u16>().ok()?;
            path
        }
        None => rest,
    };
    // An empty path is the root.
    let path = if path.is_empty() { "/" } else { path };
    path.starts_with(['/', '?']).then_some((host, path))
}

/// How a client says that it is itself.
#[derive(Debug, Clone)]
pub enum Proof {
    /// Not at all.
    None,
    /// By a secret.
    Secret(Secret),
    /// By an assertion.
    Assertion(String),
}

/// What came of a proof.
#[derive(Debug, Clone)]
pub enum Proven {
    /// The client proves nothing: it is public, or has to.
    Nothing,
    /// It is the client.
    Client,
    /// It is the client, by this assertion.
    ByAssertion(UsedAssertion),
    /// It is the client, if one of these keys of another issuer signed the assertion.
    ByIssuer(store::federated_issuers::IssuerKeys),
}

/// An assertion that was shown, as it is remembered where it counts once.
#[derive(Debug, Clone, Copy)]
pub struct UsedAssertion {
    /// What tells it from others.
    pub fingerprint: [u8; 32],
    /// Until when it is to be remembered, in seconds since 1970.
    pub ends_at: i64,
}

/// Looks at a client's proof. `audiences` are the names of this authority in assertions.
pub fn prove(tx: &ReadTx<'_>, client: &Client, proof: &Proof, audiences: &[String]) -> Result<Proven, Error> {
    let id = || client.app_id.to_string();
    match proof {
        Proof::None => Ok(Proven::Nothing),
        Proof::Secret(secret) => match applications::authenticate(tx, client.app_id, secret)? {
            Authentication::Proven(_) => Ok(Proven::Client),
            Authentication::WrongSecret if client.is_only_public(tx)? => {
                Err(Fault::PublicClient(id()).into())
            }
            Authentication::WrongSecret => Err(Fault::Secret(id()).into()),
            Authentication::ExpiredSecret => Err(Fault::ExpiredSecret(id()).into()),
            Authentication::Disabled => Err(Fault::DisabledClient(id()).into()),
            // A client that every tenant has.
            Authentication::Unknown if client.is_public() => Err(Fault::PublicClient(id()).into()),
            Authentication::Unknown => {
                Err(Fault::UnknownClient { client: id(), tenant: tx.tenant().id }.into())
            }
        },
        Proof::Assertion(text) => by_assertion(tx, client, text, audiences),
    }
}

fn by_assertion(tx: &ReadTx<'_>, client: &Client, text: &str, audiences: &[String]) -> Result<Proven, Error> {
    let id = client.app_id.to_string();
    let faulty = |fault| Fault::Assertion { client: id.clone(), fault };
    let assertion = Assertion::read(text).map_err(faulty)?;
    assertion.check_time(tx.now()).map_err(faulty)?;
    if assertion.issuer().parse::<AppId>().is_err() {
        let subject = assertion.subject().map_err(faulty)?;
        return by_issuer(tx, client, &assertion, subject);
    }
    let is_own = |text: &str| text.eq_ignore_ascii_case(&id);
    if !is_own(assertion.issuer()) || !is_own(assertion.subject().map_err(faulty)?) {
        return Err(Fault::AssertionOfAnother.into());
    }
    assertion.check_length(tx.now()).map_err(faulty)?;
    assertion.check_audience(audiences).map_err(faulty)?;
    let certificates = client.certificates(tx)?;
    let certificate = assertion.certificate(&certificates).map_err(faulty)?;
    assertion.check_signed_by(certificate).map_err(faulty)?;
    let (fingerprint, ends_at) = (assertion.fingerprint(), assertion.ends_at());
    Ok(Proven::ByAssertion(UsedAssertion { fingerprint, ends_at }))
}

/// The keys of another issuer, whose assertion a federated credential of the application lets stand for it.
fn by_issuer(
    tx: &ReadTx<'_>,
    client: &Client,
    assertion: &Assertion<'_>,
    subject: &str,
) -> Result<Proven, Error> {
    let issuer = assertion.issuer();
    let faulty = |fault| Fault::Assertion { client: client.app_id.to_string(), fault };
    let audience = assertion.audience().map_err(faulty)?;
    let is_meant = |credential: &Values| {
        let is = |name: &str, text: &str| credential.get(name).is_some_and(|value| value == text);
        is("issuer", issuer)
            && is("subject", subject)
            && listed(credential.get("audiences")).iter().any(|one| one == audience)
    };
    let credentials =
        client.application.as_ref().map(|application| federated_identity_credentials::of(tx, application));
    if !credentials.transpose()?.unwrap_or_default().iter().any(is_meant) {
        return Err(Fault::Federation { issuer: issuer.into(), subject: subject.into() }.into());
    }
    let keys = store::federated_issuers::find(tx, issuer)?;
    Ok(Proven::ByIssuer(keys.ok_or_else(|| Fault::UnknownIssuer(issuer.into()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_loopback_redirect_uri_is_free() {
        for (own, given) in [
            ("http://localhost", "http://localhost:51234"),
            ("http://localhost", "http://localhost:51234/"),
            ("http://localhost:3000/auth", "http://localhost:4000/auth"),
            ("http://127.0.0.1/a?b=c", "http://127.0.0.1:1/a?b=c"),
            ("http://[::1]", "http://[::1]:8"),
        ] {
            assert!(is_same_loopback(own, given), "{own} {given}");
        }
        for (own, given) in [
            ("http://localhost", "https://localhost:51234"),
            ("https://localhost", "https://localhost:51234"),
            ("http://localhost", "http://127.0.0.1:51234"),
            ("http://localhost/a", "http://localhost/A"),
            ("http://localhost/a", "http://localhost/a/../b"),
            ("http://localhost/a", "http://localhost/a?b"),
            ("http://localhost", "HTTP://LOCALHOST:1"),
            ("http://localhost", "http://localhost\n"),
            ("http://localhost", "http://localhost:"),
            ("http://localhost", "http://localhost:99999"),
            ("http://localhost", "http://localhost:1:2"),
            ("http://127.0.0.1", "http://127.1:1"),
            ("http://localhost", "http://localhost@elsewhere.example"),
            ("http://localhost", "http://user@localhost:1"),
            ("http://localhost", "http://localhost:1/#a"),
            ("http://localhost", "http://localhost.elsewhere.example"),
            ("http://elsewhere.example", "http://elsewhere.example:1"),
        ] {
            assert!(!is_same_loopback(own, given), "{own} {given}");
        }
    }
}
