//! Applications of Microsoft's that every tenant has a service principal of: Graph itself, which is the resource of its permissions,
//! and public clients, which sign users in. They are registered in no tenant here, so that what they declare stands in this table.

use super::{
    ids::{AppId, TenantId},
    permissions::Permission,
};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

/// How often these tables have changed: tenants that were given less are given the rest when a server opens their folder.
pub const CHANGES: i64 = 2;

/// The tenant in which Microsoft registers applications.
pub const OWNER: TenantId = TenantId::from_uuid(uuid!("f8cdef31-a31e-4b4a-93e4-5f571e91255a"));

/// Microsoft Graph.
pub static GRAPH: WellKnownApplication = WellKnownApplication {
    app_id: AppId::from_uuid(uuid!("00000003-0000-0000-c000-000000000000")),
    name: "Microsoft Graph",
    identifier_uris: &["https://graph.microsoft.com", "https://graph.microsoft.com/"],
    redirect_uris: &[],
    scopes: &[],
};

/// The clients. All are public: they have no secret.
pub static CLIENTS: [WellKnownApplication; 4] = [
    client(
        uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
        "Microsoft Azure CLI",
        &[
            "http://localhost",
            "urn:ietf:wg:oauth:2.0:oob",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        ],
        &["Directory.AccessAsUser.All", "Group.ReadWrite.All", "User.ReadWrite.All"],
    ),
    client(
        uuid!("1950a258-227b-4e31-a9cf-717495945fc2"),
        "Microsoft Azure PowerShell",
        &[
            "http://localhost",
            "urn:ietf:wg:oauth:2.0:oob",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/1950a258-227b-4e31-a9cf-717495945fc2",
        ],
        &["Directory.AccessAsUser.All", "Group.ReadWrite.All", "User.ReadWrite.All"],
    ),
    client(
        uuid!("14d82eec-204b-4c2f-b7e8-296a70dab67e"),
        "Microsoft Graph Command Line Tools",
        &[
            "http://localhost",
            "urn:ietf:wg:oauth:2.0:oob",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/14d82eec-204b-4c2f-b7e8-296a70dab67e",
        ],
        &[],
    ),
    client(
        uuid!("872cd9fa-d31f-45e0-9eab-6e460a02d1f1"),
        "Visual Studio",
        &[
            "http://localhost",
            "urn:ietf:wg:oauth:2.0:oob",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/872cd9fa-d31f-45e0-9eab-6e460a02d1f1",
        ],
        &["User.Read"],
    ),
];

/// An application of Microsoft's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WellKnownApplication {
    /// Its client id, the same in every tenant.
    pub app_id: AppId,
    /// Its name.
    pub name: &'static str,
    /// URIs that name it as a resource.
    pub identifier_uris: &'static [&'static str],
    /// Where it is led after a user signed in, as a public client. On loopback addresses, any port will do.
    pub redirect_uris: &'static [&'static str],
    /// The scopes of Graph that it has without anybody's consent.
    pub scopes: &'static [&'static str],
}

const fn client(
    app_id: Uuid,
    name: &'static str,
    redirect_uris: &'static [&'static str],
    scopes: &'static [&'static str],
) -> WellKnownApplication {
    WellKnownApplication {
        app_id: AppId::from_uuid(app_id),
        name,
        identifier_uris: &[],
        redirect_uris,
        scopes,
    }
}

/// All of them, Graph first.
pub fn all() -> impl Iterator<Item = &'static WellKnownApplication> {
    [&GRAPH].into_iter().chain(&CLIENTS)
}

/// The one with this client id.
pub fn find(app_id: AppId) -> Option<&'static WellKnownApplication> {
    all().find(|application| application.app_id == app_id)
}

/// A scope of OpenID Connect, which Graph declares too, and which lets a caller do nothing with Graph.
struct OpenIdScope {
    value: &'static str,
    id: Uuid,
    name: &'static str,
    description: &'static str,
}

const OPENID_SCOPES: [OpenIdScope; 4] = [
    OpenIdScope {
        value: "email",
        id: uuid!("64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0"),
        name: "Read users' mail addresses",
        description: "The application reads the mail address of who signs in.",
    },
    OpenIdScope {
        value: "offline_access",
        id: uuid!("7427e0e9-2fba-42fe-b0c0-848c9e6a8182"),
        name: "Keep access",
        description: "The application keeps the access that it has, while nobody uses it too.",
    },
    OpenIdScope {
        value: "openid",
        id: uuid!("37f7f235-527c-4136-accd-4a02d197296e"),
        name: "Sign users in",
        description: "Users sign in to the application, which reads who they are.",
    },
    OpenIdScope {
        value: "profile",
        id: uuid!("14dad69e-099b-42c9-810b-d002981feec1"),
        name: "Read users' names",
        description: "The application reads the names of who signs in.",
    },
];

/// The roles that Graph declares: the permissions of applications.
pub fn graph_roles() -> Vec<Value> {
    let role = |permission: &Permission| {
        let id = permission.role_id()?;
        Some(json!({
            "allowedMemberTypes": ["Application"],
            "description": permission.description(),
            "displayName": title(permission.description()),
            "id": id.to_string(),
            "isEnabled": true,
            "origin": "Application",
            "value": permission.name(),
        }))
    };
    Permission::ALL.iter().filter_map(role).collect()
}

/// The scopes that Graph declares: the permissions that signed-in users delegate, and those of OpenID Connect.
pub fn graph_scopes() -> Vec<Value> {
    let permissions = Permission::ALL.iter().filter_map(|permission| {
        let kind = if permission.is_granted_by_users() { "User" } else { "Admin" };
        let (name, description) = (title(permission.description()), permission.description());
        Some(scope(permission.scope_id()?, permission.name(), kind, name, description))
    });
    let of_openid =
        OPENID_SCOPES.iter().map(|one| scope(one.id, one.value, "User", one.name, one.description));
    permissions.chain(of_openid).collect()
}

fn scope(id: Uuid, value: &str, kind: &str, name: &str, description: &str) -> Value {
    json!({
        "adminConsentDescription": description,
        "adminConsentDisplayName": name,
        "id": id.to_string(),
        "isEnabled": true,
        "origin": "Application",
        "type": kind,
        "userConsentDescription": description,
        "userConsentDisplayName": name,
        "value": value,
    })
}

/// A sentence without its full stop.
fn title(sentence: &str) -> &str {
    sentence.strip_suffix('.').unwrap_or(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        properties::{Complex, Kind},
        service_principal::SERVICE_PRINCIPAL,
    };
    use std::collections::HashSet;

    #[test]
    fn what_graph_declares_has_all_parts_and_each_an_id_and_a_value_of_its_own() {
        for (name, declared) in [("appRoles", graph_roles()), ("oauth2PermissionScopes", graph_scopes())] {
            let Some(Kind::Objects(Complex { properties, .. })) =
                SERVICE_PRINCIPAL.property(name).map(|property| property.kind)
            else {
                panic!("{name}")
            };
            let parts: Vec<&str> = properties.iter().map(|part| part.name).collect();
            for one in &declared {
                assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), parts, "{one}");
            }
            for unique in ["id", "value"] {
                let values: HashSet<&str> = declared.iter().filter_map(|one| one[unique].as_str()).collect();
                assert_eq!(values.len(), declared.len(), "{name} {unique}");
            }
        }
    }

    #[test]
    fn a_change_of_the_tables_is_counted() {
        // Whoever changes them counts it, and writes down what there is by then.
        let there_is = (graph_roles().len(), graph_scopes().len(), all().count());
        assert_eq!((CHANGES, there_is), (2, (53, 57, 5)));
    }
}
