//! Certificates with whose keys applications prove who they are, and service principals by themselves. One is kept, and not shown again.

use super::{
    Error, Refusal, check_members,
    credentials::{key_id, parts, time},
    entitlements::listed,
    lookup, objects, rights,
};
use crate::{
    auth::{
        assertions::{Assertion, AssertionFault, SigningCertificate},
        client_certificates::ClientCertificate,
    },
    model::{
        actions::{ADD_KEY, REMOVE_KEY},
        application_types::{KEY_CREDENTIAL, MAX_KEY_CREDENTIALS},
        clock::timestamp,
        draft::Draft,
        entity,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Grants, Need, Principal, ROLL_APPLICATION_KEY, ROLL_SERVICE_PRINCIPAL_KEY, Reach},
        properties::Values,
        values::PropertyFault,
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx, applications,
        credentials::{self as stored, Validity},
        objects::Object,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// How long what proves a key may be valid, in seconds.
const PROOF_SECONDS: i64 = 10 * 60;

/// For whom it is: Microsoft Graph, or the service before it, which the pages named first.
const PROOF_AUDIENCES: [&str; 2] =
    ["00000003-0000-0000-c000-000000000000", "00000002-0000-0000-c000-000000000000"];

const KEYS: &str = "keyCredentials";

/// What a change of certificates comes to in the store.
#[derive(Debug, Default)]
pub(super) struct KeyChange {
    added: Vec<stored::Key>,
    removed: Vec<Uuid>,
}

/// Reads the certificates that a body names, and has the draft show them. Those that are there need no key.
pub(super) fn prepare(kind: ObjectKind, draft: &mut Draft) -> Result<KeyChange, Refusal> {
    if !draft.has_changed(KEYS) {
        return Ok(KeyChange::default());
    }
    let refused =
        || Refusal::Property { resource: entity(kind).resource, fault: PropertyFault::Invalid(KEYS) };
    let (before, named) = (listed(draft.before(KEYS)).to_vec(), listed(draft.get(KEYS)).to_vec());
    let mut change = KeyChange::default();
    let mut shown = Vec::new();
    for one in &named {
        let there = before.iter().find(|old| key_id(old).is_some() && key_id(old) == key_id(one));
        match there.filter(|_| one["key"].is_null()) {
            Some(old) => shown.push(old.clone()),
            None => {
                let (key, values) = read_key(one).ok_or_else(refused)?;
                change.removed.extend(there.and_then(key_id).map(ObjectId::uuid));
                change.added.push(key);
                shown.push(values.into());
            }
        }
    }
    let ids: HashSet<ObjectId> = shown.iter().filter_map(key_id).collect();
    if ids.len() < shown.len() {
        return Err(refused());
    }
    let gone = before.iter().filter_map(key_id).filter(|id| !ids.contains(id));
    change.removed.extend(gone.map(ObjectId::uuid));
    draft.set(KEYS, shown);
    Ok(change)
}

/// A certificate, and what is shown of it. `None`: it isn't one whose key signs assertions, or it is to prove something while it isn't
/// valid.
fn read_key(named: &Value) -> Option<(stored::Key, Values)> {
    let certificate = ClientCertificate::read(&STANDARD.decode(named["key"].as_str()?).ok()?)?;
    SigningCertificate::read(&certificate.der)?;
    let key_id = key_id(named).unwrap_or_else(ObjectId::random);
    let start = time(named.get("startDateTime")).unwrap_or(certificate.not_before);
    let end = time(named.get("endDateTime")).unwrap_or(certificate.not_after);
    if start < certificate.not_before || end > certificate.not_after || end <= start {
        return None;
    }
    let or = |name: &str, other: String| match &named[name] {
        Value::Null => other.into(),
        given => given.clone(),
    };
    let name: String = certificate.subject.chars().take(120).collect();
    let values = parts([
        ("customKeyIdentifier", or("customKeyIdentifier", STANDARD.encode(&certificate.thumbprint))),
        ("displayName", or("displayName", name)),
        ("endDateTime", timestamp(end).into()),
        ("key", Value::Null),
        ("keyId", key_id.to_string().into()),
        ("startDateTime", timestamp(start).into()),
        ("type", or("type", "AsymmetricX509Cert".into())),
        ("usage", or("usage", "Verify".into())),
    ]);
    let validity = Validity { start, end };
    Some((stored::Key { key_id: key_id.uuid(), certificate: certificate.der, validity }, values))
}

/// Keeps the certificates of an object that is stored.
pub(super) fn keep(tx: &WriteTx<'_>, of: &Object, change: &KeyChange) -> Result<(), Error> {
    for key_id in &change.removed {
        stored::remove_key(tx, of, *key_id)?;
    }
    for key in &change.added {
        stored::add_key(tx, of, key)?;
    }
    Ok(())
}

/// The body of *addKey*.
#[derive(Debug, Clone)]
pub struct NewKey {
    key: stored::Key,
    shown: Values,
    proof: String,
}

impl NewKey {
    /// Reads the body.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = ADD_KEY.check_parameters(body).map_err(check_members::refused)?;
        let invalid = |name| check_members::refused(PropertyFault::Invalid(name));
        let named = given.get("keyCredential").unwrap_or(&Value::Null);
        // The other kind is a private key with its password, which nobody should hand out.
        let proves = named["type"] == "AsymmetricX509Cert" && named["usage"] == "Verify";
        let (key, shown) = read_key(named).filter(|_| proves).ok_or_else(|| invalid("keyCredential"))?;
        if given.get("passwordCredential").is_some_and(|password| !password.is_null()) {
            return Err(invalid("passwordCredential"));
        }
        Ok(Self { key, shown, proof: proof(&given) })
    }

    /// What proves that whoever adds it has the key of another one.
    pub fn proof(&self) -> &str {
        &self.proof
    }
}

