//! Plain types that every layer speaks: ids, kinds, the property tables of the entities, the
//! permission table, the clock. Nothing here knows HTTP, SQL or a rule that needs to look anything up.

pub mod application;
pub mod clock;
mod complex_types;
pub mod device;
pub mod domains;
pub mod group;
pub mod ids;
pub mod json;
pub mod kinds;
pub mod names;
pub mod org_contact;
pub mod permissions;
pub mod properties;
pub mod service_principal;
pub mod user;
pub mod values;

use kinds::ObjectKind;
use properties::Entity;

/// The property tables of all entities.
pub static ENTITIES: [&Entity; 6] = [
    &user::USER,
    &group::GROUP,
    &device::DEVICE,
    &service_principal::SERVICE_PRINCIPAL,
    &org_contact::ORG_CONTACT,
    &application::APPLICATION,
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
    }
}
