//! `roster tenant`.

use super::{Data, Error, Format, Opened, Output, Target, arguments, print, server::in_batches};
use crate::{
    directory::{objects, well_known_applications},
    model::{
        domains::{DomainName, TenantName},
        ids::TenantId,
        kinds::ObjectKind,
    },
    store::{self, Progress, ReadTx, Store, Tenant, WriteTx, domains::Given},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a server that runs on the same folder has for its writes between two batches of a deletion, at least: longer than it
/// waits at first between two looks whether it is its turn.
const PAUSE: Duration = Duration::from_millis(30);

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant, and print its id
    #[command(after_help = "Example:
  roster tenant create --domain contoso.example")]
    Create {
        /// Its id [default: a new one]
        #[arg(long, value_name = "TENANT")]
        id: Option<TenantId>,

        /// A domain that it has besides its initial one; the first is its default; repeatable
        #[arg(long, value_name = "NAME", value_parser = arguments::domain)]
        domain: Vec<DomainName>,

        #[command(flatten)]
        data: Data,

        #[command(flatten)]
        output: Output,
    },

    /// Give a tenant another domain
    #[command(after_help = "Example:
  roster tenant add-domain contoso.example")]
    AddDomain {
        /// The domain
        #[arg(value_name = "NAME", value_parser = arguments::domain)]
        domain: DomainName,

        #[command(flatten)]
        target: Target,
    },

    /// List the tenants: their domains, and how many users, groups and applications each has
    #[command(after_help = "Example:
  roster tenant list")]
    List {
        #[command(flatten)]
        data: Data,

        #[command(flatten)]
        output: Output,
    },

    /// Delete a tenant and all that it holds, for good
    #[command(after_help = "Example:
  roster tenant delete 8fcb5dbc-d5aa-4681-8e31-b001d5168d79 --yes")]
    Delete(Delete),
}

#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The tenant, by its id or one of its domains
    tenant: TenantName,

    /// Don't ask back: nothing of it can be restored
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    output: Output,
}

impl TenantCommand {
    pub(super) async fn run(self) -> Result<(), Error> {
        match self {
            Self::Create { id, domain, data, output } => create(id, domain, &data, output.format).await,
            Self::AddDomain { domain, target } => add_domain(domain, &target).await,
            Self::List { data, output } => list(&data, output.format).await,
            Self::Delete(delete) => delete.run().await,
        }
    }
}

async fn create(
    id: Option<TenantId>,
    domains: Vec<DomainName>,
    data: &Data,
    format: Format,
) -> Result<(), Error> {
    let (_folder, store) = data.open_or_create().await?;
    let id = id.unwrap_or_else(TenantId::random);
    let fill = |tx: &WriteTx<'_>| Ok::<_, Error>(well_known_applications::give(tx)?);
    let tenant = store.create_tenant(id, domains, fill).await?;
    match format {
        Format::Text => print(tenant.id),
        Format::Json => print(json!({"tenant": tenant.id.to_string()})),
    }
}

async fn add_domain(domain: DomainName, target: &Target) -> Result<(), Error> {
    let Opened { folder: _folder, store, tenant } = target.open_to_write().await?;
    match store.add_domain(tenant, domain.clone()).await? {
        Given::New => match target.output.format {
            Format::Text => print(format_args!("the tenant {} has the domain {domain}", tenant.id)),
            Format::Json => print(json!({"tenant": tenant.id.to_string(), "domain": domain.to_string()})),
        },
        Given::Present => Err(Error::Usage(format!("the tenant has the domain {domain} already"))),
        Given::Taken => Err(Error::DomainTaken(domain)),
    }
}

/// How much a tenant holds.
struct Size {
    users: u64,
    groups: u64,
    applications: u64,
}

impl Size {
    async fn of(store: &Store, tenant: Tenant) -> Result<Self, Error> {
        let count = |tx: &ReadTx<'_>| {
            Ok(Self {
                users: objects::count(tx, ObjectKind::User)?,
                groups: objects::count(tx, ObjectKind::Group)?,
                applications: objects::count(tx, ObjectKind::Application)?,
            })
        };
        store.tenant(tenant).read(count).await
    }

    fn words(&self) -> String {
        let Self { users, groups, applications } = self;
        format!("{users} users, {groups} groups, {applications} applications")
    }
}

async fn list(data: &Data, format: Format) -> Result<(), Error> {
    let (_folder, store) = data.open_to_read()?;
    let mut listed = Vec::new();
    for tenant in store.tenants(usize::MAX).await? {
        let size = Size::of(&store, tenant).await?;
        let domains: Vec<_> = store.domains(tenant).await?.iter().map(ToString::to_string).collect();
        match format {
            Format::Text => {
                print(format_args!("{}  {}  {}", tenant.id, domains.join(", "), size.words()))?;
            }
            Format::Json => listed.push(as_json(tenant, &domains, &size)),
        }
    }
    match format {
        Format::Text => Ok(()),
        Format::Json => print(json!({"tenants": listed})),
    }
}

fn as_json(tenant: Tenant, domains: &[String], size: &Size) -> Value {
    let Size { users, groups, applications } = size;
    json!({"tenant": tenant.id.to_string(), "domains": domains, "users": users, "groups": groups,
        "applications": applications})
}

impl Delete {
    async fn run(self) -> Result<(), Error> {
        let (_folder, store) = self.data.open_to_write().await?;
        let none = || Error::Usage(format!("there is no tenant {} here", self.tenant));
        let tenant = store.named_tenant(&self.tenant).await?.ok_or_else(none)?;
        let id = tenant.id;
        if !self.yes {
            let size = Size::of(&store, tenant).await?.words();
            return Err(Error::Usage(format!(
                "the tenant {id} has {size}, and none of it can be restored: add --yes if it is to be deleted"
            )));
        }
        if !store.delete_tenant(tenant).await? {
            return Err(none());
        }
        in_batches("taking away what the tenant held", || clear(&store)).await;
        match self.output.format {
            Format::Text => print(format_args!("deleted the tenant {id}")),
            Format::Json => print(json!({"deleted": id.to_string()})),
        }
    }
}

/// Deletes a batch of what deleted tenants held, and leaves a server as much time for its own writes.
async fn clear(store: &Store) -> Result<Progress, store::Error> {
    let began = Instant::now();
    let batch = store.clear_deleted_tenants().await?;
    if batch == Progress::Unfinished {
        tokio::time::sleep(began.elapsed().max(PAUSE)).await;
    }
    Ok(batch)
}
