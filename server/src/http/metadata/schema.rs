//! The entity data model (OData 4.01, CSDL): the types, sets and actions that this server has, from the property tables of which
//! the contract is made too. How it is written is for `xml.rs` and `json.rs`.

use crate::model::{
    ENTITIES, RESOURCES,
    actions::{
        ADD_KEY, ADD_PASSWORD, ASSIGN_LICENSE, CHANGE_PASSWORD, CHECK_MEMBER_GROUPS, CHECK_MEMBER_OBJECTS,
        EVALUATE_DYNAMIC_MEMBERSHIP, EVALUATE_DYNAMIC_MEMBERSHIP_RESULT, GET_BY_IDS, GET_MEMBER_GROUPS,
        GET_USER_OWNED_OBJECTS, MANAGED_GROUP, REMOVE_KEY, REMOVE_PASSWORD, RESTORE,
        VALIDATE_GROUP_PROPERTIES, VALIDATE_PROPERTIES,
    },
    app_role_assignment::APP_ROLE_ASSIGNMENT,
    application::APPLICATION,
    application_types::{KEY_CREDENTIAL, PASSWORD_CREDENTIAL},
    federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL,
    group::GROUP,
    group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
    group_setting::GROUP_SETTING,
    navigation::NavigationProperty,
    oauth2_permission_grant::OAUTH2_PERMISSION_GRANT,
    properties::{Complex, EdmType, Enumeration, Format, Kind, Property},
    resources::Resource,
    service_principal::SERVICE_PRINCIPAL,
    user::USER,
};
use std::collections::BTreeMap;

/// Graph's namespace.
pub(super) const NAMESPACE: &str = "microsoft.graph";
/// Its short name in types.
pub(super) const ALIAS: &str = "graph";
/// The name of the container of sets.
pub(super) const CONTAINER: &str = "GraphService";

/// Everything of the namespace.
pub(super) struct Schema {
    pub entity_types: Vec<EntityType>,
    pub complex_types: Vec<ComplexType>,
    pub enum_types: Vec<&'static Enumeration>,
    pub actions: Vec<Action>,
    pub sets: Vec<EntitySet>,
    pub singletons: Vec<EntitySet>,
}

/// A type of objects with an id.
pub(super) struct EntityType {
    pub name: &'static str,
    pub base: Option<&'static str>,
    pub is_abstract: bool,
    /// Whether its objects can have properties that it doesn't declare.
    pub is_open: bool,
    pub key: Option<&'static str>,
    pub properties: Vec<Member>,
    pub navigation: Vec<Member>,
    /// Whether its navigation properties lead to what is in no set of its own.
    pub contains_targets: bool,
}

/// A type of values that have parts.
pub(super) struct ComplexType {
    pub name: String,
    pub properties: Vec<Member>,
}

/// A property, a navigation property, or a parameter.
pub(super) struct Member {
    pub name: &'static str,
    pub kind: Type,
    pub is_nullable: bool,
}

/// The type of a value.
#[derive(Clone)]
pub(super) struct Type {
    /// Its qualified name, that of an item where it is a collection.
    pub name: String,
    pub is_collection: bool,
}

/// What is done with objects of a type.
pub(super) struct Action {
    pub name: &'static str,
    pub bound_to: Type,
    pub parameters: Vec<Member>,
    pub returns: Option<Type>,
}

/// A set of objects, or a single one, and which set each of its navigation properties leads to.
pub(super) struct EntitySet {
    pub name: &'static str,
    pub of: String,
    pub bindings: Vec<(&'static str, &'static str)>,
}

impl Type {
    fn one(name: &str) -> Self {
        Self { name: name.into(), is_collection: false }
    }

    fn many(name: &str) -> Self {
        Self { name: name.into(), is_collection: true }
    }

    fn of(property: &Property) -> Self {
        match property.kind {
            Kind::String => Self::one(&text_type(property)),
            Kind::Strings => Self::many(&text_type(property)),
            Kind::Object(complex) => Self::one(&qualified(complex.name)),
            Kind::Objects(complex) => Self::many(&qualified(complex.name)),
            Kind::Boolean | Kind::Int32 | Kind::DateTime => Self::one(&property.kind.name()),
        }
    }
}

/// The type of a text on the wire. Its own where it has one, such as an enumeration's.
fn text_type(property: &Property) -> String {
    match (property.edm_type, property.format) {
        (Some(EdmType::Primitive(name)), _) => name.into(),
        (Some(EdmType::Enumeration(enumeration)), _) => qualified(enumeration.name),
        (None, Format::Guid | Format::Identifier) => "Edm.Guid".into(),
        (None, _) => "Edm.String".into(),
    }
}

