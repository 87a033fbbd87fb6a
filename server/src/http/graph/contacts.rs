//! `/contacts`.

use super::shapes::Objects;
use crate::{
    http::{
        contract::schemas::{OrgContact, OrgContactCollection},
        operation::Operation,
    },
    model::{kinds::ObjectKind, permissions::READ_ORG_CONTACT},
};
use serde_json::{Value, json};

pub(super) const CONTACTS: Objects = Objects {
    kind: ObjectKind::OrgContact,
    tag: "contacts",
    one: "a contact",
    many: "contacts",
    page: "orgcontact",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000303", "displayName": "Ludwig Binder",
        "companyName": "Bindery", "mail": "ludwig@bindery.example",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        CONTACTS.list::<OrgContactCollection>("/contacts", "list_contacts", &READ_ORG_CONTACT),
        CONTACTS.count("/contacts/$count", "count_contacts", &READ_ORG_CONTACT),
        CONTACTS.get::<OrgContact>("/contacts/{id}", "get_contact", &READ_ORG_CONTACT),
    ]
}
