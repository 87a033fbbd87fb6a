//! Passwords with which applications prove who they are, and service principals by themselves. One is shown once, when it is made.

use super::{
    Error, Refusal, check_members,
    credentials::{changed_by, key_id, parts, time},
    entitlements::listed,
    objects,
};
use crate::{
    auth::secrets::{Secret, SecretDigest},
    model::{
        actions::{ADD_PASSWORD, REMOVE_PASSWORD},
        application_types::PASSWORD_CREDENTIAL,
        clock::timestamp,
        draft::Draft,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::Grants,
        properties::Values,
        values::PropertyFault,
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx,
        credentials::{self as stored, Validity},
        objects::Object,
    },
};
use chrono::{DateTime, Months, Utc};
use serde_json::{Value, json};

/// How many passwords an application has at most, and a service principal.
pub const MAX_PASSWORDS: usize = 50;

/// How long a password proves something where nothing else is said.
const MONTHS: Months = Months::new(24);

/// When passwords end that an operator makes: Entra's *never*.
const NEVER: i64 = 10_413_705_600;

const PASSWORDS: &str = "passwordCredentials";

/// A new password, as far as it is kept.
#[derive(Debug, Clone)]
pub struct NewPassword {
    key_id: ObjectId,
    digest: SecretDigest,
    hint: String,
}

impl NewPassword {
    /// What is kept of this.
    pub fn of(secret: &Secret) -> Self {
        let hint = secret.reveal().chars().take(3).collect();
        Self { key_id: ObjectId::random(), digest: secret.digest(), hint }
    }

    /// The same with this identifier.
    pub fn with_id(self, key_id: ObjectId) -> Self {
        Self { key_id, ..self }
    }
}

/// What a caller says of a new password.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    name: Option<String>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
}

impl Terms {
    /// Reads the body of *addPassword*.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = ADD_PASSWORD.check_parameters(body).map_err(check_members::refused)?;
        let Some(Value::Object(given)) = given.get("passwordCredential") else { return Ok(Self::default()) };
        let name = given.get("displayName").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { name, start: time(given.get("startDateTime")), end: time(given.get("endDateTime")) })
    }
}

/// Makes a password of an application or a service principal, and gives what is shown of it.
pub fn add_password(
    tx: &WriteTx<'_>,
    by: &Grants,
    (kind, key): (ObjectKind, &Key),
    new: &NewPassword,
    terms: &Terms,
) -> Result<Values, Error> {
    let object = changed_by(tx, by, kind, key)?;
    let start = terms.start.unwrap_or(tx.now());
    let end = terms.end.or_else(|| start.checked_add_months(MONTHS)).unwrap_or(start);
    if end <= start {
        return Err(check_members::refused(PropertyFault::Invalid("passwordCredential")).into());
    }
    put_password(tx, &object, new, Validity { start, end }, terms.name.as_deref())
}

/// Makes a password of an application, or of a service principal, that doesn't end. One that is there stays as it is.
pub(super) fn add_lasting_password(
    tx: &WriteTx<'_>,
    application: &Object,
    new: &NewPassword,
) -> Result<(), Error> {
    let there = stored::passwords(tx, application)?;
    if there.iter().any(|password| password.key_id == new.key_id.uuid()) {
        return Ok(());
    }
    let start = tx.now();
    let end = DateTime::from_timestamp(NEVER, 0).unwrap_or(start);
    put_password(tx, application, new, Validity { start, end }, None).map(drop)
}

fn put_password(
    tx: &WriteTx<'_>,
    object: &Object,
    new: &NewPassword,
    validity: Validity,
    name: Option<&str>,
) -> Result<Values, Error> {
    let shown = PASSWORD_CREDENTIAL.whole(&parts([
        ("displayName", json!(name)),
        ("endDateTime", timestamp(validity.end).into()),
        ("hint", new.hint.as_str().into()),
        ("keyId", new.key_id.to_string().into()),
        ("startDateTime", timestamp(validity.start).into()),
    ]));
    let mut draft = Draft::of_stored(store::objects::values(tx, object.row)?);
    let mut all = listed(draft.get(PASSWORDS)).to_vec();
    if all.len() >= MAX_PASSWORDS {
        return Err(Refusal::TooLarge.into());
    }
    all.push(shown.clone().into());
    draft.set(PASSWORDS, all);
    let password = stored::Password { key_id: new.key_id.uuid(), digest: new.digest, validity };
    stored::add_password(tx, object, &password)?;
    objects::update(tx, object, &draft)?;
    Ok(shown)
}

/// The `keyId` in the body of *removePassword*.
pub fn read_key_id(body: &Values) -> Result<ObjectId, Refusal> {
    let given = REMOVE_PASSWORD.check_parameters(body).map_err(check_members::refused)?;
    let key_id = given.get("keyId").and_then(Value::as_str).and_then(|id| id.parse().ok());
    key_id.ok_or_else(|| check_members::refused(PropertyFault::Invalid("keyId")))
}

/// Takes a password away.
pub fn remove_password(
    tx: &WriteTx<'_>,
    by: &Grants,
    (kind, key): (ObjectKind, &Key),
    removed: ObjectId,
) -> Result<(), Error> {
    let object = changed_by(tx, by, kind, key)?;
    let mut draft = Draft::of_stored(store::objects::values(tx, object.row)?);
    let all = listed(draft.get(PASSWORDS)).to_vec();
    let left: Vec<Value> = all.iter().filter(|one| key_id(one) != Some(removed)).cloned().collect();
    if left.len() == all.len() {
        return Err(Refusal::NoPassword.into());
    }
    draft.set(PASSWORDS, left);
    stored::remove_password(tx, &object, removed.uuid())?;
    objects::update(tx, &object, &draft)
}

/// Takes all passwords of an application away.
pub(super) fn remove_passwords(tx: &WriteTx<'_>, application: &Object) -> Result<(), Error> {
    let mut draft = Draft::of_stored(store::objects::values(tx, application.row)?);
    for password in stored::passwords(tx, application)? {
        stored::remove_password(tx, application, password.key_id)?;
    }
    draft.set(PASSWORDS, Vec::<Value>::new());
    objects::update(tx, application, &draft)
}

/// What a password proves of those who have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is theirs.
    Valid,
    /// It was theirs, and has ended.
    Expired,
    /// It isn't theirs, or not yet.
    None,
}

/// Compares a secret with the passwords of these objects.
pub(super) fn prove<'o>(
    tx: &ReadTx<'_>,
    objects: impl IntoIterator<Item = &'o Object>,
    secret: &Secret,
) -> Result<Proof, Error> {
    let mut proof = Proof::None;
    for object in objects {
        for password in stored::passwords(tx, object)? {
            if !secret.matches(&password.digest) {
                continue;
            }
            if password.validity.covers(tx.now()) {
                return Ok(Proof::Valid);
            }
            if password.validity.has_ended(tx.now()) {
                proof = Proof::Expired;
            }
        }
    }
    Ok(proof)
}
