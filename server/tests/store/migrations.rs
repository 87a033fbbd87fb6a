//! Folders of other versions.

use crate::{
    older,
    world::{World, world},
};
use roster_server::{
    auth::secrets::Secret,
    directory::{Bound, Error, Policy, Refusal, applications, applications::Authentication, groups},
    model::{
        domains::{DomainName, TenantName},
        ids::{AppId, ObjectId, TenantId},
        kinds::ObjectKind,
        permissions::{Grants, Permission, Permissions, Principal},
    },
    odata::reference::Key,
    store::{
        self, Older, Options, Progress, Store, WriteTx, deleted_items, domains, objects,
        principals::PrincipalStatus, relations::OWNERS,
    },
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Options that have an older database brought up to date.
fn migrating() -> Options {
    Options { older: Older::Migrate, ..Options::default() }
}

#[tokio::test]
async fn names_that_were_stored_before_they_had_keys_are_found_and_of_two_that_are_one_now_the_older_keeps_it()
 {
    let ids: [ObjectId; 6] = [(); 6].map(|()| ObjectId::random());
    let [user, deleted, older, younger, device, application] = ids;
    let tenant = TenantId::random();
    let object = |id: ObjectId, kind: u8, more: &str, document: Value| {
        let id = id.uuid().simple().to_string();
        let columns = "tenant, id, kind, document, rest, group_kind, is_dynamic, role_assignable, hidden_membership, deleted_at";
        let traits = if kind == 2 { "2, 0, 0, 0" } else { "NULL, NULL, NULL, NULL" };
        format!(
            "INSERT INTO objects ({columns}) VALUES (1, x'{id}', {kind}, '{document}', '{{}}', {traits}, {more});"
        )
    };
    let group = |name: &str| {
        json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true,
        "groupTypes": [], "uniqueName": name})
    };
    let folder = tempfile::tempdir().unwrap();
    let fill = [
        format!("INSERT INTO tenants (number, id, created_at) VALUES (1, x'{}', 0);", tenant.uuid().simple()),
        object(user, 1, "NULL", json!({"userPrincipalName": "Ada@Contoso.example"})),
        object(deleted, 2, "1", group("élan")),
        object(older, 2, "NULL", group("Élan")),
        object(younger, 2, "NULL", group("ÉLAN ")),
        object(device, 3, "NULL", json!({"deviceId": device.to_string()})),
        object(application, 4, "NULL", json!({"appId": application.to_string()})),
    ];
    older::before("0006", folder.path(), &fill.concat());

    let permissions = Permissions::from_iter([Permission::GroupReadWriteAll]);
    let by = Grants::of_token(Principal::Application(None), permissions);
    for _ in 0..2 {
        let store = Store::open(folder.path(), migrating()).unwrap();
        let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
        let objects_of = store.tenant(tenant);
        let found = move |tx: &store::ReadTx<'_>| {
            let id = |found: Option<objects::Object>| found.map(|object| object.id);
            Ok::<_, store::Error>([
                id(store::users::find_by_principal_name(tx, "ａda@CONTOSO.example")?),
                id(store::groups::find_by_unique_name(tx, "E\u{301}lan")?),
                id(store::applications::find(tx, ObjectKind::ServicePrincipal, &application.to_string())?),
                id(store::devices::find(tx, &device.to_string())?),
            ])
        };
        let found = objects_of.read(found).await.unwrap();
        assert_eq!(found, [user, older, application, device].map(Some));

        let change = |id: ObjectId, body: Value| {
            let id = Key::read(id.to_string());
            let update = move |tx: &WriteTx<'_>| {
                let body = body.as_object().unwrap();
                groups::update(tx, Policy::default(), &by, &id, body, &Bound::default()).map(drop)
            };
            objects_of.write(update)
        };
        let create = |name: &str| {
            let (id, body) = (ObjectId::random(), group(name));
            let create = move |tx: &WriteTx<'_>| {
                let body = body.as_object().unwrap();
                groups::create(tx, Policy::default(), &by, id, body, &Bound::default()).map(drop)
            };
            objects_of.write(create)
        };
        // The younger one is what it was, but for what its name finds.
        change(younger, json!({"description": "still here", "mailNickname": "n", "uniqueName": "ÉLAN "}))
            .await
            .unwrap();
        let values = objects_of.read(move |tx| {
            let object = objects::find(tx, younger)?.unwrap();
            objects::values(tx, object.row)
        });
        assert_eq!(values.await.unwrap()["uniqueName"], "ÉLAN ");
        let taken = create("élan").await.unwrap_err();
        assert!(matches!(taken, Error::Refused(Refusal::Taken("uniqueName"))), "{taken}");
    }
}

