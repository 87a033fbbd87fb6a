//! `/applications`.

use super::shapes::Objects;
use crate::{
    http::{
        contract::schemas::{Application, ApplicationCollection},
        operation::Operation,
    },
    model::{kinds::ObjectKind, permissions::READ_APPLICATION},
};
use serde_json::{Value, json};

pub(super) const APPLICATIONS: Objects = Objects {
    kind: ObjectKind::Application,
    tag: "applications",
    one: "an application",
    many: "applications",
    page: "application",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000304", "appId": "5a3e0000-0000-4000-8000-0000000000aa",
        "displayName": "sample", "signInAudience": "AzureADMyOrg",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        APPLICATIONS.list::<ApplicationCollection>("/applications", "list_applications", &READ_APPLICATION),
        APPLICATIONS.count("/applications/$count", "count_applications", &READ_APPLICATION),
        APPLICATIONS.get::<Application>("/applications/{id}", "get_application", &READ_APPLICATION),
    ]
}
