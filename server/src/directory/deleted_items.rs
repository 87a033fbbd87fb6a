//! Deleted items: objects that can be restored for thirty days. Who may read, restore or delete one for good depends on its kind.

use super::{
    Error, Found, Refusal,
    access::{check_listed, may_select},
    applications, check_members, directory_roles,
    group_settings::may_take,
    groups,
    members::may_change_role_assignable,
    membership_rules,
    objects::Page,
    owners::MAX_OWNERS,
    rights,
    selections::{self, Asked},
    service_principals, subscribed_skus, users,
};
use crate::{
    model::{
        self, ENTITIES,
        actions::{GET_USER_OWNED_OBJECTS, RESTORE},
        draft::Draft,
        ids::{AsWritten, ObjectId},
        kinds::{ObjectKind, ObjectTraits, Relationship},
        permissions::{
            Grants, LIST_DELETED_OWNED_OBJECTS, Need, PURGE_ADMINISTRATIVE_UNIT, PURGE_APPLICATION,
            PURGE_GROUP, PURGE_USER, READ_DELETED_ADMINISTRATIVE_UNIT, READ_DELETED_APPLICATION,
            READ_DELETED_GROUP, READ_DELETED_USER, RESTORE_APPLICATION, RESTORE_GROUP, RESTORE_USER,
            WRITE_ADMINISTRATIVE_UNIT,
        },
        values::{Document, PropertyFault, Values},
    },
    odata::listing::Listing,
    store::{
        self, Progress, ReadTx, WriteTx, deleted_items, deletions,
        objects::{self, Object},
        relations::{Fits, MANAGERS, OWNERS},
        restorations,
    },
};
use serde_json::Value;

/// Objects that a request for those of one owner returns at most.
const MOST_OWNED: usize = 1_000;

/// A page of the deleted objects of a kind.
pub fn list(tx: &ReadTx<'_>, by: &Grants, kind: ObjectKind, listing: &Listing) -> Result<Page, Error> {
    let entity = model::entity(kind);
    check_listed(by, &[entity], listing)?;
    let (page, count) = match selections::asked(by, &[entity], listing)? {
        None => {
            let page = deleted_items::page(tx, kind, listing)?;
            (page, listing.counts.then(|| deleted_items::count(tx, kind)).transpose()?)
        }
        Some(Asked { selection, order }) => {
            let (page, count) = deleted_items::page_selected(tx, &selection, order.as_ref(), listing)?;
            (page, listing.counts.then_some(count))
        }
    };
    let page = Page::of(tx, by, listing, page, |(object, document)| Found::of(&object, document))?;
    Ok(Page { count, ..page })
}

/// How many of them are on all pages of a listing.
pub fn count(tx: &ReadTx<'_>, by: &Grants, kind: ObjectKind, listing: &Listing) -> Result<u64, Error> {
    Ok(match selections::asked(by, &[model::entity(kind)], listing)? {
        None => deleted_items::count(tx, kind)?,
        Some(Asked { selection, .. }) => deleted_items::count_selected(tx, &selection)?,
    })
}

/// A deleted object as a caller reads it, with the properties that `select` names.
pub fn get(
    tx: &ReadTx<'_>,
    by: &Grants,
    id: &AsWritten<ObjectId>,
    select: Option<&[String]>,
) -> Result<Found, Error> {
    may_select(by, &ENTITIES, select)?;
    let (object, document) = find(tx, by, id, READ)?;
    if let ObjectTraits::Group(_) = object.traits {
        groups::may_show_without_mailbox(select)?;
    }
    Ok(Found::of(&object, document))
}

/// What something needs with deleted objects of a kind. `None`: they aren't kept.
type NeedOf = fn(ObjectKind) -> Option<&'static Need>;

const READ: NeedOf = |kind| match kind {
    ObjectKind::User => Some(&READ_DELETED_USER),
    ObjectKind::Group => Some(&READ_DELETED_GROUP),
    ObjectKind::ServicePrincipal | ObjectKind::Application => Some(&READ_DELETED_APPLICATION),
    ObjectKind::AdministrativeUnit => Some(&READ_DELETED_ADMINISTRATIVE_UNIT),
    ObjectKind::Device | ObjectKind::OrgContact | ObjectKind::DirectoryRole => None,
};

