//! Static answers with an `ETag`: a request whose `If-None-Match` names it is answered 304. No answer copies or compresses what it
//! sends. What they say, and at which path, is for others to know.

use super::{
    compression::{MIN_SIZE, accepts_gzip},
    gzip::{self, Piece},
};
use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use std::{convert::Infallible, fmt::Write, sync::OnceLock};

/// A file, ready to be sent.
pub(super) struct StaticFile {
    content_type: &'static str,
    tag: HeaderValue,
    /// `None`: it is sent in gzip to all clients.
    plain: Option<Bytes>,
    /// Made when it is first asked for. `None`: it isn't worth it.
    zipped: OnceLock<Option<Bytes>>,
}

impl StaticFile {
    /// Makes a file ready.
    pub(super) fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self { content_type, tag: tag(&[&body]), plain: Some(body), zipped: OnceLock::new() }
    }

    /// Makes a file ready that is in gzip already.
    pub(super) fn in_gzip(content_type: &'static str, zipped: impl Into<Bytes>) -> Self {
        let zipped = zipped.into();
        Self { content_type, tag: tag(&[&zipped]), plain: None, zipped: OnceLock::from(Some(zipped)) }
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, request: &HeaderMap) -> Response {
        answer(request, self.content_type, &self.tag, |accepts_gzip| {
            let zipped = (accepts_gzip || self.plain.is_none()).then(|| self.zipped()).flatten();
            let body = zipped.clone().or_else(|| self.plain.clone());
            (body.into_iter().collect(), zipped.is_some())
        })
    }

    fn zipped(&self) -> Option<Bytes> {
        let zip = || {
            self.plain.as_ref().filter(|text| text.len() >= MIN_SIZE).and_then(|text| gzip::small(text).ok())
        };
        self.zipped.get_or_init(zip).clone()
    }
}

/// A text that has a word in it. Each of its files has another one in that place.
pub(super) struct Template {
    content_type: &'static str,
    /// That of the text as it is.
    tag: HeaderValue,
    /// What stands before, between and after the places of the word.
    pieces: Vec<Bytes>,
    /// The same in gzip, made when it is first asked for. `None`: it can't be.
    zipped: OnceLock<Option<Vec<Piece>>>,
}

impl Template {
    /// Looks the word up.
    pub(super) fn new(content_type: &'static str, text: impl Into<Bytes>, word: &str) -> Self {
        let text = text.into();
        let pieces = str::from_utf8(&text).unwrap_or_default().split(word);
        let pieces = pieces.map(|piece| text.slice_ref(piece.as_bytes())).collect();
        Self { content_type, tag: tag(&[&text]), pieces, zipped: OnceLock::new() }
    }

    /// The answer to a request with these headers: the file with this in the word's place.
    pub(super) fn answer(&self, word: &str, request: &HeaderMap) -> Response {
        let tag = tag(&[self.tag.as_bytes(), word.as_bytes()]);
        answer(request, self.content_type, &tag, |accepts_gzip| {
            let zipped = accepts_gzip.then(|| self.zipped(word)).flatten();
            let is_zipped = zipped.is_some();
            (zipped.unwrap_or_else(|| self.plain(word)), is_zipped)
        })
    }

    fn plain(&self, word: &str) -> Vec<Bytes> {
        joined(&self.pieces, &Bytes::copy_from_slice(word.as_bytes())).cloned().collect()
    }

    fn zipped(&self, word: &str) -> Option<Vec<Bytes>> {
        let zip = || self.pieces.iter().map(|piece| Piece::new(piece).ok()).collect();
        let pieces = self.zipped.get_or_init(zip).as_ref()?;
        Some(gzip::join(joined(pieces, &Piece::stored(word.as_bytes())?)))
    }
}

/// These pieces with this one between them.
fn joined<'a, T>(pieces: &'a [T], between: &'a T) -> impl Iterator<Item = &'a T> {
    pieces.iter().flat_map(move |piece| [between, piece]).skip(1)
}

