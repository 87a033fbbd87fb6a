//! TLS: certificates, handshakes, and what is chosen in them.

use crate::{
    client::{Authority, connect, now},
    server::{LIMIT, default_like, impatient, patient, start_tls_until},
};
use roster_server::{
    auth::{
        certificates::{Certificate, CertificateError, Tls},
        development_ca::{self, DevelopmentCa},
    },
    http::transport::Limits,
};
use std::{future, net::SocketAddr};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::{oneshot, watch},
    time::timeout,
};

async fn start(authority: &Authority, limits: Limits) -> SocketAddr {
    start_tls_until(limits, authority.settings(), future::pending()).await.0
}

/// What a server answers by HTTP/1.1 over this connection, which then ends.
async fn ask(connection: &mut (impl AsyncRead + AsyncWrite + Unpin), path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(LIMIT, connection.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn a_client_chooses_its_protocol_and_speaks_http_1_1_where_it_chooses_none() {
    let authority = Authority::new();
    let address = start(&authority, patient()).await;
    for (offered, chosen) in [
        (&["h2", "http/1.1"][..], Some("h2")),
        (&["http/1.1", "h2"], Some("h2")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ] {
        let connection = connect(&authority.client(offered), address, "localhost").await.unwrap();
        let found = connection.get_ref().1.alpn_protocol();
        assert_eq!(found, chosen.map(str::as_bytes), "{offered:?}");
    }
    assert!(connect(&authority.client(&["spdy/3"]), address, "localhost").await.is_err());
    let mut connection = connect(&authority.client(&[]), address, "localhost").await.unwrap();
    let answer = ask(&mut connection, "/scheme").await;
    assert!(answer.ends_with("\r\n\r\nhttps"), "{answer}");
}

#[tokio::test]
async fn a_client_trusts_the_authority_for_the_names_of_the_certificate_and_for_no_others() {
    let authority = Authority::new();
    let address = start(&authority, patient()).await;
    assert!(connect(&authority.client(&[]), address, "localhost").await.is_ok());
    assert!(connect(&authority.client(&[]), address, "elsewhere.example").await.is_err());
    assert!(connect(&Authority::new().client(&[]), address, "localhost").await.is_err());
}

#[tokio::test]
async fn who_speaks_no_tls_is_refused_and_harms_nobody() {
    let authority = Authority::new();
    let address = start(&authority, patient()).await;
    for sent in [&b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"[..], b"\x16\x03\x01\xff\xff\xff", &[0; 5000]] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        // The server may have ended the connection before all is written.
        let _ = connection.write_all(sent).await;
        connection.shutdown().await.ok();
        let mut answer = Vec::new();
        let _ = timeout(LIMIT, connection.read_to_end(&mut answer)).await.unwrap();
        assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    }
    let mut connection = connect(&authority.client(&[]), address, "localhost").await.unwrap();
    assert!(ask(&mut connection, "/scheme").await.ends_with("https"));
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_handshake_loses_its_slot_to_a_new_connection() {
    let authority = Authority::new();
    let address = start(&authority, impatient()).await;
    let mut slow = Vec::new();
    for sent in [&b""[..], b"\x16\x03\x01\x02\x00", b"\x16", b"", b"", b""] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(sent).await.unwrap();
        slow.push(connection);
    }
    let mut connection =
        timeout(LIMIT, connect(&authority.client(&[]), address, "localhost")).await.unwrap().unwrap();
    assert!(ask(&mut connection, "/scheme").await.ends_with("https"));
}

#[tokio::test]
async fn a_handshake_has_the_time_of_a_head_and_the_end_of_the_server_does_not_wait_for_it() {
    let authority = Authority::new();
    let limits = Limits { head_time: std::time::Duration::from_millis(50), ..default_like() };
    let (address, _, _) = start_tls_until(limits, authority.settings(), future::pending()).await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    assert_eq!(timeout(LIMIT, slow.read(&mut [0])).await.unwrap().unwrap(), 0);

    let (stop, stopped) = oneshot::channel();
    let ended = async { stopped.await.unwrap() };
    let (address, _, serving) = start_tls_until(patient(), authority.settings(), ended).await;
    let _slow = TcpStream::connect(address).await.unwrap();
    stop.send(()).unwrap();
    timeout(LIMIT, serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_new_certificate_is_taken_over_without_ending_a_connection() {
    let authority = Authority::new();
    let sender = watch::Sender::new(authority.certify("localhost"));
    let (address, _, _) = start_tls_until(patient(), sender.subscribe(), future::pending()).await;
    let client = authority.client(&[]);
    let mut first = connect(&client, address, "localhost").await.unwrap();
    sender.send_replace(authority.certify("other.example"));
    assert!(connect(&client, address, "localhost").await.is_err());
    assert!(connect(&client, address, "other.example").await.is_ok());
    assert!(ask(&mut first, "/scheme").await.ends_with("https"));
}

#[test]
fn what_can_not_be_a_servers_certificate_is_refused_with_the_reason() {
    let key = development_ca::make_key().unwrap();
    let ca = DevelopmentCa::read(&development_ca::certify(&key, now()).unwrap(), &key).unwrap();
    let [one, other] = [(); 2].map(|()| ca.issue(&["localhost".into()], now()).unwrap());
    let later = |days| now() + chrono::Duration::days(days);
    let read = |chain: &str, key: &str| Certificate::read(chain.as_bytes(), key.as_bytes(), now());
    assert!(matches!(read("", &one), Err(CertificateError::NoCertificate)));
    assert!(matches!(read(&key, &one), Err(CertificateError::NoCertificate)));
    assert!(matches!(read(&one, ""), Err(CertificateError::NoKey)));
    let ended = Certificate::read(one.as_bytes(), one.as_bytes(), later(91));
    assert!(matches!(ended, Err(CertificateError::Ended(_))));
    let early = Certificate::read(one.as_bytes(), one.as_bytes(), later(-2));
    assert!(matches!(early, Err(CertificateError::NotYetValid(_))));
    let tls = Tls::default();
    let mixed = tls.settings(read(&one, &other).unwrap());
    assert!(matches!(mixed, Err(CertificateError::Unusable(_))));
    let other_key = development_ca::make_key().unwrap();
    let mixed = DevelopmentCa::read(&development_ca::certify(&key, now()).unwrap(), &other_key);
    assert!(matches!(mixed.err(), Some(CertificateError::OtherKey)));
}

#[test]
fn a_certificate_is_known_by_its_names_and_by_its_authority() {
    let ca = || {
        let key = development_ca::make_key().unwrap();
        DevelopmentCa::read(&development_ca::certify(&key, now()).unwrap(), &key).unwrap()
    };
    let (one, other) = (ca(), ca());
    let names = ["localhost", "127.0.0.1", "::1", "Directory.example"].map(str::to_owned);
    let text = one.issue(&names, now()).unwrap();
    let certificate = Certificate::read(text.as_bytes(), text.as_bytes(), now()).unwrap();
    assert!(certificate.is_for(&names) && !certificate.is_for(&names[1..]));
    assert!(one.vouches_for(&certificate) && !other.vouches_for(&certificate));
}
