//! `$filter` held against the properties of what is filtered: which of its tests the directory has, and what they mean.

use super::{
    literal::{self, literal_type},
    select, test_of,
};
use crate::{
    model::{
        condition::{Check, Condition, Selection, Test},
        ids::ObjectId,
        keys::fold,
        kinds::{ObjectKind, Relationship},
        paths::PropertyPath,
        properties::Entity,
        query_support::Operator,
    },
    odata::{
        faults::FilterFault,
        filter::{Comparison, Expression, Lambda},
        lexer::Literal,
    },
};
use std::{ops::Bound, slice};

/// The most branches of `or`, or values of `in`, without advanced query parameters.
pub const MAX_BRANCHES: usize = 15;

/// How many levels of `and` and `or` there may be without advanced query parameters, with that of the tests.
pub const MAX_HEIGHT: usize = 3;

/// The part of an identity that is asked for only together with another: the name that an issuer gave, with the issuer.
const NEEDS_OTHER_PART: (&str, &str) = ("issuerAssignedId", "issuer");

/// Whether it asks for nothing of objects but their ids.
pub fn asks_only_for_ids(filter: &Expression) -> bool {
    match filter {
        Expression::And(parts) | Expression::Or(parts) => parts.iter().all(asks_only_for_ids),
        Expression::Compare(left, ..) | Expression::In(left, _) => is_id(left),
        _ => false,
    }
}

