//! Which answers a page from another origin may read: any that doesn't depend on who asks, or asks for a token. No answer
//! says that a browser may send credentials of its own. What has no layer of these is for pages of this server.

use axum::http::{HeaderName, HeaderValue};
use tower_http::cors::{AllowHeaders, AllowMethods, CorsLayer};

/// As Graph and its authority: any origin may send these methods with any headers. Preflights are answered before callers are
/// verified.
pub(super) fn any_origin(methods: impl Into<AllowMethods>) -> CorsLayer {
    let exposed =
        ["request-id", "client-request-id", "location", "retry-after", "www-authenticate", "odata-version"];
    CorsLayer::new()
        .allow_origin(HeaderValue::from_static("*"))
        .allow_methods(methods)
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(exposed.map(HeaderName::from_static))
}

/// A browser keeps the answer from a page of another origin.
pub(super) fn no_origin() -> CorsLayer {
    CorsLayer::new()
}
