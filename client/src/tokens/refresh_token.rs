//! Tokens for a user who has signed in: OAuth's refresh tokens (RFC 6749, 6).

use super::{application::ClientApplication, endpoint::Granted, exchange::Exchange, renewed::Renewed};
use tokio::time::Instant;

/// Tokens for a user who has signed in, by [`AuthorizationCode`](crate::AuthorizationCode) or [`DeviceCode`](crate::DeviceCode), or
/// elsewhere and before. A token is kept and renewed five minutes before it ends. Each refresh token is exchanged once, for tokens and the
/// next one. Clones share both.
#[derive(Clone)]
pub struct RefreshToken(pub(super) Renewed<Exchange>);

impl RefreshToken {
    /// By a refresh token that an application was given before, for these scopes.
    pub fn new(application: ClientApplication, refresh_token: &str, scope: &str) -> Self {
        let renewed = Renewed::new(Exchange { application, scope: Some(scope.into()), grant: None });
        Self(renewed.with_refresh_token(refresh_token))
    }

    /// By the tokens that an application has got for something that counts once.
    pub(super) fn of(
        application: ClientApplication,
        scope: String,
        asked: Instant,
        granted: Granted,
    ) -> Self {
        let renewed = Renewed::new(Exchange { application, scope: Some(scope), grant: None });
        Self(renewed.with(asked, granted))
    }

    /// The newest refresh token, to go on with after a restart. It is as good as a password: keep it where nobody else reads.
    pub async fn refresh_token(&self) -> Option<String> {
        self.0.refresh_token().await
    }
}
