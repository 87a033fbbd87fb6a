//! What travels besides entities: references, pages, errors. The doc comments are the portal's text.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A reference to an object of the directory.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferenceCreate {
    /// The object's URL: `https://graph.microsoft.com/v1.0/directoryObjects/{id}`, or one of this server's.
    /// `users`, `groups`, `devices`, `servicePrincipals` and `contacts` may stand in place of
    /// `directoryObjects`, and the key in the form `('{id}')`. The form in which Graph stores references is taken too:
    /// `https://graph.microsoft.com/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{kind}`.
    #[serde(rename = "@odata.id")]
    #[schema(
        example = "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000102"
    )]
    pub odata_id: String,
}

/// A built-in role that can be activated. It is the same in every tenant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DirectoryRoleTemplate {
    /// What the answer is, as a URL. Absent in lists.
    #[serde(rename = "@odata.context", default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        example = "https://graph.microsoft.com/v1.0/$metadata#directoryRoleTemplates/$entity"
    )]
    pub odata_context: Option<String>,
    /// Its id, by which the role is activated.
    #[schema(example = "fe930be7-5e62-47db-91af-98c3a49a38b1")]
    pub id: String,
    /// Null: templates aren't deleted.
    #[serde(rename = "deletedDateTime")]
    pub deleted_date_time: Option<String>,
    /// What the role is for.
    #[schema(example = "Users and groups.")]
    pub description: String,
    /// The role's name.
    #[serde(rename = "displayName")]
    #[schema(example = "User Administrator")]
    pub display_name: String,
}

/// All built-in roles.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DirectoryRoleTemplates {
    /// What the answer is, as a URL.
    #[serde(rename = "@odata.context")]
    #[schema(example = "https://graph.microsoft.com/v1.0/$metadata#directoryRoleTemplates")]
    pub odata_context: String,
    /// The templates.
    pub value: Vec<DirectoryRoleTemplate>,
}

/// An error, in Graph's envelope.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ODataErrors {
    /// What went wrong.
    pub error: MainError,
}

/// What went wrong.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MainError {
    /// The code that programs branch on.
    #[schema(example = "Request_BadRequest")]
    pub code: String,
    /// The message for people. It may change.
    #[schema(
        example = "One or more added object references already exist for the following modified properties: 'members'."
    )]
    pub message: String,
    /// What it is about, property by property.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    pub details: Vec<ErrorDetail>,
    /// Which request it was.
    #[serde(rename = "innerError", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub inner_error: Option<InnerError>,
}

/// What an error is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// The property, or the permission.
    #[schema(example = "mailNickname")]
    pub target: String,
    /// What is wrong with it.
    #[schema(example = "InvalidValue")]
    pub code: String,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
    /// How a name must begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prefix: Option<String>,
    /// How a name must end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suffix: Option<String>,
    /// A name that would begin and end so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suggested_property_value: Option<String>,
}

/// Which request an error belongs to. Graph itself leaves some of it out in some answers.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InnerError {
    /// When it happened, UTC without a zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-01-31T12:00:00")]
    pub date: Option<String>,
    /// The id that the server gave the request.
    #[serde(rename = "request-id", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0b5b1f5e-5d3c-4b7e-8a55-0d8f7f2f3c11")]
    pub request_id: Option<String>,
    /// The id that the client gave the request, else the same.
    #[serde(rename = "client-request-id", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0b5b1f5e-5d3c-4b7e-8a55-0d8f7f2f3c11")]
    pub client_request_id: Option<String>,
}

/// A reference to an object.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Reference {
    /// What the answer is, as a URL. Absent on pages' references.
    #[serde(rename = "@odata.context", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "https://graph.microsoft.com/v1.0/$metadata#$ref")]
    pub odata_context: Option<String>,
    /// The object's URL.
    #[serde(rename = "@odata.id")]
    #[schema(
        example = "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000102"
    )]
    pub odata_id: String,
}

/// How many objects there are, as plain text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = String, pattern = "^[0-9]+$", example = "12")]
pub struct ObjectCount(pub u64);

