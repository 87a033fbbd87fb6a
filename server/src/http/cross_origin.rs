//! Which answers a page from another origin may read: any that doesn't depend on who asks, or asks for a token. No answer
//! says that a browser may send credentials of its own. What has no layer of these is for pages of this server.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

const ANY: HeaderValue = HeaderValue::from_static("*");

/// The headers that a page may read besides those that the Fetch standard names.
const EXPOSED: &str = "request-id,client-request-id,location,odata-entityid,preference-applied,retry-after,\
    www-authenticate,odata-version";

/// How long a browser need not ask again: as long as Chromium keeps such an answer at most.
const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// As Graph and its authority: any origin may send these methods with any headers. Preflights are answered before callers are
/// verified.
pub(super) fn any_origin(methods: impl Into<AllowMethods>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(ANY)
        .allow_methods(methods)
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.split(',').map(HeaderName::from_static).collect::<Vec<_>>())
        .max_age(MAX_AGE)
}

/// Lets pages of any origin read an answer that came past no such layer.
pub(super) fn open(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// A browser keeps the answer from a page of another origin, unless the answer itself says otherwise. Any page may ask, with these methods
/// and any headers.
pub(super) fn no_origin(methods: impl Into<AllowMethods>) -> CorsLayer {
    let asks = |_: &HeaderValue, parts: &Parts| parts.method == Method::OPTIONS;
    any_origin(methods).allow_origin(AllowOrigin::predicate(asks))
}
