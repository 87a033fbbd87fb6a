//! `roster check`.

use super::{Data, Error, Format, Output, TenantChoice, print};
use crate::store::{Found, Tenant};
use clap::Args;
use serde_json::{Value, json};

/// Objects that are named at most of those that are indexed wrongly.
const NAMED: usize = 10;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  roster check")]
pub(super) struct Check {
    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    tenant: TenantChoice,

    #[command(flatten)]
    output: Output,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Error> {
        let (_folder, store) = self.data.open_to_read()?;
        let tenants = match self.tenant.tenant {
            Some(_) => vec![self.tenant.find(&store).await?],
            None => store.tenants(usize::MAX).await?,
        };
        let (mut listed, mut is_sound) = (Vec::new(), true);
        for tenant in tenants {
            let found = store.check_index(tenant).await?;
            is_sound &= found.as_ref().is_none_or(Found::is_sound);
            match self.output.format {
                Format::Text => print(format_args!("{}  {}", tenant.id, words(found.as_ref())))?,
                Format::Json => listed.push(as_json(tenant, found.as_ref())),
            }
        }
        if self.output.format == Format::Json {
            print(json!({"tenants": listed}))?;
        }
        let wrong = "the index is wrong: stop the server, delete the files that begin with `index.sqlite`, and start it again; \
                     it makes a new one";
        if is_sound { Ok(()) } else { Err(Error::Usage(wrong.into())) }
    }
}

fn words(found: Option<&Found>) -> String {
    match found {
        None => "not indexed".into(),
        Some(found) if found.is_sound() => format!("{} objects, indexed as they are", found.objects),
        Some(Found { objects, different, .. }) if different.is_empty() => {
            format!("{objects} objects, not all found by their values and no others")
        }
        Some(Found { objects, different, .. }) => {
            let named: Vec<_> = different.iter().take(NAMED).map(ToString::to_string).collect();
            format!("{objects} objects, {} indexed wrongly, such as {}", different.len(), named.join(", "))
        }
    }
}

fn as_json(tenant: Tenant, found: Option<&Found>) -> Value {
    let found = found.map(|found| {
        let different: Vec<_> = found.different.iter().map(ToString::to_string).collect();
        json!({"objects": found.objects, "isSound": found.is_sound(), "wronglyIndexed": different})
    });
    json!({"tenant": tenant.id.to_string(), "index": found})
}
