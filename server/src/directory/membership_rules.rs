//! The rules of dynamic groups: which a group can have, and why an object satisfies one or doesn't. Who is in a group for it, the store
//! sees to.

use super::{Error, Refusal, check_members, lookup};
use crate::{
    membership_rules::{Candidate, Explanation, Rule},
    model::{
        actions::EVALUATE_DYNAMIC_MEMBERSHIP,
        entity,
        group::GROUP,
        ids::ObjectId,
        kinds::{GroupTraits, ObjectKind, ObjectTraits},
        permissions::Grants,
        values::{Document, PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        self, ReadTx,
        objects::{self, Object},
        related::{Named, Relations},
    },
};
use serde_json::Value;

/// Refuses a rule that no group of these traits, or not the one with this id, can have.
pub(super) fn check(tx: &ReadTx<'_>, group: ObjectId, traits: GroupTraits, rule: &str) -> Result<(), Error> {
    let rule: Rule = rule.parse().map_err(Refusal::MembershipRule)?;
    let member = if rule.kind() == ObjectKind::Device { ObjectTraits::Device } else { ObjectTraits::User };
    if !traits.kind.may_contain(member) {
        return Err(Refusal::KindNotAllowed { group: traits.kind, member }.into());
    }
    for named in rule.groups() {
        if *named == group || is_by_groups(tx, *named)? {
            return Err(Refusal::RuleOfRules.into());
        }
    }
    Ok(())
}

/// Whether there is such a group whose members follow from groups themselves.
fn is_by_groups(tx: &ReadTx<'_>, group: ObjectId) -> Result<bool, Error> {
    let Some((group, document)) = objects::find_with_document(tx, group)? else { return Ok(false) };
    let is_dynamic = group.traits.group().is_some_and(|group| group.dynamic);
    let rule = if is_dynamic { text_of(&objects::values_of(&document)?).parse::<Rule>().ok() } else { None };
    Ok(rule.is_some_and(|rule| !rule.groups().is_empty()))
}

/// The rule that a group has, empty where it has none.
pub(super) fn text_of(group: &Values) -> &str {
    group.get("membershipRule").and_then(Value::as_str).unwrap_or_default()
}

/// Whether the members of a group follow its rule now. While that is paused they stay as they are.
pub(super) fn are_members_by_rule(tx: &ReadTx<'_>, group: &Object) -> Result<bool, store::Error> {
    let is_on =
        |values: &Values| values.get("membershipRuleProcessingState").is_some_and(|state| state == "On");
    let is_dynamic = group.traits.group().is_some_and(|group| group.dynamic);
    Ok(is_dynamic && is_on(&objects::values(tx, group.row)?))
}

/// For which object a rule is to be evaluated, and which. `None`: that of a group.
pub struct Asked {
    member: ObjectId,
    rule: Option<String>,
}

/// What a rule comes to for an object.
pub struct Evaluated {
    /// The rule.
    pub rule: String,
    /// What it and its parts come to.
    pub explanation: Explanation,
}

impl Asked {
    /// Reads the body of a request.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = EVALUATE_DYNAMIC_MEMBERSHIP.check_parameters(body).map_err(check_members::refused)?;
        let text = |name: &str| given.get(name).and_then(Value::as_str);
        let missing = || check_members::refused(PropertyFault::Required("memberId"));
        let member = text("memberId").and_then(|id| id.parse().ok()).ok_or_else(missing)?;
        let rule = text("membershipRule").filter(|rule| !rule.trim().is_empty()).map(str::to_owned);
        Ok(Self { member, rule })
    }
}

/// What a rule comes to for a user or device: the one that is given, or that of a group. Of others than these, and of those that the
/// caller may not read, nothing is told.
pub fn evaluate(
    tx: &ReadTx<'_>,
    by: &Grants,
    group: Option<&Key>,
    asked: &Asked,
) -> Result<Evaluated, Error> {
    let own = match group {
        Some(group) => {
            let (_, _, document) = lookup::group_with_document(tx, group)?;
            Some(text_of(&objects::values_of(&document)?).to_owned())
        }
        None => None,
    };
    let (object, document) = candidate(tx, by, asked.member)?;
    let fault = PropertyFault::Required("membershipRule");
    let text = asked.rule.clone().or(own).filter(|rule| !rule.trim().is_empty());
    let text = text.ok_or(Refusal::Property { resource: GROUP.resource, fault })?;
    let rule: Rule = text.parse().map_err(Refusal::MembershipRule)?;
    if !rule.groups().is_empty() {
        return Err(Refusal::RuleByGroups.into());
    }
    let (values, named) = (objects::values_of(&document)?, Named::default());
    let relations = Relations { tx, named: &named, object: &object };
    let explanation = match rule.kind() == object.kind() {
        true => rule.explain(Candidate { values: &values, now: tx.now() }, &relations)?,
        false => rule.explain_of_another_kind(),
    };
    Ok(Evaluated { rule: text, explanation })
}

/// The user or device with this id.
fn candidate(tx: &ReadTx<'_>, by: &Grants, id: ObjectId) -> Result<(Object, Document), Error> {
    let found = objects::find_with_document(tx, id)?.filter(|(object, _)| {
        let can_be = matches!(object.kind(), ObjectKind::User | ObjectKind::Device);
        can_be && entity(object.kind()).read.covers(by, id)
    });
    Ok(found.ok_or_else(|| Refusal::NotFound(id.to_string()))?)
}
