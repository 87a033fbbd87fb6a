//! `$orderby` held against the properties of what is sorted.

use crate::{
    model::{condition::Order, paths::PropertyPath, properties::Entity, query_support::Support},
    odata::{faults::OrderFault, orderby::OrderBy},
};

/// The order that a query asks for, of objects of these kinds. Whether it is advanced, and whether it has a `$filter`, decides
/// what can be sorted; `support` says when by which property.
pub fn bind(
    order: &[OrderBy],
    entities: &[&'static Entity],
    advanced: bool,
    filtered: bool,
    support: fn(&PropertyPath) -> Support,
) -> Result<Order, OrderFault> {
    let [OrderBy { path: segments, descending }] = order else { return Err(OrderFault::Several) };
    let [entity] = entities else { return Err(OrderFault::OfSeveralKinds) };
    if filtered && !advanced {
        return Err(OrderFault::WithFilter);
    }
    let path = match segments.as_slice() {
        [name] => entity.path(name, None),
        [name, part] => entity.path(name, Some(part)),
        _ => None,
    };
    match path.filter(|path| support(path).in_query(advanced)) {
        Some(path) => Ok(Order { path, descending: *descending }),
        None if advanced => Err(OrderFault::PropertyOfAdvanced),
        None => Err(OrderFault::Property { property: segments.join("/"), resource: entity.resource }),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tables::{PERSON, TEAM},
        *,
    };
    use crate::odata::orderby;

    fn order(text: &str, advanced: bool, filtered: bool) -> Result<Order, OrderFault> {
        bind(&orderby::read(text)?, &[&PERSON], advanced, filtered, |path| path.last().order)
    }

    #[test]
    fn objects_are_sorted_by_a_property_that_says_so() {
        let by_name = |descending| Order { path: PERSON.path("displayName", None).unwrap(), descending };
        assert_eq!(order("displayname", false, false), Ok(by_name(false)));
        assert_eq!(order("displayName desc", true, true), Ok(by_name(true)));
        let path = PERSON.path("createdDateTime", None).unwrap();
        assert_eq!(order("createdDateTime", true, false), Ok(Order { path, descending: false }));
    }

    #[test]
    fn nothing_else_sorts_them() {
        let property = |name: &str| OrderFault::Property { property: name.into(), resource: PERSON.resource };
        for (text, advanced, filtered, fault) in [
            ("createdDateTime", false, false, property("createdDateTime")),
            ("aboutMe", false, false, property("aboutMe")),
            ("nosuch", false, false, property("nosuch")),
            ("employeeOrgData/division/x", false, false, property("employeeOrgData/division/x")),
            ("aboutMe", true, false, OrderFault::PropertyOfAdvanced),
            ("displayName", false, true, OrderFault::WithFilter),
            ("displayName,mail", true, false, OrderFault::Several),
        ] {
            assert_eq!(order(text, advanced, filtered), Err(fault), "{text}");
        }
        let by_name = orderby::read("displayName").unwrap();
        let of_two = bind(&by_name, &[&PERSON, &TEAM], true, false, |path| path.last().order);
        assert_eq!(of_two, Err(OrderFault::OfSeveralKinds));
    }
}
