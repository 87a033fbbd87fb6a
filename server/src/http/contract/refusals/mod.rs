//! What the rules of each operation refuse, as the contract shows it. The objects that it names are those of the sample. There is a file
//! for each sort of operation; what several sorts refuse stands here.

mod app_roles;
mod application_owners;
mod applications;
mod containers;
mod directory_objects;
mod federated_identity_credentials;
mod groups;
mod memberships;
mod permission_grants;
mod tenant;
mod users;

use super::error_examples::ErrorExample;
use crate::{
    directory::{NameFault, Refusal, check_members, sample},
    http::errors::{Failure, RequestFault},
    model::{
        actions::MAX_IDS,
        kinds::{GroupKind, ObjectTraits, Relationship},
        permissions::{
            ADD_DEVICE, CHANGE_PRIVILEGED_USER, CHANGE_ROLE_ASSIGNABLE, Grants, Need, Permission, Principal,
            READ_HIDDEN_MEMBERS, READ_LIFE_CYCLE_INFO,
        },
        properties::Entity,
        resources::Resource,
        values::{Node, PropertyFault},
    },
    odata::{binding::equality, faults::FilterFault, filter, query::QueryFault},
};

/// What the rules of this operation refuse. `need` is what its callers have at the least. `None`: it isn't written here yet.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    if let Some((whole, kind)) = operation.split_once("_as_") {
        return Some(of_cast(of(whole, need)?, kind));
    }
    users::of(operation, need)
        .or_else(|| groups::of(operation, need))
        .or_else(|| tenant::of(operation))
        .or_else(|| memberships::of(operation, need))
        .or_else(|| directory_objects::of(operation, need))
        .or_else(|| applications::of(operation))
        .or_else(|| application_owners::of(operation, need))
        .or_else(|| federated_identity_credentials::of(operation))
        .or_else(|| app_roles::of(operation))
        .or_else(|| permission_grants::of(operation))
        .or_else(|| containers::of(operation, need))
        .or_else(|| refuses_nothing(operation).then(Vec::new))
}

/// Whether no rule of this operation refuses anything.
fn refuses_nothing(operation: &str) -> bool {
    matches!(
        operation,
        "list_administrative_units"
            | "list_directory_roles"
            | "list_directory_role_templates"
            | "count_administrative_units"
            | "list_deleted_administrative_units"
            | "count_deleted_administrative_units"
            | "list_deleted_applications"
            | "list_deleted_devices"
            | "list_deleted_service_principals"
            | "count_deleted_applications"
            | "count_deleted_devices"
            | "count_deleted_groups"
            | "count_deleted_service_principals"
            | "count_deleted_users"
            | "list_applications"
            | "count_applications"
            | "list_contacts"
            | "count_contacts"
            | "list_devices"
            | "count_devices"
            | "count_groups"
            | "list_service_principals"
            | "count_service_principals"
            | "count_users"
    )
}

/// What the rules of the whole collection refuse, of a cast to this kind: only users and groups have properties of their own
/// permissions, or that another service holds.
fn of_cast(mut examples: Vec<ErrorExample>, kind: &str) -> Vec<ErrorExample> {
    examples.retain(|example| match &*example.name {
        "propertyNotReadable" => kind == "user",
        "propertyNotInLists" => kind == "user" || kind == "group",
        _ => true,
    });
    examples
}

fn refused(name: &'static str, summary: &'static str, failure: impl Into<Failure>) -> ErrorExample {
    ErrorExample::new(name, summary, failure)
}

fn property(entity: &Entity, fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: entity.resource, fault }
}

/// What a body of an object gets wrong, whatever its kind.
fn values(entity: &Entity) -> Vec<ErrorExample> {
    let of = |fault| property(entity, fault);
    let own = vec![
        read_only(entity.resource, "id"),
        other_type(entity.resource, "True", "Edm.String"),
        refused(
            "unexpectedArray",
            "An array stands where a single value is due.",
            of(array_for_value("displayName")),
        ),
        refused(
            "invalidValue",
            "The value has a form that the property doesn't take, here two lines.",
            of(PropertyFault::Invalid("displayName")),
        ),
    ];
    [names(entity.resource), own].concat()
}

