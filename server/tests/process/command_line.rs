//! The commands, as an operator types them.

use crate::{
    http_client,
    roster::{SAMPLE, Server, printed, roster, run},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

const READERS: &str = "/groups/5a3e0000-0000-4000-8000-000000000201";
const ADA: &str = "ada@contoso.example";

fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data").to_str().unwrap().to_owned();
    (folder, path)
}

fn complaint(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_directory_is_there_again_after_stop_and_start() {
    let (_keep, data) = folder();
    let mut first = Server::start(Path::new(&data), &["--sample"]);
    let token = first.sample_token().await;
    let group = first.create_group(&token).await;
    assert!(first.terminate().success());
    assert_eq!(first.rest_of_output(), "");

    let second = Server::start(Path::new(&data), &["--sample"]);

    assert_eq!(second.announced["tenant"], SAMPLE[0]);
    assert_eq!(second.announced["dataFolder"], data);
    let answer = second.get(&format!("/groups/{group}"), &token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "the token of before is good too: the key was kept");
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let (_keep, data) = folder();
    let _first = Server::start(Path::new(&data), &[]);
    let said = complaint(&["serve", "--listen", "127.0.0.1:0", "--data", &data]);
    assert!(said.contains("another server is running on"), "{said}");
}

#[test]
fn an_ephemeral_directory_goes_away_with_its_server() {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--ephemeral"];
    let mut server = Server::spawn(&mut roster(&serve));
    let data = server.announced["dataFolder"].as_str().unwrap().to_owned();
    assert!(Path::new(&data).is_dir());
    assert!(server.terminate().success());
    assert!(!Path::new(&data).exists());
}

#[test]
fn addresses_that_others_reach_are_refused_unless_meant_and_never_with_the_sample() {
    let (_keep, data) = folder();
    let remote = ["serve", "--listen", "0.0.0.0:0", "--data", &data];
    assert!(complaint(&remote).contains("--allow-remote"));
    let (_keep, data) = folder();
    let with_sample = ["serve", "--listen", "0.0.0.0:0", "--allow-remote", "--sample", "--data", &data];
    assert!(complaint(&with_sample).contains("loopback"));
    assert!(!Path::new(&data).join("roster.sqlite").exists(), "nothing was made");
    let _here = Server::start(Path::new(&data), &["--sample"]);
    let behind_a_proxy =
        ["serve", "--listen", "127.0.0.1:0", "--sample", "--public-url", "https://directory.example"];
    assert!(complaint(&behind_a_proxy).contains("loopback"));
}

#[test]
fn a_folder_with_the_sample_stays_on_loopback_in_every_server() {
    let (_keep, data) = folder();
    assert!(Server::start(Path::new(&data), &["--sample"]).terminate().success());
    let remote = ["serve", "--listen", "0.0.0.0:0", "--allow-remote", "--data", &data];
    assert!(complaint(&remote).contains("loopback"));
}

#[tokio::test]
async fn a_page_from_elsewhere_gets_no_token_of_the_sample() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    let http = http_client::shared();
    let rebound = http.get(format!("{}/v1.0{READERS}", server.url)).header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let token = format!("{}/{}/oauth2/v2.0/token", server.url, SAMPLE[0]);
    let by_secret = [
        ("grant_type", "client_credentials"),
        ("client_id", SAMPLE[1]),
        ("client_secret", SAMPLE[2]),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let by_code = [("grant_type", "refresh_token"), ("client_id", SAMPLE[1]), ("refresh_token", "x")];
    let (elsewhere, own) = ("https://evil.example", "http://localhost:3000");
    for (origin, form, is_read) in [
        (elsewhere, &by_secret[..], false),
        (elsewhere, &by_code, false),
        (elsewhere, &[], false),
        (own, &by_secret, false),
        (own, &by_code, true),
    ] {
        let answer = http.post(&token).header("origin", origin).form(form).send().await.unwrap();
        let opened = answer.headers().get("access-control-allow-origin");
        assert_eq!(opened.is_some_and(|opened| opened == origin), is_read, "{origin} {form:?}");
        assert_eq!(opened.is_some(), is_read, "{origin} {form:?}");
    }
    // Any page may ask, with whatever headers: what counts is the answer.
    let preflight = http.request(Method::OPTIONS, &token).header("origin", elsewhere);
    let preflight = preflight.header("access-control-request-method", "POST").send().await.unwrap();
    assert_eq!(preflight.headers()["access-control-allow-origin"], elsewhere);
}

#[tokio::test]
async fn a_server_whose_log_is_not_read_answers_all_the_same() {
    use std::process::Stdio;
    let serve = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--ephemeral"];
    let mut command = roster(&serve);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let server = Server::spawn(command.env("RUST_LOG", "info").stderr(Stdio::from(writer)));
    let health = http_client::shared().get(format!("{}/v1.0/groups", server.url)).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tokens_are_printed_while_the_server_runs() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    let status =
        async |token: &str, path: &str| server.get(path, token).send().await.unwrap().status().as_u16();

    let reader =
        printed(&["token", "--data", &data, "--user", ADA, "--scope", "User.Read", "GroupMember.Read.All"]);
    assert_eq!(status(&reader, READERS).await, 200);
    assert_eq!(status(&reader, &format!("/users/{ADA}")).await, 200);
    assert_eq!(status(&reader, "/users/5a3e0000-0000-4000-8000-000000000102").await, 403);

    let app = printed(&["token", "--data", &data, "--app", "sample", "--role", "User.Read.All"]);
    assert_eq!((status(&app, READERS).await, status(&app, &format!("/users/{ADA}")).await), (403, 200));
    let by_id = printed(&["token", "--data", &data, "--tenant", SAMPLE[0], "--app", SAMPLE[1]]);
    assert_eq!(status(&by_id, READERS).await, 200, "without --role: what was granted");

    let expired = printed(&["token", "--data", &data, "--app", "sample", "--expires-in", "-1"]);
    assert_eq!(status(&expired, READERS).await, 401);
}

#[tokio::test]
async fn an_application_made_while_the_server_runs_gets_tokens_with_its_secret() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &[]);
    let create = ["app", "create", "--data", &data, "reader", "--role", "Group.Read.All", "--format", "json"];
    let app: Value = serde_json::from_str(&printed(&create)).unwrap();
    let (tenant, secret) = (app["tenant"].as_str().unwrap(), app["clientSecret"].as_str().unwrap());
    assert_eq!(server.announced["tenant"], tenant);

    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", app["clientId"].as_str().unwrap()),
        ("client_secret", secret),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let endpoint = format!("{}/{tenant}/oauth2/v2.0/token", server.url);
    let answer = http_client::shared().post(endpoint).form(&form).send().await.unwrap();
    let token = answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();

    let absent = server.get("/groups/00000000-0000-4000-8000-000000000000", &token).send().await.unwrap();
    assert_eq!(absent.status(), StatusCode::NOT_FOUND);
    let reader = printed(&["token", "--data", &data, "--app", "reader", "--role", "Application.Read.All"]);
    for set in ["applications", "servicePrincipals"] {
        let list =
            server.get(&format!("/{set}"), &reader).send().await.unwrap().json::<Value>().await.unwrap();
        let is_listed = |one: &Value| one["displayName"] == "reader" && one["appId"] == app["clientId"];
        assert!(list["value"].as_array().unwrap().iter().any(is_listed), "{list}");
    }
    for entry in fs::read_dir(&data).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
            "the secret is on disk"
        );
    }
}

