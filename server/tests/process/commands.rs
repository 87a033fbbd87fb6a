//! The commands that manage applications and tenants, while a server runs and without one; and what all commands have in common.

use crate::{
    http_client,
    roster::{SAMPLE, Server, printed, roster, run},
};
use reqwest::StatusCode;
use roster_server::model::permissions::{Holders, Permission};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, pipe},
    path::Path,
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(60);

const ALL_CLIENT_ID: &str = "5a3e0000-0000-4000-8000-0000000000ab";
const ABSENT: &str = "00000000-0000-4000-8000-000000000000";

/// A folder, and the data folder that is to be in it.
pub fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data").to_str().unwrap().to_owned();
    (folder, path)
}

/// What a command prints as JSON.
pub fn json_of(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// What a command that is refused says, and its status.
pub fn refusal(arguments: &[&str]) -> (String, Option<i32>) {
    let output = run(arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

impl Server {
    /// How the token endpoint answers an application.
    async fn token_status(&self, tenant: &str, client_id: &str, secret: &str) -> StatusCode {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let endpoint = format!("{}/{tenant}/oauth2/v2.0/token", self.url);
        http_client::shared().post(endpoint).form(&form).send().await.unwrap().status()
    }

    /// Waits until a token is refused: what another process changes counts within a second.
    async fn refuses(&self, token: &str) {
        let refused = async {
            while self.get("/groups", token).send().await.unwrap().status() != StatusCode::UNAUTHORIZED {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT, refused).await.unwrap();
    }
}

#[tokio::test]
async fn an_application_is_listed_shown_given_a_new_secret_and_deleted_while_the_server_runs() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &[]);
    let create = ["app", "create", "--data", &data, "reader", "--role", "Group.Read.All"];
    let created = json_of(&create);
    let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
    let (tenant, client_id) = (text(&created, "tenant"), text(&created, "clientId"));
    let status = async |secret: &Value, name: &str| {
        server.token_status(&tenant, &client_id, &text(secret, name)).await.as_u16()
    };
    assert_eq!(status(&created, "clientSecret").await, 200);

    assert_eq!(printed(&["app", "list", "--data", &data]), format!("{client_id}  reader"));
    let shown = json_of(&["app", "show", "--data", &data, "reader"]);
    assert_eq!(shown["clientId"], client_id);
    assert_eq!((&shown["roles"], &shown["secrets"]), (&json!(["Group.Read.All"]), &json!(1)));
    assert_eq!(json_of(&["app", "list", "--data", &data])["applications"], json!([shown]));
    let words = printed(&["app", "show", "--data", &data, &client_id]);
    assert!(words.starts_with("name              reader\n") && words.contains("Group.Read.All"), "{words}");

    let rotated = json_of(&["app", "rotate-secret", "--data", &data, "reader"]);
    assert_eq!((text(&rotated, "clientId"), text(&rotated, "tenant")), (client_id.clone(), tenant.clone()));
    assert_eq!(status(&created, "clientSecret").await, 401, "the old secret");
    assert_eq!(status(&rotated, "clientSecret").await, 200);

    let token = printed(&["token", "--data", &data, "--app", "reader"]);
    assert_eq!(server.get("/groups", &token).send().await.unwrap().status(), StatusCode::OK);
    let deleted = printed(&["app", "delete", "--data", &data, "reader"]);
    assert_eq!(deleted, format!("deleted the application {client_id}"));
    server.refuses(&token).await;
    assert_eq!(status(&rotated, "clientSecret").await, 400);
    assert_eq!(printed(&["app", "list", "--data", &data]), "");
}

#[test]
fn an_application_that_is_not_there_is_said_to_be_absent() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    for command in ["show", "delete", "rotate-secret"] {
        assert!(refusal(&["app", command, "--data", &data, "x"]).0.contains("no application named 'x'"));
        assert!(refusal(&["app", command, "--data", &data, ABSENT]).0.contains(ABSENT));
    }
    for _ in 0..2 {
        printed(&["app", "create", "--data", &data, "twin", "--role", "Group.Create"]);
    }
    assert!(refusal(&["app", "delete", "--data", &data, "twin"]).0.contains("choose one by its client id"));
}

#[tokio::test]
async fn a_tenant_is_deleted_while_the_server_runs_and_nothing_of_it_is_left() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    let token = server.sample_token().await;
    let other = printed(&["tenant", "create", "--data", &data]);
    let listed = printed(&["tenant", "list", "--data", &data]);
    let expected = format!(
        "{}  contoso.example, 5a3e0000.roster.local  12 users, 8 groups, 2 applications\n\
         {other}  {}.roster.local  0 users, 0 groups, 0 applications",
        SAMPLE[0],
        &other[..8],
    );
    assert_eq!(listed, expected);

    let (said, _) = refusal(&["tenant", "delete", "--data", &data, SAMPLE[0]]);
    assert!(said.contains("12 users, 8 groups") && said.contains("--yes"), "{said}");
    assert_eq!(server.get("/groups", &token).send().await.unwrap().status(), StatusCode::OK);

    let deleted = json_of(&["tenant", "delete", "--data", &data, SAMPLE[0], "--yes"]);
    assert_eq!(deleted, json!({"deleted": SAMPLE[0]}));
    // Reads may find it for a second, a write is refused from now on.
    let group =
        json!({"displayName": "late", "mailNickname": "late", "mailEnabled": false, "securityEnabled": true});
    let late = server.post("/groups", &token, &group).send().await.unwrap();
    assert_eq!(late.status(), StatusCode::UNAUTHORIZED);
    let said: Value = late.json().await.unwrap();
    assert_eq!(said["error"]["code"], "InvalidAuthenticationToken");
    server.refuses(&token).await;
    assert_eq!(server.token_status(SAMPLE[0], SAMPLE[1], SAMPLE[2]).await, StatusCode::BAD_REQUEST);
    let domains = [format!("{}.roster.local", &other[..8])];
    let none = json!({"tenant": other, "domains": domains, "users": 0, "groups": 0, "applications": 0});
    assert_eq!(json_of(&["tenant", "list", "--data", &data])["tenants"], json!([none]));
    assert!(refusal(&["tenant", "delete", "--data", &data, SAMPLE[0], "--yes"]).0.contains("no tenant"));
    let database = rusqlite::Connection::open(Path::new(&data).join("roster.sqlite")).unwrap();
    let sql = "SELECT count(*) FROM objects WHERE tenant NOT IN (SELECT number FROM tenants)";
    let left: u32 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_server_takes_away_what_a_deletion_left_that_was_killed() {
    let (_keep, data) = folder();
    assert!(Server::start(Path::new(&data), &["--sample"]).terminate().success());
    let database = rusqlite::Connection::open(Path::new(&data).join("roster.sqlite")).unwrap();
    let deleted = "INSERT INTO deleted_tenants (number) SELECT number FROM tenants;
                   DELETE FROM tenants";
    database.pragma_update(None, "foreign_keys", false).unwrap();
    database.execute_batch(deleted).unwrap();

    let _server = Server::start(Path::new(&data), &[]);
    let cleared = async {
        let sql = "SELECT count(*) FROM objects WHERE tenant NOT IN (SELECT number FROM tenants)";
        let left = || database.query_row(sql, [], |row| row.get::<_, u32>(0));
        while left().unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, cleared).await.unwrap();
}

#[test]
fn a_directory_whose_only_tenant_was_deleted_is_filled_again() {
    let (_keep, data) = folder();
    assert!(Server::start(Path::new(&data), &["--sample"]).terminate().success());
    printed(&["app", "delete", "--data", &data, "sample"]);
    printed(&["tenant", "delete", "--data", &data, SAMPLE[0], "--yes"]);
    assert!(Server::start(Path::new(&data), &["--sample"]).terminate().success());
    let names: Vec<String> =
        printed(&["app", "list", "--data", &data]).lines().map(|line| line[38..].into()).collect();
    assert_eq!(names, ["sample", "sample-all"]);
}

#[test]
fn roles_are_given_with_commas_with_several_flags_or_one_after_another() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    let three = ["Group.Create", "Group.Read.All", "User.Read.All"];
    let ways: [&[&str]; 5] = [
        &["a", "--role", "Group.Create,Group.Read.All,User.Read.All"],
        &["--role", "Group.Create,Group.Read.All", "--role", "User.Read.All", "a"],
        &["a", "--role", "Group.Create", "--role", "Group.Read.All", "--role", "User.Read.All"],
        &["a", "--role", "Group.Create", "Group.Read.All", "User.Read.All"],
        &["a", "--role", "group.create,GROUP.READ.ALL", "user.read.all"],
    ];
    for way in ways {
        let created = json_of(&[&["app", "create", "--data", &data], way].concat());
        let shown = json_of(&["app", "show", "--data", &data, created["clientId"].as_str().unwrap()]);
        assert_eq!(shown["roles"], json!(three), "{way:?}");
    }
    printed(&["app", "create", "--data", &data, "b", "--role", "Group.Create"]);
    for way in [&["Group.Create,User.Read.All"][..], &["Group.Create", "--role", "User.Read.All"], &three] {
        printed(&[&["token", "--data", &data, "--app", "b", "--role"], way].concat());
    }
}

