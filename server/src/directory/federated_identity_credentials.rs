//! Federated identity credentials: tokens of other issuers by which applications prove who they are.

use super::{
    Error, Refusal, credentials::changed_by, entitlements::listed, federated_issuers::check_name, lookup,
    objects::check_names, resources,
};
use crate::{
    model::{
        federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::Grants,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx,
        objects::Object,
        resources::{self as stored, Kind, Stored},
    },
};
use serde_json::Value;

/// How many an application has at most.
pub const MAX: usize = 20;

/// How many characters a name has at least.
const MIN_NAME: usize = 3;

const KIND: Kind = Kind::FederatedIdentityCredential;

/// Those of an application.
pub fn list(tx: &ReadTx<'_>, _: &Grants, application: &Key) -> Result<Vec<Values>, Error> {
    let application = find_application(tx, application)?;
    Ok(all(tx, &application)?.into_iter().map(shown).collect())
}

/// Those of an application, as the authority reads them.
pub(super) fn of(tx: &ReadTx<'_>, application: &Object) -> Result<Vec<Values>, Error> {
    Ok(all(tx, application)?.into_iter().map(|credential| credential.values).collect())
}

/// One of them, by its id or its name.
pub fn get(tx: &ReadTx<'_>, _: &Grants, (application, key): (&Key, &str)) -> Result<Values, Error> {
    Ok(shown(find(tx, &find_application(tx, application)?, key)?))
}

/// Gives an application a new one.
pub fn create(
    tx: &WriteTx<'_>,
    by: &Grants,
    application: &Key,
    id: ObjectId,
    body: &Values,
) -> Result<(Option<ObjectId>, Values), Error> {
    let application = changed_by(tx, by, ObjectKind::Application, application)?;
    Ok((Some(application.id), add(tx, &application, id, body)?))
}

/// The same, whoever asks. Each has a name of its own, and no two are for the same subject of an issuer.
pub fn add(tx: &WriteTx<'_>, application: &Object, id: ObjectId, body: &Values) -> Result<Values, Error> {
    let values = FEDERATED_IDENTITY_CREDENTIAL.check_creation(body).map_err(refused)?;
    let others = all(tx, application)?;
    check(&values, &others)?;
    if others.len() >= MAX {
        return Err(Refusal::TooManyCredentials { most: MAX }.into());
    }
    let new = Stored { id, values };
    resources::insert(tx, KIND, Some(application.row), &new)?;
    Ok(shown(new))
}

/// Changes one of them. Its name stays.
pub fn update(
    tx: &WriteTx<'_>,
    by: &Grants,
    (application, key): (&Key, &str),
    body: &Values,
) -> Result<(), Error> {
    check_names(body)?;
    let changes = FEDERATED_IDENTITY_CREDENTIAL.check_update(body).map_err(refused)?;
    let application = changed_by(tx, by, ObjectKind::Application, application)?;
    let mut credential = find(tx, &application, key)?;
    resources::check_id(&FEDERATED_IDENTITY_CREDENTIAL, body, credential.id)?;
    if changes.get("name").is_some_and(|name| credential.values.get("name") != Some(name)) {
        return Err(refused(PropertyFault::Immutable("name")).into());
    }
    credential.values.extend(changes);
    let others = all(tx, &application)?;
    let others: Vec<Stored> = others.into_iter().filter(|other| other.id != credential.id).collect();
    check(&credential.values, &others)?;
    resources::update(tx, KIND, Some(application.row), &credential)
}

/// Takes one away: tokens of its issuer prove nothing any more.
pub fn delete(tx: &WriteTx<'_>, by: &Grants, (application, key): (&Key, &str)) -> Result<(), Error> {
    let application = changed_by(tx, by, ObjectKind::Application, application)?;
    let credential = find(tx, &application, key)?;
    Ok(stored::delete(tx, KIND, Some(application.row), credential.id)?)
}

fn all(tx: &ReadTx<'_>, application: &Object) -> Result<Vec<Stored>, store::Error> {
    stored::all(tx, KIND, Some(application.row))
}

fn find(tx: &ReadTx<'_>, application: &Object, key: &str) -> Result<Stored, Error> {
    let id = key.parse().ok();
    let is_named =
        |one: &Stored| Some(one.id) == id || one.values.get("name").is_some_and(|name| name == key);
    let found = all(tx, application)?.into_iter().find(is_named);
    Ok(found.ok_or_else(|| Refusal::NotFound(key.to_owned()))?)
}

fn find_application(tx: &ReadTx<'_>, key: &Key) -> Result<Object, Error> {
    lookup::of_kind(tx, ObjectKind::Application, key)
}

/// Refuses a name that can't be one, several audiences, and what another one has.
fn check(values: &Values, others: &[Stored]) -> Result<(), Refusal> {
    let text = |name: &str| values.get(name).and_then(Value::as_str).unwrap_or_default();
    let invalid = |name| Err(refused(PropertyFault::Invalid(name)));
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let name = text("name");
    if name.len() < MIN_NAME || !name.chars().all(is_fit) || name.starts_with(['-', '_']) {
        return invalid("name");
    }
    if check_name(text("issuer")).is_err() {
        return invalid("issuer");
    }
    if text("subject").trim().is_empty() {
        return invalid("subject");
    }
    match listed(values.get("audiences")) {
        [Value::String(audience)] if !audience.trim().is_empty() => {}
        _ => return invalid("audiences"),
    }
    let is_same = |other: &Stored, name: &str| other.values.get(name) == values.get(name);
    if others.iter().any(|other| is_same(other, "name")) {
        return Err(Refusal::CredentialExists(name.into()));
    }
    if others.iter().any(|other| is_same(other, "issuer") && is_same(other, "subject")) {
        let (issuer, subject) = (text("issuer").into(), text("subject").into());
        return Err(Refusal::TrustedAlready { issuer, subject });
    }
    Ok(())
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: FEDERATED_IDENTITY_CREDENTIAL.resource, fault }
}

/// A credential as it is shown.
fn shown(stored: Stored) -> Values {
    let mut values = Values::from_iter([("id".into(), stored.id.to_string().into())]);
    values.extend(stored.values);
    values
}
