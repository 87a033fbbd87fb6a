//! What the rules of each operation refuse, as the contract shows it. The objects that it names are those of the sample.

use super::error_examples::ErrorExample;
use crate::{
    directory::{NameFault, Refusal, check_members, group_lifecycle_policies, sample},
    http::errors::{Failure, RequestFault},
    membership_rules::{Fault, RuleFault},
    model::{
        actions::{MAX_IDS, MAX_OBJECTS},
        administrative_unit::ADMINISTRATIVE_UNIT,
        application::APPLICATION,
        device::DEVICE,
        directory_role::DIRECTORY_ROLE,
        group::GROUP,
        group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
        group_setting::GROUP_SETTING,
        invitation::INVITATION,
        kinds::{GroupKind, GroupTraits, ObjectKind, ObjectTraits, Relationship},
        permissions::{
            ADD_DEVICE, ADD_MEMBER, CHANGE_ROLE_ASSIGNABLE, CREATE_GROUP, Grants, Need, PURGE_GROUP,
            Permission, Principal, READ_BASIC_USER, READ_DELETED_GROUP, READ_HIDDEN_MEMBERS,
            READ_LIFE_CYCLE_INFO, RESTORE_GROUP, SET_GROUP_DATA_LOCATION, UPDATE_GROUP,
            UPDATE_GROUP_PROPERTIES, UPDATE_ME, UPDATE_USER_PROFILE, WRITE_LIFE_CYCLE_INFO,
        },
        properties::Entity,
        service_principal::SERVICE_PRINCIPAL,
        user::USER,
        values::{Node, PropertyFault},
    },
};