#[test]
fn an_unknown_role_is_refused_with_the_nearest_right_one() {
    let (_keep, data) = folder();
    printed(&["tenant", "create", "--data", &data]);
    let create = ["app", "create", "--data", &data, "a", "--role"];
    let token = ["token", "--data", &data, "--user", "ada", "--scope"];
    for (command, wrong, right) in [
        (&create[..], "Group.ReadAll", "Group.Read.All"),
        (&create, "Groups.ReadWrite.All", "Group.ReadWrite.All"),
        (&create, "Group.Read.All,Users.Read.All", "User.Read.All"),
        (&token, "User.Reed", "User.Read"),
    ] {
        let (said, status) = refusal(&[command, &[wrong]].concat());
        assert!(said.contains(&format!("a similar value exists: '{right}'")), "{said}");
        assert_eq!(status, Some(2));
    }
    let (said, _) = refusal(&["token", "--data", &data, "--user", "ada", "--scope", "Group.Create"]);
    assert!(said.contains("no signed-in user can hold it"), "{said}");
}

#[tokio::test]
async fn the_second_application_of_the_sample_has_every_role() {
    let (_keep, data) = folder();
    let server = Server::start(Path::new(&data), &["--sample"]);
    assert_eq!(server.token_status(SAMPLE[0], ALL_CLIENT_ID, SAMPLE[2]).await, StatusCode::OK);
    let shown = json_of(&["app", "show", "--data", &data, "sample-all"]);
    let mut all: Vec<&str> = Permission::ALL
        .iter()
        .filter(|permission| permission.holders() != Holders::Delegated)
        .map(|permission| permission.name())
        .collect();
    all.sort_unstable();
    assert_eq!((&shown["clientId"], &shown["roles"]), (&json!(ALL_CLIENT_ID), &json!(all)));
}

