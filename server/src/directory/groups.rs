//! Groups: creating, reading, changing and deleting them.

use super::{
    Bound, Error, Found, Policy, Refusal, access,
    addresses::proxy_addresses,
    created_objects,
    group_lifecycle_policies::{self, expiration_of_new},
    group_settings::{self, Settings},
    lookup, members, membership_rules, naming_policy, objects, owners, rights,
};
use crate::{
    model::{
        clock::timestamp,
        draft::Draft,
        group::GROUP,
        ids::ObjectId,
        kinds::{GroupKind, GroupTraits, ObjectKind, ObjectTraits},
        permissions::{
            ADD_MEMBER, Access, CHANGE_OWNERS, CHANGE_ROLE_ASSIGNABLE, CREATE_GROUP, DELETE_GROUP, Grants,
            Principal, UPDATE_GROUP_PROPERTIES, parts, right,
        },
        values::{Document, PropertyFault, Values},
    },
    odata::reference::{Key, Reference},
    store::{
        self, ReadTx, WriteTx, domains,
        objects::{Object, RowNumber},
    },
};
use serde_json::Value;

/// References that one request may hold at most.
pub const MAX_REFERENCES: usize = 20;

/// A group as a caller reads it, with the properties that `select` names.
pub fn get(tx: &ReadTx<'_>, by: &Grants, key: &Key, select: Option<&[String]>) -> Result<Found, Error> {
    access::may_select(by, &[&GROUP], select)?;
    let (group, traits, document) = lookup::group_with_document(tx, key)?;
    may_show(traits, select)?;
    Ok(Found::where_readable(by, (group, document)))
}

/// Refuses to show what Exchange holds of a group that has no mailbox.
pub(super) fn may_show(traits: GroupTraits, select: Option<&[String]>) -> Result<(), Refusal> {
    has_mailbox(traits).or_else(|_| may_show_without_mailbox(select))
}

/// Refuses to show what Exchange holds.
pub(super) fn may_show_without_mailbox(select: Option<&[String]>) -> Result<(), Refusal> {
    let elsewhere = select.unwrap_or_default().iter().any(|name| GROUP.is_from_other_service(name));
    if elsewhere { Err(Refusal::NoMailbox) } else { Ok(()) }
}

/// Refuses groups of which Exchange holds nothing.
fn has_mailbox(group: GroupTraits) -> Result<(), Refusal> {
    (group.kind == GroupKind::Microsoft365).then_some(()).ok_or(Refusal::NoMailbox)
}

impl Bound {
    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.owners.is_empty()
    }

    fn check_size(&self) -> Result<(), Refusal> {
        let fits = self.members.len() + self.owners.len() <= MAX_REFERENCES;
        fits.then_some(()).ok_or(Refusal::TooManyReferences)
    }
}

/// Creates a group of a new `id`, with its first members and owners: all of it or nothing.
pub fn create(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    id: ObjectId,
    body: &Values,
    bound: &Bound,
) -> Result<Found, Error> {
    bound.check_size()?;
    access::may_name(by, &[&GROUP], Access::Creation, body.keys())?;
    let values = objects::check_creation(&GROUP, body)?;
    let traits = read_traits(&values)?;
    if !policy.lets_change(traits.kind) {
        return Err(Refusal::MailEnabledGroup.into());
    }
    if traits.dynamic && !bound.members.is_empty() {
        return Err(Refusal::NotPermitted.into());
    }
    rights::may_make(by, &CREATE_GROUP, ObjectTraits::Group(traits))?;
    if traits.dynamic {
        rights::may_make(by, &parts::MEMBERSHIP_RULES, ObjectTraits::Group(traits))?;
    }
    let mut draft = Draft::of_new(values);
    check_first_rule(draft.values(), traits)?;
    if traits.dynamic {
        membership_rules::check(tx, id, traits, membership_rules::text_of(draft.values()))?;
    }
    if draft.values().contains_key("assignedLabels") && !matches!(by.principal, Principal::User(_)) {
        return Err(Refusal::NotPermitted.into());
    }
    if traits.role_assignable && CHANGE_ROLE_ASSIGNABLE.reach(by).is_none() {
        return Err(Refusal::lacks(&CHANGE_ROLE_ASSIGNABLE, by).into());
    }
    if traits.kind == GroupKind::Microsoft365 {
        let settings = Settings::of_tenant(tx)?;
        if !rights::holds_role_for(by, &CREATE_GROUP, ObjectTraits::Group(traits)) {
            group_settings::may_create(tx, by, &settings)?;
        }
        naming_policy::check(tx, by, &settings, &draft)?;
        draft.set("expirationDateTime", expiration_of_new(tx)?);
    }
    check_unique_names(tx, &draft, traits, None)?;
    let members = if ADD_MEMBER.reach(by).is_some() {
        addable(tx, by, &bound.members)?
    } else {
        lookup::resolve_readable(tx, by, &ADD_MEMBER, &bound.members)?
    };
    let owners = if CHANGE_OWNERS.reach(by).is_some() {
        lookup::resolve_all(tx, &bound.owners)?
    } else {
        lookup::resolve_readable(tx, by, &CHANGE_OWNERS, &bound.owners)?
    };
    let owners = owners.into_iter().chain(owner_by_creation(tx, by, traits)?).collect::<Vec<_>>();
    check_bound(id, traits, &members, &owners)?;
    group_settings::may_take(tx, None, traits, members.iter().chain(&owners))?;
    // What is refused up to here has changed nothing.
    let (group, found) = insert(tx, id, draft, traits)?;
    bind(tx, &group, &members, &owners)?;
    created_objects::note(tx, by, &group)?;
    Ok(found)
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// The directory changed.
    InDirectory,
    /// What another service holds changed.
    Elsewhere,
}