/// What a body gets wrong by its names, whatever it is of. The resource has this name in messages.
fn names(resource: &'static str) -> Vec<ErrorExample> {
    let of = |fault| Refusal::Property { resource, fault };
    vec![
        refused(
            "unknownProperty",
            "The body names a property that such objects don't have.",
            of(PropertyFault::Unknown("colour".into())),
        ),
        refused(
            "unknownExtension",
            "No application declared this extension.",
            of(PropertyFault::UnknownExtensions(vec!["extension_0a_colour".into()])),
        ),
        refused(
            "otherODataType",
            "`@odata.type` names another type.",
            of(PropertyFault::Invalid("@odata.type")),
        ),
        refused(
            "unsupportedBinding",
            "The body binds what can't be bound here.",
            RequestFault::Binding("sponsors@odata.bind".into()),
        ),
    ]
}

fn read_only(resource: &'static str, name: &'static str) -> ErrorExample {
    let fault = PropertyFault::ReadOnly(name);
    refused(
        "readOnlyProperty",
        "The property isn't the caller's to set.",
        Refusal::Property { resource, fault },
    )
}

fn other_type(resource: &'static str, literal: &str, kind: &str) -> ErrorExample {
    let fault = PropertyFault::Literal { literal: literal.into(), kind: kind.into() };
    refused(
        "otherType",
        "The value has another type than the property.",
        Refusal::Property { resource, fault },
    )
}

/// An array for what has one value.
const fn array_for_value(property: &'static str) -> PropertyFault {
    PropertyFault::Node { property, found: Node::StartArray, expected: Node::PrimitiveValue }
}

/// What a creation gets wrong. Every object of the kind has this property.
fn created(entity: &Entity, required: &'static str) -> Vec<ErrorExample> {
    let missing = property(entity, PropertyFault::Required(required));
    let missing = refused("missingValue", "The body lacks a property that every such object has.", missing);
    [values(entity), vec![missing]].concat()
}

/// What an update gets wrong.
fn updated(entity: &Entity) -> Vec<ErrorExample> {
    let nothing = refused("nothingToChange", "The body names no property.", Refusal::NothingToChange);
    [values(entity), vec![nothing]].concat()
}

fn null(entity: &Entity) -> ErrorExample {
    let fault = PropertyFault::Required("displayName");
    refused("missingValue", "Null for a property that every such object has.", property(entity, fault))
}

/// What a collection of texts gets wrong.
fn texts(entity: &Entity, name: &'static str) -> Vec<ErrorExample> {
    let null_item = property(entity, PropertyFault::NullItem(name));
    vec![
        null_collection(entity, name, "Edm.String"),
        refused("nullItem", "Null for one of a collection's values.", null_item),
    ]
}

fn null_collection(entity: &Entity, name: &'static str, of: &str) -> ErrorExample {
    let fault = PropertyFault::NullCollection { property: name, kind: format!("Collection({of})") };
    refused("nullCollection", "Null for a collection, which can be empty.", property(entity, fault))
}

fn other_schema(entity: &Entity, name: &'static str) -> ErrorExample {
    let fault = property(entity, PropertyFault::Schema(name));
    refused("otherSchema", "The value isn't the array of objects that is due.", fault)
}

fn immutable(entity: &Entity, name: &'static str) -> ErrorExample {
    let fault = PropertyFault::Immutable(name);
    refused("immutableProperty", "The property stays as it was set.", property(entity, fault))
}

fn taken(name: &'static str) -> ErrorExample {
    refused("nameTaken", "Another object has this value already.", Refusal::Taken(name))
}

fn too_large() -> ErrorExample {
    refused("objectTooLarge", "The object would have more than 128 KiB.", Refusal::TooLarge)
}

fn absent(name: &'static str, summary: &'static str) -> ErrorExample {
    refused(name, summary, Refusal::NotFound(sample::id(999).to_string()))
}