/// A name of the namespace. Graph's names begin with a small letter.
fn qualified(name: &str) -> String {
    format!("{ALIAS}.{}", uncapitalized(name))
}

pub(super) fn uncapitalized(name: &str) -> String {
    let (first, rest) = name.split_at(name.len().min(1));
    format!("{}{rest}", first.to_ascii_lowercase())
}

impl Schema {
    /// What this server has.
    pub(super) fn current() -> Self {
        let mut used = Used::default();
        for resource in resources() {
            used.add(resource.properties);
        }
        used.add_complex(&EVALUATE_DYNAMIC_MEMBERSHIP_RESULT);
        let common = [entity(), directory_object(), directory(), role_management(), rbac_application()];
        Self {
            entity_types: common
                .into_iter()
                .chain(resources().map(entity_type))
                .chain([directory_role_template()])
                .collect(),
            complex_types: used.complex.values().map(|complex| complex_type(complex)).collect(),
            enum_types: used.enumerations.into_values().collect(),
            actions: actions(),
            sets: sets(),
            singletons: vec![
                EntitySet { name: DIRECTORY, of: qualified(DIRECTORY), bindings: Vec::new() },
                EntitySet { name: ROLE_MANAGEMENT, of: qualified(ROLE_MANAGEMENT), bindings: Vec::new() },
                EntitySet { name: "me", of: qualified("user"), bindings: bindings(&Resource::from(&USER)) },
            ],
        }
    }
}

/// The complex types and enumerations that properties and answers have, by their names.
#[derive(Default)]
struct Used {
    complex: BTreeMap<&'static str, &'static Complex>,
    enumerations: BTreeMap<&'static str, &'static Enumeration>,
}

impl Used {
    fn add(&mut self, properties: &'static [Property]) {
        for property in properties {
            if let Kind::Object(complex) | Kind::Objects(complex) = property.kind {
                self.add_complex(complex);
            }
            if let Some(EdmType::Enumeration(enumeration)) = property.edm_type {
                self.enumerations.insert(enumeration.name, enumeration);
            }
        }
    }

    /// A type can have properties of its own type.
    fn add_complex(&mut self, complex: &'static Complex) {
        if self.complex.insert(complex.name, complex).is_none() {
            self.add(complex.properties);
        }
    }
}

/// What all entities are.
fn entity() -> EntityType {
    EntityType {
        name: "entity",
        base: None,
        is_abstract: true,
        is_open: false,
        key: Some("id"),
        properties: vec![Member { name: "id", kind: Type::one("Edm.String"), is_nullable: false }],
        navigation: Vec::new(),
        contains_targets: false,
    }
}

/// What all objects of the directory are.
fn directory_object() -> EntityType {
    let deleted =
        Member { name: "deletedDateTime", kind: Type::one("Edm.DateTimeOffset"), is_nullable: true };
    EntityType {
        name: "directoryObject",
        base: Some("entity"),
        is_abstract: false,
        is_open: true,
        key: None,
        properties: vec![deleted],
        navigation: Vec::new(),
        contains_targets: false,
    }
}

/// The singletons that contain sets, and their types.
const DIRECTORY: &str = "directory";
const ROLE_MANAGEMENT: &str = "roleManagement";

