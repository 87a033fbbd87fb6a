//! Creates a group, adds a member to it twice and follows the pages of a list.

use futures::TryStreamExt;
use roster_client::{ClientCredentials, GraphError, connect_with, required, types};
use std::{env, error::Error};
use uuid::{Uuid, uuid};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::var("ROSTER").unwrap_or_else(|_| "http://127.0.0.1:8080".into());
    let (tenant, sample) = ("5a3e0000-0000-4000-8000-000000000000", "5a3e0000-0000-4000-8000-0000000000aa");
    let credentials = ClientCredentials::new(&server, tenant, sample, "sample-secret-which-everybody-knows");
    let graph = connect_with(&format!("{server}/v1.0"), credentials)?;

    let group = required::GroupCreate {
        display_name: "Typists".into(),
        mail_enabled: false,
        mail_nickname: "typists".into(),
        security_enabled: true,
    };
    let group = graph.create_group().body(group).send().await?;
    let group: Uuid = group.id.as_deref().ok_or("no id")?.parse()?;
    let ada = uuid!("5a3e0000-0000-4000-8000-000000000101");
    for _ in 0..2 {
        match graph.add_member(group, ada).await {
            Ok(()) => println!("added"),
            Err(GraphError::Refused(said)) => println!("refused: {}: {}", said.code, said.message),
            Err(error) => return Err(error.into()),
        }
    }

    let first = graph.list_groups().top(2_u32).send();
    let groups: Vec<_> = graph.items::<types::GroupCollection>(first).try_collect().await?;
    println!("{} groups", groups.len());
    Ok(())
}
