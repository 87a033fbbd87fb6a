//! Tokens for a user whose password a program has (RFC 6749, 4.3).

use super::{application::ClientApplication, exchange::Exchange, of_sign_in, renewed::Renewed};

/// Tokens for a user whose name and password a program has. It is for tests: no second factor is asked for, and servers refuse it unless
/// they are told otherwise (`--allow-password-grant`). The password is sent at first, and again where the refresh token is refused.
#[derive(Clone)]
pub struct UsernamePassword(pub(super) Renewed<Exchange>);

impl UsernamePassword {
    /// The user of this sign-in name and password.
    pub fn new(application: ClientApplication, username: &str, password: &str, scope: &str) -> Self {
        let grant = [("grant_type", "password"), ("username", username), ("password", password)];
        Self(Renewed::new(Exchange::new(application, &of_sign_in(scope), grant)))
    }
}
