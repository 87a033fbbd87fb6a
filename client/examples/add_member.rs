//! Adds a member to a group and lists the members. Against a server that was started with `roster serve
//! --sample`, or against Graph itself by another base URL and token:
//!
//! ```text
//! GRAPH_URL=http://127.0.0.1:8080/v1.0 GRAPH_TOKEN=... cargo run -p roster-client --example add_member -- GROUP MEMBER
//! ```

use futures::TryStreamExt;
use roster_client::{Failure, connect, types::ReferenceCreate};
use std::{env, error::Error, num::NonZeroU32, pin::pin};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: add_member GROUP MEMBER";
    let [group, member] =
        [1, 2].map(|at| env::args().nth(at).ok_or(usage)?.parse::<Uuid>().map_err(|_| usage));
    let (group, member) = (group?, member?);
    let url = env::var("GRAPH_URL").unwrap_or_else(|_| "http://127.0.0.1:8080/v1.0".into());
    let graph = connect(&url, env::var("GRAPH_TOKEN")?)?;

    let reference = ReferenceCreate::builder()
        .odata_id(format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}"));
    match graph.add_group_member().id(group).body(reference).send().await {
        Ok(answer) => println!("added: {}", answer.status()),
        Err(error) => println!("refused: {}", Failure::of(&error).ok_or(error)?),
    }

    let mut members = pin!(graph.members(group, NonZeroU32::MIN.saturating_add(99)));
    while let Some(member) = members.try_next().await? {
        println!("{} {}", member.odata_type, member.display_name.unwrap_or_default());
    }
    Ok(())
}
