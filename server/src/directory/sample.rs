//! The sample: a small organisation with every kind of group and member, an administrative unit, a directory role, group settings and a
//! lifecycle policy that change nothing, and two applications, with one of each way in which applications are trusted. All ids are fixed
//! and public, and so is the applications' secret unless another is given.

use super::{
    Error, Refusal, applications,
    applications::{Authentication, Registration},
    federated_identity_credentials, group_lifecycle_policies, group_settings, import, lookup, objects,
    password_credentials::NewPassword,
    well_known_applications,
};
use crate::{
    auth::secrets::Secret,
    model::{
        self,
        domains::DomainName,
        group_setting::{Template, UNIFIED, UNIFIED_GUEST},
        ids::{AppId, ObjectId, TenantId},
        kinds::ObjectKind,
        permissions::{Holders, Permission},
        values::Values,
    },
    odata::reference::Key,
    store::{self, ReadTx, WriteTx, app_role_assignments, domains, oauth2_permission_grants},
};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

/// The sample's tenant.
pub const TENANT: TenantId = TenantId::from_uuid(uuid!("5a3e0000-0000-4000-8000-000000000000"));
/// The default domain of the sample's tenant.
const DOMAIN: &str = "contoso.example";
/// The client id of the application `sample`.
pub const APP_ID: AppId = AppId::from_uuid(uuid!("5a3e0000-0000-4000-8000-0000000000aa"));
/// The client id of the application `sample-all`, which has every role.
pub const ALL_APP_ID: AppId = AppId::from_uuid(uuid!("5a3e0000-0000-4000-8000-0000000000ab"));
/// The secret of both applications, unless they are given another. Public: a server with it listens only on loopback addresses.
pub const APP_SECRET: &str = "sample-secret-which-everybody-knows";

/// The id of the sample's object of this number: users are 1xx, groups 2xx, other objects 3xx.
pub const fn id(number: u16) -> ObjectId {
    let base = uuid!("5a3e0000-0000-4000-8000-000000000000").as_u128();
    // The number's decimal digits, read as the id's last hexadecimal ones.
    let digits = (number / 100 * 256 + number / 10 % 10 * 16 + number % 10) as u128;
    ObjectId::from_uuid(Uuid::from_u128(base + digits))
}

const USERS: [(u16, &str, &str, &str); 13] = [
    (101, "Ada", "Lovelace", "Engineering"),
    (102, "Grace", "Hopper", "Engineering"),
    (103, "Alan", "Turing", "Research"),
    (104, "Katherine", "Johnson", "Research"),
    (105, "Barbara", "Liskov", "Engineering"),
    (106, "Edsger", "Dijkstra", "Research"),
    (107, "Margaret", "Hamilton", "Operations"),
    (108, "Donald", "Knuth", "Research"),
    (109, "Radia", "Perlman", "Operations"),
    (110, "Dennis", "Ritchie", "Engineering"),
    (111, "Frances", "Allen", "Engineering"),
    (112, "Tim", "Berners-Lee", "Operations"),
    (DELETED, "Charles", "Babbage", "Research"),
];

/// A user who was deleted, and was in the group [`READERS`].
const DELETED: u16 = 120;

/// The service principals that every tenant has: Graph's, and those of well-known clients.
const WELL_KNOWN: [u16; 5] = [311, 312, 313, 314, 315];

/// Who is in the administrative unit.
const UNIT_MEMBERS: [u16; 3] = [101, 202, 301];

/// To whom applications are assigned, without a role of theirs: the assignment's own id, the principal, and the application's service
/// principal.
const APP_ROLE_ASSIGNMENTS: [(u16, u16, u16); 4] =
    [(911, 302, 305), (912, 101, 305), (913, 201, 305), (914, 103, 302)];

/// Applications and service principals, with who owns them.
const APPLICATION_OWNERS: [(u16, u16); 2] = [(304, 101), (302, 101)];

/// Which user owns which group.
const OWNERS: [(u16, u16); 3] = [(201, 101), (203, 101), (208, 107)];

/// Which user manages which user or contact.
const MANAGERS: [(u16, u16); 4] = [(101, 102), (103, 102), (105, 101), (303, 107)];

/// The group of the README's walk through *Add member*: a security group.
pub const READERS: ObjectId = id(201);
/// The administrative unit.
pub const UNIT: ObjectId = id(308);
/// The directory role.
pub const ROLE: ObjectId = id(309);
/// A user who isn't in [`READERS`].
pub const GRACE: ObjectId = id(102);