/// What a filter selects of objects of these kinds. Whether the query is advanced decides what it can ask.
pub fn bind(
    filter: &Expression,
    entities: &[&'static Entity],
    advanced: bool,
) -> Result<Selection, FilterFault> {
    let selection = select(entities, |entity| condition(filter, entity, entities, advanced))?;
    if advanced { Ok(selection) } else { check_size(filter).map(|()| selection) }
}

fn condition(
    filter: &Expression,
    entity: &'static Entity,
    entities: &[&'static Entity],
    advanced: bool,
) -> Result<Condition, FilterFault> {
    let bind = |part: &Expression| condition(part, entity, entities, advanced);
    match filter {
        Expression::Or(parts) => {
            let bound = parts.iter().map(bind).collect::<Result<_, _>>()?;
            match parts.iter().find_map(|part| complex_collection(part, entity)) {
                Some(name) if !advanced => Err(FilterFault::Complex(name)),
                _ => Ok(Condition::Or(bound)),
            }
        }
        Expression::And(parts) => Ok(Condition::And(parts.iter().map(bind).collect::<Result<_, _>>()?)),
        Expression::Not(_) if !advanced => Err(FilterFault::NeedsAdvanced("not")),
        Expression::Not(inner) => Ok(Condition::Not(bind(inner)?.into())),
        test => {
            let of = |entity| Scope { entity, item: None, advanced }.test(test);
            test_of(entity, entities, of, |fault| matches!(fault, FilterFault::UnknownProperty(_)))
        }
    }
}

/// The collection of a complex type whose items a filter asks for: without advanced query parameters it isn't joined by `or`.
fn complex_collection(filter: &Expression, entity: &Entity) -> Option<&'static str> {
    match filter {
        Expression::And(parts) | Expression::Or(parts) => {
            parts.iter().find_map(|part| complex_collection(part, entity))
        }
        Expression::Lambda(Lambda { path, .. }) => match path.as_slice() {
            [name] => entity
                .property(name)
                .filter(|property| !property.parts().is_empty())
                .map(|property| property.name),
            _ => None,
        },
        _ => None,
    }
}

/// Where names of properties are looked up.
#[derive(Clone, Copy)]
struct Scope<'q> {
    entity: &'static Entity,
    /// In a lambda: its variable, and the collection whose items that is.
    item: Option<(&'q str, PropertyPath)>,
    advanced: bool,
}

/// A check of a property's values, and whether it is satisfied by the objects that don't pass.
struct Tested {
    path: PropertyPath,
    check: Check,
    complement: bool,
}

impl Scope<'_> {
    /// A test of an object.
    fn test(self, test: &Expression) -> Result<Condition, FilterFault> {
        match test {
            Expression::Lambda(lambda) => self.lambda(lambda),
            Expression::Compare(left, comparison, right) => match (&**left, &**right) {
                (Expression::Path(path), Expression::Literal(literal)) => {
                    self.comparison(path, *comparison, literal)
                }
                _ => Err(FilterFault::Unsupported),
            },
            Expression::In(left, values) if is_id(left) => id_in(values),
            Expression::In(left, values) if values.contains(&Literal::Null) => {
                self.null_or_one_of(left, values)
            }
            Expression::Call(_, arguments) if arguments.first().is_some_and(is_id) => {
                Err(FilterFault::IdOperator)
            }
            test => Ok(self.tested(test)?.condition()),
        }
    }

    fn comparison(
        self,
        path: &[String],
        comparison: Comparison,
        literal: &Literal,
    ) -> Result<Condition, FilterFault> {
        match path {
            [name] if is_id_name(name) => self.id_is(comparison, literal),
            [collection @ .., count] if count.eq_ignore_ascii_case("$count") => {
                self.count(collection, comparison, literal)
            }
            path => Ok(self.compared(path, comparison, literal)?.condition()),
        }
    }

    fn id_is(self, comparison: Comparison, literal: &Literal) -> Result<Condition, FilterFault> {
        match (comparison, literal) {
            (_, Literal::Null) => Err(FilterFault::IdOperator),
            (Comparison::Equal, literal) => id_in(slice::from_ref(literal)),
            (Comparison::NotEqual, literal) if self.advanced => {
                Ok(Condition::Not(id_in(slice::from_ref(literal))?.into()))
            }
            _ => Err(FilterFault::IdOperator),
        }
    }

    /// `path/$count`: of collections whether they are empty, and how many owners a group has.
    fn count(
        self,
        collection: &[String],
        comparison: Comparison,
        literal: &Literal,
    ) -> Result<Condition, FilterFault> {
        let Literal::Int32(number) = literal else {
            let right = literal_type(literal);
            return Err(FilterFault::Types { left: "Edm.Int64".into(), right, operator: kind(comparison) });
        };
        if !self.advanced {
            return Err(FilterFault::NeedsAdvanced("$count"));
        }
        let equal = match comparison {
            Comparison::Equal => true,
            Comparison::NotEqual => false,
            _ => return Err(FilterFault::Unsupported),
        };
        let number = number.parse().unwrap_or(u64::MAX);
        if self.is_owners(collection) && number <= 1 {
            return Ok(complement_if(!equal, Condition::Is(Test::Owners(number))));
        }
        let path = self.property(collection).map_err(|_| FilterFault::Unsupported)?;
        self.supports(path, Operator::Empty)?;
        if number > 0 {
            return Err(self.clause(path));
        }
        Ok(Tested { path, check: Check::Present, complement: equal }.condition())
    }

    fn is_owners(self, path: &[String]) -> bool {
        let name = Relationship::Owners.name();
        self.entity.kind == ObjectKind::Group && matches!(path, [only] if only.eq_ignore_ascii_case(name))
    }

    /// A check of one property, or of the item.
    fn tested(self, test: &Expression) -> Result<Tested, FilterFault> {
        match test {
            Expression::Compare(left, comparison, right) => match (&**left, &**right) {
                (Expression::Path(path), Expression::Literal(literal)) => {
                    self.compared(path, *comparison, literal)
                }
                _ => Err(FilterFault::Unsupported),
            },
            Expression::In(left, values) => match &**left {
                Expression::Path(path) => self.one_of(path, values),
                _ => Err(FilterFault::Unsupported),
            },
            Expression::Call(name, arguments) => self.called(name, arguments),
            _ => Err(FilterFault::Unsupported),
        }
    }

    fn compared(
        self,
        path: &[String],
        comparison: Comparison,
        literal: &Literal,
    ) -> Result<Tested, FilterFault> {
        let path = self.value(path)?;
        let is_null = *literal == Literal::Null;
        let key = if is_null { None } else { Some(literal::key(path, literal, kind(comparison))?) };
        if comparison == Comparison::NotEqual && !self.advanced {
            return Err(FilterFault::NotEquals);
        }
        let range = |from, to| (Operator::Range, Check::Between(from, to), false);
        let (operator, check, complement) = match (comparison, key) {
            (Comparison::Equal, None) => (Operator::Null, Check::Present, true),
            (Comparison::NotEqual, None) => (Operator::Null, Check::Present, false),
            (_, None) => return Err(FilterFault::Unsupported),
            (Comparison::Equal, Some(key)) => (Operator::Equals, Check::Equals(vec![key]), false),
            (Comparison::NotEqual, Some(key)) => (Operator::Equals, Check::Equals(vec![key]), true),
            (Comparison::Greater, Some(key)) => range(Bound::Excluded(key), Bound::Unbounded),
            (Comparison::GreaterOrEqual, Some(key)) => range(Bound::Included(key), Bound::Unbounded),
            (Comparison::Less, Some(key)) => range(Bound::Unbounded, Bound::Excluded(key)),
            (Comparison::LessOrEqual, Some(key)) => range(Bound::Unbounded, Bound::Included(key)),
        };
        self.supports(path, operator)?;
        Ok(Tested { path, check, complement })
    }

    /// `path in (null,..)`: there is no value, or one of the others.
    fn null_or_one_of(self, left: &Expression, values: &[Literal]) -> Result<Condition, FilterFault> {
        let Expression::Path(path) = left else { return Err(FilterFault::Unsupported) };
        let null = self.compared(path, Comparison::Equal, &Literal::Null)?.condition();
        let others: Vec<_> = values.iter().filter(|value| **value != Literal::Null).cloned().collect();
        Ok(Condition::Or(vec![null, self.one_of(path, &others)?.condition()]))
    }

    fn one_of(self, path: &[String], values: &[Literal]) -> Result<Tested, FilterFault> {
        let path = self.value(path)?;
        let keys = values.iter().map(|value| literal::key(path, value, kind(Comparison::Equal)));
        let check = Check::Equals(keys.collect::<Result<_, _>>()?);
        self.supports(path, Operator::Equals)?;
        Ok(Tested { path, check, complement: false })
    }

    fn called(self, name: &str, arguments: &[Expression]) -> Result<Tested, FilterFault> {
        let (operator, check): (_, fn(String) -> Check) = match name.to_ascii_lowercase().as_str() {
            "startswith" => (Operator::StartsWith, Check::StartsWith),
            "endswith" => (Operator::EndsWith, Check::EndsWith),
            "contains" => return Err(FilterFault::Contains),
            _ => return Err(FilterFault::Function(name.into())),
        };
        let [Expression::Path(path), Expression::Literal(Literal::String(text))] = arguments else {
            return Err(FilterFault::Arguments(name.into()));
        };
        let path = self.value(path)?;
        if !literal::is_text(path) {
            return Err(FilterFault::Arguments(name.into()));
        }
        self.supports(path, operator)?;
        Ok(Tested { path, check: check(fold(text)), complement: false })
    }

    /// `path/any(variable:body)`: one item satisfies the body. Parts of an `or` may be satisfied by different items; those of an
    /// `and` are parts of a complex type's one item.
    fn lambda(self, lambda: &Lambda) -> Result<Condition, FilterFault> {
        let collection = self.property(&lambda.path).ok().filter(PropertyPath::is_collection);
        match (collection, &lambda.body) {
            (Some(collection), Some((variable, body))) if !lambda.all => {
                Scope { item: Some((variable, collection)), ..self }.some_item(collection, body)
            }
            _ => Err(FilterFault::Unsupported),
        }
    }

    fn some_item(self, collection: PropertyPath, body: &Expression) -> Result<Condition, FilterFault> {
        match body {
            Expression::Or(parts) => {
                let parts = parts.iter().map(|part| self.some_item(collection, part));
                Ok(Condition::Or(parts.collect::<Result<_, _>>()?))
            }
            Expression::And(parts) if !collection.last().parts().is_empty() => {
                let several = self.one_item(collection, parts);
                several.map_err(|fault| self.fault_of_several(collection, fault))
            }
            part => self.one_item(collection, slice::from_ref(part)),
        }
    }

    /// One item satisfies all of these.
    fn one_item(self, collection: PropertyPath, parts: &[Expression]) -> Result<Condition, FilterFault> {
        let mut checks = parts.iter().map(|part| self.item(part)).collect::<Result<Vec<_>, _>>()?;
        let names = |name| checks.iter().any(|(path, _): &(PropertyPath, _)| path.last().name == name);
        let (needing, needed) = NEEDS_OTHER_PART;
        if names(needing) && !names(needed) {
            return Err(self.clause(collection));
        }
        Ok(Condition::Is(match checks.pop() {
            Some((path, check)) if checks.is_empty() && check != Check::Absent => Test::Some(path, check),
            last => {
                checks.extend(last);
                Test::Item(collection, checks)
            }
        }))
    }

    /// Without advanced query parameters the directory says it otherwise where several parts are asked for.
    fn fault_of_several(self, collection: PropertyPath, fault: FilterFault) -> FilterFault {
        match fault {
            FilterFault::Clause { .. } if !self.advanced => FilterFault::Complex(collection.property.name),
            other => other,
        }
    }

    fn item(self, part: &Expression) -> Result<(PropertyPath, Check), FilterFault> {
        match self.tested(part)? {
            Tested { path, check, complement: false } => Ok((path, check)),
            Tested { path, check: Check::Present, .. } if path.part.is_some() => Ok((path, Check::Absent)),
            _ => Err(FilterFault::Unsupported),
        }
    }

    /// The property with a single value that this path names: a collection is asked for by a lambda.
    fn value(self, path: &[String]) -> Result<PropertyPath, FilterFault> {
        match (self.item, path) {
            (None, path) => {
                let found = self.property(path)?;
                if found.is_collection() { Err(self.clause(found)) } else { Ok(found) }
            }
            (Some((variable, collection)), [name]) if name == variable => Ok(collection),
            (Some((variable, collection)), [name, part]) if name == variable => {
                let part = self.entity.path(collection.property.name, Some(part));
                part.filter(|_| collection.part.is_none()).ok_or_else(|| unknown(path))
            }
            _ => Err(FilterFault::Unsupported),
        }
    }

    fn property(self, path: &[String]) -> Result<PropertyPath, FilterFault> {
        let found = match path {
            [name] => self.entity.path(name, None),
            [name, part] => self.entity.path(name, Some(part)),
            _ => None,
        };
        found.ok_or_else(|| unknown(path))
    }

    /// Refuses an operator that the property doesn't take in such a query.
    fn supports(self, path: PropertyPath, operator: Operator) -> Result<(), FilterFault> {
        match (path.last().operators.support(operator), operator) {
            (support, _) if support.in_query(self.advanced) => Ok(()),
            (_, Operator::EndsWith) if !self.advanced => Err(FilterFault::NeedsAdvanced("endsWith")),
            _ => Err(self.clause(path)),
        }
    }

    fn clause(self, path: PropertyPath) -> FilterFault {
        FilterFault::Clause { property: path.property.name, resource: self.entity.resource }
    }
}

