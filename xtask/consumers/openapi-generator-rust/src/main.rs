//! Adds a member to a group twice, lists the members and counts them, with the client that openapi-generator generates for Rust.

use graph::apis::{Error, configuration::Configuration, group_members_api as members, groups_api as groups};
use graph::models::{GroupCreate, ODataErrors, ReferenceCreate};
use serde_json::Value;
use std::env;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = env::var("ROSTER")?;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "5a3e0000-0000-4000-8000-0000000000aa"),
        ("client_secret", "sample-secret-which-everybody-knows"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let endpoint = format!("{server}/5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token");
    let token: Value = reqwest::Client::new().post(endpoint).form(&form).send().await?.json().await?;
    let mut graph = Configuration::new();
    graph.base_path = format!("{server}/v1.0");
    graph.oauth_access_token = token["access_token"].as_str().map(str::to_owned);

    let typists = GroupCreate::new("Typists".into(), false, "typists".into(), true);
    let group = groups::create_group(&graph, typists).await?.id.ok_or("no id")?;
    let ada = "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101";
    for _ in 0..2 {
        match members::add_group_member(&graph, &group, ReferenceCreate::new(ada.into())).await {
            Ok(()) => println!("added"),
            Err(Error::ResponseError(refused)) => {
                let said = serde_json::from_str::<ODataErrors>(&refused.content)?.error;
                println!("refused: {}: {}", said.code, said.message);
            }
            Err(error) => return Err(error.into()),
        }
    }

    let listed =
        members::list_group_members(&graph, &group, None, None, None, None, None, None, None, None, None)
            .await?;
    for member in listed.value {
        println!("listed: {}", member.display_name.flatten().unwrap_or_default());
    }
    println!("counted: {}", members::count_group_members(&graph, &group, "eventual", None, None).await?);
    Ok(())
}
