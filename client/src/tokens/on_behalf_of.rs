//! Tokens for a user who called a service: on behalf of the user (RFC 7523, 2.1, as Entra has it).

use super::{application::ClientApplication, exchange::Exchange, renewed::Renewed};

/// Tokens for the user who called a service, whose token for that service it exchanges. Make one for each token that the service is called
/// with. It is renewed as long as that token is good, and longer with the scope `offline_access`.
///
/// ```no_run
/// # async fn example(token_of_the_caller: &str) -> Result<(), Box<dyn std::error::Error>> {
/// use roster_client::{ClientApplication, OnBehalfOf, connect_with};
///
/// let service = ClientApplication::new("http://127.0.0.1:8080", "contoso.example", "a-client-id").client_secret("a-secret");
/// let caller = OnBehalfOf::new(service, token_of_the_caller, "https://graph.microsoft.com/.default");
/// let graph = connect_with("http://127.0.0.1:8080/v1.0", caller)?;
/// println!("{:?}", graph.get_me().send().await?.display_name);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OnBehalfOf(pub(super) Renewed<Exchange>);

impl OnBehalfOf {
    /// This application, which proves itself by a secret or an assertion, with the token that a user called it with.
    pub fn new(application: ClientApplication, token: &str, scope: &str) -> Self {
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("requested_token_use", "on_behalf_of"),
            ("assertion", token),
        ];
        Self(Renewed::new(Exchange::new(application, scope, grant)))
    }
}
