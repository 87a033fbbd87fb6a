//! From the ids and references of a request to the objects that they name.

use super::{Error, Refusal};
use crate::{
    model::{
        ids::{ObjectId, Sent},
        kinds::GroupTraits,
        values::Document,
    },
    odata::reference::{Key, Reference},
    store::{ReadTx, domains, objects, objects::Object, users},
};

/// The object that a reference names. Another tenant in it, or another kind than its set holds, is the same
/// as no object.
pub(super) fn resolve(tx: &ReadTx<'_>, reference: &Reference) -> Result<Object, Error> {
    let absent = || Refusal::NotFound(reference.key.text().into());
    if let Some(tenant) = &reference.tenant
        && !domains::is_named(tx, tenant)?
    {
        return Err(absent().into());
    }
    let found = find(tx, &reference.key)?;
    let fits = |object: &Object| reference.kind.is_none_or(|kind| kind == object.kind);
    Ok(found.filter(fits).ok_or_else(absent)?)
}

/// The object of this key. A sign-in name names users alone.
pub(super) fn find(tx: &ReadTx<'_>, key: &Key) -> Result<Option<Object>, Error> {
    Ok(match key {
        Key::Id(id) => find_by_id(tx, id.value)?,
        Key::UserPrincipalName(name) => users::find_by_principal_name(tx, name)?,
    })
}

/// The same with its texts, which one look finds where the key is an id.
pub(super) fn find_with_document(tx: &ReadTx<'_>, key: &Key) -> Result<Option<(Object, Document)>, Error> {
    if let Key::Id(id) = key {
        return Ok(objects::find_with_document(tx, id.value)?);
    }
    let Some(object) = find(tx, key)? else { return Ok(None) };
    Ok(Some((object, objects::document(tx, object.row)?)))
}

/// The object of this id, whatever its kind.
pub(super) fn find_by_id(tx: &ReadTx<'_>, id: ObjectId) -> Result<Option<Object>, Error> {
    Ok(objects::find(tx, id)?)
}

/// An object that is a group.
pub(super) struct Group {
    pub object: Object,
    pub traits: GroupTraits,
}

/// The group of this id. An object of another kind is no group.
pub(super) fn find_group(tx: &ReadTx<'_>, id: &Sent<ObjectId>) -> Result<Group, Error> {
    let found = objects::find(tx, id.value)?;
    let group = found.and_then(|object| Some(Group { object, traits: object.group? }));
    Ok(group.ok_or_else(|| Refusal::NotFound(id.text.clone()))?)
}
