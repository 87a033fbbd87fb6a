//! Every error that the contract shows, provoked on a server with the sample, whose objects the examples name: nothing is
//! published that isn't answered.

mod attempt;
mod provocations;

use crate::{
    operations::{CREDENTIAL, ErrorExample, Operation, operations, settings},
    support::{Answer, Server, Tenant, send},
};
use attempt::{ADA, Attempt, all};
use chrono::TimeDelta;
use provocations::{
    ADMINISTRATORS, BY_GROUPS, CROWDED, DELETED, DELETED_GROUP, DELETED_HOLDER, DELETED_UNIT, DISABLED,
    ENGINEERING, FORMER_OWNER, GUEST, HIDDEN_UNIT, HOLDER, LADEN, LADEN_APPLICATION, LADEN_SERVICE_PRINCIPAL,
    OWNED, REPLACED, REVOKED, SETTING, TITLED, USERS, large_ones, rule_by,
};
use reqwest::Method;
use roster_server::{
    directory::{Error, app_role_assignments as app_roles, import, sample},
    model::{
        ENTITIES, application_types::MAX_KEY_CREDENTIALS, group_setting::UNIFIED, ids::ObjectId,
        kinds::ObjectKind, values::Values,
    },
    store::{
        self, WriteTx, app_role_assignments, deletions, oauth2_permission_grants, objects, principals,
        resources,
    },
};
use serde_json::{Value, json};

/// Holds an answer against the example with this name, all but what tells requests apart. `None`: they are the same.
pub fn difference(operation: &Operation, shown: &ErrorExample, answer: &Answer) -> Option<String> {
    let told = |body: &Value| {
        let mut body = body.clone();
        let request = body["error"].as_object_mut().and_then(|error| error.remove("innerError"))?;
        let ids = ["date", "request-id", "client-request-id"];
        ids.iter().all(|id| request[id].is_string()).then_some(body)
    };
    let answered = serde_json::from_str(&without_new_group(&answer.text)).unwrap_or_default();
    let same = answer.status == shown.status && told(&answered) == told(&shown.value);
    let answered = || format!("{} {}: {} {}", operation.id, shown.name, answer.status, answer.text);
    (!same).then(answered)
}

/// The text with the sample's group in place of one that wasn't made: its id is another each time.
fn without_new_group(text: &str) -> String {
    const GROUP: &str = "ResourceType=Group,Id=";
    let Some((before, after)) = text.split_once(GROUP) else { return text.into() };
    let (_, after) = after.split_once(',').unwrap();
    format!("{before}{GROUP}{},{after}", sample::READERS)
}

