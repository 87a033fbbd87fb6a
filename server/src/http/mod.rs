//! HTTP: one file per noun extracts, opens a unit of work, calls one rule and answers. Annotation and handler
//! stand side by side. Nothing here knows SQL, and no `if` about the directory belongs here.

mod annotations;
mod answers;
mod applications;
mod authenticate;
mod authority;
mod body;
mod contacts;
mod content;
mod contract;
mod devices;
mod directory_objects;
mod docs;
mod envelope;
mod error_examples;
mod error_responses;
pub mod errors;
mod extract;
mod groups;
mod me;
mod members;
pub mod not_implemented;
mod objects;
mod owners;
mod paging;
mod parameters;
mod paths;
mod requires;
mod schemas;
mod service_principals;
mod texts;
pub mod transport;
mod unserved;
mod users;
pub mod wire;

use crate::{
    auth::keys::Keys,
    directory::Policy,
    store::{Store, folder},
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use body::{BodyBudget, STALL_TIME};
pub use envelope::OperationId;
use errors::{Failure, RequestFault};
use extract::Origin;
use std::{any::Any, net::SocketAddr, ops::Deref, path::PathBuf, sync::Arc, time::Duration};
use tokio::{sync::OnceCell, task};
use tower::util::MapRequestLayer;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer};
use transport::App;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The version of Graph that is served.
const VERSION: &str = "v1.0";

/// How a server answers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What an operator decides about the rules.
    pub policy: Policy,
    /// The origin that clients use, where it isn't the one that they name.
    pub public_url: Option<String>,
    /// Whether it answers to loopback names only: for a server whose secrets are public.
    pub loopback_only: bool,
    /// The memory that the bodies of all requests may have together, in bytes. Those of one tenant may have a quarter.
    pub body_memory: usize,
    /// The same for the bodies of large answers, until they are sent.
    pub answer_memory: usize,
    /// How long a body may stall.
    pub body_stall_time: Duration,
}

impl Settings {
    /// The memory that bodies have where nothing else is said: 64 MB.
    pub const BODY_MEMORY: usize = 64 << 20;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            public_url: None,
            loopback_only: false,
            body_memory: Self::BODY_MEMORY,
            answer_memory: 256 << 20,
            body_stall_time: STALL_TIME,
        }
    }
}

/// What handlers share. Clones are the same.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What the state holds.
pub struct Shared {
    store: Store,
    policy: Policy,
    public_url: Option<String>,
    /// The origins that are this server: what tokens may be for, and references name, besides Graph.
    audiences: Vec<String>,
    loopback_only: bool,
    body_budget: BodyBudget,
    answer_budget: BodyBudget,
    folder: PathBuf,
    keys: OnceCell<Arc<Keys>>,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    /// The state of a server that listens on `address`, on this store, with its signing key in `folder`.
    pub fn new(store: Store, folder: PathBuf, address: SocketAddr, settings: Settings) -> Self {
        let public_url = settings.public_url.map(|url| url.trim_end_matches('/').to_owned());
        let audiences = public_url.clone().map_or_else(|| loopback_origins(address), |url| vec![url]);
        Self(Arc::new(Shared {
            store,
            policy: settings.policy,
            public_url,
            audiences,
            loopback_only: settings.loopback_only,
            body_budget: BodyBudget::new(settings.body_memory, settings.body_stall_time),
            answer_budget: BodyBudget::new(settings.answer_memory, settings.body_stall_time),
            folder,
            keys: OnceCell::new(),
        }))
    }

    /// The hosts (and ports) that are this server for a caller at this origin.
    fn hosts<'a>(&'a self, origin: &'a Origin) -> Vec<&'a str> {
        let origins = [&origin.links, &origin.request].into_iter().chain(&self.audiences);
        origins.map(|origin| origin.split_once("://").map_or(&**origin, |(_, host)| host)).collect()
    }

    /// The server's keys. The first call reads or makes them, off this thread; calls meanwhile wait for it.
    pub async fn keys(&self) -> Result<&Arc<Keys>, Failure> {
        let load = || async {
            let folder = self.folder.clone();
            let loaded = task::spawn_blocking(move || folder::keys(&folder)).await;
            let loaded = loaded.map_err(|_| Failure::from(RequestFault::Internal))?;
            loaded.map(Arc::new).map_err(|error| Failure::Keys(Arc::new(error)))
        };
        self.keys.get_or_try_init(load).await
    }
}

/// The origins by which this machine reaches a server that listens on this address. None where other machines alone
/// reach it: how they call it, a public URL has to say.
fn loopback_origins(address: SocketAddr) -> Vec<String> {
    let ip = address.ip();
    if !ip.is_loopback() && !ip.is_unspecified() {
        return Vec::new();
    }
    // An origin doesn't name its scheme's own port (RFC 6454, 6.2).
    let port = if address.port() == 80 { String::new() } else { format!(":{}", address.port()) };
    ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("http://{host}{port}")).into()
}

