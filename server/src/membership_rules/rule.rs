//! What a checked rule is made of.

use super::{
    properties::{PropertyKind, RuleProperty},
    spans::Time,
};
use crate::model::{ids::ObjectId, keys::fold, kinds::ObjectKind, properties::Property};
use std::collections::BTreeSet;

/// A checked rule: which users, or which devices, are in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Of what kind the members are.
    pub(super) kind: ObjectKind,
    pub(super) expression: Expression,
}

/// What is true of an object or isn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// One of these is true.
    Or(Vec<Expression>),
    /// All of these are true.
    And(Vec<Expression>),
    /// This isn't true.
    Not(Box<Expression>),
    /// A comparison.
    Compare(Comparison),
    /// A condition of the items of a collection. Its comparisons are of one item.
    Items(Items),
    /// The object is in one of these groups. It stands by itself.
    MemberOf(Vec<ObjectId>),
    /// The object's manager is this one. It stands by itself.
    DirectReports(ObjectId),
}

/// A comparison of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) subject: Subject,
    pub(super) operator: Operator,
    pub(super) value: Value,
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    /// A property of the object.
    Property(&'static RuleProperty),
    /// The item, which is a text.
    Item,
    /// A part of the item, and what rules call the item.
    Part(&'static str, &'static Property),
}

impl Subject {
    /// What its values are.
    pub(super) fn kind(self) -> PropertyKind {
        match self {
            Self::Property(property) => property.kind,
            Self::Item | Self::Part(..) => PropertyKind::Text,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Property(property) => ("", property.name),
            Self::Item => ("", "_"),
            Self::Part(item, part) => (item, part.name),
        }
    }
}

/// Subjects of one rule are the same where they have the same names.
impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.names() == other.names()
    }
}

impl Eq for Subject {}

/// A condition of the items of a collection.
#[derive(Debug, Clone)]
pub(super) struct Items {
    pub(super) of: &'static RuleProperty,
    pub(super) quantifier: Quantifier,
    pub(super) condition: Box<Expression>,
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        let key = |items: &Self| (items.of.name, items.quantifier);
        key(self) == key(other) && self.condition == other.condition
    }
}

impl Eq for Items {}

/// How many items must satisfy a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    Any,
    All,
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) test: Test,
    /// Whether it is true where the test fails.
    pub(super) negated: bool,
}

/// What a value is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Equals,
    StartsWith,
    EndsWith,
    Contains,
    Matches,
    In,
    AtLeast,
    AtMost,
}

impl Operator {
    /// Every operator, with its name.
    pub(super) const ALL: [(&'static str, Self); 14] = [
        ("eq", Self::of(Test::Equals)),
        ("ne", Self::not(Test::Equals)),
        ("startsWith", Self::of(Test::StartsWith)),
        ("notStartsWith", Self::not(Test::StartsWith)),
        ("endsWith", Self::of(Test::EndsWith)),
        ("notEndsWith", Self::not(Test::EndsWith)),
        ("contains", Self::of(Test::Contains)),
        ("notContains", Self::not(Test::Contains)),
        ("match", Self::of(Test::Matches)),
        ("notMatch", Self::not(Test::Matches)),
        ("in", Self::of(Test::In)),
        ("notIn", Self::not(Test::In)),
        ("ge", Self::of(Test::AtLeast)),
        ("le", Self::of(Test::AtMost)),
    ];

    const fn of(test: Test) -> Self {
        Self { test, negated: false }
    }

    const fn not(test: Test) -> Self {
        Self { test, negated: true }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }

    /// Whether it compares values of this kind with this one.
    pub(super) fn takes(self, kind: PropertyKind, value: &Value) -> bool {
        use Test::{AtLeast, AtMost, Contains, EndsWith, Equals, In, Matches, StartsWith};
        match (kind, self.test, value) {
            (PropertyKind::Items(_), ..) => false,
            (_, Equals, Value::Null)
            | (PropertyKind::Flag, Equals, Value::Flag(_))
            | (PropertyKind::Time, Equals | AtLeast | AtMost, Value::Time(_)) => true,
            (PropertyKind::Text | PropertyKind::Texts, test, Value::Text(_)) => {
                matches!(test, Equals | StartsWith | EndsWith | Contains | Matches)
            }
            (PropertyKind::Text | PropertyKind::Texts, In, Value::Texts(_)) => true,
            _ => false,
        }
    }
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Flag(bool),
    Text(Text),
    Texts(Vec<Text>),
    Time(Time),
}

/// A text that is compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// As it was written.
    pub(super) written: Box<str>,
    /// As it is compared.
    pub(super) folded: Box<str>,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { folded: fold(&text).into(), written: text.into() }
    }
}

impl Rule {
    /// Of what kind the members are: users or devices.
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// The properties of which the outcome depends, by Graph's names.
    pub fn properties(&self) -> BTreeSet<&'static str> {
        let mut properties = BTreeSet::new();
        self.expression.visit(&mut |expression| match expression {
            Expression::Compare(Comparison { subject: Subject::Property(property), .. })
            | Expression::Items(Items { of: property, .. }) => {
                properties.insert(property.path.property.name);
            }
            _ => {}
        });
        properties
    }

    /// The groups of whose members the outcome depends.
    pub fn groups(&self) -> &[ObjectId] {
        match &self.expression {
            Expression::MemberOf(groups) => groups,
            _ => &[],
        }
    }

    /// The manager of whose direct reports the outcome depends.
    pub fn manager(&self) -> Option<ObjectId> {
        match self.expression {
            Expression::DirectReports(manager) => Some(manager),
            _ => None,
        }
    }

    /// Whether the outcome changes as time goes by.
    pub fn depends_on_time(&self) -> bool {
        let mut depends = false;
        self.expression.visit(&mut |expression| {
            if let Expression::Compare(Comparison { value: Value::Time(time), .. }) = expression {
                depends |= !matches!(time, Time::At(_));
            }
        });
        depends
    }
}

impl Expression {
    /// Hands over this expression and all in it.
    fn visit(&self, take: &mut impl FnMut(&Self)) {
        take(self);
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.visit(take)),
            Self::Not(part) | Self::Items(Items { condition: part, .. }) => part.visit(take),
            Self::Compare(_) | Self::MemberOf(_) | Self::DirectReports(_) => {}
        }
    }
}
