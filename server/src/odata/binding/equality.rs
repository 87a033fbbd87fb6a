//! Filters of what takes only `eq` and `in`, joined by `and`: which values of which properties are asked for.

use crate::{
    model::{
        properties::Property,
        query_support::{Operator, Support},
        resources::Resource,
    },
    odata::{
        faults::FilterFault,
        filter::{Comparison, Expression},
        lexer::Literal,
    },
};

/// The values of which a property has one.
pub type OneOf = (&'static str, Vec<String>);

/// What a filter asks of resources of this kind. All of it holds together.
pub fn bind(filter: &Expression, resource: &Resource) -> Result<Vec<OneOf>, FilterFault> {
    match filter {
        Expression::And(parts) => {
            let bound = parts.iter().map(|part| bind(part, resource)).collect::<Result<Vec<_>, _>>()?;
            Ok(bound.concat())
        }
        Expression::In(path, values) => {
            let property = filtered(path, resource)?;
            let values = values.iter().map(|value| text(value, property, resource));
            Ok(vec![(property.name, values.collect::<Result<_, _>>()?)])
        }
        Expression::Compare(path, Comparison::Equal, value) => {
            let property = filtered(path, resource)?;
            let Expression::Literal(value) = &**value else { return Err(FilterFault::Unsupported) };
            Ok(vec![(property.name, vec![text(value, property, resource)?])])
        }
        Expression::Compare(path, ..) => Err(clause(filtered(path, resource)?, resource)),
        _ => Err(FilterFault::Unsupported),
    }
}

/// The property that is compared.
fn filtered(path: &Expression, resource: &Resource) -> Result<&'static Property, FilterFault> {
    let Expression::Path(segments) = path else { return Err(FilterFault::Unsupported) };
    let [name] = segments.as_slice() else { return Err(FilterFault::Unsupported) };
    let mut properties = resource.properties.iter();
    let property = properties.find(|property| property.name.eq_ignore_ascii_case(name));
    let property = property.ok_or_else(|| FilterFault::UnknownProperty(name.clone()))?;
    let is_filtered = property.operators.support(Operator::Equals) != Support::Never;
    if is_filtered { Ok(property) } else { Err(clause(property, resource)) }
}

fn text(value: &Literal, property: &'static Property, resource: &Resource) -> Result<String, FilterFault> {
    match value {
        Literal::String(text) | Literal::Guid(text) => Ok(text.clone()),
        _ => Err(clause(property, resource)),
    }
}

fn clause(property: &'static Property, resource: &Resource) -> FilterFault {
    FilterFault::Clause { property: property.name, resource: resource.resource }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::role_assignment::ROLE_ASSIGNMENT, odata::filter};

    fn read(text: &str) -> Result<Vec<OneOf>, FilterFault> {
        bind(&filter::read(text)?, &ROLE_ASSIGNMENT)
    }

    #[test]
    fn values_are_asked_for_one_by_one_in_lists_and_together() {
        assert_eq!(read("PrincipalId eq 'a'"), Ok(vec![("principalId", vec!["a".into()])]));
        assert_eq!(
            read("roleDefinitionId in ('a','b') and (directoryScopeId eq '/')"),
            Ok(vec![
                ("roleDefinitionId", vec!["a".into(), "b".into()]),
                ("directoryScopeId", vec!["/".into()])
            ])
        );
    }

    #[test]
    fn all_else_is_refused() {
        let clause = |property| Err(FilterFault::Clause { property, resource: "UnifiedRoleAssignment" });
        for (text, expected) in [
            ("principalId ne 'a'", clause("principalId")),
            ("principalId eq 1", clause("principalId")),
            ("principalId in (null)", clause("principalId")),
            ("id eq 'a'", clause("id")),
            ("colour eq 'red'", Err(FilterFault::UnknownProperty("colour".into()))),
            ("principalId eq 'a' or principalId eq 'b'", Err(FilterFault::Unsupported)),
            ("principalId eq roleDefinitionId", Err(FilterFault::Unsupported)),
            ("'a' eq principalId", Err(FilterFault::Unsupported)),
            ("principal/id eq 'a'", Err(FilterFault::Unsupported)),
            ("startsWith(principalId,'a')", Err(FilterFault::Unsupported)),
            ("not (principalId eq 'a')", Err(FilterFault::Unsupported)),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
