//! Users: creating, reading, changing and deleting them.

use super::{
    Bound, Error, Found, Refusal, access, addresses::proxy_addresses, directory_roles, lookup, managers,
    objects, rights, subscribed_skus,
};
use crate::{
    auth::passwords::PasswordHash,
    model::{
        clock::timestamp,
        domains::DomainName,
        draft::Draft,
        ids::ObjectId,
        kinds::ObjectTraits,
        permissions::{
            Access, DELETE_USER, Grants, Need, Principal, READ_BASIC_USER, Reach, UPDATE_USER,
            UPDATE_USER_PROFILE,
        },
        properties::Mutability,
        user::USER,
        values::{Document, PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx, domains,
        objects::{Object, RowNumber},
        passwords::{self, Stored},
        sign_in_grants,
    },
};
use serde_json::{Value, json};

/// A user as a caller reads it, with the properties that `select` names. A caller whose grants reach only its own account
/// learns nothing of others, not even whether they are there.
pub fn get(tx: &ReadTx<'_>, by: &Grants, key: &Key, select: Option<&[String]>) -> Result<Found, Error> {
    access::may_select(by, &[&USER], select)?;
    Ok(Found::where_readable(by, covered(tx, by, &READ_BASIC_USER, key)?))
}

/// The user with this key. Asks for no permission: it is for the command line.
pub fn look_up(tx: &ReadTx<'_>, key: &Key) -> Result<Found, Error> {
    let (user, document) = lookup::user_with_document(tx, key)?;
    Ok(Found::of(&user, document))
}

/// The user with this key and its documents, if the caller's grants cover it.
fn covered(tx: &ReadTx<'_>, by: &Grants, need: &Need, key: &Key) -> Result<(Object, Document), Error> {
    cover(by, need, lookup::user_with_document(tx, key), |(user, _)| user)
}

/// The user with this key, if the caller's grants cover it.
pub(super) fn find(tx: &ReadTx<'_>, by: &Grants, need: &Need, key: &Key) -> Result<Object, Error> {
    cover(by, need, lookup::user(tx, key), |user| user)
}

/// What was found of a user, if the caller's grants cover it. Grants that reach only the caller don't tell who else is there.
fn cover<F>(
    by: &Grants,
    need: &Need,
    found: Result<F, Error>,
    user: impl Fn(&F) -> &Object,
) -> Result<F, Error> {
    let reaches_all = need.reach(by) == Some(Reach::Any);
    match found {
        Err(Error::Refused(_)) if !reaches_all => Err(Refusal::lacks(need, by).into()),
        Ok(found) if !need.covers(by, user(&found).id) => Err(Refusal::lacks(need, by).into()),
        found => found,
    }
}

/// Creates a user of a new `id`, with the manager that the request binds. The password is checked, and its hash is kept where there is one.
pub fn create(
    tx: &WriteTx<'_>,
    by: &Grants,
    id: ObjectId,
    body: &Values,
    bound: &Bound,
    hash: Option<&PasswordHash>,
) -> Result<Found, Error> {
    access::may_name(by, &[&USER], Access::Creation, body.keys())?;
    let (user, found) = insert(tx, id, body)?;
    keep_password(tx, &user, body.get("passwordProfile"), hash)?;
    if let Some(manager) = &bound.manager {
        managers::assign(tx, &user, &managers::resolve(tx, by, manager)?)?;
    }
    Ok(found)
}

pub(super) fn insert(tx: &WriteTx<'_>, id: ObjectId, body: &Values) -> Result<(Object, Found), Error> {
    let mut values = objects::check_creation(&USER, body)?;
    let password = values.remove("passwordProfile").unwrap_or_default();
    let mut draft = Draft::of_new(values);
    check_password(password.get("password"), &draft)?;
    check_name(tx, &draft, None)?;
    complete(tx, id, &mut draft)?;
    objects::insert(tx, ObjectTraits::User, id, draft.into_values())
}

/// Sets what follows of a new user from the rest.
pub(super) fn complete(tx: &WriteTx<'_>, id: ObjectId, draft: &mut Draft) -> Result<(), Error> {
    let now = timestamp(tx.now());
    draft.set("securityIdentifier", id.security_identifier());
    for when in ["createdDateTime", "lastPasswordChangeDateTime", "signInSessionsValidFromDateTime"] {
        draft.set(when, now.as_str());
    }
    set_addresses(draft);
    set_identities(tx, draft)
}

/// Changes a user as the body says, and assigns the manager that the request binds: what it doesn't name stays, `null` takes a
/// value away. The hash of a new password is kept where there is one.
pub fn update(
    tx: &WriteTx<'_>,
    by: &Grants,
    key: &Key,
    body: &Values,
    bound: &Bound,
    hash: Option<&PasswordHash>,
) -> Result<(), Error> {
    objects::check_names(body)?;
    let need = need_to_change(by, body, bound);
    let found = covered(tx, by, need, key);
    let document = found.as_ref().ok().map(|(_, document)| document);
    let mut changes = objects::check_update(by, &USER, &objects::without_idle_lists(&USER, body, document))?;
    let (user, document) = found?;
    objects::check_id(body, &user)?;
    let oneself_alone = need.reach(by) == Some(Reach::OwnAccount);
    let guarded = bound.manager.is_some()
        || USER.properties.iter().any(|p| !p.by_oneself && changes.contains_key(p.name));
    let elsewhere = changes.keys().any(|name| USER.is_from_other_service(name));
    if elsewhere && bound.manager.is_some() {
        return Err(Refusal::MixedServices.into());
    }
    let by_application = matches!(by.principal, Principal::Application(_));
    if elsewhere && by_application {
        return Err(Refusal::NotPermitted.into());
    }
    if oneself_alone && guarded {
        return Err(Refusal::lacks(need, by).into());
    }
    rights::may_change_user(tx, by, &user, &changes, bound.manager.is_some())?;
    let password = changes.shift_remove("passwordProfile").unwrap_or_default();
    let mut draft = objects::apply(&USER, &document, &changes)?;
    if let Some(password) = password.get("password") {
        check_password(Some(password), &draft)?;
        draft.set("lastPasswordChangeDateTime", timestamp(tx.now()));
    }
    if draft.has_changed("userPrincipalName") {
        check_name(tx, &draft, Some(user.row))?;
    }
    if draft.has_changed("mail") {
        set_addresses(&mut draft);
    }
    if draft.has_changed("userPrincipalName") || draft.has_changed("identities") {
        set_identities(tx, &mut draft)?;
    }
    let manager = bound.manager.as_ref().map(|manager| managers::resolve(tx, by, manager)).transpose()?;
    objects::update(tx, &user, &draft)?;
    keep_password(tx, &user, Some(&password), hash)?;
    manager.map_or(Ok(()), |manager| managers::assign(tx, &user, &manager))
}

/// Keeps a new password by its hash, and whether it has to be changed. Whoever signed in by the one before has to sign in anew.
fn keep_password(
    tx: &WriteTx<'_>,
    user: &Object,
    profile: Option<&Value>,
    hash: Option<&PasswordHash>,
) -> Result<(), Error> {
    let Some(profile) = profile else { return Ok(()) };
    let forced = ["forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"];
    let forced: Vec<bool> = forced.iter().filter_map(|name| profile[*name].as_bool()).collect();
    let must_change = forced.contains(&true);
    match hash.filter(|_| profile["password"].is_string()) {
        Some(hash) => set_password(tx, user, &Stored { hash: hash.clone(), must_change }),
        None if !forced.is_empty() => Ok(passwords::set_must_change(tx, user, must_change)?),
        None => Ok(()),
    }
}

/// Refuses a password that the user with this key can't have. Asks for no permission: it is for the command line.
pub fn check_new_password(tx: &ReadTx<'_>, key: &Key, password: &str) -> Result<(), Error> {
    let user = lookup::user(tx, key)?;
    let is_strong = is_strong_password(tx, user.row, password)?;
    if is_strong { Ok(()) } else { Err(Refusal::WeakPassword("passwordProfile").into()) }
}

/// Gives the user with this key another password. Asks for no permission: it is for the command line.
pub fn replace_password(tx: &WriteTx<'_>, key: &Key, password: &Stored) -> Result<(), Error> {
    change_password(tx, &lookup::user(tx, key)?, password)
}

/// Gives a user another password, and notes when.
pub(super) fn change_password(tx: &WriteTx<'_>, user: &Object, password: &Stored) -> Result<(), Error> {
    let mut draft = Draft::of_stored(store::objects::values(tx, user.row)?);
    draft.set("lastPasswordChangeDateTime", timestamp(tx.now()));
    objects::update(tx, user, &draft)?;
    set_password(tx, user, password)
}

/// Gives a user a password. Whoever signed in by the one before has to sign in anew.
fn set_password(tx: &WriteTx<'_>, user: &Object, password: &Stored) -> Result<(), Error> {
    passwords::set(tx, user, password)?;
    Ok(sign_in_grants::remove_of_user(tx, user.row)?)
}

/// What changing a user so needs: less than its whole profile where the caller may change each of the properties by itself.
fn need_to_change(by: &Grants, body: &Values, bound: &Bound) -> &'static Need {
    let may_alone = |name: &String| {
        let property = USER.property_as_written(name);
        property.is_some_and(|property| {
            let alone = property.needs.alone.is_some_and(|need| need.reach(by) == Some(Reach::Any));
            alone || property.mutability == Mutability::Unchanged
        })
    };
    let alone = bound.manager.is_none() && body.keys().filter(|name| !name.contains('@')).all(may_alone);
    if alone { &UPDATE_USER } else { &UPDATE_USER_PROFILE }
}

