//! HTTP/2: many requests at once on one connection, within limits.

use crate::{
    client::{Authority, Http2, get},
    server::{LIMIT, Release, WINDOWS, default_like, impatient, patient, start_tls_until},
};
use h2::Reason;
use roster_server::http::transport::Limits;
use std::{future, net::SocketAddr, time::Duration};
use tokio::{sync::oneshot, time::timeout};

/// The window of answers that the protocol begins with.
const WINDOW: u32 = 65_535;

/// Limits with places for a few streams.
fn with_places() -> Limits {
    Limits { connections: 16, ..patient() }
}

struct Server {
    authority: Authority,
    address: SocketAddr,
    release: Release,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let authority = Authority::new();
        let settings = authority.settings();
        let (address, release, _) = start_tls_until(limits, settings, future::pending()).await;
        Self { authority, address, release }
    }

    async fn connect(&self) -> Http2 {
        self.connect_with(WINDOW).await
    }

    async fn connect_with(&self, window: u32) -> Http2 {
        timeout(LIMIT, Http2::connect(&self.authority, self.address, window)).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_each_when_it_is_done() {
    let server = Server::start(with_places()).await;
    let mut client = server.connect().await;
    let held = client.send(get("/held"));
    assert_eq!(client.ask("/scheme").await.unwrap(), (200, "https".into()));
    assert_eq!(client.ask("/windows").await.unwrap().1.len(), WINDOWS);
    server.release.notify_one();
    assert_eq!(timeout(LIMIT, held).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_stream_beside_another_one_takes_a_place_and_is_refused_where_there_is_none() {
    let server = Server::start(with_places()).await;
    let (mut one, mut other) = (server.connect().await, server.connect().await);
    // The first of a connection needs none, and some of the sixteen are left for others.
    let mut held: Vec<_> = (0..4).map(|_| one.send(get("/held"))).collect();
    let refused = one.ask("/scheme").await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::REFUSED_STREAM));
    held.push(other.send(get("/held")));
    assert_eq!(other.ask("/scheme").await.unwrap().0, 200);
    // All of them wait by now.
    server.release.notify_waiters();
    for held in held {
        timeout(LIMIT, held).await.unwrap().unwrap();
    }
    assert_eq!(one.ask("/scheme").await.unwrap().0, 200);
}

#[tokio::test]
async fn an_answer_keeps_its_place_until_its_last_byte_is_sent() {
    let server = Server::start(with_places()).await;
    let mut slow = server.connect_with(0).await;
    // Each is answered, and nothing of it can be sent.
    let mut answers = Vec::new();
    for _ in 0..4 {
        let answer = timeout(LIMIT, slow.send(get("/scheme"))).await.unwrap().unwrap();
        answers.push(answer.into_body());
    }
    let refused = timeout(LIMIT, slow.send(get("/scheme"))).await.unwrap().unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::REFUSED_STREAM));
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_an_answer_loses_its_connection_in_time() {
    for window in [0, 1] {
        let limits = Limits { write_time: Duration::from_millis(50), ..patient() };
        let server = Server::start(limits).await;
        let mut slow = server.connect_with(window).await;
        let mut answer = timeout(LIMIT, slow.send(get("/large"))).await.unwrap().unwrap().into_body();
        let ended = async { while answer.data().await.is_some_and(|data| data.is_ok()) {} };
        timeout(LIMIT, ended).await.unwrap();
        timeout(LIMIT, slow.ended).await.unwrap().unwrap().ok();
    }
}

#[tokio::test]
async fn an_idle_connection_ends_in_time() {
    let server = Server::start(Limits { head_time: Duration::from_secs(1), ..patient() }).await;
    let mut client = server.connect().await;
    assert_eq!(client.ask("/scheme").await.unwrap().0, 200);
    timeout(LIMIT, client.ended).await.unwrap().unwrap().ok();
}

