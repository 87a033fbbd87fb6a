//! The contract: what the document says besides the operations. How it is served is for `served.rs` to know.

pub mod error_examples;
pub mod error_responses;
pub mod headers;
mod query_descriptions;
mod query_faults;
mod refusals;
pub mod request_faults;
pub mod schemas;
mod served;
pub mod shared_components;
pub mod wire;

use crate::http::operation::{BEARER, DEFAULT_SCOPE, OAUTH2};
use serde_json::Value;
pub(in crate::http) use served::routes;
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
            Microsoft Graph v1.0. The same operations are served under `/beta`, which the URLs in their answers then name; what only \
            Graph's beta has is unknown there.\n\nEvery path may also be written with a tenant after the version \
            (`/v1.0/{tenant}/groups`, by its id or one of its domains), with segments in another case or \
            percent-encoded, and with keys in parentheses (`groups('{id}')`); users, groups, devices, service principals and \
            applications are named by `userPrincipalName`, `uniqueName`, `deviceId` and `appId` too \
            (`groups(uniqueName='{name}')`); query options may stand without their \
            `$`. What Graph has and this server doesn't, be it an operation or a query option, is answered 501 by its \
            name.\n\nEvery answer has the headers `request-id`, which finds it in the server's log, \
            `client-request-id`, which is the request's own where it sent one, and `OData-Version`. Errors \
            carry both ids in `innerError`.\n\nA creation with `Prefer: return=minimal` is answered 204 without the new \
            object, which `Location` and `OData-EntityId` name, and `Preference-Applied` says so, as it does of all \
            writes that are answered 204. An invitation, which can't be read later, is answered with it all the same. No \
            preference shows what was changed. `Prefer: odata.maxpagesize=50` asks for \
            smaller pages.\n\n`Accept: application/json;odata.metadata=none` leaves out `@odata.context` and `@odata.type`; \
            `odata.metadata=full` adds `@odata.type`, `@odata.id` and `@odata.editLink` to each object. What the answers' schemas say is of `odata.metadata=minimal`, which is what others get.\n\nEach operation lists the permissions that are enough in \
            `x-permissions`: one entry for each alternative, of a token with a signed-in user (`delegated`) or of an \
            application by itself (`application`), and all that an entry names are needed together: of one that names \
            none, any token is enough. \
            An entry with `limitedTo` is enough only for a part: `self` is the signed-in user's own account, or the application itself, `owned` what the application owns, `members` \
            what changes nothing else, `basic` the basic properties of objects (the others are null, and no query asks for \
            them), `properties` those properties of a user whose descriptions name it, `creation` the creation of what is \
            missing; others name the kinds of objects. \
            `x-least-privilege` has, of the permissions that this server knows, the least \
            of each kind that is enough for the whole. Where a permission would have been enough, the \
            `details` of a 403 name the least one.\n\nA few properties need a permission of their own besides those \
            of the operation. Their descriptions name it, and `x-permissions` of their schema lists it in the same \
            form. A request that names such a property without it is refused (403); `$select=*` leaves it out.",
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
        (name = "managers", description = "Who manages whom."),
        (name = "groups", description = "Microsoft 365 groups, security groups, mail-enabled security groups."),
        (name = "group members", description = "Who is in a group."),
        (name = "memberships", description = "Which groups, administrative units and directory roles an object is in."),
        (name = "group owners", description = "Who owns a group."),
        (name = "ownerships", description = "What users and service principals own."),
        (name = "devices", description = "Devices that are registered in the directory."),
        (name = "service principals", description = "Applications' presence in the tenant."),
        (name = "applications", description = "Registered applications."),
        (name = "application owners", description = "Who owns an application, or a service principal."),
        (name = "contacts", description = "People outside the tenant, kept for mail."),
        (name = "directory roles", description = "Built-in roles of administrators, and who holds them."),
        (name = "administrative units", description = "Parts of the organisation, and who is in them."),
        (name = "directory objects", description = "Objects of whatever kind, by their ids."),
        (name = "batches", description = "Requests that are sent together."),
        (name = "group settings", description = "Settings of Microsoft 365 groups, tenant-wide and of one group."),
        (name = "group lifecycle policies", description = "After how long groups expire that nobody renews."),
        (name = "licences", description = "Products that the tenant has licences of, and their assignment."),
        (name = "tenant", description = "The tenant itself, and its domains."),
        (name = "deleted items", description = "Deleted objects that can be restored."),
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