#[tokio::test]
async fn guests_who_were_there_before_that_was_a_column_are_guests() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = TenantId::random();
    let [guest, member, silent] = [(); 3].map(|()| ObjectId::random());
    let object = |id: ObjectId, rest: &str| {
        let id = id.uuid().simple();
        format!(
            "INSERT INTO objects (tenant, id, kind, document, rest) VALUES (1, x'{id}', 1, '{{}}', '{rest}');"
        )
    };
    let fill = [
        format!("INSERT INTO tenants (number, id, created_at) VALUES (1, x'{}', 0);", tenant.uuid().simple()),
        object(guest, r#"{"userType":"Guest"}"#),
        object(member, r#"{"userType":"Member"}"#),
        object(silent, "{}"),
    ];
    older::before("0017", folder.path(), &fill.concat());
    let store = Store::open(folder.path(), migrating()).unwrap();
    let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
    for (id, is_guest) in [(guest, true), (member, false), (silent, false)] {
        let found = store.tenant(tenant).read(move |tx| objects::find(tx, id)).await.unwrap();
        assert_eq!(found.unwrap().is_guest, is_guest);
    }
}

#[tokio::test]
async fn devices_that_were_deleted_when_they_were_kept_are_gone_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = TenantId::random();
    let [user, device, group] = [(); 3].map(|()| ObjectId::random());
    let object = |id: ObjectId, kind: u8, traits: &str, deleted_at: &str| {
        let id = id.uuid().simple();
        let columns = "tenant, id, kind, document, rest, deleted_at, group_kind, is_dynamic, role_assignable, hidden_membership";
        format!(
            "INSERT INTO objects ({columns}) VALUES (1, x'{id}', {kind}, '{{}}', '{{}}', {deleted_at}, {traits});"
        )
    };
    let fill = [
        format!("INSERT INTO tenants (number, id, created_at) VALUES (1, x'{}', 0);", tenant.uuid().simple()),
        object(user, 1, "NULL, NULL, NULL, NULL", "1"),
        object(device, 3, "NULL, NULL, NULL, NULL", "1"),
        object(group, 2, "2, 0, 0, 0", "NULL"),
        "INSERT INTO deleted_memberships (source_row, target_row) VALUES (3, 1), (3, 2);".into(),
    ];
    older::before("0022", folder.path(), &fill.concat());
    let store = Store::open(folder.path(), migrating()).unwrap();
    let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
    let found = move |tx: &store::ReadTx<'_>| {
        let found = [deleted_items::find(tx, user)?, deleted_items::find(tx, device)?];
        let counts = [ObjectKind::User, ObjectKind::Device].map(|kind| deleted_items::count(tx, kind));
        Ok::<_, store::Error>((found.map(|found| found.is_some()), counts.map(Result::unwrap)))
    };
    assert_eq!(store.tenant(tenant).read(found).await.unwrap(), ([true, false], [1, 0]));
    while store.finish_purges().await.unwrap() == Progress::Unfinished {}
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let left: i64 =
        database.query_row("SELECT sum(target_row) FROM deleted_memberships", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1, "what the device was in is gone with it");
}

