//! A server that is reached by https: its development CA, certificates of one's own, and what is wrong with them.

use crate::roster::{Server, printed, roster, run};
use reqwest::{Certificate, Client};
use roster_server::{
    auth::development_ca::{self, DevelopmentCa},
    model::clock::Clock,
};
use std::{fs, path::Path, process::Command, time::Duration};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const LIMIT: Duration = Duration::from_secs(120);

fn folder() -> TempDir {
    tempfile::Builder::new().tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A server's command that listens for https only.
fn serve(arguments: &[&str]) -> Command {
    let serve = ["serve", "--listen", "off", "--listen-tls", "localhost:0", "--format", "json"];
    roster(&[&serve[..], arguments].concat())
}

/// A client that trusts this authority alone, and keeps no connection.
fn client(ca: &Path) -> Client {
    let ca = Certificate::from_pem(&fs::read(ca).unwrap()).unwrap();
    Client::builder().tls_certs_only([ca]).pool_max_idle_per_host(0).build().unwrap()
}

async fn health(client: &Client, server: &Server) -> Result<reqwest::Version, reqwest::Error> {
    let answer = client.get(format!("{}/health", server.url)).send().await?.error_for_status()?;
    Ok(answer.version())
}

/// Where its development CA is, as it is announced.
fn ca(server: &Server) -> &Path {
    Path::new(server.announced["ca"].as_str().unwrap())
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_server_makes_its_authority_once_and_keeps_it_with_its_certificate() {
    let folder = folder();
    let data = folder.path().to_str().unwrap();
    let server = Server::spawn(&mut serve(&["--data", data]));
    assert!(server.url.starts_with("https://localhost:"), "{}", server.url);
    assert_eq!(server.announced["tlsUrl"], server.url);
    assert_eq!(health(&client(ca(&server)), &server).await.unwrap(), reqwest::Version::HTTP_2);
    let files = ["ca.pem", "ca-key.pem", "tls.pem"].map(|name| folder.path().join(name));
    let before = files.each_ref().map(|file| fs::read(file).unwrap());
    #[cfg(unix)]
    assert_eq!(files.each_ref().map(|file| mode(file)), [0o600; 3]);
    assert_eq!(printed(&["ca", "--data", data]), files[0].to_str().unwrap());
    let pem = printed(&["ca", "--pem", "--data", data]);
    assert_eq!(pem.trim(), String::from_utf8(before[0].clone()).unwrap().trim());
    drop(server);

    let again = Server::spawn(&mut serve(&["--data", data]));
    health(&client(ca(&again)), &again).await.unwrap();
    assert_eq!(files.each_ref().map(|file| fs::read(file).unwrap()), before);
    drop(again);

    // Another name needs another certificate, of the same authority.
    let named = Server::spawn(&mut serve(&["--data", data, "--tls-name", "directory.example"]));
    health(&client(ca(&named)), &named).await.unwrap();
    let after = files.each_ref().map(|file| fs::read(file).unwrap());
    assert_eq!((&after[..2], after[2] == before[2]), (&before[..2], false));
}

#[tokio::test]
async fn an_authority_in_a_folder_of_its_own_serves_directories_that_go_away() {
    let folder = folder();
    let shared = folder.path().join("ca");
    let shared = shared.to_str().unwrap();
    let path = printed(&["ca", "--ca-dir", shared]);
    let client = client(Path::new(&path));
    for _ in 0..2 {
        let server = Server::spawn(&mut serve(&["--ephemeral", "--ca-dir", shared]));
        assert_eq!(server.announced["ca"], path.as_str());
        health(&client, &server).await.unwrap();
    }
}

/// An authority for certificates of one's own.
fn own_authority(folder: &Path) -> DevelopmentCa {
    let key = development_ca::make_key().unwrap();
    let certificate = development_ca::certify(&key, Clock::default().now()).unwrap();
    fs::write(folder.join("own-ca.pem"), &certificate).unwrap();
    DevelopmentCa::read(&certificate, &key).unwrap()
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_used_and_a_new_one_is_taken_over_where_it_can_be_used() {
    let folder = folder();
    let authority = own_authority(folder.path());
    let write = |text: &str| {
        // As tools that renew certificates do: written beside and put in place.
        fs::write(folder.path().join("new"), text).unwrap();
        fs::rename(folder.path().join("new"), folder.path().join("own.pem")).unwrap();
    };
    let now = Clock::default().now();
    write(&authority.issue(&["localhost".into()], now).unwrap());
    let file = folder.path().join("own.pem");
    let file = file.to_str().unwrap();
    let server = Server::spawn(&mut serve(&["--ephemeral", "--tls-cert", file, "--tls-key", file]));
    assert!(server.announced["ca"].is_null());
    // A new client each time: one that resumes its session isn't shown the certificate again.
    let client = || client(&folder.path().join("own-ca.pem"));
    health(&client(), &server).await.unwrap();
    write("nothing that could be used");
    write(&authority.issue(&["other.example".into()], now).unwrap());
    // Its name isn't the server's any more.
    let taken_over = async {
        while health(&client(), &server).await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, taken_over).await.unwrap();
}

#[test]
fn what_can_not_be_a_certificate_is_named_and_the_status_is_that_of_wrong_configuration() {
    let folder = folder();
    let authority = own_authority(folder.path());
    let now = Clock::default().now();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let names = ["localhost".to_owned()];
    for (name, text) in [
        ("one.pem", authority.issue(&names, now).unwrap()),
        ("other.pem", authority.issue(&names, now).unwrap()),
        ("ended.pem", authority.issue(&names, now - chrono::Duration::days(100)).unwrap()),
        ("early.pem", authority.issue(&names, now + chrono::Duration::days(100)).unwrap()),
        ("text.pem", "-----BEGIN CERTIFICATE-----".into()),
        ("ca-key.pem", development_ca::make_key().unwrap()),
    ] {
        fs::write(path(name), text).unwrap();
    }
    for (certificate, key, complaint) in [
        ("one.pem", "other.pem", "certificate and key can't be used together"),
        ("ended.pem", "ended.pem", "ended.pem: the certificate in it ended on "),
        ("early.pem", "early.pem", "early.pem: the certificate in it is valid only from "),
        ("text.pem", "one.pem", "text.pem: there is no certificate in it"),
        ("ca-key.pem", "one.pem", "ca-key.pem: there is no certificate in it"),
        ("one.pem", "text.pem", "text.pem: there is no private key in it"),
        ("none.pem", "one.pem", "none.pem: No such file"),
    ] {
        let arguments = ["--ephemeral", "--tls-cert", &path(certificate), "--tls-key", &path(key)];
        let output = serve(&arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(complaint) && said.lines().count() == 1, "{complaint}: {said}");
        assert_eq!(output.status.code(), Some(78), "{said}");
    }
    // A development CA that was tampered with.
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    drop(Server::spawn(&mut serve(&["--data", data])));
    let ca = printed(&["ca", "--data", data]);
    let other = authority.issue(&names, now).unwrap();
    fs::write(ca, other).unwrap();
    let output = serve(&["--data", data]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("ca.pem: the certificate in it isn't of the key beside it"), "{said}");
    assert_eq!(output.status.code(), Some(78));
    // One whose key is gone isn't replaced: clients trust it.
    let before = fs::read(folder.path().join("data/ca.pem")).unwrap();
    fs::remove_file(folder.path().join("data/ca-key.pem")).unwrap();
    fs::remove_file(folder.path().join("data/tls.pem")).unwrap();
    let output = serve(&["--data", data]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("ca.pem: the certificate in it is without its key"), "{said}");
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert_eq!(fs::read(folder.path().join("data/ca.pem")).unwrap(), before);
}

#[test]
fn what_is_asked_of_tls_has_to_make_sense() {
    for (arguments, complaint) in [
        (&["--listen", "off", "--listen-tls", "off"][..], "the server is to listen nowhere"),
        (&["--tls-cert", "x.pem"], "--tls-key <FILE>"),
        (&["--tls-cert", "x.pem", "--tls-key", "x.pem", "--tls-name", "a.example"], "cannot be used with"),
        (&["--tls-name", "a b"], "a name such as directory.example"),
        (
            &["--listen", "off", "--listen-tls", "0.0.0.0:0"],
            "can be reached from other machines: add --allow-remote",
        ),
        (
            &["--listen", "off", "--listen-tls", "0.0.0.0:0", "--allow-remote", "--sample"],
            "a server with it listens only on loopback addresses",
        ),
    ] {
        let output = run(&[&["serve", "--ephemeral"][..], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(complaint), "{arguments:?}: {said}");
    }
    let said = String::from_utf8(run(&["ca", "--data", "/nowhere/at/all"]).stderr).unwrap();
    assert!(said.contains("there is no directory in /nowhere/at/all"), "{said}");
}

#[tokio::test]
async fn both_are_served_at_once_and_each_names_itself() {
    let both = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--listen-tls",
        "127.0.0.1:0",
        "--ephemeral",
        "--format",
        "json",
    ];
    let server = Server::spawn(&mut roster(&both));
    let secure = server.announced["tlsUrl"].as_str().unwrap();
    assert!(server.url.starts_with("http://127.0.0.1:") && secure.starts_with("https://127.0.0.1:"));
    let client = client(ca(&server));
    for origin in [&*server.url, secure] {
        let document = format!("{origin}/common/v2.0/.well-known/openid-configuration");
        let document = client.get(document).send().await.unwrap().text().await.unwrap();
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert!(document["issuer"].as_str().unwrap().starts_with(origin), "{document}");
    }
}
