//! `/directory/deletedItems`: what is listed there, restored with all that it was, or deleted for good.

use crate::support::{
    Answer, Tenant, forbidden, members_of, not_found, reference, refusal, refused, send, sorted,
};
use reqwest::Method;
use roster_client::{counted, types};
use roster_server::{
    auth::secrets::Secret,
    directory::applications::Registration,
    model::{
        ids::{AppId, ObjectId},
        kinds::ObjectKind,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const USERS: &str = "/directory/deletedItems/microsoft.graph.user";

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await.header("ConsistencyLevel", "eventual")).await
}

async fn restore(tenant: &Tenant, object: Uuid) -> Answer {
    send(tenant.raw(Method::POST, &format!("/directory/deletedItems/{object}/restore")).await).await
}

async fn restore_as(tenant: &Tenant, object: Uuid, body: Value) -> Answer {
    let path = format!("/directory/deletedItems/{object}/restore");
    send(tenant.raw(Method::POST, &path).await.json(&body)).await
}

async fn purge(tenant: &Tenant, object: Uuid) -> u16 {
    let user = tenant.user_token(Uuid::from_u128(1), ["Group.ReadWrite.All", "User.DeleteRestore.All"]).await;
    let path = format!("/v1.0/directory/deletedItems/{object}");
    send(tenant.anonymous(Method::DELETE, &path).bearer_auth(user)).await.status.as_u16()
}

