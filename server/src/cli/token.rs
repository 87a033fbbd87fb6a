//! `roster token`: prints one token and nothing else.

use super::{Data, Error, TenantChoice, log, print};
use crate::{
    auth::tokens::{self, LIFETIME_SECONDS, Subject},
    directory::{self, applications},
    model::{ids::AppId, permissions::Permission, values::Document},
    odata::reference::Key,
    store::{self, ReadTx, Store, Tenant, folder},
};
use clap::Args;
use std::str::FromStr;

/// Who issues tokens that no server was asked for.
const ISSUER: &str = "https://roster.local";

#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    tenant: TenantChoice,

    /// A user, by sign-in name or id: the token holds delegated permissions
    #[arg(long, value_name = "UPN", required_unless_present = "app", conflicts_with = "app")]
    user: Option<String>,

    /// Delegated permissions of the token
    #[arg(long, value_name = "SCOPE", num_args = 1.., required_unless_present = "app", conflicts_with = "app")]
    scope: Vec<String>,

    /// An application, by name or client id: the token holds application permissions
    #[arg(long, value_name = "NAME|APPID")]
    app: Option<String>,

    /// Application permissions of the token [default: those granted to the application]
    #[arg(long, value_name = "ROLE", num_args = 1.., requires = "app")]
    role: Vec<String>,

    /// How long the token lives; negative makes one that has expired
    #[arg(long, value_name = "SECONDS", default_value_t = LIFETIME_SECONDS, allow_negative_numbers = true)]
    expires_in: i64,

    /// The origin that the token names as its issuer
    #[arg(long, value_name = "URL", env = "ROSTER_PUBLIC_URL", default_value = ISSUER)]
    public_url: String,
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Error> {
        let (folder, store) = self.data.open()?;
        let tenant = self.tenant.find(&store).await?;
        warn_of_unknown(self.scope.iter().chain(&self.role));
        let subject = match (&self.user, &self.app) {
            (Some(user), _) => user_subject(&store, tenant, user, self.scope).await?,
            (None, app) => app_subject(&store, tenant, app.as_deref().unwrap_or_default(), self.role).await?,
        };
        let keys = folder::keys(folder.path())?;
        let now = store.clock().now();
        let origin = self.public_url.trim_end_matches('/');
        let token = tokens::sign(&keys, origin, tenant.id, &subject, now, self.expires_in)?;
        print(token)
    }
}

fn warn_of_unknown<'n>(names: impl Iterator<Item = &'n String>) {
    for name in names.filter(|name| Permission::from_str(name).is_err()) {
        log::say(format_args!(
            "warning: '{name}' is not a permission that Roster knows; it grants nothing here"
        ));
    }
}

async fn user_subject(
    store: &Store,
    tenant: Tenant,
    user: &str,
    scopes: Vec<String>,
) -> Result<Subject, Error> {
    let key = Key::read(user.into());
    let found = store.tenant(tenant).read(|tx| directory::users::find(tx, &key)).await?;
    let name = |document: &Document| document.values()?.get("userPrincipalName")?.as_str().map(str::to_owned);
    let user_principal_name = found.document.as_ref().and_then(name).unwrap_or_default();
    Ok(Subject::User { id: found.id, user_principal_name, scopes })
}

async fn app_subject(store: &Store, tenant: Tenant, app: &str, roles: Vec<String>) -> Result<Subject, Error> {
    let identity = store.tenant(tenant).read(|tx| find_identity(tx, app)).await?;
    let roles = if roles.is_empty() { identity.roles } else { roles };
    Ok(Subject::Application { app_id: identity.app_id, id: identity.service_principal, roles })
}

fn find_identity(tx: &ReadTx<'_>, app: &str) -> Result<applications::Identity, Error> {
    let app_id = match (AppId::from_str(app), store::applications::named(tx, app)?.as_slice()) {
        (Ok(app_id), _) | (Err(_), &[app_id]) => app_id,
        (Err(_), []) => return Err(Error::Impossible(format!("there is no application named '{app}'"))),
        (Err(_), _) => {
            let message = format!("several applications are named '{app}': choose one by its client id");
            return Err(Error::Impossible(message));
        }
    };
    let none = || Error::Impossible(format!("there is no application with the client id {app_id}"));
    applications::identity(tx, app_id)?.ok_or_else(none)
}
