//! Users: creating, reading, changing and deleting them.

use super::{Error, Found, Refusal, addresses::proxy_addresses, lookup, objects};
use crate::{
    model::{
        clock::timestamp,
        domains::DomainName,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Access, Grants, Need, Principal, READ_USER, Reach, UPDATE_USER},
        user::USER,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx, domains,
        objects::{Object, RowNumber},
    },
};
use serde_json::{Value, json};

/// A user as a caller reads it, with the properties that `select` names. A caller whose grants reach itself alone
/// learns nothing of others, not even whether they are there.
pub fn get(tx: &ReadTx<'_>, by: &Grants, key: &Key, select: Option<&[String]>) -> Result<Found, Error> {
    objects::may_select(by, &[&USER], select)?;
    let found = lookup::find_with_document(tx, key)?.filter(|(object, _)| object.kind == ObjectKind::User);
    let found = found.ok_or_else(|| Refusal::NotFound(key.text().into()).into());
    let (user, document) = covered(by, &READ_USER, found, |(user, _)| user.id)?;
    Ok(Found { kind: user.kind, id: user.id, document: Some(document) })
}

/// The user of this key, whoever asks.
pub fn find(tx: &ReadTx<'_>, key: &Key) -> Result<Found, Error> {
    objects::show(tx, &find_user(tx, key)?)
}

fn find_user(tx: &ReadTx<'_>, key: &Key) -> Result<Object, Error> {
    let found = lookup::find(tx, key)?.filter(|object| object.kind == ObjectKind::User);
    Ok(found.ok_or_else(|| Refusal::NotFound(key.text().into()))?)
}

/// The user of this key, if the caller's grants cover it.
fn find_covered(tx: &ReadTx<'_>, by: &Grants, need: &Need, key: &Key) -> Result<Object, Error> {
    covered(by, need, find_user(tx, key), |user| user.id)
}

/// What was found, if the caller's grants cover it. Grants that reach the caller alone don't tell who else is there.
fn covered<T>(
    by: &Grants,
    need: &Need,
    found: Result<T, Error>,
    id: impl Fn(&T) -> ObjectId,
) -> Result<T, Error> {
    let reaches_all = need.reach(by) == Some(Reach::Any);
    match found {
        Err(Error::Refused(_)) if !reaches_all => Err(Refusal::lacks(need, by).into()),
        Ok(user) if !need.covers(by, id(&user)) => Err(Refusal::lacks(need, by).into()),
        found => found,
    }
}