fn names(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text);
    let name = |object: &Value| object["displayName"].as_str().unwrap().to_owned();
    page.json()["value"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn deleted_objects_are_listed_by_kind_and_counted_and_no_others_are() {
    let tenant = Tenant::fresh().await;
    let (ada, group) = (tenant.user("ada").await, tenant.microsoft_365_group("readers").await);
    let (service, application) =
        (tenant.service_principal("service").await, tenant.application("program").await);
    tenant.user("stays").await;
    for deleted in [ada, group, service, application] {
        tenant.delete(deleted).await;
    }
    let graph = tenant.client(["Directory.Read.All"]).await;
    for (kind, id) in
        [("user", ada), ("group", group), ("servicePrincipal", service), ("application", application)]
    {
        let path = format!("/directory/deletedItems/microsoft.graph.{kind}");
        let page = get(&tenant, &path).await.json();
        let listed: Vec<_> =
            page["value"].as_array().unwrap().iter().map(|object| object["id"].clone()).collect();
        assert_eq!(listed, [id.to_string()], "{kind}");
        assert!(page["@odata.context"].as_str().unwrap().ends_with(&format!("#{kind}s")), "{page}");
        assert_eq!(get(&tenant, &format!("{path}/$count")).await.text, "1", "{kind}");
        // Generated clients spell it so.
        let short = get(&tenant, &format!("/directory/deletedItems/graph.{kind}")).await;
        assert_eq!(short.json()["value"], page["value"], "{kind}");
    }
    let user = graph.get_deleted_item().id(ada).select("id").send().await.unwrap();
    assert_eq!((user.odata_type.as_str(), user.id.clone()), ("#microsoft.graph.user", Some(ada.to_string())));
    let selected =
        get(&tenant, &format!("/directory/deletedItems/{ada}?$select=id,deletedDateTime,city")).await;
    assert!(
        selected.json()["deletedDateTime"].is_string() && selected.json()["city"].is_null(),
        "{selected:?}"
    );
    let counted_users = graph.count_deleted_users().consistency_level("eventual").send().await.unwrap();
    assert_eq!(counted(counted_users).await.unwrap(), 1);
    assert_eq!(get(&tenant, "/users/$count").await.text, "1");
}

#[tokio::test]
async fn deleted_objects_are_filtered_searched_sorted_and_paged() {
    let tenant = Tenant::fresh().await;
    for name in ["grace", "ada", "alan", "edsger"] {
        tenant.delete(tenant.user(name).await).await;
    }
    tenant.user("alonzo").await;
    let query = async |query: &str| names(&get(&tenant, &format!("{USERS}?{query}")).await);
    assert_eq!(query("$filter=startsWith(displayName,'a')").await, ["ada", "alan"]);
    assert_eq!(query("$filter=displayName ne 'ada'&$count=true").await, ["grace", "alan", "edsger"]);
    assert_eq!(query("$search=\"displayName:ada\"").await, ["ada"]);
    assert_eq!(query("$orderby=displayName").await, ["ada", "alan", "edsger", "grace"]);
    assert_eq!(query("$orderby=userPrincipalName desc").await, ["grace", "edsger", "alan", "ada"]);
    assert_eq!(query("$orderby=deletedDateTime&$count=true&$top=9").await.len(), 4);
    let (mut next, mut found) =
        (Some(format!("{USERS}?$orderby=displayName&$top=3&$count=true")), Vec::new());
    while let Some(path) = next {
        let page = get(&tenant, &path).await;
        assert_eq!(page.json()["@odata.count"].as_u64(), found.is_empty().then_some(4));
        found.extend(names(&page));
        let link = page.json()["@odata.nextLink"].as_str().map(str::to_owned);
        next = link.map(|link| link.split_once("/v1.0").unwrap().1.to_owned());
    }
    assert_eq!(found, ["ada", "alan", "edsger", "grace"]);
    let count = get(&tenant, &format!("{USERS}/$count?$filter=startsWith(displayName,'a')")).await;
    assert_eq!(count.text, "2");
    // The page on deleted items names three properties to sort by, whatever else living users are sorted by.
    for (order, advanced) in [("createdDateTime", true), ("deletedDateTime", false), ("mail", false)] {
        let request = tenant.raw(Method::GET, &format!("{USERS}?$orderby={order}&$count={advanced}")).await;
        let request = if advanced { request.header("ConsistencyLevel", "eventual") } else { request };
        assert_eq!(send(request).await.status, 400, "{order}");
    }
    let applications = "/directory/deletedItems/microsoft.graph.application?$orderby=displayName";
    assert_eq!(send(tenant.raw(Method::GET, applications).await).await.status, 200);
}

#[tokio::test]
async fn a_restored_user_is_what_it_was_and_where_it_was() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.ReadWrite.All", "User.DeleteRestore.All"]).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let (group, owned) = (tenant.security_group("readers").await, tenant.microsoft_365_group("owned").await);
    tenant.join(group, ada).await;
    tenant.own(owned, ada).await;
    tenant.manage(ada, grace).await;
    tenant.manage(grace, ada).await;
    let whole = format!("/users/{ada}?$select=*");
    let before = get(&tenant, &whole).await.json();
    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    assert!(members_of(&graph, group).await.is_empty());

    let restored = restore(&tenant, ada).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    let restored = restored.json();
    assert_eq!((&restored["@odata.type"], &restored["id"]), (&json!("#microsoft.graph.user"), &json!(ada)));
    assert!(restored["@odata.context"].as_str().unwrap().ends_with("#directoryObjects/$entity"));
    assert_eq!(get(&tenant, &whole).await.json(), before);
    assert_eq!(members_of(&graph, group).await, [ada]);
    let owners = graph.list_group_owners().id(owned).send().await.unwrap();
    assert_eq!(owners.value.len(), 1);
    for (of, manager) in [(ada, grace), (grace, ada)] {
        let found = get(&tenant, &format!("/users/{of}/manager?$select=id")).await.json();
        assert_eq!(found["id"], manager.to_string());
    }
    assert_eq!(get(&tenant, "/users/$count").await.text, "2");
    assert_eq!(
        names(&get(&tenant, "/users?$search=\"displayName:ada\"").await),
        ["ada"],
        "it is found again"
    );
    assert_eq!(restore(&tenant, ada).await.refusal(), not_found(ada), "it isn't deleted any more");
    assert_eq!(get(&tenant, &format!("{USERS}/$count")).await.text, "0");
}

