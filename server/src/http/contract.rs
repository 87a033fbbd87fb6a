//! The contract: what the document says besides the operations, and where it is served.

use super::{
    AppState,
    requires::{APPLICATION, DELEGATED},
    wire::{ErrorDetail, InnerError, MainError, ODataErrors},
};
use crate::model::permissions::{Holders, Permission};
use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Roster: Microsoft Graph's directory",
        version = "0.1.0",
        description = "Users, groups and memberships with the URLs, JSON, errors, permissions and semantics of \
            Microsoft Graph v1.0.\n\nEvery path may also be written with a tenant after the version \
            (`/v1.0/{tenant}/groups`), with segments in another case or percent-encoded, and with keys in \
            parentheses (`groups('{id}')`).\n\nEvery answer has the headers `request-id`, which finds it in the server's \
            log, `client-request-id`, which is the request's own where it sent one, and `OData-Version`. Errors \
            carry both ids in `innerError`.",
        contact(name = "Roster", url = "https://github.com/roster-directory/roster"),
        license(name = "MIT OR Apache-2.0", url = "https://github.com/roster-directory/roster/blob/main/LICENSE-MIT"),
    ),
    servers(
        (url = "/v1.0", description = "This server."),
        (url = "{origin}/v1.0", description = "A server elsewhere.",
            variables(("origin" = (default = "http://127.0.0.1:8080", description = "Scheme, host and port."))))
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
    modifiers(&SecuritySchemes),
)]
pub(super) struct Api;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scopes = |holders: Holders| {
            let held = |permission: &&Permission| [Holders::Both, holders].contains(&permission.holders());
            Scopes::from_iter(Permission::ALL.iter().filter(held).map(|p| (p.name(), p.description())))
        };
        let endpoint = |name: &str| format!("/common/oauth2/v2.0/{name}");
        let delegated = Flow::AuthorizationCode(AuthorizationCode::new(
            endpoint("authorize"),
            endpoint("token"),
            scopes(Holders::Delegated),
        ));
        let application =
            Flow::ClientCredentials(ClientCredentials::new(endpoint("token"), scopes(Holders::Application)));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            DELEGATED,
            SecurityScheme::OAuth2(OAuth2::with_description(
                [delegated],
                "A signed-in user through an application: the token's `scp` counts.",
            )),
        );
        components.add_security_scheme(
            APPLICATION,
            SecurityScheme::OAuth2(OAuth2::with_description(
                [application],
                "An application by itself: the token's `roles` count.",
            )),
        );
    }
}

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/openapi.json", get(serve))
}

async fn serve(State(app): State<AppState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], app.contract.to_string())
}
