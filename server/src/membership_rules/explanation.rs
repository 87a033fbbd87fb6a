//! Why an object satisfies a rule, or doesn't: what each part of the rule comes to.

use super::{
    evaluation::{Candidate, Related},
    rule::{Comparison, Expression, Items, Rule, Subject},
};
use serde_json::Value as Json;

/// What a part of a rule comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The part.
    pub expression: String,
    /// What it comes to.
    pub result: bool,
    /// The property that it asks for and its values, where it asks for one.
    pub property: Option<(&'static str, Option<String>)>,
    /// Its own parts.
    pub parts: Vec<Explanation>,
}

impl Rule {
    /// What the rule and its parts come to for an object of the rule's kind.
    pub fn explain<R: Related>(
        &self,
        candidate: Candidate<'_>,
        related: &R,
    ) -> Result<Explanation, R::Error> {
        self.explain_part(&self.expression, candidate, related)
    }

    /// What the rule comes to for an object of another kind: it doesn't hold.
    pub fn explain_of_another_kind(&self) -> Explanation {
        Explanation { expression: self.to_string(), result: false, property: None, parts: Vec::new() }
    }

    fn explain_part<R: Related>(
        &self,
        part: &Expression,
        candidate: Candidate<'_>,
        related: &R,
    ) -> Result<Explanation, R::Error> {
        let parts: &[Expression] = match part {
            Expression::Or(parts) | Expression::And(parts) => parts,
            Expression::Not(part) => std::slice::from_ref(part),
            _ => &[],
        };
        let property = match part {
            Expression::Compare(Comparison { subject: subject @ Subject::Property(property), .. }) => {
                Some((property.name, told(subject.values(candidate.values, None))))
            }
            Expression::Items(Items { of, .. }) => Some((of.name, told(of.path.values(candidate.values)))),
            _ => None,
        };
        Ok(Explanation {
            expression: self.print(part),
            result: part.holds(candidate, related)?,
            property,
            parts: parts
                .iter()
                .map(|part| self.explain_part(part, candidate, related))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The most characters that are told of a property's values.
const MOST_TOLD: usize = 1024;

/// Values as one text, cut where it is long. `None`: there are none.
fn told(values: Vec<&Json>) -> Option<String> {
    let told = values.into_iter().map(|value| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| told.join(", ").chars().take(MOST_TOLD).collect())
}
