//! What joins properties of an application: what it declares, how many redirect URIs it has, and the URIs that name it, which no other
//! application of the tenant has.

use super::{
    Error, Refusal,
    entitlements::{self, listed},
};
use crate::{
    model::{
        application::APPLICATION, application_types::MAX_REDIRECT_URIS, draft::Draft, properties::Property,
        values::PropertyFault,
    },
    store::{ReadTx, WriteTx, domains, identifier_uris, objects::Object},
};
use serde_json::Value;
use url::Url;

/// Permissions that an application can need, of all resources together.
const MAX_PERMISSIONS: usize = 400;

const RESOURCE: &str = APPLICATION.resource;
const CLAIMS: &str = "optionalClaims";
const PERMISSIONS: &str = "requiredResourceAccess";
const URIS: &str = "identifierUris";

/// Refuses what doesn't go together, of what changes: what was stored before a rule was refuses no other change.
pub(super) fn check(tx: &ReadTx<'_>, draft: &Draft) -> Result<(), Error> {
    entitlements::check((RESOURCE, "appRoles"), draft.before("appRoles"), draft.get("appRoles"))?;
    let scopes = |api: Option<&Value>| api.and_then(|api| api.get("oauth2PermissionScopes")).cloned();
    let (before, after) = (scopes(draft.before("api")), scopes(draft.get("api")));
    entitlements::check((RESOURCE, "api"), before.as_ref(), after.as_ref())?;
    check_redirect_uris(draft)?;
    check_permissions(draft)?;
    check_claims(draft)?;
    check_version(draft)?;
    check_uris(tx, draft)
}

fn refused(name: &'static str) -> Refusal {
    Refusal::Property { resource: RESOURCE, fault: PropertyFault::Invalid(name) }
}

/// Refuses more redirect URIs than an application has, and the same one twice.
fn check_redirect_uris(draft: &Draft) -> Result<(), Refusal> {
    for kind in ["publicClient", "spa", "web"].into_iter().filter(|kind| draft.has_changed(kind)) {
        if redirect_uris(draft).count() > MAX_REDIRECT_URIS {
            return Err(refused(kind));
        }
        entitlements::differ(kind, redirect_uris_of(draft, kind).filter_map(Value::as_str))?;
    }
    Ok(())
}

/// Refuses more permissions than an application can need, and those that say too little.
fn check_permissions(draft: &Draft) -> Result<(), Refusal> {
    if !draft.has_changed(PERMISSIONS) {
        return Ok(());
    }
    let needed = listed(draft.get(PERMISSIONS));
    let count: usize = needed.iter().map(|one| listed(one.get("resourceAccess")).len()).sum();
    let fits = count <= MAX_PERMISSIONS && !needed.iter().any(lacks_something);
    fits.then_some(()).ok_or_else(|| refused(PERMISSIONS))
}

/// Refuses claims without a name.
fn check_claims(draft: &Draft) -> Result<(), Refusal> {
    if !draft.has_changed(CLAIMS) {
        return Ok(());
    }
    let claims = draft.get(CLAIMS);
    let of_tokens =
        ["accessToken", "idToken", "saml2Token"].map(|token| claims.and_then(|all| all.get(token)));
    let named = of_tokens.into_iter().flat_map(listed).all(|claim| !claim["name"].is_null());
    named.then_some(()).ok_or_else(|| refused(CLAIMS))
}

/// Whether it doesn't say of what resource, or which permission of what kind.
fn lacks_something(needed: &Value) -> bool {
    let lacks = |one: &Value| one["id"].is_null() || one["type"].is_null();
    needed["resourceAppId"].is_null() || listed(needed.get("resourceAccess")).iter().any(lacks)
}

/// Refuses a version of tokens that there isn't, or that doesn't fit whose accounts the application takes: Graph's resource page
/// `apiApplication`.
fn check_version(draft: &Draft) -> Result<(), Refusal> {
    if !draft.has_changed("api") && !draft.has_changed("signInAudience") {
        return Ok(());
    }
    let version = draft.get("api").and_then(|api| api["requestedAccessTokenVersion"].as_i64());
    let fits = match version {
        Some(2) => true,
        Some(1) | None => !takes_personal_accounts(draft),
        Some(_) => false,
    };
    fits.then_some(()).ok_or(Refusal::TokenVersion)
}

/// Has the tokens for a new application be of version 2.0 where they have to.
pub(super) fn set_version(draft: &mut Draft) {
    if !takes_personal_accounts(draft) {
        return;
    }
    let default = || APPLICATION.property("api").map(Property::default_value).unwrap_or_default();
    let mut api = draft.get("api").cloned().unwrap_or_else(default);
    if api["requestedAccessTokenVersion"].is_null() {
        api["requestedAccessTokenVersion"] = 2.into();
        draft.set("api", api);
    }
}

fn takes_personal_accounts(draft: &Draft) -> bool {
    matches!(
        draft.text("signInAudience"),
        Some("AzureADandPersonalMicrosoftAccount" | "PersonalMicrosoftAccount")
    )
}

/// Where its users can be led, as whatever kind of client.
pub(super) fn redirect_uris(draft: &Draft) -> impl Iterator<Item = &Value> {
    ["web", "spa", "publicClient"].into_iter().flat_map(move |kind| redirect_uris_of(draft, kind))
}

fn redirect_uris_of<'d>(draft: &'d Draft, kind: &str) -> impl Iterator<Item = &'d Value> + use<'d> {
    listed(draft.get(kind).and_then(|kind| kind.get("redirectUris"))).iter()
}

/// The URIs that name it as a resource.
pub(super) fn uris(draft: &Draft) -> impl Iterator<Item = &str> {
    listed(draft.get(URIS)).iter().filter_map(Value::as_str)
}

/// Refuses the same URI twice, and new URIs that are neither `api://…` nor of one of the tenant's domains.
fn check_uris(tx: &ReadTx<'_>, draft: &Draft) -> Result<(), Error> {
    if !draft.has_changed(URIS) {
        return Ok(());
    }
    entitlements::differ(URIS, uris(draft))?;
    let before = listed(draft.before(URIS));
    let new = uris(draft).filter(|uri| !before.iter().any(|old| old == uri));
    let foreign: Vec<&str> = new.filter(|uri| !uri.starts_with("api://")).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let domains = domains::all(tx)?;
    let is_own = |uri: &&str| {
        let uri = Url::parse(uri).ok();
        let host = uri.as_ref().and_then(Url::host_str).map(str::to_ascii_lowercase);
        host.is_some_and(|host| {
            let is_of = |domain: &str| {
                host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            domains.iter().any(|domain| is_of(domain.as_str()))
        })
    };
    match foreign.iter().find(|uri| !is_own(uri)) {
        Some(uri) => Err(Refusal::ForeignIdentifierUri((*uri).to_owned()).into()),
        None => Ok(()),
    }
}

/// Has its URIs name a stored application, where they changed.
pub(super) fn keep_uris(tx: &WriteTx<'_>, application: &Object, draft: &Draft) -> Result<(), Error> {
    if draft.has_changed(URIS) { keep_all_uris(tx, application, draft) } else { Ok(()) }
}

/// The same whether they changed or not.
pub(super) fn keep_all_uris(tx: &WriteTx<'_>, application: &Object, draft: &Draft) -> Result<(), Error> {
    let kept = identifier_uris::put(tx, application, uris(draft))?;
    Ok(kept.then_some(()).ok_or(Refusal::Taken(URIS))?)
}