#[tokio::test]
async fn an_idle_client_loses_its_slot_to_a_new_connection_and_one_that_waits_for_an_answer_does_not() {
    let server = Server::start(Limits { connections: 2, ..default_like() }).await;
    let mut waiting = server.connect().await;
    let held = waiting.send(get("/held"));
    let mut idle = Vec::new();
    for _ in 0..10 {
        let mut client = server.connect().await;
        assert_eq!(client.ask("/scheme").await.unwrap().0, 200);
        idle.push(client);
    }
    server.release.notify_one();
    assert_eq!(timeout(LIMIT, held).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn clients_that_read_nothing_or_send_nothing_lose_their_slots_to_new_connections() {
    let server = Server::start(impatient()).await;
    let mut slow = Vec::new();
    for turn in 0..6 {
        let mut client = server.connect_with(0).await;
        if turn % 2 == 0 {
            drop(client.send(get("/large")));
        }
        slow.push(client);
    }
    assert_eq!(server.connect().await.ask("/scheme").await.unwrap().0, 200);
}

#[tokio::test]
async fn a_busy_client_is_told_that_its_slot_goes_to_a_new_connection() {
    let server = Server::start(Limits { connections: 1, ..patient() }).await;
    let mut busy = server.connect().await;
    assert_eq!(busy.ask("/scheme").await.unwrap().0, 200);
    let next = tokio::spawn({
        let (authority, address) = (Authority::new(), server.address);
        async move { Http2::connect(&authority, address, WINDOW).await.is_err() }
    });
    let told = async { while busy.ask("/scheme").await.is_ok() {} };
    timeout(LIMIT, told).await.unwrap();
    // It has the slot, and trusts another authority.
    assert!(timeout(LIMIT, next).await.unwrap().unwrap());
}

#[tokio::test]
async fn a_flood_of_streams_that_are_given_up_ends_its_connection() {
    let server = Server::start(Limits { streams: 1000, connections: 1000, ..patient() }).await;
    let client = server.connect().await;
    let flood = async {
        loop {
            let Ok(mut ready) = client.requests.clone().ready().await else { return };
            let Ok((answer, mut stream)) = ready.send_request(get("/held"), false) else { return };
            // Once it is known at the server.
            tokio::task::yield_now().await;
            stream.send_reset(Reason::CANCEL);
            drop(answer);
        }
    };
    timeout(LIMIT, flood).await.unwrap();
    timeout(LIMIT, client.ended).await.unwrap().unwrap().ok();
    let mut other = server.connect().await;
    assert_eq!(other.ask("/scheme").await.unwrap().0, 200);
}

#[tokio::test]
async fn too_many_headers_and_too_large_ones_are_refused() {
    let server = Server::start(patient()).await;
    let mut client = server.connect().await;
    let mut many = get("/scheme");
    for number in 0..=Limits::default().headers {
        let name: hyper::header::HeaderName = format!("x-{number}").parse().unwrap();
        many.headers_mut().insert(name, "1".parse().unwrap());
    }
    let mut large = get("/scheme");
    for number in 0..5 {
        let name: hyper::header::HeaderName = format!("x-{number}").parse().unwrap();
        large.headers_mut().insert(name, "1".repeat(10_000).parse().unwrap());
    }
    for request in [many, large] {
        let answer = timeout(LIMIT, client.send(request)).await.unwrap();
        assert_eq!(answer.unwrap().status(), 431);
    }
    assert_eq!(client.ask("/scheme").await.unwrap().0, 200);
}

#[tokio::test]
async fn a_listener_that_stops_answers_what_is_under_way_and_waits_for_no_idle_client() {
    let authority = Authority::new();
    let (stop, stopped) = oneshot::channel();
    let ended = async { stopped.await.unwrap() };
    let (address, release, serving) = start_tls_until(with_places(), authority.settings(), ended).await;
    let mut busy = Http2::connect(&authority, address, WINDOW).await.unwrap();
    let mut idle = Http2::connect(&authority, address, WINDOW).await.unwrap();
    assert_eq!(idle.ask("/scheme").await.unwrap().0, 200);
    let held = busy.send(get("/held"));
    assert_eq!(busy.ask("/scheme").await.unwrap().0, 200);
    stop.send(()).unwrap();
    timeout(LIMIT, idle.ended).await.unwrap().unwrap().ok();
    release.notify_one();
    assert_eq!(timeout(LIMIT, held).await.unwrap().unwrap().status(), 200);
    timeout(LIMIT, serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn who_does_not_take_leave_is_left_all_the_same() {
    let authority = Authority::new();
    let (stop, stopped) = oneshot::channel();
    let limits = Limits { drain_time: Duration::from_millis(20), ..patient() };
    let ended = async { stopped.await.unwrap() };
    let (address, _, serving) = start_tls_until(limits, authority.settings(), ended).await;
    // It is connected, and nothing drives the connection from then on.
    let stream = crate::client::connect(&authority.client(&["h2"]), address, "localhost").await.unwrap();
    let (requests, connection) = h2::client::handshake(stream).await.unwrap();
    stop.send(()).unwrap();
    timeout(LIMIT, serving).await.unwrap().unwrap();
    drop((requests, connection));
}

#[tokio::test]
async fn an_answer_to_head_has_no_body_and_tells_its_length() {
    let server = Server::start(patient()).await;
    let mut client = server.connect().await;
    for (path, status, length) in
        [("/windows", 200, Some(WINDOWS)), ("/nothing", 404, Some(0)), ("/fallible", 418, Some(7))]
    {
        let mut request = get(path);
        *request.method_mut() = hyper::Method::HEAD;
        let answer = timeout(LIMIT, client.send(request)).await.unwrap().unwrap();
        let told =
            answer.headers().get("content-length").map(|value| value.to_str().unwrap().parse().unwrap());
        assert_eq!((answer.status().as_u16(), told), (status, length), "{path}");
        assert!(timeout(LIMIT, answer.into_body().data()).await.unwrap().is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_request_that_is_refused_before_its_body_has_come_is_answered_and_so_is_the_next() {
    let server = Server::start(patient()).await;
    let mut client = server.connect().await;
    let mut request = get("/fallible");
    *request.method_mut() = hyper::Method::POST;
    let (answer, mut body) = client.requests.send_request(request, false).unwrap();
    for _ in 0..50 {
        body.reserve_capacity(1 << 10);
        body.send_data(vec![b'.'; 1 << 10].into(), false).unwrap();
    }
    body.send_data(hyper::body::Bytes::new(), true).unwrap();
    assert_eq!(timeout(LIMIT, answer).await.unwrap().unwrap().status(), 418);
    assert_eq!(client.ask("/scheme").await.unwrap().0, 200);
}
