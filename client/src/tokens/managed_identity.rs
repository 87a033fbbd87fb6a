//! Tokens for the managed identity of the machine that a program runs on: App Service's form, and that of the Instance Metadata Service.

use super::{
    endpoint::{self, Granted},
    renewed::{Grant, Renewed},
};
use crate::{TokenError, Transport};
use std::{
    env, fmt,
    time::{SystemTime, UNIX_EPOCH},
};

/// Where the Instance Metadata Service is on Azure's machines.
const INSTANCE_METADATA: &str = "http://169.254.169.254";

/// Graph, as what tokens are asked for.
const GRAPH: &str = "https://graph.microsoft.com";

/// Tokens for the managed identity of the machine that the program runs on: Azure's machines have one, and so has a Roster's after
/// `roster identity set`. The program has no secret of its own. A token is kept and renewed five minutes before it ends. Clones share it.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use roster_client::{ManagedIdentity, connect_with};
///
/// let graph = connect_with("http://127.0.0.1:8080/v1.0", ManagedIdentity::from_environment())?;
/// graph.token().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ManagedIdentity(pub(super) Renewed<Machine>);

/// What tokens are asked of.
#[derive(Clone)]
pub(super) struct Machine {
    service: Service,
    resource: String,
    client_id: Option<String>,
}

#[derive(Clone)]
enum Service {
    AppService { endpoint: String, header: String },
    InstanceMetadata { endpoint: String },
}

impl ManagedIdentity {
    /// As the environment says: App Service's form with `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`, and otherwise that of the Instance
    /// Metadata Service, at `AZURE_POD_IDENTITY_AUTHORITY_HOST` if that is there.
    pub fn from_environment() -> Self {
        match (env::var("IDENTITY_ENDPOINT"), env::var("IDENTITY_HEADER")) {
            (Ok(endpoint), Ok(header)) => Self::app_service(&endpoint, &header),
            _ => {
                let host = env::var("AZURE_POD_IDENTITY_AUTHORITY_HOST");
                Self::instance_metadata(host.as_deref().unwrap_or(INSTANCE_METADATA))
            }
        }
    }

    /// App Service's form, with this endpoint, and what it wants to see in the header `X-IDENTITY-HEADER`.
    pub fn app_service(endpoint: &str, header: &str) -> Self {
        Self::of(Service::AppService { endpoint: endpoint.into(), header: header.into() })
    }

    /// The Instance Metadata Service at this origin, such as `http://169.254.169.254`.
    pub fn instance_metadata(origin: &str) -> Self {
        let endpoint = format!("{}/metadata/identity/oauth2/token", origin.trim_end_matches('/'));
        Self::of(Service::InstanceMetadata { endpoint })
    }

    fn of(service: Service) -> Self {
        Self(Renewed::new(Machine { service, resource: GRAPH.into(), client_id: None }))
    }

    /// The same for the identity with this client id, where a machine has several.
    #[must_use]
    pub fn client_id(self, client_id: &str) -> Self {
        Self(Renewed::new(Machine { client_id: Some(client_id.into()), ..self.0.grant }))
    }

    /// The same for another resource than `https://graph.microsoft.com`, as Graph's national clouds have it.
    #[must_use]
    pub fn resource(self, resource: &str) -> Self {
        Self(Renewed::new(Machine { resource: resource.into(), ..self.0.grant }))
    }
}

impl Grant for Machine {
    async fn ask(&self, transport: Transport<'_>, _: Option<String>) -> Result<Granted, TokenError> {
        let http = transport.http();
        let request = match &self.service {
            Service::AppService { endpoint, header } => {
                http.get(endpoint).header("X-IDENTITY-HEADER", header).query(&[("api-version", "2019-08-01")])
            }
            Service::InstanceMetadata { endpoint } => {
                http.get(endpoint).header("Metadata", "true").query(&[("api-version", "2018-02-01")])
            }
        };
        let request = request.query(&[("resource", &self.resource)]);
        let request = self.client_id.iter().fold(request, |request, id| request.query(&[("client_id", id)]));
        let granted: Granted = endpoint::ask(transport, request.build()?).await?;
        let expires_in = match self.service {
            Service::AppService { .. } => seconds_until(granted.expires_on),
            Service::InstanceMetadata { .. } => granted.expires_in,
        };
        // There are no refresh tokens, which the Instance Metadata Service says by an empty one.
        Ok(Granted { refresh_token: None, expires_in, ..granted })
    }
}

/// How long it is until this time, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "it is compared with the time that a server says")]
fn seconds_until(time: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(time, |now| now.as_secs());
    time.saturating_sub(now)
}

/// Without the header.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Service::AppService { endpoint, .. } | Service::InstanceMetadata { endpoint }) = &self.service;
        f.debug_struct("Machine")
            .field("endpoint", endpoint)
            .field("resource", &self.resource)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
