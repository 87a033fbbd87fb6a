//! The embedded authority: discovery, public keys, the token endpoint.

use crate::support::{Answer, Server, Tenant, send};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use roster_server::{
    auth::secrets::Secret,
    directory::{Policy, applications::Registration},
    model::{domains::DomainName, permissions::Permission},
};
use serde_json::Value;
use std::sync::OnceLock;

const SCOPE: &str = "https://graph.microsoft.com/.default";

struct App {
    id: String,
    secret: Secret,
}

async fn app(tenant: &Tenant) -> App {
    let secret = Secret::random().unwrap();
    let registration = Registration::new("reader", vec![Permission::GroupReadAll], &secret);
    let id = registration.app_id.to_string();
    tenant.register(registration).await;
    App { id, secret }
}

async fn ask(tenant: &Tenant, at: &str, form: &[(&str, &str)]) -> Answer {
    send(tenant.anonymous(Method::POST, &format!("/{at}/oauth2/v2.0/token")).form(form)).await
}

fn fields<'a>(app: &'a App, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", &app.id),
        ("client_secret", app.secret.reveal()),
        ("scope", scope),
    ]
}

#[tokio::test]
async fn an_application_gets_a_token_with_the_roles_that_were_granted_to_it() {
    let tenant = Tenant::fresh().await;
    let (app, group) = (app(&tenant).await, tenant.security_group("readers").await);
    let at = tenant.id().to_string();
    let host = tenant.server.url.clone();
    for scope in
        [SCOPE, &format!("{host}/.default"), &format!("{host}//.default"), "https://localhost/.default"]
    {
        // As MSAL sends it: with fields and parameters of its own.
        let mut form = fields(&app, scope);
        form.extend([("client_info", "1"), ("x-client-SKU", "msal.js.node")]);
        let answer = send(
            tenant
                .anonymous(Method::POST, &format!("/{at}/oauth2/v2.0/token?client-request-id=1"))
                .form(&form),
        )
        .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["cache-control"]),
            (200, &"no-store".parse().unwrap())
        );
        assert_eq!(answer.json()["token_type"], "Bearer");
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        let status = async |method, path: String| {
            send(tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(&token)).await.status.as_u16()
        };
        assert_eq!(status(Method::GET, format!("/groups/{group}")).await, 200, "{scope}");
        assert_eq!(status(Method::POST, "/groups".into()).await, 403, "{scope}");
    }
}

#[tokio::test]
async fn a_disabled_service_principal_gets_no_tokens_until_it_is_enabled_again() {
    let tenant = Tenant::fresh().await;
    let secret = Secret::random().unwrap();
    let registration = Registration::new("reader", Vec::new(), &secret);
    let service_principal = registration.service_principal;
    let app = App { id: registration.app_id.to_string(), secret };
    tenant.register(registration).await;
    let switch = async |enabled: bool| {
        let path = format!("/servicePrincipals/{service_principal}");
        let body = serde_json::json!({"accountEnabled": enabled});
        assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&body)).await.status, 204);
        ask(&tenant, &tenant.id().to_string(), &fields(&app, SCOPE)).await
    };
    let refused = switch(false).await;
    let said = refused.json();
    assert_eq!((refused.status.as_u16(), &said["error"]), (400, &"unauthorized_client".into()));
    let description = said["error_description"].as_str().unwrap();
    assert!(description.starts_with("AADSTS7000112: "), "{description}");
    assert_eq!(switch(true).await.status, 200);
}

#[tokio::test]
async fn a_client_may_prove_itself_in_the_header_too() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let form = [("grant_type", "client_credentials"), ("scope", SCOPE)];
    let ask = async |secret: &str| {
        send(tenant.anonymous(Method::POST, &path).basic_auth(&app.id, Some(secret)).form(&form))
            .await
            .status
            .as_u16()
    };
    assert_eq!(ask(app.secret.reveal()).await, 200);
    assert_eq!(ask("wrong").await, 401);
}

