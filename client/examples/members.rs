//! Gets a token, creates a group, adds a member to it twice and follows the pages of a list.

use futures::TryStreamExt;
use roster_client::{Failure, connect, types};
use std::{env, error::Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::var("ROSTER").unwrap_or_else(|_| "http://127.0.0.1:8080".into());
    let endpoint = format!("{server}/5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token");
    let form = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let (sample, secret) = ("5a3e0000-0000-4000-8000-0000000000aa", "sample-secret-which-everybody-knows");
    let request = reqwest::Client::new().post(endpoint).basic_auth(sample, Some(secret)).form(&form);
    let token: serde_json::Value = request.send().await?.json().await?;
    let graph = connect(&format!("{server}/v1.0"), token["access_token"].as_str().ok_or("no token")?)?;

    let names = types::GroupCreate::builder().display_name("Typists").mail_nickname("typists");
    let group = graph.create_group().body(names.mail_enabled(false).security_enabled(true)).send().await?;
    let id = group.id.as_deref().ok_or("no id")?;
    let ada = "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101";
    for _ in 0..2 {
        let reference = types::ReferenceCreate::builder().odata_id(ada);
        match graph.add_group_member().id(id).body(reference).send().await {
            Ok(_) => println!("added"),
            Err(error) => {
                let Failure { code, message, .. } = Failure::of(&error).ok_or(error)?;
                println!("refused: {code}: {message}");
            }
        }
    }

    let first = graph.list_groups().top(2_u32).send();
    let groups: Vec<_> = graph.items::<types::GroupCollection>(first).try_collect().await?;
    println!("{} groups", groups.len());
    Ok(())
}
