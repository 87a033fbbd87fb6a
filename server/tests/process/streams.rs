//! Standard output and standard error that are read slowly, not at all, or are closed: the server serves all the same.

use crate::{
    http_client,
    roster::{Server, roster},
};
use reqwest::StatusCode;
use std::{
    io::{PipeReader, PipeWriter, Read, Write, pipe},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::time::timeout;

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(120);

/// What a pipe holds.
const PIPE: usize = 64 << 10;

/// An address of loopback's that no other process uses, for a server that can't say where it listens.
fn address() -> SocketAddr {
    let [_, b, c, d] = std::process::id().to_be_bytes();
    TcpListener::bind((Ipv4Addr::new(127, b, c, d), 0)).unwrap().local_addr().unwrap()
}

/// A pipe that is full.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().unwrap();
    writer.write_all(&[b'\n'; PIPE]).unwrap();
    (reader, writer)
}

/// A server without a directory of its own that stays, which listens at this address.
fn serve(address: SocketAddr) -> Command {
    roster(&["serve", "--ephemeral", "--listen", &address.to_string()])
}

/// The server answers, and ends when it is told to.
async fn serves(address: SocketAddr, mut server: Child) {
    let health = async {
        loop {
            assert!(server.try_wait().unwrap().is_none(), "the server ended");
            match http_client::shared().get(format!("http://{address}/health")).send().await {
                Ok(answer) => break answer.status(),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    assert_eq!(timeout(LIMIT, health).await.unwrap(), StatusCode::OK);
    let id = server.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let ended = tokio::task::spawn_blocking(move || server.wait().unwrap());
    assert!(timeout(LIMIT, ended).await.unwrap().unwrap().success());
}

#[tokio::test]
async fn a_server_whose_log_is_stuck_answers_and_ends() {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--ephemeral"];
    let (mut log, writer) = pipe().unwrap();
    let mut server = Server::spawn(roster(&serve).env("RUST_LOG", "trace").stderr(Stdio::from(writer)));
    let http = http_client::new();
    let answers = 3 * PIPE / 100;
    let flood = async {
        // Each answer has a line of more than a hundred bytes: three times what the pipe holds.
        for _ in 0..answers {
            let answer = http.get(format!("{}/v1.0/groups", server.url)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
    };
    timeout(LIMIT, flood).await.expect("the server answers");
    server.signal("TERM");
    assert!(server.end_within(LIMIT).await.success());
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    assert!(text.lines().count() < answers, "the pipe never was full");
}

#[tokio::test]
async fn a_server_whose_standard_output_is_closed_serves() {
    let address = address();
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    serves(address, serve(address).stdout(Stdio::from(writer)).spawn().unwrap()).await;
}

#[tokio::test]
async fn a_server_serves_without_a_standard_output() {
    let address = address();
    let serve = serve(address);
    let mut shell = Command::new("sh");
    shell
        .env("RUST_LOG", "error")
        .args(["-c", "exec \"$0\" \"$@\" >&-"])
        .arg(serve.get_program())
        .args(serve.get_args());
    serves(address, shell.spawn().unwrap()).await;
}

#[tokio::test]
async fn a_server_whose_standard_output_is_stuck_serves() {
    let address = address();
    let (_reader, writer) = full_pipe();
    serves(address, serve(address).stdout(Stdio::from(writer)).spawn().unwrap()).await;
}

#[tokio::test]
async fn a_demonstration_whose_output_is_stuck_serves_and_ends() {
    let address = address();
    let (_reader, writer) = full_pipe();
    let mut demo = roster(&["demo", "--listen", &address.to_string()]);
    serves(address, demo.stdout(Stdio::from(writer)).spawn().unwrap()).await;
}

#[test]
fn a_command_whose_output_is_closed_fails_and_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut create = roster(&["tenant", "create", "--data", data.to_str().unwrap()]);
    let output = create.stdout(Stdio::from(writer)).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("roster: standard output: "));
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut refused = roster(&["tenant", "create", "--data", "/dev/null"]);
    assert_eq!(refused.stderr(Stdio::from(writer)).status().unwrap().code(), Some(1));
}

#[test]
fn a_command_whose_standard_error_is_stuck_ends() {
    let (_reader, writer) = full_pipe();
    let mut refused = roster(&["tenant", "create", "--data", "/dev/null"]);
    assert_eq!(refused.stderr(Stdio::from(writer)).status().unwrap().code(), Some(1));
}
