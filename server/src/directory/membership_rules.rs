//! The rules of dynamic groups: which a group can have.

use super::{Error, Refusal};
use crate::{
    membership_rules::Rule,
    model::{
        ids::ObjectId,
        kinds::{GroupTraits, ObjectKind, ObjectTraits},
        values::Values,
    },
    store::{ReadTx, objects},
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
