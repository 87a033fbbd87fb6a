//! The organizational contact: its properties.

use super::{
    complex_types::{
        ON_PREMISES_PROVISIONING_ERROR, PHONE, PHYSICAL_OFFICE_ADDRESS, SERVICE_PROVISIONING_ERROR,
    },
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{ADD_ORG_CONTACT, LIST_ORG_CONTACT_MEMBER_OF, READ_ORG_CONTACT},
    properties::{
        Entity,
        Kind::{Boolean, DateTime, Objects, String, Strings},
        Property, property,
    },
    query_support::{EMPTY, EQ, EQ_ADVANCED, NULL, RANGE, STARTS_WITH, STARTS_WITH_ADVANCED},
};

/// A person outside the tenant, kept for mail. Read-only in Graph.
pub static ORG_CONTACT: Entity = Entity {
    kind: ObjectKind::OrgContact,
    number: 5,
    name: "orgContact",
    set: "contacts",
    alternate_key: None,
    words: "an organizational contact",
    resource: "Contact",
    description: "A person outside the tenant, kept for mail.",
    read: &READ_ORG_CONTACT,
    read_basic: &READ_ORG_CONTACT,
    add_to_group: &ADD_ORG_CONTACT,
    navigation: &[
        navigation(NavigationProperty::MemberOf, &LIST_ORG_CONTACT_MEMBER_OF),
        navigation(NavigationProperty::TransitiveMemberOf, &LIST_ORG_CONTACT_MEMBER_OF),
        navigation(NavigationProperty::Manager, &READ_ORG_CONTACT),
        navigation(NavigationProperty::DirectReports, &READ_ORG_CONTACT),
    ],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The contact's unique identifier.").unchanged().filter(EQ),
    property("deletedDateTime", DateTime, "When the contact was deleted; null while it isn't."),
    property("companyName", String, "The company that the contact works for.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("department", String, "The department in which the contact works.").filter(EQ | STARTS_WITH | NULL).search(),
    property("displayName", String, "The contact's name in address books.").filter(EQ | STARTS_WITH | NULL).order_advanced().search_words(),
    property("givenName", String, "The contact's first name.").filter(EQ | STARTS_WITH | NULL).search(),
    property("jobTitle", String, "The contact's job title.").filter(EQ | STARTS_WITH | NULL).search(),
    property("mail", String, "The contact's mail address.").filter(EQ | STARTS_WITH | NULL).search(),
    property("mailNickname", String, "The contact's mail alias.").filter(EQ | STARTS_WITH | NULL).search(),
    property("surname", String, "The contact's family name.").filter(EQ | STARTS_WITH | NULL).search(),
    property("addresses", Objects(&PHYSICAL_OFFICE_ADDRESS), "Where the contact's offices are."),
    property("onPremisesLastSyncDateTime", DateTime, "When the contact was last synchronised from on premises.").filter(RANGE),
    property("onPremisesProvisioningErrors", Objects(&ON_PREMISES_PROVISIONING_ERROR), "Errors of the synchronisation from on premises.").filter(EMPTY),
    property("onPremisesSyncEnabled", Boolean, "Whether the contact is synchronised from on premises; null where it never was.").filter(EQ | NULL),
    property("phones", Objects(&PHONE), "The contact's telephone numbers."),
    property("proxyAddresses", Strings, "All mail addresses of the contact.").filter(EQ | STARTS_WITH | EMPTY).search(),
    property("serviceProvisioningErrors", Objects(&SERVICE_PROVISIONING_ERROR), "Errors that services reported of the contact."),
];