#[tokio::test]
async fn a_restored_group_has_its_members_and_owners_and_is_where_it_was() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.ReadWrite.All", "Group.ReadWrite.All"]).await;
    let (outer, group) = (tenant.security_group("outer").await, tenant.security_group("inner").await);
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    tenant.join(outer, group).await;
    for member in [ada, grace] {
        tenant.join(group, member).await;
    }
    tenant.own(group, ada).await;
    let transitive = async || get(&tenant, &format!("/groups/{outer}/transitiveMembers/$count")).await.text;
    assert_eq!(transitive().await, "3");
    graph.delete_group().id(group).send().await.unwrap();
    assert_eq!(transitive().await, "0");
    // A member that is gone meanwhile isn't there, and one that comes back is.
    tenant.delete(grace).await;

    assert_eq!(restore(&tenant, group).await.status, 200);
    assert_eq!(members_of(&graph, group).await, [ada]);
    assert_eq!(transitive().await, "2");
    assert_eq!(restore(&tenant, grace).await.status, 200);
    assert_eq!(members_of(&graph, group).await, sorted([ada, grace]));
    assert_eq!(transitive().await, "3");
    let owners = graph.list_group_owners().id(group).send().await.unwrap();
    assert_eq!(owners.value.len(), 1);
}

#[tokio::test]
async fn a_member_that_is_restored_before_its_group_is_in_it_once_both_are() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All"]).await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    tenant.delete(group).await;
    tenant.delete(ada).await;
    assert_eq!(restore(&tenant, ada).await.status, 200);
    assert_eq!(get(&tenant, &format!("/users/{ada}/memberOf/$count")).await.text, "0");
    assert_eq!(restore(&tenant, group).await.status, 200);
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn what_does_not_fit_any_more_is_left_out() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.ReadWrite.All", "Group.ReadWrite.All"]).await;
    let (ada, grace, report) =
        (tenant.user("ada").await, tenant.user("grace").await, tenant.user("report").await);
    let (dynamic, full, purged) = (
        tenant.security_group("dynamic").await,
        tenant.security_group("full").await,
        tenant.security_group("purged").await,
    );
    for group in [dynamic, purged] {
        tenant.join(group, ada).await;
    }
    tenant.own(full, ada).await;
    tenant.manage(report, ada).await;
    tenant.delete(ada).await;

    let rule = json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq \"none\""});
    let changed = send(tenant.raw(Method::PATCH, &format!("/groups/{dynamic}")).await.json(&rule)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    for number in 0..100 {
        tenant.own(full, tenant.user(&format!("owner{number}")).await).await;
    }
    tenant.delete(purged).await;
    assert_eq!(purge(&tenant, purged).await, 204);
    tenant.manage(report, grace).await;

    assert_eq!(restore(&tenant, ada).await.status, 200);
    assert_eq!(get(&tenant, &format!("/users/{ada}/memberOf/$count")).await.text, "0");
    assert_eq!(get(&tenant, &format!("/groups/{full}/owners/$count")).await.text, "100");
    assert_eq!(get(&tenant, &format!("/users/{ada}/ownedObjects/$count")).await.text, "0");
    assert_eq!(
        get(&tenant, &format!("/users/{report}/manager?$select=id")).await.json()["id"],
        grace.to_string()
    );
    assert!(members_of(&graph, dynamic).await.is_empty());
}

