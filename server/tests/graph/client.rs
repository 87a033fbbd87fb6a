//! What the client adds to what is generated: retries, pages, and where its token goes.

use crate::support::reference;
use futures::TryStreamExt;
use roster_client::{Client, Error, Session, StaticToken};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use uuid::Uuid;

/// A server that gives these answers, one after another, and keeps the heads of what it was asked.
struct Scripted {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    async fn start(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, heads) = (answers.into_iter().collect::<Vec<_>>(), asked.clone());
        tokio::spawn(async move {
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 16 * 1024];
                let length = connection.read(&mut request).await.unwrap();
                heads.lock().unwrap().push(String::from_utf8_lossy(&request[..length]).to_lowercase());
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, asked }
    }

    fn client(&self) -> Client {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let session = Session::new(StaticToken::from("a-token"));
        Client::new_with_client(&format!("{}/v1.0", self.url), http, session)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn busy(status: &str) -> String {
    answer(
        &format!("{status}\r\nretry-after: 0"),
        r#"{"error":{"code":"TooManyRequests","message":"Later."}}"#,
    )
}

fn request_id(head: &str) -> &str {
    head.lines().find(|line| line.starts_with("client-request-id: ")).unwrap()
}

#[tokio::test]
async fn what_is_answered_429_or_503_is_sent_again_after_the_time_that_the_answer_says() {
    let answers =
        [busy("429 Too Many Requests"), busy("503 Service Unavailable"), answer("204 No Content", "")];
    let server = Scripted::start(answers).await;
    let add = server.client().add_group_member().id(Uuid::nil()).body(reference(Uuid::nil())).send().await;
    assert_eq!(add.unwrap().status(), 204);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|head| head.contains("authorization: bearer a-token")));
    assert!(asked.iter().all(|head| request_id(head) == request_id(&asked[0])), "it stays one request");
    assert!(!asked[0].contains("api-version"), "Graph doesn't know it");
}

#[tokio::test]
async fn a_server_that_stays_busy_is_reported_in_the_end() {
    let server = Scripted::start((0..4).map(|_| busy("429 Too Many Requests"))).await;
    let outcome = server.client().get_group().id(Uuid::nil()).send().await;
    let failure = roster_client::Failure::of(&outcome.unwrap_err()).unwrap();
    assert_eq!(
        (failure.status.as_u16(), failure.code.as_str(), failure.request_id),
        (429, "TooManyRequests", None)
    );
    assert_eq!(server.asked().len(), 4, "the first and three more");
}

#[tokio::test]
async fn pages_are_followed_to_their_own_origin_alone() {
    let elsewhere = Scripted::start([answer("200 OK", r#"{"@odata.context":"x","value":[]}"#)]).await;
    let page = |link: &str| {
        let body = format!(
            r##"{{"@odata.context":"x","@odata.nextLink":"{link}","value":[{{"@odata.type":"#x","id":"1"}}]}}"##
        );
        answer("200 OK", &body)
    };
    let server = Scripted::start([page(&format!("{}/v1.0/groups", elsewhere.url))]).await;
    let client = server.client();
    let members = client.members(Uuid::nil(), std::num::NonZeroU32::MIN);
    let outcome: Result<Vec<_>, _> = members.try_collect().await;
    assert!(matches!(outcome, Err(Error::InvalidRequest(_))));
    assert!(elsewhere.asked().is_empty(), "the token stays");
}

#[tokio::test]
async fn an_answer_from_something_on_the_way_keeps_its_status() {
    let gateway = "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: 3\r\n\r\n<p>".to_owned();
    let server = Scripted::start([gateway]).await;
    let outcome = server.client().get_group().id(Uuid::nil()).send().await;
    assert_eq!(outcome.unwrap_err().status().map(|status| status.as_u16()), Some(502));
}