/// What the rules of this operation refuse. `need` is what its callers have at the least. `None`: it isn't written here yet.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    if let Some((whole, kind)) = operation.split_once("_as_") {
        return Some(of_cast(of(whole, need)?, kind));
    }
    Some(match operation {
        "list_users" => vec![not_in_lists(), property_not_readable(need)],
        "create_user" => {
            let own = vec![user_property_not_writable(need)];
            [created(&USER, "userPrincipalName"), user_values(), own].concat()
        }
        "get_user" => {
            vec![
                user_not_found(),
                property_not_readable(need),
                other_user(&READ_BASIC_USER),
                chain_too_large(),
            ]
        }
        "update_user" => {
            let by_application = refused(
                "profileByApplication",
                "Only signed-in users change profiles.",
                Refusal::NotPermitted,
            );
            [user_update(need), vec![other_user(&UPDATE_USER_PROFILE), by_application]].concat()
        }
        "delete_user" => vec![user_not_found()],
        "get_me" => vec![user_not_found(), property_not_readable(need), chain_too_large()],
        "update_me" => user_update(need),
        "revoke_user_sign_in_sessions" | "revoke_my_sign_in_sessions" => vec![user_not_found()],

        "get_user_manager" | "get_my_manager" => {
            vec![user_not_found(), no_manager(), property_not_readable(need)]
        }
        "get_user_manager_reference"
        | "get_my_manager_reference"
        | "remove_user_manager"
        | "remove_my_manager" => vec![user_not_found(), no_manager()],
        "set_user_manager" | "set_my_manager" => {
            vec![user_not_found(), manager_not_found(), cannot_manage()]
        }
        "list_user_direct_reports" => [related(user_not_found(), need), vec![other_user(need)]].concat(),
        "count_user_direct_reports" => vec![user_not_found(), other_user(need)],
        "list_my_direct_reports" => related(user_not_found(), need),
        "count_my_direct_reports" => vec![user_not_found()],
        "list_user_owned_objects" => [related(user_not_found(), need), vec![other_user(need)]].concat(),
        "count_user_owned_objects" => vec![user_not_found(), other_user(need)],
        "list_my_owned_objects" => related(user_not_found(), need),
        "count_my_owned_objects" => vec![user_not_found()],
        "list_service_principal_owned_objects" => related(service_principal_not_found(), need),
        "count_service_principal_owned_objects" => vec![service_principal_not_found()],

        "list_user_created_objects" => [related(user_not_found(), need), vec![other_user(need)]].concat(),
        "count_user_created_objects" => vec![user_not_found(), other_user(need)],
        "list_my_created_objects" => related(user_not_found(), need),
        "count_my_created_objects" => vec![user_not_found()],
        "list_service_principal_created_objects" => related(service_principal_not_found(), need),
        "count_service_principal_created_objects" => vec![service_principal_not_found()],

        "get_contact_manager" => vec![contact_not_found(), no_manager(), property_not_readable(need)],
        "list_contact_direct_reports" => related(contact_not_found(), need),
        "count_contact_direct_reports" => vec![contact_not_found()],

        "list_groups" => vec![not_in_lists()],
        "create_group" => group_creation(need),
        "get_group" => vec![group_not_found(), no_mailbox(), expanded_members_hidden()],
        "update_group" => group_update(need),
        "delete_group" => vec![group_not_found(), managed_by_exchange(), role_assignable_group()],

        "evaluate_group_dynamic_membership" => {
            let no_rule = property(&GROUP, PropertyFault::Required("membershipRule"));
            let own = vec![
                group_not_found(),
                refused("missingRule", "Neither the body nor the group has a rule.", no_rule),
            ];
            [own, rule_evaluation()].concat()
        }
        "evaluate_dynamic_membership" => {
            let no_rule = property(&GROUP, PropertyFault::Required("membershipRule"));
            [vec![refused("missingRule", "The body has no rule.", no_rule)], rule_evaluation()].concat()
        }

        "validate_properties" => [name_validation(), parameters("entityType")].concat(),
        "validate_group_properties" => {
            [vec![group_not_found()], name_validation(), parameters("onBehalfOfUserId")].concat()
        }

        "list_group_members" | "list_group_transitive_members" => {
            vec![group_not_found(), hidden_members(), property_not_readable(need), not_in_lists()]
        }
        "list_group_member_references" | "count_group_members" | "count_group_transitive_members" => {
            vec![group_not_found(), hidden_members()]
        }
        "get_group_member_reference" => vec![
            group_not_found(),
            absent("memberNotFound", "There is no such object, or it isn't a member."),
            hidden_members(),
        ],
        "add_group_member" => vec![
            group_not_found(),
            member_not_found(),
            already_member(),
            kind_not_allowed(),
            no_guests(),
            no_nesting(),
            managed_by_exchange(),
            dynamic_group(),
            role_assignable_group(),
            kind_not_addable(need),
        ],
        "remove_group_member" | "remove_group_member_by_reference" => vec![
            group_not_found(),
            not_related("notAMember", "The object isn't a member: the group is named."),
            managed_by_exchange(),
            dynamic_group(),
            role_assignable_group(),
        ],

        "list_group_owners" => vec![group_not_found(), property_not_readable(need), not_in_lists()],
        "list_group_owner_references" | "count_group_owners" => vec![group_not_found()],
        "get_group_owner_reference" => {
            vec![group_not_found(), absent("ownerNotFound", "There is no such object, or it isn't an owner.")]
        }
        "add_group_owner" => vec![
            group_not_found(),
            owner_not_found(),
            already_owner(),
            cannot_own(),
            no_guests(),
            managed_by_exchange(),
            role_assignable_group(),
            too_many_owners(),
        ],
        "remove_group_owner" | "remove_group_owner_by_reference" => vec![
            group_not_found(),
            not_related("notAnOwner", "The object isn't an owner: the group is named."),
            refused("lastOwner", "No user would own the group any more.", Refusal::LastOwner),
            managed_by_exchange(),
            role_assignable_group(),
        ],

        "list_user_member_of" | "list_user_transitive_member_of" => {
            [related(user_not_found(), need), vec![other_user(need)]].concat()
        }
        "count_user_member_of" | "count_user_transitive_member_of" => {
            vec![user_not_found(), other_user(need)]
        }
        "list_my_member_of" | "list_my_transitive_member_of" => related(user_not_found(), need),
        "count_my_member_of" | "count_my_transitive_member_of" => vec![user_not_found()],
        "list_group_member_of" | "list_group_transitive_member_of" => related(group_not_found(), need),
        "count_group_member_of" | "count_group_transitive_member_of" => vec![group_not_found()],
        "list_device_member_of" | "list_device_transitive_member_of" => related(device_not_found(), need),
        "count_device_member_of" | "count_device_transitive_member_of" => vec![device_not_found()],
        "list_service_principal_member_of" | "list_service_principal_transitive_member_of" => {
            related(service_principal_not_found(), need)
        }
        "count_service_principal_member_of" | "count_service_principal_transitive_member_of" => {
            vec![service_principal_not_found()]
        }
        "list_contact_member_of" | "list_contact_transitive_member_of" => related(contact_not_found(), need),
        "count_contact_member_of" | "count_contact_transitive_member_of" => vec![contact_not_found()],

        "check_user_member_groups" => [check(user_not_found(), "groupIds"), vec![other_user(need)]].concat(),
        "check_user_member_objects" => [check(user_not_found(), "ids"), vec![other_user(need)]].concat(),
        "get_user_member_groups" | "get_user_member_objects" => {
            [get_groups(user_not_found()), vec![other_user(need)]].concat()
        }
        "check_my_member_groups" => check(user_not_found(), "groupIds"),
        "check_my_member_objects" => check(user_not_found(), "ids"),
        "get_my_member_groups" | "get_my_member_objects" => get_groups(user_not_found()),
        "check_group_member_groups" => check(group_not_found(), "groupIds"),
        "check_group_member_objects" => check(group_not_found(), "ids"),
        "get_group_member_groups" | "get_group_member_objects" => get_groups_of_no_user(group_not_found()),
        "check_device_member_groups" => check(device_not_found(), "groupIds"),
        "check_device_member_objects" => check(device_not_found(), "ids"),
        "get_device_member_groups" | "get_device_member_objects" => get_groups_of_no_user(device_not_found()),
        "check_service_principal_member_groups" => check(service_principal_not_found(), "groupIds"),
        "check_service_principal_member_objects" => check(service_principal_not_found(), "ids"),
        "get_service_principal_member_groups" | "get_service_principal_member_objects" => {
            get_groups_of_no_user(service_principal_not_found())
        }
        "check_contact_member_groups" => check(contact_not_found(), "groupIds"),
        "check_contact_member_objects" => check(contact_not_found(), "ids"),
        "get_contact_member_groups" | "get_contact_member_objects" => {
            get_groups_of_no_user(contact_not_found())
        }
        "check_directory_object_member_groups" => check(object_not_found(), "groupIds"),
        "check_directory_object_member_objects" => check(object_not_found(), "ids"),
        "get_directory_object_member_groups" | "get_directory_object_member_objects" => {
            get_groups_of_no_user(object_not_found())
        }

        "create_device" => [created(&DEVICE, "deviceId"), device_values()].concat(),
        "update_device" => {
            [updated(&DEVICE), vec![device_not_found(), null(&DEVICE), immutable(&DEVICE, "deviceId")]]
                .concat()
        }
        "get_device" | "delete_device" => vec![device_not_found()],

        "create_service_principal" => [
            created(&SERVICE_PRINCIPAL, "appId"),
            service_principal_values(),
            vec![service_principal_exists(392)],
        ]
        .concat(),
        "update_service_principal" => {
            let own = vec![service_principal_not_found(), immutable(&SERVICE_PRINCIPAL, "appId")];
            [updated(&SERVICE_PRINCIPAL), service_principal_values(), own].concat()
        }
        "get_service_principal" | "delete_service_principal" => vec![service_principal_not_found()],

        "create_application" => [created(&APPLICATION, "displayName"), application_values()].concat(),
        "update_application" => {
            let own = vec![application_not_found(), null(&APPLICATION)];
            [updated(&APPLICATION), application_values(), own].concat()
        }
        "get_application" | "delete_application" => vec![application_not_found()],
        "get_contact" => vec![contact_not_found()],

        "create_directory_role" => {
            let of = |fault| property(&DIRECTORY_ROLE, fault);
            let not_of_text = ["otherType", "unexpectedArray", "invalidValue"];
            let mut examples = created(&DIRECTORY_ROLE, "roleTemplateId");
            examples.retain(|example| !not_of_text.contains(&&*example.name));
            let unknown = of(PropertyFault::Invalid("roleTemplateId"));
            examples.push(refused("invalidValue", "There is no such template.", unknown));
            examples.push(taken("roleTemplateId"));
            examples
        }
        "get_directory_role_template" => {
            vec![absent("templateNotFound", "There is no such template.")]
        }
        "get_directory_role" => vec![role_not_found()],
        "list_directory_role_members" => {
            vec![role_not_found(), property_not_readable(need), not_in_lists()]
        }
        "list_directory_role_member_references" => vec![role_not_found()],
        "add_directory_role_member" => {
            let group = GroupTraits {
                kind: GroupKind::Security,
                dynamic: false,
                role_assignable: false,
                hidden_membership: false,
            };
            let other = Refusal::NoRoleMember(ObjectTraits::Group(group));
            vec![
                role_not_found(),
                member_not_found(),
                already_member(),
                refused("kindNotInRoles", "Directory roles can't be assigned to such objects.", other),
            ]
        }
        "remove_directory_role_member" => vec![
            role_not_found(),
            refused(
                "notAMember",
                "The object isn't a member: the role is named.",
                Refusal::NotFound(sample::ROLE.to_string()),
            ),
        ],
        "create_administrative_unit" => created(&ADMINISTRATIVE_UNIT, "displayName"),
        "update_administrative_unit" => [
            updated(&ADMINISTRATIVE_UNIT),
            vec![
                unit_not_found(),
                null(&ADMINISTRATIVE_UNIT),
                immutable(&ADMINISTRATIVE_UNIT, "isMemberManagementRestricted"),
            ],
        ]
        .concat(),
        "get_administrative_unit" => vec![unit_not_found(), expanded_members_hidden()],
        "delete_administrative_unit" => vec![unit_not_found()],
        "list_administrative_unit_members" => {
            vec![unit_not_found(), hidden_members(), property_not_readable(need), not_in_lists()]
        }
        "list_administrative_unit_member_references" | "count_administrative_unit_members" => {
            vec![unit_not_found(), hidden_members()]
        }
        "add_administrative_unit_member" => {
            let other = Refusal::NoUnitMember(ObjectTraits::ServicePrincipal);
            vec![
                unit_not_found(),
                member_not_found(),
                already_member(),
                refused("kindNotInUnits", "Objects of this kind can't be in administrative units.", other),
            ]
        }
        "remove_administrative_unit_member" => vec![
            unit_not_found(),
            refused(
                "notAMember",
                "The object isn't a member: the unit is named.",
                Refusal::NotFound(sample::UNIT.to_string()),
            ),
        ],

        // What its requests are refused is answered of each.
        "send_batch" => Vec::new(),

        "get_directory_object" => vec![object_not_found(), property_not_readable(need), no_mailbox()],
        "get_directory_objects_by_ids"
        | "get_users_by_ids"
        | "get_groups_by_ids"
        | "get_devices_by_ids"
        | "get_service_principals_by_ids"
        | "get_applications_by_ids"
        | "get_contacts_by_ids" => get_by_ids(need),
        "delete_directory_object" => vec![
            object_not_found(),
            managed_by_exchange(),
            role_assignable_group(),
            refused("contactNotDeletable", "Contacts are kept by Exchange.", Refusal::NotPermitted),
        ],
        "list_group_setting_templates" | "list_group_settings" => Vec::new(),
        "get_group_setting_template" => vec![absent("templateNotFound", "There is no such template.")],
        "get_group_setting" | "delete_group_setting" => vec![setting_not_found()],
        "list_settings_of_group" => vec![group_not_found()],
        "get_setting_of_group" | "delete_setting_of_group" => vec![group_not_found(), setting_not_found()],
        "create_group_setting" => {
            let taken =
                refused("settingsExist", "There are settings of the template.", Refusal::Taken("templateId"));
            [setting_values(), new_setting(), vec![taken]].concat()
        }
        "create_setting_of_group" => {
            let taken = refused("settingsExist", "The group has settings.", Refusal::SettingsExist);
            [setting_values(), new_setting(), vec![group_not_found(), taken]].concat()
        }
        "update_group_setting" => [setting_values(), changed_setting()].concat(),
        "update_setting_of_group" => [setting_values(), changed_setting(), vec![group_not_found()]].concat(),
        "create_invitation" => invitation(),
        "list_group_lifecycle_policies" => Vec::new(),
        "list_lifecycle_policies_of_group" => vec![group_not_found()],
        "get_group_lifecycle_policy" | "delete_group_lifecycle_policy" => vec![policy_not_found()],
        "create_group_lifecycle_policy" => {
            let of = |fault| Refusal::Property { resource: GROUP_LIFECYCLE_POLICY.resource, fault };
            let own = vec![
                refused(
                    "missingValue",
                    "The body lacks how long groups live.",
                    of(PropertyFault::Required("groupLifetimeInDays")),
                ),
                refused(
                    "readOnlyProperty",
                    "The property isn't the caller's to set.",
                    of(PropertyFault::ReadOnly("id")),
                ),
                refused("policyExists", "There is a policy.", Refusal::PolicyExists),
            ];
            [policy_values(), own].concat()
        }
        "update_group_lifecycle_policy" => {
            let null = PropertyFault::Required("groupLifetimeInDays");
            let null = Refusal::Property { resource: GROUP_LIFECYCLE_POLICY.resource, fault: null };
            let own = vec![
                policy_not_found(),
                refused("nothingToChange", "The body names no property.", Refusal::NothingToChange),
                refused("missingValue", "Null for a property that every policy has.", null),
            ];
            [policy_values(), own].concat()
        }
        "add_group_to_lifecycle_policy" => {
            let most = group_lifecycle_policies::MAX_SELECTED;
            let many = Refusal::TooManyManagedGroups { most };
            let many = refused("tooManyGroups", "As many groups are selected as can be.", many);
            [managed_group(), vec![many]].concat()
        }
        "remove_group_from_lifecycle_policy" => managed_group(),
        "renew_group" => vec![group_not_found(), never_expires()],
        "list_subscribed_skus" => Vec::new(),
        "get_subscribed_sku" => vec![absent("skuNotFound", "The tenant has no licences of such a product.")],
        "assign_license_to_user" => {
            let left = Refusal::NoLicenseLeft(sample::id(803));
            let own = vec![
                user_not_found(),
                refused("noUsageLocation", "It isn't known where the user is.", Refusal::NoUsageLocation),
                refused("noLicenseLeft", "All licences are assigned.", left),
            ];
            [own, license_assignment()].concat()
        }
        "assign_license_to_group" => {
            [vec![group_not_found(), managed_by_exchange()], license_assignment()].concat()
        }
        "list_organizations" | "list_domains" => Vec::new(),
        "get_organization" => vec![absent("organizationNotFound", "The caller's tenant has another id.")],
        "get_domain" => vec![absent("domainNotFound", "The tenant has no such domain.")],
        "list_deleted_users" => vec![not_in_lists(), property_not_readable(need)],
        "list_deleted_groups" => vec![not_in_lists()],
        "get_deleted_item" => vec![
            object_not_found(),
            property_not_readable(need),
            no_mailbox(),
            kind_not_permitted(&READ_DELETED_GROUP, need),
        ],
        "restore_deleted_item" => [
            vec![
                object_not_found(),
                kind_not_permitted(&RESTORE_GROUP, need),
                role_assignable_group(),
                taken("userPrincipalName"),
                service_principal_exists(492),
                foreign_domain(),
            ],
            parameters("newUserPrincipalName"),
        ]
        .concat(),
        "delete_deleted_item" => {
            let by_application = refused(
                "groupByApplication",
                "Only signed-in users delete groups for good.",
                Refusal::NotPermitted,
            );
            let kind = kind_not_permitted(&PURGE_GROUP, need);
            let unit = refused(
                "unitNotDeletable",
                "Administrative units are deleted for good only by their thirty days.",
                Refusal::NotPermitted,
            );
            vec![object_not_found(), kind, role_assignable_group(), by_application, unit]
        }
        "get_deleted_objects_owned_by_user" => [
            vec![user_not_found(), missing_parameter("userId"), invalid_identifier(), objects_too_large()],
            parameters("type"),
        ]
        .concat(),
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
        | "count_users" => Vec::new(),
        _ => return None,
    })
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
    let found_array = PropertyFault::Node {
        property: "displayName",
        found: Node::StartArray,
        expected: Node::PrimitiveValue,
    };
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
            "readOnlyProperty",
            "The property isn't the caller's to set.",
            of(PropertyFault::ReadOnly("id")),
        ),
        refused(
            "otherType",
            "The value has another type than the property.",
            of(PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() }),
        ),
        refused("unexpectedArray", "An array stands where a single value is due.", of(found_array)),
        refused(
            "invalidValue",
            "The value has a form that the property doesn't take, here two lines.",
            of(PropertyFault::Invalid("displayName")),
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

fn object_not_found() -> ErrorExample {
    absent("objectNotFound", "There is no such object.")
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

fn no_manager() -> ErrorExample {
    refused("noManager", "There is no manager.", Refusal::NotFound("manager".into()))
}

fn manager_not_found() -> ErrorExample {
    absent("managerNotFound", "There is no object that could be the manager.")
}

fn cannot_manage() -> ErrorExample {
    refused(
        "kindCannotManage",
        "Objects of this kind manage nobody.",
        Refusal::NoManager(ObjectTraits::Device),
    )
}

fn device_not_found() -> ErrorExample {
    absent("deviceNotFound", "There is no such device.")
}

fn application_not_found() -> ErrorExample {
    absent("applicationNotFound", "There is no such application.")
}

fn role_not_found() -> ErrorExample {
    absent("directoryRoleNotFound", "There is no such directory role.")
}

fn unit_not_found() -> ErrorExample {
    absent("administrativeUnitNotFound", "There is no such administrative unit.")
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
    let item =
        PropertyFault::Node { property: name, found: Node::StartArray, expected: Node::PrimitiveValue };
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

fn get_by_ids(need: &Need) -> Vec<ErrorExample> {
    let long = check_members::refused(PropertyFault::Invalid("types"));
    let own = vec![
        refused("tooLongType", "A name is longer than that of any type.", long),
        objects_too_large(),
        property_not_readable(need),
        not_in_lists(),
    ];
    [ids("ids", MAX_OBJECTS), own].concat()
}

/// What bodies of actions get wrong that have this text, which takes some forms only.
fn parameters(name: &'static str) -> Vec<ErrorExample> {
    let of = check_members::refused;
    let found_array =
        PropertyFault::Node { property: name, found: Node::StartArray, expected: Node::PrimitiveValue };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        unknown_parameter(),
        refused("otherType", "The value has another type than the parameter.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(found_array)),
        refused(
            "invalidValue",
            "The value isn't one that the parameter takes.",
            of(PropertyFault::Invalid(name)),
        ),
    ]
}

fn missing_parameter(name: &'static str) -> ErrorExample {
    let fault = PropertyFault::Required(name);
    refused("missingParameter", "The body lacks what the action needs.", check_members::refused(fault))
}

fn invalid_identifier() -> ErrorExample {
    let fault = PropertyFault::Identifier;
    refused("invalidIdentifier", "What should be an object's id is none.", check_members::refused(fault))
}

fn objects_too_large() -> ErrorExample {
    refused(
        "resultTooLarge",
        "The objects are more than an answer can hold, about 4 MiB.",
        Refusal::ResultTooLarge,
    )
}

fn foreign_domain() -> ErrorExample {
    refused("foreignDomain", "The sign-in name is of a domain that the tenant lacks.", Refusal::ForeignDomain)
}

/// Of a kind that needs this, for a caller who has the least that is enough for another.
fn kind_not_permitted(need: &Need, held: &Need) -> ErrorExample {
    refused("kindNotPermitted", "The token's permission is for objects of another kind.", lacks(need, held))
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
    let array = PropertyFault::Node { property, found: Node::StartArray, expected: Node::PrimitiveValue };
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
    Refusal::Lacks(need.missing(&Grants { principal, permissions: held.iter().copied().collect() }))
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

fn user_property_not_writable(held: &Need) -> ErrorExample {
    let summary = "The token lacks what setting `employeeLeaveDateTime` needs besides.";
    property_not_writable(summary, &WRITE_LIFE_CYCLE_INFO, held)
}

fn group_property_not_writable(held: &Need) -> ErrorExample {
    let summary = "The token lacks what setting `preferredDataLocation` needs besides.";
    property_not_writable(summary, &SET_GROUP_DATA_LOCATION, held)
}

/// What bodies of users get wrong besides.
fn user_values() -> Vec<ErrorExample> {
    let of = |fault| property(&USER, fault);
    let own = vec![
        refused(
            "emptyText",
            "The text is empty. Null takes it away.",
            of(PropertyFault::Invalid("officeLocation")),
        ),
        refused(
            "textTooShort",
            "The text is shorter than the property's can be.",
            of(PropertyFault::Length { property: "mobilePhone", min: 1, max: 64 }),
        ),
        other_schema(&USER, "identities"),
        foreign_domain(),
        refused("weakPassword", "The password breaks the rules for passwords.", Refusal::WeakPassword),
        taken("userPrincipalName"),
        too_large(),
        invalid_reference(),
        manager_not_found(),
        cannot_manage(),
    ];
    [texts(&USER, "businessPhones"), own].concat()
}

fn user_update(need: &Need) -> Vec<ErrorExample> {
    let own = vec![
        user_not_found(),
        null(&USER),
        mixed_services(),
        user_property_not_writable(need),
        refused(
            "notByOneself",
            "With `User.ReadWrite` users don't change what decides how they sign in.",
            lacks(&UPDATE_USER_PROFILE, &UPDATE_ME),
        ),
    ];
    [updated(&USER), user_values(), own].concat()
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

/// What bodies of groups get wrong besides, and what they bind.
fn group_values() -> Vec<ErrorExample> {
    let member_twice =
        Refusal::MemberTwice { group: sample::READERS, member: sample::GRACE, kind: ObjectKind::User };
    let own = vec![
        refused(
            "invalidMailNickname",
            "The nickname has a character that mail addresses don't, here a space.",
            property(&GROUP, PropertyFault::Invalid("mailNickname")),
        ),
        other_schema(&GROUP, "assignedLabels"),
        refused("contradiction", "No group has these values together.", Refusal::Combination),
        refused(
            "missingRule",
            "A dynamic group has a rule.",
            property(&GROUP, PropertyFault::Required("membershipRule")),
        ),
        invalid_rule(),
        refused(
            "ruleOfRules",
            "The rule names a group whose members follow from groups themselves.",
            Refusal::RuleOfRules,
        ),
        taken("mailNickname"),
        refused(
            "missingPrefixSuffix",
            "The name doesn't begin or end as the tenant's settings demand.",
            Refusal::InvalidName(missing_suffix()),
        ),
        refused(
            "blockedWord",
            "The name has a word that the tenant's settings block.",
            Refusal::InvalidName(NameFault::BlockedWord("displayName")),
        ),
        no_guests(),
        invalid_reference(),
        refused("tooManyReferences", "The body binds more than twenty objects.", Refusal::TooManyReferences),
        member_not_found(),
        owner_not_found(),
        kind_not_allowed(),
        kind_not_addable(&UPDATE_GROUP),
        no_nesting(),
        cannot_own(),
        refused("memberTwice", "The body binds a member twice.", member_twice),
        refused("ownerTwice", "The body binds an owner twice.", Refusal::OwnerTwice),
        role_assignable_group(),
        too_large(),
        refused("labelsByApplication", "Only signed-in users assign labels.", Refusal::NotPermitted),
    ];
    [texts(&GROUP, "groupTypes"), own].concat()
}

fn group_creation(need: &Need) -> Vec<ErrorExample> {
    let own = vec![
        refused(
            "mailEnabledGroup",
            "Only Exchange makes a group that takes mail and is neither a Microsoft 365 group nor security enabled.",
            Refusal::MailEnabledGroup,
        ),
        refused(
            "groupCreationDisabled",
            "The tenant's settings don't let the user create Microsoft 365 groups.",
            Refusal::NotPermitted,
        ),
        refused("dynamicWithMembers", "A rule decides who is in a dynamic group.", Refusal::NotPermitted),
        refused(
            "membersNotBindable",
            "With `Group.Create` an application binds what it may read.",
            lacks_beside(&ADD_MEMBER, Principal::Application(None), &[Permission::GroupCreate]),
        ),
        group_property_not_writable(need),
    ];
    [created(&GROUP, "mailNickname"), group_values(), own].concat()
}

fn group_update(need: &Need) -> Vec<ErrorExample> {
    let own = vec![
        group_not_found(),
        no_mailbox(),
        null(&GROUP),
        refused("otherKind", "The group would become one of another kind.", Refusal::OtherKind),
        immutable(&GROUP, "visibility"),
        mixed_services(),
        already_member(),
        already_owner(),
        too_many_owners(),
        managed_by_exchange(),
        dynamic_group(),
        refused(
            "mailboxByApplication",
            "Only signed-in users change what Exchange holds.",
            Refusal::NotPermitted,
        ),
        refused(
            "propertiesNotWritable",
            "With `GroupMember.ReadWrite.All` a caller binds members only.",
            lacks(&UPDATE_GROUP_PROPERTIES, need),
        ),
        group_property_not_writable(need),
        refused(
            "groupNotCreatable",
            "There is no such group, and the caller may not create it.",
            lacks(&CREATE_GROUP, need),
        ),
    ];
    [updated(&GROUP), group_values(), own].concat()
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

fn chain_too_large() -> ErrorExample {
    refused(
        "resultTooLarge",
        "The managers are more than an answer can hold, about 4 MiB.",
        Refusal::ResultTooLarge,
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

fn not_related(name: &'static str, summary: &'static str) -> ErrorExample {
    refused(name, summary, Refusal::NotFound(sample::READERS.to_string()))
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
    refused("kindCannotOwn", "Objects of this kind own no groups.", refusal)
}

fn too_many_owners() -> ErrorExample {
    let refusal = Refusal::TooManyOwners { count: 101, quota: 100 };
    refused("tooManyOwners", "A group has a hundred owners at most.", refusal)
}

fn managed_by_exchange() -> ErrorExample {
    refused(
        "managedByExchange",
        "Exchange keeps the group: nothing of it changes here.",
        Refusal::ManagedByExchange,
    )
}

fn invalid_rule() -> ErrorExample {
    let fault = Fault::Property { property: "colour".into(), object: "User" };
    refused(
        "invalidMembershipRule",
        "The rule isn't one, here as users have no such property. The position is counted from 0.",
        Refusal::MembershipRule(RuleFault { kind: fault, position: 0 }),
    )
}

/// What evaluations of rules refuse.
fn rule_evaluation() -> Vec<ErrorExample> {
    let of = check_members::refused;
    let array =
        PropertyFault::Node { property: "memberId", found: Node::StartArray, expected: Node::PrimitiveValue };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        unknown_parameter(),
        refused("missingIds", "The body names no user or device.", of(PropertyFault::Required("memberId"))),
        refused("unexpectedList", "An array stands where a single value is due.", of(array)),
        refused("otherItemType", "The id is no text.", of(literal)),
        refused("invalidValue", "The id isn't one.", of(PropertyFault::Identifier)),
        refused(
            "ruleTooLong",
            "The rule has more than 3,072 characters.",
            of(PropertyFault::Invalid("membershipRule")),
        ),
        absent(
            "memberNotFound",
            "There is no such object, it is neither a user nor a device, or the caller may not read it.",
        ),
        invalid_rule(),
        refused("ruleByGroups", "Rules by groups aren't evaluated for one object.", Refusal::RuleByGroups),
    ]
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

fn policy_not_found() -> ErrorExample {
    absent("policyNotFound", "There is no such policy.")
}

fn never_expires() -> ErrorExample {
    refused("neverExpires", "The group is no Microsoft 365 group.", Refusal::NeverExpires)
}

/// What bodies of lifecycle policies get wrong.
fn policy_values() -> Vec<ErrorExample> {
    let of = |fault| Refusal::Property { resource: GROUP_LIFECYCLE_POLICY.resource, fault };
    let literal = PropertyFault::Literal { literal: "long".into(), kind: "Edm.Int32".into() };
    let array = PropertyFault::Node {
        property: "managedGroupTypes",
        found: Node::StartArray,
        expected: Node::PrimitiveValue,
    };
    vec![
        refused(
            "unknownExtension",
            "No application declared this extension.",
            of(PropertyFault::UnknownExtensions(vec!["extension_0a_colour".into()])),
        ),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
        refused(
            "unknownProperty",
            "The body names a property that policies don't have.",
            of(PropertyFault::Unknown("colour".into())),
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
        refused("otherType", "The value has another type than the property.", of(literal)),
        refused(
            "invalidValue",
            "Groups live 30 days at the least.",
            of(PropertyFault::Invalid("groupLifetimeInDays")),
        ),
    ]
}

/// What an invitation gets wrong.
fn invitation() -> Vec<ErrorExample> {
    let of = |fault| Refusal::Property { resource: INVITATION.resource, fault };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    let array = PropertyFault::Node {
        property: "inviteRedirectUrl",
        found: Node::StartArray,
        expected: Node::PrimitiveValue,
    };
    vec![
        refused(
            "unknownProperty",
            "The body names a property that invitations don't have.",
            of(PropertyFault::Unknown("colour".into())),
        ),
        refused(
            "unknownExtension",
            "No application declared this extension.",
            of(PropertyFault::UnknownExtensions(vec!["extension_0a_colour".into()])),
        ),
        refused(
            "readOnlyProperty",
            "The property isn't the caller's to set.",
            of(PropertyFault::ReadOnly("id")),
        ),
        refused("otherType", "The value has another type than the property.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
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
        refused(
            "missingValue",
            "The body doesn't say who is invited.",
            of(PropertyFault::Required("invitedUserEmailAddress")),
        ),
        refused("invalidValue", "The URL isn't one.", of(PropertyFault::Invalid("inviteRedirectUrl"))),
        refused(
            "ownDomain",
            "The address is in a domain of the tenant's.",
            of(PropertyFault::Invalid("invitedUserEmailAddress")),
        ),
        refused(
            "alreadyHere",
            "The address is the sign-in name of a user of the tenant's.",
            Refusal::AlreadyHere(sample::id(101)),
        ),
    ]
}

/// What is wrong with a group that is to be selected, or no more.
fn managed_group() -> Vec<ErrorExample> {
    let of = check_members::refused;
    let array =
        PropertyFault::Node { property: "groupId", found: Node::StartArray, expected: Node::PrimitiveValue };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        policy_not_found(),
        absent("groupNotFound", "There is no group with the id `groupId`."),
        never_expires(),
        unknown_parameter(),
        missing_parameter("groupId"),
        refused("otherType", "The id is no text.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
        refused("invalidValue", "The id isn't one.", of(PropertyFault::Identifier)),
    ]
}

/// What assignments of licences refuse.
fn license_assignment() -> Vec<ErrorExample> {
    let of = check_members::refused;
    let null = PropertyFault::NullCollection {
        property: "addLicenses",
        kind: "Collection(microsoft.graph.assignedLicense)".into(),
    };
    let text = PropertyFault::Node {
        property: "removeLicenses",
        found: Node::PrimitiveValue,
        expected: Node::StartArray,
    };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    let array =
        PropertyFault::Node { property: "skuId", found: Node::StartArray, expected: Node::PrimitiveValue };
    vec![
        refused("otherType", "The product's id is no text.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
        unknown_parameter(),
        missing_parameter("removeLicenses"),
        refused("nullCollection", "Null for a collection, which can be empty.", of(null)),
        refused(
            "otherSchema",
            "The value isn't the array of objects that is due.",
            of(PropertyFault::Schema("addLicenses")),
        ),
        refused("unexpectedText", "A text stands where an array is due.", of(text)),
        refused(
            "nullItem",
            "Null for one of a collection's values.",
            of(PropertyFault::NullItem("removeLicenses")),
        ),
        refused(
            "invalidValue",
            "One of the products isn't named by a GUID.",
            of(PropertyFault::Invalid("removeLicenses")),
        ),
        refused(
            "unknownLicense",
            "The tenant has no licences of the product.",
            Refusal::UnknownLicense(sample::id(999)),
        ),
        refused("notLicensed", "The licence that is to be taken away isn't assigned.", Refusal::NotLicensed),
        refused(
            "unknownPlan",
            "The product doesn't have a plan that is to be disabled.",
            Refusal::UnknownPlan { plan: sample::id(999), sku: sample::id(801) },
        ),
    ]
}

fn setting_not_found() -> ErrorExample {
    absent("settingNotFound", "There are no such settings.")
}

/// What bodies of group settings get wrong.
fn setting_values() -> Vec<ErrorExample> {
    let of = |fault| Refusal::Property { resource: GROUP_SETTING.resource, fault };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    let array =
        PropertyFault::Node { property: "value", found: Node::StartArray, expected: Node::PrimitiveValue };
    vec![
        refused("otherType", "The value is no text.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
        refused(
            "unknownExtension",
            "No application declared this extension.",
            of(PropertyFault::UnknownExtensions(vec!["extension_0a_colour".into()])),
        ),
        refused(
            "unknownProperty",
            "The body names a property that settings don't have.",
            of(PropertyFault::Unknown("colour".into())),
        ),
        refused(
            "readOnlyProperty",
            "The property isn't the caller's to set.",
            of(PropertyFault::ReadOnly("displayName")),
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
        refused(
            "nullCollection",
            "Null for the values.",
            of(PropertyFault::NullCollection {
                property: "values",
                kind: "Collection(microsoft.graph.settingValue)".into(),
            }),
        ),
        refused(
            "otherSchema",
            "The value isn't the array of objects that is due.",
            of(PropertyFault::Schema("values")),
        ),
        refused(
            "unknownSetting",
            "The template has no setting of this name.",
            of(PropertyFault::Unknown("AllowColours".into())),
        ),
        refused(
            "missingSetting",
            "A setting of the template lacks.",
            of(PropertyFault::Required("AllowToAddGuests")),
        ),
        refused(
            "invalidValue",
            "The setting doesn't take the value, or stands twice.",
            of(PropertyFault::Invalid("AllowToAddGuests")),
        ),
    ]
}

/// What bodies of new ones get wrong besides.
fn new_setting() -> Vec<ErrorExample> {
    let of = |fault| Refusal::Property { resource: GROUP_SETTING.resource, fault };
    vec![
        refused("missingValue", "The body names no template.", of(PropertyFault::Required("templateId"))),
        refused(
            "invalidTemplate",
            "There is no such template, or it is for another kind of group, or for the tenant as a whole.",
            of(PropertyFault::Invalid("templateId")),
        ),
    ]
}

/// What bodies of updates get wrong besides.
fn changed_setting() -> Vec<ErrorExample> {
    let fault = PropertyFault::Immutable("templateId");
    let immutable = Refusal::Property { resource: GROUP_SETTING.resource, fault };
    vec![
        setting_not_found(),
        refused("nothingToChange", "The body names no property.", Refusal::NothingToChange),
        refused("immutableProperty", "Settings keep their template.", immutable),
    ]
}

/// What validations of names refuse.
fn name_validation() -> Vec<ErrorExample> {
    vec![
        refused(
            "missingNames",
            "The body has neither name.",
            check_members::refused(PropertyFault::Required("displayName")),
        ),
        absent("userNotFound", "There is no user with the id `onBehalfOfUserId`."),
        refused(
            "nicknameTaken",
            "Another Microsoft 365 group has the mail nickname.",
            Refusal::InvalidNames(vec![NameFault::Taken("mailNickname")]),
        ),
        refused(
            "missingPrefixSuffix",
            "The name doesn't begin or end as the tenant's settings demand.",
            Refusal::InvalidNames(vec![missing_suffix()]),
        ),
        refused(
            "blockedWord",
            "The name has a word that the tenant's settings block.",
            Refusal::InvalidNames(vec![NameFault::BlockedWord("displayName")]),
        ),
    ]
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

/// What bodies of new devices get wrong besides.
fn device_values() -> Vec<ErrorExample> {
    let ids = "alternativeSecurityIds";
    vec![
        taken("deviceId"),
        null_collection(&DEVICE, ids, "microsoft.graph.alternativeSecurityId"),
        other_schema(&DEVICE, ids),
    ]
}

/// What bodies of applications get wrong besides.
fn application_values() -> Vec<ErrorExample> {
    [texts(&APPLICATION, "tags"), vec![too_large()]].concat()
}

/// What bodies of service principals get wrong besides.
fn service_principal_values() -> Vec<ErrorExample> {
    let twice = property(&SERVICE_PRINCIPAL, PropertyFault::Invalid("appRoles"));
    let own = vec![
        refused("invalidRoles", "Two of the roles have the same id.", twice),
        other_schema(&SERVICE_PRINCIPAL, "appRoles"),
        too_large(),
    ];
    [texts(&SERVICE_PRINCIPAL, "tags"), own].concat()
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
