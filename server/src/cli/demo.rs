//! `roster demo`: *Add member* over HTTP, every request and answer printed so that it can be copied.

use super::{
    Error, Format, Output,
    listening::Listen,
    print,
    server::{self, Server, Settings, Urls},
};
use crate::{
    data_folder::Folder,
    directory::{Policy, sample},
    http,
    store::Options,
};
use clap::Args;
use reqwest::{Client, Method, StatusCode, Version};
use serde_json::{Value, json};
use std::{future::pending, thread};
use tokio::{runtime::Builder, sync::oneshot};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  roster demo --once")]
pub(super) struct Demo {
    /// Address or name, and port, to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "ROSTER_LISTEN", default_value = "127.0.0.1:0")]
    listen: Listen,

    /// End after the last request instead of going on serving
    #[arg(long)]
    once: bool,

    #[command(flatten)]
    output: Output,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Error> {
        let settings = Settings {
            listen: Some(self.listen),
            tls: None,
            sample: Some(sample::public_secret()),
            domains: Vec::new(),
            allow_remote: false,
            public_url: None,
            policy: Policy::default(),
            sign_in: None,
            allow_password_grant: false,
            single_use_assertions: false,
            body_memory: http::state::Settings::BODY_MEMORY,
            store: Options::default(),
        };
        let stop = server::stop_signal();
        let server = Server::start(Folder::ephemeral()?, settings).await?;
        let show = Show { urls: server.urls().clone(), once: self.once, format: self.output.format };
        let shown = show.start()?;
        let (end, ended) = oneshot::channel();
        let until = async move {
            let done = async {
                match shown.await {
                    // From here on only a signal ends serving.
                    Ok(Ok(())) if !self.once => pending().await,
                    Ok(outcome) => outcome,
                    Err(_) => Err(Error::Usage("the demonstration panicked".into())),
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

/// What is shown, and how.
struct Show {
    urls: Urls,
    once: bool,
    format: Format,
}

/// A request of the demonstration.
struct Request<'r> {
    title: &'r str,
    method: Method,
    url: &'r str,
    body: Option<Value>,
}

impl Show {
    /// Shows it on a thread of its own, the only one that waits where its output isn't read.
    fn start(self) -> Result<oneshot::Receiver<Result<(), Error>>, Error> {
        let failed = |error| Error::Io("the demonstration".into(), error);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (done, shown) = oneshot::channel();
        let show = move || done.send(runtime.block_on(self.show()));
        thread::Builder::new().name("demonstration".into()).spawn(show).map_err(failed)?;
        Ok(shown)
    }

    async fn show(&self) -> Result<(), Error> {
        let Urls { origin, base, docs, .. } = &self.urls;
        match self.format {
            Format::Text => print(format_args!(
                "Roster listens on {origin} with the sample directory, which goes away at the end.\nBase URL: {base}\nDocumentation: {docs}\n"
            ))?,
            Format::Json => print(json!({"url": origin, "baseUrl": base, "docs": docs}))?,
        }
        let client = Client::builder().no_proxy().build()?;
        let token = self.get_token(&client).await?;
        let group = format!("{base}/groups/{}", sample::READERS);
        let list = format!("{group}/members?$select=id,displayName");
        let add = format!("{group}/members/$ref");
        let body = json!({
            "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", sample::GRACE),
        });
        let (get, post) = (Method::GET, Method::POST);
        for (title, method, url, body) in [
            ("The members of the group Readers", &get, &list, None),
            ("Add Grace Hopper", &post, &add, Some(&body)),
            ("Add her again, which is refused", &post, &add, Some(&body)),
            ("The members now", &get, &list, None),
        ] {
            let request = Request { title, method: method.clone(), url, body: body.cloned() };
            self.send(&client, &token, &request).await?;
        }
        if self.once || self.format == Format::Json {
            return Ok(());
        }
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
        print("Serving until Ctrl-C.")
    }

    async fn get_token(&self, client: &Client) -> Result<String, Error> {
        let url = format!("{}/{}/oauth2/v2.0/token", self.urls.origin, sample::TENANT);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &sample::APP_ID.to_string()),
            ("client_secret", sample::APP_SECRET),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let request = Request {
            title: "A token for the application `sample`",
            method: Method::POST,
            url: &url,
            body: Some(form.map(|(name, value)| format!("{name}={value}")).join("&").into()),
        };
        if let (Format::Text, Some(Value::String(text))) = (self.format, &request.body) {
            print(format_args!("# {}\n\nPOST {url}\n{text}\n", request.title))?;
        }
        let answer = client.post(&url).form(&form).send().await?.error_for_status()?;
        let (version, status) = (answer.version(), answer.status());
        match self.format {
            Format::Text => print(format_args!("{version:?} {status}\n"))?,
            Format::Json => print(exchange(&request, status, &Value::Null))?,
        }
        let answer: Value = answer.json().await?;
        let token = answer["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| Error::Usage("the token endpoint gave no token".into()))
    }

    async fn send(&self, client: &Client, token: &str, request: &Request<'_>) -> Result<(), Error> {
        if self.format == Format::Text {
            print_request(request, token)?;
        }
        let sent = client.request(request.method.clone(), request.url).bearer_auth(token);
        let sent = request.body.iter().fold(sent, |sent, body| sent.json(body));
        let answer = sent.send().await?;
        let (version, status) = (answer.version(), answer.status());
        let body = serde_json::from_str(&answer.text().await?).unwrap_or_default();
        match self.format {
            Format::Text => print_answer(version, status, &body),
            Format::Json => print(exchange(request, status, &body)),
        }
    }
}

/// A request and its answer, as one JSON object.
fn exchange(request: &Request<'_>, status: StatusCode, answer: &Value) -> Value {
    let Request { title, method, url, body } = request;
    json!({
        "title": title,
        "request": {"method": method.as_str(), "url": url, "body": body},
        "answer": {"status": status.as_u16(), "body": answer},
    })
}

fn print_request(request: &Request<'_>, token: &str) -> Result<(), Error> {
    let Request { title, method, url, body } = request;
    print(format_args!("# {title}\n\n{method} {url}"))?;
    print(format_args!("Authorization: Bearer {}...", &token[..16.min(token.len())]))?;
    match body {
        Some(body) => print(format_args!("Content-Type: application/json\n\n{body:#}")),
        None => Ok(()),
    }
}

fn print_answer(version: Version, status: StatusCode, body: &Value) -> Result<(), Error> {
    print(format_args!("\n{version:?} {status}"))?;
    if !body.is_null() {
        print(format_args!("\n{body:#}"))?;
    }
    print("")
}
