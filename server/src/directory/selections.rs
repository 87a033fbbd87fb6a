//! What a caller may ask of objects: a filter, a search and an order tell values as reading them does. Nobody learns by asking.

use super::{Refusal, access};
use crate::{
    model::{
        condition::{Condition, Order, Selection, Test},
        entity,
        kinds::ObjectKind,
        permissions::{Grants, Principal, Reach},
        properties::Entity,
    },
    odata::listing::Listing,
};

/// What is asked of objects that a caller lists.
pub(super) struct Asked {
    /// Which of them. Those of kinds that the caller can't read are among them only where nothing of them is asked but their
    /// ids.
    pub selection: Selection,
    /// In which order. `None`: by their row numbers.
    pub order: Option<Order>,
}

/// What a listing asks of objects of these entities, as far as the caller may know it. `None`: all objects, in the order of their row
/// numbers. Properties that need a permission which the caller lacks are refused.
pub(super) fn asked(by: &Grants, entities: &[&Entity], listing: &Listing) -> Result<Option<Asked>, Refusal> {
    let Listing { selection, order, .. } = listing;
    if selection.is_none() && order.is_none() {
        return Ok(None);
    }
    let everything = || Selection(entities.iter().map(|entity| (entity.kind, Condition::ALL)).collect());
    let Selection(conditions) = selection.clone().unwrap_or_else(everything);
    let of_conditions = conditions.iter().flat_map(|(_, condition)| condition.properties());
    let of_order = order.iter().map(|order| order.path.property);
    access::may_read(by, of_conditions.chain(of_order))?;
    // An order tells of values whatever the condition asks.
    let tells_only_ids = |condition: &Condition| order.is_none() && condition.tells_only_ids();
    let readable = conditions.into_iter().map(|(kind, condition)| {
        if tells_only_ids(&condition) {
            return Ok(Some((kind, condition)));
        }
        Ok(within_reach(by, kind, condition, order.as_ref())?.map(|condition| (kind, condition)))
    });
    let readable: Result<Vec<_>, Refusal> = readable.filter_map(Result::transpose).collect();
    Ok(Some(Asked { selection: Selection(readable?), order: *order }))
}

/// A condition on objects of a kind, of those that the caller can read. `None`: there are none. What asks for more than the basic
/// properties, where the caller may read no others, is refused.
fn within_reach(
    by: &Grants,
    kind: ObjectKind,
    condition: Condition,
    order: Option<&Order>,
) -> Result<Option<Condition>, Refusal> {
    let entity = entity(kind);
    let only_basics = condition.tells_only_basics() && order.is_none_or(|order| order.path.property.basic);
    let reach = if only_basics { entity.read_basic.reach(by) } else { entity.read.reach(by) };
    Ok(match (reach, by.principal) {
        (Some(Reach::Any), _) => Some(condition),
        (Some(Reach::OwnAccount), Principal::User(Some(id))) => {
            Some(condition.and(Condition::Is(Test::Id(vec![id]))))
        }
        (Some(Reach::Owned | Reach::OwnAccount), _) => None,
        (None, _) if entity.read_basic.reach(by).is_some() => {
            return Err(Refusal::lacks(entity.read, by));
        }
        (None, _) => None,
    })
}
