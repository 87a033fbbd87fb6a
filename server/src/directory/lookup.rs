//! From the ids, keys and references of a request to the objects that they name. What isn't there is refused, by the key
//! as the caller wrote it.

use super::{Error, Refusal};
use crate::{
    model::{
        entity,
        ids::{AsWritten, ObjectId},
        kinds::{GroupTraits, ObjectKind},
        permissions::{Grants, Need},
        values::Document,
    },
    odata::reference::{Key, Reference},
    store::{
        ReadTx, applications, devices, directory_roles, domains, groups, objects, objects::Object, users,
    },
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

/// The objects that these references name.
pub(super) fn resolve_all(tx: &ReadTx<'_>, references: &[Reference]) -> Result<Vec<Object>, Error> {
    references.iter().map(|reference| resolve(tx, reference)).collect()
}

/// The same for a caller without the permission that `binding` needs, who binds to what it creates only what it may read, and itself. It
/// doesn't learn whether anything else is there.
pub(super) fn resolve_readable(
    tx: &ReadTx<'_>,
    by: &Grants,
    binding: &Need,
    references: &[Reference],
) -> Result<Vec<Object>, Error> {
    let objects = resolve_all(tx, references).map_err(|error| match error {
        Error::Refused(_) => Refusal::lacks(binding, by).into(),
        broken @ Error::Store(_) => broken,
    })?;
    let may = |object: &Object| {
        by.principal.id() == Some(object.id) || entity(object.kind()).read.covers(by, object.id)
    };
    if objects.iter().all(may) { Ok(objects) } else { Err(Refusal::lacks(binding, by).into()) }
}

/// The first object that is also among those before it.
pub(super) fn named_again(objects: &[Object]) -> Option<&Object> {
    let mut named = objects.iter().enumerate();
    named.find(|(index, object)| objects[..*index].contains(object)).map(|(_, object)| object)
}

/// The object with this key, of whatever kind.
fn by_key(tx: &ReadTx<'_>, key: &Key) -> Result<Option<Object>, Error> {
    Ok(match key {
        Key::Id(id) => objects::find(tx, id.value)?,
        Key::UserPrincipalName(name) => users::find_by_principal_name(tx, name)?,
        Key::Alternate { kind, value } => by_alternate_key(tx, *kind, value)?,
    })
}

/// Whether no object has this key.
pub(super) fn is_absent(tx: &ReadTx<'_>, key: &Key) -> Result<bool, Error> {
    Ok(by_key(tx, key)?.is_none())
}

/// The same with its documents, in one look where it is a usual key.
fn by_key_with_document(tx: &ReadTx<'_>, key: &Key) -> Result<Option<(Object, Document)>, Error> {
    Ok(match key {
        Key::Id(id) => objects::find_with_document(tx, id.value)?,
        Key::UserPrincipalName(name) => users::find_by_principal_name_with_document(tx, name)?,
        Key::Alternate { kind, value } => match by_alternate_key(tx, *kind, value)? {
            Some(object) => Some((object, objects::document(tx, object.row)?)),
            None => None,
        },
    })
}

/// The object of this kind that has this alternate key.
fn by_alternate_key(tx: &ReadTx<'_>, kind: ObjectKind, value: &str) -> Result<Option<Object>, Error> {
    Ok(match kind {
        ObjectKind::User => users::find_by_principal_name(tx, value)?,
        ObjectKind::Group => groups::find_by_unique_name(tx, value)?,
        ObjectKind::Device => devices::find(tx, value)?,
        ObjectKind::ServicePrincipal | ObjectKind::Application => applications::find(tx, kind, value)?,
        ObjectKind::DirectoryRole => directory_roles::find(tx, value)?,
        ObjectKind::OrgContact | ObjectKind::AdministrativeUnit => None,
    })
}

/// The object with this id, whatever its kind.
pub(super) fn object(tx: &ReadTx<'_>, id: &AsWritten<ObjectId>) -> Result<Object, Error> {
    Ok(objects::find(tx, id.value)?.ok_or_else(|| Refusal::NotFound(id.text.clone()))?)
}

/// The same with its documents, in one look.
pub(super) fn object_with_document(
    tx: &ReadTx<'_>,
    id: &AsWritten<ObjectId>,
) -> Result<(Object, Document), Error> {
    Ok(objects::find_with_document(tx, id.value)?.ok_or_else(|| Refusal::NotFound(id.text.clone()))?)
}

/// The object of this kind with this key.
pub(super) fn of_kind(tx: &ReadTx<'_>, kind: ObjectKind, key: &Key) -> Result<Object, Error> {
    let found = by_key(tx, key)?.filter(|object| object.kind() == kind);
    Ok(found.ok_or_else(|| absent(key))?)
}

/// The same with its documents.
pub(super) fn of_kind_with_document(
    tx: &ReadTx<'_>,
    kind: ObjectKind,
    key: &Key,
) -> Result<(Object, Document), Error> {
    let found = by_key_with_document(tx, key)?.filter(|(object, _)| object.kind() == kind);
    Ok(found.ok_or_else(|| absent(key))?)
}

/// The group with this key, and its traits.
pub(super) fn group(tx: &ReadTx<'_>, key: &Key) -> Result<(Object, GroupTraits), Error> {
    let object = of_kind(tx, ObjectKind::Group, key)?;
    let traits = object.traits.group().ok_or_else(|| absent(key))?;
    Ok((object, traits))
}

/// The same with its documents.
pub(super) fn group_with_document(
    tx: &ReadTx<'_>,
    key: &Key,
) -> Result<(Object, GroupTraits, Document), Error> {
    let (object, document) = of_kind_with_document(tx, ObjectKind::Group, key)?;
    let traits = object.traits.group().ok_or_else(|| absent(key))?;
    Ok((object, traits, document))
}

/// The user with this key.
pub(super) fn user(tx: &ReadTx<'_>, key: &Key) -> Result<Object, Error> {
    of_kind(tx, ObjectKind::User, key)
}

/// The same with its documents, in one look.
pub(super) fn user_with_document(tx: &ReadTx<'_>, key: &Key) -> Result<(Object, Document), Error> {
    of_kind_with_document(tx, ObjectKind::User, key)
}

fn absent(key: &Key) -> Refusal {
    Refusal::NotFound(key.text().into())
}