fn groups() -> [(u16, Value, &'static [u16]); 8] {
    let unified = json!(["Unified"]);
    [
        (
            201,
            json!({"displayName": "Readers", "description": "A security group.", "mailNickname": "readers",
            "mailEnabled": false, "securityEnabled": true}),
            &[101, 103, 202, 301, 302, 303],
        ),
        (
            202,
            json!({"displayName": "Research", "description": "A security group inside Readers.",
            "mailNickname": "research", "mailEnabled": false, "securityEnabled": true}),
            &[103, 104, 106, 108],
        ),
        (
            203,
            json!({"displayName": "Engineering", "description": "A Microsoft 365 group.",
            "mailNickname": "engineering", "mailEnabled": true, "securityEnabled": false,
            "groupTypes": unified}),
            &[101, 102, 105, 110, 111],
        ),
        (
            204,
            json!({"displayName": "Operations", "description": "A mail-enabled security group.",
            "mailNickname": "operations", "mailEnabled": true, "securityEnabled": true}),
            &[107, 109, 112, 202, 301],
        ),
        (
            205,
            json!({"displayName": "Newsletter", "description": "A distribution group, read-only in Graph.",
            "mailNickname": "newsletter", "mailEnabled": true, "securityEnabled": false}),
            &[101, 107, 303],
        ),
        (
            206,
            json!({"displayName": "Everybody in Research", "description": "A dynamic security group.",
            "mailNickname": "everybody-in-research", "mailEnabled": false, "securityEnabled": true,
            "groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq \"Research\"",
            "membershipRuleProcessingState": "On"}),
            &[103, 104, 106, 108],
        ),
        (
            207,
            json!({"displayName": "Administrators", "description": "A role-assignable security group.",
            "mailNickname": "administrators", "mailEnabled": false, "securityEnabled": true,
            "isAssignableToRole": true}),
            &[109],
        ),
        (
            208,
            json!({"displayName": "Confidential", "description": "A Microsoft 365 group that hides its members.",
            "mailNickname": "confidential", "mailEnabled": true, "securityEnabled": false,
            "groupTypes": unified, "visibility": "HiddenMembership"}),
            &[104, 107],
        ),
    ]
}

/// Fills an empty tenant, with the public secret.
pub fn fill(tx: &WriteTx<'_>) -> Result<(), Error> {
    fill_with(tx, &public_secret())
}

/// The secret that everybody knows.
pub fn public_secret() -> Secret {
    Secret::new(APP_SECRET)
}

/// Whether this is the secret that everybody knows.
pub fn is_public(secret: &Secret) -> bool {
    secret.matches(&public_secret().digest())
}

/// Fills an empty tenant. The applications get this secret.
pub fn fill_with(tx: &WriteTx<'_>, secret: &Secret) -> Result<(), Error> {
    if domains::give(tx, &[DomainName::from_known(DOMAIN)])?.is_some() {
        return Err(Refusal::ForeignDomain.into());
    }
    well_known_applications::give_with(tx, |application| {
        let index = model::well_known_applications::all().position(|one| one == application);
        id(WELL_KNOWN[index.unwrap_or_default()])
    })?;
    for (number, given, family, department) in USERS {
        let nickname = given.to_lowercase();
        let name = format!("{nickname}@{DOMAIN}");
        let values = json!({
            "accountEnabled": true, "displayName": format!("{given} {family}"), "givenName": given,
            "usageLocation": "GB", "surname": family, "department": department, "mailNickname": nickname, "mail": name,
            "userPrincipalName": name, "passwordProfile": {"password": "checked, not kept: 1A"},
        });
        import::user(tx, id(number), values)?;
    }
    import::subscribed_sku(
        tx,
        id(801),
        json!({
            "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": 0,
            "prepaidUnits": {"enabled": 25, "lockedOut": 0, "suspended": 0, "warning": 0},
            "servicePlans": [{
                "appliesTo": "User", "provisioningStatus": "Success",
                "servicePlanId": id(802).to_string(), "servicePlanName": "SAMPLE_PLAN",
            }],
            "skuPartNumber": "SAMPLE",
        }),
    )?;
    import::object(
        tx,
        ObjectKind::Device,
        id(301),
        json!({
            "accountEnabled": true, "deviceId": id(391).to_string(), "deviceVersion": 2, "displayName": "Reading room",
            "operatingSystem": "Linux", "operatingSystemVersion": "6.12",
        }),
    )?;
    import::object(
        tx,
        ObjectKind::ServicePrincipal,
        id(302),
        json!({
            "accountEnabled": true, "appDisplayName": "Catalogue", "appId": id(392).to_string(),
            "displayName": "Catalogue", "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg",
        }),
    )?;
    import::object(
        tx,
        ObjectKind::OrgContact,
        id(303),
        json!({
            "displayName": "Ludwig Binder", "givenName": "Ludwig", "surname": "Binder", "companyName": "Bindery",
            "mail": "ludwig@bindery.example", "mailNickname": "ludwig",
        }),
    )?;
    for (number, values, _) in groups() {
        import::group(tx, id(number), values)?;
    }
    for (number, _, members) in groups() {
        members.iter().try_for_each(|&member| import::member(tx, id(number), id(member)))?;
    }
    import::object(
        tx,
        ObjectKind::AdministrativeUnit,
        UNIT,
        json!({"displayName": "Headquarters", "description": "Who works in the main building."}),
    )?;
    import::object(
        tx,
        ObjectKind::DirectoryRole,
        ROLE,
        json!({
            "displayName": "User Administrator", "description": "Users and groups.",
            "roleTemplateId": "fe930be7-5e62-47db-91af-98c3a49a38b1",
        }),
    )?;
    import::member(tx, ROLE, id(101))?;
    UNIT_MEMBERS.iter().try_for_each(|&member| import::member(tx, UNIT, id(member)))?;
    for (group, owner) in OWNERS {
        import::owner(tx, id(group), id(owner))?;
    }
    for (managed, manager) in MANAGERS {
        import::manager(tx, id(managed), id(manager))?;
    }
    let settings = |template: &Template| {
        let body = json!({"templateId": template.id, "values": template.default_values()});
        import::into_values(body)
    };
    group_settings::create(tx, &(), id(701), &settings(&UNIFIED))?;
    let engineering = Key::read(id(203).to_string());
    group_settings::create(tx, &engineering, id(702), &settings(&UNIFIED_GUEST))?;
    let policy = json!({
        "groupLifetimeInDays": 180, "managedGroupTypes": "Selected", "alternateNotificationEmails": "ada@contoso.example",
    });
    group_lifecycle_policies::create(tx, &(), id(711), &import::into_values(policy))?;
    import::member(tx, READERS, id(DELETED))?;
    objects::delete(tx, &lookup::user(tx, &Key::read(id(DELETED).to_string()))?)?;
    registrations(secret).iter().try_for_each(|application| applications::register(tx, application))?;
    fill_permissions(tx)
}

/// What applications are trusted with, and who may use them.
fn fill_permissions(tx: &WriteTx<'_>) -> Result<(), Error> {
    let credential = json!({
        "name": "deployments", "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:contoso/loans:environment:production", "audiences": ["api://AzureADTokenExchange"],
    });
    let find = |number| {
        store::objects::find(tx, id(number))?
            .ok_or_else(|| Error::from(Refusal::NotFound(id(number).to_string())))
    };
    let credential = import::into_values(credential);
    federated_identity_credentials::add(tx, &find(304)?, id(821), &credential)?;
    for (assignment, principal, resource) in APP_ROLE_ASSIGNMENTS {
        let (principal, resource) = (find(principal)?, find(resource)?);
        app_role_assignments::insert(tx, id(assignment).uuid(), principal.row, resource.row, Uuid::nil())?;
    }
    for (owned, owner) in APPLICATION_OWNERS {
        import::owner(tx, id(owned), id(owner))?;
    }
    let catalogue = find(302)?;
    oauth2_permission_grants::put(tx, &catalogue, &catalogue, Some(&find(103)?), "Loans.Read")?;
    Ok(())
}

/// The first of the sample's applications that gets tokens with the public secret. `None`: neither does.
pub fn public_application(tx: &ReadTx<'_>) -> Result<Option<AppId>, Error> {
    let secret = public_secret();
    for app_id in [APP_ID, ALL_APP_ID] {
        if matches!(applications::authenticate(tx, app_id, &secret)?, Authentication::Proven(_)) {
            return Ok(Some(app_id));
        }
    }
    Ok(None)
}

fn registrations(secret: &Secret) -> [Registration; 2] {
    let all = Permission::ALL.iter().filter(|permission| permission.holders() != Holders::Delegated);
    [
        Registration {
            name: "sample".into(),
            app_id: APP_ID,
            application: id(304),
            service_principal: id(305),
            roles: vec![Permission::GroupReadWriteAll, Permission::DirectoryReadWriteAll],
            secret: NewPassword::of(secret),
            // For a page under development, and for programs on this machine.
            declared: import::into_values(json!({
                "isFallbackPublicClient": true,
                "publicClient": {"redirectUris": ["http://localhost"]},
                "spa": {"redirectUris": ["http://localhost:3000"]},
            })),
        },
        Registration {
            name: "sample-all".into(),
            app_id: ALL_APP_ID,
            application: id(306),
            service_principal: id(307),
            roles: all.copied().collect(),
            secret: NewPassword::of(secret),
            declared: Values::new(),
        },
    ]
}