const RESTORE_ONE: NeedOf = |kind| match kind {
    ObjectKind::User => Some(&RESTORE_USER),
    ObjectKind::Group => Some(&RESTORE_GROUP),
    ObjectKind::ServicePrincipal | ObjectKind::Application => Some(&RESTORE_APPLICATION),
    ObjectKind::AdministrativeUnit => Some(&WRITE_ADMINISTRATIVE_UNIT),
    ObjectKind::Device | ObjectKind::OrgContact | ObjectKind::DirectoryRole => None,
};

const PURGE: NeedOf = |kind| match kind {
    ObjectKind::User => Some(&PURGE_USER),
    ObjectKind::Group => Some(&PURGE_GROUP),
    ObjectKind::ServicePrincipal | ObjectKind::Application => Some(&PURGE_APPLICATION),
    ObjectKind::AdministrativeUnit => Some(&PURGE_ADMINISTRATIVE_UNIT),
    ObjectKind::Device | ObjectKind::OrgContact | ObjectKind::DirectoryRole => None,
};

/// The deleted object with this id, if the caller may do this with such.
fn find(
    tx: &ReadTx<'_>,
    by: &Grants,
    id: &AsWritten<ObjectId>,
    need: NeedOf,
) -> Result<(Object, Document), Error> {
    let absent = || Refusal::NotFound(id.text.clone());
    let (object, document) = deleted_items::find(tx, id.value)?.ok_or_else(absent)?;
    let need = need(object.kind()).ok_or_else(absent)?;
    if need.reach(by).is_none() {
        return Err(Refusal::lacks(need, by).into());
    }
    rights::may_act(tx, by, need, &object)?;
    Ok((object, document))
}

/// The same, where the caller may change such an object.
fn find_changeable(
    tx: &ReadTx<'_>,
    by: &Grants,
    id: &AsWritten<ObjectId>,
    need: NeedOf,
) -> Result<(Object, Document), Error> {
    let (object, document) = find(tx, by, id, need)?;
    if let ObjectTraits::Group(traits) = object.traits {
        may_change_role_assignable(by, traits)?;
    }
    if let (ObjectKind::User, Some(need)) = (object.kind(), need(object.kind())) {
        rights::may_act_upon(tx, by, need, &object)?;
    }
    Ok((object, document))
}

/// How an object is to be restored.
#[derive(Debug, Clone, Default)]
pub struct Restoration {
    /// The sign-in name that a user is to have then. `None`: the one that it had.
    user_principal_name: Option<String>,
}

impl Restoration {
    /// Reads the parameters. No two objects are refused the same mail address here, so that there is no conflict to reconcile.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = RESTORE.check_parameters(body).map_err(check_members::refused)?;
        let name = given.get("newUserPrincipalName").and_then(Value::as_str);
        Ok(Self { user_principal_name: name.map(str::to_owned) })
    }
}

/// What a step of a restoration did.
#[derive(Debug)]
pub enum Restored {
    /// A part of what has to be done before. The same step again does more.
    NotYet,
    /// The object is there again. Where it is unfinished, not all that it was in is.
    There(Found, Progress),
}

/// Restores a deleted object, with its names: one that is taken meanwhile is refused. It is in the groups that it was in, owns what it
/// owned and manages whom it managed, where that still fits ([`STILL_FITS`]).
pub fn restore(
    tx: &WriteTx<'_>,
    by: &Grants,
    id: &AsWritten<ObjectId>,
    restoration: &Restoration,
) -> Result<Restored, Error> {
    let (object, document) = find_changeable(tx, by, id, RESTORE_ONE)?;
    directory_roles::may_restore(tx, by, &object)?;
    let name = restoration.user_principal_name.as_deref();
    let mut draft = Draft::of_stored(objects::values_of(&document)?);
    match object.traits {
        ObjectTraits::User => users::ready_to_restore(tx, &mut draft, name)?,
        _ if name.is_some() => {
            let fault = PropertyFault::Invalid("newUserPrincipalName");
            return Err(check_members::refused(fault).into());
        }
        ObjectTraits::Group(traits) => groups::ready_to_restore(tx, &mut draft, object.row, traits)?,
        ObjectTraits::ServicePrincipal => service_principals::ready_to_restore(tx, &mut draft)?,
        ObjectTraits::Application => applications::ready_to_restore(tx, &object, &draft)?,
        ObjectTraits::Device
        | ObjectTraits::OrgContact
        | ObjectTraits::AdministrativeUnit(_)
        | ObjectTraits::DirectoryRole => {}
    }
    if deletions::finish(tx, &object)? == Progress::Unfinished {
        return Ok(Restored::NotYet);
    }
    draft.set("deletedDateTime", Value::Null);
    let changed = draft.changed(model::entity(object.kind()));
    let (document, progress) = restorations::restore(tx, &object, draft.values(), &changed, STILL_FITS)?;
    match object.kind() {
        ObjectKind::User => subscribed_skus::count_all(tx, draft.values(), 1)?,
        ObjectKind::Application => service_principals::follow_restored(tx, &draft)?,
        _ => {}
    }
    Ok(Restored::There(Found::of(&object, document), progress))
}