fn user_not_found() -> ErrorExample {
    absent("userNotFound", "There is no such user.")
}

fn group_not_found() -> ErrorExample {
    absent("groupNotFound", "There is no such group.")
}

fn member_not_found() -> ErrorExample {
    absent("memberNotFound", "There is no object that could be a member.")
}

fn owner_not_found() -> ErrorExample {
    absent("ownerNotFound", "There is no object that could be an owner.")
}

fn application_not_found() -> ErrorExample {
    absent("applicationNotFound", "There is no such application.")
}

fn device_not_found() -> ErrorExample {
    absent("deviceNotFound", "There is no such device.")
}

fn service_principal_not_found() -> ErrorExample {
    absent("servicePrincipalNotFound", "There is no such service principal.")
}

fn contact_not_found() -> ErrorExample {
    absent("contactNotFound", "There is no such contact.")
}

/// What lists of objects that are related to an object refuse. This one isn't there.
fn related(not_found: ErrorExample, need: &Need) -> Vec<ErrorExample> {
    vec![not_found, property_not_readable(need), not_in_lists()]
}

/// What checks refuse whose ids this parameter has. This object isn't there.
fn check(not_found: ErrorExample, name: &'static str) -> Vec<ErrorExample> {
    [vec![not_found], ids(name, MAX_IDS)].concat()
}

/// What bodies of actions get wrong whose ids this parameter has, at most so many.
fn ids(name: &'static str, most: usize) -> Vec<ErrorExample> {
    let of = check_members::refused;
    let text =
        PropertyFault::Node { property: name, found: Node::PrimitiveValue, expected: Node::StartArray };
    let item = array_for_value(name);
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        unknown_parameter(),
        refused("missingIds", "The body has no ids.", of(PropertyFault::Required(name))),
        refused(
            "nullCollection",
            "Null for a collection, which can be empty.",
            of(PropertyFault::NullCollection { property: name, kind: "Collection(Edm.String)".into() }),
        ),
        refused("nullItem", "Null for one of a collection's values.", of(PropertyFault::NullItem(name))),
        refused("unexpectedText", "A text stands where an array is due.", of(text)),
        refused("unexpectedItem", "An array stands where an id is due.", of(item)),
        refused("otherItemType", "One of the ids is no text.", of(literal)),
        refused(
            "invalidValue",
            "One of the ids isn't one: nothing is looked for.",
            of(PropertyFault::Identifier),
        ),
        refused(
            "tooManyIds",
            "The body names more ids than one request can.",
            of(PropertyFault::TooManyIdentifiers(most)),
        ),
    ]
}

/// What bodies of actions get wrong that have this text.
fn text_parameter(name: &'static str) -> Vec<ErrorExample> {
    let of = check_members::refused;
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        unknown_parameter(),
        refused("otherType", "The value has another type than the parameter.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array_for_value(name))),
    ]
}

/// The same of a text that takes some forms only.
fn parameters(name: &'static str) -> Vec<ErrorExample> {
    let invalid = check_members::refused(PropertyFault::Invalid(name));
    let own = vec![refused("invalidValue", "The value isn't one that the parameter takes.", invalid)];
    [text_parameter(name), own].concat()
}

/// What they get wrong that have this object, which can be invalid so.
fn object_parameter(name: &'static str, invalid: &'static str) -> Vec<ErrorExample> {
    let of = check_members::refused;
    vec![
        refused("otherSchema", "The value isn't the object that is due.", of(PropertyFault::Schema(name))),
        refused("invalidValue", invalid, of(PropertyFault::Invalid(name))),
    ]
}

fn missing_parameter(name: &'static str) -> ErrorExample {
    let fault = PropertyFault::Required(name);
    refused("missingParameter", "The body lacks what the action needs.", check_members::refused(fault))
}

fn foreign_domain() -> ErrorExample {
    refused("foreignDomain", "The sign-in name is of a domain that the tenant lacks.", Refusal::ForeignDomain)
}

