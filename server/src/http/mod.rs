//! HTTP: one file per noun extracts, opens a unit of work, calls one rule and answers. Annotation and handler
//! stand side by side. Nothing here knows SQL, and no `if` about the directory belongs here.

mod answers;
mod authenticate;
mod authority;
mod authorization;
mod body;
mod compression;
mod content;
pub mod contract;
mod cross_origin;
mod docs;
mod envelope;
pub mod errors;
mod extract;
mod graph;
mod gzip;
mod mcp_tools;
mod metadata;
mod metadata_level;
pub mod not_implemented;
pub mod operation;
mod origin;
mod paging;
mod password_thread;
mod paths;
mod payload;
mod preferences;
mod query_options;
mod sign_in_attempts;
pub mod state;
mod static_files;
pub mod transport;
mod units_of_work;
mod unserved;

use crate::odata::path::Version;
use axum::{
    Router,
    extract::Request,
    http::{Method, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
pub use envelope::OperationId;
use errors::{Failure, RequestFault};
use futures::future::Either;
use graph::Operations;
use operation::Operation;
use paths::{GraphPath, Paths};
use state::AppState;
use std::{any::Any, sync::Arc};
use tower::util::MapRequestLayer;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use transport::App;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The operations: what each is registered with.
pub fn operations() -> Vec<Operation> {
    graph::operations()
}

/// The contract, as the operations say it. It is large: a server serves the text that was made of it.
pub fn contract() -> utoipa::openapi::OpenApi {
    let all = OpenApiRouter::with_openapi(contract::Api::openapi());
    let documented = operations().into_iter().map(Operation::into_documented);
    let mut contract = documented.fold(all, OpenApiRouter::routes).into_openapi();
    contract::shared_components::share(&mut contract);
    contract
}

/// The contract as a document.
///
/// # Errors
/// Where it can't be written as JSON.
pub fn document() -> Result<serde_json::Value, serde_json::Error> {
    contract::document(&contract())
}

/// Everything that is served.
pub fn app(state: AppState) -> impl App {
    let (graph, paths) = verified(&state);
    everything(state, paths, graph)
}

/// The same, with more around all that isn't public, such as a layer that injects faults. It runs before callers
/// are verified, and what it refuses is answered in Graph's envelope.
pub fn app_within(state: AppState, around: impl FnOnce(Router) -> Router) -> impl App {
    let (graph, paths) = verified(&state);
    everything(state, paths, around(Router::new().fallback_service(graph)))
}

/// Graph's operations, and the spellings of their paths. Callers are verified around all of it, what isn't served included: who
/// isn't known learns nothing.
fn verified(state: &AppState) -> (impl App + use<>, Arc<Paths>) {
    let operations = operations();
    let (paths, unserved) = (paths(&operations), unserved::routes(&operations));
    let served = operations.into_iter().fold(Router::new(), |router, operation| {
        let path = operation.path().to_owned();
        router.route(&path, operation.into_handler())
    });
    let graph = Router::new()
        .nest(&format!("/{}", Version::V1.name()), served.merge(unserved))
        .fallback(unserved::unknown_path)
        .method_not_allowed_fallback(unserved::wrong_method)
        .with_state(state.clone());
    let graph = Operations::new(graph, paths.clone()).serve();
    let verified = middleware::from_fn_with_state(state.clone(), authenticate::authenticate).layer(graph);
    let methods = [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    (cross_origin::any_origin(methods).layer(verified), paths)
}

/// What is public, and Graph's operations for all else.
fn everything<S: App>(state: AppState, paths: Arc<Paths>, graph: S) -> impl App + use<S> {
    let public = Router::new()
        .route("/health", get(health))
        .merge(contract::routes().merge(mcp_tools::routes()).layer(cross_origin::any_origin([Method::GET])))
        .merge(metadata::routes().layer(cross_origin::any_origin([Method::GET])))
        .merge(docs::routes())
        .merge(authority::routes(&state))
        .fallback_service(graph.clone())
        .layer(middleware::from_fn(docs::lead_browsers))
        .with_state(state.clone());
    let routes = service_fn(move |request: Request| {
        // The authority's `/{tenant}/..` would take some of Graph's paths for its own. What describes them is public.
        match request.extensions().get::<GraphPath>() {
            Some(_) if !metadata::is_asked(&request) => Either::Left(graph.clone().oneshot(request)),
            _ => Either::Right(public.clone().oneshot(request)),
        }
    });
    within_envelope(state, paths, compression::compressed(routes))
}

/// A service within what surrounds every request. By itself it shows what that costs.
pub fn enveloped<S: App>(state: AppState, routes: S) -> impl App + use<S> {
    within_envelope(state, paths(&operations()), routes)
}

/// A service within what surrounds every request: its path's spelling, its ids, time limit, log line, and Graph's
/// envelope. All of it lies around the routes: within them, each request would copy each layer.
fn within_envelope<S: App>(state: AppState, paths: Arc<Paths>, routes: S) -> impl App + use<S> {
    let routes = CatchPanicLayer::custom(panicked).layer(routes);
    let enveloped = middleware::from_fn_with_state(state, envelope::envelope).layer(routes);
    MapRequestLayer::new(move |request| paths.rewrite(request)).layer(enveloped)
}

/// The spellings of all paths.
fn paths(operations: &[Operation]) -> Arc<Paths> {
    Arc::new(Paths::new(operations.iter().map(Operation::path)).with_unserved())
}

/// Says that the server answers.
async fn health() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#)
}

#[expect(clippy::needless_pass_by_value, reason = "the layer asks for this signature")]
fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref().copied());
    tracing::error!(cause = text.unwrap_or("unknown"), "a request panicked");
    Failure::from(RequestFault::Internal).into_response()
}
