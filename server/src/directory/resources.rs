//! What is the same for resources of every kind that the tenant keeps: looking them up, storing and changing them.

use super::{Error, Refusal, objects::MAX_SIZE};
use crate::{
    model::{
        ids::{AsWritten, ObjectId},
        resources::Resource,
        values::{PropertyFault, Values},
    },
    store::{
        ReadTx, WriteTx,
        objects::RowNumber,
        resources::{self, Kind, Stored},
    },
};
use serde_json::Value;

/// The resource of this kind with this id.
pub(super) fn find(
    tx: &ReadTx<'_>,
    kind: Kind,
    of: Option<RowNumber>,
    id: &AsWritten<ObjectId>,
) -> Result<Stored, Error> {
    Ok(resources::find(tx, kind, of, id.value)?.ok_or_else(|| Refusal::NotFound(id.text.clone()))?)
}

/// Stores a new resource whose values were checked.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    kind: Kind,
    of: Option<RowNumber>,
    stored: &Stored,
) -> Result<(), Error> {
    check_size(resources::insert(tx, kind, of, stored.id, &stored.values)?)
}

/// Stores a resource's changed values.
pub(super) fn update(
    tx: &WriteTx<'_>,
    kind: Kind,
    of: Option<RowNumber>,
    stored: &Stored,
) -> Result<(), Error> {
    check_size(resources::update(tx, kind, of, stored.id, &stored.values)?)
}

fn check_size(bytes: usize) -> Result<(), Error> {
    Ok((bytes <= MAX_SIZE).then_some(()).ok_or(Refusal::TooLarge)?)
}

/// Refuses an update that gives its resource another id. Its own, in any case, changes nothing.
pub(super) fn check_id(resource: &Resource, body: &Values, id: ObjectId) -> Result<(), Refusal> {
    let is_own = |named: &Value| named.as_str().and_then(|named| named.parse().ok()) == Some(id);
    if body.get("id").is_none_or(is_own) {
        return Ok(());
    }
    Err(Refusal::Property { resource: resource.resource, fault: PropertyFault::ReadOnly("id") })
}
