//! What is the same for objects of every kind: reading, listing, counting, storing, changing and deleting
//! them. What sets a kind apart is a rule of that kind's own file.

use super::{
    Error, Found, Refusal,
    access::{check_listed, may_name, may_select},
    expansions, lookup,
    selections::{self, Asked},
};
use crate::{
    model::{
        self,
        clock::timestamp,
        draft::Draft,
        ids::{AsWritten, ObjectId},
        kinds::{ObjectKind, ObjectTraits},
        permissions::{Access, Grants},
        properties::Entity,
        values::{Document, PropertyFault, Values},
    },
    odata::{
        annotations::is_binding,
        listing::{Cursor, Listing},
        reference::{Key, Reference},
    },
    store::{
        self, ReadTx, WriteTx,
        changes::{self, Change},
        counts, deletions,
        objects::{self, NewObject, Object},
        relations::{Insert, Relation, Remove},
    },
};
use chrono::TimeDelta;
use serde_json::Value;
use std::borrow::Cow;

/// How long a deleted object is kept before it is gone for good.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// How many bytes an object's documents may have, or a resource's.
pub(super) const MAX_SIZE: usize = 128 << 10;

/// A page of objects, and where the next one begins.
#[derive(Debug)]
pub struct Page {
    /// The objects. Those of a kind that the caller may not read have no documents.
    pub objects: Vec<Found>,
    /// After which object the next page begins. `None`: this is the last.
    pub next: Option<Cursor>,
    /// How many objects there are on all pages, where the listing asks for it.
    pub count: Option<u64>,
}

impl Page {
    /// A page of a listing as the store has it, each object shown in this way, with what the listing expands.
    pub(super) fn of(
        tx: &ReadTx<'_>,
        by: &Grants,
        listing: &Listing,
        mut page: objects::Page,
        show: impl Fn((Object, Document)) -> Found,
    ) -> Result<Self, Error> {
        let expanded = match (&listing.expand, listing.kind) {
            (Some(expansion), Some(kind)) => expansions::of_page(tx, by, kind, expansion, &mut page)?,
            _ => Vec::new(),
        };
        let mut objects: Vec<Found> = page.objects.into_iter().map(show).collect();
        for (found, related) in objects.iter_mut().zip(expanded) {
            found.expanded = Some(related);
        }
        Ok(Self { objects, next: page.next, count: None })
    }
}

/// An object of this kind as a caller reads it, with the properties that `select` names.
pub fn get(
    tx: &ReadTx<'_>,
    by: &Grants,
    kind: ObjectKind,
    key: &Key,
    select: Option<&[String]>,
) -> Result<Found, Error> {
    may_select(by, &[model::entity(kind)], select)?;
    Ok(Found::where_readable(by, lookup::of_kind_with_document(tx, kind, key)?))
}

/// A page of the objects of a kind.
pub fn list(tx: &ReadTx<'_>, by: &Grants, kind: ObjectKind, listing: &Listing) -> Result<Page, Error> {
    let entity = model::entity(kind);
    check_listed(by, &[entity], listing)?;
    let (page, count) = match selections::asked(by, &[entity], listing)? {
        None => {
            let page = objects::page(tx, kind, listing)?;
            (page, listing.counts.then(|| count(tx, kind)).transpose()?)
        }
        Some(Asked { selection, order }) => {
            let (page, count) = store::selections::page(tx, &selection, order.as_ref(), listing)?;
            (page, listing.counts.then_some(count))
        }
    };
    let page = Page::of(tx, by, listing, page, |row| Found::where_readable(by, row))?;
    Ok(Page { count, ..page })
}

/// How many objects of a kind there are.
pub fn count(tx: &ReadTx<'_>, kind: ObjectKind) -> Result<u64, Error> {
    Ok(counts::objects(tx, kind)?)
}

/// How many of them are on all pages of a listing.
pub fn count_listed(tx: &ReadTx<'_>, by: &Grants, kind: ObjectKind, listing: &Listing) -> Result<u64, Error> {
    Ok(match selections::asked(by, &[model::entity(kind)], listing)? {
        None => count(tx, kind)?,
        Some(Asked { selection, .. }) => store::selections::count(tx, &selection)?,
    })
}

/// Checks a creation's body against the kind's table.
pub(super) fn check_creation(entity: &'static Entity, body: &Values) -> Result<Values, Refusal> {
    entity.check_creation(body).map_err(|fault| Refusal::Property { resource: entity.resource, fault })
}

/// Checks an update's body against the kind's table, and whether the caller may change what it names. What another
/// service holds is changed by itself. The object's own id can stand in it too: [`check_id`] looks at it.
pub(super) fn check_update(by: &Grants, entity: &'static Entity, body: &Values) -> Result<Values, Refusal> {
    may_name(by, &[entity], Access::Update, body.keys())?;
    let changes =
        entity.check_update(body).map_err(|fault| Refusal::Property { resource: entity.resource, fault })?;
    let elsewhere = changes.keys().filter(|name| entity.is_from_other_service(name)).count();
    if elsewhere > 0 && elsewhere < changes.len() {
        return Err(Refusal::MixedServices);
    }
    Ok(changes)
}

/// The body of an update without the empty lists that change nothing of the object with this document. Where the caller
/// doesn't get to see the object, `None`, all of them stay: what follows from them tells nothing of it.
pub(super) fn without_idle_lists<'b>(
    entity: &Entity,
    body: &'b Values,
    document: Option<&Document>,
) -> Cow<'b, Values> {
    entity.without_idle_lists(body, |lists| {
        document.map(|document| document.empty_among(lists)).unwrap_or_default()
    })
}

