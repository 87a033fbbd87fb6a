//! `$search` held against the properties of what is searched.

use super::{select, test_of};
use crate::{
    model::{
        condition::{Check, Condition, Selection, Test},
        keys::fold,
        properties::Entity,
        query_support::SearchSupport,
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
        .filter(|(_, text)| !searched(text).is_empty())
        .ok_or_else(|| SearchFault::Phrase(phrase.into()))?;
    let unknown = || SearchFault::Property(name.into());
    let path = entity.path(name, None).ok_or_else(unknown)?;
    let is = |check| Condition::Is(Test::Some(path, check));
    match path.property.search {
        SearchSupport::Never => Err(unknown()),
        SearchSupport::Start => Ok(is(Check::StartsWith(fold(text)))),
        SearchSupport::Words => {
            Ok(Condition::And(searched(text).into_iter().map(|word| is(Check::Word(word))).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tables::{PERSON, TEAM},
        *,
    };
    use crate::odata::search;

    fn of(text: &str, entities: &[&'static Entity]) -> Result<Vec<Condition>, SearchFault> {
        let Selection(conditions) = bind(&search::read(text)?, entities)?;
        Ok(conditions.into_iter().map(|(_, condition)| condition).collect())
    }

    fn is(entity: &Entity, name: &str, check: Check) -> Condition {
        Condition::Is(Test::Some(entity.path(name, None).unwrap(), check))
    }

    fn word(entity: &Entity, name: &str, word: &str) -> Condition {
        is(entity, name, Check::Word(word.into()))
    }

    #[test]
    fn words_are_searched_in_names_and_beginnings_elsewhere() {
        let name = |words: &[&str]| {
            Condition::And(words.iter().map(|text| word(&PERSON, "displayName", text)).collect())
        };
        let mail = is(&PERSON, "mail", Check::StartsWith("a:b@c".into()));
        for (text, expected) in [
            (r#""displayName:Video""#, name(&["video"])),
            (r#""DisplayName:One Video""#, name(&["one", "video"])),
            (r#""mail:A:b@C""#, mail.clone()),
            (
                r#""displayName:x" OR ("displayName:y" AND "mail:a:b@c")"#,
                Condition::Or(vec![name(&["x"]), Condition::And(vec![name(&["y"]), mail])]),
            ),
        ] {
            assert_eq!(of(text, &[&PERSON]), Ok(vec![expected]), "{text}");
        }
    }

    #[test]
    fn a_kind_without_the_property_is_not_found() {
        let description = Condition::And(vec![word(&TEAM, "description", "x")]);
        assert_eq!(of(r#""description:x""#, &[&PERSON, &TEAM]), Ok(vec![Condition::NONE, description]));
        let fault = SearchFault::Property("aboutMe".into());
        assert_eq!(of(r#""aboutMe:x""#, &[&PERSON, &TEAM]), Err(fault));
    }

    #[test]
    fn a_phrase_names_a_property_and_a_text() {
        for phrase in ["bob", "displayName:", "displayName:  "] {
            let fault = SearchFault::Phrase(phrase.into());
            assert_eq!(of(&format!("\"{phrase}\""), &[&PERSON]), Err(fault), "{phrase}");
        }
    }
}