/// Answers a request with these headers. `pieces` gives what is sent, one after the other, and whether that is in gzip, to a client
/// that accepts it or doesn't.
fn answer(
    request: &HeaderMap,
    content_type: &'static str,
    tag: &HeaderValue,
    pieces: impl FnOnce(bool) -> (Vec<Bytes>, bool),
) -> Response {
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, NO_CACHE)];
    if is_known(tag, request) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let (pieces, is_zipped) = pieces(accepts_gzip(request));
    let length = pieces.iter().map(Bytes::len).sum::<usize>();
    let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)));
    let described = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_LENGTH, length.into()),
    ];
    let mut response = (kept, described, body).into_response();
    if is_zipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, gzip::CODING);
    }
    response
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
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn status(if_none_match: &str) -> StatusCode {
        let text = StaticFile::new("text/plain", "abc");
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, if_none_match.replace("THIS", TAG).parse().unwrap());
        text.answer(&request).status()
    }

    /// SHA-256 of `abc`, as FIPS 180 has it.
    const TAG: &str = "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"";

    async fn sent(answer: Response) -> Bytes {
        let length = answer.headers()["content-length"].clone();
        let body = axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap();
        assert_eq!(length, body.len().to_string());
        body
    }

    #[tokio::test]
    async fn a_template_is_filled_in_wherever_the_word_stands_in_each_coding() {
        let accepts_gzip = HeaderMap::from_iter([(header::ACCEPT_ENCODING, gzip::CODING)]);
        for (text, filled) in
            [("a W b W c", "a xy b xy c"), ("W a", "xy a"), ("a W", "a xy"), ("a", "a"), ("W", "xy")]
        {
            let template = Template::new("text/plain", text, "W");
            assert_eq!(sent(template.answer("xy", &HeaderMap::new())).await, filled);
            let answer = template.answer("xy", &accepts_gzip);
            assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
            let (zipped, mut text) = (sent(answer).await, String::new());
            GzDecoder::new(&*zipped).read_to_string(&mut text).unwrap();
            assert_eq!(text, filled);
        }
    }

    #[test]
    fn what_is_long_in_a_template_is_copied_nowhere() {
        let template = Template::new("text/plain", "a W b", "W");
        let sent = template.plain("xy");
        let kept = template.pieces.iter().zip(sent.iter().step_by(2));
        assert!(kept.len() == 2 && kept.into_iter().all(|(one, other)| one.as_ptr() == other.as_ptr()));
    }

    #[tokio::test]
    async fn a_file_in_gzip_is_sent_so_to_all_and_a_short_one_to_nobody() {
        let accepts_gzip = HeaderMap::from_iter([(header::ACCEPT_ENCODING, gzip::CODING)]);
        let (short, long) = (StaticFile::new("text/plain", "abc"), "abc".repeat(1000));
        let zipped = gzip::small(long.as_bytes()).unwrap();
        let (long, zipped) = (StaticFile::new("text/plain", long), StaticFile::in_gzip("text/plain", zipped));
        for (file, request, is_zipped) in [
            (&short, &accepts_gzip, false),
            (&long, &accepts_gzip, true),
            (&long, &HeaderMap::new(), false),
            (&zipped, &HeaderMap::new(), true),
        ] {
            let answer = file.answer(request);
            assert_eq!(answer.headers().contains_key(header::CONTENT_ENCODING), is_zipped);
            assert_eq!(sent(answer).await.len() < 100, is_zipped || file.plain.as_ref().unwrap().len() < 100);
        }
    }

    #[test]
    fn each_word_has_a_tag_of_its_own() {
        let tag = |text: &str, word| {
            let answer = Template::new("text/plain", text.to_owned(), "W").answer(word, &HeaderMap::new());
            answer.headers()[header::ETAG].clone()
        };
        assert_eq!(tag("a W", "x"), tag("a W", "x"));
        assert_ne!(tag("a W", "x"), tag("a W", "y"));
        assert_ne!(tag("a W", "x"), tag("b W", "x"));
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