fn unknown_parameter() -> ErrorExample {
    let fault = PropertyFault::Unknown("colour".into());
    refused("unknownProperty", "The body names what the action doesn't take.", check_members::refused(fault))
}

/// What requests for the groups of an object refuse. This one isn't there.
fn get_groups(not_found: ErrorExample) -> Vec<ErrorExample> {
    let literal = PropertyFault::Literal { literal: "yes".into(), kind: "Edm.Boolean".into() };
    let other_type = refused(
        "invalidValue",
        "`securityEnabledOnly` is neither `true` nor `false`.",
        check_members::refused(literal),
    );
    let property = "securityEnabledOnly";
    let array = array_for_value(property);
    let array = refused(
        "unexpectedList",
        "An array stands where a single value is due.",
        check_members::refused(array),
    );
    vec![not_found, unknown_parameter(), other_type, array, too_many_results()]
}

/// The same where the object isn't a user.
fn get_groups_of_no_user(not_found: ErrorExample) -> Vec<ErrorExample> {
    let of_no_user = refused(
        "securityGroupsOfNoUser",
        "Only what users are in can be narrowed to security groups.",
        Refusal::SecurityGroupsOfNoUser,
    );
    [get_groups(not_found), vec![of_no_user]].concat()
}

fn too_many_results() -> ErrorExample {
    refused(
        "tooManyResults",
        "The object is in more than 11,000 groups.",
        Refusal::TooManyResults { most: check_members::MAX_RESULTS },
    )
}

fn not_in_lists() -> ErrorExample {
    refused(
        "propertyNotInLists",
        "Lists don't show a property that another service holds.",
        Refusal::NotInLists,
    )
}

fn no_mailbox() -> ErrorExample {
    refused("noMailbox", "The group has no mailbox that would hold the property.", Refusal::NoMailbox)
}

/// What a user lacks of a need who has the least of what `held` asks for.
fn lacks(need: &Need, held: &Need) -> Refusal {
    let least = held.delegated.first().copied().unwrap_or_default();
    lacks_beside(need, Principal::User(None), least)
}

fn lacks_beside(need: &Need, principal: Principal, held: &[Permission]) -> Refusal {
    Refusal::Lacks(need.missing(&Grants::of_token(principal, held.iter().copied().collect())))
}

fn property_not_readable(held: &Need) -> ErrorExample {
    refused(
        "propertyNotReadable",
        "The token lacks what reading `employeeLeaveDateTime` needs besides.",
        lacks(&READ_LIFE_CYCLE_INFO, held),
    )
}

fn property_not_writable(summary: &'static str, need: &Need, held: &Need) -> ErrorExample {
    refused("propertyNotWritable", summary, lacks(need, held))
}

/// With a permission that reaches the signed-in user only.
fn other_user(need: &Need) -> ErrorExample {
    let summary = "The token's permission reaches the signed-in user only.";
    refused("otherUser", summary, lacks_beside(need, Principal::User(None), &[]))
}

fn mixed_services() -> ErrorExample {
    refused(
        "mixedServices",
        "The body names properties of the directory and of another service.",
        Refusal::MixedServices,
    )
}

pub(super) fn invalid_reference() -> ErrorExample {
    refused("invalidReference", "The URL names no object of the directory.", RequestFault::Reference)
}

fn hidden_members() -> ErrorExample {
    refused(
        "hiddenMembers",
        "The group hides its members, and the token lacks the permission to see them.",
        lacks_beside(&READ_HIDDEN_MEMBERS, Principal::User(None), &[]),
    )
}

fn expanded_members_hidden() -> ErrorExample {
    refused(
        "expandedMembersHidden",
        "`$expand` asks for members that the group hides, and the token lacks the permission to see them.",
        lacks_beside(&READ_HIDDEN_MEMBERS, Principal::User(None), &[]),
    )
}

fn already_member() -> ErrorExample {
    let refusal = Refusal::AlreadyRelated(Relationship::Members);
    refused("alreadyMember", "The object is a member already.", refusal)
}

