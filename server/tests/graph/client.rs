//! What the client adds to what is generated: members and owners by id, retries, pages, tokens and where they go, errors.

use crate::{
    http_client,
    support::{Tenant, members_of, reference},
};
use futures::{TryStreamExt, future::join_all};
use reqwest::StatusCode;
use roster_client::{
    Client, ClientCredentials, Error, GraphError, Session, StaticToken, TokenError, TokenSource, required,
    types,
};
use roster_server::{
    auth::secrets::Secret, directory::applications::Registration, model::permissions::Permission,
};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

/// A server that gives these answers, one after another, and records the requests in lower case.
pub struct Scripted {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub async fn start(answers: impl IntoIterator<Item = String>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answers)
    }

    fn on(listener: TcpListener, answers: impl IntoIterator<Item = String>) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, requests) = (answers.into_iter().collect::<Vec<_>>(), asked.clone());
        tokio::spawn(async move {
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let request = read(&mut connection).await;
                requests.lock().unwrap().push(request);
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, asked }
    }

    fn client(&self) -> Client {
        client(&self.url, StaticToken::from("a-token"))
    }

    /// A client that gets its tokens here.
    fn client_of_an_application(&self) -> Client {
        client(&self.url, ClientCredentials::new(&self.url, "a-tenant", "an-id", "a-secret"))
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A request with its body, whose length is in its head.
async fn read(connection: &mut TcpStream) -> String {
    let mut request = String::new();
    let mut piece = [0; 4096];
    loop {
        let length = connection.read(&mut piece).await.unwrap();
        request += &String::from_utf8_lossy(&piece[..length]).to_lowercase();
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let told = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length == 0 || body.len() == told.map_or(0, |told| told.parse().unwrap()) {
            return request;
        }
    }
}

pub fn client(url: &str, tokens: impl TokenSource + 'static) -> Client {
    Client::new_with_client(&format!("{url}/v1.0"), http_client::shared().clone(), Session::new(tokens))
}

pub fn granted(token: &str, seconds: u32) -> String {
    let body = format!(r#"{{"token_type":"Bearer","access_token":"{token}","expires_in":{seconds}}}"#);
    answer("200 OK", &body)
}

pub fn answer(head: &str, body: &str) -> String {
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
async fn pages_are_followed_only_to_their_own_origin() {
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
    let error = server.client().get_group().id(Uuid::nil()).send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(502));
    let shown = GraphError::from(error).to_string();
    let group = format!("{}/v1.0/groups/{}", server.url, Uuid::nil());
    assert_eq!(shown, format!("502 Bad Gateway and no answer of Graph's from {group}"));
}

#[tokio::test]
async fn members_and_owners_are_added_and_removed_by_their_ids() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All", "User.Read.All"]).await;
    let group = tenant.security_group("readers").await;
    let [ada, grace] = [tenant.user("ada").await, tenant.user("grace").await];

    graph.add_member(group, ada).await.unwrap();
    assert_eq!(members_of(&graph, group).await, [ada]);
    graph.remove_member(group, ada).await.unwrap();
    assert!(members_of(&graph, group).await.is_empty());

    graph.add_owner(group, ada).await.unwrap();
    graph.add_owner(group, grace).await.unwrap();
    graph.remove_owner(group, ada).await.unwrap();
    let owners = graph.list_group_owners().id(group).send().await.unwrap().into_inner().value;
    let ids: Vec<Option<String>> = owners.into_iter().map(|owner| owner.id).collect();
    assert_eq!(ids, [Some(grace.to_string())]);
    assert!(matches!(graph.remove_owner(group, grace).await, Err(GraphError::Refused(_))));
}

#[tokio::test]
async fn a_refusal_shows_itself_in_one_line_with_status_code_message_and_request_id() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    graph.add_member(group, ada).await.unwrap();
    let error = graph.add_member(group, ada).await.unwrap_err();
    let GraphError::Refused(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.status, refusal.code.as_str()), (StatusCode::BAD_REQUEST, "Request_BadRequest"));
    let line = format!(
        "400 Request_BadRequest: One or more added object references already exist for the following modified \
         properties: 'members'. (request id {})",
        refusal.request_id.as_deref().unwrap()
    );
    assert_eq!(error.to_string(), line);
}

