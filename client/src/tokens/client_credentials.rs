//! Tokens for an application by itself: OAuth's client credentials grant (RFC 6749, 4.4).

use super::{DEFAULT_SCOPE, application::ClientApplication, exchange::Exchange, renewed::Renewed};

/// Tokens for an application by itself. A token is kept and renewed five minutes before it
/// ends. Clones share it, and get one at a time, however many requests wait for it: all of them get that token, or the one
/// failure.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use roster_client::{ClientCredentials, connect_with};
///
/// let authority = "http://127.0.0.1:8080"; // or https://login.microsoftonline.com
/// let tenant = "5a3e0000-0000-4000-8000-000000000000";
/// let application = "5a3e0000-0000-4000-8000-0000000000aa";
/// let credentials =
///     ClientCredentials::new(authority, tenant, application, "sample-secret-which-everybody-knows");
/// let graph = connect_with("http://127.0.0.1:8080/v1.0", credentials)?;
/// graph.token().await?; // fails here where the secret is wrong, say
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientCredentials(pub(super) Renewed<Exchange>);

impl ClientCredentials {
    /// The application with this client id and secret, in this tenant (its id, or one of its domains) of this authority (an
    /// origin, such as `https://login.microsoftonline.com`).
    pub fn new(authority: &str, tenant: &str, client_id: &str, secret: &str) -> Self {
        Self::of(ClientApplication::new(authority, tenant, client_id).client_secret(secret))
    }

    /// This application, which proves itself by a secret or an assertion.
    pub fn of(application: ClientApplication) -> Self {
        let grant = [("grant_type", "client_credentials")];
        Self(Renewed::new(Exchange::new(application, DEFAULT_SCOPE, grant)))
    }

    /// The same with another scope than `https://graph.microsoft.com/.default`, as Graph's national clouds have it. It shares
    /// no token with the one that it was made of.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        Self(Renewed::new(Exchange { scope: Some(scope.into()), ..self.0.grant }))
    }
}
