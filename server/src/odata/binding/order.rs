//! `$orderby` held against the properties of what is sorted.

use crate::{
    model::{condition::Order, properties::Entity},
    odata::{faults::OrderFault, orderby::OrderBy},
};

/// The order that a query asks for, of objects of these kinds. Whether it is advanced, and whether it has a `$filter`, decides
/// what can be sorted.
pub fn bind(
    order: &[OrderBy],
    entities: &[&'static Entity],
    advanced: bool,
    filtered: bool,
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
    match path.filter(|path| path.last().order.in_query(advanced)) {
        Some(path) => Ok(Order { path, descending: *descending }),
        None if advanced => Err(OrderFault::PropertyOfAdvanced),
        None => Err(OrderFault::Property { property: segments.join("/"), resource: entity.resource }),
    }
}
