//! Assignments of roles, and grants of delegated permissions: what the token endpoint asks for.

use crate::{
    older,
    world::{World, database, delete, rows, world},
};
use chrono::{DateTime, Utc};
use roster_server::{
    directory::{
        Error, app_role_assignments, applications, import, oauth2_permission_grants, well_known_applications,
    },
    model::{
        ids::{AppId, ObjectId, TenantId},
        kinds::ObjectKind,
        permissions::Permission,
        well_known_applications::{CHANGES, GRAPH},
    },
    store::{
        Older, Options, Progress, ReadTx, Store, WriteTx, app_role_assignments as stored,
        objects::{self, Object},
    },
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

const CLIENT: ObjectId = ObjectId::from_uuid(Uuid::from_u128(1));
const API: ObjectId = ObjectId::from_uuid(Uuid::from_u128(2));
const USER: ObjectId = ObjectId::from_uuid(Uuid::from_u128(3));
const OTHER: ObjectId = ObjectId::from_uuid(Uuid::from_u128(4));
const TEAM: ObjectId = ObjectId::from_uuid(Uuid::from_u128(5));

const READ: Uuid = Uuid::from_u128(101);
const WRITE: Uuid = Uuid::from_u128(102);
const DISABLED: Uuid = Uuid::from_u128(103);
const NAMELESS: Uuid = Uuid::from_u128(104);

/// A tenant with a client, an API that declares roles, two users and a group that one of them is in.
async fn filled() -> Arc<World> {
    let world = world().await;
    let fill = |tx: &WriteTx<'_>| {
        well_known_applications::give(tx)?;
        let role = |id: Uuid, enabled: bool, value: Option<&str>| json!({"id": id.to_string(), "isEnabled": enabled, "value": value});
        let roles = [
            role(READ, true, Some("read")),
            role(WRITE, true, Some("write")),
            role(DISABLED, false, Some("x")),
            role(NAMELESS, true, None),
        ];
        for (id, roles) in [(CLIENT, json!([])), (API, json!(roles))] {
            let values = json!({"appId": id.to_string(), "displayName": "An application", "appRoles": roles});
            import::object(tx, ObjectKind::ServicePrincipal, id, values)?;
        }
        for id in [USER, OTHER] {
            let values = json!({"userPrincipalName": format!("{id}@contoso.example")});
            import::object(tx, ObjectKind::User, id, values)?;
        }
        let team = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "team"});
        import::group(tx, TEAM, team)?;
        import::member(tx, TEAM, USER)
    };
    world.write(fill).await.unwrap();
    world
}

fn object(tx: &ReadTx<'_>, id: ObjectId) -> Object {
    objects::find(tx, id).unwrap().unwrap()
}

fn assign(tx: &WriteTx<'_>, principal: ObjectId, role: Uuid) -> bool {
    let (principal, api) = (object(tx, principal), object(tx, API));
    stored::insert(tx, ObjectId::random().uuid(), principal.row, api.row, role).unwrap()
}

async fn roles(world: &World, principal: ObjectId) -> Vec<String> {
    let read =
        move |tx: &ReadTx<'_>| app_role_assignments::roles(tx, &object(tx, principal), &object(tx, API));
    world.store.tenant(world.tenant).read(read).await.unwrap()
}

#[tokio::test]
async fn a_principal_has_the_roles_that_it_and_its_groups_were_assigned_and_that_are_enabled() {
    let world = filled().await;
    let fill = |tx: &WriteTx<'_>| {
        for (principal, role) in [
            (USER, READ),
            (USER, DISABLED),
            (USER, NAMELESS),
            (TEAM, WRITE),
            (TEAM, READ),
            (CLIENT, READ),
            (OTHER, Uuid::nil()),
        ] {
            assert!(assign(tx, principal, role));
            assert!(!assign(tx, principal, role), "it is assigned already");
        }
        Ok(())
    };
    world.write(fill).await.unwrap();
    assert_eq!(roles(&world, USER).await, ["read", "write"]);
    assert_eq!(roles(&world, TEAM).await, ["read", "write"]);
    assert_eq!(roles(&world, CLIENT).await, ["read"]);
    assert_eq!(roles(&world, OTHER).await, [""; 0], "access without a role");

    world.write(|tx| delete(tx, TEAM)).await.unwrap();
    assert_eq!(roles(&world, USER).await, ["read"], "a deleted group gives nothing");
}

async fn granted(world: &World, user: Option<ObjectId>) -> Vec<String> {
    let read = move |tx: &ReadTx<'_>| {
        let user = user.map(|user| object(tx, user));
        oauth2_permission_grants::granted(tx, &object(tx, CLIENT), &object(tx, API), user.as_ref())
    };
    world.store.tenant(world.tenant).read(read).await.unwrap().into_iter().collect()
}

async fn consent(world: &World, user: Option<ObjectId>, scopes: &[&str]) {
    let scopes: BTreeSet<String> = scopes.iter().map(|&scope| scope.into()).collect();
    let write = move |tx: &WriteTx<'_>| {
        let user = user.map(|user| object(tx, user));
        oauth2_permission_grants::consent(tx, &object(tx, CLIENT), &object(tx, API), user.as_ref(), &scopes)
    };
    world.store.tenant(world.tenant).write(write).await.unwrap();
}