#[tokio::test]
async fn a_group_whose_rule_is_paused_has_its_restored_member_again() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All"]).await;
    let group = tenant
        .group(json!({"displayName": "paused", "mailNickname": "paused", "mailEnabled": false, "securityEnabled": true,
            "groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq \"none\"",
            "membershipRuleProcessingState": "Paused"}))
        .await;
    let ada = tenant.user("ada").await;
    tenant.join(group, ada).await;
    tenant.delete(ada).await;
    assert!(members_of(&graph, group).await.is_empty());
    assert_eq!(restore(&tenant, ada).await.status, 200);
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn a_name_that_is_taken_meanwhile_is_refused_and_a_user_can_get_another() {
    let tenant = Tenant::fresh().await;
    let first = tenant.user("ada").await;
    tenant.delete(first).await;
    let second = tenant.user("ada").await;
    tenant.delete(second).await;
    assert_eq!(names(&get(&tenant, USERS).await), ["ada", "ada"], "deleted users share a name");
    assert_eq!(restore(&tenant, second).await.status, 200);
    let message = "Another object with the same value for property userPrincipalName already exists.";
    let taken = restore(&tenant, first).await;
    assert_eq!(taken.refusal(), refused(400, "Request_BadRequest", message));
    assert_eq!(taken.json()["error"]["details"][0]["code"], "ObjectConflict");
    let to = |name: String| json!({"newUserPrincipalName": name, "autoReconcileProxyConflict": true});
    assert_eq!(restore_as(&tenant, first, to(tenant.upn("ada"))).await.status, 400);
    assert_eq!(restore_as(&tenant, first, to("ada@elsewhere.example".into())).await.status, 400);
    let renamed = restore_as(&tenant, first, to(tenant.upn("countess"))).await;
    assert_eq!(renamed.json()["userPrincipalName"], tenant.upn("countess"));
    let user = get(&tenant, &format!("/users/{}?$select=id,identities", tenant.upn("countess"))).await.json();
    assert_eq!(user["id"], first.to_string());
    assert_eq!(user["identities"][0]["issuerAssignedId"], tenant.upn("countess"));

    let group = tenant.microsoft_365_group("readers").await;
    tenant.delete(group).await;
    tenant.microsoft_365_group("readers").await;
    let message = "Another object with the same value for property mailNickname already exists.";
    assert_eq!(restore(&tenant, group).await.refusal(), refused(400, "Request_BadRequest", message));
    assert_eq!(restore_as(&tenant, group, to(tenant.upn("x"))).await.status, 400, "groups sign in nowhere");
}

