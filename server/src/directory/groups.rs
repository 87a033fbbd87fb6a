//! Creating and reading groups.

use super::{
    Error, Found, Policy, Refusal,
    lookup::{self, Group, find_group},
    members,
};
use crate::{
    model::{
        clock::timestamp,
        group::GROUP,
        ids::{ObjectId, Sent},
        kinds::{GroupKind, GroupTraits, ObjectKind},
        permissions::{ADD_MEMBER, CHANGE_ROLE_ASSIGNABLE, Grants, Principal},
        properties::PropertyFault,
    },
    odata::reference::Reference,
    store::{
        self, ReadTx, WriteTx,
        changes::{self, Change},
        members::Insert,
        objects::{self, NewObject},
        owners,
    },
};
use serde_json::{Map, Value};

/// References that one request may hold at most.
const MAX_REFERENCES: usize = 20;

/// A group as a caller reads it.
pub fn get(tx: &ReadTx<'_>, id: &Sent<ObjectId>) -> Result<Found, Error> {
    let group = find_group(tx, id)?.object;
    Ok(Found { kind: group.kind, id: group.id, document: Some(objects::document(tx, group.row)?) })
}

/// Creates a group of a new `id`, with its first members: all of it or nothing.
pub fn create(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    id: ObjectId,
    body: &Map<String, Value>,
    first_members: &[Reference],
) -> Result<Found, Error> {
    if first_members.len() > MAX_REFERENCES {
        return Err(Refusal::TooManyReferences.into());
    }
    let values = GROUP.check_creation(body).map_err(refused)?;
    let traits = read_traits(&values)?;
    if !policy.lets_change(traits.kind) {
        return Err(Refusal::NotCreatable(traits.kind).into());
    }
    if traits.dynamic && !first_members.is_empty() {
        return Err(Refusal::NotPermitted.into());
    }
    check_membership_rule(&values, traits)?;
    let may = (first_members.is_empty() || ADD_MEMBER.reach(by).is_some())
        && (!traits.role_assignable || CHANGE_ROLE_ASSIGNABLE.reach(by).is_some());
    if !may {
        return Err(Refusal::NotPermitted.into());
    }
    check_unique_names(tx, &values, traits)?;
    let (group, found) = insert(tx, id, values, traits)?;
    own_by_creator(tx, by, &group)?;
    for reference in first_members {
        let member = lookup::resolve(tx, reference)?;
        if members::join(tx, by, &group, &member)? == Insert::AlreadyThere {
            let (member, kind) = (member.id, member.kind);
            return Err(Refusal::TwiceInOneRequest { group: id, member, kind }.into());
        }
    }
    Ok(found)
}

/// Stores a group whose values were checked, with all that the directory computes of it.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    id: ObjectId,
    mut values: Map<String, Value>,
    traits: GroupTraits,
) -> Result<(Group, Found), Error> {
    let now = timestamp(tx.now());
    let mut set = |name: &str, value: Value| {
        values.insert(name.into(), value);
    };
    set("id", id.to_string().into());
    set("createdDateTime", now.clone().into());
    set("renewedDateTime", now.into());
    set("securityIdentifier", id.security_identifier().into());
    if traits.kind != GroupKind::Security {
        let nickname = values.get("mailNickname").and_then(Value::as_str).unwrap_or_default();
        let mail = format!("{nickname}@{}", tx.tenant().domain());
        values.insert("proxyAddresses".into(), vec![format!("SMTP:{mail}")].into());
        values.insert("mail".into(), mail.into());
    }
    if traits.dynamic {
        values.entry("membershipRuleProcessingState").or_insert_with(|| "On".into());
    }
    let visibility =
        if traits.kind == GroupKind::Microsoft365 && !traits.role_assignable { "Public" } else { "Private" };
    values.entry("visibility").or_insert_with(|| visibility.into());
    let document = GROUP.document(&values);
    let new = NewObject { id, kind: ObjectKind::Group, group: Some(traits), document };
    let object = objects::insert(tx, &new)?;
    changes::append(tx, &object, Change::Created)?;
    let found = Found { kind: ObjectKind::Group, id, document: Some(new.document) };
    Ok((Group { object, traits }, found))
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: GROUP.resource, fault }
}

fn flag(values: &Map<String, Value>, name: &str) -> bool {
    values.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Reads off the values what kind of group is wanted, and refuses what no group can be.
pub(super) fn read_traits(values: &Map<String, Value>) -> Result<GroupTraits, Refusal> {
    let types: &[Value] = values.get("groupTypes").and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let unified = types.iter().any(|kind| kind == "Unified");
    let dynamic = types.iter().any(|kind| kind == "DynamicMembership");
    if types.len() > usize::from(unified) + usize::from(dynamic) {
        return Err(refused(PropertyFault::Invalid("groupTypes")));
    }
    let security_enabled = flag(values, "securityEnabled");
    let kind = GroupKind::of(unified, flag(values, "mailEnabled"), security_enabled);
    let kind = kind.ok_or(Refusal::Combination)?;
    let visibility = values.get("visibility").and_then(Value::as_str);
    let role_assignable = flag(values, "isAssignableToRole");
    let hidden_membership = visibility == Some("HiddenMembership");
    let fits_dynamic = matches!(kind, GroupKind::Security | GroupKind::Microsoft365);
    let fits_roles = fits_dynamic && security_enabled && !dynamic && !matches!(visibility, Some("Public"));
    if dynamic && !fits_dynamic
        || role_assignable && (!fits_roles || hidden_membership)
        || hidden_membership && kind != GroupKind::Microsoft365
    {
        return Err(Refusal::Combination);
    }
    Ok(GroupTraits { kind, dynamic, role_assignable, hidden_membership })
}

/// A dynamic group needs a rule, and no other group has one.
fn check_membership_rule(values: &Map<String, Value>, traits: GroupTraits) -> Result<(), Refusal> {
    let rule =
        values.get("membershipRule").and_then(Value::as_str).is_some_and(|rule| !rule.trim().is_empty());
    let state = values.contains_key("membershipRuleProcessingState");
    match (traits.dynamic, rule) {
        (true, false) => Err(refused(PropertyFault::Required("membershipRule"))),
        (false, _) if rule || state => Err(Refusal::Combination),
        _ => Ok(()),
    }
}

fn check_unique_names(
    tx: &ReadTx<'_>,
    values: &Map<String, Value>,
    traits: GroupTraits,
) -> Result<(), Error> {
    let text = |name: &str| values.get(name).and_then(Value::as_str);
    if let Some(nickname) = text("mailNickname")
        && traits.kind == GroupKind::Microsoft365
        && store::groups::mail_nickname_is_taken(tx, nickname)?
    {
        return Err(Refusal::Taken("mailNickname").into());
    }
    if let Some(name) = text("uniqueName")
        && store::groups::unique_name_is_taken(tx, name)?
    {
        return Err(Refusal::Taken("uniqueName").into());
    }
    Ok(())
}

/// The user who creates a Microsoft 365 group without owners owns it.
fn own_by_creator(tx: &WriteTx<'_>, by: &Grants, group: &Group) -> Result<(), Error> {
    let (GroupKind::Microsoft365, Principal::User(Some(creator))) = (group.traits.kind, by.principal) else {
        return Ok(());
    };
    if let Some(user) = objects::find(tx, creator)?.filter(|object| object.kind == ObjectKind::User) {
        owners::insert(tx, group.object.row, user.row)?;
        changes::append(tx, &group.object, Change::OwnerAdded(user.row))?;
    }
    Ok(())
}
