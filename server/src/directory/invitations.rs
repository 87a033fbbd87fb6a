//! Invitations: who is invited is a guest of the tenant from then on. Nobody is written to, and nothing signs guests in.

use super::{Error, Refusal, objects, users};
use crate::{
    model::{
        clock::timestamp,
        draft::Draft,
        ids::ObjectId,
        invitation::INVITATION,
        kinds::ObjectTraits,
        user::USER,
        values::{PropertyFault, Values},
    },
    store::{ReadTx, WriteTx, domains, users as stored},
};
use serde_json::{Value, json};
use url::Url;

/// How far an invitation has come that nobody can accept here.
const PENDING: &str = "PendingAcceptance";

/// Invites somebody, as the body says. Who was invited before and is a guest is told again.
///
/// # Errors
/// Refuses addresses of the tenant's own domains: who has one isn't from elsewhere.
pub fn create(tx: &WriteTx<'_>, (): &(), id: ObjectId, body: &Values) -> Result<Values, Error> {
    let mut values = INVITATION.check_creation(body).map_err(refused)?;
    let redirect = text(&values, "inviteRedirectUrl").parse::<Url>();
    if !redirect.is_ok_and(|url| ["http", "https"].contains(&url.scheme())) {
        return Err(refused(PropertyFault::Invalid("inviteRedirectUrl")).into());
    }
    let address = text(&values, "invitedUserEmailAddress").to_owned();
    check_elsewhere(tx, &address)?;
    let name = format!("{}#EXT#@{}", address.replace('@', "_"), domains::initial_of(tx)?);
    let invited = match stored::find_by_principal_name(tx, &name)? {
        Some(guest) => guest.id,
        None => invite(tx, &values, &address, name)?,
    };
    values.insert("id".into(), id.to_string().into());
    values.insert("inviteRedeemUrl".into(), redeem_url(tx, id).into());
    values.insert("status".into(), PENDING.into());
    values.insert("invitedUser".into(), json!({"id": invited.to_string()}));
    Ok(values)
}

/// Makes the guest.
fn invite(tx: &WriteTx<'_>, invitation: &Values, address: &str, name: String) -> Result<ObjectId, Error> {
    let (id, now) = (ObjectId::random(), timestamp(tx.now()));
    let local_part = address.split('@').next().unwrap_or_default();
    let display_name = match text(invitation, "invitedUserDisplayName") {
        "" => local_part,
        named => named,
    };
    let nickname = name.split('@').next().unwrap_or_default().to_owned();
    let user_type = invitation.get("invitedUserType").cloned().unwrap_or_else(|| "Guest".into());
    let mut draft = Draft::of_new(USER.initial_values());
    for (property, value) in [
        ("accountEnabled", Value::from(true)),
        ("creationType", "Invitation".into()),
        ("displayName", display_name.into()),
        ("externalUserState", PENDING.into()),
        ("externalUserStateChangeDateTime", now.as_str().into()),
        ("mail", address.into()),
        ("mailNickname", nickname.into()),
        ("otherMails", json!([address])),
        ("userPrincipalName", name.into()),
        ("userType", user_type),
    ] {
        draft.set(property, value);
    }
    users::complete(tx, id, &mut draft)?;
    objects::insert(tx, ObjectTraits::User, id, draft.into_values())?;
    Ok(id)
}

/// Refuses an address in a domain of the tenant's, and tells whose it is if it is a user's.
fn check_elsewhere(tx: &ReadTx<'_>, address: &str) -> Result<(), Error> {
    if let Some(user) = stored::find_by_principal_name(tx, address)? {
        return Err(Refusal::AlreadyHere(user.id).into());
    }
    let domain = address.rsplit_once('@').and_then(|(_, domain)| domain.parse().ok());
    match domain.map(|domain| domains::is_own(tx, &domain)).transpose()? {
        Some(true) => Err(refused(PropertyFault::Invalid("invitedUserEmailAddress")).into()),
        _ => Ok(()),
    }
}

/// In the form that Graph's have.
fn redeem_url(tx: &WriteTx<'_>, id: ObjectId) -> String {
    format!("https://login.microsoftonline.com/redeem?tenant={}&user={id}&ver=2.0", tx.tenant().id)
}

fn text<'v>(values: &'v Values, name: &str) -> &'v str {
    values.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: INVITATION.resource, fault }
}
