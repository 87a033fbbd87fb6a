//! The examples of error answers in the contract: one for each status of each operation, and what the server says then,
//! from the one table of errors. Which statuses an operation has is `error_responses`'s.

use super::wire::InnerError;
use crate::{
    auth::tokens::TokenFault,
    directory::Refusal,
    http::{
        errors::{Failure, RequestFault},
        operation::DELEGATED,
    },
    model::{
        kinds::{ObjectKind, Relationship},
        permissions::{Missing, Permissions},
        values::PropertyFault,
    },
    odata::query::QueryFault,
    store,
};
use serde_json::Value;
use utoipa::openapi::{OpenApi, RefOr, path::Operation};

/// The sample's user, whom examples of bodies name.
const USER: &str = "5a3e0000-0000-4000-8000-000000000101";

/// The application that the example of creating a service principal names.
const APPLICATION: &str = "5a3e0000-0000-4000-8000-000000000394";

/// Gives each error answer of each operation its example.
pub(in crate::http) fn add(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete];
        operations.into_iter().flatten().for_each(add_to);
    }
}

fn add_to(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let absent = path_id(operation).unwrap_or_else(|| USER.to_owned());
    let missing = least_delegated(operation);
    for (status, response) in &mut operation.responses.responses {
        let failure = failure(status, &id, &absent, missing);
        let (Some(failure), RefOr::T(response)) = (failure, response) else { continue };
        for content in response.content.values_mut() {
            if let RefOr::T(content) = content {
                content.example = Some(body(&failure));
            }
        }
    }
}

/// The example of the path's first parameter.
fn path_id(operation: &Operation) -> Option<String> {
    let in_path = |parameter: &&Value| parameter["in"] == "path";
    let parameters = serde_json::to_value(&operation.parameters).ok()?;
    parameters.as_array()?.iter().find(in_path)?["example"].as_str().map(str::to_owned)
}

/// What a signed-in user without any permission lacks.
fn least_delegated(operation: &Operation) -> Missing {
    let permissions = operation.extensions.as_ref().and_then(|extensions| extensions.get("x-permissions"));
    let alternatives = permissions.and_then(Value::as_array).into_iter().flatten();
    let least = alternatives.filter_map(|entry| entry[DELEGATED].as_array()).next();
    let names = least.into_iter().flatten().filter_map(Value::as_str);
    Missing { permissions: Permissions::from_names(names), delegated: true }
}

fn failure(status: &str, operation: &str, absent: &str, missing: Missing) -> Option<Failure> {
    Some(match status {
        "400" => bad_request(operation),
        "401" => TokenFault::Missing.into(),
        "403" => RequestFault::Forbidden(missing).into(),
        "404" => Refusal::NotFound(absent.into()).into(),
        "409" => Refusal::ServicePrincipalExists(APPLICATION.into()).into(),
        "413" => RequestFault::TooLarge.into(),
        "415" => RequestFault::ContentEncoding.into(),
        "429" => store::Error::TenantOverloaded.into(),
        "500" => RequestFault::Internal.into(),
        "501" => QueryFault::NotServed(option_not_served(operation).into()).into(),
        "503" => store::Error::Overloaded.into(),
        "504" => RequestFault::TimedOut.into(),
        _ => return None,
    })
}

/// What an operation that reads one object or several doesn't have yet.
fn option_not_served(operation: &str) -> &'static str {
    if operation.starts_with("get_") { "$expand" } else { "$filter" }
}

/// What a newcomer to the operation gets wrong first.
fn bad_request(operation: &str) -> Failure {
    match operation {
        "add_group_member" => Refusal::AlreadyRelated(Relationship::Members).into(),
        "add_group_owner" => Refusal::AlreadyRelated(Relationship::Owners).into(),
        "remove_group_owner" => Refusal::LastOwner.into(),
        "create_user" => Refusal::Taken("userPrincipalName").into(),
        "create_group" => property(ObjectKind::Group, PropertyFault::Required("mailNickname")),
        "create_device" => property(ObjectKind::Device, PropertyFault::Required("deviceId")),
        "create_service_principal" => {
            property(ObjectKind::ServicePrincipal, PropertyFault::Required("appId"))
        }
        "update_user" => property(ObjectKind::User, PropertyFault::Invalid("usageLocation")),
        "update_group" => property(ObjectKind::Group, PropertyFault::Invalid("mailNickname")),
        "update_device" => property(ObjectKind::Device, PropertyFault::Invalid("displayName")),
        "update_service_principal" => {
            property(ObjectKind::ServicePrincipal, PropertyFault::Invalid("displayName"))
        }
        "get_me" | "update_me" => RequestFault::NobodySignedIn.into(),
        // Their paths take names too, so that no id is malformed.
        "get_user" | "delete_user" => QueryFault::Unsupported("$top".into()).into(),
        _ if operation.ends_with("_by_reference") => QueryFault::Missing("@id").into(),
        _ if operation.starts_with("count_") => QueryFault::CountSegmentWithoutConsistencyLevel.into(),
        _ if operation.starts_with("list_") => QueryFault::PageSize("1000".into()).into(),
        _ => RequestFault::Identifier("readers".into()).into(),
    }
}

fn property(kind: ObjectKind, fault: PropertyFault) -> Failure {
    Refusal::Property { resource: crate::model::entity(kind).resource, fault }.into()
}

fn body(failure: &Failure) -> Value {
    const REQUEST_ID: &str = "0b5b1f5e-5d3c-4b7e-8a55-0d8f7f2f3c11";
    let request = InnerError {
        date: Some("2026-01-31T12:00:00".into()),
        request_id: Some(REQUEST_ID.into()),
        client_request_id: Some(REQUEST_ID.into()),
    };
    serde_json::to_value(failure.answer().body(request)).unwrap_or_default()
}
