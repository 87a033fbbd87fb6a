//! `roster identity`.

use super::{Data, Error, Format, Output, Target, app, arguments, print};
use crate::{directory::managed_identity, store::managed_identity::ManagedIdentity};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum Identity {
    /// Have programs on this machine get tokens of an application, and print the variables by which they ask for them; the header's
    /// value is shown this once, and the one before is refused from then on
    #[command(after_help = "Examples:
  roster identity set my-program
  roster identity set my-program --url https://localhost:8443")]
    Set(Set),

    /// Show of which application programs on this machine get tokens
    #[command(after_help = "Example:
  roster identity show --format json")]
    Show(Place),

    /// Have programs on this machine get no tokens without a secret of their own
    #[command(after_help = "Example:
  roster identity unset")]
    Unset(Place),
}

#[derive(Debug, Args)]
pub(super) struct Set {
    /// The application, by name or client id
    #[arg(value_name = "NAME|APPID")]
    app: String,

    /// The origin at which programs on this machine reach the server
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080", value_parser = arguments::loopback_origin)]
    url: String,

    #[command(flatten)]
    target: Target,
}

/// A directory has one managed identity at most, whichever its tenant is.
#[derive(Debug, Args)]
pub(super) struct Place {
    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    output: Output,
}

impl Identity {
    pub(super) async fn run(self) -> Result<(), Error> {
        match self {
            Self::Set(set) => set.run().await,
            Self::Show(place) => place.show().await,
            Self::Unset(place) => place.unset().await,
        }
    }
}

impl Set {
    async fn run(self) -> Result<(), Error> {
        let opened = self.target.open_to_write().await?;
        let app = self.app.clone();
        let app_id = opened.tenant().read_long(move |tx| app::find_client_id(tx, &app)).await?;
        let secret = app::new_secret()?;
        let digest = secret.digest();
        if !opened.tenant().write(move |tx| managed_identity::set(tx, app_id, &digest)).await? {
            return Err(app::unknown(app_id));
        }
        let variables = [
            ("IDENTITY_ENDPOINT", format!("{}/msi/token", self.url)),
            ("IDENTITY_HEADER", secret.reveal().to_owned()),
            ("AZURE_POD_IDENTITY_AUTHORITY_HOST", self.url),
        ];
        match self.target.output.format {
            Format::Text => {
                variables.iter().try_for_each(|(name, value)| print(format_args!("{name}={value}")))
            }
            Format::Json => {
                let names = variables.map(|(name, value)| (name.to_owned(), Value::from(value)));
                let environment: Value = names.into_iter().collect();
                print(json!({
                    "tenant": opened.tenant.id.to_string(),
                    "clientId": app_id.to_string(),
                    "environment": environment,
                }))
            }
        }
    }
}

impl Place {
    async fn show(self) -> Result<(), Error> {
        let (_folder, store) = self.data.open_to_read()?;
        let found = store.managed_identity().await?.ok_or_else(none)?;
        let ManagedIdentity { tenant, app_id, service_principal, .. } = found;
        match self.output.format {
            Format::Text => print(format_args!(
                "tenant            {}\nclient id         {app_id}\nservice principal {service_principal}",
                tenant.id
            )),
            Format::Json => print(json!({
                "tenant": tenant.id.to_string(),
                "clientId": app_id.to_string(),
                "servicePrincipal": service_principal.to_string(),
            })),
        }
    }

    async fn unset(self) -> Result<(), Error> {
        let (_folder, store) = self.data.open_to_write().await?;
        if !store.unset_managed_identity().await? {
            return Err(none());
        }
        match self.output.format {
            Format::Text => {
                print("programs on this machine get no tokens any more without a secret of their own")
            }
            Format::Json => print(json!({"managedIdentity": null})),
        }
    }
}

fn none() -> Error {
    Error::Usage("there is no managed identity: name one with `roster identity set`".into())
}
