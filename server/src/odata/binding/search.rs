//! `$search` held against the properties of what is searched.

use super::{select, test_of};
use crate::{
    model::{
        condition::{Check, Condition, Selection, Test},
        keys::fold,
        operators,
        properties::Entity,
        words::searched,
    },
    odata::{faults::SearchFault, search::Search},
};

/// What a search finds among objects of these kinds.
pub fn bind(search: &Search, entities: &[&'static Entity]) -> Result<Selection, SearchFault> {
    select(entities, |entity| condition(search, entity, entities))
}

fn condition(
    search: &Search,
    entity: &'static Entity,
    entities: &[&'static Entity],
) -> Result<Condition, SearchFault> {
    let bind = |part| condition(part, entity, entities);
    match search {
        Search::Or(parts) => Ok(Condition::Or(parts.iter().map(bind).collect::<Result<_, _>>()?)),
        Search::And(parts) => Ok(Condition::And(parts.iter().map(bind).collect::<Result<_, _>>()?)),
        Search::Phrase(phrase) => test_of(entity, entities, |entity| test(phrase, entity), |_| false),
    }
}

fn test(phrase: &str, entity: &Entity) -> Result<Condition, SearchFault> {
    let (name, text) = phrase
        .split_once(':')
        .filter(|(_, text)| !text.trim().is_empty())
        .ok_or_else(|| SearchFault::Phrase(phrase.into()))?;
    let unknown = || SearchFault::Property(name.into());
    let path = entity.path(name, None).ok_or_else(unknown)?;
    let is = |check| Condition::Is(Test::Some(path, check));
    match path.property.search {
        operators::Search::Never => Err(unknown()),
        operators::Search::Start => Ok(is(Check::StartsWith(fold(text)))),
        operators::Search::Words => {
            Ok(Condition::And(searched(text).into_iter().map(|word| is(Check::Word(word))).collect()))
        }
    }
}
