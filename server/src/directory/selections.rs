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
    let readable = conditions.into_iter().filter_map(|(kind, condition)| {
        if tells_only_ids(&condition) { Some((kind, condition)) } else { within_reach(by, kind, condition) }
    });
    let asked = Asked { selection: Selection(readable.collect()), order: *order };
    Ok(Some(asked))
}

/// A condition on objects of a kind, of those that the caller can read. `None`: there are none.
fn within_reach(by: &Grants, kind: ObjectKind, condition: Condition) -> Option<(ObjectKind, Condition)> {
    match (entity(kind).read.reach(by)?, by.principal) {
        (Reach::Any, _) => Some((kind, condition)),
        (Reach::OwnAccount, Principal::User(Some(id))) => {
            Some((kind, condition.and(Condition::Is(Test::Id(vec![id])))))
        }
        (Reach::OwnAccount, _) => None,
    }
}