#[test]
fn a_tenant_must_be_named_where_there_are_several() {
    let (_keep, data) = folder();
    let first = printed(&["tenant", "create", "--data", &data]);
    let second =
        printed(&["tenant", "create", "--data", &data, "--id", "8fcb5dbc-d5aa-4681-8e31-b001d5168d79"]);
    assert_ne!(first, second);
    let create = |more: &[&str]| {
        run(&[&["app", "create", "--data", &data, "a", "--role", "Group.Create"], more].concat())
    };
    assert!(String::from_utf8_lossy(&create(&[]).stderr).contains("--tenant"));
    assert!(create(&["--tenant", &first]).status.success());
    assert!(!create(&["--tenant", "00000000-0000-4000-8000-000000000000"]).status.success());
    assert!(complaint(&["tenant", "create", "--data", &data, "--id", &first]).contains("already"));
}

#[tokio::test]
async fn a_tenant_gets_domains_by_which_it_is_named_everywhere() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data, "--domain", "one.example", "--domain", "Too.example"]);
    let second = printed(&["tenant", "create", "--data", &data]);
    let add = |more: &[&str]| run(&[&["tenant", "add-domain", "--data", &data], more].concat());
    let added = add(&["second.example", "--tenant", &second]);
    assert_eq!(
        String::from_utf8(added.stdout).unwrap(),
        format!("the tenant {second} has the domain second.example\n")
    );
    for (domain, tenant, said) in [
        ("SECOND.example", &*second, "already"),
        ("too.example", &second, "another tenant's"),
        ("third.example", "nobodys.example", "no tenant nobodys.example"),
        ("localhost", &second, "domain name"),
        ("8FCB5DBC.roster.local", &second, "initial domains"),
        ("roster.local", &second, "initial domains"),
    ] {
        let output = add(&[domain, "--tenant", tenant]);
        assert!(!output.status.success());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(said), "{domain}: {complaint}");
    }
    let create =
        ["app", "create", "--data", &data, "a", "--role", "Group.Create", "--tenant", "Second.example"];
    assert!(printed(&create).contains(&second));
    let taken = complaint(&["tenant", "create", "--data", &data, "--domain", "one.example"]);
    assert!(taken.contains("another tenant's"), "{taken}");
    let initial = complaint(&["tenant", "create", "--data", &data, "--domain", "8fcb5dbc.roster.local"]);
    assert!(initial.contains("initial domains"), "{initial}");

    // What a server is told to have, its first tenant has.
    let mut serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data", &data]);
    let server = Server::spawn(serve.env("ROSTER_DOMAIN", "three.example,one.example"));
    let tenant = server.announced["tenant"].as_str().unwrap();
    for name in ["one.example", "too.example", "three.example"] {
        let discovery = format!("{}/{name}/v2.0/.well-known/openid-configuration", server.url);
        let document: Value =
            http_client::shared().get(discovery).send().await.unwrap().json().await.unwrap();
        assert!(document["issuer"].as_str().unwrap().contains(tenant), "{name}: {document}");
    }
    let theirs = complaint(&["serve", "--listen", "127.0.0.1:0", "--ephemeral", "--domain", "no domain"]);
    assert!(theirs.contains("domain name"), "{theirs}");
    let initial = ["serve", "--listen", "127.0.0.1:0", "--ephemeral", "--domain", "8fcb5dbc.roster.local"];
    let initial = complaint(&initial);
    assert!(initial.contains("initial domains"), "{initial}");
}

