//! Where tokens come from: a source for each grant of OAuth's that Entra and Roster have, and for managed identities. What the sources share
//! is renewal; each says what it asks with. Nothing here knows of Graph but the name of its tokens.

mod application;
mod authorization_code;
mod client_credentials;
mod device_code;
mod endpoint;
mod exchange;
mod managed_identity;
mod on_behalf_of;
mod refresh_token;
mod renewed;
mod username_password;

pub use application::ClientApplication;
pub use authorization_code::AuthorizationCode;
pub use client_credentials::ClientCredentials;
pub use device_code::DeviceCode;
pub use managed_identity::ManagedIdentity;
pub use on_behalf_of::OnBehalfOf;
pub use refresh_token::RefreshToken;
pub use username_password::UsernamePassword;

/// Stands for every permission of Graph's that was granted to an application.
const DEFAULT_SCOPE: &str = "https://graph.microsoft.com/.default";

/// Makes what has tokens that are renewed a source of them. What is printed for debugging has no secret and no token.
macro_rules! token_sources {
    ($($source:ident),+) => {$(
        impl crate::TokenSource for $source {
            fn token<'a>(
                &'a self,
                transport: crate::Transport<'a>,
            ) -> futures::future::BoxFuture<'a, Result<String, crate::TokenError>> {
                Box::pin(self.0.token(transport))
            }

            fn forget<'a>(&'a self, refused: &'a str) -> futures::future::BoxFuture<'a, ()> {
                Box::pin(self.0.forget(refused))
            }
        }

        impl std::fmt::Debug for $source {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($source)).field(&self.0.grant).finish()
            }
        }
    )+};
}

token_sources!(ClientCredentials, ManagedIdentity, OnBehalfOf, RefreshToken, UsernamePassword);

/// OAuth's scopes that every sign-in of a user asks for besides: who it is, and a refresh token.
fn of_sign_in(scope: &str) -> String {
    format!("openid profile offline_access {scope}")
}
