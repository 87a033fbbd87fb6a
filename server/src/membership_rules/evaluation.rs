//! Whether an object satisfies a rule.
//!
//! A comparison of a value that isn't there is false, and its opposite (`-ne`, `-notContains`, ...) true. Of a property with several
//! values one is enough for the one, and the other is true where none is.

use super::{
    patterns,
    properties::PropertyKind,
    rule::{Comparison, Expression, Items, Operator, Quantifier, Rule, Subject, Test, Text, Value},
    spans::Time,
};
use crate::model::{ids::ObjectId, keys::fold, values::Values};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// An object that is held against a rule.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'o> {
    /// Its values.
    pub values: &'o Values,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What rules ask of a candidate besides its values.
pub trait Related {
    /// Why it can't be told.
    type Error;

    /// Whether it is a direct member of one of these groups.
    fn is_in(&self, groups: &[ObjectId]) -> Result<bool, Self::Error>;

    /// Whether this is its manager.
    fn reports_to(&self, manager: ObjectId) -> Result<bool, Self::Error>;
}

impl Rule {
    /// Whether an object of the rule's kind satisfies it.
    pub fn holds<R: Related>(&self, candidate: Candidate<'_>, related: &R) -> Result<bool, R::Error> {
        self.expression.holds(candidate, related)
    }
}

impl Expression {
    pub(super) fn holds<R: Related>(&self, candidate: Candidate<'_>, related: &R) -> Result<bool, R::Error> {
        match self {
            Self::Or(parts) => any(parts, |part| part.holds(candidate, related)),
            Self::And(parts) => Ok(!any(parts, |part| Ok(!part.holds(candidate, related)?))?),
            Self::Not(part) => Ok(!part.holds(candidate, related)?),
            Self::Compare(comparison) => Ok(comparison.holds(candidate, None)),
            Self::Items(items) => Ok(items.hold(candidate)),
            Self::MemberOf(groups) => related.is_in(groups),
            Self::DirectReports(manager) => related.reports_to(*manager),
        }
    }

    /// Whether an item satisfies it.
    fn holds_of_item(&self, candidate: Candidate<'_>, item: &Json) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.holds_of_item(candidate, item)),
            Self::And(parts) => parts.iter().all(|part| part.holds_of_item(candidate, item)),
            Self::Not(part) => !part.holds_of_item(candidate, item),
            Self::Compare(comparison) => comparison.holds(candidate, Some(item)),
            // Not of items.
            Self::Items(_) | Self::MemberOf(_) | Self::DirectReports(_) => false,
        }
    }
}

fn any<E>(parts: &[Expression], holds: impl Fn(&Expression) -> Result<bool, E>) -> Result<bool, E> {
    for part in parts {
        if holds(part)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Items {
    fn hold(&self, candidate: Candidate<'_>) -> bool {
        let mut items = self.of.path.values(candidate.values).into_iter();
        let mut satisfies = |item: &Json| self.condition.holds_of_item(candidate, item);
        match self.quantifier {
            Quantifier::Any => items.any(&mut satisfies),
            Quantifier::All => items.all(&mut satisfies),
        }
    }
}

impl Comparison {
    fn holds(&self, candidate: Candidate<'_>, item: Option<&Json>) -> bool {
        let Operator { test, negated } = self.operator;
        let passes = |value: &&Json| passes(test, value, &self.value, candidate.now);
        let values = self.subject.values(candidate.values, item);
        let passed = match &self.value {
            Value::Null => values.is_empty(),
            _ => values.iter().any(passes),
        };
        passed != negated
    }
}

impl Subject {
    /// Its values. None are null.
    pub(super) fn values<'o>(self, object: &'o Values, item: Option<&'o Json>) -> Vec<&'o Json> {
        match self {
            Self::Property(property) => {
                let mut values = property.path.values(object);
                if property.kind == PropertyKind::Text {
                    values.truncate(1);
                }
                values
            }
            Self::Item => item.into_iter().collect(),
            Self::Part(_, part) => item
                .and_then(|item| item.get(part.name))
                .filter(|value| !value.is_null())
                .into_iter()
                .collect(),
        }
    }
}

/// Whether a stored value passes a test.
fn passes(test: Test, value: &Json, operand: &Value, now: DateTime<Utc>) -> bool {
    match (operand, value) {
        (Value::Flag(flag), Json::Bool(value)) => value == flag,
        (Value::Text(text), Json::String(value)) => text_passes(test, value, text),
        (Value::Texts(texts), Json::String(value)) => {
            let folded = fold(value);
            texts.iter().any(|text| *text.folded == folded)
        }
        (Value::Time(time), Json::String(value)) => time_passes(test, value, *time, now).unwrap_or_default(),
        _ => false,
    }
}

fn text_passes(test: Test, value: &str, text: &Text) -> bool {
    let folded = |compare: fn(&str, &str) -> bool| compare(&fold(value), &text.folded);
    match test {
        Test::Equals => folded(|value, text| value == text),
        Test::StartsWith => folded(|value, text| value.starts_with(text)),
        Test::EndsWith => folded(|value, text| value.ends_with(text)),
        Test::Contains => folded(|value, text| value.contains(text)),
        Test::Matches => patterns::compiled(&text.written).is_some_and(|pattern| pattern.is_match(value)),
        Test::In | Test::AtLeast | Test::AtMost => false,
    }
}

fn time_passes(test: Test, value: &str, time: Time, now: DateTime<Utc>) -> Option<bool> {
    let value = DateTime::parse_from_rfc3339(value).ok()?.to_utc();
    let time = time.at(now)?;
    Some(match test {
        Test::Equals => value == time,
        Test::AtLeast => value >= time,
        Test::AtMost => value <= time,
        _ => false,
    })
}
