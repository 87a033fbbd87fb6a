//! Static answers with an `ETag`: a request whose `If-None-Match` names it is answered 304. No answer copies what it sends.
//! What they say, and at which path, is for others to know.

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use std::{convert::Infallible, fmt::Write};

/// A file, ready to be sent.
#[derive(Clone)]
pub(super) struct StaticFile {
    content_type: &'static str,
    /// What is sent, one after the other.
    pieces: Vec<Bytes>,
    tag: HeaderValue,
    gzipped: bool,
}

impl StaticFile {
    /// Makes a file ready.
    pub(super) fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self { content_type, tag: tag(&[&body]), pieces: vec![body], gzipped: false }
    }

    /// The same, where the body is a gzipped one. It is sent so to all clients.
    pub(super) fn gzipped(self, gzipped: bool) -> Self {
        Self { gzipped, ..self }
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, request: &HeaderMap) -> Response {
        let kept = [(header::ETAG, self.tag.clone()), (header::CACHE_CONTROL, NO_CACHE)];
        if is_known(&self.tag, request) {
            return (StatusCode::NOT_MODIFIED, kept).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, self.content_type)];
        let encoding = self.gzipped.then_some([(header::CONTENT_ENCODING, "gzip")]);
        let length = self.pieces.iter().map(Bytes::len).sum::<usize>();
        let body = Body::from_stream(stream::iter(self.pieces.clone().into_iter().map(Ok::<_, Infallible>)));
        let mut response = (kept, content_type, [(header::CONTENT_LENGTH, length)], body).into_response();
        response.headers_mut().extend(encoding.into_iter().flatten().map(as_header));
        response
    }
}

/// A text that has a word in it. Each of its files has another one in that place.
pub(super) struct Template {
    content_type: &'static str,
    /// What stands before, between and after the places of the word.
    pieces: Vec<Bytes>,
    /// That of the text as it is.
    tag: HeaderValue,
}

impl Template {
    /// Looks the word up.
    pub(super) fn new(content_type: &'static str, text: String, word: &str) -> Self {
        let text = Bytes::from(text);
        let pieces = str::from_utf8(&text).unwrap_or_default().split(word);
        let pieces = pieces.map(|piece| text.slice_ref(piece.as_bytes())).collect();
        Self { content_type, pieces, tag: tag(&[&text]) }
    }

    /// The file with this in the word's place.
    pub(super) fn with(&self, other: &str) -> StaticFile {
        let word = Bytes::copy_from_slice(other.as_bytes());
        let tag = tag(&[self.tag.as_bytes(), &word]);
        let pieces = self.pieces.iter().cloned().flat_map(|piece| [word.clone(), piece]).skip(1).collect();
        StaticFile { content_type: self.content_type, pieces, tag, gzipped: false }
    }
}

/// The entity tag (RFC 9110, 8.8.3) of what consists of these parts: a weak one, as it is sent compressed too.
fn tag(parts: &[&[u8]]) -> HeaderValue {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let tag = context.finish().as_ref().iter().fold(String::from("W/\""), |mut tag, byte| {
        // Writing to a string can't fail.
        let _ = write!(tag, "{byte:02x}");
        tag
    }) + "\"";
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\""))
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
    named.any(|named| named == "*" || opaque(named.as_bytes()) == opaque(tag.as_bytes()))
}

/// A tag without what says that it is a weak one.
fn opaque(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
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

    #[tokio::test]
    async fn a_template_is_filled_in_wherever_the_word_stands_and_copied_nowhere() {
        for (text, filled) in
            [("a W b W c", "a xy b xy c"), ("W a", "xy a"), ("a W", "a xy"), ("a", "a"), ("W", "xy")]
        {
            let template = Template::new("text/plain", text.into(), "W");
            let file = template.with("xy");
            let kept = template.pieces.iter().zip(file.pieces.iter().step_by(2));
            assert!(
                kept.clone().count() > 0
                    && kept.into_iter().all(|(one, other)| one.as_ptr() == other.as_ptr())
            );
            let answer = file.answer(&HeaderMap::new());
            assert_eq!(answer.headers()["content-length"], filled.len().to_string());
            assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), filled);
        }
    }

    #[test]
    fn each_word_has_a_tag_of_its_own() {
        let template = Template::new("text/plain", "a W".into(), "W");
        assert_eq!(template.with("x").tag, template.with("x").tag);
        assert_ne!(template.with("x").tag, template.with("y").tag);
        assert_ne!(template.with("x").tag, Template::new("text/plain", "b W".into(), "W").with("x").tag);
    }

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