impl Tested {
    fn condition(self) -> Condition {
        complement_if(self.complement, Condition::Is(Test::Some(self.path, self.check)))
    }
}

fn complement_if(complement: bool, condition: Condition) -> Condition {
    if complement { Condition::Not(condition.into()) } else { condition }
}

fn unknown(path: &[String]) -> FilterFault {
    FilterFault::UnknownProperty(path.join("/"))
}

/// What OData calls a comparison.
fn kind(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "Equal",
        Comparison::NotEqual => "NotEqual",
        Comparison::Greater => "GreaterThan",
        Comparison::GreaterOrEqual => "GreaterThanOrEqual",
        Comparison::Less => "LessThan",
        Comparison::LessOrEqual => "LessThanOrEqual",
    }
}

fn is_id_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("id")
}

fn is_id(expression: &Expression) -> bool {
    matches!(expression, Expression::Path(path) if matches!(path.as_slice(), [name] if is_id_name(name)))
}

fn id_in(values: &[Literal]) -> Result<Condition, FilterFault> {
    let id = |value: &Literal| match value {
        Literal::String(text) => text.parse::<ObjectId>().map_err(|_| FilterFault::InvalidId(text.clone())),
        other => {
            let right = literal_type(other);
            Err(FilterFault::Types { left: "Edm.String".into(), right, operator: kind(Comparison::Equal) })
        }
    };
    Ok(Condition::Is(Test::Id(values.iter().map(id).collect::<Result<_, _>>()?)))
}

