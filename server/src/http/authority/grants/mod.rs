//! The grants: each file is how one of them is exchanged for tokens.

mod authorization_code;
mod client_credentials;
mod device_code;
mod on_behalf_of;
mod password;
mod refresh_token;

use super::{faults::OAuthFault, token_request::TokenRequest};
use axum::response::Response;

/// A grant, by its `grant_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GrantType {
    /// RFC 6749, 4.1.
    AuthorizationCode,
    /// RFC 6749, 4.4.
    ClientCredentials,
    /// RFC 8628.
    DeviceCode,
    /// RFC 7523, 2.1, as Entra has it.
    OnBehalfOf,
    /// RFC 6749, 4.3.
    Password,
    /// RFC 6749, 6.
    RefreshToken,
}

impl GrantType {
    /// Each by its name. Version 1.0 names the device's code shortly.
    const NAMES: [(&str, Self); 7] = [
        ("authorization_code", Self::AuthorizationCode),
        ("client_credentials", Self::ClientCredentials),
        ("device_code", Self::DeviceCode),
        ("password", Self::Password),
        ("refresh_token", Self::RefreshToken),
        ("urn:ietf:params:oauth:grant-type:device_code", Self::DeviceCode),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", Self::OnBehalfOf),
    ];

    pub(super) fn read(name: &str) -> Result<Self, OAuthFault> {
        let found = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, grant_type)| grant_type).ok_or_else(|| OAuthFault::GrantType(name.into()))
    }
}

/// Exchanges a grant.
pub(super) async fn exchange(
    grant_type: GrantType,
    request: &TokenRequest<'_>,
) -> Result<Response, OAuthFault> {
    match grant_type {
        GrantType::AuthorizationCode => authorization_code::exchange(request).await,
        GrantType::ClientCredentials => client_credentials::exchange(request).await,
        GrantType::DeviceCode => device_code::exchange(request).await,
        GrantType::OnBehalfOf => on_behalf_of::exchange(request).await,
        GrantType::Password => password::exchange(request).await,
        GrantType::RefreshToken => refresh_token::exchange(request).await,
    }
}
