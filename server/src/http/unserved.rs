//! What isn't served: unknown paths and wrong methods, and the targets whose refusal in Graph is recorded.

use super::{
    errors::{Failure, RequestFault},
    paths::GraphPath,
};
use axum::http::{Extensions, Method, Request, Uri};

/// The fallback for paths that no operation has.
pub(super) async fn unknown_path<B>(request: Request<B>) -> Failure {
    let recorded = recorded(request.method(), request.uri());
    recorded.unwrap_or_else(|| RequestFault::Segment(segment(request.extensions(), request.uri()))).into()
}

/// The fallback for methods that a path doesn't have.
pub(super) async fn wrong_method<B>(request: Request<B>) -> Failure {
    recorded(request.method(), request.uri()).unwrap_or(RequestFault::Method).into()
}

fn segment(extensions: &Extensions, uri: &Uri) -> String {
    let unknown = extensions.get::<GraphPath>().and_then(|path| path.unknown.clone());
    unknown.unwrap_or_else(|| uri.path().rsplit('/').next().unwrap_or_default().to_owned())
}

fn recorded(method: &Method, uri: &Uri) -> Option<RequestFault> {
    let segments: Vec<&str> = uri.path().split('/').collect();
    match (method, segments.as_slice()) {
        (&Method::POST, ["", super::VERSION, "groups", _, "members" | "owners"]) => {
            Some(RequestFault::NotContained)
        }
        (&Method::DELETE, ["", super::VERSION, "groups", _, "members" | "owners", related])
            if !related.starts_with('$') =>
        {
            Some(RequestFault::NotContained)
        }
        (&Method::PATCH, ["", super::VERSION, "groups", _, "members" | "owners", "$ref"]) => {
            Some(RequestFault::NotSupported)
        }
        _ => None,
    }
}
