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
        operators::Operator,
        paths::PropertyPath,
        properties::Entity,
    },
    odata::{
        faults::FilterFault,
        filter::{Comparison, Expression, Lambda},
        lexer::Literal,
    },
};
use std::ops::Bound;

/// The most branches of `or`, or values of `in`, without advanced query parameters.
pub const MAX_BRANCHES: usize = 15;

/// How many levels of `and` and `or` there may be without advanced query parameters, with that of the tests.
pub const MAX_HEIGHT: usize = 3;

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
        Expression::Or(parts) => Ok(Condition::Or(parts.iter().map(bind).collect::<Result<_, _>>()?)),
        Expression::And(parts) => Ok(Condition::And(parts.iter().map(bind).collect::<Result<_, _>>()?)),
        Expression::Not(_) if !advanced => Err(FilterFault::NeedsAdvanced("not")),
        Expression::Not(inner) => Ok(Condition::Not(bind(inner)?.into())),
        test => {
            let of = |entity| Scope { entity, item: None, advanced }.test(test);
            test_of(entity, entities, of, |fault| matches!(fault, FilterFault::UnknownProperty(_)))
        }
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
            [name] if is_id_name(name) => id_is(comparison, literal),
            [collection @ .., count] if count.eq_ignore_ascii_case("$count") => {
                self.count(collection, comparison, literal)
            }
            path => Ok(self.compared(path, comparison, literal)?.condition()),
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
        let number = number.parse().ok().filter(|number| *number <= 1);
        let number: u64 = number.ok_or_else(|| self.clause(&collection.join("/")))?;
        if self.is_owners(collection) {
            return Ok(complement_if(!equal, Condition::Is(Test::Owners(number))));
        }
        let path = self.property(collection).map_err(|_| FilterFault::Unsupported)?;
        self.supports(path, Operator::Empty)?;
        if number > 0 || !path.is_collection() {
            return Err(self.clause(&path.to_string()));
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
                let checks = parts.iter().map(|part| self.item(part));
                Ok(Condition::Is(Test::Item(collection, checks.collect::<Result<_, _>>()?)))
            }
            part => {
                let (path, check) = self.item(part)?;
                Ok(Condition::Is(Test::Some(path, check)))
            }
        }
    }

    fn item(self, part: &Expression) -> Result<(PropertyPath, Check), FilterFault> {
        let Tested { path, check, complement } = self.tested(part)?;
        if complement { Err(FilterFault::Unsupported) } else { Ok((path, check)) }
    }

    /// The property with a single value that this path names: a collection is asked for by a lambda.
    fn value(self, path: &[String]) -> Result<PropertyPath, FilterFault> {
        match (self.item, path) {
            (None, path) => {
                let found = self.property(path)?;
                if found.is_collection() { Err(self.clause(&found.to_string())) } else { Ok(found) }
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
        match operator {
            Operator::EndsWith if !self.advanced => Err(FilterFault::NeedsAdvanced("endsWith")),
            _ if path.last().operators.support(operator).in_query(self.advanced) => Ok(()),
            _ => Err(self.clause(&path.to_string())),
        }
    }

    fn clause(self, property: &str) -> FilterFault {
        FilterFault::Clause { property: property.into(), resource: self.entity.resource }
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

fn id_is(comparison: Comparison, literal: &Literal) -> Result<Condition, FilterFault> {
    match (comparison, literal) {
        (Comparison::Equal, Literal::Null) => Err(FilterFault::IdOperator),
        (Comparison::Equal, literal) => id_in(std::slice::from_ref(literal)),
        _ => Err(FilterFault::IdOperator),
    }
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