fn already_owner() -> ErrorExample {
    let refusal = Refusal::AlreadyRelated(Relationship::Owners);
    refused("alreadyOwner", "The object is an owner already.", refusal)
}

fn kind_not_allowed() -> ErrorExample {
    let refusal = Refusal::KindNotAllowed { group: GroupKind::Microsoft365, member: ObjectTraits::Device };
    refused("kindNotAllowed", "Groups of this kind take no members of that kind.", refusal)
}

fn kind_not_addable(held: &Need) -> ErrorExample {
    refused("kindNotAddable", "The token lacks what adding a device needs besides.", lacks(&ADD_DEVICE, held))
}

fn no_nesting() -> ErrorExample {
    refused("nesting", "Role-assignable groups take no groups.", Refusal::NoNesting)
}

fn cannot_own() -> ErrorExample {
    let refusal = Refusal::NoOwner(ObjectTraits::Device);
    refused("kindCannotOwn", "Objects of this kind own nothing.", refusal)
}

fn too_many_owners() -> ErrorExample {
    let refusal = Refusal::TooManyOwners { count: 101, quota: 100 };
    refused("tooManyOwners", "There are a hundred owners at most.", refusal)
}

fn managed_by_exchange() -> ErrorExample {
    refused(
        "managedByExchange",
        "Exchange keeps the group: nothing of it changes here.",
        Refusal::ManagedByExchange,
    )
}

fn missing_suffix() -> NameFault {
    NameFault::Affixes {
        property: "displayName",
        name: "Readers".into(),
        prefix: String::new(),
        suffix: "Chief".into(),
    }
}

fn no_guests() -> ErrorExample {
    refused(
        "guestsNotAllowed",
        "Settings of the tenant, or of the group, keep guests out.",
        Refusal::NoGuests,
    )
}

fn dynamic_group() -> ErrorExample {
    refused("dynamicGroup", "A rule decides who is in the group.", Refusal::NotPermitted)
}

fn role_assignable_group() -> ErrorExample {
    refused(
        "roleAssignableGroup",
        "Directory roles can be assigned to the group, and the token lacks the permission to change such groups.",
        lacks_beside(&CHANGE_ROLE_ASSIGNABLE, Principal::User(None), &[]),
    )
}

fn privileged_user() -> ErrorExample {
    refused(
        "privilegedUser",
        "The user holds a directory role, or is in or owns a group to which roles can be assigned, and the token lacks what such users \
         need besides.",
        lacks_beside(&CHANGE_PRIVILEGED_USER, Principal::User(None), &[]),
    )
}

/// What filters get wrong of resources that take `eq`: that they have no such property, that one doesn't take this, and that it is no
/// comparison, in these words.
fn equality_filters(
    resource: &Resource,
    [property, operator, expression]: [&'static str; 3],
) -> Vec<ErrorExample> {
    let wrong = |name: &'static str, summary: &'static str, text: &str| {
        let fault = filter::read(text).map_err(FilterFault::from);
        let fault = fault.and_then(|filter| equality::bind(&filter, resource)).err()?;
        Some(ErrorExample::new(name, summary, QueryFault::Filter(fault)))
    };
    let examples = [
        wrong("filterSyntax", "`$filter` ends where a value is due.", "displayName eq"),
        wrong("filterProperty", property, "colour eq 'red'"),
        wrong("filterOperator", operator, "id ne 'a'"),
        wrong("filterExpression", expression, "'Ada' eq displayName"),
    ];
    examples.into_iter().flatten().collect()
}

/// Of the application with the client id of this number.
fn service_principal_exists(number: u16) -> ErrorExample {
    refused(
        "servicePrincipalExists",
        "The application has a service principal already.",
        Refusal::ServicePrincipalExists(sample::id(number).to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::http;

    #[test]
    fn every_operation_says_what_its_rules_refuse_if_only_that_it_is_nothing() {
        for operation in http::operations() {
            assert!(of(operation.id(), operation.need).is_some(), "{}", operation.id());
        }
    }
}