/// Does one batch of what a restoration left.
pub fn finish_restoring(tx: &WriteTx<'_>, id: ObjectId) -> Result<Progress, Error> {
    match objects::find(tx, id)? {
        Some(object) => Ok(restorations::finish(tx, &object, STILL_FITS)?),
        None => Ok(Progress::Finished),
    }
}

/// Whether what a restored object was in still takes it. Others may have joined meanwhile, and a group may have come to follow a rule, or
/// to take no guests.
pub const STILL_FITS: Fits = |tx, relationship, source, target| {
    Ok(match relationship {
        Relationship::Members => may_be_in(tx, source, target)? && takes_if_guest(tx, source, target)?,
        Relationship::Owners => {
            OWNERS.count_targets(tx, source)? < MAX_OWNERS && takes_if_guest(tx, source, target)?
        }
        Relationship::Manager => MANAGERS.count_targets(tx, source)? == 0,
        Relationship::CreatedOnBehalfOf => true,
    })
};

fn may_be_in(tx: &ReadTx<'_>, source: &Object, target: &Object) -> Result<bool, store::Error> {
    Ok(match source.traits {
        ObjectTraits::Group(group) => {
            let is_nested = matches!(target.traits, ObjectTraits::Group(_));
            !(group.role_assignable && is_nested || membership_rules::are_members_by_rule(tx, source)?)
        }
        ObjectTraits::AdministrativeUnit(_) => true,
        ObjectTraits::DirectoryRole => target.traits.may_hold_roles(),
        _ => false,
    })
}

fn takes_if_guest(tx: &ReadTx<'_>, source: &Object, target: &Object) -> Result<bool, store::Error> {
    let ObjectTraits::Group(group) = source.traits else { return Ok(true) };
    match may_take(tx, Some(source.row), group, [target]) {
        Ok(()) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(Error::Store(broken)) => Err(broken),
    }
}

/// Deletes a deleted object for good.
pub fn delete(tx: &WriteTx<'_>, by: &Grants, id: &AsWritten<ObjectId>) -> Result<(), Error> {
    let (object, _) = find_changeable(tx, by, id, PURGE)?;
    directory_roles::may_delete(tx, by, &object)?;
    Ok(deletions::purge(tx, &object)?)
}

/// The deleted objects of an owner that a request asks for.
#[derive(Debug, Clone, Copy)]
pub struct Owned {
    user: ObjectId,
    kind: ObjectKind,
}

impl Owned {
    /// Reads the parameters.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = GET_USER_OWNED_OBJECTS.check_parameters(body).map_err(check_members::refused)?;
        let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = if text("type") == "Application" { ObjectKind::Application } else { ObjectKind::Group };
        let user = text("userId").parse();
        let user = user.map_err(|_| check_members::refused(PropertyFault::Invalid("userId")))?;
        Ok(Self { user, kind })
    }
}

/// The first thousand deleted objects that a user owned, in the order of their ids.
pub fn owned_by_user(tx: &ReadTx<'_>, by: &Grants, owned: Owned) -> Result<Page, Error> {
    let user = objects::find(tx, owned.user)?.filter(|object| object.kind() == ObjectKind::User);
    let user = user.ok_or_else(|| Refusal::NotFound(owned.user.to_string()))?;
    rights::may_act(tx, by, &LIST_DELETED_OWNED_OBJECTS, &user)?;
    let listing = Listing { kind: Some(owned.kind), limit: MOST_OWNED, ..Listing::default() };
    let page = deleted_items::owned_by(tx, &user, &listing)?;
    if page.next.is_some() && page.objects.len() < MOST_OWNED {
        return Err(Refusal::ResultTooLarge.into());
    }
    // Of applications, whoever may not read deleted ones learns only what they are.
    let shown = owned.kind != ObjectKind::Application
        || READ_DELETED_APPLICATION.reach(by).is_some() && rights::may(by, &READ_DELETED_APPLICATION).is_ok();
    let found = |(object, document)| if shown { Found::of(&object, document) } else { Found::named(&object) };
    Page::of(tx, by, &listing, page, found)
}