/// The body of *removeKey*.
#[derive(Debug, Clone)]
pub struct OldKey {
    key_id: ObjectId,
    proof: String,
}

impl OldKey {
    /// Reads the body.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = REMOVE_KEY.check_parameters(body).map_err(check_members::refused)?;
        let key_id = given.get("keyId").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let key_id = key_id.ok_or_else(|| check_members::refused(PropertyFault::Invalid("keyId")))?;
        Ok(Self { key_id, proof: proof(&given) })
    }

    /// What proves that whoever removes it has its key, or that of another one.
    pub fn proof(&self) -> &str {
        &self.proof
    }
}

fn proof(given: &Values) -> String {
    given.get("proof").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Adds a certificate, and gives what is shown of it.
pub fn add(
    tx: &WriteTx<'_>,
    by: &Grants,
    of: (ObjectKind, &Key),
    new: &NewKey,
    proven: &Proven,
) -> Result<Values, Error> {
    let object = rolled_by(tx, by, of)?;
    proven.check(tx, &object)?;
    let mut draft = Draft::of_stored(store::objects::values(tx, object.row)?);
    let mut all = listed(draft.get(KEYS)).to_vec();
    if all.len() >= MAX_KEY_CREDENTIALS {
        return Err(Refusal::TooLarge.into());
    }
    let id = key_id(&Value::Object(new.shown.clone()));
    if all.iter().any(|one| key_id(one) == id) {
        return Err(check_members::refused(PropertyFault::Invalid("keyCredential")).into());
    }
    all.push(new.shown.clone().into());
    draft.set(KEYS, all);
    stored::add_key(tx, &object, &new.key)?;
    objects::update(tx, &object, &draft)?;
    Ok(KEY_CREDENTIAL.whole(&new.shown))
}

/// Takes a certificate away.
pub fn remove(
    tx: &WriteTx<'_>,
    by: &Grants,
    of: (ObjectKind, &Key),
    old: &OldKey,
    proven: &Proven,
) -> Result<(), Error> {
    let object = rolled_by(tx, by, of)?;
    proven.check(tx, &object)?;
    let mut draft = Draft::of_stored(store::objects::values(tx, object.row)?);
    let all = listed(draft.get(KEYS)).to_vec();
    let left: Vec<Value> = all.iter().filter(|one| key_id(one) != Some(old.key_id)).cloned().collect();
    if left.len() == all.len() {
        return Err(Refusal::NoKey.into());
    }
    draft.set(KEYS, left);
    stored::remove_key(tx, &object, old.key_id.uuid())?;
    objects::update(tx, &object, &draft)
}

/// The certificate by whose key a caller proved to have one.
#[derive(Debug)]
pub struct Proven {
    certificate: Vec<u8>,
}

impl Proven {
    /// Refuses it where the certificate counts no more.
    fn check(&self, tx: &ReadTx<'_>, object: &Object) -> Result<(), Error> {
        let mut keys = valid_keys(tx, object)?;
        keys.any(|key| key.certificate == self.certificate)
            .then_some(())
            .ok_or_else(|| Refusal::NoProof.into())
    }
}

/// Looks at a proof. That takes long, beside what a change does.
pub fn prove(tx: &ReadTx<'_>, by: &Grants, of: (ObjectKind, &Key), proof: &str) -> Result<Proven, Error> {
    let object = rolled_by(tx, by, of)?;
    if proof.is_empty() {
        return Err(Refusal::NotPermitted.into());
    }
    let signing = |key: stored::Key| Some((SigningCertificate::read(&key.certificate)?, key.certificate));
    let known: Vec<_> = valid_keys(tx, &object)?.filter_map(signing).collect();
    let certificate = signed_by(proof, &object, tx.now(), known).map_err(|_| Refusal::NoProof)?;
    Ok(Proven { certificate })
}

/// The certificate whose key signed a proof that counts now: the one that it names, if it names one.
fn signed_by(
    proof: &str,
    object: &Object,
    now: DateTime<Utc>,
    known: Vec<(SigningCertificate, Vec<u8>)>,
) -> Result<Vec<u8>, AssertionFault> {
    let assertion = Assertion::read(proof)?;
    assertion.check_time(now)?;
    assertion.check_lifetime(PROOF_SECONDS)?;
    assertion.check_audience(&PROOF_AUDIENCES)?;
    if assertion.issuer().parse() != Ok(object.id) {
        return Err(AssertionFault::Unreadable);
    }
    let signed = |(certificate, _): &(SigningCertificate, _)| {
        assertion.may_name(certificate) && assertion.check_signed_by(certificate).is_ok()
    };
    known.into_iter().find(signed).map(|(_, certificate)| certificate).ok_or(AssertionFault::UnknownKey)
}

fn valid_keys(tx: &ReadTx<'_>, of: &Object) -> Result<impl Iterator<Item = stored::Key>, Error> {
    let now = tx.now();
    Ok(stored::keys(tx, of)?.into_iter().filter(move |key| key.validity.covers(now)))
}

/// The application or service principal whose certificates a caller changes. An application needs no permission for its own.
fn rolled_by(tx: &ReadTx<'_>, by: &Grants, (kind, key): (ObjectKind, &Key)) -> Result<Object, Error> {
    let need: &'static Need = match kind {
        ObjectKind::Application => &ROLL_APPLICATION_KEY,
        _ => &ROLL_SERVICE_PRINCIPAL_KEY,
    };
    let only_own = need.reach(by) == Some(Reach::OwnAccount);
    let object = match lookup::of_kind(tx, kind, key) {
        // Who reaches only itself doesn't learn what else is there.
        Err(Error::Refused(_)) if only_own => return Err(Refusal::lacks(need, by).into()),
        found => found?,
    };
    if is_own(tx, by, &object)? {
        return Ok(object);
    }
    if only_own {
        return Err(Refusal::lacks(need, by).into());
    }
    rights::may_act(tx, by, need, &object)?;
    Ok(object)
}

/// Whether a caller is an application by itself, and this its application or its service principal.
fn is_own(tx: &ReadTx<'_>, by: &Grants, object: &Object) -> Result<bool, Error> {
    let Principal::Application(Some(id)) = by.principal else { return Ok(false) };
    let mut of_caller = Some(object.id);
    if object.kind() == ObjectKind::Application {
        let values = store::objects::values(tx, object.row)?;
        let app_id = values.get("appId").and_then(Value::as_str).unwrap_or_default();
        of_caller = applications::find(tx, ObjectKind::ServicePrincipal, app_id)?.map(|found| found.id);
    }
    Ok(of_caller == Some(id))
}