#[tokio::test]
async fn secrets_of_applications_are_passwords_now_that_prove_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (tenant, application, service_principal) =
        (TenantId::random(), ObjectId::random(), ObjectId::random());
    let (app_id, secret) = (AppId::random(), Secret::random().unwrap());
    let object = |row: u8, id: ObjectId, kind: u8| {
        let document = json!({"id": id.to_string(), "appId": app_id.to_string(), "displayName": "a program"});
        let id = id.uuid().simple();
        format!(
            "INSERT INTO objects (row, tenant, id, kind, document, rest, app_id, is_guest)
             VALUES ({row}, 1, x'{id}', {kind}, '{document}', '{{}}', '{app_id}', 0);"
        )
    };
    let digest: String = secret.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let fill = [
        format!(
            "INSERT INTO tenants (number, id, created_at, default_domain) VALUES (1, x'{}', 0, 'a.example');",
            tenant.uuid().simple()
        ),
        object(1, application, 6),
        object(2, service_principal, 4),
        format!("INSERT INTO application_secrets VALUES (1, x'{digest}', 0);"),
    ];
    older::before("0025", folder.path(), &fill.concat());
    let store = Store::open(folder.path(), migrating()).unwrap();
    let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
    let read = move |tx: &store::ReadTx<'_>| {
        let proof = applications::authenticate(tx, app_id, &secret)?;
        let application = objects::find(tx, application)?.unwrap();
        Ok::<_, Error>((matches!(proof, Authentication::Proven(_)), objects::values(tx, application.row)?))
    };
    let (is_proven, application) = store.tenant(tenant).read(read).await.unwrap();
    assert!(is_proven);
    assert_eq!(application["passwordCredentials"][0]["endDateTime"], "2299-12-31T00:00:00Z");
    assert_eq!(application["requiredResourceAccess"], json!([]));
    assert_eq!(application["displayName"], "a program");
}

/// Puts an object of the first tenant, no guest, into an older database.
fn object_row(row: i64, id: ObjectId, kind: u8, document: &str, rest: &str) -> String {
    let id = id.uuid().simple();
    format!(
        "INSERT INTO objects (row, tenant, id, kind, document, rest, is_guest)
         VALUES ({row}, 1, x'{id}', {kind}, '{document}', '{rest}', 0);"
    )
}

#[tokio::test]
async fn users_own_the_applications_that_they_created_before_these_had_owners() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = TenantId::random();
    let [user, application, device, service, of_user] = [(); 5].map(|()| ObjectId::random());
    let object = |row, id: ObjectId, kind| {
        object_row(row, id, kind, &format!(r#"{{"id": "{}"}}"#, id.uuid().simple()), "{}")
    };
    let fill = [
        format!(
            "INSERT INTO tenants (number, id, created_at, default_domain) VALUES (1, x'{}', 0, 'a.example');",
            tenant.uuid().simple()
        ),
        object(1, user, 1),
        object(2, application, 6),
        object(3, device, 3),
        object(4, service, 4),
        object(5, of_user, 4),
        "INSERT INTO creators VALUES (2, 1), (3, 1), (4, 4), (5, 1);
         INSERT INTO deleted_creators VALUES (2, 1), (5, 1), (3, 1), (4, 4);"
            .into(),
    ];
    older::before("0026", folder.path(), &fill.concat());
    let store = Store::open(folder.path(), migrating()).unwrap();
    let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
    let read = move |tx: &store::ReadTx<'_>| {
        let owns = |owned, owner| {
            let [owned, owner] = [owned, owner].map(|id| objects::find(tx, id).unwrap().unwrap());
            OWNERS.contains(tx, &owned, &owner)
        };
        let pairs = [(application, user), (of_user, user), (device, user), (service, service)];
        pairs.into_iter().map(|(owned, owner)| owns(owned, owner)).collect::<Result<Vec<_>, store::Error>>()
    };
    assert_eq!(store.tenant(tenant).read(read).await.unwrap(), [true, true, false, false]);
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let mut deleted = database
        .prepare("SELECT source_row, target_row FROM deleted_ownerships ORDER BY source_row")
        .unwrap();
    let deleted = deleted.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(deleted.collect::<Result<Vec<(i64, i64)>, _>>().unwrap(), [(2, 1), (5, 1)]);
}

