//! What a query asks of an object: the meaning of `$filter` and `$search`, said once. Where objects that satisfy a condition are
//! found quickly is the store's affair; [`Condition::holds`] says what it has to find.

use super::{
    forms::FormsOfValues,
    ids::ObjectId,
    keys::Key,
    kinds::ObjectKind,
    paths::{PropertyPath, items},
    properties::{Property, Values},
};
use serde_json::Value;
use std::ops::{Bound, RangeBounds};

/// A condition on objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these hold: of none, every object satisfies it.
    And(Vec<Self>),
    /// One of these holds: of none, no object satisfies it.
    Or(Vec<Self>),
    /// This doesn't hold. It is the complement: objects without a value satisfy `not (x eq 1)`.
    Not(Box<Self>),
    /// This test succeeds.
    Is(Test),
}

/// A test of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of the values at this path passes a check.
    Some(PropertyPath, Check),
    /// One item of this collection of a complex type has, for each of these checks, a value at that part of it which passes.
    Item(PropertyPath, Vec<(PropertyPath, Check)>),
    /// The object has one of these ids.
    Id(Vec<ObjectId>),
    /// The object has so many owners.
    Owners(u64),
}

/// A check of a value. Texts are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It has one of these keys.
    Equals(Vec<Key>),
    /// It begins with this.
    StartsWith(String),
    /// It ends with this.
    EndsWith(String),
    /// Its key is between these.
    Between(Bound<Key>, Bound<Key>),
    /// It is there.
    Present,
    /// It isn't there: asked only of a part of one item.
    Absent,
    /// It has a word that begins with this.
    Word(String),
}

/// An object that may satisfy a condition.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'c> {
    /// Its id.
    pub id: ObjectId,
    /// Its values.
    pub values: &'c Values,
    /// How many owners it has. It is asked only where the condition [`asks_for_owners`](Condition::asks_for_owners).
    pub owners: u64,
}

/// A candidate, and the forms in which its values were compared.
struct Compared<'c> {
    object: Candidate<'c>,
    forms: FormsOfValues,
}

impl Condition {
    /// What every object satisfies.
    pub const ALL: Self = Self::And(Vec::new());
    /// What no object satisfies.
    pub const NONE: Self = Self::Or(Vec::new());

    /// Whether the object satisfies it.
    pub fn holds(&self, object: Candidate<'_>) -> bool {
        self.holds_of(&Compared { object, forms: FormsOfValues::default() })
    }

    fn holds_of(&self, compared: &Compared<'_>) -> bool {
        match self {
            Self::And(all) => all.iter().all(|condition| condition.holds_of(compared)),
            Self::Or(any) => any.iter().any(|condition| condition.holds_of(compared)),
            Self::Not(condition) => !condition.holds_of(compared),
            Self::Is(test) => test.succeeds(compared),
        }
    }

    /// Whether it depends on how many owners an object has.
    pub fn asks_for_owners(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::asks_for_owners),
            Self::Not(condition) => condition.asks_for_owners(),
            Self::Is(test) => matches!(test, Test::Owners(_)),
        }
    }

    /// Whether it depends on nothing but an object's id.
    pub fn tells_only_ids(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().all(Self::tells_only_ids),
            Self::Not(condition) => condition.tells_only_ids(),
            Self::Is(test) => matches!(test, Test::Id(_)),
        }
    }

    /// Whether it depends on nothing but an object's id and its basic properties.
    pub fn tells_only_basics(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().all(Self::tells_only_basics),
            Self::Not(condition) => condition.tells_only_basics(),
            Self::Is(Test::Id(_)) => true,
            Self::Is(test) => test.property().is_some_and(|property| property.basic),
        }
    }

    /// The properties that it asks for, each as often as it does.
    pub fn properties(&self) -> Vec<&'static Property> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::properties).collect(),
            Self::Not(condition) => condition.properties(),
            Self::Is(test) => test.property().into_iter().collect(),
        }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            one => Self::And(vec![one, other]),
        }
    }
}

impl Test {
    /// The property that it asks for. `None`: it asks for no property.
    pub fn property(&self) -> Option<&'static Property> {
        match self {
            Self::Some(path, _) | Self::Item(path, _) => Some(path.property),
            Self::Id(_) | Self::Owners(_) => None,
        }
    }

    /// Whether the object passes.
    fn succeeds(&self, Compared { object, forms }: &Compared<'_>) -> bool {
        match self {
            Self::Some(path, check) => check.passes_one(path.last(), path.values(object.values), forms),
            Self::Item(path, checks) => {
                let passes = |item: &Values| {
                    let mut parts = checks.iter().map(|(path, check)| (path.last(), check));
                    parts.all(|(part, check)| check.passes_one(part, items(item.get(part.name)), forms))
                };
                path.values(object.values).into_iter().filter_map(Value::as_object).any(passes)
            }
            Self::Id(ids) => ids.contains(&object.id),
            Self::Owners(count) => object.owners == *count,
        }
    }
}