/// Creates a user of a new `id`. The password is checked and not kept.
pub fn create(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Found, Error> {
    objects::may_name(by, &[&USER], Access::Creation, body.keys())?;
    insert(tx, id, body)
}

pub(super) fn insert(tx: &WriteTx<'_>, id: ObjectId, body: &Values) -> Result<Found, Error> {
    let mut values = objects::check_creation(&USER, body)?;
    let password = values.remove("passwordProfile").unwrap_or_default();
    check_password(password.get("password"), &values)?;
    check_name(tx, &values, None)?;
    let now = Value::from(timestamp(tx.now()));
    values.insert("securityIdentifier".into(), id.security_identifier().into());
    for when in ["createdDateTime", "lastPasswordChangeDateTime", "signInSessionsValidFromDateTime"] {
        values.insert(when.into(), now.clone());
    }
    complete(tx, &mut values, None)?;
    Ok(objects::insert(tx, ObjectKind::User, id, None, values)?.1)
}

/// Changes a user as the body says: what it doesn't name stays, `null` takes a value away.
pub fn update(tx: &WriteTx<'_>, by: &Grants, key: &Key, body: &Values) -> Result<(), Error> {
    let mut changes = objects::check_update(by, &USER, body)?;
    if objects::names_nothing(body, &changes) {
        return Err(Refusal::NothingToChange.into());
    }
    let user = find_covered(tx, by, &UPDATE_USER, key)?;
    objects::check_id(body, &user)?;
    let oneself_alone = UPDATE_USER.reach(by) == Some(Reach::Itself);
    let guarded = USER.properties.iter().any(|p| !p.by_oneself && changes.contains_key(p.name));
    let elsewhere = changes.keys().any(|name| USER.holds_elsewhere(name));
    let by_application = matches!(by.principal, Principal::Application(_));
    if elsewhere && by_application {
        return Err(Refusal::NotPermitted.into());
    }
    if oneself_alone && guarded {
        return Err(Refusal::lacks(&UPDATE_USER, by).into());
    }
    let password = changes.shift_remove("passwordProfile").unwrap_or_default();
    let before = store::objects::values(tx, user.row)?;
    let mut after = before.clone();
    objects::apply(&USER, &mut after, &changes)?;
    if let Some(password) = password.get("password") {
        check_password(Some(password), &after)?;
        after.insert("lastPasswordChangeDateTime".into(), timestamp(tx.now()).into());
    }
    if !has_same_name(&before, &after) {
        check_name(tx, &after, Some(user.row))?;
    }
    complete(tx, &mut after, Some(&before))?;
    objects::update(tx, &user, &before, &after)
}

/// Deletes a user. Its sign-in name is free again.
pub fn delete(tx: &WriteTx<'_>, key: &Key) -> Result<(), Error> {
    objects::delete(tx, &find_user(tx, key)?)
}

/// Sets what follows from other values. The sign-in name is always among the identities. `before` are the user's values before
/// they changed.
fn complete(tx: &ReadTx<'_>, values: &mut Values, before: Option<&Values>) -> Result<(), Error> {
    let mail = values.get("mail").and_then(Value::as_str);
    let addresses = proxy_addresses(mail, values.get("proxyAddresses"));
    values.insert("proxyAddresses".into(), addresses);
    let identity = match before.filter(|before| has_same_name(before, values)).and_then(sign_in_identity) {
        Some(identity) => identity.clone(),
        None => json!({
            "issuer": domains::default(tx)?.as_str(), "issuerAssignedId": values.get("userPrincipalName"),
            "signInType": "userPrincipalName",
        }),
    };
    let mut identities = values.get("identities").and_then(Value::as_array).cloned().unwrap_or_default();
    identities.retain(|identity| !is_sign_in_name(identity));
    identities.push(identity);
    values.insert("identities".into(), identities.into());
    Ok(())
}

fn has_same_name(one: &Values, other: &Values) -> bool {
    one.get("userPrincipalName") == other.get("userPrincipalName")
}

fn sign_in_identity(values: &Values) -> Option<&Value> {
    values.get("identities")?.as_array()?.iter().find(|identity| is_sign_in_name(identity))
}

fn is_sign_in_name(identity: &Value) -> bool {
    identity["signInType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("userPrincipalName"))
}

/// Refuses a new sign-in name that isn't of a domain of the tenant's, or is another user's than `of`.
fn check_name(tx: &ReadTx<'_>, values: &Values, of: Option<RowNumber>) -> Result<(), Error> {
    let name = values.get("userPrincipalName").and_then(Value::as_str).unwrap_or_default();
    let domain = name.rsplit_once('@').and_then(|(_, domain)| domain.parse::<DomainName>().ok());
    let own = domain.map(|domain| domains::is_own(tx, &domain)).transpose()?;
    if own != Some(true) {
        return Err(Refusal::ForeignDomain.into());
    }
    match store::users::find_by_principal_name(tx, name)? {
        Some(other) if Some(other.row) != of => Err(Refusal::Taken("userPrincipalName").into()),
        _ => Ok(()),
    }
}

/// 8 to 256 characters, of three of four classes unless the user's policies have it otherwise.
fn check_password(password: Option<&Value>, user: &Values) -> Result<(), Refusal> {
    let Some(password) = password.and_then(Value::as_str) else {
        let fault = PropertyFault::Required("passwordProfile");
        return Err(Refusal::Property { resource: USER.resource, fault });
    };
    let has = |class: fn(char) -> bool| usize::from(password.contains(class));
    let classes = has(|c| c.is_lowercase())
        + has(|c| c.is_uppercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_alphanumeric());
    let long_enough = (8..=256).contains(&password.chars().count());
    let strong_enough = classes >= 3 || has_policy(user, "DisableStrongPassword");
    if long_enough && strong_enough { Ok(()) } else { Err(Refusal::WeakPassword) }
}

/// Whether this is among a user's policies for passwords, which are words with commas between them.
fn has_policy(user: &Values, policy: &str) -> bool {
    let policies = user.get("passwordPolicies").and_then(Value::as_str).unwrap_or_default();
    policies.split(',').any(|word| word.trim().eq_ignore_ascii_case(policy))
}
