//! `roster tenant`.

use super::{Data, Error, print};
use crate::model::ids::TenantId;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant, and print its id
    Create {
        /// Its id [default: a new one]
        #[arg(long, value_name = "TENANT")]
        id: Option<TenantId>,

        #[command(flatten)]
        data: Data,
    },
}

impl TenantCommand {
    pub(super) async fn run(self) -> Result<(), Error> {
        let Self::Create { id, data } = self;
        let (_folder, store) = data.open_or_create()?;
        let id = id.unwrap_or_else(TenantId::random);
        let taken = || Error::Impossible(format!("there is a tenant {id} already"));
        store.create_tenant(id).await?.ok_or_else(taken)?;
        print(id)
    }
}