impl Check {
    fn passes_one<'v>(
        &self,
        property: &Property,
        values: impl IntoIterator<Item = &'v Value>,
        forms: &FormsOfValues,
    ) -> bool {
        let mut values = values.into_iter();
        match self {
            Self::Absent => values.next().is_none(),
            check => values.any(|value| check.passes(property, value, forms)),
        }
    }

    /// Whether a value of this property passes.
    fn passes(&self, property: &Property, value: &Value, forms: &FormsOfValues) -> bool {
        let forms = forms.of(value);
        let key = || forms.key(property, value);
        let text = || forms.folded(value);
        match self {
            Self::Equals(keys) => key().is_some_and(|key| keys.contains(key)),
            Self::StartsWith(start) => text().is_some_and(|text| text.starts_with(start)),
            Self::EndsWith(end) => text().is_some_and(|text| text.ends_with(end)),
            Self::Between(from, to) => key().is_some_and(|key| (from.as_ref(), to.as_ref()).contains(key)),
            Self::Present => true,
            Self::Absent => false,
            Self::Word(start) => {
                // The first word that doesn't come before it: if any begins with it, this one does.
                let from = (Bound::Included(start.as_str()), Bound::Unbounded);
                let next = forms.words(value).range::<str, _>(from).next();
                next.is_some_and(|word| word.starts_with(start))
            }
        }
    }
}

/// Which objects a query asks for: of each kind those that satisfy a condition. Objects of other kinds aren't asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(pub Vec<(ObjectKind, Condition)>);

impl Selection {
    /// What both ask for. They are of the same kinds.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = self.0.into_iter().zip(other.0).map(|((kind, one), (_, other))| (kind, one.and(other)));
        Self(both.collect())
    }
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By this property. Objects without a value come first, or last where it is descending.
    pub path: PropertyPath,
    /// From the highest to the lowest.
    pub descending: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{keys::fold, user::USER};
    use serde_json::json;
    use uuid::Uuid;

    fn path(name: &str, part: Option<&str>) -> PropertyPath {
        USER.path(name, part).unwrap()
    }

    fn holds(condition: &Condition) -> bool {
        let values = json!({
            "displayName": "Marjo O'Neil", "otherMails": ["a@b.example"], "accountEnabled": true,
            "createdDateTime": "2026-01-31T12:00:00Z",
            "identities": [{"issuer": "a", "issuerAssignedId": "x"}, {"issuer": "b", "issuerAssignedId": "y"}],
        });
        let id = ObjectId::from_uuid(Uuid::from_u128(1));
        condition.holds(Candidate { id, values: values.as_object().unwrap(), owners: 1 })
    }

    fn is(name: &str, check: Check) -> Condition {
        Condition::Is(Test::Some(path(name, None), check))
    }

    #[test]
    fn texts_are_compared_without_regard_to_case() {
        assert!(holds(&is("displayName", Check::Equals(vec![Key::text("MARJO O'NEIL")]))));
        assert!(holds(&is("displayName", Check::StartsWith(fold("MARJ")))));
        assert!(holds(&is("otherMails", Check::EndsWith(fold("@B.example")))));
        assert!(!holds(&is("displayName", Check::StartsWith(fold("arjo")))));
    }

    #[test]
    fn words_are_found_by_their_beginnings() {
        assert!(holds(&is("displayName", Check::Word("one".into()))));
        assert!(holds(&is("displayName", Check::Word("nei".into()))));
        assert!(!holds(&is("displayName", Check::Word("arjo".into()))));
    }

    #[test]
    fn what_has_no_value_satisfies_the_complement_only() {
        let equal = is("department", Check::Equals(vec![Key::text("Sales")]));
        assert!(!holds(&equal) && holds(&Condition::Not(equal.into())));
        let after = is("employeeHireDate", Check::Between(Bound::Unbounded, Bound::Unbounded));
        assert!(!holds(&after));
        assert!(!holds(&is("department", Check::Present)) && holds(&is("displayName", Check::Present)));
    }

    #[test]
    fn a_test_of_an_item_is_of_one_and_the_same() {
        let both = |issuer, id| {
            let equals = |part, text| (path("identities", Some(part)), Check::Equals(vec![Key::text(text)]));
            let parts = vec![equals("issuer", issuer), equals("issuerAssignedId", id)];
            Condition::Is(Test::Item(path("identities", None), parts))
        };
        assert!(holds(&both("a", "x")) && !holds(&both("a", "y")));
    }

    #[test]
    fn conditions_of_no_parts_are_all_and_nothing() {
        assert!(holds(&Condition::ALL) && !holds(&Condition::NONE));
        assert!(holds(&Condition::Is(Test::Owners(1))) && !holds(&Condition::Is(Test::Owners(0))));
        let id = |number| Condition::Is(Test::Id(vec![ObjectId::from_uuid(Uuid::from_u128(number))]));
        assert!(holds(&id(1)) && !holds(&id(2)));
    }
}