/// What a server writes to standard error while it starts and ends.
fn log_of(arguments: &[&str]) -> String {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--format", "json"];
    let mut command = roster(&[&serve[..], arguments].concat());
    let mut server = Server::spawn(command.env("RUST_LOG", "warn").stderr(Stdio::piped()));
    let mut log = server.standard_error();
    assert!(server.terminate().success());
    let mut text = String::new();
    std::io::Read::read_to_string(&mut log, &mut text).unwrap();
    text
}

#[test]
fn a_sample_that_is_not_filled_in_is_told_of() {
    let (_keep, data) = folder();
    assert_eq!(log_of(&["--data", &data]), "");
    let said = log_of(&["--data", &data, "--sample"]);
    assert!(said.contains("WARN") && said.contains("--sample filled nothing in"), "{said}");
    let (_keep, data) = folder();
    for _ in 0..2 {
        assert_eq!(log_of(&["--data", &data, "--sample"]), "");
    }
    let said = log_of(&["--data", &data, "--sample", "--sample-secret", "a secret of my own"]);
    assert!(said.contains("--sample-secret changed nothing") && !said.contains("of my own"), "{said}");
}

/// A server that other machines reach, through a proxy.
const OUTSIDE: [&str; 2] = ["--public-url", "https://directory.example"];

#[tokio::test]
async fn a_sample_with_a_secret_of_its_own_may_be_reached_by_others() {
    let (_keep, data) = folder();
    let secret = "a secret of my own";
    let mut serve =
        roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data", &data, "--sample"]);
    let mut first = Server::spawn(serve.args(OUTSIDE).env("ROSTER_SAMPLE_SECRET", secret));
    assert_eq!(first.announced["baseUrl"], "https://directory.example/v1.0");
    for client_id in [SAMPLE[1], ALL_CLIENT_ID] {
        assert_eq!(first.token_status(SAMPLE[0], client_id, secret).await, StatusCode::OK);
        assert_eq!(first.token_status(SAMPLE[0], client_id, SAMPLE[2]).await, StatusCode::UNAUTHORIZED);
    }
    let by_name =
        http_client::shared().get(format!("{}/health", first.url)).header("host", "directory.example");
    assert_eq!(by_name.send().await.unwrap().status(), StatusCode::OK);
    let sample = http_client::shared().get(format!("{}/docs/sample.json", first.url)).send().await.unwrap();
    assert_eq!(sample.status(), StatusCode::NOT_FOUND);
    assert!(first.terminate().success());

    for more in [&[][..], &["--sample"]] {
        let again = Server::start(Path::new(&data), &[&OUTSIDE[..], more].concat());
        assert_eq!(again.token_status(SAMPLE[0], SAMPLE[1], secret).await, StatusCode::OK, "{more:?}");
    }
}

