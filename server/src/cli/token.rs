//! `roster token`: prints one token and nothing else.

use super::{Error, Format, Target, app, arguments, print};
use crate::{
    auth::tokens::{self, LIFETIME_SECONDS, Subject},
    data_folder,
    directory::{self, applications},
    model::{permissions::Permission, values::Document},
    odata::reference::Key,
    store::TenantStore,
};
use clap::Args;
use serde_json::json;

/// Who issues tokens that no server was asked for.
const ISSUER: &str = "https://roster.local";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  roster token --app my-program
  roster token --user ada@contoso.example --scope User.Read,GroupMember.Read.All")]
pub(super) struct Token {
    #[command(flatten)]
    target: Target,

    /// A user, by sign-in name or id: the token holds delegated permissions
    #[arg(long, value_name = "UPN", required_unless_present = "app", conflicts_with = "app")]
    user: Option<String>,

    /// Delegated permissions of the token, separated by commas; the flag can stand several times
    #[arg(long, value_name = "SCOPE", num_args = 1.., value_delimiter = ',', value_parser = arguments::scope(),
        ignore_case = true, required_unless_present = "app", conflicts_with = "app")]
    scope: Vec<Permission>,

    /// An application, by name or client id: the token holds application permissions
    #[arg(long, value_name = "NAME|APPID")]
    app: Option<String>,

    /// Application permissions of the token, separated by commas; the flag can stand several times [default: those granted
    /// to the application]
    #[arg(long, value_name = "ROLE", num_args = 1.., value_delimiter = ',', value_parser = arguments::role(),
        ignore_case = true, requires = "app")]
    role: Vec<Permission>,

    /// How long the token lives; negative makes one that has expired
    #[arg(long, value_name = "SECONDS", default_value_t = LIFETIME_SECONDS, allow_negative_numbers = true)]
    expires_in: i64,

    /// The origin that the token names as its issuer
    #[arg(long, value_name = "URL", env = "ROSTER_PUBLIC_URL", default_value = ISSUER)]
    public_url: String,
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Error> {
        let opened = self.target.open_to_read().await?;
        let subject = match (&self.user, &self.app) {
            (Some(user), _) => user_subject(&opened.tenant(), user, names(&self.scope)).await?,
            (None, app) => {
                app_subject(&opened.tenant(), app.as_deref().unwrap_or_default(), names(&self.role)).await?
            }
        };
        let keys = data_folder::keys(opened.folder.path())?;
        let now = opened.store.clock().now();
        let origin = self.public_url.trim_end_matches('/');
        let token = tokens::sign(&keys, origin, opened.tenant.id, &subject, now, self.expires_in)?;
        match self.target.output.format {
            Format::Text => print(token),
            Format::Json => {
                let tenant = opened.tenant.id.to_string();
                print(json!({"tenant": tenant, "accessToken": token, "expiresIn": self.expires_in}))
            }
        }
    }
}

fn names(permissions: &[Permission]) -> Vec<String> {
    permissions.iter().map(ToString::to_string).collect()
}

async fn user_subject(tenant: &TenantStore<'_>, user: &str, scopes: Vec<String>) -> Result<Subject, Error> {
    let key = Key::read(user.into());
    let found = tenant.read(move |tx| directory::users::look_up(tx, &key)).await?;
    let name = |document: &Document| document.values()?.get("userPrincipalName")?.as_str().map(str::to_owned);
    let user_principal_name = found.document.as_ref().and_then(name).unwrap_or_default();
    Ok(Subject::User {
        id: found.id,
        user_principal_name,
        display_name: None,
        client: None,
        scopes,
        roles: Vec::new(),
    })
}

async fn app_subject(tenant: &TenantStore<'_>, app: &str, roles: Vec<String>) -> Result<Subject, Error> {
    let app = app.to_owned();
    let identity = tenant.read(move |tx| -> Result<_, Error> {
        let app_id = app::find_client_id(tx, &app)?;
        applications::identity(tx, app_id)?.ok_or_else(|| app::unknown(app_id))
    });
    let identity = identity.await?;
    let roles = if roles.is_empty() { identity.roles } else { roles };
    Ok(Subject::Application { app_id: identity.app_id, id: identity.service_principal, roles })
}
