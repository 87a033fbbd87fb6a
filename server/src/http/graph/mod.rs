//! Graph's operations, one file per noun: each is registered with its path, its name, its need and its rule. Nothing here
//! knows SQL, and no `if` about the directory belongs here.

mod administrative_unit_members;
mod administrative_units;
mod app_role_assignments;
mod application_owners;
mod applications;
mod assign_license;
mod batch;
mod casts;
mod change_password;
mod check_members;
mod contacts;
mod created_objects;
mod deleted_items;
mod devices;
mod direct_reports;
mod directory_objects;
mod directory_role_members;
mod directory_role_templates;
mod directory_roles;
mod domains;
mod federated_identity_credentials;
mod group_lifecycle_policies;
mod group_settings;
mod groups;
mod invitations;
mod key_credentials;
mod managers;
mod me;
mod member_of;
mod members;
mod membership_rules;
mod oauth2_permission_grants;
mod organization;
mod owned_objects;
mod owners;
mod password_credentials;
mod role_assignments;
mod service_principals;
mod shapes;
mod sign_in_sessions;
mod subscribed_skus;
mod users;
mod validate_properties;

use super::operation::Operation;
pub(super) use batch::Operations;

/// All of them, in the order in which the contract shows them.
pub(super) fn operations() -> Vec<Operation> {
    [
        users::operations(),
        me::operations(),
        change_password::operations(),
        sign_in_sessions::operations(),
        invitations::operations(),
        managers::operations(),
        direct_reports::operations(),
        groups::operations(),
        membership_rules::operations(),
        validate_properties::operations(),
        members::operations(),
        owners::operations(),
        owned_objects::operations(),
        created_objects::operations(),
        member_of::operations(),
        check_members::operations(),
        devices::operations(),
        service_principals::operations(),
        applications::operations(),
        password_credentials::operations(),
        key_credentials::operations(),
        application_owners::operations(),
        app_role_assignments::operations(),
        oauth2_permission_grants::operations(),
        contacts::operations(),
        administrative_units::operations(),
        administrative_unit_members::operations(),
        directory_roles::operations(),
        directory_role_members::operations(),
        directory_role_templates::operations(),
        role_assignments::operations(),
        directory_objects::operations(),
        organization::operations(),
        domains::operations(),
        group_settings::operations(),
        federated_identity_credentials::operations(),
        group_lifecycle_policies::operations(),
        subscribed_skus::operations(),
        assign_license::operations(),
        batch::operations(),
        deleted_items::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