#[test]
fn it_is_the_secret_that_is_stored_that_counts() {
    let (_keep, data) = folder();
    assert!(Server::start(Path::new(&data), &["--sample"]).terminate().success());
    let outside = ["serve", "--listen", "127.0.0.1:0", "--data", &data, OUTSIDE[0], OUTSIDE[1]];
    let with_another = [&outside[..], &["--sample", "--sample-secret", "a secret of my own"]].concat();
    assert!(refusal(&with_another).0.contains("the sample's secret is public"));
    printed(&["app", "rotate-secret", "--data", &data, "sample"]);
    assert!(refusal(&outside).0.contains("the sample's secret is public"), "that of sample-all still is");
    printed(&["app", "rotate-secret", "--data", &data, "sample-all"]);
    assert!(Server::start(Path::new(&data), &OUTSIDE).terminate().success());
}

#[test]
fn the_public_secret_and_a_short_one_are_no_secrets_of_ones_own_and_none_is_shown() {
    let (_keep, data) = folder();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", &data, "--sample", "--sample-secret"];
    let (said, _) = refusal(&[&serve[..], &[SAMPLE[2]], &OUTSIDE].concat());
    assert!(said.contains("the sample's secret is public"), "{said}");
    let (said, _) = refusal(&[&serve[..], &["fifteen letters"]].concat());
    assert!(said.contains("16 characters") && !said.contains("fifteen"), "{said}");
    let without_sample = ["serve", "--data", &data, "--sample-secret", "a secret of my own"];
    let (said, _) = refusal(&without_sample);
    assert!(said.contains("--sample") && !said.contains("of my own"), "{said}");
    assert!(!Path::new(&data).exists());
    let mut help = roster(&["serve", "--help"]);
    let help = help.env("ROSTER_SAMPLE_SECRET", "a secret of my own").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("ROSTER_SAMPLE_SECRET") && !help.contains("of my own"), "{help}");
}

#[tokio::test]
async fn a_name_stands_for_all_of_its_addresses() {
    let serve = ["serve", "--listen", "localhost:0", "--format", "json", "--ephemeral"];
    let server = Server::spawn(&mut roster(&serve));
    let port = server.url.strip_prefix("http://localhost:").unwrap();
    assert_eq!(server.announced["docs"], format!("{}/docs", server.url));
    for address in tokio::net::lookup_host(("localhost", port.parse().unwrap())).await.unwrap() {
        match http_client::shared().get(format!("http://{address}/health")).send().await {
            Ok(answer) => assert_eq!(answer.status(), StatusCode::OK),
            // The machine may have a name for an address that it doesn't have.
            Err(_) => assert!(std::net::TcpListener::bind((address.ip(), 0)).is_err(), "{address}"),
        }
    }
}

#[test]
fn a_variable_that_is_not_true_or_false_is_refused() {
    for (name, value) in
        [("ROSTER_SAMPLE", "maybe"), ("ROSTER_EPHEMERAL", "2"), ("ROSTER_ALLOW_REMOTE", "tru")]
    {
        let (_keep, data) = folder();
        let output = roster(&["serve", "--data", &data]).env(name, value).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("'{value}'")), "{said}");
        assert_eq!(output.status.code(), Some(2));
        assert!(!Path::new(&data).exists());
    }
    for (value, sample) in [("Yes", true), ("no", false), ("OFF", false), ("", false)] {
        let mut serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--ephemeral"]);
        let server = Server::spawn(serve.env("ROSTER_SAMPLE", value));
        assert_eq!(server.announced["tenant"] == SAMPLE[0], sample, "{value}");
    }
}

#[test]
fn a_variable_that_is_empty_is_not_set() {
    let help = printed(&["serve", "--help"]);
    let named: Vec<&str> =
        help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    assert!(named.len() > 10 && named.contains(&"ROSTER_DOMAIN"), "{named:?}");
    let (_keep, data) = folder();
    let mut serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data", &data]);
    let _server = Server::spawn(serve.envs(named.iter().map(|name| (name, ""))));
    let mut list = roster(&["app", "list", "--data", &data]);
    assert!(list.env("ROSTER_TENANT", "").output().unwrap().status.success());
    let settings = [("ROSTER_LISTEN", ""), ("ROSTER_FORMAT", ""), ("ROSTER_LOG_LEVEL", "")];
    let demo = roster(&["demo", "--once"]).envs(settings).output().unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
}

