//! Invitations: who is invited is a guest of the tenant from then on. Nobody is written to, and nothing signs guests in.

use super::{Error, Refusal, objects, rights, users};
use crate::{
    model::{
        clock::timestamp,
        draft::Draft,
        ids::ObjectId,
        invitation::INVITATION,
        kinds::ObjectTraits,
        names,
        permissions::{Grants, parts},
        properties::Format,
        user::USER,
        values::{PropertyFault, Values},
    },
    store::{ReadTx, WriteTx, domains, objects::values_of, users as stored},
};
use serde_json::{Value, json};
use url::Url;

/// How far an invitation has come that nobody can accept here.
const PENDING: &str = "PendingAcceptance";

/// How a user has come who was invited.
const INVITATION_TYPE: &str = "Invitation";

/// What tells that a user is from elsewhere: what stands before it is made of the address.
const EXTERNAL: &str = "#EXT#";

/// How many guests can have addresses that their names don't tell apart but by a digit.
const MOST_ALIKE: usize = 10;

/// How many characters a mail nickname has, and what stands before the `@` of a sign-in name.
const MAX_ALIAS: usize = 64;

/// How many characters a sign-in name has.
const MAX_NAME: usize = 113;

/// Invites somebody, as the body says. Who was invited before and is a guest is told again.
///
/// # Errors
/// Refuses addresses of the tenant's own domains: who has one isn't from elsewhere. Refuses to invite members to those who have no
/// right to that.
pub fn create(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Values, Error> {
    let mut values = INVITATION.check_creation(body).map_err(refused)?;
    if values.get("invitedUserType").is_some_and(|kind| kind != "Guest") {
        rights::may_make(by, &parts::INVITED_MEMBERS, ObjectTraits::User)?;
    }
    let redirect = text(&values, "inviteRedirectUrl").parse::<Url>();
    if !redirect.is_ok_and(|url| ["http", "https"].contains(&url.scheme())) {
        return Err(refused(PropertyFault::Invalid("inviteRedirectUrl")).into());
    }
    let address = text(&values, "invitedUserEmailAddress").to_owned();
    check_elsewhere(tx, &address)?;
    let invited = match find_guest(tx, &address)? {
        Some(guest) => guest,
        None => invite(tx, &values, &address)?,
    };
    values.insert("id".into(), id.to_string().into());
    values.insert("inviteRedeemUrl".into(), redeem_url(tx, id).into());
    values.insert("status".into(), PENDING.into());
    values.insert("invitedUser".into(), json!({"id": invited.to_string()}));
    Ok(values)
}

/// The guest with this address.
fn find_guest(tx: &ReadTx<'_>, address: &str) -> Result<Option<ObjectId>, Error> {
    for name in sign_in_names(tx, address)? {
        let found = stored::find_by_principal_name_with_document(tx, &name)?;
        if let Some((user, document)) = found
            && is_guest(&values_of(&document)?, address)
        {
            return Ok(Some(user.id));
        }
    }
    Ok(None)
}

/// A sign-in name for a guest with this address.
fn free_name(tx: &ReadTx<'_>, address: &str) -> Result<String, Error> {
    for name in sign_in_names(tx, address)? {
        if stored::find_by_principal_name(tx, &name)?.is_none() {
            return Ok(name);
        }
    }
    Err(Refusal::Taken("userPrincipalName").into())
}

/// The sign-in names that a guest with this address can have, the best first.
fn sign_in_names(tx: &ReadTx<'_>, address: &str) -> Result<impl Iterator<Item = String>, Error> {
    let domain = domains::initial_of(tx)?;
    let most = MAX_ALIAS.min((MAX_NAME - 1).saturating_sub(domain.as_str().len()));
    Ok((0..MOST_ALIKE).map(move |number| {
        let end = if number == 0 { EXTERNAL.to_owned() } else { format!("{number}{EXTERNAL}") };
        let beginning: String = address.chars().map(in_alias).take(most.saturating_sub(end.len())).collect();
        format!("{beginning}{end}@{domain}")
    }))
}

/// What a sign-in name has where an address has this.
fn in_alias(character: char) -> char {
    let fits = character.is_ascii_alphanumeric() || "'.-_!^~".contains(character);
    if fits { character } else { '_' }
}

/// Whether a user is a guest, or was invited as a member, by this address.
fn is_guest(user: &Values, address: &str) -> bool {
    let is_from_elsewhere =
        text(user, "userType") == "Guest" || text(user, "creationType") == INVITATION_TYPE;
    is_from_elsewhere && names::key(text(user, "mail")) == names::key(address)
}

/// Makes the guest.
fn invite(tx: &WriteTx<'_>, invitation: &Values, address: &str) -> Result<ObjectId, Error> {
    let (id, now) = (ObjectId::random(), timestamp(tx.now()));
    let name = free_name(tx, address)?;
    let local_part = address.split('@').next().unwrap_or_default();
    let nickname = name.split('@').next().unwrap_or_default().to_owned();
    let shown: String =
        local_part.chars().filter(|&character| Format::DisplayName.takes(character)).collect();
    let display_name = match (text(invitation, "invitedUserDisplayName"), shown) {
        ("", shown) if shown.is_empty() => nickname.clone(),
        ("", shown) => shown,
        (named, _) => named.to_owned(),
    };
    let user_type = invitation.get("invitedUserType").cloned().unwrap_or_else(|| "Guest".into());
    let mut draft = Draft::of_new(USER.initial_values());
    for (property, value) in [
        ("accountEnabled", Value::from(true)),
        ("creationType", INVITATION_TYPE.into()),
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
