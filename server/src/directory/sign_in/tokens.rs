//! What tokens follow from a sign-in.

use super::{
    accounts::Account,
    assignments, claims,
    clients::Client,
    consent,
    faults::Error,
    resources::{Resource, ResourceName},
    scopes::Scopes,
};
use crate::{
    auth::{
        id_tokens::SignIn,
        secrets::Secret,
        tokens::{Audience, Subject},
    },
    directory::app_role_assignments,
    model::ids::ObjectId,
    store::ReadTx,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a user signed in, which tokens tell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Circumstances {
    /// What the client sent to know its id token by.
    pub nonce: Option<String>,
    /// When the user proved who that is, in seconds since 1970.
    pub authenticated_at: i64,
    /// Whether the client wants to be told when that was.
    pub tells_time: bool,
    /// The browser's session.
    pub session: Option<String>,
}

/// What a client is to be sent, but for what signing makes of it.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// What the access token is for.
    pub audience: Audience,
    /// Whom it speaks for.
    pub subject: Subject,
    /// From which time on it may be, so that it counts.
    pub counts_from: DateTime<Utc>,
    /// The scopes that the answer names.
    pub scope: String,
    /// What the id token says, where one was asked for.
    pub sign_in: Option<SignIn>,
    /// The next refresh token, where one was asked for.
    pub refresh_token: Option<Secret>,
    /// The user's id.
    pub user: ObjectId,
}

/// The tokens of a user for a client. Refuses scopes that nobody has granted.
pub fn of_user(
    tx: &ReadTx<'_>,
    client: &Client,
    account: &Account,
    scopes: &Scopes,
    name: &ResourceName,
    circumstances: &Circumstances,
    refresh_token: Option<&Secret>,
) -> Result<Tokens, Error> {
    let resource = super::resources::find(tx, name)?;
    let granted = consent::given(tx, client, &resource, account, scopes)?;
    let more = claims::of_user(tx, account, &resource.declared, "accessToken")?;
    Ok(Tokens {
        audience: resource.audience.clone().saying(more),
        subject: subject(tx, client, account, &resource, &granted)?,
        counts_from: account.time(DateTime::UNIX_EPOCH),
        scope: scopes.answer(&granted),
        sign_in: match scopes.openid.openid {
            true => Some(sign_in(tx, client, account, scopes, circumstances)?),
            false => None,
        },
        refresh_token: refresh_token.filter(|_| scopes.openid.offline_access).cloned(),
        user: account.id,
    })
}

fn subject(
    tx: &ReadTx<'_>,
    client: &Client,
    account: &Account,
    resource: &Resource,
    granted: &BTreeSet<String>,
) -> Result<Subject, Error> {
    // OpenID Connect's scopes stand in Graph's tokens alone.
    let stands = |name: &&String| resource.is_graph() || consent::describe(name).is_none();
    let roles = match resource.is_graph() {
        true => Vec::new(),
        false => app_role_assignments::roles(tx, &account.user, &resource.service_principal)?,
    };
    Ok(Subject::User {
        id: account.id,
        user_principal_name: account.user_principal_name.clone(),
        display_name: account.display_name.clone(),
        client: Some(client.app_id),
        scopes: granted.iter().filter(stands).cloned().collect(),
        roles,
    })
}

/// What an id token says of this sign-in.
pub fn sign_in(
    tx: &ReadTx<'_>,
    client: &Client,
    account: &Account,
    scopes: &Scopes,
    circumstances: &Circumstances,
) -> Result<SignIn, Error> {
    Ok(SignIn {
        client: client.app_id,
        user: account.id,
        user_principal_name: account.user_principal_name.clone(),
        display_name: account.display_name.clone().filter(|_| scopes.openid.profile),
        mail: account.mail.clone().filter(|_| scopes.openid.email),
        nonce: circumstances.nonce.clone(),
        authenticated_at: circumstances.tells_time.then_some(circumstances.authenticated_at),
        code: None,
        roles: app_role_assignments::roles(tx, &account.user, &client.service_principal)?,
        session: circumstances.session.clone(),
        more: claims::of_user(tx, account, &client.declared, "idToken")?,
    })
}

/// What a token says of a client by itself: the roles of the resource that it was assigned.
pub fn of_application(
    tx: &ReadTx<'_>,
    client: &Client,
    name: &ResourceName,
) -> Result<(Audience, Subject), Error> {
    let resource = super::resources::find(tx, name)?;
    assignments::allow_application(tx, client, &resource)?;
    let roles = app_role_assignments::roles(tx, &client.service_principal, &resource.service_principal)?;
    let subject = Subject::Application { app_id: client.app_id, id: client.service_principal.id, roles };
    Ok((resource.audience, subject))
}
