//! `/organization`: the tenant. The rules are in `directory::organization`.

use super::shapes::{Resources, guid};
use crate::{
    directory::organization,
    http::{
        contract::schemas::{Organization, OrganizationCollection},
        operation::{BASIC, Operation},
    },
    model::{
        ids::{AsWritten, ObjectId},
        organization::ORGANIZATION,
        permissions::{READ_BASIC_ORGANIZATION, READ_ORGANIZATION},
    },
};
use serde_json::{Value, json};

const ORGANIZATIONS: Resources = Resources {
    resource: &ORGANIZATION,
    tag: "tenant",
    one: "the tenant",
    many: "tenant of the caller",
    page: "organization",
    key: guid,
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000000", "createdDateTime": "2026-01-31T12:00:00Z",
        "displayName": "contoso.example", "tenantType": "AAD",
        "privacyProfile": {"contactEmail": "privacy@contoso.example", "statementUrl": "https://contoso.example/privacy"},
        "verifiedDomains": [{
            "capabilities": "Email", "isDefault": true, "isInitial": false, "name": "contoso.example", "type": "Managed",
        }],
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let list = ORGANIZATIONS.list::<OrganizationCollection, ()>(
        "/organization",
        "list_organizations",
        &READ_BASIC_ORGANIZATION,
        organization::list,
    );
    let get = ORGANIZATIONS.get::<Organization, AsWritten<ObjectId>>(
        "/organization/{id}",
        "get_organization",
        &READ_BASIC_ORGANIZATION,
        organization::get,
    );
    vec![
        list.limited(&READ_ORGANIZATION, BASIC),
        ORGANIZATIONS.with_key("id", get).limited(&READ_ORGANIZATION, BASIC),
    ]
}
