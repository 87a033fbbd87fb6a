//! `roster check`.

use super::{Data, Error, Format, Output, TenantChoice, print};
use crate::store::{Checked, Found, Tenant};
use clap::Args;
use serde_json::{Value, json};

/// Objects that are named at most of those that are indexed wrongly.
const NAMED: usize = 10;

#[derive(Debug, Args)]
#[command(
    after_help = "It may run beside a server, and holds up none of its writes. Of a tenant with few objects there is no index.
It fails where the index is missing, can't be read or is wrong.

Example:
  roster check"
)]
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
            let checked = store.check_index(tenant)?;
            is_sound &= checked.is_sound();
            match self.output.format {
                Format::Text => print(format_args!("{}  {}", tenant.id, words(&checked)))?,
                Format::Json => listed.push(as_json(tenant, &checked)),
            }
        }
        if self.output.format == Format::Json {
            print(json!({"tenants": listed}))?;
        }
        let wrong = "the index is wrong or missing: stop the server, delete the files that begin with `index.sqlite`, and start it again; \
                     it makes a new one";
        if is_sound { Ok(()) } else { Err(Error::Usage(wrong.into())) }
    }
}

fn words(checked: &Checked) -> String {
    let found = match checked {
        Checked::Unneeded => return "not indexed, as there are few objects".into(),
        Checked::Unfinished => return "not indexed yet: a server does it while it runs".into(),
        Checked::Unusable(reason) => return format!("not indexed, though there are many objects: {reason}"),
        Checked::Compared(found) => found,
    };
    match found {
        found if found.is_sound() => format!("{} objects, indexed as they are", found.objects),
        Found { objects, different, .. } if different.is_empty() => {
            format!("{objects} objects, not all found by their values and no others")
        }
        Found { objects, different, .. } => {
            let named: Vec<_> = different.iter().take(NAMED).map(ToString::to_string).collect();
            format!("{objects} objects, {} indexed wrongly, such as {}", different.len(), named.join(", "))
        }
    }
}

fn as_json(tenant: Tenant, checked: &Checked) -> Value {
    let index = match checked {
        Checked::Unneeded | Checked::Unfinished => Value::Null,
        Checked::Unusable(reason) => json!({"isSound": false, "fault": reason.to_string()}),
        Checked::Compared(found) => {
            let different: Vec<_> = found.different.iter().map(ToString::to_string).collect();
            json!({"objects": found.objects, "isSound": found.is_sound(), "wronglyIndexed": different})
        }
    };
    json!({"tenant": tenant.id.to_string(), "index": index})
}