#[tokio::test]
async fn an_application_comes_back_without_its_service_principal_which_is_restored_by_itself() {
    let tenant = Tenant::fresh().await;
    let registration = Registration::new("program", Vec::new(), &Secret::new("a secret of an application"));
    tenant.register(registration.clone()).await;
    let [application, service] =
        [registration.application, registration.service_principal].map(ObjectId::uuid);
    let as_user = tenant.client_of(tenant.user("ada").await, ["Directory.AccessAsUser.All"]).await;
    as_user.delete_directory_object().id(application).send().await.unwrap();
    assert_eq!(restore(&tenant, application).await.status, 200);
    assert_eq!(get(&tenant, &format!("/servicePrincipals/{service}")).await.status, 404);

    let another = json!({"appId": registration.app_id.to_string()});
    let another = send(tenant.raw(Method::POST, "/servicePrincipals").await.json(&another)).await.json();
    let refusal = restore(&tenant, service).await.refusal();
    assert_eq!((refusal.0, &*refusal.1), (409, "Request_MultipleObjectsWithSameKeyValue"));
    tenant.delete(another["id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(restore(&tenant, service).await.status, 200);
    let token = tenant.token_for(&registration.app_id.to_string(), "a secret of an application").await;
    assert_eq!(token.status, 200, "with its secret");
}

#[tokio::test]
async fn a_restored_users_token_counts_again() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let token = tenant.user_token(ada, ["User.Read"]).await;
    let me =
        async || send(tenant.anonymous(Method::GET, "/v1.0/me").bearer_auth(&token)).await.status.as_u16();
    assert_eq!(me().await, 200);
    tenant.delete(ada).await;
    assert_eq!(me().await, 401);
    assert_eq!(restore(&tenant, ada).await.status, 200);
    assert_eq!(me().await, 200);
}

#[tokio::test]
async fn a_deleted_security_group_seems_not_to_be_one_until_it_is_restored() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    graph.delete_group().id(group).send().await.unwrap();
    let deleted = get(&tenant, &format!("/directory/deletedItems/{group}")).await.json();
    assert_eq!((&deleted["securityEnabled"], &deleted["groupTypes"]), (&json!(false), &json!([])));
    let restored = restore(&tenant, group).await.json();
    assert_eq!((&restored["securityEnabled"], &restored["deletedDateTime"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn what_is_deleted_for_good_is_gone_and_devices_are_at_once() {
    let tenant = Tenant::fresh().await;
    let (ada, device) = (tenant.user("ada").await, tenant.device("laptop").await);
    let group = tenant.security_group("readers").await;
    for member in [ada, device] {
        tenant.join(group, member).await;
    }
    assert_eq!(purge(&tenant, ada).await, 404, "it isn't deleted yet");
    tenant.delete(ada).await;
    assert_eq!(purge(&tenant, ada).await, 204);
    assert_eq!(purge(&tenant, ada).await, 404);
    assert_eq!(restore(&tenant, ada).await.refusal(), not_found(ada));
    assert_eq!(get(&tenant, &format!("{USERS}/$count")).await.text, "0");

    let status = send(tenant.raw(Method::DELETE, &format!("/devices/{device}")).await).await.status;
    assert_eq!(status, 204);
    assert_eq!(restore(&tenant, device).await.refusal(), not_found(device));
    let devices = get(&tenant, "/directory/deletedItems/microsoft.graph.device").await.json();
    assert_eq!(devices["value"], json!([]));
}

#[tokio::test]
async fn each_kind_needs_its_own_permissions() {
    let tenant = Tenant::fresh().await;
    let (user, group, application) = (
        tenant.user("ada").await,
        tenant.security_group("readers").await,
        tenant.application("program").await,
    );
    let roles = tenant.role_assignable_group("roles").await;
    for deleted in [user, group, application, roles] {
        tenant.delete(deleted).await;
    }
    let caller = tenant.user("caller").await;
    let ask = async |method: &Method, object: Uuid, end: &str, token: &str| {
        let path = format!("/v1.0/directory/deletedItems/{object}{end}");
        send(tenant.anonymous(method.clone(), &path).bearer_auth(token)).await
    };
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    for (method, end, object, lacking) in [
        (&get, "", user, ["Group.ReadWrite.All", "Application.ReadWrite.All"]),
        (&get, "", group, ["User.ReadWrite.All", "Application.ReadWrite.All"]),
        (&get, "", application, ["User.ReadWrite.All", "Group.ReadWrite.All"]),
        (&post, "/restore", user, ["Group.ReadWrite.All", "Application.ReadWrite.All"]),
        (&post, "/restore", group, ["User.DeleteRestore.All", "Application.ReadWrite.All"]),
        (&post, "/restore", roles, ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        (&post, "/restore", application, ["User.DeleteRestore.All", "Group.ReadWrite.All"]),
        (&delete, "", user, ["Group.ReadWrite.All", "Application.ReadWrite.All"]),
        (&delete, "", group, ["User.DeleteRestore.All", "Application.ReadWrite.All"]),
        (&delete, "", roles, ["Group.ReadWrite.All", "Directory.ReadWrite.All"]),
        (&delete, "", application, ["User.DeleteRestore.All", "Group.ReadWrite.All"]),
    ] {
        for token in [tenant.user_token(caller, lacking).await, tenant.app_token(lacking).await] {
            let refused = ask(method, object, end, &token).await;
            assert_eq!(refused.status, 403, "{method} {lacking:?}: {}", refused.text);
            assert_eq!(refused.refusal(), forbidden(), "{method} {lacking:?}");
        }
    }
    let application_token = tenant.app_token(["Group.ReadWrite.All", "User.ReadWrite.All"]).await;
    for object in [user, group] {
        let refused = ask(&delete, object, "", &application_token).await;
        assert_eq!(refused.refusal(), forbidden(), "for good only by a user, or with User.DeleteRestore.All");
    }
}

#[tokio::test]
async fn deleted_groups_are_found_by_the_user_who_owned_them_in_the_order_of_their_ids() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All"]).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let mut owned = Vec::new();
    for number in 0..5 {
        let group = tenant.microsoft_365_group(&format!("group{number}")).await;
        tenant.own(group, if number == 0 { grace } else { ada }).await;
        if number < 4 {
            tenant.delete(group).await;
        }
        if (1..4).contains(&number) {
            owned.push(group);
        }
    }
    owned.sort();
    let body = |user: Uuid, kind| types::GetUserOwnedObjectsParameters { user_id: user, type_: kind };
    let ask =
        async |user, kind| graph.get_deleted_objects_owned_by_user().body(body(user, kind)).send().await;
    let found = ask(ada, types::OwnedType::Group).await.unwrap();
    let ids: Vec<Uuid> =
        found.value.iter().map(|group| group.id.as_ref().unwrap().parse().unwrap()).collect();
    assert_eq!(ids, owned);
    assert!(found.value.iter().all(|group| group.odata_type == "#microsoft.graph.group"));
    assert_eq!(ask(ada, types::OwnedType::Application).await.unwrap().value.len(), 0);
    let nobody = Uuid::from_u128(7);
    assert_eq!(refusal(ask(nobody, types::OwnedType::Group).await), not_found(nobody));
}

#[tokio::test]
async fn deleted_applications_of_a_user_are_shown_whole_to_those_who_read_applications() {
    let tenant = Tenant::fresh().await;
    let (ada, application) = (tenant.user("ada").await, tenant.application("loans").await);
    tenant.own(application, ada).await;
    tenant.delete(application).await;
    let body = json!({"userId": ada, "type": "Application"});
    let ask = async |permissions: &[&str]| {
        let token = tenant.app_token(permissions.iter().copied()).await;
        let path = "/v1.0/directory/deletedItems/getUserOwnedObjects";
        let answer = send(tenant.anonymous(Method::POST, path).bearer_auth(token).json(&body)).await;
        answer.json()["value"].clone()
    };
    let named = ask(&["Group.Read.All"]).await;
    let told = named[0].as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
    let named = json!({"@odata.type": "#microsoft.graph.application", "id": application});
    assert_eq!(told.map(|(name, value)| (name.clone(), value.clone())).collect::<Value>(), named);
    let whole = ask(&["Group.Read.All", "Application.Read.All"]).await;
    assert_eq!(whole[0]["id"], json!(application));
    assert_eq!(whole[0]["displayName"], "loans");
    assert_ne!(whole[0]["deletedDateTime"], Value::Null);
}

#[tokio::test]
async fn another_tenants_deleted_object_and_none_at_all_are_the_same() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let there = theirs.user("ada").await;
    theirs.delete(there).await;
    for (method, end) in [(Method::GET, ""), (Method::POST, "/restore")] {
        let ask = async |id: Uuid| {
            let path = format!("/directory/deletedItems/{id}{end}");
            send(mine.raw(method.clone(), &path).await).await.refusal()
        };
        assert_eq!(ask(there).await, not_found(there));
        assert_eq!(ask(Uuid::from_u128(7)).await, not_found(Uuid::from_u128(7)));
    }
    assert_eq!(purge(&mine, there).await, 404);
    assert_eq!(names(&get(&mine, USERS).await), [""; 0]);
}

#[tokio::test]
async fn restoring_takes_any_body_that_says_nothing() {
    let tenant = Tenant::fresh().await;
    let path = |user: Uuid| format!("/directory/deletedItems/{user}/microsoft.graph.restore");
    for (content_type, body) in [(None, ""), (Some("application/json"), ""), (Some("application/json"), "{}")]
    {
        let user = tenant.user("ada").await;
        tenant.delete(user).await;
        let mut request = tenant.raw(Method::POST, &path(user)).await.body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = send(request).await;
        assert_eq!(answer.status, 200, "{content_type:?} {body}: {}", answer.text);
        tenant.delete(user).await;
    }
}

#[tokio::test]
async fn a_member_is_added_to_a_restored_group_as_to_any_other() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.delete(group).await;
    let add = async || graph.add_group_member().id(group).body(reference(ada)).send().await;
    assert_eq!(refusal(add().await), not_found(group));
    assert_eq!(restore(&tenant, group).await.status, 200);
    add().await.unwrap();
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn a_service_principal_with_a_client_id_of_its_own_is_restored_with_its_memberships() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All", "Directory.Read.All"]).await;
    let values = json!({"appId": AppId::random().to_string(), "displayName": "service"});
    let service = tenant.object_with(ObjectKind::ServicePrincipal, values).await;
    let group = tenant.security_group("readers").await;
    tenant.join(group, service).await;
    tenant.delete(service).await;
    assert_eq!(restore(&tenant, service).await.status, 200);
    assert_eq!(members_of(&graph, group).await, [service]);
}
