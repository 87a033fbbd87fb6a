//! The properties that rules ask of users and devices. Rules have names of their own for some, which they had before Graph. What
//! each is, the property tables say.

use crate::model::{
    device::DEVICE,
    kinds::ObjectKind,
    paths::PropertyPath,
    properties::{Entity, Kind, Property},
    user::USER,
};
use std::sync::LazyLock;

/// A property as rules name it.
#[derive(Debug)]
pub struct RuleProperty {
    /// Its name in rules.
    pub name: &'static str,
    /// Where its values are.
    pub path: PropertyPath,
    /// What its values are to rules.
    pub kind: PropertyKind,
}

/// What a property's values are to rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// `true` or `false`.
    Flag,
    /// A time.
    Time,
    /// A text.
    Text,
    /// Any number of texts.
    Texts,
    /// Any number of items with parts, each of which has this name.
    Items(&'static str),
}

/// The properties of users: their names in rules where Graph's are others. The first of the texts counts where Graph has several
/// and rules have one.
const OF_USERS: &[(&str, &str)] = &[
    ("accountEnabled", "accountEnabled"),
    ("assignedPlans", "assignedPlans"),
    ("city", "city"),
    ("companyName", "companyName"),
    ("country", "country"),
    ("department", "department"),
    ("dirSyncEnabled", "onPremisesSyncEnabled"),
    ("displayName", "displayName"),
    ("employeeHireDate", "employeeHireDate"),
    ("employeeId", "employeeId"),
    ("facsimileTelephoneNumber", "faxNumber"),
    ("givenName", "givenName"),
    ("jobTitle", "jobTitle"),
    ("mail", "mail"),
    ("mailNickName", "mailNickname"),
    ("mobile", "mobilePhone"),
    ("objectId", "id"),
    ("onPremisesDistinguishedName", "onPremisesDistinguishedName"),
    ("onPremisesSecurityIdentifier", "onPremisesSecurityIdentifier"),
    ("otherMails", "otherMails"),
    ("passwordPolicies", "passwordPolicies"),
    ("physicalDeliveryOfficeName", "officeLocation"),
    ("postalCode", "postalCode"),
    ("preferredLanguage", "preferredLanguage"),
    ("proxyAddresses", "proxyAddresses"),
    ("sipProxyAddress", "imAddresses"),
    ("state", "state"),
    ("streetAddress", "streetAddress"),
    ("surname", "surname"),
    ("telephoneNumber", "businessPhones"),
    ("usageLocation", "usageLocation"),
    ("userPrincipalName", "userPrincipalName"),
    ("userType", "userType"),
];

/// The same of devices.
const OF_DEVICES: &[(&str, &str)] = &[
    ("accountEnabled", "accountEnabled"),
    ("deviceCategory", "deviceCategory"),
    ("deviceId", "deviceId"),
    ("deviceManagementAppId", "mdmAppId"),
    ("deviceManufacturer", "manufacturer"),
    ("deviceModel", "model"),
    ("deviceOSType", "operatingSystem"),
    ("deviceOSVersion", "operatingSystemVersion"),
    ("deviceOwnership", "deviceOwnership"),
    ("devicePhysicalIds", "physicalIds"),
    ("deviceTrustType", "trustType"),
    ("displayName", "displayName"),
    ("enrollmentProfileName", "enrollmentProfileName"),
    ("isRooted", "isRooted"),
    ("managementType", "managementType"),
    ("objectId", "id"),
    ("profileType", "profileType"),
    ("systemLabels", "systemLabels"),
];

/// Of which rules have one text, and Graph several.
const SINGLE: [&str; 2] = ["sipProxyAddress", "telephoneNumber"];

/// What holds `extensionAttribute1` to `extensionAttribute15`.
const EXTENSION_ATTRIBUTES: &str = "onPremisesExtensionAttributes";

static USERS: LazyLock<Vec<RuleProperty>> = LazyLock::new(|| table(&USER, OF_USERS));
static DEVICES: LazyLock<Vec<RuleProperty>> = LazyLock::new(|| table(&DEVICE, OF_DEVICES));

/// The properties of users, or of devices.
pub fn all(kind: ObjectKind) -> &'static [RuleProperty] {
    match kind {
        ObjectKind::User => &USERS,
        ObjectKind::Device => &DEVICES,
        _ => &[],
    }
}

/// The property with this name in rules, in any case.
pub fn find(kind: ObjectKind, name: &str) -> Option<&'static RuleProperty> {
    all(kind).iter().find(|property| property.name.eq_ignore_ascii_case(name))
}

fn table(entity: &'static Entity, names: &[(&'static str, &str)]) -> Vec<RuleProperty> {
    let named = names.iter().filter_map(|(name, property)| {
        let path = entity.path(property, None)?;
        Some(RuleProperty { name, path, kind: kind(name, path.property)? })
    });
    let attributes = entity.property(EXTENSION_ATTRIBUTES).into_iter().flat_map(|attributes| {
        attributes.parts().iter().map(move |part| RuleProperty {
            name: part.name,
            path: PropertyPath { property: attributes, part: Some(part) },
            kind: PropertyKind::Text,
        })
    });
    named.chain(attributes).collect()
}

/// What a property's values are to rules. `None`: nothing.
fn kind(name: &str, property: &Property) -> Option<PropertyKind> {
    match property.kind {
        Kind::Boolean => Some(PropertyKind::Flag),
        Kind::DateTime => Some(PropertyKind::Time),
        Kind::String => Some(PropertyKind::Text),
        Kind::Strings if SINGLE.contains(&name) => Some(PropertyKind::Text),
        Kind::Strings => Some(PropertyKind::Texts),
        Kind::Objects(_) => Some(PropertyKind::Items("assignedPlan")),
        Kind::Object(_) | Kind::Int32 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_property_of_the_tables() {
        assert_eq!(all(ObjectKind::User).len(), OF_USERS.len() + 15);
        assert_eq!(all(ObjectKind::Device).len(), OF_DEVICES.len());
        assert!(all(ObjectKind::Group).is_empty());
    }

    #[test]
    fn a_property_is_found_in_any_case() {
        let kind = |name| find(ObjectKind::User, name).map(|property| (property.name, property.kind));
        assert_eq!(kind("mailnickname"), Some(("mailNickName", PropertyKind::Text)));
        assert_eq!(kind("dirSyncEnabled"), Some(("dirSyncEnabled", PropertyKind::Flag)));
        assert_eq!(kind("employeehiredate"), Some(("employeeHireDate", PropertyKind::Time)));
        assert_eq!(kind("otherMails"), Some(("otherMails", PropertyKind::Texts)));
        assert_eq!(kind("telephoneNumber"), Some(("telephoneNumber", PropertyKind::Text)));
        assert_eq!(kind("assignedPlans"), Some(("assignedPlans", PropertyKind::Items("assignedPlan"))));
        assert_eq!(kind("extensionAttribute15"), Some(("extensionAttribute15", PropertyKind::Text)));
        assert_eq!(kind("passwordProfile"), None);
    }
}
