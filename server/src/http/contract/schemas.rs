//! The entities in the contract: schemas folded out of the property tables.

use super::query_descriptions;
use crate::{
    directory::{expansions::MOST, groups::MAX_REFERENCES},
    http::operation::{self, alternatives},
    model::{
        ENTITIES,
        actions::{
            ADD_KEY, ADD_PASSWORD, ASSIGN_LICENSE, CHANGE_PASSWORD, CHECK_MEMBER_GROUPS,
            CHECK_MEMBER_OBJECTS, EVALUATE_DYNAMIC_MEMBERSHIP, GET_BY_IDS, GET_MEMBER_GROUPS,
            GET_USER_OWNED_OBJECTS, MANAGED_GROUP, REMOVE_KEY, REMOVE_PASSWORD, RESTORE,
            VALIDATE_GROUP_PROPERTIES, VALIDATE_PROPERTIES,
        },
        administrative_unit::ADMINISTRATIVE_UNIT,
        app_role_assignment::APP_ROLE_ASSIGNMENT,
        application::APPLICATION,
        application_types::{KEY_CREDENTIAL, PASSWORD_CREDENTIAL},
        device::DEVICE,
        directory_role::DIRECTORY_ROLE,
        domain::DOMAIN,
        federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL,
        group::GROUP,
        group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
        group_setting::{GROUP_SETTING, GROUP_SETTING_TEMPLATE},
        invitation::INVITATION,
        kinds::Relationship,
        navigation::Navigation,
        oauth2_permission_grant::OAUTH2_PERMISSION_GRANT,
        org_contact::ORG_CONTACT,
        organization::ORGANIZATION,
        permissions::{Access, Need, Permission},
        properties::{Complex, Format, Kind, Mutability, Property, Returned},
        resources::Resource,
        role_assignment::ROLE_ASSIGNMENT,
        service_principal::SERVICE_PRINCIPAL,
        subscribed_sku::SUBSCRIBED_SKU,
        user::USER,
    },
    odata::annotations::binding,
};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat, Type,
        extensions::Extensions,
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
                entity_schema(Resource::from(&$entity), $shape)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                other_schemas(Resource::from(&$entity), $shape, schemas);
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

/// A schema of bodies that create or change an object.
pub trait Writes {
    /// The relationships to which a body may bind other objects.
    const BINDS: &'static [Relationship];
    /// The entity of the object.
    fn entity() -> Resource;
}

