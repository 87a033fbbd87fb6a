//! The interactive documentation, as far as HTTP shows it. In a browser it is tested by `cargo xtask test --all`.

use crate::{
    http_client,
    support::{Answer, Server, Tenant, refused, send},
};
use reqwest::Method;
use roster_server::{
    auth::secrets::Secret,
    directory::{applications, password_credentials::NewPassword, sample},
    store::WriteTx,
};

async fn get(server: &Server, path: &str) -> Answer {
    send(http_client::shared().request(Method::GET, format!("{}{path}", server.url))).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn the_documentation_has_its_files_and_nothing_else() {
    let server = Server::shared();
    let moved = get(server, "/docs").await;
    assert_eq!((moved.status.as_u16(), header(&moved, "location")), (308, "/docs/"));
    let files = [
        ("", "text/html; charset=utf-8"),
        ("docs.js", "text/javascript; charset=utf-8"),
        ("docs.css", "text/css; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("favicon-32x32.png", "image/png"),
    ];
    for (name, content_type) in files {
        let file = get(server, &format!("/docs/{name}")).await;
        assert_eq!((file.status.as_u16(), header(&file, "content-type")), (200, content_type), "{name}");
        assert!(!file.headers.contains_key("odata-version"), "{name} isn't Graph's");
        assert!(header(&file, "etag").len() == 68, "{name} has a digest of SHA-256 for its tag");
    }
    for name in ["index.html", "swagger-ui.js", "oauth2-redirect.html", "docs.js/", "..%2FCargo.toml", "a/b"]
    {
        assert_eq!(get(server, &format!("/docs/{name}")).await.status, 404, "{name}");
    }
}

/// The answer to a request for `/` with these headers.
async fn root(server: &Server, method: Method, accept: &str) -> Answer {
    send(http_client::shared().request(method, format!("{}/", server.url)).header("accept", accept)).await
}

#[tokio::test]
async fn a_browser_that_asks_for_the_server_is_led_to_the_documentation() {
    let server = Server::shared();
    let chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    for accept in [chromium, "application/xml, TEXT/HTML ;q=0.9"] {
        for method in [Method::GET, Method::HEAD] {
            let led = root(server, method.clone(), accept).await;
            assert_eq!((led.status.as_u16(), header(&led, "location")), (303, "/docs"), "{method} {accept}");
            assert_eq!((header(&led, "vary"), &*led.text), ("Accept", ""));
        }
    }
}

#[tokio::test]
async fn other_clients_that_ask_for_the_root_are_answered_as_graph_would() {
    let server = Server::shared();
    for accept in ["*/*", "application/json", "text/*", "text/htmlx", "text/plain;a=text/html"] {
        let answer = root(server, Method::GET, accept).await;
        let missing = refused(401, "InvalidAuthenticationToken", "Access token is empty.");
        assert_eq!(answer.refusal(), missing, "{accept}");
    }
    assert_eq!(root(server, Method::HEAD, "*/*").await.status, 401);
    assert_eq!(root(server, Method::POST, "text/html").await.status, 401, "what writes isn't led anywhere");
}

#[tokio::test]
async fn everything_below_docs_says_what_a_page_may_do() {
    let server = Server::shared();
    for path in ["/docs", "/docs/", "/docs/docs.js", "/docs/sample.json", "/docs/nothing"] {
        let answer = get(server, path).await;
        assert_eq!(
            header(&answer, "content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "{path}"
        );
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn the_page_has_no_script_of_its_own_and_names_no_other_server() {
    let page = get(Server::shared(), "/docs/").await.text;
    let scripts: Vec<&str> = page.split("<script").skip(1).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let (attributes, rest) = script.split_once('>').unwrap();
        assert!(attributes.contains(" src=\"") && rest.starts_with("</script>"), "{script}");
    }
    for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:", "//"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[tokio::test]
async fn the_samples_application_is_shown_only_by_servers_with_the_sample() {
    assert_eq!(get(Server::shared(), "/docs/sample.json").await.status, 404);
    let server = Server::with_sample().await;
    let told = get(server, "/docs/sample.json").await.json();
    let client = http_client::shared();
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    let token = client.post(format!("{}/{}/oauth2/v2.0/token", server.url, text("tenant"))).form(&[
        ("grant_type", "client_credentials"),
        ("client_id", &*text("client_id")),
        ("client_secret", &*text("client_secret")),
        ("scope", "https://graph.microsoft.com/.default"),
    ]);
    assert_eq!(send(token).await.status, 200);
    // A page of another origin that reaches this server under its own host name learns nothing.
    let elsewhere = client.get(format!("{}/docs/sample.json", server.url)).header("host", "attacker.example");
    assert_eq!(send(elsewhere).await.status, 400);
}

#[tokio::test]
async fn an_application_whose_secret_was_renewed_is_not_shown() {
    let server = Server::with_sample().await;
    let told = async || get(server, "/docs/sample.json").await;
    let tenant = server.store.find_tenant(sample::TENANT).await.unwrap().unwrap();
    for app_id in [sample::APP_ID, sample::ALL_APP_ID] {
        assert_eq!(told().await.json()["client_id"], app_id.to_string());
        let secret = NewPassword::of(&Secret::random().unwrap());
        let rotate = move |tx: &WriteTx<'_>| applications::rotate_secret(tx, app_id, &secret);
        assert!(server.store.tenant(tenant).write(rotate).await.unwrap());
    }
    assert_eq!(told().await.status, 404);
}

#[tokio::test]
async fn the_documentation_is_read_only() {
    let tenant = Tenant::fresh().await;
    for path in ["/docs/", "/docs/docs.js", "/docs/sample.json"] {
        assert_eq!(send(tenant.anonymous(Method::POST, path)).await.status, 405, "{path}");
    }
}