/// The set, of a path to one, that lies in this container.
fn contained_in(container: &str, set: &'static str) -> Option<&'static str> {
    set.strip_prefix(container)?.strip_prefix('/')
}

/// The sets that lie in this container.
fn sets_in(container: &str) -> impl Iterator<Item = Member> {
    resources().filter_map(move |resource| {
        let kind = Type::many(&qualified(resource.name));
        Some(Member { name: contained_in(container, resource.set)?, kind, is_nullable: true })
    })
}

/// What directory roles are activated of. They are no objects of a tenant.
fn directory_role_template() -> EntityType {
    let text = |name| Member { name, kind: Type::one("Edm.String"), is_nullable: true };
    EntityType {
        name: "directoryRoleTemplate",
        base: Some("directoryObject"),
        is_abstract: false,
        is_open: true,
        key: None,
        properties: vec![text("description"), text("displayName")],
        navigation: Vec::new(),
        contains_targets: false,
    }
}

/// What is of the directory as a whole.
fn directory() -> EntityType {
    let objects = Type::many(&qualified("directoryObject"));
    let deleted = Member { name: "deletedItems", kind: objects, is_nullable: true };
    container(DIRECTORY, Some("entity"), sets_in(DIRECTORY).chain([deleted]).collect())
}

/// The providers of roles.
fn role_management() -> EntityType {
    let kind = Type::one(&qualified("rbacApplication"));
    container(ROLE_MANAGEMENT, None, vec![Member { name: DIRECTORY, kind, is_nullable: true }])
}

/// A provider of roles.
fn rbac_application() -> EntityType {
    container("rbacApplication", Some("entity"), sets_in("roleManagement/directory").collect())
}

fn container(name: &'static str, base: Option<&'static str>, navigation: Vec<Member>) -> EntityType {
    EntityType {
        name,
        base,
        is_abstract: false,
        is_open: false,
        key: None,
        properties: Vec::new(),
        navigation,
        contains_targets: true,
    }
}

/// The entities of the directory, and what a tenant has besides.
fn resources() -> impl Iterator<Item = Resource> {
    ENTITIES.map(Resource::from).into_iter().chain(RESOURCES.map(Resource::from))
}

fn entity_type(resource: Resource) -> EntityType {
    let is_inherited = |name: &str| name == "id" || name == "deletedDateTime";
    let own = resource.properties.iter().filter(|property| !is_inherited(property.name));
    let navigation = resource.navigation.iter().map(|navigation| leads_to(navigation.property));
    let of_own = resources_of(resource.name).map(|(name, of)| Member {
        name,
        kind: Type::many(&qualified(of.name)),
        is_nullable: true,
    });
    EntityType {
        name: resource.name,
        base: Some(resource.base),
        is_abstract: false,
        is_open: true,
        key: None,
        properties: own.map(member).collect(),
        navigation: navigation.chain(of_own).collect(),
        contains_targets: false,
    }
}

fn leads_to(property: NavigationProperty) -> Member {
    let object = qualified("directoryObject");
    let kind = if property.is_single() { Type::one(&object) } else { Type::many(&object) };
    Member { name: property.name(), kind, is_nullable: true }
}

fn member(property: &Property) -> Member {
    // Graph has it so: a value can be missing, and of a collection no item is.
    Member { name: property.name, kind: Type::of(property), is_nullable: !property.is_collection() }
}

fn complex_type(complex: &Complex) -> ComplexType {
    let properties = complex.properties.iter().map(member).collect();
    ComplexType { name: uncapitalized(complex.name), properties }
}

/// The parameters of an action that takes none.
static NO_PARAMETERS: Complex = Complex { name: "NoParameters", description: "", properties: &[] };

/// The actions, each with the type that it is bound to.
fn actions() -> Vec<Action> {
    let object = qualified("directoryObject");
    let action = |name, bound_to: &Type, parameters: &Complex, returns| Action {
        name,
        bound_to: bound_to.clone(),
        parameters: parameters.properties.iter().map(parameter).collect(),
        returns,
    };
    let (one, many, ids) = (Type::one(&object), Type::many(&object), Some(Type::many("Edm.String")));
    let (group, user) = (qualified(GROUP.name), Type::one(&qualified(USER.name)));
    let (policy, truth) =
        (Type::one(&qualified(GROUP_LIFECYCLE_POLICY.name)), Some(Type::one("Edm.Boolean")));
    let application = Type::one(&qualified(APPLICATION.name));
    let service_principal = Type::one(&qualified(SERVICE_PRINCIPAL.name));
    let password = Some(Type::one(&qualified(PASSWORD_CREDENTIAL.name)));
    let certificate = Some(Type::one(&qualified(KEY_CREDENTIAL.name)));
    let evaluated = Some(Type::one(&qualified(EVALUATE_DYNAMIC_MEMBERSHIP_RESULT.name)));
    let evaluate = |bound_to: &Type| {
        action("evaluateDynamicMembership", bound_to, &EVALUATE_DYNAMIC_MEMBERSHIP, evaluated.clone())
    };
    vec![
        action("checkMemberGroups", &one, &CHECK_MEMBER_GROUPS, ids.clone()),
        action("checkMemberObjects", &one, &CHECK_MEMBER_OBJECTS, ids.clone()),
        action("getMemberGroups", &one, &GET_MEMBER_GROUPS, ids.clone()),
        action("getMemberObjects", &one, &GET_MEMBER_GROUPS, ids),
        action("getByIds", &many, &GET_BY_IDS, Some(many.clone())),
        action("getUserOwnedObjects", &many, &GET_USER_OWNED_OBJECTS, Some(many.clone())),
        action("changePassword", &user, &CHANGE_PASSWORD, None),
        action("revokeSignInSessions", &user, &NO_PARAMETERS, truth.clone()),
        action("restore", &one, &RESTORE, Some(one.clone())),
        evaluate(&Type::one(&group)),
        evaluate(&Type::many(&group)),
        action("assignLicense", &Type::one(&group), &ASSIGN_LICENSE, Some(Type::one(&group))),
        action("assignLicense", &user, &ASSIGN_LICENSE, Some(user.clone())),
        action("addKey", &application, &ADD_KEY, certificate.clone()),
        action("addKey", &service_principal, &ADD_KEY, certificate),
        action("removeKey", &application, &REMOVE_KEY, None),
        action("removeKey", &service_principal, &REMOVE_KEY, None),
        action("addPassword", &application, &ADD_PASSWORD, password.clone()),
        action("addPassword", &service_principal, &ADD_PASSWORD, password),
        action("removePassword", &application, &REMOVE_PASSWORD, None),
        action("removePassword", &service_principal, &REMOVE_PASSWORD, None),
        action("renew", &Type::one(&group), &NO_PARAMETERS, None),
        action("addGroup", &policy, &MANAGED_GROUP, truth.clone()),
        action("removeGroup", &policy, &MANAGED_GROUP, truth),
        action("validateProperties", &many, &VALIDATE_PROPERTIES, None),
        action("validateProperties", &Type::one(&group), &VALIDATE_GROUP_PROPERTIES, None),
    ]
}

/// A parameter: objects are named by their ids, which are texts.
fn parameter(property: &Property) -> Member {
    let kind = match property.format {
        Format::Identifier => Type { name: "Edm.String".into(), ..Type::of(property) },
        _ => Type::of(property),
    };
    Member { name: property.name, kind, is_nullable: !property.required }
}

fn sets() -> Vec<EntitySet> {
    let objects =
        EntitySet { name: "directoryObjects", of: qualified("directoryObject"), bindings: Vec::new() };
    let of = |resource: Resource| EntitySet {
        name: resource.set,
        of: qualified(resource.name),
        bindings: bindings(&resource),
    };
    let templates = EntitySet {
        name: "directoryRoleTemplates",
        of: qualified("directoryRoleTemplate"),
        bindings: Vec::new(),
    };
    let own = resources().filter(has_set);
    [objects, templates].into_iter().chain(own.map(of)).collect()
}

/// Whether resources of a kind are in a set of their own, and not only within others.
fn has_set(resource: &Resource) -> bool {
    !resource.set.contains('/') && resource.set != APP_ROLE_ASSIGNMENT.set
}

fn bindings(entity: &Resource) -> Vec<(&'static str, &'static str)> {
    let objects = entity.navigation.iter().map(|navigation| (navigation.property.name(), "directoryObjects"));
    let of_own = resources_of(entity.name).filter(|(_, of)| has_set(of));
    objects.chain(of_own.map(|(name, of)| (name, of.set))).collect()
}

/// Resources that objects of a type have: the type, the navigation property that leads to them, and what they are.
static OF_OBJECTS: [(&str, &str, &Resource); 9] = [
    ("application", "federatedIdentityCredentials", &FEDERATED_IDENTITY_CREDENTIAL),
    ("group", "settings", &GROUP_SETTING),
    ("group", "groupLifecyclePolicies", &GROUP_LIFECYCLE_POLICY),
    ("group", "appRoleAssignments", &APP_ROLE_ASSIGNMENT),
    ("user", "appRoleAssignments", &APP_ROLE_ASSIGNMENT),
    ("servicePrincipal", "appRoleAssignments", &APP_ROLE_ASSIGNMENT),
    ("servicePrincipal", "appRoleAssignedTo", &APP_ROLE_ASSIGNMENT),
    ("servicePrincipal", "oauth2PermissionGrants", &OAUTH2_PERMISSION_GRANT),
    ("user", "oauth2PermissionGrants", &OAUTH2_PERMISSION_GRANT),
];

fn resources_of(entity: &str) -> impl Iterator<Item = (&'static str, &'static Resource)> {
    OF_OBJECTS.iter().filter(move |(of, ..)| *of == entity).map(|&(_, name, resource)| (name, resource))
}
