//! Plain types that every layer speaks: ids, kinds, the property tables of the entities, the
//! permission table, the clock. Nothing here knows HTTP, SQL or a rule that needs to look anything up.

pub mod actions;
pub mod administrative_unit;
pub mod app_role_assignment;
pub mod application;
pub mod application_types;
pub mod clock;
mod complex_types;
pub mod condition;
pub mod device;
pub mod directory_role;
pub mod domain;
pub mod domains;
pub mod draft;
pub mod entries;
pub mod federated_identity_credential;
mod forms;
pub mod group;
pub mod group_lifecycle_policy;
pub mod group_setting;
pub mod ids;
pub mod invitation;
pub mod json;
pub mod keys;
pub mod kinds;
pub mod names;
pub mod navigation;
pub mod oauth2_permission_grant;
pub mod org_contact;
pub mod organization;
pub mod paths;
pub mod permissions;
pub mod properties;
pub mod query_support;
pub mod resources;
pub mod role_assignment;
pub mod role_templates;
pub mod service_principal;
pub mod subscribed_sku;
pub mod user;
pub mod values;
pub mod well_known_applications;
pub mod words;

use kinds::ObjectKind;
use properties::Entity;
use resources::Resource;

/// The property tables of all entities.
pub static ENTITIES: [&Entity; 8] = [
    &user::USER,
    &group::GROUP,
    &device::DEVICE,
    &service_principal::SERVICE_PRINCIPAL,
    &org_contact::ORG_CONTACT,
    &application::APPLICATION,
    &administrative_unit::ADMINISTRATIVE_UNIT,
    &directory_role::DIRECTORY_ROLE,
];

/// The property tables of what a tenant has besides.
pub static RESOURCES: [&Resource; 11] = [
    &oauth2_permission_grant::OAUTH2_PERMISSION_GRANT,
    &app_role_assignment::APP_ROLE_ASSIGNMENT,
    &federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL,
    &organization::ORGANIZATION,
    &domain::DOMAIN,
    &group_setting::GROUP_SETTING_TEMPLATE,
    &group_setting::GROUP_SETTING,
    &group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
    &invitation::INVITATION,
    &subscribed_sku::SUBSCRIBED_SKU,
    &role_assignment::ROLE_ASSIGNMENT,
];

/// The property table of a kind of object.
pub const fn entity(kind: ObjectKind) -> &'static Entity {
    match kind {
        ObjectKind::User => &user::USER,
        ObjectKind::Group => &group::GROUP,
        ObjectKind::Device => &device::DEVICE,
        ObjectKind::ServicePrincipal => &service_principal::SERVICE_PRINCIPAL,
        ObjectKind::OrgContact => &org_contact::ORG_CONTACT,
        ObjectKind::Application => &application::APPLICATION,
        ObjectKind::AdministrativeUnit => &administrative_unit::ADMINISTRATIVE_UNIT,
        ObjectKind::DirectoryRole => &directory_role::DIRECTORY_ROLE,
    }
}

/// The entity whose objects the store keeps under this number.
pub fn entity_of_number(number: i64) -> Option<&'static Entity> {
    ENTITIES.into_iter().find(|entity| entity.number == number)
}

/// The entity whose objects are in this set, as a URL has it, in any case. Graph's own pages spell some sets in the singular, without
/// the singleton that contains them, or as its messages name the entity.
pub fn entity_of_set(set: &str) -> Option<&'static Entity> {
    let singular = set.strip_suffix(['s', 'S']).unwrap_or(set);
    let is_named = |entity: &&Entity| {
        let names = [entity.name, entity.resource];
        entity.set.eq_ignore_ascii_case(set) || names.iter().any(|name| name.eq_ignore_ascii_case(singular))
    };
    ENTITIES.into_iter().find(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_entity_and_each_entity_names_and_a_number_of_its_own() {
        for (index, one) in ENTITIES.into_iter().enumerate() {
            assert_eq!(entity(one.kind).name, one.name);
            assert_eq!(entity_of_number(one.number).map(|entity| entity.kind), Some(one.kind));
            for set in [one.set, one.name, one.resource] {
                let named = entity_of_set(&set.to_uppercase()).map(|entity| entity.kind);
                assert_eq!(named, Some(one.kind), "{set}");
            }
            assert!(ENTITIES[..index].iter().all(|other| other.number != one.number), "{}", one.name);
        }
        assert_eq!(entity_of_set("directoryObjects").map(|entity| entity.name), None);
    }
}