#[tokio::test]
async fn a_header_with_the_clients_secret_counts_once_however_often_it_stands_there() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let form = [("grant_type", "client_credentials"), ("scope", SCOPE)];
    let ask = async |secrets: &[&str]| {
        let request = tenant.anonymous(Method::POST, &path).form(&form);
        let basic = |secret: &str| format!("Basic {}", STANDARD.encode(format!("{}:{secret}", app.id)));
        send(secrets.iter().fold(request, |request, secret| request.header("authorization", basic(secret))))
            .await
    };
    let secret = app.secret.reveal();
    for same in [&[secret, secret][..], &[secret, secret, secret]] {
        let answer = ask(same).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    for others in [[secret, "wrong"], ["wrong", secret]] {
        let answer = ask(&others).await.json();
        let words =
            "AADSTS7000216: The request has several Authorization headers, and their values differ.\r\n";
        assert!(answer["error_description"].as_str().unwrap().starts_with(words), "{answer}");
    }
}

#[tokio::test]
async fn a_client_with_two_authentication_methods_or_an_unreadable_header_is_refused() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let secret = app.secret.reveal();
    let basic = |text: String| format!("Basic {}", STANDARD.encode(text));
    let good = basic(format!("{}:{secret}", app.id));
    let ask = async |headers: &[&str], more: &[(&str, &str)]| {
        let form = [&[("grant_type", "client_credentials"), ("scope", SCOPE)], more].concat();
        let request = tenant.anonymous(Method::POST, &path).form(&form);
        send(headers.iter().fold(request, |request, value| request.header("authorization", *value))).await
    };
    let upper = app.id.to_uppercase();
    for (header, form) in [
        (&*good, vec![]),
        (&good, vec![("client_id", &*app.id)]),
        (&good, vec![("client_id", &*upper)]),
        // A parameter without a value counts as absent.
        (&good, vec![("client_id", ""), ("client_secret", ""), ("client_assertion", "")]),
        (&good.replacen("Basic ", "bAsIc  ", 1), vec![]),
        (&basic(format!("{}:{}", app.id.replace('-', "%2D"), secret)), vec![]),
    ] {
        let answer = ask(&[header], &form).await;
        assert_eq!(answer.status, 200, "{header} {form:?}: {}", answer.text);
    }
    let missing = "00000000-0000-4000-8000-000000000000";
    let assertion = ("client_assertion", "x");
    for (headers, form, what) in [
        (vec![&*good], vec![("client_secret", secret)], "header and secret"),
        (vec![&good], vec![("client_secret", "wrong")], "header and another secret"),
        (vec![&good], vec![assertion], "header and assertion"),
        (vec![&good], vec![("client_id", missing)], "header and another client"),
        (vec![], vec![("client_id", &app.id), ("client_secret", secret), assertion], "secret and assertion"),
    ] {
        let answer = ask(&headers, &form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"].as_str()),
            (400, Some("invalid_request")),
            "{what}"
        );
        assert!(!answer.headers.contains_key("www-authenticate"), "{what}");
    }
    let refused = |answer: &Answer, headers: &[&str]| {
        let said = (answer.status.as_u16(), answer.json()["error"].as_str().map(str::to_owned));
        assert_eq!(said, (401, Some("invalid_client".to_owned())), "{headers:?}");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert_eq!(challenge, "Basic realm=\"roster\", charset=\"UTF-8\"", "{headers:?}");
    };
    for wrong in [basic(format!("{}:wrong", app.id)), basic(format!("{}:", app.id))] {
        refused(&ask(&[&wrong], &[]).await, &[&wrong]);
    }
    let in_form = [("client_id", &*app.id), ("client_secret", secret)];
    for unreadable in [
        vec![&*basic(app.id.clone())],
        vec![&*basic(format!("{}:%FF", app.id))],
        vec!["Basic"],
        vec!["Basic "],
        vec!["Basic ???"],
        vec![""],
        vec![&good["Basic ".len()..]],
        vec![&good, "Basic x"],
        vec!["Basic x", &good],
        vec![&good, &good, ""],
    ] {
        for form in [&[][..], &in_form] {
            refused(&ask(&unreadable, form).await, &unreadable);
        }
    }
    // A token for Graph that a program sends with every request is no proof, and no fault.
    assert_eq!(ask(&["Bearer x"], &in_form).await.status, 200);
    let by_form = ask(&[], &[("client_id", &*app.id), ("client_secret", "wrong")]).await;
    assert_eq!(by_form.status, 401);
    assert!(!by_form.headers.contains_key("www-authenticate"), "a browser would ask its user for a password");
}

