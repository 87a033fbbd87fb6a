//! What isn't served: what Graph has besides, unknown paths and wrong methods, and the targets whose refusal in Graph is
//! recorded.

use super::{
    errors::{Failure, RequestFault},
    not_implemented::{self, Operation, Part},
    operation,
    paths::GraphPath,
};
use crate::odata::path::{Segment, Version, unqualified};
use axum::{
    Router,
    http::{Extensions, Method, Request, Uri},
    routing::{MethodFilter, any, on},
};
use std::{collections::HashSet, future::ready};

/// The operations and parts of Graph that this server doesn't have, under the version: those of the table that aren't among
/// the served ones. Their answers say so.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(served: &[operation::Operation]) -> Router<S> {
    let served: HashSet<_> = served.iter().map(|operation| (operation.method(), operation.path())).collect();
    let unserved = not_implemented::operations()
        .filter(|Operation { method, path }| !served.contains(&(method.clone(), route(path).as_str())));
    let router = unserved.fold(Router::new(), |router, Operation { method, path }| {
        let path = route(&path);
        let fault = RequestFault::NotServed(format!("{method} {path}").into());
        match MethodFilter::try_from(method) {
            Ok(filter) => {
                let has_key = path.ends_with('}');
                let refuse = move |uri: Uri| {
                    let cast = has_key.then(|| cast(&uri)).flatten();
                    ready(Failure::from(cast.map_or_else(|| fault.clone(), RequestFault::Segment)))
                };
                router.route(&path, on(filter, refuse))
            }
            Err(_) => router,
        }
    });
    not_implemented::parts().fold(router, |router, Part { path, outside }| {
        let path = route(&path);
        let what = path.as_str().into();
        let fault =
            if outside { RequestFault::OutsideOfDirectory(what) } else { RequestFault::NotServed(what) };
        router.merge(whole(&path, &fault))
    })
}

/// The name in Graph's namespace that stands in the place of a key: a cast that Graph doesn't have.
fn cast(uri: &Uri) -> Option<String> {
    let last = Segment::read(uri.path().rsplit('/').next()?);
    unqualified(&last.text).is_some().then(|| last.text.into_owned())
}

/// A path and all below it, whatever the method.
fn whole<S: Clone + Send + Sync + 'static>(path: &str, fault: &RequestFault) -> Router<S> {
    let refused = || {
        let fault = fault.clone();
        any(move || ready(Failure::from(fault.clone())))
    };
    Router::new().route(path, refused()).route(&format!("{path}/{{*rest}}"), refused())
}

/// A path of the table in the spelling to which `paths.rs` brings all others.
fn route(path: &str) -> String {
    path.replace("()", "")
}

/// The fallback for paths that no operation has.
pub(super) async fn unknown_path<B>(request: Request<B>) -> Failure {
    let recorded = recorded(request.method(), request.uri());
    recorded.unwrap_or_else(|| RequestFault::Segment(segment(request.extensions(), request.uri()))).into()
}

/// The fallback for methods that a path doesn't have.
pub(super) async fn wrong_method<B>(request: Request<B>) -> Failure {
    recorded(request.method(), request.uri()).unwrap_or(RequestFault::Method).into()
}

/// The version as routes have it.
const VERSION: &str = Version::V1.name();

/// The segment that leads nowhere. What isn't under a version does so with the first one.
fn segment(extensions: &Extensions, uri: &Uri) -> String {
    let mut segments = uri.path().split('/');
    let segment = match extensions.get::<GraphPath>() {
        Some(GraphPath { unknown: Some(unknown), .. }) => return unknown.clone(),
        Some(_) => segments.next_back(),
        None => segments.nth(1),
    };
    Segment::read(segment.unwrap_or_default()).text.into_owned()
}

fn recorded(method: &Method, uri: &Uri) -> Option<RequestFault> {
    let segments: Vec<&str> = uri.path().split('/').collect();
    let ["", VERSION, set, _, relationship, rest @ ..] = segments.as_slice() else { return None };
    let is_related = match *relationship {
        "members" => *set == "groups",
        "owners" => ["groups", "applications", "servicePrincipals"].contains(set),
        _ => false,
    };
    match (method, rest) {
        _ if !is_related => None,
        (&Method::POST, []) => Some(RequestFault::NotContained),
        (&Method::DELETE, [related]) if !related.starts_with('$') => Some(RequestFault::NotContained),
        (&Method::PATCH, ["$ref"]) => Some(RequestFault::NotSupported),
        _ => None,
    }
}
