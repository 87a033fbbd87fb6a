//! `roster app`.

use super::{Data, Error, Format, TenantChoice, print};
use crate::{
    auth::secrets::Secret,
    directory::{applications, applications::Registration},
    model::permissions::{Holders, Permission},
};
use clap::Subcommand;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Register an application, and print its client id and its secret, which is shown this once
    Create {
        /// Its name
        name: String,

        /// Application permissions that are granted to it
        #[arg(long, value_name = "ROLE", num_args = 1.., required = true)]
        role: Vec<Permission>,

        #[command(flatten)]
        data: Data,

        #[command(flatten)]
        tenant: TenantChoice,

        /// The form of the output
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

impl App {
    pub(super) async fn run(self) -> Result<(), Error> {
        let Self::Create { name, role, data, tenant, format } = self;
        if let Some(role) = role.iter().find(|role| role.holders() == Holders::Delegated) {
            return Err(Error::Impossible(format!(
                "{role} is for signed-in users alone: no application can hold it"
            )));
        }
        let (_folder, store) = data.open()?;
        let tenant = tenant.find(&store).await?;
        let secret = Secret::random().map_err(|error| Error::Impossible(error.to_string()))?;
        let registration = Registration::new(name, role, &secret);
        let app_id = registration.app_id;
        store.tenant(tenant).write(move |tx| applications::register(tx, &registration)).await?;
        let (tenant, secret) = (tenant.id.to_string(), secret.reveal());
        match format {
            Format::Text => {
                print(format_args!("tenant        {tenant}\nclient id     {app_id}\nclient secret {secret}"))
            }
            Format::Json => {
                let app_id = app_id.to_string();
                print(json!({"tenant": tenant, "clientId": app_id, "clientSecret": secret}))
            }
        }
    }
}