/// Changes a group as the body says, and adds what it binds: all of it or nothing.
pub fn update(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    key: &Key,
    body: &Values,
    bound: &Bound,
) -> Result<Updated, Error> {
    bound.check_size()?;
    objects::check_names(body)?;
    let found = lookup::group_with_document(tx, key);
    let document = found.as_ref().ok().map(|(_, _, document)| document);
    let changes = objects::check_update(by, &GROUP, &objects::without_idle_lists(&GROUP, body, document))?;
    let elsewhere = changes.keys().any(|name| GROUP.is_from_other_service(name));
    if elsewhere && !bound.is_empty() {
        return Err(Refusal::MixedServices.into());
    }
    let more_than_members = !changes.is_empty() || !bound.owners.is_empty();
    let by_user_alone = elsewhere || changes.contains_key("assignedLabels");
    if by_user_alone && !matches!(by.principal, Principal::User(_)) {
        return Err(Refusal::NotPermitted.into());
    }
    let need = if more_than_members { &UPDATE_GROUP_PROPERTIES } else { &ADD_MEMBER };
    if need.reach(by).is_none() {
        return Err(Refusal::lacks(need, by).into());
    }
    let (group, mut traits, document) = found?;
    objects::check_id(body, &group)?;
    policy.may_change(traits)?;
    members::may_change_role_assignable(by, traits)?;
    if !changes.is_empty() {
        let right = match changes_rule(&document, &changes)? {
            true => &parts::MEMBERSHIP_RULES,
            false => right(&UPDATE_GROUP_PROPERTIES),
        };
        rights::may_do(tx, by, right, &group)?;
    }
    if !bound.members.is_empty() {
        rights::may_act(tx, by, &ADD_MEMBER, &group)?;
    }
    if elsewhere {
        has_mailbox(traits)?;
    }
    if !changes.is_empty() {
        traits = change(tx, by, &group, traits, &document, &changes)?;
    }
    if !bound.members.is_empty() {
        members::may_be_changed_by_hand(traits)?;
    }
    let members = addable(tx, by, &bound.members)?;
    let owners = lookup::resolve_all(tx, &bound.owners)?;
    owners.iter().try_for_each(|owner| owners::may_change(tx, by, &group, owner))?;
    check_bound(group.id, traits, &members, &owners)?;
    group_settings::may_take(tx, Some(group.row), traits, members.iter().chain(&owners))?;
    bind(tx, &group, &members, &owners)?;
    Ok(if elsewhere { Updated::Elsewhere } else { Updated::InDirectory })
}

/// Deletes a group. Its mail nickname is free again.
pub fn delete(tx: &WriteTx<'_>, policy: Policy, by: &Grants, key: &Key) -> Result<(), Error> {
    let (group, traits) = lookup::group(tx, key)?;
    delete_found(tx, policy, by, &group, traits)
}

pub(super) fn delete_found(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    group: &Object,
    traits: GroupTraits,
) -> Result<(), Error> {
    policy.may_change(traits)?;
    members::may_change_role_assignable(by, traits)?;
    rights::may_act(tx, by, &DELETE_GROUP, group)?;
    objects::delete_as(tx, group, |values| {
        // As Graph shows deleted ones: their `groupTypes` tell what they are.
        if is_security_group(traits) {
            values.insert("securityEnabled".into(), false.into());
        }
    })
}

const fn is_security_group(traits: GroupTraits) -> bool {
    matches!(traits.kind, GroupKind::Security | GroupKind::MailEnabledSecurity)
}

