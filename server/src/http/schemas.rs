//! The entities in the contract: schemas folded out of the property tables.

use crate::model::{
    entity,
    group::GROUP,
    kinds::ObjectKind,
    properties::{Complex, Entity, Format, Kind, Property, Returned, Written},
    user::USER,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, Ref, RefOr, Schema, SchemaFormat, Type,
        schema::{AdditionalProperties, SchemaType},
    },
};

/// A schema of an entity in answers: every property that is returned, none of them promised.
macro_rules! read_schema {
    ($name:ident, $entity:expr) => {
        #[doc = concat!("The schema `", stringify!($name), "`.")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                read_schema($entity)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                complex_schemas($entity.properties, Side::Answer, schemas);
            }
        }
    };
}

/// A schema of an entity in creations: every property that can be written then, with its limits.
macro_rules! create_schema {
    ($name:ident, $entity:expr, $more:expr) => {
        #[doc = concat!("The schema `", stringify!($name), "`.")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                create_schema($entity, $more)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                complex_schemas($entity.properties, Side::Request, schemas);
            }
        }
    };
}

read_schema!(Group, &GROUP);
read_schema!(User, &USER);
create_schema!(GroupCreate, &GROUP, &["members@odata.bind"]);
create_schema!(UserCreate, &USER, &[]);

/// The schema `DirectoryObject`: a member of whatever kind, with what the kinds have in common typed and the
/// rest open.
#[derive(Serialize)]
pub struct DirectoryObject;

impl PartialSchema for DirectoryObject {
    fn schema() -> RefOr<Schema> {
        let kinds = [
            ObjectKind::User,
            ObjectKind::Group,
            ObjectKind::Device,
            ObjectKind::ServicePrincipal,
            ObjectKind::OrgContact,
        ];
        let kinds: Vec<String> = kinds.into_iter().map(|kind| entity(kind).odata_type()).collect();
        let odata_type = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("The kind of object: {}.", kinds.join(", "))))
            .examples(Some(json!(kinds[0])));
        let mut object = ObjectBuilder::new()
            .description(Some(
                "An object of the directory, of whatever kind. Properties that the kinds don't share are among \
                 the additional ones. Where the caller may not read the kind, only `@odata.type` and `id` have \
                 values.",
            ))
            .property("@odata.type", odata_type)
            .required("@odata.type");
        for (name, description) in [
            ("id", "The object's unique identifier."),
            ("displayName", "The object's name."),
            ("description", "What a group is for."),
            ("mail", "The mail address of a user, group or contact."),
            ("userPrincipalName", "The name that a user signs in with."),
        ] {
            let nullable = SchemaType::from_iter([Type::String, Type::Null]);
            object = object
                .property(name, ObjectBuilder::new().schema_type(nullable).description(Some(description)));
        }
        object.additional_properties(Some(AdditionalProperties::FreeForm(true))).into()
    }
}

impl ToSchema for DirectoryObject {
    fn name() -> Cow<'static, str> {
        "DirectoryObject".into()
    }
}

/// Which way a schema's values travel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// To the server: limits and allowed words are promised by the caller.
    Request,
    /// From the server: a client must not choke on a value that it doesn't expect.
    Answer,
}

fn read_schema(entity: &Entity) -> RefOr<Schema> {
    let context = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What the answer is, as a URL."))
        .examples(Some(json!(format!("https://graph.microsoft.com/v1.0/$metadata#{}/$entity", entity.set))));
    let mut object =
        ObjectBuilder::new().description(Some(entity.description)).property("@odata.context", context);
    for property in entity.properties.iter().filter(|property| property.returned != Returned::Never) {
        object = object.property(property.name, property_schema(property, Side::Answer));
    }
    object.into()
}

fn create_schema(entity: &Entity, bindings: &[&str]) -> RefOr<Schema> {
    let odata_type = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([entity.odata_type()]))
        .description(Some("The kind of object; may be left out."));
    let mut object = ObjectBuilder::new()
        .description(Some(format!("{} What its creation takes.", entity.description)))
        .property("@odata.type", odata_type);
    for property in entity.properties.iter().filter(|property| property.written != Written::ReadOnly) {
        object = object.property(property.name, property_schema(property, Side::Request));
        if property.required {
            object = object.required(property.name);
        }
    }
    for &binding in bindings {
        let references = ArrayBuilder::new()
            .items(ObjectBuilder::new().schema_type(Type::String))
            .max_items(Some(20))
            .description(Some(
                "URLs of the first members, as in `@odata.id`: all are added, or nothing is created.",
            ));
        object = object.property(binding, references);
    }
    object.additional_properties(Some(AdditionalProperties::FreeForm(false))).into()
}

fn property_schema(property: &Property, side: Side) -> RefOr<Schema> {
    let demanded = side == Side::Request && property.required;
    let nullable = !property.is_collection() && !demanded;
    let plain = |kind: Type| {
        let kinds = if nullable { SchemaType::from_iter([kind, Type::Null]) } else { kind.into() };
        let mut object = ObjectBuilder::new().schema_type(kinds).description(Some(property.description));
        if side == Side::Answer && property.written == Written::ReadOnly {
            object = object.read_only(true);
        }
        if side == Side::Request { limited(object, property, nullable) } else { object }
    };
    match property.kind {
        Kind::String => plain(Type::String).into(),
        Kind::Boolean => plain(Type::Boolean).into(),
        Kind::Int32 => {
            plain(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32))).into()
        }
        Kind::DateTime => {
            plain(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
        }
        Kind::Strings => {
            let item = ObjectBuilder::new().schema_type(Type::String);
            let item = if side == Side::Request { limited(item, property, false) } else { item };
            ArrayBuilder::new().items(item).description(Some(property.description)).into()
        }
        Kind::Object(complex) => Ref::builder()
            .ref_location_from_schema_name(complex.name)
            .description(Some(property.description))
            .into(),
        Kind::Objects(complex) => ArrayBuilder::new()
            .items(Ref::from_schema_name(complex.name))
            .description(Some(property.description))
            .into(),
    }
}

fn limited(mut object: ObjectBuilder, property: &Property, nullable: bool) -> ObjectBuilder {
    object = object.max_length(property.max);
    if let Format::OneOf(words) = property.format {
        let words = words.iter().map(|&word| Value::from(word));
        object = object.enum_values(Some(words.chain(nullable.then_some(Value::Null))));
    }
    object
}

fn complex_schemas(properties: &[Property], side: Side, schemas: &mut Vec<(String, RefOr<Schema>)>) {
    let travels = |property: &&Property| match side {
        Side::Answer => property.returned != Returned::Never,
        Side::Request => property.written != Written::ReadOnly,
    };
    for property in properties.iter().filter(travels) {
        if let Kind::Object(complex) | Kind::Objects(complex) = property.kind {
            schemas.push((complex.name.into(), complex_schema(complex, side)));
        }
    }
}

fn complex_schema(complex: &Complex, side: Side) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new().description(Some(complex.description));
    for property in complex.properties {
        object = object.property(property.name, property_schema(property, side));
    }
    object.into()
}
