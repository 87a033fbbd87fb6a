//! Media types: what a request says of its body (with charset and content coding), and the grammar of types and lists. Knows no
//! body and no operation.

use super::errors::RequestFault;
use axum::http::{HeaderMap, header};

/// Checks that a request's body is of this media type, in UTF-8, and sent as it is. Nothing else is read: a body taken
/// for what it isn't would be refused for its content, or stored as another text.
pub(super) fn check(headers: &HeaderMap, media_type: &str) -> Result<(), RequestFault> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let content_type = types.next().ok_or(RequestFault::NoContentType)?.as_bytes();
    let end = content_type.iter().position(|&byte| byte == b';').unwrap_or(content_type.len());
    let (essence, parameters) = content_type.split_at(end);
    if !essence.trim_ascii().eq_ignore_ascii_case(media_type.as_bytes()) {
        return Err(RequestFault::ContentType);
    }
    let parameters = std::str::from_utf8(parameters).ok().and_then(parameters_of);
    if types.next().is_some() || !parameters.is_some_and(|parameters| is_utf_8(&parameters)) {
        return Err(RequestFault::Charset);
    }
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(only), None) if only.as_bytes().eq_ignore_ascii_case(b"identity") => Ok(()),
        _ => Err(RequestFault::ContentEncoding),
    }
}

/// Whether a charset is named at most once, and is UTF-8 or a part of it.
fn is_utf_8(parameters: &[(&str, String)]) -> bool {
    let mut charsets = parameters.iter().filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let known = |charset: &str| ["utf-8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(charset));
    charsets.next().is_none_or(|(_, charset)| known(charset)) && charsets.next().is_none()
}

/// The elements of a list in a header (RFC 9110, 5.6.1).
pub(super) fn elements(list: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    list.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    })
}

/// Reads the parameters after a media type (RFC 9110, 5.6.6). `None`: they can't be read.
pub(super) fn parameters_of(text: &str) -> Option<Vec<(&str, String)>> {
    const SPACE: [char; 2] = [' ', '\t'];
    let mut parameters = Vec::new();
    let mut rest = text.trim_matches(SPACE);
    while !rest.is_empty() {
        rest = rest.strip_prefix(';')?.trim_start_matches(SPACE);
        if rest.is_empty() || rest.starts_with(';') {
            // An empty parameter.
            continue;
        }
        let (name, after) = rest.split_once('=').filter(|(name, _)| is_token(name))?;
        let value;
        (value, rest) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = after.find([';', ' ', '\t']).unwrap_or(after.len());
                let (value, rest) = after.split_at(end);
                (Some(value).filter(|value| is_token(value))?.to_owned(), rest)
            }
        };
        parameters.push((name, value));
        rest = rest.trim_start_matches(SPACE);
    }
    Some(parameters)
}

/// A quoted text up to its end, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            character => value.push(character),
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn of(headers: &[(HeaderName, &str)]) -> Result<(), RequestFault> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap()));
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(name, value);
        }
        check(&all, "application/json")
    }

    #[test]
    fn a_content_type_is_read_in_every_spelling_and_in_utf_8_alone() {
        for good in [
            "application/json",
            " Application/JSON\t",
            "application/json;charset=utf-8",
            "application/json ;\tcharset=UTF-8 ",
            "application/json; charset=\"utf-8\"",
            "application/json; charset=\"u\\tf-8\"",
            "application/json; CHARSET=us-ascii",
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            "application/json; note=\"charset=utf-16; \\\" x\"; charset=utf-8",
            "application/json;",
            "application/json; ; charset=utf-8;",
        ] {
            assert_eq!(of(&[(header::CONTENT_TYPE, good)]), Ok(()), "{good}");
        }
        for bad in [
            "application/json; charset=utf-16",
            "application/json; charset=iso-8859-1",
            "application/json; charset=utf8",
            "application/json; charset=",
            "application/json; charset",
            "application/json; charset=\"\"",
            "application/json; charset=\"utf-8",
            "application/json; charset='utf-8'",
            "application/json; charset=utf-8, application/json",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset = utf-8",
            "application/json; charset=utf-8 utf-16",
            "application/json; note=\"x\"y; charset=utf-8",
            "application/json; n\u{f6}te=x",
        ] {
            assert_eq!(of(&[(header::CONTENT_TYPE, bad)]), Err(RequestFault::Charset), "{bad}");
        }
        for other in ["", ";", "text/plain", "text/json; charset=utf-8", "application/json, text/plain"] {
            assert_eq!(of(&[(header::CONTENT_TYPE, other)]), Err(RequestFault::ContentType), "{other}");
        }
        let twice = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_TYPE, "application/json")];
        assert_eq!(of(&twice), Err(RequestFault::Charset));
        assert_eq!(of(&[]), Err(RequestFault::NoContentType));
    }

    #[test]
    fn a_body_that_is_encoded_is_not_read() {
        let of = |codings: &[&str]| {
            let codings = codings.iter().map(|&coding| (header::CONTENT_ENCODING, coding));
            of(&[(header::CONTENT_TYPE, "application/json")].into_iter().chain(codings).collect::<Vec<_>>())
        };
        assert_eq!((of(&[]), of(&["identity"]), of(&["Identity"])), (Ok(()), Ok(()), Ok(())));
        for coding in ["gzip", "br", "zstd", "x", "", "identity, identity", "identity, gzip", "\u{e9}"] {
            assert_eq!(of(&[coding]), Err(RequestFault::ContentEncoding), "{coding}");
        }
        assert_eq!(of(&["identity", "identity"]), Err(RequestFault::ContentEncoding));
    }
}