/// Shows a deleted group that is to be restored as it was, but for when it expires. No other group may have its names.
pub(super) fn ready_to_restore(
    tx: &ReadTx<'_>,
    draft: &mut Draft,
    group: RowNumber,
    traits: GroupTraits,
) -> Result<(), Error> {
    if is_security_group(traits) {
        draft.set("securityEnabled", true);
    }
    if traits.kind == GroupKind::Microsoft365 {
        group_lifecycle_policies::ready_to_restore(tx, draft, group)?;
    }
    check_free(tx, traits, None, |name| draft.text(name))
}

/// Changes a group's properties, and gives the traits that it has then. Its kind stays, and who may see its members.
fn change(
    tx: &WriteTx<'_>,
    by: &Grants,
    group: &Object,
    before: GroupTraits,
    document: &Document,
    changes: &Values,
) -> Result<GroupTraits, Error> {
    let mut draft = objects::apply(&GROUP, document, changes)?;
    let traits = read_traits(draft.values())?;
    if traits.kind != before.kind {
        return Err(Refusal::OtherKind.into());
    }
    if traits.hidden_membership != before.hidden_membership {
        return Err(refused(PropertyFault::Immutable("visibility")).into());
    }
    change_rule(&mut draft, changes, traits)?;
    if traits.dynamic && (draft.has_changed("membershipRule") || !before.dynamic) {
        membership_rules::check(tx, group.id, traits, membership_rules::text_of(draft.values()))?;
    }
    let renamed = draft.has_changed("displayName") || draft.has_changed("mailNickname");
    if renamed && traits.kind == GroupKind::Microsoft365 {
        naming_policy::check(tx, by, &Settings::of_tenant(tx)?, &draft)?;
    }
    check_unique_names(tx, &draft, traits, Some(group.row))?;
    set_addresses(tx, &mut draft, traits)?;
    let mut group = *group;
    group.traits = ObjectTraits::Group(traits);
    objects::update(tx, &group, &draft)?;
    Ok(traits)
}

/// Refuses what no group of this kind can have, and what the request names twice. It asks before anything is known
/// of who is there: otherwise the refusal would depend on it, and tell it to callers who may not read the members.
fn check_bound(
    group: ObjectId,
    traits: GroupTraits,
    members: &[Object],
    owners: &[Object],
) -> Result<(), Refusal> {
    members.iter().try_for_each(|member| members::may_join(traits, member))?;
    owners.iter().try_for_each(owners::may_own)?;
    if let Some(member) = lookup::named_again(members) {
        return Err(Refusal::MemberTwice { group, member: member.id, kind: member.kind() });
    }
    if lookup::named_again(owners).is_some() {
        return Err(Refusal::OwnerTwice);
    }
    Ok(())
}

/// Adds owners and members; one that is there already fails all of it. Members come last, so that their being there
/// decides over no other refusal.
fn bind(tx: &WriteTx<'_>, group: &Object, members: &[Object], owners: &[Object]) -> Result<(), Error> {
    owners.iter().try_for_each(|owner| owners::own(tx, group, owner))?;
    if !owners.is_empty() {
        owners::check_quota(tx, group)?;
    }
    members.iter().try_for_each(|member| members::join(tx, group, member))
}

/// The objects that are to be members, each of which the caller may add.
fn addable(tx: &ReadTx<'_>, by: &Grants, references: &[Reference]) -> Result<Vec<Object>, Error> {
    let objects = lookup::resolve_all(tx, references)?;
    objects.iter().try_for_each(|object| members::may_add(by, object))?;
    Ok(objects)
}

/// Stores a group whose values were checked, with all that the directory computes of it.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    id: ObjectId,
    mut draft: Draft,
    traits: GroupTraits,
) -> Result<(Object, Found), Error> {
    let now = timestamp(tx.now());
    draft.set("createdDateTime", now.as_str());
    draft.set("renewedDateTime", now);
    draft.set("organizationId", tx.tenant().id.to_string());
    draft.set("securityIdentifier", id.security_identifier());
    if traits.dynamic {
        draft.set_if_absent("membershipRuleProcessingState", "On");
    }
    let visibility =
        if traits.kind == GroupKind::Microsoft365 && !traits.role_assignable { "Public" } else { "Private" };
    draft.set_if_absent("visibility", visibility);
    set_addresses(tx, &mut draft, traits)?;
    objects::insert(tx, ObjectTraits::Group(traits), id, draft.into_values())
}