#[tokio::test]
async fn the_token_endpoint_reads_forms_only_in_utf_8() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let form = "application/x-www-form-urlencoded";
    for (content_type, coding, status) in [
        (Some(form), None, 200),
        (Some("Application/X-WWW-Form-URLEncoded; charset=UTF-8"), Some("identity"), 200),
        (None, None, 200),
        (Some("application/json"), None, 400),
        (Some("multipart/form-data; boundary=x"), None, 400),
        (Some("application/x-www-form-urlencoded; charset=utf-16"), None, 415),
        (Some("application/x-www-form-urlencoded; charset"), None, 415),
        (Some(form), Some("gzip"), 415),
        (Some(form), Some("identity, identity"), 415),
    ] {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(&app, SCOPE)).finish();
        let mut request = tenant.anonymous(Method::POST, &path).body(body);
        for (name, value) in [("content-type", content_type), ("content-encoding", coding)] {
            request = value.iter().fold(request, |request, value| request.header(name, *value));
        }
        let answer = send(request).await;
        assert_eq!(answer.status, status, "{content_type:?} {coding:?}: {}", answer.text);
        let error = answer.json()["error"].as_str().map(str::to_owned);
        assert_eq!(error, (status != 200).then(|| "invalid_request".into()));
    }
}

#[tokio::test]
async fn what_the_token_endpoint_refuses_it_says_in_oauths_form() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let here = tenant.id().to_string();
    let nowhere = "00000000-0000-4000-8000-000000000000";
    let changed = |name: &'static str, value: &'static str| {
        let mut form = fields(&app, SCOPE);
        form.retain(|(field, _)| *field != name);
        if !value.is_empty() {
            form.push((name, value));
        }
        form
    };
    let mut twice = fields(&app, SCOPE);
    twice.push(("scope", SCOPE));
    let cases = [
        (&*here, changed("client_secret", "wrong"), 401, "invalid_client", 7000215),
        (&*here, changed("client_secret", ""), 401, "invalid_client", 7000216),
        (&*here, changed("client_id", nowhere), 400, "unauthorized_client", 700016),
        (&*here, changed("client_id", "x"), 400, "unauthorized_client", 700016),
        (&*here, changed("grant_type", "password"), 400, "unsupported_grant_type", 70003),
        (&*here, changed("grant_type", ""), 400, "invalid_request", 900144),
        (&*here, changed("scope", "User.Read"), 400, "invalid_scope", 1002012),
        (&*here, changed("scope", ""), 400, "invalid_request", 900144),
        (&*here, twice, 400, "invalid_request", 9000411),
        (nowhere, fields(&app, SCOPE), 400, "invalid_request", 90002),
        ("nonsense", fields(&app, SCOPE), 400, "invalid_request", 90002),
        ("nobodys.example", fields(&app, SCOPE), 400, "invalid_request", 90002),
        // What a request lacks by itself is told before its client is looked for.
        (
            &*here,
            vec![("grant_type", "client_credentials"), ("client_id", nowhere)],
            401,
            "invalid_client",
            7000216,
        ),
        (&*here, vec![("grant_type", "client_credentials")], 400, "invalid_request", 900144),
        (&*here, vec![], 400, "invalid_request", 900144),
        (
            &*here,
            vec![("grant_type", "client_credentials"), ("client_id", &app.id), ("client_assertion", "x")],
            400,
            "invalid_request",
            900144,
        ),
    ];
    for (at, form, status, error, number) in cases {
        let answer = ask(&tenant, at, &form).await;
        let body = answer.json();
        assert_eq!((answer.status.as_u16(), body["error"].as_str().unwrap()), (status, error), "{body}");
        assert_eq!(body["error_codes"][0], number);
        assert_eq!(body["error_uri"], format!("https://login.microsoftonline.com/error?code={number}"));
        let (trace, correlation) =
            (body["trace_id"].as_str().unwrap(), body["correlation_id"].as_str().unwrap());
        let (time, said) = (body["timestamp"].as_str().unwrap(), body["error_description"].as_str().unwrap());
        assert_eq!(trace, answer.headers["request-id"].to_str().unwrap(), "the log has it");
        let lines: Vec<&str> = said.split("\r\n").collect();
        let expected = [
            format!("Trace ID: {trace}"),
            format!("Correlation ID: {correlation}"),
            format!("Timestamp: {time}"),
        ];
        assert!(lines[0].starts_with(&format!("AADSTS{number}: ")), "{said}");
        assert_eq!(lines[1..], expected);
        assert!(!answer.text.contains(app.secret.reveal()));
    }
    let other_tenant = Tenant::fresh().await.id().to_string();
    assert_eq!(
        ask(&tenant, &other_tenant, &fields(&app, SCOPE)).await.json()["error"],
        "unauthorized_client"
    );
}

