//! Consent: which scopes of a resource a user, or an administrator for everybody, let a client have.

use super::{
    accounts::Account,
    assignments,
    clients::Client,
    faults::{Error, Fault},
    resources::Resource,
    scopes::{ResourceScopes, Scopes},
};
use crate::{
    directory::oauth2_permission_grants,
    model::permissions::CONSENTING_ROLES,
    store::{ReadTx, WriteTx, rights},
};
use std::collections::BTreeSet;

/// What was granted of what is asked for.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// All scopes of the resource that the client has.
    pub granted: BTreeSet<String>,
    /// Those that are asked for and weren't granted.
    pub missing: BTreeSet<String>,
}

/// Which of these scopes of a resource the client has for this account, and which it lacks. Refuses an account that may not use one of
/// the two at all.
pub fn of(
    tx: &ReadTx<'_>,
    client: &Client,
    resource: &Resource,
    account: &Account,
    scopes: &Scopes,
) -> Result<Consent, Error> {
    assignments::allow_user(tx, account, client, resource)?;
    let user = Some(&account.user);
    let mut granted =
        oauth2_permission_grants::granted(tx, &client.service_principal, &resource.service_principal, user)?;
    granted.extend(resource.preauthorized(client.app_id).into_iter().map(str::to_owned));
    let asked = match &scopes.of_resource {
        ResourceScopes::Named(names) => declared(client, resource, names)?,
        ResourceScopes::Granted => {
            let required = resource.scopes_of(&client.required_scopes(resource.app_id));
            if required.is_empty() && granted.is_empty() {
                return Err(Fault::NothingRequired(client.app_id.to_string()).into());
            }
            required.into_iter().map(str::to_owned).collect()
        }
    };
    let mut missing: BTreeSet<String> = asked.difference(&granted).cloned().collect();
    if resource.is_graph() && (granted.is_empty() || !missing.is_empty()) {
        let openid = scopes.openid.asked().into_iter().map(str::to_owned);
        missing.extend(openid.filter(|name| !granted.contains(name)));
    }
    Ok(Consent { granted, missing })
}

/// These scopes as the resource declares them, in whatever case they are asked for. Refuses one that it doesn't declare.
pub fn declared(
    client: &Client,
    resource: &Resource,
    names: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Fault> {
    let as_declared = |name: &String| {
        let scope = resource.scopes().find(|scope| scope.value.eq_ignore_ascii_case(name));
        scope.map(|scope| scope.value.to_owned()).ok_or_else(|| Fault::UnknownScope {
            client: client.app_id.to_string(),
            scope: name.clone(),
            resource: resource.app_id.to_string(),
        })
    };
    names.iter().map(as_declared).collect()
}

/// The same where nobody can be asked: what is missing is refused.
pub fn given(
    tx: &ReadTx<'_>,
    client: &Client,
    resource: &Resource,
    account: &Account,
    scopes: &Scopes,
) -> Result<BTreeSet<String>, Error> {
    let consent = of(tx, client, resource, account, scopes)?;
    if consent.missing.is_empty() { Ok(consent.granted) } else { Err(required(client).into()) }
}

/// The fault that consent is missing.
pub fn required(client: &Client) -> Fault {
    Fault::ConsentRequired { client: client.app_id.to_string(), name: client.name.clone() }
}

/// Whether a user may let clients have these scopes of a resource: some are for administrators.
pub fn may_grant(
    tx: &ReadTx<'_>,
    account: &Account,
    resource: &Resource,
    scopes: &BTreeSet<String>,
) -> Result<bool, Error> {
    let mut sensitive = resource.scopes().filter(|scope| scope.needs_administrator).map(|scope| scope.value);
    Ok(!sensitive.any(|name| scopes.contains(name)) || is_administrator(tx, account)?)
}

/// Whether a user may let clients have scopes for everybody.
pub fn is_administrator(tx: &ReadTx<'_>, account: &Account) -> Result<bool, Error> {
    Ok(!rights::roles_of(tx, &account.user)?.and(CONSENTING_ROLES).is_empty())
}

/// For whom a client gets what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// For the user who consents.
    Oneself,
    /// For everybody.
    Everybody,
}

/// Lets a client have these scopes, which were shown to who agrees. Refuses what only an administrator may grant.
pub fn give(
    tx: &WriteTx<'_>,
    client: &Client,
    resource: &Resource,
    account: &Account,
    shown: &BTreeSet<String>,
    whom: Whom,
) -> Result<(), Error> {
    let may = match whom {
        Whom::Oneself => may_grant(tx, account, resource, shown)?,
        Whom::Everybody => is_administrator(tx, account)?,
    };
    if !may {
        let (client, name) = (client.app_id.to_string(), client.name.clone());
        return Err(Fault::AdministratorRequired { client, name }.into());
    }
    let user = (whom == Whom::Oneself).then_some(&account.user);
    let (client, resource) = (&client.service_principal, &resource.service_principal);
    Ok(oauth2_permission_grants::consent(tx, client, resource, user, shown)?)
}

/// What to tell people that OpenID Connect's scopes allow.
pub fn describe(name: &str) -> Option<&'static str> {
    Some(match name {
        "openid" => "Sign you in",
        "profile" => "Read your basic profile",
        "email" => "Read your mail address",
        "offline_access" => "Keep access to what you have given it access to",
        _ => return None,
    })
}
