//! Creating and reading users.

use super::{Error, Found, Refusal, lookup};
use crate::{
    model::{
        clock::timestamp,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Grants, READ_USER, Reach},
        properties::PropertyFault,
        user::USER,
    },
    odata::reference::Key,
    store::{
        self, ReadTx, WriteTx,
        changes::{self, Change},
        objects::{self, NewObject},
    },
};
use serde_json::{Map, Value};

/// A user as a caller reads it. A caller whose grants reach itself alone learns nothing of others, not even
/// whether they are there.
pub fn get(tx: &ReadTx<'_>, by: &Grants, key: &Key) -> Result<Found, Error> {
    let reaches_all = READ_USER.reach(by) == Some(Reach::Any);
    match find(tx, key) {
        Err(Error::Refused(_)) if !reaches_all => Err(Refusal::NotPermitted.into()),
        Ok(user) if !READ_USER.covers(by, user.id) => Err(Refusal::NotPermitted.into()),
        found => found,
    }
}

/// The user of this key, whoever asks.
pub fn find(tx: &ReadTx<'_>, key: &Key) -> Result<Found, Error> {
    let found = lookup::find(tx, key)?.filter(|object| object.kind == ObjectKind::User);
    let user = found.ok_or_else(|| Refusal::NotFound(key.text().into()))?;
    Ok(Found { kind: user.kind, id: user.id, document: Some(objects::document(tx, user.row)?) })
}

/// Creates a user of a new `id`. The password is checked and not kept.
pub fn create(tx: &WriteTx<'_>, id: ObjectId, body: &Map<String, Value>) -> Result<Found, Error> {
    let mut values = USER.check_creation(body).map_err(refused)?;
    let password = values.remove("passwordProfile").unwrap_or_default();
    check_password(password.get("password").and_then(Value::as_str))?;
    let phones = values.get("businessPhones").and_then(Value::as_array);
    if phones.is_some_and(|phones| phones.len() > 1) {
        return Err(refused(PropertyFault::Invalid("businessPhones")).into());
    }
    let name = values.get("userPrincipalName").and_then(Value::as_str).unwrap_or_default();
    if store::users::find_by_principal_name(tx, name)?.is_some() {
        return Err(Refusal::Taken("userPrincipalName").into());
    }
    values.insert("id".into(), id.to_string().into());
    values.insert("createdDateTime".into(), timestamp(tx.now()).into());
    values.insert("securityIdentifier".into(), id.security_identifier().into());
    values.entry("userType").or_insert_with(|| "Member".into());
    let addresses = values.get("mail").and_then(Value::as_str).map(|mail| format!("SMTP:{mail}"));
    values.insert("proxyAddresses".into(), addresses.into_iter().collect());
    let new = NewObject { id, kind: ObjectKind::User, group: None, document: USER.document(&values) };
    let object = objects::insert(tx, &new)?;
    changes::append(tx, &object, Change::Created)?;
    Ok(Found { kind: object.kind, id, document: Some(new.document) })
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: USER.resource, fault }
}

/// 8 to 256 characters, of three of four classes.
fn check_password(password: Option<&str>) -> Result<(), Refusal> {
    let password = password.ok_or_else(|| refused(PropertyFault::Required("passwordProfile")))?;
    let has = |class: fn(char) -> bool| usize::from(password.contains(class));
    let classes = has(|c| c.is_lowercase())
        + has(|c| c.is_uppercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_alphanumeric());
    let long_enough = (8..=256).contains(&password.chars().count());
    if long_enough && classes >= 3 { Ok(()) } else { Err(Refusal::WeakPassword) }
}
