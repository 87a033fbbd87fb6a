//! The entities in the contract: schemas folded out of the property tables.

use crate::model::{
    application::APPLICATION,
    device::DEVICE,
    entity,
    group::GROUP,
    kinds::{ObjectKind, Relationship},
    org_contact::ORG_CONTACT,
    properties::{Complex, Entity, Format, Kind, Property, Returned, Written},
    service_principal::SERVICE_PRINCIPAL,
    user::USER,
};
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat, Type,
        schema::{AdditionalProperties, SchemaType},
    },
};

/// A schema of an entity, with the schemas of its complex types.
macro_rules! schema {
    ($name:ident, $entity:expr, $shape:expr) => {
        #[doc = concat!("The schema `", stringify!($name), "`.")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                entity_schema(&$entity, $shape)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                complex_schemas(&$entity, $shape, schemas);
            }
        }
    };
}

/// A schema of a page of objects.
macro_rules! collection {
    ($name:ident, $item:ident, $set:literal, $description:literal) => {
        #[doc = concat!("The schema `", stringify!($name), "`.")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                collection_schema(Ref::from_schema_name(stringify!($item)).into(), $set, $description)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.push((stringify!($item).into(), $item::schema()));
                $item::schemas(schemas);
            }
        }
    };
}

/// What a schema is for.
#[derive(Clone, Copy)]
enum Shape {
    /// Answers: every property that is returned, none of them promised; a client must not choke on a value
    /// that it doesn't expect.
    Answer,
    /// Creations: every property that can be set then, with its limits.
    Creation(&'static [Relationship]),
    /// Updates: every property that can be set later, with its limits.
    Update(&'static [Relationship]),
}

const BOTH: &[Relationship] = &[Relationship::Members, Relationship::Owners];

schema!(Group, GROUP, Shape::Answer);
schema!(GroupCreate, GROUP, Shape::Creation(BOTH));
schema!(GroupUpdate, GROUP, Shape::Update(BOTH));
schema!(User, USER, Shape::Answer);
schema!(UserCreate, USER, Shape::Creation(&[]));
schema!(UserUpdate, USER, Shape::Update(&[]));
schema!(Device, DEVICE, Shape::Answer);
schema!(DeviceCreate, DEVICE, Shape::Creation(&[]));
schema!(DeviceUpdate, DEVICE, Shape::Update(&[]));
schema!(ServicePrincipal, SERVICE_PRINCIPAL, Shape::Answer);
schema!(ServicePrincipalCreate, SERVICE_PRINCIPAL, Shape::Creation(&[]));
schema!(ServicePrincipalUpdate, SERVICE_PRINCIPAL, Shape::Update(&[]));
schema!(OrgContact, ORG_CONTACT, Shape::Answer);
schema!(Application, APPLICATION, Shape::Answer);

collection!(GroupCollection, Group, "groups", "A page of groups.");
collection!(UserCollection, User, "users", "A page of users.");
collection!(DeviceCollection, Device, "devices", "A page of devices.");
collection!(
    ServicePrincipalCollection,
    ServicePrincipal,
    "servicePrincipals",
    "A page of service principals."
);
collection!(OrgContactCollection, OrgContact, "contacts", "A page of contacts.");
collection!(ApplicationCollection, Application, "applications", "A page of applications.");
collection!(DirectoryObjectCollection, DirectoryObject, "directoryObjects", "A page of directory objects.");

/// The schema `DirectoryObject`: an object of whatever kind, with what the kinds have in common typed and the
/// rest open.
pub struct DirectoryObject;

impl PartialSchema for DirectoryObject {
    fn schema() -> RefOr<Schema> {
        let kinds = [
            ObjectKind::User,
            ObjectKind::Group,
            ObjectKind::Device,
            ObjectKind::ServicePrincipal,
            ObjectKind::OrgContact,
            ObjectKind::Application,
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

fn entity_schema(entity: &Entity, shape: Shape) -> RefOr<Schema> {
    let mut object = match shape {
        Shape::Answer => {
            let example = format!("https://graph.microsoft.com/v1.0/$metadata#{}/$entity", entity.set);
            let context = text("What the answer is, as a URL.").examples(Some(json!(example)));
            ObjectBuilder::new().description(Some(entity.description)).property("@odata.context", context)
        }
        Shape::Creation(_) | Shape::Update(_) => {
            let odata_type =
                text("The kind of object; may be left out.").enum_values(Some([entity.odata_type()]));
            ObjectBuilder::new()
                .property("@odata.type", odata_type)
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        }
    };
    if let Shape::Creation(_) = shape {
        object = object.description(Some(format!("{} What its creation takes.", entity.description)));
    }
    if let Shape::Update(_) = shape {
        let update = "What an update takes: what it doesn't name stays, null takes a value away.";
        object = object.description(Some(format!("{} {update}", entity.description))).min_properties(Some(1));
    }
    for property in entity.properties.iter().filter(|property| travels(property, shape)) {
        object = object.property(property.name, property_schema(property, shape));
        if matches!(shape, Shape::Creation(_)) && property.required {
            object = object.required(property.name);
        }
    }
    if let Shape::Creation(bindings) | Shape::Update(bindings) = shape {
        for relationship in bindings {
            let name = relationship.name();
            let references = ArrayBuilder::new()
                .items(ObjectBuilder::new().schema_type(Type::String))
                .max_items(Some(20))
                .description(Some(format!(
                    "URLs of objects that are to be {name}, as in `@odata.id`: all of them, or nothing is done. \
                     Members and owners together are at most twenty.",
                )));
            object = object.property(format!("{name}@odata.bind"), references);
        }
    }
    object.into()
}

fn collection_schema(item: RefOr<Schema>, set: &str, description: &str) -> RefOr<Schema> {
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#{set}");
    let count = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
        .description(Some(
            "How many objects there are in all, on the first page, where `$count=true` asked for it.",
        ))
        .examples(Some(json!(2)));
    ObjectBuilder::new()
        .description(Some(description))
        .property("@odata.context", text("What the answer is, as a URL.").examples(Some(json!(context))))
        .required("@odata.context")
        .property("@odata.count", count)
        .property("@odata.nextLink", text("Where the next page is. Absent on the last one."))
        .property("value", ArrayBuilder::new().items(item).description(Some("The objects of this page.")))
        .required("value")
        .into()
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

const fn travels(property: &Property, shape: Shape) -> bool {
    match shape {
        Shape::Answer => !matches!(property.returned, Returned::Never),
        Shape::Creation(_) => property.written.at_creation(),
        Shape::Update(_) => property.written.later(),
    }
}

fn property_schema(property: &Property, shape: Shape) -> RefOr<Schema> {
    let nullable = match shape {
        // A newer server may not know a value that an older one promised.
        Shape::Answer => !property.is_collection(),
        // What is null at creation counts as absent.
        Shape::Creation(_) => !property.is_collection() && !property.required,
        Shape::Update(_) => property.nullable,
    };
    let plain = |kind: Type| {
        let kinds = if nullable { SchemaType::from_iter([kind, Type::Null]) } else { kind.into() };
        let object = ObjectBuilder::new().schema_type(kinds).description(Some(property.description));
        match shape {
            Shape::Answer if property.written == Written::ReadOnly => object.read_only(true),
            Shape::Answer => object,
            Shape::Creation(_) | Shape::Update(_) => limited(object, property, nullable),
        }
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
            let collection = ArrayBuilder::new().description(Some(property.description));
            match shape {
                Shape::Answer => collection.items(item).into(),
                Shape::Creation(_) | Shape::Update(_) => {
                    collection.items(limited(item, property, false)).max_items(property.max_items).into()
                }
            }
        }
        Kind::Object(complex) => {
            let reference = Ref::from_schema_name(complex.name);
            if nullable {
                let null = ObjectBuilder::new().schema_type(Type::Null);
                let either = OneOfBuilder::new().item(null).item(reference);
                either.description(Some(property.description)).into()
            } else {
                Ref::builder()
                    .ref_location_from_schema_name(complex.name)
                    .description(Some(property.description))
                    .into()
            }
        }
        Kind::Objects(complex) => ArrayBuilder::new()
            .items(Ref::from_schema_name(complex.name))
            .max_items(match shape {
                Shape::Answer => None,
                Shape::Creation(_) | Shape::Update(_) => property.max_items,
            })
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

/// The complex types of the properties that travel.
fn complex_schemas(entity: &Entity, shape: Shape, schemas: &mut Vec<(String, RefOr<Schema>)>) {
    for property in entity.properties.iter().filter(|property| travels(property, shape)) {
        if let Kind::Object(complex) | Kind::Objects(complex) = property.kind {
            schemas.push((complex.name.into(), complex_schema(complex)));
        }
    }
}

/// One schema for both ways: what is limited in a request is said in words.
fn complex_schema(complex: &Complex) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new().description(Some(complex.description));
    for part in complex.properties {
        let part = Property { written: Written::Always, ..*part };
        object = object.property(part.name, property_schema(&part, Shape::Answer));
    }
    object.into()
}