#[tokio::test]
async fn refusals_have_entras_words() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let here = tenant.id().to_string();
    let missing = "00000000-0000-4000-8000-000000000000";
    let with = |name: &'static str, value: &'static str| {
        let mut form = fields(&app, SCOPE);
        form.retain(|(field, _)| *field != name);
        form.push((name, value));
        form
    };
    let mut twice = fields(&app, SCOPE);
    twice.push(("scope", SCOPE));
    for (at, form, words) in [
        // https://github.com/MicrosoftDocs/azure-docs/issues/30777
        (
            &*here,
            with("client_secret", ""),
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
                .to_owned(),
        ),
        (
            &here,
            with("client_secret", "wrong"),
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{}'.",
                app.id
            ),
        ),
        (
            &here,
            with("client_id", missing),
            format!(
                "Application with identifier '{missing}' was not found in the directory '{here}'. This can happen if \
                 the application has not been installed by the administrator of the tenant or consented to by any \
                 user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        ),
        // https://github.com/Azure/azure-cli/issues/22145
        (
            "nobodys.example",
            fields(&app, SCOPE),
            "Tenant 'nobodys.example' not found. Check to make sure you have the correct tenant ID and are signing \
             into the correct cloud. Check with your subscription administrator, this may happen if there are no \
             active subscriptions for the tenant."
                .to_owned(),
        ),
        // https://github.com/MicrosoftDocs/azure-docs/issues/43780
        (
            &here,
            with("grant_type", ""),
            "The request body must contain the following parameter: 'grant_type'.".to_owned(),
        ),
        // https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/pull/3023
        (
            &here,
            with("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer"),
            "The app requested an unsupported grant type 'urn:ietf:params:oauth:grant-type:saml2-bearer'.".to_owned(),
        ),
        // https://github.com/Azure/azure-sdk-for-java/issues/31733
        (&here, twice, "The request is not properly formatted. The parameter 'scope' is duplicated.".to_owned()),
    ] {
        let answer = ask(&tenant, at, &form).await.json();
        let said = answer["error_description"].as_str().unwrap();
        let first = said.split("\r\n").next().unwrap();
        assert_eq!(first.split_once(": ").unwrap().1, words);
    }
}

#[tokio::test]
async fn a_refusal_repeats_the_clients_own_id_of_the_request() {
    let tenant = Tenant::fresh().await;
    let id = "21d05557-b7b6-418f-86fa-a3118d751be4";
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let correlated = async |query: &str, header: Option<&str>| {
        let request = tenant.anonymous(Method::POST, &format!("{path}{query}"));
        let request = header.iter().fold(request, |request, id| request.header("client-request-id", *id));
        let answer = send(request).await;
        let body = answer.json();
        let own = body["correlation_id"] == body["trace_id"];
        (body["correlation_id"].as_str().unwrap().to_owned(), own)
    };
    let by_query = format!("?x=1&client-request-id={id}");
    for (query, header) in [("", Some(id)), (&*by_query, None), (&*by_query, Some("no-guid"))] {
        assert_eq!(correlated(query, header).await, (id.to_owned(), false), "{query} {header:?}");
    }
    for (query, header) in [("", None), ("?client-request-id=1", None), ("", Some("no-guid"))] {
        assert!(correlated(query, header).await.1, "{query} {header:?}");
    }
}

