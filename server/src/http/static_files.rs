//! Static answers with an `ETag`: a request whose `If-None-Match` names it is answered 304. What they say, and at which path,
//! is for others to know.

use aws_lc_rs::digest;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::fmt::Write;

/// A file, ready to be sent.
#[derive(Clone)]
pub(super) struct StaticFile {
    content_type: &'static str,
    body: Bytes,
    tag: HeaderValue,
    gzipped: bool,
}

impl StaticFile {
    /// Makes a file ready.
    pub(super) fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let digest = digest::digest(&digest::SHA256, &body);
        let tag = digest.as_ref().iter().fold(String::from("\""), |mut tag, byte| {
            // Writing to a string can't fail.
            let _ = write!(tag, "{byte:02x}");
            tag
        }) + "\"";
        let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { content_type, body, tag, gzipped: false }
    }

    /// The same, where the body is a gzipped one. It is sent so to all clients.
    pub(super) fn gzipped(self, gzipped: bool) -> Self {
        Self { gzipped, ..self }
    }

    /// The same, with another word in place of one that is in it. A gzipped file stays as it is.
    pub(super) fn with(&self, word: &str, other: &str) -> Self {
        match str::from_utf8(&self.body) {
            Ok(text) => Self::new(self.content_type, text.replace(word, other)),
            Err(_) => self.clone(),
        }
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, request: &HeaderMap) -> Response {
        let kept = [(header::ETAG, self.tag.clone()), (header::CACHE_CONTROL, NO_CACHE)];
        if is_known(&self.tag, request) {
            return (StatusCode::NOT_MODIFIED, kept).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, self.content_type)];
        let encoding = self.gzipped.then_some([(header::CONTENT_ENCODING, "gzip")]);
        let mut response = (kept, content_type, self.body.clone()).into_response();
        response.headers_mut().extend(encoding.into_iter().flatten().map(as_header));
        response
    }
}

/// Keep it, and ask each time whether it is still so.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

fn as_header((name, value): (HeaderName, &'static str)) -> (HeaderName, HeaderValue) {
    (name, HeaderValue::from_static(value))
}

/// Whether the request names this tag among those that its sender has, or any (RFC 9110, 13.1.2).
fn is_known(tag: &HeaderValue, request: &HeaderMap) -> bool {
    let lists = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    let mut named = lists.flat_map(|list| list.split(',')).map(str::trim);
    named.any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named).as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(if_none_match: &str) -> StatusCode {
        let text = StaticFile::new("text/plain", "abc");
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, if_none_match.replace("THIS", TAG).parse().unwrap());
        text.answer(&request).status()
    }

    /// SHA-256 of `abc`, as FIPS 180 has it.
    const TAG: &str = "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"";

    #[test]
    fn who_has_the_text_is_not_sent_it_again() {
        for known in ["THIS", "W/THIS", "\"other\", THIS", "*"] {
            assert_eq!(status(known), StatusCode::NOT_MODIFIED, "{known}");
        }
        for unknown in ["\"other\"", "", "W/\"\"", "\"*\""] {
            assert_eq!(status(unknown), StatusCode::OK, "{unknown}");
        }
    }
}