/// Sets the mail addresses of groups that take mail, which follow from the nickname: they stay while it does.
fn set_addresses(tx: &ReadTx<'_>, draft: &mut Draft, traits: GroupTraits) -> Result<(), Error> {
    if traits.kind == GroupKind::Security || !draft.has_changed("mailNickname") {
        return Ok(());
    }
    let nickname = draft.text("mailNickname").unwrap_or_default();
    let mail = format!("{nickname}@{}", domains::default(tx)?);
    let addresses = proxy_addresses(Some(&mail), draft.get("proxyAddresses"));
    draft.set("proxyAddresses", addresses);
    draft.set("mail", mail);
    Ok(())
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: GROUP.resource, fault }
}

fn flag(values: &Values, name: &str) -> bool {
    values.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Reads off the values what kind of group is wanted, and refuses what no group can be.
pub(super) fn read_traits(values: &Values) -> Result<GroupTraits, Refusal> {
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

/// Whether changes of the group with this document are about the rule that its members follow, and not just name what is so.
fn changes_rule(document: &Document, changes: &Values) -> Result<bool, Error> {
    let rule = ["groupTypes", "membershipRule", "membershipRuleProcessingState"];
    let named = || rule.into_iter().filter_map(|name| Some((name, changes.get(name)?)));
    if named().next().is_none() {
        return Ok(false);
    }
    let stored = store::objects::values_of(document)?;
    Ok(named().any(|(name, value)| stored.get(name).unwrap_or(&Value::Null) != value))
}

/// A dynamic group begins with a rule, and no other group does.
fn check_first_rule(values: &Values, traits: GroupTraits) -> Result<(), Refusal> {
    let state = values.contains_key("membershipRuleProcessingState");
    match (traits.dynamic, has_rule(values)) {
        (true, false) => Err(refused(PropertyFault::Required("membershipRule"))),
        (false, rule) if rule || state => Err(Refusal::Combination),
        _ => Ok(()),
    }
}

/// A group that becomes dynamic needs a rule, which begins to be applied. One that becomes static keeps its
/// rule, paused, and takes no other.
fn change_rule(draft: &mut Draft, changes: &Values, traits: GroupTraits) -> Result<(), Refusal> {
    const STATE: &str = "membershipRuleProcessingState";
    let has_rule = has_rule(draft.values());
    if traits.dynamic {
        draft.set_if_absent(STATE, "On");
        return has_rule.then_some(()).ok_or(refused(PropertyFault::Required("membershipRule")));
    }
    let applied = changes.get(STATE).is_some_and(|state| state == "On");
    let paused = changes.get(STATE).is_some_and(|state| state == "Paused");
    let ruled = changes.get("membershipRule").is_some_and(|rule| !rule.is_null());
    if applied || ruled || (paused && !has_rule) {
        return Err(Refusal::Combination);
    }
    draft.set(STATE, if has_rule { "Paused".into() } else { Value::Null });
    Ok(())
}

fn has_rule(values: &Values) -> bool {
    !membership_rules::text_of(values).trim().is_empty()
}

/// Refuses new names that are another group's than `of`. A name that stays isn't looked at.
fn check_unique_names(
    tx: &ReadTx<'_>,
    draft: &Draft,
    traits: GroupTraits,
    of: Option<RowNumber>,
) -> Result<(), Error> {
    check_free(tx, traits, of, |name| draft.text(name).filter(|_| draft.has_changed(name)))
}

/// Refuses those of these unique names that are another group's than `of`.
fn check_free<'n>(
    tx: &ReadTx<'_>,
    traits: GroupTraits,
    of: Option<RowNumber>,
    value: impl Fn(&str) -> Option<&'n str>,
) -> Result<(), Error> {
    let is_another = |found: Option<Object>| found.is_some_and(|object| Some(object.row) != of);
    if let Some(nickname) = value("mailNickname")
        && traits.kind == GroupKind::Microsoft365
        && is_another(store::groups::find_by_mail_nickname(tx, nickname)?)
    {
        return Err(Refusal::Taken("mailNickname").into());
    }
    if let Some(name) = value("uniqueName")
        && is_another(store::groups::find_by_unique_name(tx, name)?)
    {
        return Err(Refusal::Taken("uniqueName").into());
    }
    Ok(())
}

/// The user who creates a Microsoft 365 group, and so owns it; where roles are enforced, any group without a role for that.
fn owner_by_creation(tx: &ReadTx<'_>, by: &Grants, traits: GroupTraits) -> Result<Option<Object>, Error> {
    let has_role = || rights::holds_role_for(by, &CREATE_GROUP, ObjectTraits::Group(traits));
    let owns = traits.kind == GroupKind::Microsoft365 || by.standing.is_some() && !has_role();
    let Principal::User(Some(creator)) = by.principal else { return Ok(None) };
    if !owns {
        return Ok(None);
    }
    Ok(store::objects::find(tx, creator)?.filter(|object| object.kind() == ObjectKind::User))
}
