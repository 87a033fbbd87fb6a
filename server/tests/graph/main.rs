//! The real server on a real port, driven by the generated client wherever the contract allows, and by raw
//! HTTP where it doesn't. One server for all tests, one fresh tenant for each.

#![expect(
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod administrative_units;
mod app_role_assignments;
mod application_owners;
mod applications;
mod authority;
mod basic_permissions;
mod batch;
mod batch_histories;
mod bodies;
#[path = "../shared/browser.rs"]
mod browser;
#[path = "../shared/campaign.rs"]
mod campaign;
mod campaigns;
mod change_password;
mod check_members;
mod client;
mod client_certificates;
mod compression;
mod contract;
mod created_objects;
mod deleted_items;
mod deletions;
mod devices;
mod directory_roles;
mod docs;
mod documented;
mod documented_queries;
mod domains;
mod dynamic_groups;
mod error_examples;
mod errors;
mod exchanges;
mod expand;
mod expand_managers;
mod faults;
mod federated_identity_credentials;
mod get_by_ids;
mod group_lifecycle_policies;
mod group_settings;
mod groups;
mod groups_updates;
mod histories_of_deletions;
mod histories_of_objects;
mod hostile;
#[path = "../shared/http_client.rs"]
mod http_client;
mod invitations;
mod key_credentials;
mod keys;
mod licences;
mod listings;
mod managed_identity;
mod managers;
mod me;
mod member_of;
mod members;
mod members_histories;
mod members_listing;
mod members_rules;
mod metadata;
mod metadata_levels;
mod nesting;
mod oauth2_permission_grants;
mod operations;
mod organization;
mod owned_objects;
mod owners;
mod password_credentials;
mod paths;
mod permissions;
mod preferences;
mod promises;
mod properties;
mod query_objects;
mod query_support;
mod references;
mod rights;
mod role_assignments;
mod scheme;
mod service_principals;
mod sign_in;
mod sign_in_sessions;
mod support;
mod token_sources;
mod tokens;
mod upserts;
mod users;
mod users_updates;
mod validate_properties;
