//! What is wrong with a membership rule: Graph's words where they were recorded, and the place.

use super::answer::{Answer, about};
use crate::membership_rules::{Fault, RuleFault};

pub(super) fn rule_answer(fault: &RuleFault) -> Answer {
    let RuleFault { kind, position } = fault;
    let message = format!("Dynamic membership rule validation error: {} (position {position})", words(kind));
    about("membershipRule", "InvalidValue", message)
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::Object => "Invalid object type.".into(),
        Fault::Property { property, object } => {
            format!("Wrong property applied. Property '{property}' cannot be applied to object '{object}'")
        }
        Fault::Operands(operator) => {
            format!("Invalid operands found for operator. Invalid operands found for operator {operator}")
        }
        Fault::Unexpected => "The rule doesn't go on so.".into(),
        Fault::Character(character) => format!("Character '{character}' is not valid."),
        Fault::Unterminated => "A text lacks its last quote.".into(),
        Fault::Pattern => "The value of -match is no regular expression, or too large a one.".into(),
        Fault::Combined => "The memberOf attribute can't be used with other rules.".into(),
        Fault::TooDeep => "The rule is nested too deep.".into(),
        Fault::TooLong => "The rule is longer than 3072 characters.".into(),
        Fault::TooManyGroups => "The rule names more than 50 groups.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership_rules::Rule;

    #[test]
    fn what_is_no_rule_is_told_with_its_position() {
        for (rule, message) in [
            (
                "user.city -eq 5",
                "Invalid operands found for operator. Invalid operands found for operator -eq (position 14)",
            ),
            (
                "user.colour -eq \"red\"",
                "Wrong property applied. Property 'colour' cannot be applied to object 'User' (position 0)",
            ),
            ("(user.city -eq null", "The rule doesn't go on so. (position 19)"),
        ] {
            let answer = rule_answer(&rule.parse::<Rule>().unwrap_err());
            assert_eq!(answer.message, format!("Dynamic membership rule validation error: {message}"));
            assert_eq!(answer.details[0].target, "membershipRule");
        }
    }
}