/// Deletes a user. Its sign-in name is free again.
pub fn delete(tx: &WriteTx<'_>, by: &Grants, key: &Key) -> Result<(), Error> {
    delete_found(tx, by, &lookup::user(tx, key)?)
}

pub(super) fn delete_found(tx: &WriteTx<'_>, by: &Grants, user: &Object) -> Result<(), Error> {
    rights::may_act_upon(tx, by, &DELETE_USER, user)?;
    directory_roles::may_delete(tx, by, user)?;
    subscribed_skus::count_all(tx, &store::objects::values(tx, user.row)?, -1)?;
    objects::delete(tx, user)
}

/// Sets the mail addresses, which follow from the one in use.
fn set_addresses(draft: &mut Draft) {
    let addresses = proxy_addresses(draft.text("mail"), draft.get("proxyAddresses"));
    draft.set("proxyAddresses", addresses);
}

/// Puts the sign-in name among the identities, where it always is. That of a name that stays keeps its issuer.
fn set_identities(tx: &ReadTx<'_>, draft: &mut Draft) -> Result<(), Error> {
    let stored = if draft.has_changed("userPrincipalName") { None } else { draft.before("identities") };
    let stored = identities(stored).iter().find(|identity| is_sign_in_name(identity));
    let identity = match stored {
        Some(identity) => identity.clone(),
        None => json!({
            "issuer": domains::default(tx)?.as_str(), "issuerAssignedId": draft.get("userPrincipalName"),
            "signInType": "userPrincipalName",
        }),
    };
    let others = identities(draft.get("identities")).iter().filter(|identity| !is_sign_in_name(identity));
    let identities: Vec<Value> = others.cloned().chain([identity]).collect();
    draft.set("identities", identities);
    Ok(())
}

