//! Answers in gzip, where the client accepts it and they are worth it.

use super::{
    content::{elements, parameters_of},
    transport::App,
};
use axum::{
    body::Body,
    extract::Request,
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
};
use tower::{Layer, util::MapRequestLayer};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    map_response_body::MapResponseBodyLayer,
};

/// Smaller answers fit into one packet anyway, in bytes.
const MIN_SIZE: u64 = 1024;

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// The same answers, compressed for clients that accept it. What nobody may store, such as a token, goes as it is: the length of a
/// compressed text tells of it.
pub(super) fn gzip<S: App>(routes: S) -> impl App + use<S> {
    let pays = SizeAbove::new(MIN_SIZE).and(NotForContentType::IMAGES).and(may_be_stored);
    let compress = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(pays);
    let compressed = MapResponseBodyLayer::new(Body::new).layer(compress.layer(routes));
    MapRequestLayer::new(accept_gzip_or_nothing).layer(compressed)
}

fn may_be_stored(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CACHE_CONTROL).is_none_or(|control| control != "no-store")
}

/// Leaves of what is accepted only this. The layer would answer 406 to who accepts no coding that it knows, after the work is done.
fn accept_gzip_or_nothing(mut request: Request) -> Request {
    if accepts_gzip(request.headers()) {
        request.headers_mut().insert(header::ACCEPT_ENCODING, GZIP);
    } else {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    request
}

/// Whether gzip is named and not excluded (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(elements).any(|element| {
        let (coding, parameters) = element.split_at(element.find(';').unwrap_or(element.len()));
        let is_gzip = ["gzip", "x-gzip"].iter().any(|name| coding.trim().eq_ignore_ascii_case(name));
        is_gzip && parameters_of(parameters).is_some_and(|parameters| !is_excluded(&parameters))
    })
}

fn is_excluded(parameters: &[(&str, String)]) -> bool {
    let weight = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, weight)| weight.parse::<f32>().is_ok_and(|weight| weight == 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(line: &'static str) -> bool {
        accepts_gzip(&[(header::ACCEPT_ENCODING, HeaderValue::from_static(line))].into_iter().collect())
    }

    #[test]
    fn gzip_is_accepted_where_it_is_named_and_not_excluded() {
        for line in
            ["gzip", "br, GZIP;q=0.5", "deflate,gzip ; q=1.000, *;q=0", "x-gzip", "identity;q=0, gzip"]
        {
            assert!(accepts(line), "{line}");
        }
        for line in ["", "br", "*", "gzip;q=0", "gzip; q=0.000", "identity", "gzipped", "identity;q=0"] {
            assert!(!accepts(line), "{line}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
