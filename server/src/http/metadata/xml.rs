//! The entity data model as XML (OData CSDL XML 4.01), in version 4.0 as Graph writes it. What it says is for `schema.rs`.

use super::schema::{ALIAS, Action, CONTAINER, EntitySet, EntityType, Member, NAMESPACE, Schema, Type};
use crate::model::properties::Enumeration;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesStart, Event},
};
use std::io;

type Xml = Writer<Vec<u8>>;

/// Writes all of it.
///
/// # Errors
/// None that occurs: it is written into memory.
pub(super) fn write(schema: &Schema) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let document = [("Version", "4.0"), ("xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx")];
    within(&mut xml, "edmx:Edmx", &document, |xml| {
        within(xml, "edmx:DataServices", &[], |xml| {
            let namespace = [
                ("Namespace", NAMESPACE),
                ("Alias", ALIAS),
                ("xmlns", "http://docs.oasis-open.org/odata/ns/edm"),
            ];
            within(xml, "Schema", &namespace, |xml| write_schema(xml, schema))
        })
    })?;
    Ok(xml.into_inner())
}

fn write_schema(xml: &mut Xml, schema: &Schema) -> io::Result<()> {
    schema.enum_types.iter().try_for_each(|enumeration| write_enumeration(xml, enumeration))?;
    schema.entity_types.iter().try_for_each(|entity| write_entity(xml, entity))?;
    for complex in &schema.complex_types {
        within(xml, "ComplexType", &[("Name", &complex.name)], |xml| {
            complex.properties.iter().try_for_each(|property| write_member(xml, "Property", property))
        })?;
    }
    schema.actions.iter().try_for_each(|action| write_action(xml, action))?;
    within(xml, "EntityContainer", &[("Name", CONTAINER)], |xml| {
        schema.sets.iter().try_for_each(|set| write_set(xml, "EntitySet", "EntityType", set))?;
        schema.singletons.iter().try_for_each(|one| write_set(xml, "Singleton", "Type", one))
    })
}

fn write_enumeration(xml: &mut Xml, enumeration: &Enumeration) -> io::Result<()> {
    within(xml, "EnumType", &[("Name", &super::schema::uncapitalized(enumeration.name))], |xml| {
        enumeration.members.iter().enumerate().try_for_each(|(value, name)| {
            let value = value.to_string();
            empty(xml, "Member", &[("Name", name), ("Value", &value)])
        })
    })
}

fn write_entity(xml: &mut Xml, entity: &EntityType) -> io::Result<()> {
    let base = entity.base.map(|base| format!("{ALIAS}.{base}"));
    let mut attributes = vec![("Name", entity.name)];
    attributes.extend(base.iter().map(|base| ("BaseType", base.as_str())));
    attributes.extend(entity.is_abstract.then_some(("Abstract", "true")));
    attributes.extend(entity.is_open.then_some(("OpenType", "true")));
    within(xml, "EntityType", &attributes, |xml| {
        if let Some(key) = entity.key {
            within(xml, "Key", &[], |xml| empty(xml, "PropertyRef", &[("Name", key)]))?;
        }
        entity.properties.iter().try_for_each(|property| write_member(xml, "Property", property))?;
        entity.navigation.iter().try_for_each(|property| {
            let kind = written(&property.kind);
            let mut attributes = vec![("Name", property.name), ("Type", &*kind)];
            attributes.extend(entity.contains_targets.then_some(("ContainsTarget", "true")));
            empty(xml, "NavigationProperty", &attributes)
        })
    })
}

fn write_member(xml: &mut Xml, element: &str, member: &Member) -> io::Result<()> {
    let kind = written(&member.kind);
    let mut attributes = vec![("Name", member.name), ("Type", &*kind)];
    attributes.extend((!member.is_nullable).then_some(("Nullable", "false")));
    empty(xml, element, &attributes)
}

fn write_action(xml: &mut Xml, action: &Action) -> io::Result<()> {
    within(xml, "Action", &[("Name", action.name), ("IsBound", "true")], |xml| {
        let bound_to = written(&action.bound_to);
        empty(xml, "Parameter", &[("Name", "bindingParameter"), ("Type", &bound_to)])?;
        action.parameters.iter().try_for_each(|parameter| write_member(xml, "Parameter", parameter))?;
        match &action.returns {
            Some(returns) => empty(xml, "ReturnType", &[("Type", &written(returns))]),
            None => Ok(()),
        }
    })
}

fn write_set(xml: &mut Xml, element: &str, kind: &str, set: &EntitySet) -> io::Result<()> {
    let of = set.of.replacen(ALIAS, NAMESPACE, 1);
    within(xml, element, &[("Name", set.name), (kind, &of)], |xml| {
        set.bindings.iter().try_for_each(|(path, target)| {
            empty(xml, "NavigationPropertyBinding", &[("Path", path), ("Target", target)])
        })
    })
}

fn written(kind: &Type) -> String {
    if kind.is_collection { format!("Collection({})", kind.name) } else { kind.name.clone() }
}

fn within(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    content: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
    let end = start.to_end().into_owned();
    xml.write_event(Event::Start(start))?;
    content(xml)?;
    xml.write_event(Event::End(end))
}

fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.write_event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())))
}
