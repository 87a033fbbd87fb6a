//! `$expand` held against the navigation properties of what is asked for.

use crate::{
    model::{
        navigation::{self, NavigationProperty},
        properties::Entity,
    },
    odata::{
        expand::{Expand, ExpandFault},
        listing::Expansion,
        query::names,
    },
};

/// The most levels that Graph's page has for `$levels`: `max` follows so many too.
const MAX_LEVELS: usize = 1000;

/// The type of which objects of several kinds are.
const SEVERAL_KINDS: &str = "directoryObject";

/// What a query expands, of objects of these kinds: one navigation property at most, and one level of it but for managers. Those of
/// several kinds have none.
pub fn bind(expand: &[Expand], entities: &[&'static Entity]) -> Result<Expansion, ExpandFault> {
    let [Expand { name, options }] = expand else { return Err(ExpandFault::Several(expand.len())) };
    if name == "*" {
        return Err(ExpandFault::Several(2));
    }
    let (mut select, mut levels) = (None, None);
    for (option, value) in options {
        match &*option.to_ascii_lowercase() {
            "$select" if select.is_none() => select = Some(selected(value)?),
            "$levels" if levels.is_none() => levels = Some((option, value)),
            "$select" | "$levels" => return Err(ExpandFault::Term(format!("{option}={value}"))),
            _ => return Err(ExpandFault::Option(option.clone())),
        }
    }
    let property = property(name, entities)?;
    let levels = match levels {
        Some((option, _)) if !property.is_single() => return Err(ExpandFault::Option(option.clone())),
        Some((_, value)) => Some(number_of_levels(value)?),
        None => None,
    };
    Ok(Expansion { property, select, levels })
}

fn number_of_levels(value: &str) -> Result<usize, ExpandFault> {
    if value == "max" {
        return Ok(MAX_LEVELS);
    }
    let levels = value.parse().ok().filter(|levels| (1..=MAX_LEVELS).contains(levels));
    levels.ok_or_else(|| ExpandFault::Levels(value.into()))
}

fn selected(value: &str) -> Result<Vec<String>, ExpandFault> {
    names(value).ok_or_else(|| ExpandFault::Term(value.into()))
}

fn property(name: &str, entities: &[&'static Entity]) -> Result<NavigationProperty, ExpandFault> {
    let unknown = |of| ExpandFault::Unknown { name: name.into(), of };
    let [entity] = entities else { return Err(unknown(SEVERAL_KINDS)) };
    if let Some(navigation) = entity.navigation_named(name) {
        return Ok(navigation.property);
    }
    if name.contains('/') {
        return Err(ExpandFault::Term(name.into()));
    }
    if let Some(name) = navigation::never_expanded(entity.kind, name) {
        return Err(ExpandFault::NotAllowed(name));
    }
    if let Some(name) = navigation::not_yet(entity.kind, name) {
        return Err(ExpandFault::NotServed(name));
    }
    Err(match entity.property(name) {
        Some(property) => ExpandFault::NoNavigation { name: property.name, of: entity.name },
        None => unknown(entity.name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ENTITIES, group::GROUP, user::USER},
        odata::expand,
    };

    fn bound(text: &str, entities: &[&'static Entity]) -> Result<Expansion, ExpandFault> {
        bind(&expand::read(text)?, entities)
    }

    #[test]
    fn a_navigation_property_is_named_in_any_case_and_what_is_selected_of_it_with_it() {
        for (text, property, select) in [
            ("members", NavigationProperty::Members, None),
            ("Owners", NavigationProperty::Owners, None),
            ("MEMBERS($Select= id , displayName)", NavigationProperty::Members, Some(["id", "displayName"])),
        ] {
            let select = select.map(|names| names.map(str::to_owned).to_vec());
            let expansion = Expansion { property, select, levels: None };
            assert_eq!(bound(text, &[&GROUP]), Ok(expansion), "{text}");
        }
    }

    #[test]
    fn managers_are_followed_as_far_as_levels_says() {
        for (text, levels) in [
            ("manager", Ok(None)),
            ("manager($levels=1)", Ok(Some(1))),
            ("manager($LEVELS=1000;$select=id)", Ok(Some(1000))),
            ("manager($levels=max)", Ok(Some(1000))),
            ("manager($levels=0)", Err(ExpandFault::Levels("0".into()))),
            ("manager($levels=1001)", Err(ExpandFault::Levels("1001".into()))),
            ("manager($levels=-1)", Err(ExpandFault::Levels("-1".into()))),
            ("manager($levels=MAX)", Err(ExpandFault::Levels("MAX".into()))),
            ("manager($levels=)", Err(ExpandFault::Levels(String::new()))),
            ("manager($levels=2;$levels=2)", Err(ExpandFault::Term("$levels=2".into()))),
            ("directReports($levels=2)", Err(ExpandFault::Option("$levels".into()))),
        ] {
            assert_eq!(bound(text, &[&USER]).map(|expansion| expansion.levels), levels, "{text}");
        }
    }

    #[test]
    fn nothing_else_is_expanded() {
        let unknown = |name: &str, of| ExpandFault::Unknown { name: name.into(), of };
        for (text, fault) in [
            ("members,owners", ExpandFault::Several(2)),
            ("*", ExpandFault::Several(2)),
            ("members($top=5)", ExpandFault::Option("$top".into())),
            ("members($expand=manager)", ExpandFault::Option("$expand".into())),
            ("members($select=a b)", ExpandFault::Term("a b".into())),
            ("members($select=id;$select=id)", ExpandFault::Term("$select=id".into())),
            ("members/$ref", ExpandFault::Term("members/$ref".into())),
            ("calendarview", ExpandFault::NotAllowed("calendarView")),
            ("Extensions", ExpandFault::NotServed("extensions")),
            ("displayname", ExpandFault::NoNavigation { name: "displayName", of: "group" }),
            ("colour", unknown("colour", "group")),
        ] {
            assert_eq!(bound(text, &[&GROUP]), Err(fault), "{text}");
        }
        assert_eq!(bound("members", &[&USER]), Err(unknown("members", "user")));
        assert_eq!(bound("members", &ENTITIES), Err(unknown("members", "directoryObject")));
    }
}
