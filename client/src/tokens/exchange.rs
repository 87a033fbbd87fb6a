//! What the grants at the token endpoint have in common: tokens for a grant that counts again and again, or for the newest refresh token.

use super::{application::ClientApplication, endpoint::Granted, renewed::Grant};
use crate::{TokenError, Transport};
use std::{fmt, sync::Arc};

/// A grant of an application's.
#[derive(Clone)]
pub(super) struct Exchange {
    pub application: ClientApplication,
    /// Without one, tokens are for whatever was granted.
    pub scope: Option<String>,
    /// The fields of a grant that counts each time. What counts once, such as a code, was exchanged before.
    pub grant: Option<Arc<[(&'static str, String)]>>,
}

impl Exchange {
    pub(super) fn new<const N: usize>(
        application: ClientApplication,
        scope: &str,
        grant: [(&'static str, &str); N],
    ) -> Self {
        let grant = grant.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        Self { application, scope: Some(scope.into()), grant: Some(grant) }
    }

    async fn post<'a>(
        &'a self,
        transport: Transport<'_>,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Granted, TokenError> {
        let scope = self.scope.as_deref().map(|scope| ("scope", scope));
        let fields: Vec<_> = fields.into_iter().chain(scope).collect();
        self.application.ask(transport, &fields).await
    }

    async fn refresh<'a>(
        &'a self,
        transport: Transport<'_>,
        refresh_token: &'a str,
    ) -> Result<Granted, TokenError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let granted = self.post(transport, fields).await?;
        // An authority that gives no next one leaves this one good (RFC 6749, 6).
        let next = granted.refresh_token.or_else(|| Some(refresh_token.to_owned()));
        Ok(Granted { refresh_token: next, ..granted })
    }
}

impl Grant for Exchange {
    async fn ask(
        &self,
        transport: Transport<'_>,
        refresh_token: Option<String>,
    ) -> Result<Granted, TokenError> {
        let refreshed = match &refresh_token {
            Some(refresh_token) => Some(self.refresh(transport, refresh_token).await),
            None => None,
        };
        match (refreshed, &self.grant) {
            (Some(refreshed @ (Ok(_) | Err(TokenError::Failed(_)))), _) | (Some(refreshed), None) => {
                refreshed
            }
            (_, Some(grant)) => {
                self.post(transport, grant.iter().map(|(name, value)| (*name, &**value))).await
            }
            (None, None) => Err(TokenError::Ended),
        }
    }
}

/// Without the grant.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("application", &self.application)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