#[tokio::test]
async fn what_is_not_served_of_an_authority_says_so_in_oauths_form() {
    let tenant = Tenant::fresh().await;
    let id = tenant.id();
    for path in [
        format!("/{id}/oauth2/nothing"),
        format!("/{id}/oauth2/v2.0/nothing?client_id=x&response_type=code"),
        format!("/{id}/adminconsent"),
        format!("/{id}/discovery/nothing"),
        format!("/{}/.well-known/nothing", tenant.domain()),
        format!("/{id}/v2.0/adminconsent"),
        "/nobodys.example/oauth2/nothing".into(),
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = send(tenant.anonymous(method, &path)).await;
            let body = answer.json();
            assert_eq!((answer.status.as_u16(), &body["error"]), (501, &"invalid_request".into()), "{path}");
            let named = format!("AADSTS90023: '{}' is not served here.", path.split('?').next().unwrap());
            let said = body["error_description"].as_str().unwrap();
            assert!(said.starts_with(&named), "{said}");
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_is_asked_by_another_method_says_which_it_takes() {
    let tenant = Tenant::fresh().await;
    let id = tenant.id();
    for (method, path, takes) in [
        (Method::GET, "oauth2/v2.0/token", "POST"),
        (Method::PUT, "oauth2/v2.0/token", "POST"),
        (Method::GET, "oauth2/v2.0/devicecode", "POST"),
        (Method::DELETE, "oauth2/v2.0/authorize", "GET"),
        (Method::PUT, "oauth2/deviceauth", "GET"),
        (Method::POST, "v2.0/.well-known/openid-configuration", "GET"),
        (Method::DELETE, "discovery/v2.0/keys", "GET"),
    ] {
        let answer = send(tenant.anonymous(method.clone(), &format!("/{id}/{path}"))).await;
        let body = answer.json();
        assert_eq!((answer.status.as_u16(), &body["error"]), (400, &"invalid_request".into()), "{path}");
        let words = format!(
            "AADSTS900561: The endpoint only accepts {takes} requests. Received a {method} request.\r\n"
        );
        let said = body["error_description"].as_str().unwrap();
        assert!(said.starts_with(&words), "{said}");
    }
}

#[tokio::test]
async fn a_tenant_is_named_by_its_domains_as_by_its_id_and_answers_name_the_id() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let get = async |path: String| send(tenant.anonymous(Method::GET, &path)).await;
    let mut names = tenant.server.store.domains(tenant.store_tenant()).await.unwrap();
    let later: DomainName = format!("later.{}", tenant.domain()).parse().unwrap();
    assert_eq!(get(format!("/{later}/discovery/v2.0/keys")).await.json()["error"], "invalid_tenant");
    tenant.server.store.add_domain(tenant.store_tenant(), later.clone()).await.unwrap();
    names.push(later);
    assert_eq!(names.len(), 3);
    let issuer = format!("{}/{}/v2.0", tenant.server.url, tenant.id());
    for name in names.iter().flat_map(|name| [name.to_string(), name.as_str().to_uppercase()]) {
        let document = get(format!("/{name}/v2.0/.well-known/openid-configuration")).await.json();
        assert_eq!(document["issuer"], issuer, "{name}");
        assert_eq!(get(format!("/{name}/discovery/v2.0/keys")).await.status, 200, "{name}");
        let answer = ask(&tenant, &name, &fields(&app, SCOPE)).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let (_, claims) = claims(answer.json()["access_token"].as_str().unwrap());
        assert_eq!(
            (&claims["iss"], &claims["tid"]),
            (&issuer.as_str().into(), &tenant.id().to_string().into())
        );
    }
}

#[tokio::test]
async fn discovery_of_a_tenant_that_is_not_there_is_refused() {
    // Of two tenants `common` names neither.
    let (tenant, _) = (Tenant::fresh().await, Tenant::fresh().await);
    for name in ["00000000-0000-4000-8000-000000000000", "nobodys.example", "nonsense", "common", "%FF"] {
        for path in ["v2.0/.well-known/openid-configuration", "discovery/v2.0/keys"] {
            let answer = send(tenant.anonymous(Method::GET, &format!("/{name}/{path}"))).await;
            let body = answer.json();
            assert_eq!((answer.status.as_u16(), &body["error"]), (400, &"invalid_tenant".into()), "{name}");
            assert_eq!(body["error_codes"], serde_json::json!([90002]), "{name}");
        }
    }
}

#[tokio::test]
async fn discovery_names_the_host_that_was_asked_and_its_keys_are_those_of_the_tokens() {
    let tenant = Tenant::fresh().await;
    let get = async |path: &str| send(tenant.anonymous(Method::GET, path)).await.json();
    let document = get(&format!("/{}/v2.0/.well-known/openid-configuration", tenant.id())).await;
    let authority = format!("{}/{}", tenant.server.url, tenant.id());
    assert_eq!(document["issuer"], format!("{authority}/v2.0"));
    assert_eq!(document["token_endpoint"], format!("{authority}/oauth2/v2.0/token"));
    let keys = document["jwks_uri"].as_str().unwrap().strip_prefix(&tenant.server.url).unwrap();
    let key = get(keys).await["keys"][0].clone();
    assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&"RSA".into(), &"sig".into(), &"RS256".into()));
    assert!(key["d"].is_null(), "the private half stays here");

    let claims = claims(&tenant.app_token(["Group.Read.All"]).await);
    assert_eq!(claims.0["kid"], key["kid"]);
    assert_eq!(
        (&claims.1["aud"], &claims.1["tid"]),
        (&"https://graph.microsoft.com".into(), &tenant.id().to_string().into())
    );
    assert_eq!((&claims.1["idtyp"], &claims.1["roles"][0]), (&"app".into(), &"Group.Read.All".into()));
}

