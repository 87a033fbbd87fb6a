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

/// The type of which objects of several kinds are.
const SEVERAL_KINDS: &str = "directoryObject";

/// What a query expands, of objects of these kinds: one navigation property at most, and one level of it. Those of several kinds
/// have none.
pub fn bind(expand: &[Expand], entities: &[&'static Entity]) -> Result<Expansion, ExpandFault> {
    let [Expand { name, options }] = expand else { return Err(ExpandFault::Several(expand.len())) };
    if name == "*" {
        return Err(ExpandFault::Several(2));
    }
    let mut select = None;
    for (option, value) in options {
        match &*option.to_ascii_lowercase() {
            "$select" if select.is_none() => select = Some(selected(value)?),
            "$select" => return Err(ExpandFault::Term(format!("{option}={value}"))),
            _ => return Err(ExpandFault::Option(option.clone())),
        }
    }
    Ok(Expansion { property: property(name, entities)?, select })
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
    if navigation::is_never_expanded(entity.kind, name) {
        return Err(ExpandFault::NotAllowed(name.into()));
    }
    if navigation::is_not_yet(entity.kind, name) {
        return Err(ExpandFault::NotServed(name.into()));
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
            assert_eq!(bound(text, &[&GROUP]), Ok(Expansion { property, select }), "{text}");
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
            ("photo", ExpandFault::NotAllowed("photo".into())),
            ("Extensions", ExpandFault::NotServed("Extensions".into())),
            ("displayname", ExpandFault::NoNavigation { name: "displayName", of: "group" }),
            ("colour", unknown("colour", "group")),
        ] {
            assert_eq!(bound(text, &[&GROUP]), Err(fault), "{text}");
        }
        assert_eq!(bound("members", &[&USER]), Err(unknown("members", "user")));
        assert_eq!(bound("members", &ENTITIES), Err(unknown("members", "directoryObject")));
    }
}
