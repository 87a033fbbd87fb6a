//! From the ids, keys and references of a request to the objects that they name. What isn't there is refused, by the key
//! as the caller wrote it.

use super::{Error, Refusal};
use crate::{
    model::{
        ids::{AsWritten, ObjectId},
        kinds::{GroupTraits, ObjectKind},
        values::Document,
    },
    odata::reference::{Key, Reference},
    store::{ReadTx, domains, objects, objects::Object, users},
};

/// The object that a reference names. Another tenant in it, or another kind than its set holds, is the same
/// as no object.
pub(super) fn find(tx: &ReadTx<'_>, reference: &Reference) -> Result<Option<Object>, Error> {
    if let Some(tenant) = &reference.tenant
        && !domains::is_named(tx, tenant)?
    {
        return Ok(None);
    }
    let found = by_key(tx, &reference.key)?;
    Ok(found.filter(|object| reference.kind.is_none_or(|kind| kind == object.kind())))
}

/// The same, which has to be there.
pub(super) fn resolve(tx: &ReadTx<'_>, reference: &Reference) -> Result<Object, Error> {
    let absent = || Refusal::NotFound(reference.key.text().into());
    Ok(find(tx, reference)?.ok_or_else(absent)?)
}

/// The object with this key. A sign-in name names only users.
fn by_key(tx: &ReadTx<'_>, key: &Key) -> Result<Option<Object>, Error> {
    Ok(match key {
        Key::Id(id) => objects::find(tx, id.value)?,
        Key::UserPrincipalName(name) => users::find_by_principal_name(tx, name)?,
    })
}

/// The object with this id, whatever its kind.
pub(super) fn object(tx: &ReadTx<'_>, id: &AsWritten<ObjectId>) -> Result<Object, Error> {
    Ok(objects::find(tx, id.value)?.ok_or_else(|| absent(id))?)
}

/// The same with its documents, in one look.
pub(super) fn object_with_document(
    tx: &ReadTx<'_>,
    id: &AsWritten<ObjectId>,
) -> Result<(Object, Document), Error> {
    Ok(objects::find_with_document(tx, id.value)?.ok_or_else(|| absent(id))?)
}

/// The object of this kind with this id.
pub(super) fn of_kind(tx: &ReadTx<'_>, kind: ObjectKind, id: &AsWritten<ObjectId>) -> Result<Object, Error> {
    let object = object(tx, id)?;
    if object.kind() == kind { Ok(object) } else { Err(absent(id).into()) }
}

/// The same with its documents, in one look.
pub(super) fn of_kind_with_document(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    id: &AsWritten<ObjectId>,
) -> Result<(Object, Document), Error> {
    let (object, document) = object_with_document(tx, id)?;
    if object.kind() == kind { Ok((object, document)) } else { Err(absent(id).into()) }
}

/// The group with this id, and its traits.
pub(super) fn group(tx: &ReadTx<'_>, id: &AsWritten<ObjectId>) -> Result<(Object, GroupTraits), Error> {
    let object = object(tx, id)?;
    let traits = object.traits.group().ok_or_else(|| absent(id))?;
    Ok((object, traits))
}

/// The same with its documents, in one look.
pub(super) fn group_with_document(
    tx: &ReadTx<'_>,
    id: &AsWritten<ObjectId>,
) -> Result<(Object, GroupTraits, Document), Error> {
    let (object, document) = object_with_document(tx, id)?;
    let traits = object.traits.group().ok_or_else(|| absent(id))?;
    Ok((object, traits, document))
}

/// The user with this key.
pub(super) fn user(tx: &ReadTx<'_>, key: &Key) -> Result<Object, Error> {
    let found = by_key(tx, key)?.filter(|object| object.kind() == ObjectKind::User);
    Ok(found.ok_or_else(|| Refusal::NotFound(key.text().into()))?)
}

/// The same with its documents, in one look.
pub(super) fn user_with_document(tx: &ReadTx<'_>, key: &Key) -> Result<(Object, Document), Error> {
    let found = match key {
        Key::Id(id) => objects::find_with_document(tx, id.value)?,
        Key::UserPrincipalName(name) => users::find_by_principal_name_with_document(tx, name)?,
    };
    let user = found.filter(|(object, _)| object.kind() == ObjectKind::User);
    Ok(user.ok_or_else(|| Refusal::NotFound(key.text().into()))?)
}

fn absent(id: &AsWritten<ObjectId>) -> Refusal {
    Refusal::NotFound(id.text.clone())
}
