//! The contract: what the document says besides the operations, and where it is served.

pub mod error_examples;
pub mod error_responses;
pub mod headers;
mod refusals;
pub mod request_faults;
pub mod schemas;
pub mod wire;

use crate::http::{
    operation::{BEARER, DEFAULT_SCOPE, OAUTH2},
    origin::Origin,
    state::AppState,
    static_files::StaticFile,
};
use axum::{
    Router,
    extract::RawQuery,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme},
    },
};
use wire::{ErrorDetail, InnerError, MainError, ODataErrors};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Roster, the directory of Microsoft Graph",
        version = "0.2.0",
        description = "Users, groups and memberships with the URLs, JSON, errors, permissions and semantics of \
            Microsoft Graph v1.0.\n\nEvery path may also be written with a tenant after the version \
            (`/v1.0/{tenant}/groups`, by its id or one of its domains), with segments in another case or percent-encoded, and with keys in \
            parentheses (`groups('{id}')`); query options may stand without their `$`. What Graph has and this server doesn't, \
            be it an operation or a query option, is answered 501 by its name.\n\nEvery answer has the headers `request-id`, which finds it in the server's \
            log, `client-request-id`, which is the request's own where it sent one, and `OData-Version`. Errors \
            carry both ids in `innerError`.\n\nEach operation lists the permissions that are enough in `x-permissions`: one entry for each \
            alternative, of a token with a signed-in user (`delegated`) or of an application by itself (`application`), and all that an \
            entry names are needed together. An entry with `limitedTo` is enough only for a part: `self` is the signed-in user's own \
            account, `members` what changes nothing else. `x-least-privilege` has, of the permissions that this server knows, the least of \
            each kind that is enough for the whole. Where a permission would have been enough, the \
            `details` of a 403 name the least one.\n\nA few properties need a permission of their own besides those of the operation. \
            Their descriptions name it, and `x-permissions` of their schema lists it in the same form. A request that \
            names such a property without it is refused (403); `$select=*` leaves it out.",
        contact(name = "Roster", url = "https://github.com/roster-directory/roster"),
        license(name = "MIT OR Apache-2.0", url = "https://github.com/roster-directory/roster/blob/main/LICENSE-MIT"),
    ),
    servers(
        (url = "{origin}/v1.0", description = "Roster. The origin is scheme, host and port.",
            variables(("origin" = (default = "http://127.0.0.1:8080")))),
        (url = "https://graph.microsoft.com/v1.0", description = "Microsoft Graph."),
    ),
    tags(
        (name = "users", description = "People with an account in the tenant."),
        (name = "groups", description = "Microsoft 365 groups, security groups, mail-enabled security groups."),
        (name = "group members", description = "Who is in a group."),
        (name = "group owners", description = "Who owns a group."),
        (name = "devices", description = "Devices that are registered in the directory."),
        (name = "service principals", description = "Applications' presence in the tenant."),
        (name = "applications", description = "Registered applications."),
        (name = "contacts", description = "People outside the tenant, kept for mail."),
        (name = "directory objects", description = "Objects of whatever kind, by their ids."),
    ),
    components(schemas(ODataErrors, MainError, ErrorDetail, InnerError)),
    modifiers(&Components),
)]
pub(in crate::http) struct Api;

/// Where a server is whose origin isn't known: that of the files. A server's own copy names its own.
const ORIGIN: &str = "http://127.0.0.1:8080";

/// What operations refer to besides schemas.
struct Components;

impl Modify for Components {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scopes = Scopes::one(DEFAULT_SCOPE, "Every permission that the application has.");
        let token_url = format!("{ORIGIN}/common/oauth2/v2.0/token");
        let application = Flow::ClientCredentials(ClientCredentials::new(token_url, scopes));
        let oauth2 = OAuth2::with_description(
            [application],
            "An application by itself, with its id and its secret. In place of `common` stands the tenant's id or one of its \
             domains. The token's `roles` are its permissions.",
        );
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A token from elsewhere, such as `roster token`: of a signed-in user, whose `scp` has its permissions, or of an \
                 application by itself.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        headers::add(components);
        components.add_security_scheme(OAUTH2, SecurityScheme::OAuth2(oauth2));
        components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    }
}

/// The contract in OpenAPI 3.0, as `cargo xtask openapi` lowers it. `cargo xtask openapi --check` fails where the file isn't what the routes say.
const LOWERED: &str = include_str!("../../../../openapi/graph-v1.0.openapi-3.0.json");

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// A text that is made when it is first asked for, or why it can't be.
type Document = LazyLock<Result<StaticFile, String>>;

static JSON_3_1: Document = LazyLock::new(|| Ok(StaticFile::new(JSON, pretty(&current()?)?)));
static YAML_3_1: Document = LazyLock::new(|| Ok(StaticFile::new(YAML, yaml(&current()?)?)));
static JSON_3_0: Document = LazyLock::new(|| Ok(StaticFile::new(JSON, LOWERED)));
static YAML_3_0: Document = LazyLock::new(|| Ok(StaticFile::new(YAML, yaml(&lowered()?)?)));

fn current() -> Result<Value, String> {
    super::document().map_err(|error| error.to_string())
}

/// A contract as a document: the same one each time. An operation's extensions, which have no order, stand last in that of
/// their names.
pub(super) fn document(contract: &openapi::OpenApi) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(contract)?;
    let items = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let members = items.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
    for operation in members.filter_map(Value::as_object_mut) {
        let (mut extensions, rest): (Vec<_>, Vec<_>) =
            std::mem::take(operation).into_iter().partition(|(name, _)| name.starts_with("x-"));
        extensions.sort_by(|(one, _), (other, _)| one.cmp(other));
        operation.extend(rest.into_iter().chain(extensions));
    }
    Ok(document)
}

fn lowered() -> Result<Value, String> {
    serde_json::from_str(LOWERED).map_err(|error| error.to_string())
}

/// As it is checked in, to the byte.
fn pretty(document: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// As readers of YAML 1.1 understand it too: to them `On` without quotes is true.
fn yaml(document: &Value) -> Result<String, String> {
    serde_saphyr::to_string(document).map_err(|error| error.to_string())
}

pub(in crate::http) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/openapi.json",
            get(|origin, query, headers| serve([&JSON_3_1, &JSON_3_0], origin, query, headers)),
        )
        .route(
            "/openapi.yaml",
            get(|origin, query, headers| serve([&YAML_3_1, &YAML_3_0], origin, query, headers)),
        )
}

/// Answers with the contract of this server: of 3.1 and 3.0 the one that the query names, the first where it names none.
async fn serve(
    [current, lowered]: [&'static Document; 2],
    origin: Origin,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let document = match versions(query.as_deref().unwrap_or_default()).as_slice() {
        [] => current,
        [version] if version == "3.1" => current,
        [version] if version == "3.0" => lowered,
        _ => return (StatusCode::BAD_REQUEST, WRONG_VERSION).into_response(),
    };
    match &**document {
        Ok(file) => file.with(ORIGIN, &origin.links).answer(&headers),
        Err(cause) => {
            tracing::error!(cause, "the contract can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

const WRONG_VERSION: &str =
    "The parameter 'openapi' says in which version of OpenAPI the contract is wanted: 3.1 or 3.0, once.\n";

/// The values of the query's `openapi`.
fn versions(query: &str) -> Vec<String> {
    let parameters = url::form_urlencoded::parse(query.as_bytes());
    parameters.filter(|(name, _)| name == "openapi").map(|(_, value)| value.into_owned()).collect()
}
