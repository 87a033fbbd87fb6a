//! `roster demo`: *Add member* over HTTP, every request and answer printed so that it can be copied.

use super::{
    Error, print,
    server::{self, Server, Settings},
};
use crate::{
    directory::{Policy, sample},
    http,
    store::{Options, folder::Folder},
};
use clap::Args;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::{future::pending, net::SocketAddr, thread};
use tokio::{runtime::Builder, sync::oneshot};

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "ROSTER_LISTEN", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// End after the last request instead of going on serving
    #[arg(long)]
    once: bool,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Error> {
        let settings = Settings {
            listen: self.listen,
            sample: true,
            domains: Vec::new(),
            allow_remote: false,
            public_url: None,
            policy: Policy::default(),
            body_memory: http::Settings::BODY_MEMORY,
            store: Options::default(),
        };
        let server = Server::start(Folder::ephemeral()?, settings).await?;
        let stop = server::stop_signal();
        let shown = start_showing(server.url(), self.once)?;
        let (end, ended) = oneshot::channel();
        let until = async move {
            let done = async {
                match shown.await {
                    // From here on serving ends at a signal alone.
                    Ok(Ok(())) if !self.once => pending().await,
                    Ok(outcome) => outcome,
                    Err(_) => Err(Error::Impossible("the demonstration panicked".into())),
                }
            };
            let outcome = tokio::select! {
                outcome = done => outcome,
                () = stop => Ok(()),
            };
            let _ = end.send(outcome);
        };
        server.serve(until).await?;
        ended.await.unwrap_or(Ok(()))
    }
}

/// Shows it on a thread of its own, which alone waits where nobody reads what is printed.
fn start_showing(url: String, once: bool) -> Result<oneshot::Receiver<Result<(), Error>>, Error> {
    let failed = |error| Error::Io("the demonstration".into(), error);
    let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (done, shown) = oneshot::channel();
    let show = move || done.send(runtime.block_on(show(&url, once)));
    thread::Builder::new().name("demonstration".into()).spawn(show).map_err(failed)?;
    Ok(shown)
}

async fn show(url: &str, once: bool) -> Result<(), Error> {
    print(format_args!("Roster listens on {url} with the sample directory, which goes away at the end.\n"))?;
    let client = Client::builder().no_proxy().build()?;
    let token = get_token(&client, url).await?;
    let group = format!("{url}/v1.0/groups/{}", sample::READERS);
    let list = format!("{group}/members?$select=id,displayName");
    let add = format!("{group}/members/$ref");
    let body = json!({
        "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", sample::GRACE),
    });
    let send = |title, method, to, body| send(&client, &token, title, method, to, body);
    send("The members of the group Readers", Method::GET, &list, None).await?;
    send("Add Grace Hopper", Method::POST, &add, Some(&body)).await?;
    send("Add her again, which is refused", Method::POST, &add, Some(&body)).await?;
    send("The members now", Method::GET, &list, None).await?;
    if !once {
        print("# The same with curl. The token is good for an hour.\n")?;
        print(format_args!("TOKEN={token}\n"))?;
        print(format_args!("curl -H \"Authorization: Bearer $TOKEN\" '{list}'\n"))?;
        print(format_args!(
            "curl -i -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n  '{add}'\n"
        ))?;
        print(format_args!(
            "curl -i -X DELETE -H \"Authorization: Bearer $TOKEN\" '{group}/members/{}/$ref'\n",
            sample::GRACE
        ))?;
        print("Serving until Ctrl-C.")?;
    }
    Ok(())
}

async fn get_token(client: &Client, url: &str) -> Result<String, Error> {
    let endpoint = format!("{url}/{}/oauth2/v2.0/token", sample::TENANT);
    print("# A token for the application `sample`\n")?;
    print(format_args!("POST {endpoint}"))?;
    print(format_args!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default\n",
        sample::APP_ID,
        sample::APP_SECRET
    ))?;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &sample::APP_ID.to_string()),
        ("client_secret", sample::APP_SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let answer = client.post(endpoint).form(&form).send().await?.error_for_status()?;
    print(format_args!("{:?} {}\n", answer.version(), answer.status()))?;
    let answer: Value = answer.json().await?;
    let token = answer["access_token"].as_str().map(str::to_owned);
    token.ok_or_else(|| Error::Impossible("the token endpoint gave no token".into()))
}

async fn send(
    client: &Client,
    token: &str,
    title: &str,
    method: Method,
    url: &str,
    body: Option<&Value>,
) -> Result<(), Error> {
    print(format_args!("# {title}\n"))?;
    print(format_args!("{method} {url}"))?;
    print(format_args!("Authorization: Bearer {}...", &token[..16.min(token.len())]))?;
    let request = client.request(method, url).bearer_auth(token);
    print_answer(with_body(request, body)?).await
}

fn with_body(request: RequestBuilder, body: Option<&Value>) -> Result<RequestBuilder, Error> {
    let Some(body) = body else { return Ok(request) };
    print(format_args!("Content-Type: application/json\n\n{body:#}"))?;
    Ok(request.json(body))
}

async fn print_answer(request: RequestBuilder) -> Result<(), Error> {
    let answer = request.send().await?;
    print(format_args!("\n{:?} {}", answer.version(), answer.status()))?;
    let text = answer.text().await?;
    if let Ok(body) = serde_json::from_str::<Value>(&text) {
        print(format_args!("\n{body:#}"))?;
    }
    print("")?;
    Ok(())
}