/// A token's header and claims.
fn claims(token: &str) -> (Value, Value) {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = |at: usize| {
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(0), part(1))
}

#[tokio::test]
async fn behind_a_public_url_every_link_names_it_and_references_may_name_either() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| Server::start(Policy::default(), Some("https://directory.example/")));
    let tenant = server.tenant().await;
    let document = send(
        tenant.anonymous(Method::GET, &format!("/{}/v2.0/.well-known/openid-configuration", tenant.id())),
    );
    assert_eq!(document.await.json()["issuer"], format!("https://directory.example/{}/v2.0", tenant.id()));
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let read = send(tenant.raw(Method::GET, &format!("/groups/{group}")).await).await.json();
    assert_eq!(read["@odata.context"], "https://directory.example/v1.0/$metadata#groups/$entity");
    for (origin, status) in [("https://directory.example", 204), (&*server.url, 400)] {
        let body = serde_json::json!({"@odata.id": format!("{origin}/v1.0/directoryObjects/{ada}")});
        let add = tenant.raw(Method::POST, &format!("/groups/{group}/members/$ref")).await.json(&body);
        assert_eq!(send(add).await.status, status, "{origin}: added, then a member already");
    }
}

#[tokio::test]
async fn clients_of_version_1_0_ask_for_a_resource_and_read_numbers_as_texts() {
    let tenant = Tenant::fresh().await;
    let app = app(&tenant).await;
    let at = format!("/{}", tenant.id());
    let document = format!("{at}/.well-known/openid-configuration");
    let document = send(tenant.anonymous(Method::GET, &document)).await.json();
    assert_eq!(document["issuer"], format!("{}{at}/", tenant.server.url));
    let here =
        |name: &str| document[name].as_str().unwrap().strip_prefix(&*tenant.server.url).unwrap().to_owned();
    assert_eq!(send(tenant.anonymous(Method::GET, &here("jwks_uri"))).await.status, 200);
    let mut form = fields(&app, "unread");
    form.retain(|(name, _)| *name != "scope");
    let ask = async |form: &[(&str, &str)]| {
        send(tenant.anonymous(Method::POST, &here("token_endpoint")).form(form)).await
    };
    let refused = ask(&form).await.json();
    assert!(refused["error_description"].as_str().unwrap().contains("'resource'"), "{refused}");
    assert_eq!(ask(&fields(&app, SCOPE)).await.status, 200);
    form.push(("resource", "https://graph.microsoft.com/"));
    let answer = ask(&form).await.json();
    assert_eq!(
        (&answer["expires_in"], &answer["resource"]),
        (&"3599".into(), &"https://graph.microsoft.com/".into())
    );
    let seconds = |name: &str| answer[name].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(seconds("expires_on") - seconds("not_before"), 3599);
    let groups = tenant.anonymous(Method::GET, "/v1.0/groups");
    assert_eq!(send(groups.bearer_auth(answer["access_token"].as_str().unwrap())).await.status, 200);
}