#[tokio::test]
async fn what_devices_service_principals_and_contacts_show_by_default_since_is_what_was_stored_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = TenantId::random();
    let [device, service, contact] = [(); 3].map(|()| ObjectId::random());
    let fill = [
        format!(
            "INSERT INTO tenants (number, id, created_at, default_domain) VALUES (1, x'{}', 0, 'a.example');",
            tenant.uuid().simple()
        ),
        object_row(1, device, 3, r#"{"displayName": "laptop"}"#, r#"{"isManaged": true}"#),
        object_row(2, service, 4, r#"{"displayName": "a service"}"#, r#"{"tags": ["a"]}"#),
        object_row(3, contact, 5, r#"{"mail": null}"#, "{}"),
    ];
    older::before("0027", folder.path(), &fill.concat());
    let store = Store::open(folder.path(), migrating()).unwrap();
    drop(store);

    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let mut objects = database.prepare("SELECT document, rest FROM objects ORDER BY row").unwrap();
    let objects =
        objects.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let objects: Vec<(Value, String)> = objects
        .map(|row| row.map(|(text, rest)| (serde_json::from_str(&text).unwrap(), rest)).unwrap())
        .collect();
    let shown = |index: usize, name: &str| objects[index].0.get(name).cloned();
    assert_eq!(shown(0, "displayName"), Some("laptop".into()));
    assert_eq!((shown(0, "isManaged"), shown(0, "physicalIds")), (Some(true.into()), Some(json!([]))));
    assert_eq!((shown(1, "tags"), shown(1, "appRoles")), (Some(json!(["a"])), Some(json!([]))));
    assert_eq!((shown(2, "mail"), shown(2, "phones")), (Some(Value::Null), Some(json!([]))));
    assert!(objects.iter().all(|(_, rest)| rest == "{}"));
}

#[tokio::test]
async fn accounts_that_were_disabled_before_that_was_a_column_are_disabled() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = TenantId::random();
    let [enabled, disabled, application, silent, contact, purged] = [(); 6].map(|()| ObjectId::random());
    let object = |id: ObjectId, kind: u8, document: &str, rest: &str| {
        let id = id.uuid().simple();
        format!(
            "INSERT INTO objects (tenant, id, kind, document, rest) VALUES (1, x'{id}', {kind}, '{document}', '{rest}');"
        )
    };
    let fill = [
        format!("INSERT INTO tenants (number, id, created_at) VALUES (1, x'{}', 0);", tenant.uuid().simple()),
        object(enabled, 1, "{}", r#"{"accountEnabled":true}"#),
        object(disabled, 1, "{}", r#"{"accountEnabled":false}"#),
        object(application, 4, r#"{"accountEnabled":false}"#, "{}"),
        object(silent, 4, r#"{"accountEnabled":null}"#, "{}"),
        object(contact, 5, "{}", "{}"),
        object(purged, 1, "{}", "{}"),
        "UPDATE objects SET deleted_at = 1, purged_at = 2 WHERE row = 6;".into(),
    ];
    older::before("0009", folder.path(), &fill.concat());

    let store = Store::open(folder.path(), migrating()).unwrap();

    for (principal, expected) in [
        (Principal::User(Some(enabled)), PrincipalStatus::Good),
        (Principal::User(Some(disabled)), PrincipalStatus::Disabled),
        (Principal::Application(Some(application)), PrincipalStatus::Disabled),
        (Principal::Application(Some(silent)), PrincipalStatus::Good),
    ] {
        let found = store.find_principal(tenant, principal).await.unwrap().unwrap();
        assert_eq!(found.status, expected, "{principal:?}");
    }
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let mut column = database.prepare("SELECT account_enabled FROM objects ORDER BY row").unwrap();
    let column = column.query_map([], |row| row.get(0)).unwrap().collect::<Result<Vec<Option<bool>>, _>>();
    assert_eq!(column.unwrap(), [Some(true), Some(false), Some(false), None, None, None]);
}

#[tokio::test]
async fn a_folder_of_an_older_version_is_left_as_it_is_unless_it_is_to_be_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    older::before_the_last(folder.path(), "");
    let database = folder.path().join("roster.sqlite");
    let before = std::fs::read(&database).unwrap();

    let refused = Store::open(folder.path(), Options::default()).map(drop).unwrap_err();

    assert!(matches!(refused, store::Error::Older), "{refused}");
    assert!(std::fs::read(&database).unwrap() == before);
    assert!(Store::open(folder.path(), migrating()).is_ok());
    assert!(Store::open(folder.path(), Options::default()).is_ok(), "it is of this version now");
    let new = tempfile::tempdir().unwrap();
    assert!(Store::open(new.path(), Options::default()).is_ok(), "a new one isn't older");
}

#[tokio::test]
async fn a_folder_of_a_newer_version_is_refused_with_a_sentence() {
    let World { store, folder, .. } = Arc::into_inner(world().await).unwrap();
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    database.pragma_update(None, "user_version", 9999).unwrap();
    drop(database);

    let refused = Store::open(folder.path(), Options::default()).map(drop).unwrap_err();

    assert!(refused.to_string().contains("newer version"), "{refused}");
}

#[tokio::test]
async fn a_folder_of_the_first_schema_is_brought_up_to_date_with_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (tenant, id) = (TenantId::random(), ObjectId::random());
    let first = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    first.execute_batch(include_str!("../../src/store/engine/sqlite/migrations/0001_directory.sql")).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first.execute("INSERT INTO tenants (id, created_at) VALUES (?1, 0)", [tenant.uuid()]).unwrap();
    let document = r#"{"userPrincipalName":"Ada@contoso.example","mailNickname":"ada"}"#;
    let insert = "INSERT INTO objects (tenant, id, kind, document, rest) VALUES (1, ?1, 1, ?2, '{}')";
    first.execute(insert, rusqlite::params![id.uuid(), document]).unwrap();
    drop(first);

    let store = Store::open(folder.path(), migrating()).unwrap();

    let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
    let find = |tx: &store::ReadTx<'_>| store::users::find_by_principal_name(tx, "ada@CONTOSO.example");
    let found = store.tenant(tenant).read(find).await.unwrap().unwrap();
    assert_eq!(found.id, id);
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let application: i32 = database.query_row("PRAGMA application_id", [], |row| row.get(0)).unwrap();
    assert_eq!(application.to_be_bytes(), *b"Rost", "from now on it is known as a directory");
    crate::counts::check(&database);
}

#[tokio::test]
async fn tenants_that_were_there_before_domains_were_get_their_initial_ones() {
    let folder = tempfile::tempdir().unwrap();
    let ids = [
        "8fcb5dbc-d5aa-4681-8e31-b001d5168d79",
        "8fcb5dbc-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002",
    ];
    let ids = ids.map(|id| id.parse::<TenantId>().unwrap());
    let tenant = |id: &TenantId| {
        format!("INSERT INTO tenants (id, created_at) VALUES (x'{}', 0);", id.uuid().simple())
    };
    older::before("0006", folder.path(), &ids.iter().map(tenant).collect::<String>());

    let store = Store::open(folder.path(), migrating()).unwrap();

    let expected = [
        "8fcb5dbc.roster.local",
        "8fcb5dbc-0000-4000-8000-000000000001.roster.local",
        "00000000.roster.local",
    ];
    for (id, domain) in ids.into_iter().zip(expected) {
        let domain: DomainName = domain.parse().unwrap();
        let tenant = store.named_tenant(&TenantName::Domain(domain.clone())).await.unwrap();
        let tenant = tenant.unwrap_or_else(|| panic!("no tenant has {domain}"));
        assert_eq!((tenant.id, store.domains(tenant).await.unwrap()), (id, vec![domain.clone()]));
        let default = store.tenant(tenant).read(domains::default).await;
        assert_eq!(default.unwrap(), domain);
    }
}
