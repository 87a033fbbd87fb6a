//! `roster demo`: *Add member* over HTTP, every request and answer printed so that it can be copied.

use super::{
    Error,
    server::{self, Server, Settings},
};
use crate::{
    directory::{Policy, sample},
    store::folder::Folder,
};
use clap::Args;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::sync::oneshot;

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
        server::start_log(false, "warn");
        let settings = Settings {
            listen: self.listen,
            sample: true,
            allow_remote: false,
            public_url: None,
            policy: Policy::default(),
        };
        let server = Server::start(Folder::ephemeral()?, settings).await?;
        let url = server.url();
        println!("Roster listens on {url} with the sample directory, which goes away at the end.\n");
        let (end, ended) = oneshot::channel::<()>();
        let once = self.once;
        let serving = server.serve(async move {
            let told = async {
                let _ = ended.await;
            };
            tokio::select! {
                () = told => {}
                () = server::stop_signal() => {}
            }
        });
        let showing = async {
            let shown = show(&url, once).await;
            if once || shown.is_err() {
                let _ = end.send(());
            } else {
                // Serving ends at a signal alone.
                std::mem::forget(end);
            }
            shown
        };
        let ((), shown) = tokio::join!(serving, showing);
        shown
    }
}

async fn show(url: &str, once: bool) -> Result<(), Error> {
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
        println!("# The same with curl. The token is good for an hour.\n");
        println!("TOKEN={token}\n");
        println!("curl -H \"Authorization: Bearer $TOKEN\" '{list}'\n");
        println!(
            "curl -i -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n  '{add}'\n"
        );
        println!(
            "curl -i -X DELETE -H \"Authorization: Bearer $TOKEN\" '{group}/members/{}/$ref'\n",
            sample::GRACE
        );
        println!("Serving until Ctrl-C.");
    }
    Ok(())
}

async fn get_token(client: &Client, url: &str) -> Result<String, Error> {
    let endpoint = format!("{url}/{}/oauth2/v2.0/token", sample::TENANT);
    println!("# A token for the application `sample`\n");
    println!("POST {endpoint}");
    println!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default\n",
        sample::APP_ID,
        sample::APP_SECRET
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &sample::APP_ID.to_string()),
        ("client_secret", sample::APP_SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let answer = client.post(endpoint).form(&form).send().await?.error_for_status()?;
    println!("{:?} {}\n", answer.version(), answer.status());
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
    println!("# {title}\n");
    println!("{method} {url}");
    println!("Authorization: Bearer {}...", &token[..16.min(token.len())]);
    let request = client.request(method, url).bearer_auth(token);
    print_answer(with_body(request, body)).await
}

fn with_body(request: RequestBuilder, body: Option<&Value>) -> RequestBuilder {
    let Some(body) = body else { return request };
    println!("Content-Type: application/json\n\n{body:#}");
    request.json(body)
}

async fn print_answer(request: RequestBuilder) -> Result<(), Error> {
    let answer = request.send().await?;
    println!("\n{:?} {}", answer.version(), answer.status());
    let text = answer.text().await?;
    if let Ok(body) = serde_json::from_str::<Value>(&text) {
        println!("\n{body:#}");
    }
    println!();
    Ok(())
}