fn graph() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(contract::Api::openapi())
        .merge(users::routes())
        .merge(me::routes())
        .merge(groups::routes())
        .merge(members::routes())
        .merge(owners::routes())
        .merge(devices::routes())
        .merge(service_principals::routes())
        .merge(applications::routes())
        .merge(contacts::routes())
        .merge(directory_objects::routes())
}

/// The contract, as the routes say it.
pub fn contract() -> utoipa::openapi::OpenApi {
    let mut contract = graph().split_for_parts().1;
    error_examples::add(&mut contract);
    contract
}

/// Everything that is served.
pub fn app(state: AppState) -> impl App {
    let (graph, contract) = verified(&state);
    everything(state, &contract, graph)
}

/// The same, with more around all that isn't public, such as a layer that injects faults. It runs before callers
/// are verified, and what it refuses is answered in Graph's envelope.
pub fn app_within(state: AppState, around: impl FnOnce(Router) -> Router) -> impl App {
    let (graph, contract) = verified(&state);
    everything(state, &contract, around(Router::new().fallback_service(graph)))
}

/// Graph's operations, and the contract of them. Callers are verified around all of it, what isn't served included: who
/// isn't known learns nothing.
fn verified(state: &AppState) -> (impl App + use<>, utoipa::openapi::OpenApi) {
    let (graph, contract) = graph().split_for_parts();
    let graph = Router::new()
        .nest(&format!("/{VERSION}"), graph.merge(unserved::routes()))
        .merge(unserved::other_version())
        .fallback(unserved::unknown_path)
        .method_not_allowed_fallback(unserved::wrong_method)
        .with_state(state.clone());
    let verified = middleware::from_fn_with_state(state.clone(), authenticate::authenticate).layer(graph);
    (cors().layer(verified), contract)
}

/// What is public, and Graph's operations for all else.
fn everything<S: App>(state: AppState, contract: &utoipa::openapi::OpenApi, graph: S) -> impl App + use<S> {
    let public = Router::new()
        .route("/health", get(health))
        .merge(contract::routes())
        .merge(docs::routes())
        .merge(authority::routes())
        .fallback_service(graph.clone())
        .layer(middleware::from_fn(docs::lead_browsers))
        .with_state(state.clone());
    let routes = service_fn(move |request: Request| {
        // The authority's `/{tenant}/..` would take some of these paths for its own.
        let versioned = ["/v1.0/", "/beta/"].iter().any(|version| request.uri().path().starts_with(version));
        let (graph, public) = (graph.clone(), public.clone());
        async move { if versioned { graph.oneshot(request).await } else { public.oneshot(request).await } }
    });
    enveloped(state, contract, routes)
}

/// A service within what surrounds every request: its path's spelling, its ids, time limit, log line, and Graph's
/// envelope. By itself it shows what these cost. All of it lies around the routes: within them, each request would copy
/// each layer.
pub fn enveloped<S: App>(
    state: AppState,
    contract: &utoipa::openapi::OpenApi,
    routes: S,
) -> impl App + use<S> {
    let served = contract.paths.paths.keys().map(String::as_str);
    let paths = Arc::new(paths::Paths::new(VERSION, served).with_unserved());
    let routes = CatchPanicLayer::custom(panicked).layer(routes);
    let enveloped = middleware::from_fn_with_state(state, envelope::envelope).layer(routes);
    MapRequestLayer::new(move |request| paths.rewrite(request)).layer(enveloped)
}

/// Says that the server answers.
async fn health() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#)
}

/// As Graph: any origin, no credentials.
fn cors() -> CorsLayer {
    let exposed =
        ["request-id", "client-request-id", "location", "retry-after", "www-authenticate", "odata-version"];
    CorsLayer::new()
        .allow_origin(HeaderValue::from_static("*"))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE])
        .allow_headers(tower_http::cors::AllowHeaders::mirror_request())
        .expose_headers(exposed.map(HeaderName::from_static))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer asks for this signature")]
fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref().copied());
    tracing::error!(cause = text.unwrap_or("unknown"), "a request panicked");
    Failure::from(RequestFault::Internal).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_the_loopback_origins_that_it_listens_on_and_by_no_others() {
        let origins = |address: &str| loopback_origins(address.parse().unwrap());
        let known = ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"];
        for address in ["127.0.0.1:8080", "127.0.0.2:8080", "[::1]:8080", "0.0.0.0:8080", "[::]:8080"] {
            assert_eq!(origins(address), known, "{address}");
        }
        assert_eq!(origins("127.0.0.1:80"), ["http://127.0.0.1", "http://localhost", "http://[::1]"]);
        assert_eq!(origins("192.0.2.7:8080"), [""; 0]);
    }
}
