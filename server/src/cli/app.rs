//! `roster app`.

use super::{Error, Format, Opened, Target, arguments, print};
use crate::{
    auth::secrets::Secret,
    directory::{
        applications::{self, Overview, Registration},
        password_credentials::NewPassword,
    },
    model::{ids::AppId, permissions::Permission},
    store::{self, ReadTx, Tenant},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::str::FromStr;

#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Register an application, and print its client id and its secret, which is shown this once
    #[command(after_help = "Example:
  roster app create my-program --role Group.ReadWrite.All,User.Read.All")]
    Create(Create),

    /// List the applications
    #[command(after_help = "Example:
  roster app list --format json")]
    List(Target),

    /// Show an application: its ids and roles, and how many secrets it has
    #[command(after_help = "Example:
  roster app show my-program")]
    Show(Existing),

    /// Delete an application: it gets no tokens any more, and those that it has are refused
    #[command(after_help = "Example:
  roster app delete my-program")]
    Delete(Existing),

    /// Give an application a new secret, which is shown this once; the ones before it are refused from then on
    #[command(after_help = "Example:
  roster app rotate-secret my-program")]
    RotateSecret(Existing),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// Its name
    name: String,

    /// Application permissions that are granted to it, separated by commas; the flag can stand several times
    #[arg(long, value_name = "ROLE", required = true, value_delimiter = ',', value_parser = arguments::role(),
        ignore_case = true)]
    role: Vec<Permission>,

    /// More of them, as in `roster app create NAME --role A B`
    #[arg(hide = true, value_parser = arguments::role(), ignore_case = true)]
    more: Vec<Permission>,

    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
pub(super) struct Existing {
    /// The application, by name or client id
    #[arg(value_name = "NAME|APPID")]
    app: String,

    #[command(flatten)]
    target: Target,
}

impl App {
    pub(super) async fn run(self) -> Result<(), Error> {
        match self {
            Self::Create(create) => create.run().await,
            Self::List(target) => list(&target).await,
            Self::Show(existing) => existing.show().await,
            Self::Delete(existing) => existing.delete().await,
            Self::RotateSecret(existing) => existing.rotate_secret().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), Error> {
        let opened = self.target.open_to_write().await?;
        let secret = new_secret()?;
        let registration = Registration::new(self.name, [self.role, self.more].concat(), &secret);
        let app_id = registration.app_id;
        opened.tenant().write(move |tx| applications::register(tx, &registration)).await?;
        print_secret(self.target.output.format, opened.tenant, app_id, &secret)
    }
}

async fn list(target: &Target) -> Result<(), Error> {
    let opened = target.open_to_read().await?;
    let apps = opened.tenant().read_long(applications::all).await?;
    match target.output.format {
        Format::Text => apps.iter().try_for_each(|app| print(format_args!("{}  {}", app.app_id, app.name))),
        Format::Json => {
            let apps: Vec<Value> = apps.iter().map(|app| as_json(opened.tenant, app)).collect();
            print(json!({"applications": apps}))
        }
    }
}

impl Existing {
    /// The application's client id.
    async fn find(&self, opened: &Opened) -> Result<AppId, Error> {
        let app = self.app.clone();
        opened.tenant().read_long(move |tx| find_client_id(tx, &app)).await
    }

    async fn show(self) -> Result<(), Error> {
        let opened = self.target.open_to_read().await?;
        let app_id = self.find(&opened).await?;
        let found = opened.tenant().read(move |tx| applications::overview(tx, app_id)).await?;
        let app = found.ok_or_else(|| unknown(app_id))?;
        match self.target.output.format {
            Format::Text => print_overview(opened.tenant, &app),
            Format::Json => print(as_json(opened.tenant, &app)),
        }
    }

    async fn delete(self) -> Result<(), Error> {
        let opened = self.target.open_to_write().await?;
        let app_id = self.find(&opened).await?;
        if !opened.tenant().write(move |tx| applications::remove(tx, app_id)).await? {
            return Err(unknown(app_id));
        }
        match self.target.output.format {
            Format::Text => print(format_args!("deleted the application {app_id}")),
            Format::Json => print(json!({"deleted": app_id.to_string()})),
        }
    }

    async fn rotate_secret(self) -> Result<(), Error> {
        let opened = self.target.open_to_write().await?;
        let app_id = self.find(&opened).await?;
        let secret = new_secret()?;
        let new = NewPassword::of(&secret);
        if !opened.tenant().write(move |tx| applications::rotate_secret(tx, app_id, &new)).await? {
            return Err(unknown(app_id));
        }
        print_secret(self.target.output.format, opened.tenant, app_id, &secret)
    }
}

/// The client id of the application of this name or client id.
pub(super) fn find_client_id(tx: &ReadTx<'_>, app: &str) -> Result<AppId, Error> {
    match (AppId::from_str(app), store::applications::named(tx, app)?.as_slice()) {
        (Ok(app_id), _) | (Err(_), &[app_id]) => Ok(app_id),
        (Err(_), []) => Err(Error::Usage(format!("there is no application named '{app}'"))),
        (Err(_), _) => {
            let message = format!("several applications are named '{app}': choose one by its client id");
            Err(Error::Usage(message))
        }
    }
}

pub(super) fn unknown(app_id: AppId) -> Error {
    Error::Usage(format!("there is no application with the client id {app_id}"))
}

pub(super) fn new_secret() -> Result<Secret, Error> {
    Secret::random().map_err(|error| Error::Usage(error.to_string()))
}

/// Shows a secret, this once.
fn print_secret(format: Format, tenant: Tenant, app_id: AppId, secret: &Secret) -> Result<(), Error> {
    let (tenant, app_id, secret) = (tenant.id.to_string(), app_id.to_string(), secret.reveal());
    match format {
        Format::Text => {
            print(format_args!("tenant        {tenant}\nclient id     {app_id}\nclient secret {secret}"))
        }
        Format::Json => print(json!({"tenant": tenant, "clientId": app_id, "clientSecret": secret})),
    }
}

fn print_overview(tenant: Tenant, app: &Overview) -> Result<(), Error> {
    let service_principal = app.service_principal.map_or("none".into(), |id| id.to_string());
    let roles = if app.roles.is_empty() { "none".into() } else { app.roles.join(", ") };
    print(format_args!(
        "name              {}\ntenant            {}\nclient id         {}\napplication       {}\nservice principal {}\nroles             {}\nsecrets           {}",
        app.name, tenant.id, app.app_id, app.application, service_principal, roles, app.secrets
    ))
}

fn as_json(tenant: Tenant, app: &Overview) -> Value {
    json!({
        "name": app.name,
        "tenant": tenant.id.to_string(),
        "clientId": app.app_id.to_string(),
        "application": app.application.to_string(),
        "servicePrincipal": app.service_principal.map(|id| id.to_string()),
        "roles": app.roles,
        "secrets": app.secrets,
    })
}