#[tokio::test]
async fn consent_adds_to_what_was_granted_to_a_user_or_to_everybody() {
    let world = filled().await;
    assert_eq!(granted(&world, Some(USER)).await, [""; 0]);
    consent(&world, Some(USER), &["mail", "files"]).await;
    consent(&world, Some(USER), &["chat", "mail"]).await;
    consent(&world, Some(USER), &["mail"]).await;
    consent(&world, None, &["profile"]).await;
    assert_eq!(granted(&world, Some(USER)).await, ["chat", "files", "mail", "profile"]);
    assert_eq!(granted(&world, Some(OTHER)).await, ["profile"], "what one user granted is for that user");
    assert_eq!(granted(&world, None).await, ["profile"]);
    assert_eq!(rows(world.folder.path(), "oauth2_permission_grants"), 2);
}

#[tokio::test]
async fn assignments_and_grants_go_with_any_end_of_theirs_once_that_is_purged() {
    for gone in [CLIENT, API, USER] {
        let world = filled().await;
        let fill = move |tx: &WriteTx<'_>| {
            // More than a batch has.
            for number in 0..1_100 {
                assign(tx, USER, Uuid::from_u128(number));
            }
            assign(tx, CLIENT, READ);
            Ok(())
        };
        world.write(fill).await.unwrap();
        consent(&world, Some(USER), &["mail"]).await;
        let left = || {
            ["app_role_assignments", "oauth2_permission_grants"].map(|table| rows(world.folder.path(), table))
        };
        assert_eq!(left(), [1_101, 1]);
        world.write(move |tx| delete(tx, gone)).await.unwrap();
        assert_eq!(left(), [1_101, 1], "it can be restored");
        while world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap() == Progress::Unfinished {}
        assert_eq!(
            left(),
            if gone == API {
                [0, 0]
            } else if gone == USER {
                [1, 0]
            } else {
                [1_100, 0]
            }
        );
    }
}

#[tokio::test]
async fn a_tenant_has_each_well_known_service_principal_once_however_often_it_is_given_them() {
    let world = filled().await;
    world.write(well_known_applications::give).await.unwrap();
    assert_eq!(rows(world.folder.path(), "objects"), 10);
    assert_eq!(world.store.tenants_given_less(CHANGES, 9).await.unwrap(), []);
    assert_eq!(world.store.tenants_given_less(CHANGES + 1, 9).await.unwrap(), [world.tenant]);
}

#[tokio::test]
async fn roles_that_an_older_version_granted_are_assignments_of_graphs_roles() {
    let (tenant, holder) = (TenantId::random(), ObjectId::random());
    let app_id = AppId::random();
    let document = json!({"id": holder.to_string(), "appId": app_id.to_string(), "displayName": "a program"});
    let fill = format!(
        "INSERT INTO tenants (number, id, created_at, default_domain) VALUES (1, x'{}', 0, 'a.example');
         INSERT INTO objects (row, tenant, id, kind, document, rest, app_id, is_guest)
         VALUES (1, 1, x'{}', 4, '{document}', '{{}}', '{app_id}', 0);
         INSERT INTO granted_roles VALUES (1, 'Group.Read.All'), (1, 'User.Read.All'), (1, 'Gone.Read.All');",
        tenant.uuid().simple(),
        holder.uuid().simple(),
    );
    let folder = tempfile::tempdir().unwrap();
    older::before("0024", folder.path(), &fill);
    let store = Store::open(folder.path(), Options { older: Older::Migrate, ..Options::default() }).unwrap();
    let lacking = store.tenants_given_less(CHANGES, 9).await.unwrap();
    let [tenant] = lacking[..] else { panic!("{lacking:?}") };
    store.tenant(tenant).write(well_known_applications::give).await.unwrap();
    assert_eq!(store.tenants_given_less(CHANGES, 9).await.unwrap(), []);

    let read = move |tx: &ReadTx<'_>| applications::identity(tx, app_id);
    let identity = store.tenant(tenant).read(read).await.unwrap().unwrap();
    assert_eq!(identity.service_principal, holder);
    assert_eq!(identity.roles, ["Group.Read.All", "User.Read.All"]);
    assert_eq!(rows(folder.path(), "older_grants"), 0);
    let sql = "SELECT count(*) FROM objects WHERE app_id = ?1";
    let graph = GRAPH.app_id.to_string();
    let found: u32 = database(folder.path()).query_row(sql, [graph], |row| row.get(0)).unwrap();
    assert_eq!(found, 1);
}

#[tokio::test]
async fn what_is_assigned_of_graph_are_permissions_by_their_names() {
    let world = filled().await;
    let read = |tx: &ReadTx<'_>| -> Result<_, Error> { Ok(well_known_applications::graph(tx)?.unwrap()) };
    let graph = world.store.tenant(world.tenant).read(read).await.unwrap();
    let write = move |tx: &WriteTx<'_>| {
        for permission in [Permission::UserReadAll, Permission::GroupReadAll] {
            let role = permission.role_id().unwrap();
            stored::insert(tx, ObjectId::random().uuid(), object(tx, CLIENT).row, graph.row, role)?;
        }
        app_role_assignments::roles(tx, &object(tx, CLIENT), &graph)
    };
    let roles = world.store.tenant(world.tenant).write::<_, Error>(write).await.unwrap();
    assert_eq!(roles, ["Group.Read.All", "User.Read.All"]);
}
