//! What the credentials of applications and of service principals have in common: who changes them, and how they are shown.

use super::{Error, lookup, rights};
use crate::{
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Grants, WRITE_APPLICATION, WRITE_SERVICE_PRINCIPAL},
        properties::Values,
    },
    odata::reference::Key,
    store::{ReadTx, objects::Object},
};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The application or service principal whose credentials the caller changes.
pub(super) fn changed_by(tx: &ReadTx<'_>, by: &Grants, kind: ObjectKind, key: &Key) -> Result<Object, Error> {
    let need = match kind {
        ObjectKind::Application => &WRITE_APPLICATION,
        _ => &WRITE_SERVICE_PRINCIPAL,
    };
    let object = lookup::of_kind(tx, kind, key)?;
    rights::may_act(tx, by, need, &object)?;
    Ok(object)
}

/// Which one it is.
pub(super) fn key_id(credential: &Value) -> Option<ObjectId> {
    credential["keyId"].as_str()?.parse().ok()
}

/// A time that a body has, in whole seconds: the store keeps no parts of them.
pub(super) fn time(value: Option<&Value>) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(value?.as_str()?).ok()?;
    DateTime::from_timestamp(time.timestamp(), 0)
}

/// The parts of a credential, as they are shown.
pub(super) fn parts<const N: usize>(parts: [(&str, Value); N]) -> Values {
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