/// Ids of objects.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ObjectIds {
    /// What the answer is, as a URL.
    #[serde(rename = "@odata.context")]
    #[schema(example = "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)")]
    pub odata_context: String,
    /// The ids.
    pub value: Vec<String>,
}

/// A truth value.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BooleanValue {
    /// What the answer is, as a URL.
    #[serde(rename = "@odata.context")]
    #[schema(example = "https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean")]
    pub odata_context: String,
    /// The value.
    pub value: bool,
}

/// Whether a user or device satisfies a membership rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateDynamicMembershipResult {
    /// What the answer is, as a URL.
    #[serde(rename = "@odata.context", skip_serializing_if = "Option::is_none")]
    #[schema(
        required,
        nullable = false,
        example = "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.evaluateDynamicMembershipResult"
    )]
    pub odata_context: Option<String>,
    /// The rule.
    #[schema(example = "user.department -eq \"Research\"")]
    pub membership_rule: String,
    /// Whether it is satisfied.
    pub membership_rule_evaluation_result: bool,
    /// Why.
    pub membership_rule_evaluation_details: ExpressionEvaluation,
}

/// What an expression comes to. Graph's name for it is that of its last member, which generators confuse with it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpressionEvaluation {
    /// The expression.
    #[schema(example = "user.department -eq \"Research\"")]
    pub expression: String,
    /// What it comes to.
    pub expression_result: bool,
    /// The property that it asks for. Absent where it asks for none, or is made of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub property_to_evaluate: Option<PropertyToEvaluate>,
    /// What the expressions come to that it is made of. Absent where it is made of none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false, no_recursion)]
    pub expression_evaluation_details: Vec<ExpressionEvaluation>,
}

/// A property that an expression asks for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PropertyToEvaluate {
    /// Its name in rules.
    #[schema(example = "department")]
    pub property_name: String,
    /// Its value, as text, or its values with commas between them; the first 1,024 characters. Null where it has none.
    #[schema(example = "Research")]
    pub property_value: Option<String>,
}

/// A page of references.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferenceCollection {
    /// What the answer is, as a URL.
    #[serde(rename = "@odata.context")]
    #[schema(example = "https://graph.microsoft.com/v1.0/$metadata#Collection($ref)")]
    pub odata_context: String,
    /// How many objects there are in all, on the first page, where `$count=true` asked for it.
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 2)]
    pub odata_count: Option<u64>,
    /// Where the next page is. Absent on the last one.
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub odata_next_link: Option<String>,
    /// The references of this page.
    pub value: Vec<Reference>,
}

/// Requests that are sent together.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchRequests {
    /// The requests.
    #[schema(min_items = 1, max_items = 20)]
    pub requests: Vec<BatchRequest>,
}

/// A request in a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchRequest {
    /// What its answer is found by. No two requests of a batch have the same one, be it in another case.
    #[schema(min_length = 1, example = "1")]
    pub id: String,
    /// The method: `GET`, `POST`, `PATCH`, `PUT` or `DELETE`.
    #[schema(example = "GET")]
    pub method: String,
    /// The URL under the version, with its query: `/users?$top=5`.
    #[schema(example = "/users?$top=5")]
    pub url: String,
    /// The headers. A request with a body has a `Content-Type`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(nullable = false)]
    pub headers: BTreeMap<String, String>,
    /// The body, which every write has: JSON as it is, text as a JSON string, all else as one in base64 or base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<Value>,
    /// The ids of the requests that must succeed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false, max_items = 20)]
    pub depends_on: Vec<String>,
}

/// What the requests of a batch are answered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResponses {
    /// The answers, in the order in which they came about.
    pub responses: Vec<BatchResponse>,
}

/// What a request in a batch is answered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResponse {
    /// The request's id.
    #[schema(example = "1")]
    pub id: String,
    /// The HTTP status.
    #[schema(example = 200)]
    pub status: u16,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// The body: JSON as it is, text as a JSON string, all else as one in base64url. Absent where it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<Value>,
}
