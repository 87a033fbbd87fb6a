//! What a query says, held against the properties of the objects that it asks for: syntax and tables in, conditions and an order
//! out. Which of them a caller may ask for isn't known here.

pub mod filter;
mod literal;
pub mod order;
pub mod search;

use crate::model::{
    condition::{Condition, Selection},
    properties::Entity,
};

/// The condition of each of these kinds of objects.
fn select<F>(
    entities: &[&'static Entity],
    condition: impl Fn(&'static Entity) -> Result<Condition, F>,
) -> Result<Selection, F> {
    let of = |entity: &&'static Entity| Ok((entity.kind, condition(entity)?));
    Ok(Selection(entities.iter().map(of).collect::<Result<_, F>>()?))
}

/// The test of one kind among those asked for. Where others have what it asks for, it never holds of the kinds that don't; it is
/// a fault where none has it, best told by a kind that knows the name.
fn test_of<F>(
    entity: &'static Entity,
    entities: &[&'static Entity],
    test: impl Fn(&'static Entity) -> Result<Condition, F>,
    is_absence: impl Fn(&F) -> bool,
) -> Result<Condition, F> {
    let fault = match test(entity) {
        Ok(condition) => return Ok(condition),
        Err(fault) => fault,
    };
    let mut told = fault;
    for other in entities {
        match test(other) {
            Ok(_) => return Ok(Condition::NONE),
            Err(other) if is_absence(&told) => told = other,
            Err(_) => {}
        }
    }
    Err(told)
}
