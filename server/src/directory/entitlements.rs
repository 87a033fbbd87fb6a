//! The roles and delegated permissions that applications declare, and service principals: each by its id and its value, and none taken
//! away while it is enabled.

use super::Refusal;
use crate::model::values::PropertyFault;
use serde_json::Value;
use std::collections::HashSet;

/// Refuses a change to two that have one id or one value, to one without an id, and to take away or rename one that is enabled.
pub(super) fn check(
    (resource, property): (&'static str, &'static str),
    before: Option<&Value>,
    after: Option<&Value>,
) -> Result<(), Refusal> {
    let (before, after) = (listed(before), listed(after));
    if before == after {
        return Ok(());
    }
    if after.iter().any(|one| id(one).is_none()) {
        return Err(Refusal::Property { resource, fault: PropertyFault::Invalid(property) });
    }
    differ(property, after.iter().filter_map(id))?;
    differ(property, after.iter().filter_map(value))?;
    let stays = |one: &Value| {
        let same = after.iter().find(|other| id(other) == id(one));
        same.is_some_and(|other| value(other) == value(one))
    };
    let mut enabled = before.iter().filter(|one| one["isEnabled"] == true);
    enabled.all(stays).then_some(()).ok_or(Refusal::EnabledEntitlement)
}

/// Refuses values of a property of which two are the same.
pub(super) fn differ<'v>(
    property: &'static str,
    values: impl IntoIterator<Item = &'v str>,
) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    let twice = values.into_iter().any(|value| !seen.insert(value));
    if twice { Err(Refusal::DuplicateValue(property)) } else { Ok(()) }
}

/// The items of a list, none where there is none.
pub(super) fn listed(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn id(declared: &Value) -> Option<&str> {
    declared["id"].as_str()
}

fn value(declared: &Value) -> Option<&str> {
    declared["value"].as_str().filter(|value| !value.is_empty())
}
