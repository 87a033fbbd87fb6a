//! The tenant's lifecycle policy: after how many days Microsoft 365 groups expire, and their renewal. A group's own date is written when
//! it is created, renewed, or put under the policy; nothing deletes what has expired.

use super::{Error, Refusal, check_members, lookup, objects, resources, rights};
use crate::{
    model::{
        actions::MANAGED_GROUP,
        clock::timestamp,
        draft::Draft,
        group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
        ids::{AsWritten, ObjectId},
        kinds::{GroupKind, ObjectKind},
        permissions::{Grants, RENEW_GROUP},
        values::{Document, PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        ReadTx, WriteTx,
        objects::{Object, RowNumber, values_of},
        resources::{self as stored, Kind, Stored},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::ops::RangeInclusive;

/// How many groups can be selected.
pub const MAX_SELECTED: usize = 500;

/// After how many days groups can expire: Graph's least, and a century at most, so that there is such a date.
const LIFETIMES: RangeInclusive<i64> = 30..=36_500;

/// The policy, if there is one, alone in its list.
pub fn list(tx: &ReadTx<'_>, _: &Grants, (): &()) -> Result<Vec<Values>, Error> {
    Ok(all(tx)?.into_iter().map(shown).collect())
}

/// The policy with this id.
pub fn get(tx: &ReadTx<'_>, _: &Grants, id: &AsWritten<ObjectId>) -> Result<Values, Error> {
    Ok(shown(find(tx, id)?))
}

/// The policy after which a group expires, if it does.
pub fn of_group(tx: &ReadTx<'_>, _: &Grants, group: &Key) -> Result<Vec<Values>, Error> {
    let (group, traits) = lookup::group(tx, group)?;
    let covering = match traits.kind {
        GroupKind::Microsoft365 => covering(tx, Some(group.row))?,
        _ => None,
    };
    Ok(covering.into_iter().map(shown).collect())
}

/// Makes the policy. A tenant has one at most.
pub fn create(tx: &WriteTx<'_>, (): &(), id: ObjectId, body: &Values) -> Result<Values, Error> {
    let values = GROUP_LIFECYCLE_POLICY.check_creation(body).map_err(refused)?;
    check_lifetime(&values)?;
    if !all(tx)?.is_empty() {
        return Err(Refusal::PolicyExists.into());
    }
    let new = Stored { id, values };
    resources::insert(tx, Kind::GroupLifecyclePolicy, None, &new)?;
    Ok(shown(new))
}

/// Changes the policy. Groups that are selected get their dates anew.
pub fn update(tx: &WriteTx<'_>, id: &AsWritten<ObjectId>, body: &Values) -> Result<Values, Error> {
    objects::check_names(body)?;
    let changes = GROUP_LIFECYCLE_POLICY.check_update(body).map_err(refused)?;
    let mut policy = find(tx, id)?;
    resources::check_id(&GROUP_LIFECYCLE_POLICY, body, policy.id)?;
    policy.values.extend(changes);
    check_lifetime(&policy.values)?;
    resources::update(tx, Kind::GroupLifecyclePolicy, None, &policy)?;
    for (group, document) in stored::objects(tx, Kind::ManagedGroup)? {
        let lifetime = covers(tx, &policy, Some(group.row))?.then(|| lifetime(&policy));
        expire(tx, &group, &document, lifetime)?;
    }
    Ok(shown(policy))
}

/// Deletes the policy. Groups that were selected don't expire any more.
pub fn delete(tx: &WriteTx<'_>, id: &AsWritten<ObjectId>) -> Result<(), Error> {
    let policy = find(tx, id)?;
    for (group, document) in stored::objects(tx, Kind::ManagedGroup)? {
        expire(tx, &group, &document, None)?;
    }
    // Those of deleted groups too.
    stored::delete_all(tx, Kind::ManagedGroup, policy.id)?;
    Ok(stored::delete(tx, Kind::GroupLifecyclePolicy, None, policy.id)?)
}

/// The id of the group in the body of a request.
pub fn read_group(body: &Values) -> Result<Key, Refusal> {
    let given = MANAGED_GROUP.check_parameters(body).map_err(check_members::refused)?;
    Ok(Key::read(given.get("groupId").and_then(Value::as_str).unwrap_or_default().to_owned()))
}

/// Selects a group. `false`: it is selected already, or the policy isn't for groups that are selected.
pub fn add_group(tx: &WriteTx<'_>, id: &AsWritten<ObjectId>, group: &Key) -> Result<bool, Error> {
    let policy = find(tx, id)?;
    let (group, document) = expiring_group(tx, group)?;
    if !is_for(&policy, "Selected") || is_selected(tx, &policy, group.row)? {
        return Ok(false);
    }
    if stored::count(tx, Kind::ManagedGroup)? >= MAX_SELECTED as u64 {
        return Err(Refusal::TooManyManagedGroups { most: MAX_SELECTED }.into());
    }
    stored::insert(tx, Kind::ManagedGroup, Some(group.row), policy.id, &Values::new())?;
    expire(tx, &group, &document, Some(lifetime(&policy)))?;
    Ok(true)
}

/// Selects a group no more. `false`: it wasn't selected, or the policy isn't for groups that are selected.
pub fn remove_group(tx: &WriteTx<'_>, id: &AsWritten<ObjectId>, group: &Key) -> Result<bool, Error> {
    let policy = find(tx, id)?;
    let (group, document) = expiring_group(tx, group)?;
    if !is_for(&policy, "Selected") || !is_selected(tx, &policy, group.row)? {
        return Ok(false);
    }
    stored::delete(tx, Kind::ManagedGroup, Some(group.row), policy.id)?;
    expire(tx, &group, &document, None)?;
    Ok(true)
}

/// Renews a group: it expires anew from now on, if a policy has it expire.
pub fn renew(tx: &WriteTx<'_>, by: &Grants, group: &Key) -> Result<(), Error> {
    rights::may_act_on(tx, by, &RENEW_GROUP, ObjectKind::Group, group)?;
    let (group, document) = expiring_group(tx, group)?;
    let lifetime = covering(tx, Some(group.row))?.map(|policy| lifetime(&policy));
    let mut draft = Draft::of_stored(values_of(&document)?);
    draft.set("renewedDateTime", timestamp(tx.now()));
    set_expiration(&mut draft, lifetime);
    objects::update(tx, &group, &draft)
}

/// When a new Microsoft 365 group expires, if it does.
pub(super) fn expiration_of_new(tx: &ReadTx<'_>) -> Result<Option<String>, Error> {
    Ok(covering(tx, None)?.and_then(|policy| later(tx.now(), lifetime(&policy))))
}

/// Sets when a group that is to be restored expires, as the policy has it by now.
pub(super) fn ready_to_restore(tx: &ReadTx<'_>, draft: &mut Draft, group: RowNumber) -> Result<(), Error> {
    let lifetime = covering(tx, Some(group))?.map(|policy| lifetime(&policy));
    set_expiration(draft, lifetime);
    Ok(())
}

/// A group that can expire.
fn expiring_group(tx: &ReadTx<'_>, group: &Key) -> Result<(Object, Document), Error> {
    let (group, traits, document) = lookup::group_with_document(tx, group)?;
    match traits.kind {
        GroupKind::Microsoft365 => Ok((group, document)),
        _ => Err(Refusal::NeverExpires.into()),
    }
}

fn expire(
    tx: &WriteTx<'_>,
    group: &Object,
    document: &Document,
    lifetime: Option<TimeDelta>,
) -> Result<(), Error> {
    let mut draft = Draft::of_stored(values_of(document)?);
    set_expiration(&mut draft, lifetime);
    objects::update(tx, group, &draft)
}

/// Sets when a group expires: so long after it was last renewed, or never.
fn set_expiration(draft: &mut Draft, lifetime: Option<TimeDelta>) {
    let renewed = draft.text("renewedDateTime").and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    let expiration = renewed.zip(lifetime).and_then(|(renewed, lifetime)| later(renewed.to_utc(), lifetime));
    draft.set("expirationDateTime", expiration);
}

fn later(time: DateTime<Utc>, lifetime: TimeDelta) -> Option<String> {
    time.checked_add_signed(lifetime).map(timestamp)
}

fn all(tx: &ReadTx<'_>) -> Result<Vec<Stored>, Error> {
    Ok(stored::all(tx, Kind::GroupLifecyclePolicy, None)?)
}

fn find(tx: &ReadTx<'_>, id: &AsWritten<ObjectId>) -> Result<Stored, Error> {
    resources::find(tx, Kind::GroupLifecyclePolicy, None, id)
}

/// The policy after which a group expires. `None`: one that isn't made yet.
fn covering(tx: &ReadTx<'_>, group: Option<RowNumber>) -> Result<Option<Stored>, Error> {
    for policy in all(tx)? {
        if covers(tx, &policy, group)? {
            return Ok(Some(policy));
        }
    }
    Ok(None)
}

fn covers(tx: &ReadTx<'_>, policy: &Stored, group: Option<RowNumber>) -> Result<bool, Error> {
    Ok(match group {
        _ if is_for(policy, "All") => true,
        Some(group) if is_for(policy, "Selected") => is_selected(tx, policy, group)?,
        _ => false,
    })
}

fn is_for(policy: &Stored, groups: &str) -> bool {
    policy.values.get("managedGroupTypes").is_some_and(|types| types == groups)
}

fn is_selected(tx: &ReadTx<'_>, policy: &Stored, group: RowNumber) -> Result<bool, Error> {
    Ok(stored::find(tx, Kind::ManagedGroup, Some(group), policy.id)?.is_some())
}

fn lifetime(policy: &Stored) -> TimeDelta {
    TimeDelta::days(days(&policy.values))
}

fn days(values: &Values) -> i64 {
    values.get("groupLifetimeInDays").and_then(Value::as_i64).unwrap_or_default()
}

fn check_lifetime(values: &Values) -> Result<(), Refusal> {
    let fits = LIFETIMES.contains(&days(values));
    fits.then_some(()).ok_or_else(|| refused(PropertyFault::Invalid("groupLifetimeInDays")))
}

fn shown(Stored { id, mut values }: Stored) -> Values {
    values.insert("id".into(), id.to_string().into());
    values
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: GROUP_LIFECYCLE_POLICY.resource, fault }
}