#[tokio::test]
async fn what_a_creation_must_name_is_enough_to_create() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All", "User.ReadWrite.All"]).await;
    let group = required::GroupCreate {
        display_name: "Readers".into(),
        mail_enabled: false,
        mail_nickname: "readers".into(),
        security_enabled: true,
    };
    let described = group.clone().builder().description("Who may read.".to_owned());
    let created = graph.create_group().body(described).send().await.unwrap();
    assert_eq!(created.description.as_deref(), Some("Who may read."));
    assert!(graph.create_group().body(group).send().await.is_ok());

    let ada = required::UserCreate {
        account_enabled: true,
        display_name: "Ada Lovelace".into(),
        mail_nickname: "ada".into(),
        password_profile: types::PasswordProfile {
            password: Some("An engine, analytical".into()),
            ..Default::default()
        },
        user_principal_name: format!("ada@{}", tenant.domain()),
    };
    let created = graph.create_user().body(ada).send().await.unwrap();
    assert_eq!(created.display_name.as_deref(), Some("Ada Lovelace"));
}

/// An application of a tenant that may read groups.
async fn application(tenant: &Tenant) -> ClientCredentials {
    let secret = Secret::random().unwrap();
    let registration = Registration::new("reader", vec![Permission::GroupReadAll], &secret);
    let client_id = registration.app_id.to_string();
    tenant.register(registration).await;
    ClientCredentials::new(&tenant.server.url, &tenant.id().to_string(), &client_id, secret.reveal())
}

#[tokio::test]
async fn an_application_with_its_secret_gets_its_tokens_by_itself() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let graph = client(&tenant.server.url, application(&tenant).await);
    assert_eq!(graph.get_group().id(group).send().await.unwrap().display_name.as_deref(), Some("readers"));
    assert_eq!(graph.token().await, graph.token().await);
}

#[tokio::test]
async fn an_application_gets_one_token_for_all_requests_that_wait_for_it() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    // It answers once: a second request would find no server.
    let authority = Scripted::start([granted(&tenant.app_token(["Group.Read.All"]).await, 3600)]).await;
    let credentials = ClientCredentials::new(&authority.url, "a-tenant", "an-id", "a-secret");
    let clients = [&credentials, &credentials].map(|shared| client(&tenant.server.url, shared.clone()));
    let requests = (0..10).flat_map(|_| &clients).map(|graph| graph.get_group().id(group).send());
    let answers = join_all(requests).await;
    assert_eq!(answers.len(), 20);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[tokio::test]
async fn what_the_token_endpoint_refuses_has_oauths_code_and_words() {
    let tenant = Tenant::fresh().await;
    let credentials = application(&tenant).await.scope("User.Read");
    let graph = client(&tenant.server.url, credentials);
    let TokenError::Refused { status, code, description } = graph.token().await.unwrap_err() else {
        panic!("no refusal of OAuth's");
    };
    assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "invalid_scope"));
    assert!(description.starts_with("AADSTS1002012: "), "{description}");
    let error = graph.add_member(Uuid::nil(), Uuid::nil()).await.unwrap_err();
    let line = error.to_string();
    assert!(
        line.starts_with("no token: 400 invalid_scope: AADSTS1002012: ") && line.lines().count() == 1,
        "{line}"
    );
}

#[tokio::test]
async fn a_token_that_has_ended_is_never_sent_again() {
    let done = || answer("204 No Content", "");
    let server =
        Scripted::start([granted("first", 0), done(), granted("second", 3600), done(), done()]).await;
    let graph = server.client_of_an_application();
    for _ in 0..3 {
        graph.add_member(Uuid::nil(), Uuid::nil()).await.unwrap();
    }
    let asked = server.asked();
    assert!(asked[0].starts_with("post /a-tenant/oauth2/v2.0/token "), "{}", asked[0]);
    for field in ["grant_type=client_credentials", "client_id=an-id", "client_secret=a-secret", "scope=https"]
    {
        assert!(asked[0].contains(field), "{field}: {}", asked[0]);
    }
    let bearers = [&asked[1], &asked[3], &asked[4]].map(|head| head.contains("authorization: bearer first"));
    assert_eq!(bearers, [true, false, false]);
    assert!(asked[3].contains("bearer second") && asked[4].contains("bearer second"), "{asked:?}");
}

