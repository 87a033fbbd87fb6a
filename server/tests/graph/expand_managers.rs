//! `$expand=manager` and `$expand=directReports`: users and contacts with those who manage them, from one to the next, and with those
//! whom they manage.

use crate::support::{Answer, Tenant, forbidden, refused, send};
use reqwest::Method;
use roster_server::model::kinds::ObjectKind;
use serde_json::{Value, json};
use uuid::Uuid;

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await).await
}

/// The same with `ConsistencyLevel: eventual`.
async fn get_eventual(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await.header("ConsistencyLevel", "eventual")).await
}

async fn get_as(tenant: &Tenant, token: &str, path: &str) -> Answer {
    let request = tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token);
    send(request.header("ConsistencyLevel", "eventual")).await
}

/// Users who are each managed by the next.
async fn chain<const N: usize>(tenant: &Tenant, names: [&str; N]) -> [Uuid; N] {
    let mut users = [Uuid::nil(); N];
    for (user, name) in users.iter_mut().zip(names) {
        *user = tenant.user(name).await;
    }
    for pair in users.windows(2) {
        tenant.manage(pair[0], pair[1]).await;
    }
    users
}

/// The ids of the managers in an object, from its own on.
fn managers(object: &Value) -> Vec<Uuid> {
    let chain = std::iter::successors(object.get("manager"), |manager| manager.get("manager"));
    chain.map(|manager| manager["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// The ids of a list of objects.
fn ids(objects: &Value) -> Vec<Uuid> {
    let objects = objects.as_array().unwrap_or_else(|| panic!("no list: {objects}")).iter();
    objects.map(|object| object["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// The context of an answer, from the `#` on.
fn context(answer: &Value) -> &str {
    answer["@odata.context"].as_str().unwrap().split_once('#').unwrap().1
}

#[tokio::test]
async fn users_are_shown_with_their_managers_alone_and_in_lists() {
    let tenant = Tenant::fresh().await;
    let [ada, grace] = chain(&tenant, ["ada", "grace"]).await;
    let graph = tenant.client(["User.Read.All"]).await;
    let shown = graph.get_user().id(ada.to_string()).expand("manager").send().await.unwrap().into_inner();
    let manager = shown.manager.unwrap();
    assert_eq!(manager.id, Some(grace.to_string()));
    assert_eq!(manager.odata_type, "#microsoft.graph.user");
    assert_eq!(manager.display_name.as_deref(), Some("grace"));
    assert_eq!(shown.display_name.as_deref(), Some("ada"));
    let page = graph.list_users().expand("manager").send().await.unwrap().into_inner();
    let managed: Vec<_> =
        page.value.iter().map(|user| user.manager.as_ref().and_then(|manager| manager.id.clone())).collect();
    assert_eq!(managed, [Some(grace.to_string()), None]);
    let me = tenant.client_of(ada, ["User.Read.All"]).await;
    let shown = me.get_me().expand("manager").send().await.unwrap().into_inner();
    assert_eq!(shown.manager.unwrap().id, Some(grace.to_string()));
    let reports = graph.get_user().id(grace.to_string()).expand("directReports").send().await.unwrap();
    assert_eq!(reports.direct_reports[0].id, Some(ada.to_string()));
}

#[tokio::test]
async fn who_has_no_manager_is_shown_without_one() {
    let tenant = Tenant::fresh().await;
    let [ada, grace] = chain(&tenant, ["ada", "grace"]).await;
    let alone = get(&tenant, &format!("/users/{grace}?$expand=manager")).await.json();
    assert!(alone.get("manager").is_none() && alone["displayName"] == "grace", "{alone}");
    let nothing = get(&tenant, &format!("/users/{grace}?$select=colour&$expand=manager")).await.json();
    assert_eq!(nothing.as_object().unwrap().len(), 1, "{nothing}");
    assert_eq!(send(tenant.raw(Method::DELETE, &format!("/users/{grace}")).await).await.status, 204);
    let page = get(&tenant, "/users?$select=id&$expand=manager").await.json();
    assert_eq!(page["value"], json!([{"id": ada.to_string()}]));
}

#[tokio::test]
async fn a_manager_is_shown_as_the_manager_by_itself_is() {
    let tenant = Tenant::fresh().await;
    let [ada, grace] = chain(&tenant, ["ada", "grace"]).await;
    for select in ["", "displayName,department", "*"] {
        let (within, alone) = match select {
            "" => (String::new(), String::new()),
            names => (format!("($select={names})"), format!("?$select={names}")),
        };
        let shown = get(&tenant, &format!("/users/{ada}?$expand=manager{within}")).await.json();
        let mut manager = get(&tenant, &format!("/users/{ada}/manager{alone}")).await.json();
        manager.as_object_mut().unwrap().remove("@odata.context");
        assert_eq!(shown["manager"], manager, "{select}");
        let page = get(&tenant, &format!("/users?$expand=manager{within}")).await.json();
        assert_eq!(page["value"][0]["manager"], manager, "{select}");
    }
    let short = get(&tenant, &format!("/users/{ada}?$select=id&$expand=manager($select=id)")).await.json();
    assert_eq!(context(&short), "users(id,manager(id))/$entity");
    let manager = json!({"@odata.type": "#microsoft.graph.user", "id": grace.to_string()});
    assert_eq!(short["manager"], manager);
}

#[tokio::test]
async fn managers_of_managers_are_nested_as_deep_as_levels_says() {
    let tenant = Tenant::fresh().await;
    let [ada, grace, barbara, emmy] = chain(&tenant, ["ada", "grace", "barbara", "emmy"]).await;
    for (levels, expected) in [
        ("max", &[grace, barbara, emmy][..]),
        ("1000", &[grace, barbara, emmy]),
        ("3", &[grace, barbara, emmy]),
        ("2", &[grace, barbara]),
        ("1", &[grace]),
    ] {
        let query =
            format!("$select=id,displayName&$expand=manager($levels={levels};$select=id,displayName)");
        // Graph's page had `$count=true` beside it once.
        for count in ["", "&$count=true", "&$count=false"] {
            let shown = get_eventual(&tenant, &format!("/users/{ada}?{query}{count}")).await.json();
            assert_eq!(managers(&shown), expected, "{levels} {count}");
            assert_eq!(context(&shown), "users(id,displayName,manager(id,displayName))/$entity");
            assert!(shown.get("@odata.count").is_none(), "{shown}");
        }
    }
    let of_type = "#microsoft.graph.user";
    let path = format!("/users/{ada}?$select=id&$expand=manager($levels=2;$select=displayName)");
    let shown = get_eventual(&tenant, &path).await.json();
    let manager = json!({"@odata.type": of_type, "displayName": "grace",
        "manager": {"@odata.type": of_type, "displayName": "barbara"}});
    assert_eq!(shown["manager"], manager);
    let token = tenant.user_token(ada, ["User.Read.All"]).await;
    let shown = get_as(&tenant, &token, "/me?$expand=manager($levels=max)").await.json();
    assert_eq!(managers(&shown), [grace, barbara, emmy]);
    let graph = tenant.client(["User.Read.All"]).await;
    let shown = graph.get_user().id(barbara.to_string()).expand("manager($levels=max)");
    let shown = shown.consistency_level("eventual").send().await.unwrap().into_inner();
    assert_eq!(shown.manager.unwrap().id, Some(emmy.to_string()));
}

#[tokio::test]
async fn managers_in_a_circle_end_with_the_first_that_was_there_before() {
    let tenant = Tenant::fresh().await;
    let [outside, first, second, third] = chain(&tenant, ["outside", "first", "second", "third"]).await;
    tenant.manage(third, first).await;
    let alone = tenant.user("alone").await;
    tenant.manage(alone, alone).await;
    for (user, circle) in
        [(first, &[second, third, first][..]), (outside, &[first, second, third, first]), (alone, &[alone])]
    {
        let shown = get_eventual(&tenant, &format!("/users/{user}?$expand=manager($levels=max)")).await;
        assert_eq!(managers(&shown.json()), circle);
    }
    let shown = get(&tenant, &format!("/users/{alone}?$expand=manager")).await.json();
    assert_eq!(managers(&shown), [alone]);
}

#[tokio::test]
async fn only_a_single_user_is_shown_with_managers_of_managers_and_only_with_the_header() {
    let tenant = Tenant::fresh().await;
    let [ada, _] = chain(&tenant, ["ada", "grace"]).await;
    let contact = tenant.contact("ludwig").await;
    let group = tenant.security_group("readers").await;
    tenant.join(group, ada).await;
    let message = "Transitive manager's list is only supported on a single user, send the $expand request on \
                   /users/{id} endpoint";
    let of_several = refused(400, "Request_UnsupportedQuery", message);
    for path in [
        "/users".to_owned(),
        "/contacts".into(),
        format!("/contacts/{contact}"),
        format!("/groups/{group}/members/microsoft.graph.user"),
    ] {
        for levels in ["max", "1", "2"] {
            let path = format!("{path}?$expand=manager($levels={levels})");
            assert_eq!(get(&tenant, &path).await.refusal(), of_several, "{path}");
            assert_eq!(get_eventual(&tenant, &path).await.refusal(), of_several, "{path}");
        }
    }
    let unsupported = |message: &str| refused(400, "Request_UnsupportedQuery", message);
    let path = format!("/users/{ada}?$expand=manager($levels=max)");
    let without = get(&tenant, &path).await.refusal();
    assert_eq!((without.0, &*without.1), (400, "Request_UnsupportedQuery"));
    assert!(without.2.contains("'ConsistencyLevel:eventual' header is missing"), "{}", without.2);
    let counted = get(&tenant, &format!("{path}&$count=true")).await.refusal();
    assert_eq!((counted.0, &*counted.1), (400, "Request_UnsupportedQuery"));
    for query in ["$count=true", "$expand=manager&$count=true"] {
        let refusal = get_eventual(&tenant, &format!("/users/{ada}?{query}")).await.refusal();
        let message = "The query option '$count' is not supported by this request.";
        assert_eq!(refusal, unsupported(message), "{query}");
    }
    for levels in ["0", "1001", "-1", "MAX", "x", ""] {
        let path = format!("/users/{ada}?$expand=manager($levels={levels})");
        let message = format!(
            "Invalid value '{levels}' of the query option '$levels' within $expand. Must be 'max' or between 1 and \
             1000 inclusive."
        );
        assert_eq!(get_eventual(&tenant, &path).await.refusal(), unsupported(&message));
    }
    for property in ["memberOf", "directReports", "ownedObjects"] {
        let path = format!("/users/{ada}?$expand={property}($levels=2)");
        let message = "The query option '$levels' is not supported within $expand by this request.";
        assert_eq!(get_eventual(&tenant, &path).await.refusal(), unsupported(message), "{property}");
    }
}

#[tokio::test]
async fn expanding_managers_needs_what_reading_them_needs() {
    let tenant = Tenant::fresh().await;
    let [ada, grace] = chain(&tenant, ["ada", "grace"]).await;
    let own = tenant.user_token(ada, ["User.Read", "User.ReadBasic.All"]).await;
    for path in ["/me".to_owned(), format!("/users/{ada}"), "/users".into()] {
        for query in ["$expand=manager", "$expand=manager($select=id)"] {
            assert_eq!(get_as(&tenant, &own, &format!("{path}?{query}")).await.refusal(), forbidden());
        }
    }
    // Direct reports are the signed-in user's own to see.
    assert_eq!(get_as(&tenant, &own, "/me?$expand=directReports").await.json()["directReports"], json!([]));
    for path in [format!("/users/{grace}"), "/users".into()] {
        let answer = get_as(&tenant, &own, &format!("{path}?$expand=directReports")).await;
        assert_eq!(answer.refusal(), forbidden(), "{path}");
    }
    let all = tenant.app_token(["User.Read.All"]).await;
    let hire = "$expand=manager($select=employeeLeaveDateTime)";
    assert_eq!(get_as(&tenant, &all, &format!("/users/{ada}?{hire}")).await.refusal(), forbidden());
    let profile = get_as(&tenant, &all, &format!("/users/{ada}?$expand=manager($select=aboutMe)")).await;
    assert_eq!(profile.refusal().0, 501);
}

#[tokio::test]
async fn of_contacts_whom_the_caller_may_not_read_no_more_is_told_than_elsewhere() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let contact = tenant.contact("ludwig").await;
    tenant.manage(ada, contact).await;
    tenant.manage(contact, grace).await;
    tenant.manage(grace, ada).await;
    let users_only = tenant.app_token(["User.Read.All"]).await;
    let everyone = tenant.app_token(["User.Read.All", "OrgContact.Read.All"]).await;
    let chain = format!("/users/{ada}?$expand=manager($levels=max)");
    assert_eq!(managers(&get_as(&tenant, &everyone, &chain).await.json()), [contact, grace, ada]);
    let blind = get_as(&tenant, &users_only, &chain).await.json();
    // Who manages a contact is what reading contacts tells.
    assert_eq!(managers(&blind), [contact]);
    let mut alone = get_as(&tenant, &users_only, &format!("/users/{ada}/manager")).await.json();
    alone.as_object_mut().unwrap().remove("@odata.context");
    assert_eq!(blind["manager"], alone);
    assert!(alone["displayName"].is_null() && alone["@odata.type"] == "#microsoft.graph.orgContact");
    let listed = get_as(&tenant, &users_only, "/users?$expand=manager").await.json();
    assert_eq!(listed["value"][0]["manager"], alone);
    let reports = format!("/users/{grace}?$expand=directReports");
    let list = get_as(&tenant, &users_only, &format!("/users/{grace}/directReports")).await.json();
    let shown = get_as(&tenant, &users_only, &reports).await.json();
    assert_eq!(shown["directReports"], list["value"]);
    assert!(list["value"][0]["displayName"].is_null(), "{list}");
    let shown = get_as(&tenant, &everyone, &reports).await.json();
    assert_eq!(shown["directReports"][0]["displayName"], "ludwig");
}

#[tokio::test]
async fn contacts_are_shown_with_their_managers_and_their_direct_reports() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let contact = tenant.contact("ludwig").await;
    tenant.manage(ada, contact).await;
    tenant.manage(contact, grace).await;
    for path in [format!("/contacts/{contact}"), "/contacts".into()] {
        let shown = async |property: &str| {
            let answer = get(&tenant, &format!("{path}?$expand={property}")).await.json();
            if answer["value"].is_array() { answer["value"][0].clone() } else { answer }
        };
        assert_eq!(managers(&shown("manager").await), [grace], "{path}");
        assert_eq!(ids(&shown("directReports").await["directReports"]), [ada], "{path}");
    }
}

#[tokio::test]
async fn twenty_direct_reports_are_shown_at_most() {
    let tenant = Tenant::fresh().await;
    let grace = tenant.user("grace").await;
    let mut reports = Vec::new();
    for number in 0..22 {
        let user = tenant.user(&format!("report{number}")).await;
        tenant.manage(user, grace).await;
        reports.push(user);
    }
    let shown = get(&tenant, &format!("/users/{grace}?$expand=directReports($select=id)")).await;
    assert_eq!(ids(&shown.json()["directReports"]), reports[..20]);
    assert!(!shown.text.contains("nextLink"), "{}", shown.text);
    let page = get(&tenant, "/users?$select=id&$expand=directReports($select=id)").await.json();
    assert_eq!(ids(&page["value"][0]["directReports"]), reports[..20]);
    assert_eq!(page["value"][1]["directReports"], json!([]));
}

#[tokio::test]
async fn managers_that_are_more_than_an_answer_can_hold_are_refused() {
    let tenant = Tenant::fresh().await;
    let mut large = Vec::new();
    for number in 0..40 {
        let values = json!({"displayName": "x".repeat(120 << 10), "userPrincipalName": tenant.upn(&number.to_string())});
        large.push(tenant.object_with(ObjectKind::User, values).await);
    }
    for pair in large.windows(2) {
        tenant.manage(pair[0], pair[1]).await;
    }
    let refusal = get_eventual(&tenant, &format!("/users/{}?$expand=manager($levels=max)", large[0])).await;
    assert_eq!((refusal.refusal().0, &*refusal.refusal().1), (400, "Directory_ResultSizeLimitExceeded"));
    let some = get_eventual(&tenant, &format!("/users/{}?$expand=manager($levels=30)", large[0])).await;
    assert_eq!(managers(&some.json()), large[1..=30]);
}

#[tokio::test]
async fn managers_by_themselves_are_shown_with_nothing_else() {
    let tenant = Tenant::fresh().await;
    let [ada, _] = chain(&tenant, ["ada", "grace"]).await;
    let answer = get(&tenant, &format!("/users/{ada}/manager?$expand=manager")).await;
    let message = "Parsing OData Select and Expand failed: Could not find a property named 'manager' on type \
                   'microsoft.graph.directoryObject'.";
    assert_eq!(answer.refusal(), refused(400, "BadRequest", message));
}
