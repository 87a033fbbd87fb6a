//! `roster tenant`.

use super::{Data, Error, TenantChoice, print};
use crate::{
    model::{domains::DomainName, ids::TenantId},
    store::domains::Given,
};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant, and print its id
    Create {
        /// Its id [default: a new one]
        #[arg(long, value_name = "TENANT")]
        id: Option<TenantId>,

        /// A domain that it has besides its initial one; the first is its default [repeatable]
        #[arg(long, value_name = "NAME")]
        domain: Vec<DomainName>,

        #[command(flatten)]
        data: Data,
    },

    /// Give a tenant another domain
    AddDomain {
        /// The domain, such as `contoso.example`
        #[arg(value_name = "NAME")]
        domain: DomainName,

        #[command(flatten)]
        tenant: TenantChoice,

        #[command(flatten)]
        data: Data,
    },
}

impl TenantCommand {
    pub(super) async fn run(self) -> Result<(), Error> {
        match self {
            Self::Create { id, domain, data } => {
                let (_folder, store) = data.open_or_create()?;
                let tenant = store.create_tenant(id.unwrap_or_else(TenantId::random), domain).await?;
                print(tenant.id)
            }
            Self::AddDomain { domain, tenant, data } => {
                let (_folder, store) = data.open()?;
                let tenant = tenant.find(&store).await?;
                match store.add_domain(tenant, domain.clone()).await? {
                    Given::New => Ok(()),
                    Given::Present => {
                        Err(Error::Impossible(format!("the tenant has the domain {domain} already")))
                    }
                    Given::Taken => Err(Error::DomainTaken(domain)),
                }
            }
        }
    }
}