/// A schema of bodies that create or change an object of an entity.
macro_rules! body_schema {
    ($name:ident, $entity:ident, $shape:ident, $binds:expr) => {
        schema!($name, $entity, Shape::$shape($binds));

        impl Writes for $name {
            const BINDS: &'static [Relationship] = $binds;

            fn entity() -> Resource {
                Resource::from(&$entity)
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

schema!(Group, GROUP, Shape::Answer);
body_schema!(GroupCreate, GROUP, Creation, Relationship::OF_GROUPS);
body_schema!(GroupUpdate, GROUP, Update, Relationship::OF_GROUPS);
schema!(User, USER, Shape::Answer);
body_schema!(UserCreate, USER, Creation, Relationship::OF_USERS);
body_schema!(UserUpdate, USER, Update, Relationship::OF_USERS);
schema!(Device, DEVICE, Shape::Answer);
body_schema!(DeviceCreate, DEVICE, Creation, &[]);
body_schema!(DeviceUpdate, DEVICE, Update, &[]);
schema!(ServicePrincipal, SERVICE_PRINCIPAL, Shape::Answer);
body_schema!(ServicePrincipalCreate, SERVICE_PRINCIPAL, Creation, &[Relationship::Owners]);
body_schema!(ServicePrincipalUpdate, SERVICE_PRINCIPAL, Update, &[]);
schema!(OrgContact, ORG_CONTACT, Shape::Answer);
schema!(Application, APPLICATION, Shape::Answer);
body_schema!(ApplicationCreate, APPLICATION, Creation, &[Relationship::Owners]);
body_schema!(ApplicationUpdate, APPLICATION, Update, &[]);
schema!(Organization, ORGANIZATION, Shape::Answer);
schema!(Domain, DOMAIN, Shape::Answer);
schema!(GroupSettingTemplate, GROUP_SETTING_TEMPLATE, Shape::Answer);
schema!(GroupSetting, GROUP_SETTING, Shape::Answer);
body_schema!(GroupSettingCreate, GROUP_SETTING, Creation, &[]);
body_schema!(GroupSettingUpdate, GROUP_SETTING, Update, &[]);
schema!(SubscribedSku, SUBSCRIBED_SKU, Shape::Answer);
schema!(Invitation, INVITATION, Shape::Answer);
body_schema!(InvitationCreate, INVITATION, Creation, &[]);
schema!(GroupLifecyclePolicy, GROUP_LIFECYCLE_POLICY, Shape::Answer);
body_schema!(GroupLifecyclePolicyCreate, GROUP_LIFECYCLE_POLICY, Creation, &[]);
body_schema!(GroupLifecyclePolicyUpdate, GROUP_LIFECYCLE_POLICY, Update, &[]);
schema!(FederatedIdentityCredential, FEDERATED_IDENTITY_CREDENTIAL, Shape::Answer);
body_schema!(FederatedIdentityCredentialCreate, FEDERATED_IDENTITY_CREDENTIAL, Creation, &[]);
body_schema!(FederatedIdentityCredentialUpdate, FEDERATED_IDENTITY_CREDENTIAL, Update, &[]);
schema!(OAuth2PermissionGrant, OAUTH2_PERMISSION_GRANT, Shape::Answer);
body_schema!(OAuth2PermissionGrantCreate, OAUTH2_PERMISSION_GRANT, Creation, &[]);
body_schema!(OAuth2PermissionGrantUpdate, OAUTH2_PERMISSION_GRANT, Update, &[]);
schema!(AppRoleAssignment, APP_ROLE_ASSIGNMENT, Shape::Answer);
body_schema!(AppRoleAssignmentCreate, APP_ROLE_ASSIGNMENT, Creation, &[]);
schema!(UnifiedRoleAssignment, ROLE_ASSIGNMENT, Shape::Answer);
schema!(DirectoryRole, DIRECTORY_ROLE, Shape::Answer);
body_schema!(DirectoryRoleCreate, DIRECTORY_ROLE, Creation, &[]);
schema!(AdministrativeUnit, ADMINISTRATIVE_UNIT, Shape::Answer);
body_schema!(AdministrativeUnitCreate, ADMINISTRATIVE_UNIT, Creation, &[]);
body_schema!(AdministrativeUnitUpdate, ADMINISTRATIVE_UNIT, Update, &[]);

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
collection!(OrganizationCollection, Organization, "organization", "The tenant, alone in its list.");
collection!(DomainCollection, Domain, "domains", "The domains of the tenant.");
collection!(
    GroupSettingTemplateCollection,
    GroupSettingTemplate,
    "groupSettingTemplates",
    "The templates of group settings."
);
collection!(GroupSettingCollection, GroupSetting, "groupSettings", "Group settings.");
collection!(
    GroupLifecyclePolicyCollection,
    GroupLifecyclePolicy,
    "groupLifecyclePolicies",
    "The group lifecycle policies of the tenant."
);
collection!(
    SubscribedSkuCollection,
    SubscribedSku,
    "subscribedSkus",
    "The products that the tenant has licences of."
);
collection!(
    AdministrativeUnitCollection,
    AdministrativeUnit,
    "directory/administrativeUnits",
    "A page of administrative units."
);
collection!(
    FederatedIdentityCredentialCollection,
    FederatedIdentityCredential,
    "applications/federatedIdentityCredentials",
    "The federated identity credentials of an application."
);
collection!(
    OAuth2PermissionGrantCollection,
    OAuth2PermissionGrant,
    "oauth2PermissionGrants",
    "A page of delegated permission grants."
);
collection!(
    AppRoleAssignmentCollection,
    AppRoleAssignment,
    "appRoleAssignments",
    "A page of app role assignments."
);
collection!(
    UnifiedRoleAssignmentCollection,
    UnifiedRoleAssignment,
    "roleManagement/directory/roleAssignments",
    "A page of role assignments."
);
collection!(DirectoryRoleCollection, DirectoryRole, "directoryRoles", "A page of directory roles.");
collection!(DirectoryObjectCollection, DirectoryObject, "directoryObjects", "A page of directory objects.");

/// A schema of the body of an action.
macro_rules! parameters {
    ($name:ident, $parameters:ident) => {
        #[doc = concat!("The schema `", stringify!($name), "`.")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                parameters_schema(&$parameters)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $parameters.name.into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.extend($parameters.properties.iter().filter_map(enumeration_schema));
                $parameters.properties.iter().for_each(|parameter| add_complex(parameter, schemas));
            }
        }
    };
}

/// A schema of an answer that is a value of a complex type.
macro_rules! value {
    ($name:ident, $complex:ident) => {
        #[doc = concat!("The schema `", stringify!($name), "`.")]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                value_schema(&$complex)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

value!(AddKeyResult, KEY_CREDENTIAL);
value!(AddPasswordResult, PASSWORD_CREDENTIAL);

parameters!(AddKeyParameters, ADD_KEY);
parameters!(AddPasswordParameters, ADD_PASSWORD);
parameters!(AssignLicenseParameters, ASSIGN_LICENSE);
parameters!(ChangePasswordParameters, CHANGE_PASSWORD);
parameters!(CheckMemberGroupsParameters, CHECK_MEMBER_GROUPS);
parameters!(CheckMemberObjectsParameters, CHECK_MEMBER_OBJECTS);
parameters!(EvaluateDynamicMembershipParameters, EVALUATE_DYNAMIC_MEMBERSHIP);
parameters!(GetByIdsParameters, GET_BY_IDS);
parameters!(GetMemberGroupsParameters, GET_MEMBER_GROUPS);
parameters!(GetUserOwnedObjectsParameters, GET_USER_OWNED_OBJECTS);
parameters!(ManagedGroupParameters, MANAGED_GROUP);
parameters!(RemoveKeyParameters, REMOVE_KEY);
parameters!(RemovePasswordParameters, REMOVE_PASSWORD);
parameters!(RestoreParameters, RESTORE);
parameters!(ValidateGroupPropertiesParameters, VALIDATE_GROUP_PROPERTIES);
parameters!(ValidatePropertiesParameters, VALIDATE_PROPERTIES);

/// The schema of an object of whatever kind.
const OBJECT: &str = "DirectoryObject";

/// The schema `DirectoryObject`: an object of whatever kind, with what the kinds have in common typed and the
/// rest open.
pub struct DirectoryObject;

impl PartialSchema for DirectoryObject {
    fn schema() -> RefOr<Schema> {
        let kinds: Vec<String> = ENTITIES.iter().map(|entity| entity.odata_type()).collect();
        let odata_type = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("The kind of object: {}.", kinds.join(", "))))
            .examples(Some(json!(kinds[0])));
        let mut object = ObjectBuilder::new()
            .description(Some(
                "An object of the directory, of whatever kind. Properties that the kinds don't share are among \
                 the additional ones, and so is the `manager` of a manager where `$levels` within `$expand` asks \
                 for it. Where the caller may not read the kind, only `@odata.type` and `id` have \
                 values.",
            ))
            .property("@odata.context", text("What the answer is, as a URL. Absent on pages' objects."))
            .property("@odata.type", odata_type)
            .required("@odata.type");
        object = object.property("id", text("The object's unique identifier."));
        for (name, description) in [
            ("displayName", "The object's name."),
            ("description", "What the object is for."),
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
        OBJECT.into()
    }
}

fn entity_schema(entity: Resource, shape: Shape) -> RefOr<Schema> {
    let mut object = match shape {
        Shape::Answer => {
            let example = format!("https://graph.microsoft.com/v1.0/$metadata#{}/$entity", entity.set);
            let context = text("What the answer is, as a URL.").examples(Some(json!(example)));
            ObjectBuilder::new().description(Some(entity.description)).property("@odata.context", context)
        }
        Shape::Creation(_) | Shape::Update(_) => {
            let odata_type =
                reference(&odata_type_name(&entity), "The kind of object; may be left out.".into(), false);
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
        object = object.property(property.name, shape.property_schema(property));
        if matches!(shape, Shape::Creation(_)) && property.required {
            object = object.required(property.name);
        }
    }
    if let Shape::Answer = shape {
        for navigation in entity.navigation {
            object = object.property(navigation.property.name(), navigation_schema(navigation));
        }
    }
    let permissions = permissions(&entity, shape);
    if !permissions.is_empty() {
        object = object.extensions(Some(Extensions::builder().add("x-permissions", permissions).build()));
    }
    if let Shape::Creation(bindings) | Shape::Update(bindings) = shape {
        for &relationship in bindings {
            object = object.property(binding(relationship.name()), bound(relationship));
        }
    }
    object.into()
}

/// The objects of a navigation property, or the only one.
fn navigation_schema(navigation: &Navigation) -> RefOr<Schema> {
    let Navigation { property, need } = navigation;
    let (what, need) = (property.description(), in_words(need, Access::Read));
    if property.is_single() {
        return reference(OBJECT, format!("{what} It is shown where `$expand` asks for it.{need}"), false);
    }
    let description = format!("{what} The first {MOST}, where `$expand` asks for them.{need}");
    ArrayBuilder::new().items(Ref::from_schema_name(OBJECT)).description(Some(description)).into()
}

/// What a body binds by a relationship.
fn bound(relationship: Relationship) -> RefOr<Schema> {
    let name = relationship.name();
    match relationship {
        Relationship::Members | Relationship::Owners => ArrayBuilder::new()
            .items(ObjectBuilder::new().schema_type(Type::String))
            .max_items(Some(MAX_REFERENCES))
            .description(Some(format!(
                "URLs of objects that are to be {name}, as in `@odata.id`: all of them, or nothing is done. \
                 Together with what else the body binds so, they are at most {MAX_REFERENCES}.",
            )))
            .into(),
        Relationship::Manager | Relationship::CreatedOnBehalfOf => {
            text("The URL of the user or contact that is to be the manager, as in `@odata.id`.").into()
        }
    }
}

/// What properties need beyond the operation, each in the form of an operation's `x-permissions`.
fn permissions(entity: &Resource, shape: Shape) -> Map<String, Value> {
    let needs = entity.properties.iter().filter_map(|property| {
        let need = property.needs.of(shape.access()).filter(|_| travels(property, shape))?;
        Some((property.name.to_owned(), operation::permissions(need)))
    });
    needs.collect()
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
        Shape::Creation(_) => property.mutability.at_creation(),
        Shape::Update(_) => property.mutability.later(),
    }
}

impl Shape {
    const fn access(self) -> Access {
        match self {
            Self::Answer => Access::Read,
            Self::Creation(_) => Access::Creation,
            Self::Update(_) => Access::Update,
        }
    }

    fn property_schema(self, property: &Property) -> RefOr<Schema> {
        let (nullable, limits) = match self {
            Self::Answer => (!property.always_has_value(), Limits::Unsaid),
            // What is null at creation counts as absent.
            Self::Creation(_) => (!property.is_collection() && !property.required, Limits::InSchema),
            Self::Update(_) => (property.nullable, Limits::InSchema),
        };
        let mut description = description(property, limits);
        if matches!(self, Self::Update(_)) && property.mutability == Mutability::Unchanged {
            description.push_str(" An update may name it, and can't change it.");
        }
        if let Some(need) = property.needs.of(self.access()) {
            description.push_str(&in_words(need, self.access()));
        }
        if let Some(need) = property.needs.alone.filter(|_| matches!(self, Self::Update(_))) {
            description.push_str(&format!(" {} is enough to change it.", any_of(need)));
        }
        if matches!(self, Self::Answer) {
            description.push_str(&query_descriptions::of(property));
        }
        property_schema(property, description, nullable, limits)
    }
}

/// What a property needs beyond the operation.
fn in_words(need: &Need, access: Access) -> String {
    let access = match access {
        Access::Read => "Reading",
        Access::Creation => "Setting",
        Access::Update => "Changing",
    };
    format!(" {access} it also needs {}.", any_of(need))
}

/// The alternatives of a need, whatever kind of token they are for.
fn any_of(need: &Need) -> String {
    let all_of = |all_of: &[Permission]| {
        let names: Vec<_> = all_of.iter().map(|permission| format!("`{permission}`")).collect();
        names.join(" and ")
    };
    let mut any_of: Vec<String> = Vec::new();
    for alternative in alternatives(need).map(|(_, permissions)| all_of(permissions)) {
        if !any_of.contains(&alternative) {
            any_of.push(alternative);
        }
    }
    any_of.join(" or ")
}

/// Where the schema of a property says which values are refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limits {
    /// Nowhere: it is of answers, which a client shall not refuse.
    Unsaid,
    /// In its description: it is of answers and of requests.
    InWords,
    /// In the schema: it is of requests.
    InSchema,
}

fn property_schema(
    property: &Property,
    description: String,
    nullable: bool,
    limits: Limits,
) -> RefOr<Schema> {
    let max_items = (limits == Limits::InSchema).then_some(property.max_items);
    let enumeration = match property.format {
        Format::OneOf(enumeration) if limits == Limits::InSchema => Some(enumeration.name),
        _ => None,
    };
    let plain = |kind: Type| {
        let kinds = if nullable { SchemaType::from_iter([kind, Type::Null]) } else { kind.into() };
        let object = ObjectBuilder::new().schema_type(kinds).description(Some(&description));
        match limits {
            Limits::InSchema => limited(object, property),
            Limits::Unsaid if matches!(property.mutability, Mutability::ReadOnly | Mutability::Unchanged) => {
                object.read_only(true)
            }
            Limits::Unsaid | Limits::InWords => object,
        }
    };
    match property.kind {
        Kind::String => match enumeration {
            Some(name) => reference(name, description, nullable),
            None => plain(Type::String).into(),
        },
        Kind::Boolean => plain(Type::Boolean).into(),
        Kind::Int32 => {
            plain(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32))).into()
        }
        Kind::DateTime => {
            plain(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
        }
        Kind::Strings => {
            let item = ObjectBuilder::new().schema_type(Type::String);
            let item: RefOr<Schema> = match (enumeration, limits) {
                (Some(name), _) => Ref::from_schema_name(name).into(),
                (None, Limits::InSchema) => limited(item, property).into(),
                (None, _) => item.into(),
            };
            ArrayBuilder::new().items(item).max_items(max_items).description(Some(description)).into()
        }
        Kind::Object(complex) => reference(complex.name, description, nullable),
        Kind::Objects(complex) => ArrayBuilder::new()
            .items(Ref::from_schema_name(complex.name))
            .max_items(max_items)
            .description(Some(description))
            .into(),
    }
}

/// A value of a named schema.
fn reference(name: &str, description: String, nullable: bool) -> RefOr<Schema> {
    if !nullable {
        return Ref::builder().ref_location_from_schema_name(name).description(Some(description)).into();
    }
    let null = ObjectBuilder::new().schema_type(Type::Null);
    let either = OneOfBuilder::new().item(null).item(Ref::from_schema_name(name));
    either.description(Some(description)).into()
}

/// What a property means, and its limits where they are said in words.
fn description(property: &Property, limits: Limits) -> String {
    let mut text = property.description.to_owned();
    if limits == Limits::InWords && property.mutability != Mutability::ReadOnly {
        match property.kind {
            _ if property.format == Format::Guid => text.push_str(" A GUID."),
            Kind::String => text.push_str(&format!(" At most {} characters.", property.max)),
            Kind::Strings => text.push_str(&format!(
                " At most {} values of at most {} characters.",
                property.max_items, property.max
            )),
            _ => {}
        }
    }
    if limits == Limits::InWords {
        text.push_str(&query_descriptions::of(property));
    }
    text
}

/// A property of a request with its limits, which only texts have.
fn limited(object: ObjectBuilder, property: &Property) -> ObjectBuilder {
    if !matches!(property.kind, Kind::String | Kind::Strings) {
        return object;
    }
    if matches!(property.format, Format::Guid | Format::Identifier) {
        return object.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    }
    object
        .max_length(Some(property.max))
        .min_length((property.min > 0).then_some(property.min))
        .pattern(property.format.pattern())
}

/// The schema of the words that a property can be.
fn enumeration_schema(property: &Property) -> Option<(String, RefOr<Schema>)> {
    let Format::OneOf(enumeration) = property.format else { return None };
    let description = format!("What `{}` can be.", property.name);
    Some((enumeration.name.into(), words(&description, enumeration.members.iter().copied())))
}

/// The complex types of the properties that travel, and the enumerations of those of requests.
fn other_schemas(entity: Resource, shape: Shape, schemas: &mut Vec<(String, RefOr<Schema>)>) {
    let is_request = matches!(shape, Shape::Creation(_) | Shape::Update(_));
    if !is_request && !entity.navigation.is_empty() {
        schemas.push((DirectoryObject::name().into(), DirectoryObject::schema()));
    }
    if is_request {
        let description = format!("The `@odata.type` of {}.", entity.words.to_lowercase());
        schemas.push((odata_type_name(&entity), words(&description, [entity.odata_type()])));
    }
    for property in entity.properties.iter().filter(|property| travels(property, shape)) {
        schemas.extend(enumeration_schema(property).filter(|_| is_request));
        add_complex(property, schemas);
    }
}

/// The complex type of a property, if it is of one, and those of its parts.
fn add_complex(property: &Property, schemas: &mut Vec<(String, RefOr<Schema>)>) {
    if let Kind::Object(complex) | Kind::Objects(complex) = property.kind {
        schemas.push((complex.name.into(), complex_schema(complex)));
        complex.properties.iter().for_each(|part| add_complex(part, schemas));
    }
}

/// The name of the schema with an entity's `@odata.type`.
fn odata_type_name(entity: &Resource) -> String {
    let (first, rest) = entity.name.split_at(1);
    format!("{}{rest}ODataType", first.to_ascii_uppercase())
}

fn words<W: Into<Value>>(description: &str, words: impl IntoIterator<Item = W>) -> RefOr<Schema> {
    text(description).enum_values(Some(words)).into()
}

/// The parameters of an action.
fn parameters_schema(parameters: &Complex) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new()
        .description(Some(parameters.description))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    for parameter in parameters.properties {
        let (limits, nullable) = (Limits::InSchema, parameter.nullable);
        let schema = property_schema(parameter, description(parameter, limits), nullable, limits);
        object = object.property(parameter.name, schema);
        if parameter.required {
            object = object.required(parameter.name);
        }
    }
    object.into()
}

/// One schema for both ways.
fn complex_schema(complex: &Complex) -> RefOr<Schema> {
    // Generators call so what a schema leaves open. Where Graph has a property of that name, nothing is left open.
    let is_taken = complex.properties.iter().any(|part| part.name == "additionalProperties");
    let closed = is_taken.then_some(AdditionalProperties::FreeForm(false));
    with_parts(ObjectBuilder::new().additional_properties(closed), complex)
}

/// The same of a value that is an answer by itself.
fn value_schema(complex: &Complex) -> RefOr<Schema> {
    let context = text("What the answer is, as a URL.").examples(Some(json!(format!(
        "https://graph.microsoft.com/v1.0/$metadata#{}",
        complex.odata_type()
    ))));
    with_parts(ObjectBuilder::new().property("@odata.context", context), complex)
}

fn with_parts(object: ObjectBuilder, complex: &Complex) -> RefOr<Schema> {
    let mut object = object.description(Some(complex.description));
    for part in complex.properties {
        object = object.property(
            part.name,
            property_schema(part, description(part, Limits::InWords), part.nullable, Limits::InWords),
        );
    }
    object.into()
}