#[test]
fn the_first_line_of_the_output_tells_where_the_server_listens_whatever_is_logged() {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--ephemeral", "--log-level", "trace"];
    let mut child = roster(&serve).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = lines.take(3).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let url = lines[0].strip_prefix("Roster listens on ").unwrap().split(' ').next().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{lines:?}");
    assert_eq!(lines[1..], [format!("Base URL: {url}/v1.0"), format!("Documentation: {url}/docs")]);
}

#[tokio::test]
async fn what_the_log_tells_is_said_by_a_flag_and_else_by_a_variable() {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--ephemeral"];
    for (flag, variable, tells) in [
        (None, "info", true),
        (None, "warn", false),
        (Some("info"), "off", true),
        (Some("off"), "info", false),
    ] {
        let flag = flag.map(|level| ["--log-level", level]);
        let mut command = roster(&[&serve[..], flag.as_ref().map_or(&[], |flag| &flag[..])].concat());
        let mut server = Server::spawn(command.env("RUST_LOG", variable).stderr(Stdio::piped()));
        let mut log = server.standard_error();
        http_client::shared().get(format!("{}/v1.0/groups", server.url)).send().await.unwrap();
        server.terminate();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut log, &mut text).unwrap();
        assert_eq!(text.contains("INFO"), tells, "{flag:?}, {variable}: {text}");
    }
    let help = printed(&["serve", "--help"]);
    assert!(["--log-level", "ROSTER_LOG_LEVEL", "RUST_LOG"].iter().all(|word| help.contains(word)), "{help}");
    assert!(
        refusal(&["--log-level", "verbose", "tenant", "list"]).0.contains("'verbose' is none of error, warn")
    );
    let output = roster(&["tenant", "list"]).env("RUST_LOG", "hyper=loud").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("RUST_LOG is 'hyper=loud'"));
}

// `env` has this flag in GNU's tools.
#[cfg(target_os = "linux")]
#[test]
fn a_server_ends_with_its_terminal_as_when_it_is_told_to() {
    let (_keep, data) = folder();
    let serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data", &data]);
    // Tests that run under `nohup` would hand on that the signal is ignored.
    let mut command = std::process::Command::new("env");
    command.arg("--default-signal=HUP").arg(serve.get_program()).args(serve.get_args());
    let mut server = Server::spawn(command.env("RUST_LOG", "error"));
    server.signal("HUP");
    assert!(server.wait().success());
    assert_eq!(
        std::fs::metadata(Path::new(&data).join("server.lock")).unwrap().len(),
        0,
        "it let go of its folder"
    );
}

// As `nohup` has it there.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_is_to_outlive_its_terminal_does() {
    let serve = roster(&["serve", "--listen", "127.0.0.1:0", "--format", "json", "--ephemeral"]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
    let mut server = Server::spawn(shell.env("RUST_LOG", "error"));
    server.signal("HUP");
    assert_eq!(
        http_client::shared().get(format!("{}/health", server.url)).send().await.unwrap().status(),
        StatusCode::OK
    );
    assert!(server.terminate().success());
}

#[test]
fn every_command_prints_json_where_that_is_asked_for() {
    let (_keep, data) = folder();
    let tenant = json_of(&["tenant", "create", "--data", &data])["tenant"].clone();
    printed(&["app", "create", "--data", &data, "a", "--role", "Group.Create"]);
    let token = json_of(&["token", "--data", &data, "--app", "a", "--expires-in", "60"]);
    assert_eq!((&token["tenant"], &token["expiresIn"]), (&tenant, &json!(60)));
    assert_eq!(token["accessToken"].as_str().unwrap().split('.').count(), 3);
    let shown = printed(&["demo", "--once", "--format", "json"]);
    let shown: Vec<Value> = shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(shown[0]["baseUrl"].as_str().unwrap().ends_with("/v1.0"));
    let statuses: Vec<&Value> = shown[1..].iter().map(|exchange| &exchange["answer"]["status"]).collect();
    assert_eq!(statuses, [200, 200, 204, 400, 200]);
}

#[test]
fn a_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        assert!(script.contains("rotate-secret") && script.contains("sample-secret"), "{shell}");
    }
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let output = roster(&["completions", "bash"]).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("roster: standard output: "));
}