fn identities(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_sign_in_name(identity: &Value) -> bool {
    identity["signInType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("userPrincipalName"))
}

/// Refuses a new sign-in name that isn't of a domain of the tenant's, or is another user's than `of`.
fn check_name(tx: &ReadTx<'_>, draft: &Draft, of: Option<RowNumber>) -> Result<(), Error> {
    let name = draft.text("userPrincipalName").unwrap_or_default();
    let domain = name.rsplit_once('@').and_then(|(_, domain)| domain.parse::<DomainName>().ok());
    let own = domain.map(|domain| domains::is_own(tx, &domain)).transpose()?;
    if own != Some(true) {
        return Err(Refusal::ForeignDomain.into());
    }
    check_free(tx, name, of)
}

/// Refuses a sign-in name that is another user's than `of`.
fn check_free(tx: &ReadTx<'_>, name: &str, of: Option<RowNumber>) -> Result<(), Error> {
    match store::users::find_by_principal_name(tx, name)? {
        Some(other) if Some(other.row) != of => Err(Refusal::Taken("userPrincipalName").into()),
        _ => Ok(()),
    }
}

/// Gives a deleted user that is to be restored another sign-in name, where one is given. It mustn't be another's.
pub(super) fn ready_to_restore(
    tx: &ReadTx<'_>,
    draft: &mut Draft,
    new_name: Option<&str>,
) -> Result<(), Error> {
    if let Some(name) = new_name {
        draft.set("userPrincipalName", name);
    }
    if draft.has_changed("userPrincipalName") {
        check_name(tx, draft, None)?;
        return set_identities(tx, draft);
    }
    draft.text("userPrincipalName").map_or(Ok(()), |name| check_free(tx, name, None))
}

/// Whether a user may choose this password.
pub fn is_strong_password(tx: &ReadTx<'_>, user: RowNumber, password: &str) -> Result<bool, store::Error> {
    let user = Draft::of_stored(store::objects::values(tx, user)?);
    Ok(check_password(Some(&password.into()), &user).is_ok())
}

/// 8 to 256 characters, of three of four classes unless the user's policies have it otherwise.
fn check_password(password: Option<&Value>, user: &Draft) -> Result<(), Refusal> {
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
    if long_enough && strong_enough { Ok(()) } else { Err(Refusal::WeakPassword("passwordProfile")) }
}

/// Whether this is among a user's policies for passwords, which are words with commas between them.
fn has_policy(user: &Draft, policy: &str) -> bool {
    let policies = user.text("passwordPolicies").unwrap_or_default();
    policies.split(',').any(|word| word.trim().eq_ignore_ascii_case(policy))
}
