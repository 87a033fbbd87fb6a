//! Putting objects into a directory that Graph itself can't create, or with ids of one's own: what the
//! sample, tests and imports are made of. Nothing here asks for permissions, and no operation calls it.

use super::{Error, Found, groups, lookup};
use crate::{
    model::{self, ids::ObjectId, kinds::ObjectKind},
    odata::reference::Key,
    store::{
        WriteTx,
        changes::{self, Change},
        members::{self, Insert},
        objects::{self, NewObject},
    },
};
use serde_json::{Map, Value};

/// Puts a device, service principal or contact into the directory, with the values given.
pub fn object(tx: &WriteTx<'_>, kind: ObjectKind, id: ObjectId, values: Value) -> Result<Found, Error> {
    let mut values = into_map(values);
    values.insert("id".into(), id.to_string().into());
    let document = model::entity(kind).document(&values);
    let new = NewObject { id, kind, group: None, document };
    let object = objects::insert(tx, &new)?;
    changes::append(tx, &object, Change::Created)?;
    Ok(Found { kind, id, document: Some(new.document) })
}

/// Puts a group of any kind into the directory, distribution groups included.
pub fn group(tx: &WriteTx<'_>, id: ObjectId, values: Value) -> Result<Found, Error> {
    let values = into_map(values);
    let traits = groups::read_traits(&values)?;
    Ok(groups::insert(tx, id, values, traits)?.1)
}

/// Puts a member into a group, whatever their kinds. Both must be there.
pub fn member(tx: &WriteTx<'_>, group: ObjectId, member: ObjectId) -> Result<(), Error> {
    let find = |id: ObjectId| {
        let key = Key::read(id.to_string());
        let found = lookup::find(tx, &key)?;
        found.ok_or_else(|| Error::from(super::Refusal::NotFound(id.to_string())))
    };
    let (group, member) = (find(group)?, find(member)?);
    if members::insert(tx, group.row, member.row)? == Insert::New {
        changes::append(tx, &group, Change::MemberAdded(member.row))?;
    }
    Ok(())
}

fn into_map(values: Value) -> Map<String, Value> {
    match values {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