#[tokio::test]
async fn the_first_domain_of_a_new_directory_is_that_of_its_mail_addresses() {
    for (sample, domains, default) in [
        (&[][..], &["--domain", "first.example", "--domain", "then.example"][..], "first.example"),
        (&["--sample"], &["--domain", "first.example", "--domain", "then.example"], "first.example"),
        (&["--sample"], &["--domain", "contoso.example,then.example"], "contoso.example"),
        (&["--sample"], &[], "contoso.example"),
    ] {
        let (_keep, data) = folder();
        let server = Server::start(Path::new(&data), &[sample, domains].concat());
        printed(&["app", "create", "--data", &data, "a", "--role", "Group.ReadWrite.All"]);
        let token = printed(&["token", "--data", &data, "--app", "a"]);
        let body = json!({"displayName": "g", "mailEnabled": true, "mailNickname": "g", "securityEnabled": false,
            "groupTypes": ["Unified"]});
        let answer = server.post("/groups", &token, &body).send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap()["mail"], format!("g@{default}"), "{domains:?}");
    }
}

#[test]
fn a_start_that_is_refused_for_one_of_its_domains_adds_none() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data, "--domain", "one.example"]);
    printed(&["tenant", "create", "--data", &data, "--domain", "two.example"]);
    let listed = || printed(&["tenant", "list", "--data", &data]);
    let before = listed();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", &data, "--domain", "new.example,two.example"];
    assert!(complaint(&serve).contains("the domain two.example is another tenant's"));
    assert_eq!(listed(), before);
}

#[test]
fn what_can_not_be_done_is_reported() {
    let (_keep, data) = folder();
    assert!(complaint(&["token", "--data", &data, "--app", "x"]).contains("there is no directory in"));
    printed(&["tenant", "create", "--data", &data]);
    assert!(complaint(&["token", "--data", &data, "--app", "x"]).contains("no application named 'x'"));
    assert!(
        complaint(&["token", "--data", &data, "--user", "x@y", "--scope", "User.Read"]).contains("'x@y'")
    );
    assert!(
        complaint(&["app", "create", "--data", &data, "x", "--role", "Everything"]).contains("Everything")
    );
    let delegated = ["app", "create", "--data", &data, "x", "--role", "User.Read"];
    assert!(complaint(&delegated).contains("only for signed-in users"));
}

#[test]
fn settings_come_from_the_environment_too() {
    let (_keep, data) = folder();
    let mut command = roster(&["serve"]);
    command.env("ROSTER_DATA", &data).env("ROSTER_LISTEN", "127.0.0.1:0").env("ROSTER_FORMAT", "json");
    let server = Server::spawn(command.env("ROSTER_SAMPLE", "1"));
    assert_eq!(server.announced["tenant"], SAMPLE[0]);
    assert_eq!(server.announced["dataFolder"], data);
}

// Files have modes there.
#[cfg(unix)]
#[test]
fn the_data_folder_and_the_signing_key_are_private_and_a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    printed(&["app", "create", "--data", &data, "a", "--role", "Group.Create"]);
    printed(&["token", "--data", &data, "--app", "a"]);
    let key = Path::new(&data).join("signing-key.pem");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&key), mode(Path::new(&data))), (0o600, 0o700));

    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(complaint(&["token", "--data", &data, "--app", "a"]).contains("chmod 600"));
}

#[test]
fn the_demonstration_adds_a_member_and_ends() {
    let shown = printed(&["demo", "--once"]);
    let answers: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 ")).collect();
    assert_eq!(answers, ["200 OK", "200 OK", "204 No Content", "400 Bad Request", "200 OK"]);
    assert_eq!(shown.matches("Grace Hopper\",").count() + shown.matches("Grace Hopper\"\n").count(), 1);
}
