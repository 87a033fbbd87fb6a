//! `roster app`.

use super::{Data, Error, Format, TenantChoice};
use crate::{
    auth::secrets::Secret,
    directory::{applications, applications::Registration},
    model::permissions::Permission,
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
        let (_folder, store) = data.open()?;
        let tenant = tenant.find(&store).await?;
        let secret = Secret::random().map_err(|error| Error::Impossible(error.to_string()))?;
        let registration = Registration::new(name, role, &secret);
        let app_id = registration.app_id;
        store.tenant(tenant).write(move |tx| applications::register(tx, &registration)).await?;
        match format {
            Format::Text => {
                println!("tenant        {}", tenant.id);
                println!("client id     {app_id}");
                println!("client secret {}", secret.reveal());
            }
            Format::Json => {
                let (tenant, app_id) = (tenant.id.to_string(), app_id.to_string());
                println!(
                    "{}",
                    json!({"tenant": tenant, "clientId": app_id, "clientSecret": secret.reveal()})
                );
            }
        }
        Ok(())
    }
}