#[tokio::test]
async fn a_token_endpoint_that_is_busy_is_asked_again() {
    let unavailable = r#"{"error":"temporarily_unavailable"}"#;
    let answers = [
        answer("503 Service Unavailable\r\nretry-after: 0", unavailable),
        granted("a", 3600),
        answer("204 No Content", ""),
    ];
    let server = Scripted::start(answers).await;
    server.client_of_an_application().add_member(Uuid::nil(), Uuid::nil()).await.unwrap();
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_url_that_is_no_token_endpoint_is_reported_in_one_line() {
    let gateway = "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 3\r\n\r\n<p>".to_owned();
    let server = Scripted::start([gateway]).await;
    let failed = server.client_of_an_application().token().await.unwrap_err();
    assert_eq!(failed.to_string(), "no token: the token endpoint answered 502 Bad Gateway");
}

#[tokio::test]
async fn all_requests_that_wait_for_a_token_get_the_one_failure() {
    let server = Scripted::start([answer("502 Bad Gateway", ""), granted("a", 3600)]).await;
    let graph = server.client_of_an_application();
    let outcomes = join_all((0..5).map(|_| graph.token())).await;
    let failure = Err(TokenError::Failed("the token endpoint answered 502 Bad Gateway".into()));
    assert!(outcomes.iter().all(|outcome| *outcome == failure), "{outcomes:?}");
    assert_eq!(server.asked().len(), 1);
    assert_eq!(graph.token().await.as_deref(), Ok("a"), "a later caller asks again");
}

fn refused_token() -> String {
    answer("401 Unauthorized", r#"{"error":{"code":"InvalidAuthenticationToken","message":"Not this."}}"#)
}

#[tokio::test]
async fn what_is_answered_401_is_sent_once_more_with_a_new_token() {
    let answers =
        [granted("first", 3600), refused_token(), granted("second", 3600), answer("204 No Content", "")];
    let server = Scripted::start(answers).await;
    server.client_of_an_application().add_member(Uuid::nil(), Uuid::nil()).await.unwrap();
    let asked = server.asked();
    assert!(asked[1].contains("authorization: bearer first"), "{asked:?}");
    assert_eq!(asked[3], asked[1].replace("bearer first", "bearer second"));
}

#[tokio::test]
async fn a_page_that_is_answered_401_is_asked_for_once_more_with_a_new_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let page = |link: &str| answer("200 OK", &format!(r#"{{"@odata.context":"x",{link}"value":[]}}"#));
    let next = page(&format!(r#""@odata.nextLink":"{url}/v1.0/next","#));
    let answers = [granted("first", 3600), next, refused_token(), granted("second", 3600), page("")];
    let server = Scripted::on(listener, answers);
    let graph = server.client_of_an_application();
    let members: Vec<_> = graph.members(Uuid::nil(), std::num::NonZeroU32::MIN).try_collect().await.unwrap();
    assert!(members.is_empty());
    assert!(server.asked()[4].contains("authorization: bearer second"));
}

#[tokio::test]
async fn a_second_401_is_reported() {
    let answers = [granted("first", 3600), refused_token(), granted("second", 3600), refused_token()];
    let server = Scripted::start(answers).await;
    let outcome = server.client_of_an_application().add_member(Uuid::nil(), Uuid::nil()).await;
    let Err(GraphError::Refused(refusal)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        (refusal.status, refusal.code.as_str()),
        (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken")
    );
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn what_is_answered_401_is_not_sent_again_with_the_same_token() {
    let server = Scripted::start([refused_token(), answer("204 No Content", "")]).await;
    let outcome = server.client().add_member(Uuid::nil(), Uuid::nil()).await;
    assert!(matches!(outcome, Err(GraphError::Refused(_))), "{outcome:?}");
    assert_eq!(server.asked().len(), 1);
}