/// Refuses a filter that is larger than one without advanced query parameters may be.
fn check_size(filter: &Expression) -> Result<(), FilterFault> {
    let (branches, height) = (widest(filter), height(filter));
    if branches > MAX_BRANCHES {
        return Err(FilterFault::TooManyBranches(branches));
    }
    if height > MAX_HEIGHT { Err(FilterFault::TooHigh(height)) } else { Ok(()) }
}

/// How many branches the widest `or` has.
fn widest(filter: &Expression) -> usize {
    let within = match filter {
        Expression::Or(parts) | Expression::And(parts) => parts.iter().map(widest).max().unwrap_or(0),
        _ => 0,
    };
    within.max(branches(filter))
}

/// How many branches of an `or` this is: each value of an `in` is one.
fn branches(filter: &Expression) -> usize {
    match filter {
        Expression::Or(parts) => parts.iter().map(branches).sum(),
        Expression::In(_, values) => values.len(),
        Expression::Lambda(Lambda { body: Some((_, body)), .. }) => branches(body),
        _ => 1,
    }
}

/// The levels of `and` and `or`, one in the other, and of the tests in them.
fn height(filter: &Expression) -> usize {
    let over = |parts: &[Expression], is_same: fn(&Expression) -> bool| {
        let of = |part| height(part) - usize::from(is_same(part));
        1 + parts.iter().map(of).max().unwrap_or(0)
    };
    match filter {
        Expression::Or(parts) => over(parts, |part| matches!(part, Expression::Or(_) | Expression::In(..))),
        Expression::And(parts) => over(parts, |part| matches!(part, Expression::And(_))),
        Expression::In(_, values) if values.len() > 1 => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tables::{PERSON, TEAM},
        *,
    };
    use crate::{
        model::{ENTITIES, keys::Key, properties::Kind},
        odata::filter,
    };
    use proptest::prelude::*;

    const ID: &str = "8fcb5dbc-d5aa-4681-8e31-b001d5168d79";
    const DEFAULT: bool = false;
    const ADVANCED: bool = true;

    fn of(text: &str, entities: &[&'static Entity], advanced: bool) -> Result<Vec<Condition>, FilterFault> {
        let Selection(conditions) = bind(&filter::read(text)?, entities, advanced)?;
        Ok(conditions.into_iter().map(|(_, condition)| condition).collect())
    }

    fn person(text: &str, advanced: bool) -> Result<Condition, FilterFault> {
        of(text, &[&PERSON], advanced).map(|mut conditions| conditions.remove(0))
    }

    fn path(name: &str) -> PropertyPath {
        let (name, part) = name.split_once('/').map_or((name, None), |(name, part)| (name, Some(part)));
        PERSON.path(name, part).unwrap()
    }

    fn is(name: &str, check: Check) -> Condition {
        Condition::Is(Test::Some(path(name), check))
    }

    fn equals(name: &str, texts: &[&str]) -> Condition {
        is(name, Check::Equals(texts.iter().map(|text| Key::text(text)).collect()))
    }

    fn not(condition: Condition) -> Condition {
        Condition::Not(condition.into())
    }

    fn clause(property: &'static str) -> FilterFault {
        FilterFault::Clause { property, resource: "User" }
    }

    fn types(left: &str, right: &str, operator: &'static str) -> FilterFault {
        FilterFault::Types { left: left.into(), right: right.into(), operator }
    }

    #[test]
    fn what_every_query_can_ask_is_a_condition() {
        let flag = |flag| Check::Equals(vec![Key::flag(flag)]);
        let id = Condition::Is(Test::Id(vec![ID.parse().unwrap()]));
        let day = Key::time("2026-11-28T00:00:00Z".parse().unwrap());
        let both = |parts: &[(&str, &str)]| {
            let part = |(name, text): &(&str, &str)| {
                (path(&format!("identities/{name}")), Check::Equals(vec![Key::text(text)]))
            };
            Condition::Is(Test::Item(path("identities"), parts.iter().map(part).collect()))
        };
        for (text, expected) in [
            ("displayName eq 'O''Neil'", equals("displayName", &["o'neil"])),
            ("DISPLAYNAME Eq 'x'", equals("displayName", &["x"])),
            ("displayName in ('a','b')", equals("displayName", &["a", "b"])),
            ("startsWith(mail,'Ada')", is("mail", Check::StartsWith("ada".into()))),
            ("accountEnabled eq false", is("accountEnabled", flag(false))),
            ("isLicenseReconciliationNeeded eq true", is("isLicenseReconciliationNeeded", flag(true))),
            (
                "createdDateTime ge 2026-11-28",
                is("createdDateTime", Check::Between(Bound::Included(day.clone()), Bound::Unbounded)),
            ),
            (
                "createdDateTime lt 2026-11-28T00:00:00Z",
                is("createdDateTime", Check::Between(Bound::Unbounded, Bound::Excluded(day))),
            ),
            ("otherMails/any(m:m eq 'a@b')", equals("otherMails", &["a@b"])),
            (
                "otherMails/any(m:m eq 'a' or startsWith(m,'b'))",
                Condition::Or(vec![
                    equals("otherMails", &["a"]),
                    is("otherMails", Check::StartsWith("b".into())),
                ]),
            ),
            (
                "assignedLicenses/any(x:x/skuId eq 8fcb5dbc-d5aa-4681-8e31-b001d5168d79)",
                equals("assignedLicenses/skuId", &[ID]),
            ),
            (
                "identities/any(c:c/issuerAssignedId eq 'x' and c/issuer eq 'y')",
                both(&[("issuerAssignedId", "x"), ("issuer", "y")]),
            ),
            (&format!("id eq '{ID}'"), id.clone()),
            (&format!("Id in ('{ID}')"), id),
            (
                "displayName eq 'a' and (mail eq 'b' or mail eq 'c')",
                Condition::And(vec![
                    equals("displayName", &["a"]),
                    Condition::Or(vec![equals("mail", &["b"]), equals("mail", &["c"])]),
                ]),
            ),
        ] {
            assert_eq!(person(text, DEFAULT), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_advanced_queries_can_ask_is_a_condition() {
        for (text, expected) in [
            ("displayName ne 'x'", not(equals("displayName", &["x"]))),
            ("companyName eq 'x'", equals("companyName", &["x"])),
            ("companyName eq null", not(is("companyName", Check::Present))),
            ("companyName ne null", is("companyName", Check::Present)),
            (
                "companyName in (null,'x')",
                Condition::Or(vec![not(is("companyName", Check::Present)), equals("companyName", &["x"])]),
            ),
            ("NOT(companyName eq 'x')", not(equals("companyName", &["x"]))),
            ("endsWith(mail,'@B')", is("mail", Check::EndsWith("@b".into()))),
            ("employeeOrgData/division eq 'x'", equals("employeeOrgData/division", &["x"])),
            ("otherMails/$count eq 0", not(is("otherMails", Check::Present))),
            ("assignedLicenses/$count ne 0", is("assignedLicenses", Check::Present)),
            ("not(otherMails/any(m:m eq 'x'))", not(equals("otherMails", &["x"]))),
        ] {
            assert_eq!(person(text, ADVANCED), Ok(expected), "{text}");
        }
        let ids = Condition::Is(Test::Id(vec![ID.parse().unwrap()]));
        assert_eq!(person(&format!("id ne '{ID}'"), ADVANCED), Ok(not(ids)));
        assert_eq!(person(&format!("id ne '{ID}'"), DEFAULT), Err(FilterFault::IdOperator));
        for (text, expected) in [
            ("owners/$count eq 0", Condition::Is(Test::Owners(0))),
            ("owners/$count ne 1", not(Condition::Is(Test::Owners(1)))),
        ] {
            assert_eq!(of(text, &[&TEAM], ADVANCED), Ok(vec![expected]), "{text}");
        }
    }

    #[test]
    fn what_needs_advanced_parameters_is_refused_without_them() {
        for (text, fault) in [
            ("companyName ne null", FilterFault::NotEquals),
            ("displayName ne 'x'", FilterFault::NotEquals),
            ("not(displayName eq 'x')", FilterFault::NeedsAdvanced("not")),
            ("endsWith(mail,'x')", FilterFault::NeedsAdvanced("endsWith")),
            ("otherMails/$count eq 0", FilterFault::NeedsAdvanced("$count")),
            ("companyName eq 'x'", clause("companyName")),
            ("companyName in (null,'x')", clause("companyName")),
            ("startsWith(companyName,'x')", clause("companyName")),
            ("displayName eq null", clause("displayName")),
            ("employeeHireDate ge 2026-01-01", clause("employeeHireDate")),
            ("employeeOrgData/division eq 'x'", clause("employeeOrgData")),
        ] {
            assert_eq!(person(text, DEFAULT), Err(fault), "{text}");
            assert!(person(text, ADVANCED).is_ok(), "{text}");
        }
    }

    #[test]
    fn some_things_are_asked_without_advanced_parameters_only() {
        let fault = clause("isLicenseReconciliationNeeded");
        assert_eq!(person("isLicenseReconciliationNeeded eq true", ADVANCED), Err(fault));
        let fault = clause("identities");
        assert_eq!(person("identities/any(i:i/issuerAssignedId eq 'x')", DEFAULT), Err(fault.clone()));
        assert_eq!(person("identities/any(i:i/issuer eq 'x')", ADVANCED), Err(fault.clone()));
        let both = "identities/any(i:i/issuer eq 'x' and i/issuerAssignedId eq 'y')";
        assert_eq!(person(both, ADVANCED), Err(fault));
    }

    #[test]
    fn several_parts_of_an_item_are_refused_in_words_of_their_own() {
        let both = "assignedPlans/any(p:p/service eq 'x' and p/capabilityStatus eq 'y')";
        assert_eq!(person(both, DEFAULT), Err(FilterFault::Complex("assignedPlans")));
        assert!(person(both, ADVANCED).is_ok());
    }

    #[test]
    fn items_are_joined_by_or_with_advanced_parameters_only() {
        let has = format!("assignedLicenses/any(l:l/skuId eq {ID})");
        for text in
            [format!("{has} or mail eq 'x'"), format!("mail eq 'x' or (displayName eq 'x' and {has})")]
        {
            assert_eq!(person(&text, DEFAULT), Err(FilterFault::Complex("assignedLicenses")), "{text}");
            assert!(person(&text, ADVANCED).is_ok(), "{text}");
        }
        for text in [format!("{has} and mail eq 'x'"), "mail eq 'x' or otherMails/any(m:m eq 'x')".into()] {
            assert!(person(&text, DEFAULT).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_the_directory_does_not_have_is_refused() {
        let id = FilterFault::IdOperator;
        for (text, fault) in [
            ("aboutMe eq 'x'", clause("aboutMe")),
            ("displayName ge 'x'", clause("displayName")),
            ("createdDateTime eq 2026-01-01", clause("createdDateTime")),
            ("endsWith(displayName,'x')", clause("displayName")),
            ("otherMails eq 'x'", clause("otherMails")),
            ("otherMails/$count eq 1", clause("otherMails")),
            ("otherMails/$count eq 5", clause("otherMails")),
            ("displayName/$count eq 0", clause("displayName")),
            ("owners/$count eq 0", FilterFault::Unsupported),
            ("nosuch eq 'x'", FilterFault::UnknownProperty("nosuch".into())),
            ("employeeOrgData/x eq 'x'", FilterFault::UnknownProperty("employeeOrgData/x".into())),
            (
                "microsoft.graph.user/mail eq 'x'",
                FilterFault::UnknownProperty("microsoft.graph.user/mail".into()),
            ),
            ("contains(displayName,'x')", FilterFault::Contains),
            ("toLower(displayName) eq 'x'", FilterFault::Unsupported),
            ("isof('microsoft.graph.user')", FilterFault::Function("isof".into())),
            ("startsWith(accountEnabled,'x')", FilterFault::Arguments("startsWith".into())),
            ("startsWith(displayName)", FilterFault::Arguments("startsWith".into())),
            ("startsWith(displayName,5)", FilterFault::Arguments("startsWith".into())),
            ("accountEnabled eq 'true'", types("Edm.Boolean", "Edm.String", "Equal")),
            ("accountEnabled ne 'False'", types("Edm.Boolean", "Edm.String", "NotEqual")),
            ("displayName in ('a',5)", types("Edm.String", "Edm.Int32", "Equal")),
            ("otherMails/$count eq 'a'", types("Edm.Int64", "Edm.String", "Equal")),
            ("displayName eq duration'P1D'", types("Edm.String", "Edm.Duration", "Equal")),
            ("createdDateTime ge 2026-01-01T00:00:00", FilterFault::Time("2026-01-01T00:00:00".into())),
            ("'x' eq displayName", FilterFault::Unsupported),
            ("displayName eq mail", FilterFault::Unsupported),
            ("accountEnabled", FilterFault::Unsupported),
            ("true", FilterFault::Unsupported),
            ("startsWith(mail,'x') eq true", FilterFault::Unsupported),
            ("(displayName eq 'a') eq true", FilterFault::Unsupported),
            ("otherMails/any()", FilterFault::Unsupported),
            ("otherMails/all(m:m eq 'x')", FilterFault::Unsupported),
            ("otherMails/any(m:m ne 'x')", FilterFault::Unsupported),
            ("otherMails/any(m:not(m eq 'x'))", FilterFault::Unsupported),
            ("otherMails/any(m:n eq 'x')", FilterFault::Unsupported),
            ("otherMails/any(m:startsWith(m,'a') and endsWith(m,'b'))", FilterFault::Unsupported),
            ("otherMails/any(m:m/x eq 'x')", FilterFault::UnknownProperty("m/x".into())),
            ("displayName/any(m:m eq 'x')", FilterFault::Unsupported),
            ("members/$count eq 0", FilterFault::Unsupported),
            ("owners/any(c:c/id eq 'x')", FilterFault::Unsupported),
            ("id eq 'x'", FilterFault::InvalidId("x".into())),
            ("id ge 'x'", id.clone()),
            ("id ne 'x'", FilterFault::InvalidId("x".into())),
            ("id ne null", id.clone()),
            ("id eq null", id.clone()),
            ("startsWith(id,'x')", id),
            (&format!("id eq {ID}"), types("Edm.String", "Edm.Guid", "Equal")),
        ] {
            assert_eq!(person(text, ADVANCED), Err(fault), "{text}");
            assert!(person(text, DEFAULT).is_err(), "{text}");
        }
    }

    #[test]
    fn a_filter_without_advanced_parameters_is_of_limited_size() {
        let or = |count: usize| vec!["mail eq 'x'"; count].join(" or ");
        let list = |count: usize| format!("mail in ({})", vec!["'x'"; count].join(","));
        for (text, branches) in [
            (or(16), 16),
            (list(16), 16),
            (format!("displayName eq 'x' and ({})", or(17)), 17),
            (format!("({}) or {}", or(8), list(9)), 17),
        ] {
            assert_eq!(person(&text, DEFAULT), Err(FilterFault::TooManyBranches(branches)), "{text}");
            assert!(person(&text, ADVANCED).is_ok(), "{text}");
        }
        for text in [or(15), list(15), format!("({}) and ({})", or(15), or(15))] {
            assert!(person(&text, DEFAULT).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_filter_without_advanced_parameters_is_of_limited_height() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|text| format!("mail eq '{text}'"));
        let high = format!("({a} or ({b} and {c})) and {d}");
        assert_eq!(person(&high, DEFAULT), Err(FilterFault::TooHigh(4)));
        assert!(person(&high, ADVANCED).is_ok());
        for text in [
            format!("({a} and {d}) or ({b} and {c} and {d})"),
            format!("{a} and ({b} and ({c} and ({d} and {a})))"),
            format!("{a} and (mail in ('x','y') or {b})"),
        ] {
            assert!(person(&text, DEFAULT).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_test_never_holds_of_kinds_without_the_property() {
        let both: [&Entity; 2] = [&PERSON, &TEAM];
        let condition = Condition::Is(Test::Some(
            TEAM.path("isAssignableToRole", None).unwrap(),
            Check::Equals(vec![Key::flag(true)]),
        ));
        assert_eq!(
            of("isAssignableToRole eq true", &both, DEFAULT),
            Ok(vec![Condition::NONE, condition.clone()])
        );
        assert_eq!(
            of("isAssignableToRole ne true", &both, ADVANCED),
            Ok(vec![Condition::NONE, not(condition)])
        );
        assert_eq!(of("isAssignableToRole ne true", &both, DEFAULT), Err(FilterFault::NotEquals));
        let fault = FilterFault::UnknownProperty("nosuch".into());
        assert_eq!(of("nosuch eq 1", &both, DEFAULT), Err(fault));
    }

    /// A filter that asks this of a path, where it can be written.
    fn asking(path: PropertyPath, operator: Operator) -> Option<String> {
        let literal = match path.last().kind {
            Kind::String | Kind::Strings if literal::is_text(path) => "'x'",
            Kind::String | Kind::Strings => ID,
            Kind::Boolean => "true",
            Kind::Int32 => "1",
            Kind::DateTime => "2026-11-28T21:45:00Z",
            Kind::Object(_) | Kind::Objects(_) => return None,
        };
        let collection =
            if path.property.is_collection() { path.property.name.into() } else { path.to_string() };
        let (value, lambda) = match (path.is_collection(), path.part) {
            (false, _) => (path.to_string(), false),
            (true, Some(part)) if path.property.is_collection() => (format!("x/{}", part.name), true),
            (true, _) => ("x".into(), true),
        };
        let test = match operator {
            Operator::Equals if path.last().name == NEEDS_OTHER_PART.0 => {
                format!("{value} eq {literal} and x/{} eq 'y'", NEEDS_OTHER_PART.1)
            }
            Operator::Equals => format!("{value} eq {literal}"),
            Operator::StartsWith => format!("startsWith({value},'x')"),
            Operator::EndsWith => format!("endsWith({value},'x')"),
            Operator::Range => format!("{value} ge {literal}"),
            Operator::Null if lambda => return None,
            Operator::Null => format!("{value} eq null"),
            Operator::Empty => return path.is_collection().then(|| format!("{path}/$count eq 0")),
        };
        Some(if lambda { format!("{collection}/any(x:{test})") } else { test })
    }

    #[test]
    fn every_line_of_the_tables_takes_the_operators_that_it_says() {
        use Operator::{Empty, EndsWith, Equals, Null, Range, StartsWith};
        for entity in ENTITIES {
            for (path, operator) in entity.paths().flat_map(|path| {
                [Equals, StartsWith, EndsWith, Range, Null, Empty].map(|operator| (path, operator))
            }) {
                let Some(text) = asking(path, operator).filter(|_| path.property.name != "id") else {
                    continue;
                };
                for advanced in [DEFAULT, ADVANCED] {
                    let bound = of(&text, &[entity], advanced);
                    let takes = path.last().operators.support(operator).in_query(advanced);
                    assert_eq!(bound.is_ok(), takes, "{} {text}, {advanced}: {bound:?}", entity.name);
                    if let Ok([Condition::Is(test)]) = bound.as_deref() {
                        assert_eq!(test.property().map(|one| one.name), Some(path.property.name), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn documented_filters_are_bound() {
        use crate::model::{group::GROUP, user::USER};
        for (entity, text) in [
            (&USER, "startswith(displayName,'a')"),
            (&USER, "endswith(mail,'a@contoso.com')"),
            (&USER, "assignedLicenses/any(u:u/skuId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46)"),
            (&USER, "companyName ne null and NOT(companyName eq 'Microsoft')"),
            (&USER, "userType ne 'guest'"),
            (&USER, "accountEnabled ne true"),
            (&GROUP, "owners/$count eq 0 or owners/$count eq 1"),
            (&GROUP, "NOT groupTypes/any(c:c eq 'Unified') and mailEnabled eq true"),
        ] {
            assert!(of(text, &[entity], ADVANCED).is_ok(), "{text}: {:?}", of(text, &[entity], ADVANCED));
        }
        let identity =
            "identities/any(c:c/issuerAssignedId eq 'j.smith@yahoo.com' and c/issuer eq 'B2C tenant')";
        assert!(of(identity, &[&USER], DEFAULT).is_ok());
    }

    proptest! {
        #[test]
        fn any_filter_is_bound_or_refused(
            text in "((displayName|otherMails|id|eq|ne|'a'|null|and|or|not|in|\\(|\\)|,|/|/\\$count|/any\\(x:|x|endsWith\\() ?){0,25}",
            advanced: bool,
        ) {
            if let Ok(filter) = filter::read(&text) {
                let _ = bind(&filter, &[&PERSON, &TEAM], advanced);
            }
        }
    }
}
