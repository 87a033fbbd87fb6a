//! Applications as OAuth's clients: where they ask for tokens, and how they prove who they are.

use super::endpoint::{self, Granted};
use crate::{TokenError, Transport};
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::{borrow::Cow, fmt, sync::Arc};

/// What kind of assertion a client proves itself by (RFC 7523, 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type MakeAssertion = dyn Fn() -> BoxFuture<'static, Result<String, TokenError>> + Send + Sync;

/// An application that asks for tokens, in a tenant of an authority. It is a public client, which can keep no secret, unless it is given
/// a secret or an assertion.
///
/// ```
/// use roster_client::ClientApplication;
///
/// let authority = "http://127.0.0.1:8080"; // or https://login.microsoftonline.com
/// let tenant = "5a3e0000-0000-4000-8000-000000000000";
/// let azure_cli = ClientApplication::new(authority, tenant, "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
/// let service = ClientApplication::new(authority, tenant, "5a3e0000-0000-4000-8000-0000000000aa")
///     .client_secret("sample-secret-which-everybody-knows");
/// // By the token of another issuer, such as a cluster's, for its workload:
/// let workload = ClientApplication::new(authority, tenant, "5a3e0000-0000-4000-8000-0000000000aa")
///     .client_assertion(async || std::fs::read_to_string("/var/run/secrets/azure/tokens/azure-identity-token"));
/// ```
#[derive(Clone)]
pub struct ClientApplication {
    /// The authority's URL for the tenant.
    base: String,
    client_id: String,
    proof: Proof,
}

/// How an application proves who it is.
#[derive(Clone)]
enum Proof {
    None,
    Secret(String),
    Assertion(Arc<MakeAssertion>),
}

impl ClientApplication {
    /// The application with this client id, in this tenant (its id, or one of its domains) of this authority (an origin, such as
    /// `https://login.microsoftonline.com`).
    pub fn new(authority: &str, tenant: &str, client_id: &str) -> Self {
        let base = format!("{}/{tenant}", authority.trim_end_matches('/'));
        Self { base, client_id: client_id.into(), proof: Proof::None }
    }

    /// The same with this secret.
    #[must_use]
    pub fn client_secret(self, secret: &str) -> Self {
        Self { proof: Proof::Secret(secret.into()), ..self }
    }

    /// The same with assertions from this function, which is called for each request for tokens. An assertion is a JWT (RFC 7523): one
    /// that the application signed with the key of its certificate, or the token of another issuer that it trusts (a federated
    /// identity credential). One that is signed here must be new each time (`jti`), and be for the token endpoint (`aud`).
    #[must_use]
    pub fn client_assertion<F, A, E>(self, make: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<String, E>> + Send + 'static,
        E: fmt::Display,
    {
        let make = move || -> BoxFuture<'static, Result<String, TokenError>> {
            let made = make();
            Box::pin(async move {
                made.await.map_err(|error| TokenError::Failed(format!("no client assertion: {error}")))
            })
        };
        Self { proof: Proof::Assertion(Arc::new(make)), ..self }
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The URL of one of the authority's endpoints for the tenant.
    pub(super) fn endpoint(&self, name: &str) -> String {
        format!("{}/oauth2/v2.0/{name}", self.base)
    }

    /// Asks the token endpoint with these fields, and the proof.
    pub(super) async fn ask(
        &self,
        transport: Transport<'_>,
        fields: &[(&str, &str)],
    ) -> Result<Granted, TokenError> {
        let proof = self.proof().await?;
        let proof: Vec<_> = proof.iter().map(|(name, value)| (*name, &**value)).collect();
        self.post(transport, "token", &[fields, &proof].concat()).await
    }

    /// Asks an endpoint with these fields, and the client's id.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        transport: Transport<'_>,
        endpoint: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, TokenError> {
        let form = [&[("client_id", &*self.client_id)], fields].concat();
        let request = transport.http().post(self.endpoint(endpoint)).form(&form).build()?;
        endpoint::ask(transport, request).await
    }

    async fn proof(&self) -> Result<Vec<(&'static str, Cow<'_, str>)>, TokenError> {
        Ok(match &self.proof {
            Proof::None => Vec::new(),
            Proof::Secret(secret) => vec![("client_secret", secret.into())],
            Proof::Assertion(make) => vec![
                ("client_assertion_type", ASSERTION_TYPE.into()),
                // Files end with a line.
                ("client_assertion", make().await?.trim().to_owned().into()),
            ],
        })
    }
}

/// Without the secret.
impl fmt::Debug for ClientApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientApplication")
            .field("base", &self.base)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