#[tokio::test]
async fn an_authority_knows_itself_and_no_other_one() {
    let tenant = Tenant::fresh().await;
    let url = &tenant.server.url;
    let ask = async |authority: &str| {
        let path = "/common/discovery/instance?api-version=1.1&authorization_endpoint=";
        send(tenant.anonymous(Method::GET, &format!("{path}{authority}"))).await
    };
    let known = ask(&format!("{url}/{}/oauth2/v2.0/authorize", tenant.id())).await.json();
    let discovery = known["tenant_discovery_endpoint"].as_str().unwrap().strip_prefix(&**url).unwrap();
    assert_eq!(send(tenant.anonymous(Method::GET, discovery)).await.status, 200);
    let host = url.trim_start_matches("http://");
    assert_eq!(known["metadata"][0]["aliases"], serde_json::json!([host]));
    for other in ["https://login.microsoftonline.com/common/oauth2/v2.0/authorize", url, "", "x", "mailto:x"]
    {
        let refused = ask(other).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["error"]),
            (400, &"invalid_instance".into()),
            "{other}"
        );
    }
}

#[tokio::test]
async fn an_account_signs_in_here_where_a_tenant_has_its_domain() {
    let tenant = Tenant::fresh().await;
    let domain = tenant.domain();
    for (name, account_type) in [
        (format!("ada@{domain}"), "Managed"),
        (format!("ada%40{}", domain.to_uppercase()), "Managed"),
        ("ada@elsewhere.example".into(), "Unknown"),
        ("ada".into(), "Unknown"),
        ("a%2Fb@%FF".into(), "Unknown"),
    ] {
        let path = format!("/common/userrealm/{name}?api-version=1.0");
        let answer = send(tenant.anonymous(Method::GET, &path)).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.json()["account_type"], account_type, "{name}");
    }
}

#[tokio::test]
async fn one_document_tells_where_everything_of_the_cloud_is() {
    let tenant = Tenant::fresh().await;
    let url = &*tenant.server.url;
    let ask = async |query: &str| {
        send(tenant.anonymous(Method::GET, &format!("/metadata/endpoints{query}"))).await.json()
    };
    for query in ["?api-version=2022-09-01", "", "?api-version=2023-12-01"] {
        let cloud = ask(query).await;
        assert_eq!(cloud["authentication"]["loginEndpoint"], url, "{query}");
        assert_eq!(
            (&cloud["microsoftGraphResourceId"], &cloud["resourceManager"]),
            (&url.into(), &url.into())
        );
        assert!(cloud["name"].as_str().is_some_and(|name| !name.is_empty() && name != "AzureCloud"));
    }
    // Azure CLI reads a list.
    assert_eq!(ask("?api-version=2019-05-01").await, serde_json::json!([ask("").await]));
}

#[tokio::test]
async fn an_account_has_its_tenant_and_no_subscriptions_and_needs_a_token_to_be_told() {
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token([]).await;
    for path in ["/tenants?api-version=2022-12-01", "/subscriptions?api-version=2022-12-01"] {
        assert_eq!(send(tenant.anonymous(Method::GET, path)).await.status, 401, "{path}");
    }
    let ask = async |path: &str| send(tenant.anonymous(Method::GET, path).bearer_auth(&token)).await.json();
    let tenants = ask("/tenants").await;
    assert_eq!(tenants["value"].as_array().unwrap().len(), 1);
    assert_eq!(tenants["value"][0]["tenantId"], tenant.id().to_string());
    assert_eq!(tenants["value"][0]["defaultDomain"], tenant.domain());
    assert_eq!(ask("/subscriptions").await["value"], serde_json::json!([]));
}