/// Refuses an update's body that names no property and binds nothing. An empty list is named, whatever it changes.
pub(super) fn check_names(body: &Values) -> Result<(), Refusal> {
    let names_something = body.keys().any(|name| !name.contains('@') || is_binding(name));
    names_something.then_some(()).ok_or(Refusal::NothingToChange)
}

/// Refuses an update that gives its object another id. Its own, in any case, changes nothing.
pub(super) fn check_id(body: &Values, object: &Object) -> Result<(), Refusal> {
    let is_own = |id: &Value| id.as_str().and_then(|id| id.parse().ok()) == Some(object.id);
    if body.get("id").is_none_or(is_own) {
        return Ok(());
    }
    let resource = model::entity(object.kind()).resource;
    Err(Refusal::Property { resource, fault: PropertyFault::ReadOnly("id") })
}

/// The values of a stored object, changed as a checked update says.
pub(super) fn apply(entity: &'static Entity, document: &Document, changes: &Values) -> Result<Draft, Error> {
    let mut draft = Draft::of_stored(objects::values_of(document)?);
    let refused = |fault| Refusal::Property { resource: entity.resource, fault };
    entity.apply(&mut draft, changes).map_err(refused)?;
    Ok(draft)
}

/// Stores a new object whose values were checked and completed, and records the change.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    traits: ObjectTraits,
    id: ObjectId,
    mut values: Values,
) -> Result<(Object, Found), Error> {
    values.insert("id".into(), id.to_string().into());
    let (object, document) = objects::insert(tx, &NewObject { id, traits, values })?;
    check_size(&document)?;
    changes::append(tx, &object, Change::Created)?;
    Ok((object, Found::of(&object, document)))
}

/// Stores an object's changed values, and records which they are. What didn't change is not written again.
pub(super) fn update(tx: &WriteTx<'_>, object: &Object, draft: &Draft) -> Result<(), Error> {
    let changed = draft.changed(model::entity(object.kind()));
    if changed.is_empty() {
        return Ok(());
    }
    check_size(&objects::update(tx, object, draft.values(), &changed)?)?;
    Ok(changes::append(tx, object, Change::Updated(&changed))?)
}

fn check_size(document: &Document) -> Result<(), Refusal> {
    (document.size() <= MAX_SIZE).then_some(()).ok_or(Refusal::TooLarge)
}

/// Relates an object to another, and records the change. Whether it may be is asked before.
pub(super) fn relate(
    tx: &WriteTx<'_>,
    relation: &Relation,
    source: &Object,
    target: &Object,
) -> Result<(), Error> {
    match relation.insert(tx, source, target)? {
        Insert::New => Ok(()),
        Insert::AlreadyThere => Err(Refusal::AlreadyRelated(relation.relationship).into()),
    }
}

/// Ends the relation of an object to the one that a reference names, records the change, and gives the other. One that isn't there is
/// reported by the first object's key, as Graph does.
pub(super) fn unrelate(
    tx: &WriteTx<'_>,
    relation: &Relation,
    (source, key): (&Object, &Key),
    reference: &Reference,
) -> Result<Object, Error> {
    let absent = || Refusal::NotFound(key.text().into());
    let target = lookup::find(tx, reference)?.ok_or_else(absent)?;
    match relation.remove(tx, source, &target)? {
        Remove::Gone => Ok(target),
        Remove::NotThere => Err(absent().into()),
    }
}

/// The target of a source's with this id. Nothing is told of it but what it is.
pub(super) fn related(
    tx: &ReadTx<'_>,
    relation: &Relation,
    source: &Object,
    id: &AsWritten<ObjectId>,
) -> Result<Found, Error> {
    let target = lookup::object(tx, id)?;
    if !relation.contains(tx, source, &target)? {
        return Err(Refusal::NotFound(id.text.clone()).into());
    }
    Ok(Found::named(&target))
}

/// Deletes an object: it is in no list, count or reference any more, and can be restored for a while if its kind can be.
pub(super) fn delete(tx: &WriteTx<'_>, object: &Object) -> Result<(), Error> {
    delete_as(tx, object, |_| {})
}

/// The same, where what is shown of the deleted object is other than what it was.
pub(super) fn delete_as(
    tx: &WriteTx<'_>,
    object: &Object,
    show: impl FnOnce(&mut Values),
) -> Result<(), Error> {
    let mut values = objects::values(tx, object.row)?;
    values.insert("deletedDateTime".into(), timestamp(tx.now()).into());
    show(&mut values);
    deletions::delete(tx, object, &values)?;
    if !object.kind().is_restorable() {
        deletions::purge(tx, object)?;
    }
    Ok(())
}

/// An object of a kind whose properties stand each for itself, and its values as the body changes them.
pub(super) fn changed(
    tx: &ReadTx<'_>,
    by: &Grants,
    kind: ObjectKind,
    key: &Key,
    body: &Values,
) -> Result<(Object, Draft), Error> {
    let (object, document, changes) = with_changes(tx, by, kind, key, body)?;
    Ok((object, apply(model::entity(kind), &document, &changes)?))
}

/// An object of such a kind, and what the body says that is to change of it.
pub(super) fn with_changes(
    tx: &ReadTx<'_>,
    by: &Grants,
    kind: ObjectKind,
    key: &Key,
    body: &Values,
) -> Result<(Object, Document, Values), Error> {
    let entity = model::entity(kind);
    check_names(body)?;
    let found = lookup::of_kind_with_document(tx, kind, key);
    let document = found.as_ref().ok().map(|(_, document)| document);
    let changes = check_update(by, entity, &without_idle_lists(entity, body, document))?;
    let (object, document) = found?;
    check_id(body, &object)?;
    Ok((object, document, changes))
}
