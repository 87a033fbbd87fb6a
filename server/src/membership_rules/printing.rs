//! Rules as texts. What is printed is read as the same rule.

use super::rule::{Comparison, Expression, Items, Quantifier, Rule, Subject, Text, Value};
use crate::model::kinds::ObjectKind;
use std::fmt;

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.print(&self.expression))
    }
}

impl Rule {
    /// A part of the rule as a text.
    pub(super) fn print(&self, expression: &Expression) -> String {
        let object = if self.kind == ObjectKind::Device { "device" } else { "user" };
        print(expression, object)
    }
}

fn print(expression: &Expression, object: &str) -> String {
    let joined = |parts: &[Expression], operator: &str| {
        let parts: Vec<_> = parts.iter().map(|part| nested(part, object)).collect();
        parts.join(&format!(" {operator} "))
    };
    match expression {
        Expression::Or(parts) => joined(parts, "-or"),
        Expression::And(parts) => joined(parts, "-and"),
        Expression::Not(part) => format!("-not ({})", print(part, object)),
        Expression::Compare(Comparison { subject, operator, value }) => {
            format!("{} -{} {}", print_subject(*subject, object), operator.name(), print_value(value))
        }
        Expression::Items(Items { of, quantifier, condition }) => {
            let quantifier = match quantifier {
                Quantifier::Any => "any",
                Quantifier::All => "all",
            };
            format!("{object}.{} -{quantifier} ({})", of.name, print(condition, object))
        }
        Expression::MemberOf(groups) => {
            let groups: Vec<_> = groups.iter().map(|group| format!("'{group}'")).collect();
            format!("{object}.memberOf -any (group.objectId -in [{}])", groups.join(", "))
        }
        Expression::DirectReports(manager) => format!("Direct Reports for \"{manager}\""),
    }
}

/// A part of a conjunction or an alternative, in parentheses where it is another.
fn nested(expression: &Expression, object: &str) -> String {
    match expression {
        Expression::Or(_) | Expression::And(_) => format!("({})", print(expression, object)),
        _ => print(expression, object),
    }
}

fn print_subject(subject: Subject, object: &str) -> String {
    match subject {
        Subject::Property(property) => format!("{object}.{}", property.name),
        Subject::Item => "_".into(),
        Subject::Part(item, part) => format!("{item}.{}", part.name),
    }
}

fn print_value(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => print_text(text),
        Value::Texts(texts) => {
            let texts: Vec<_> = texts.iter().map(print_text).collect();
            format!("[{}]", texts.join(", "))
        }
        Value::Time(time) => time.to_string(),
    }
}

/// In double quotes, but for texts in which a character would escape another there.
fn print_text(text: &Text) -> String {
    let quote = if text.written.contains(['"', '\\', '`']) { '\'' } else { '"' };
    format!("{quote}{}{quote}", text.written.replace('\'', "''"))
}