async fn world() -> Tenant {
    let server = Server::with_sample().await;
    let tenant = Tenant::of(server, sample::TENANT).await;
    for (number, name, is_enabled) in
        [(DISABLED, "disabled", false), (DELETED, "deleted", true), (REVOKED, "revoked", true)]
    {
        let values = json!({"displayName": name, "accountEnabled": is_enabled});
        tenant.put(ObjectKind::User, sample::id(number), values).await;
    }
    let delete = tenant.raw(Method::DELETE, &format!("/users/{}", sample::id(DELETED))).await;
    assert_eq!(send(delete).await.status, 204);
    // Those of the next hour, so that the tokens of these tests are among them.
    let valid_from = server.store.clock().now() + TimeDelta::hours(1);
    let revoke = move |tx: &WriteTx<'_>| {
        let user = objects::find(tx, sample::id(REVOKED))?.unwrap();
        principals::revoke_sessions(tx, &user, valid_from)
    };
    server.store.tenant(tenant.store_tenant()).write(revoke).await.unwrap();
    let owned = move |tx: &WriteTx<'_>| {
        let group = sample::id(OWNED);
        let values = json!({"displayName": "Owned", "mailNickname": "owned", "mailEnabled": false,
            "securityEnabled": true});
        import::group(tx, group, values)?;
        let by_groups = json!({"displayName": "By groups", "mailNickname": "by-groups", "mailEnabled": false,
            "securityEnabled": true, "groupTypes": ["DynamicMembership"], "membershipRule": rule_by(group)});
        import::group(tx, sample::id(BY_GROUPS), by_groups)?;
        (0..100).try_for_each(|_| {
            let owner = ObjectId::random();
            import::object(tx, ObjectKind::User, owner, json!({}))?;
            [group, sample::id(LADEN_APPLICATION), sample::id(LADEN_SERVICE_PRINCIPAL)]
                .into_iter()
                .try_for_each(|owned| import::owner(tx, owned, owner))
        })
    };
    server.store.tenant(tenant.store_tenant()).write(owned).await.unwrap();
    let role = json!({"id": sample::id(901).to_string(), "isEnabled": true, "value": "read",
        "allowedMemberTypes": ["User", "Application"]});
    for (set, number) in [("applications", 304), ("servicePrincipals", 302)] {
        let change = tenant.raw(Method::PATCH, &format!("/{set}/{}", sample::id(number))).await;
        assert_eq!(send(change.json(&json!({"appRoles": [role]}))).await.status, 204);
    }
    let taken = json!({"displayName": "taken", "identifierUris": ["api://taken"]});
    let create = tenant.raw(Method::POST, "/applications").await.json(&taken);
    assert_eq!(send(create).await.status, 201);
    let laden = [
        format!("/applications/{}", sample::id(LADEN_APPLICATION)),
        format!("/servicePrincipals/{}", sample::id(LADEN_SERVICE_PRINCIPAL)),
    ];
    for of in laden {
        for _ in 0..50 {
            send(tenant.raw(Method::POST, &format!("{of}/addPassword")).await.json(&json!({}))).await;
        }
    }
    let mut key = CREDENTIAL.key_credential();
    key["keyId"] = "5a3e0000-0000-4000-8000-000000000999".into();
    for (of, count) in [
        ("/applications", 304, 1),
        ("/servicePrincipals", 302, 1),
        ("/applications", LADEN_APPLICATION, MAX_KEY_CREDENTIALS),
        ("/servicePrincipals", LADEN_SERVICE_PRINCIPAL, MAX_KEY_CREDENTIALS),
    ]
    .map(|(set, number, count)| (format!("{set}/{}", sample::id(number)), count))
    {
        let others = vec![CREDENTIAL.key_credential(); count - 1];
        let keys = [vec![key.clone()], others].concat();
        let keys = json!({"keyCredentials": keys});
        assert_eq!(send(tenant.raw(Method::PATCH, &of).await.json(&keys)).await.status, 204);
    }
    for number in 0..=20 {
        let body = json!({"name": format!("number-{number}"), "issuer": "https://ci.example",
            "subject": number.to_string(), "audiences": ["a"]});
        // All but one are the same application's, the last one is that of the examples'.
        let application = if number < 20 { LADEN_APPLICATION } else { 304 };
        let path = format!("/applications/{}/federatedIdentityCredentials", sample::id(application));
        assert_eq!(send(tenant.raw(Method::POST, &path).await.json(&body)).await.status, 201);
    }
    let assign = |tx: &WriteTx<'_>| {
        let resource = objects::find(tx, sample::id(302))?.unwrap();
        let assign = |principal, role: ObjectId| {
            let principal = objects::find(tx, sample::id(principal))?.unwrap();
            let id = ObjectId::random().uuid();
            app_role_assignments::insert(tx, id, principal.row, resource.row, role.uuid()).map(drop)
        };
        let user = objects::find(tx, sample::id(101))?;
        oauth2_permission_grants::put(tx, &resource, &resource, user.as_ref(), "Loans.Read")?;
        [101, 201, 302].into_iter().try_for_each(|principal| assign(principal, sample::id(901)))?;
        LADEN.into_iter().try_for_each(|principal| {
            (0..app_roles::MAX_ROLES).try_for_each(|_| assign(principal, ObjectId::random()))
        })
    };
    server.store.tenant(tenant.store_tenant()).write::<_, store::Error>(assign).await.unwrap();
    // Who must end the names of groups so, and who must be kept out of some of them.
    let values = json!({"displayName": "titled", "accountEnabled": true, "jobTitle": "Chief"});
    tenant.put(ObjectKind::User, sample::id(TITLED), values).await;
    tenant.join(sample::READERS.uuid(), sample::id(TITLED).uuid()).await;
    let values = json!({"displayName": "guest", "accountEnabled": true, "userType": "Guest"});
    tenant.put(ObjectKind::User, sample::id(GUEST), values).await;
    let mut policy = settings(&UNIFIED);
    for value in policy["values"].as_array_mut().unwrap() {
        let set = match value["name"].as_str().unwrap() {
            "AllowToAddGuests" | "EnableGroupCreation" => "false",
            "GroupCreationAllowedGroupId" => &sample::READERS.to_string(),
            "CustomBlockedWordsList" => "payroll",
            "PrefixSuffixNamingRequirement" => "[GroupName][Title]",
            _ => continue,
        };
        value["value"] = set.into();
    }
    let change = tenant.raw(Method::PATCH, &format!("/groupSettings/{}", sample::id(SETTING))).await;
    let change = change.json(&json!({"values": policy["values"]}));
    assert_eq!(send(change).await.status, 204);
    let select = |tx: &WriteTx<'_>| {
        // As many as can be, all of the same group.
        let group = objects::find(tx, sample::id(ENGINEERING))?.map(|group| group.row);
        (0..500).try_for_each(|_| {
            let id = ObjectId::random();
            resources::insert(tx, resources::Kind::ManagedGroup, group, id, &Values::new()).map(drop)
        })
    };
    server.store.tenant(tenant.store_tenant()).write(select).await.unwrap();
    tenant.licences(sample::id(803).uuid(), sample::id(802).uuid(), 0).await;
    let crowd = |tx: &WriteTx<'_>| {
        let group = |id| {
            let values = json!({"mailNickname": "crowd", "mailEnabled": false, "securityEnabled": true});
            import::group(tx, id, values)
        };
        let (.., crowded) = CROWDED[1];
        group(sample::id(crowded))?;
        for (_, kind, number) in CROWDED.into_iter().filter(|(_, kind, _)| *kind != ObjectKind::Group) {
            import::object(tx, kind, sample::id(number), json!({"accountEnabled": true}))?;
            import::member(tx, sample::id(crowded), sample::id(number))?;
        }
        (0..=11_000).try_for_each(|_| {
            let id = ObjectId::random();
            group(id)?;
            import::member(tx, id, sample::id(crowded))
        })
    };
    server.store.tenant(tenant.store_tenant()).write(crowd).await.unwrap();
    // More of each kind than an answer can hold.
    let large = move |tx: &WriteTx<'_>| {
        ENTITIES.iter().enumerate().try_for_each(|(kind, entity)| {
            large_ones(kind).into_iter().try_for_each(|id| {
                let values = json!({"displayName": "x".repeat(125_000), "securityEnabled": true});
                match entity.kind {
                    ObjectKind::Group => import::group(tx, id, values).map(drop),
                    kind => import::object(tx, kind, id, values).map(drop),
                }
            })
        })?;
        // Each of the users is managed by the next.
        let users = large_ones(USERS);
        users.windows(2).try_for_each(|pair| import::manager(tx, pair[0], pair[1]))
    };
    server.store.tenant(tenant.store_tenant()).write(large).await.unwrap();
    let deleted = |tx: &WriteTx<'_>| {
        let group = |id, values: Value| {
            let mut all = json!({"mailNickname": "deleted", "mailEnabled": false, "securityEnabled": true});
            all.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
            import::group(tx, id, all)
        };
        let delete = |id| {
            let object = objects::find(tx, id)?.unwrap();
            deletions::delete(tx, &object, &objects::values(tx, object.row)?)
        };
        group(sample::id(DELETED_GROUP), json!({"isAssignableToRole": true}))?;
        delete(sample::id(DELETED_GROUP))?;
        for holder in [HOLDER, DELETED_HOLDER].map(sample::id) {
            import::object(tx, ObjectKind::User, holder, json!({"accountEnabled": true}))?;
            import::member(tx, sample::id(ADMINISTRATORS), holder)?;
        }
        delete(sample::id(DELETED_HOLDER))?;
        for (unit, visibility) in [(HIDDEN_UNIT, "HiddenMembership"), (DELETED_UNIT, "Public")] {
            let values = json!({"displayName": visibility, "visibility": visibility});
            import::object(tx, ObjectKind::AdministrativeUnit, sample::id(unit), values)?;
        }
        delete(sample::id(DELETED_UNIT))?;
        for id in [sample::id(REPLACED), ObjectId::random()] {
            let values = json!({"appId": sample::id(492).to_string()});
            import::object(tx, ObjectKind::ServicePrincipal, id, values)?;
            if id == sample::id(REPLACED) {
                delete(id)?;
            }
        }
        import::object(tx, ObjectKind::User, sample::id(FORMER_OWNER), json!({}))?;
        (0..35).try_for_each(|_| {
            let id = ObjectId::random();
            group(id, json!({"displayName": "x".repeat(125_000)}))?;
            import::owner(tx, id, sample::id(FORMER_OWNER))?;
            Ok::<_, Error>(delete(id)?)
        })
    };
    server.store.tenant(tenant.store_tenant()).write(deleted).await.unwrap();
    tenant
}

#[tokio::test]
async fn every_error_that_the_contract_shows_is_what_the_server_answers() {
    let tenant = world().await;
    let token = tenant.user_token(sample::id(ADA).uuid(), all()).await;
    let (mut provoked, mut wrong) = (0, Vec::new());
    for operation in operations() {
        for shown in operation.error_examples().iter().filter(|shown| !shown.is_of_server()) {
            let mut attempt = Attempt::of(tenant, operation, &token);
            attempt.provoke(&shown.name).await;
            let answer = send(attempt.request()).await;
            wrong.extend(difference(operation, shown, &answer));
            provoked += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {provoked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(provoked > 500, "{provoked} examples");
}
