//! What callers prefer: the header `Prefer` (RFC 7240), and the answers of those that prefer less.

use super::content::elements;
use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use std::convert::Infallible;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const ENTITY_ID: HeaderName = HeaderName::from_static("odata-entityid");

/// The largest page that the caller prefers: `odata.maxpagesize=50`. A size that can't be read is none.
pub(super) fn max_page_size(headers: &HeaderMap) -> Option<usize> {
    values(headers, &["odata.maxpagesize", "maxpagesize"])
        .filter_map(|size| size.parse().ok())
        .filter(|size| *size > 0)
        .min()
}

/// Whether the caller of a write prefers that it is only told that it is done: `return=minimal`. Graph shows nobody
/// what was changed, so that `return=representation` says nothing more.
pub(super) fn is_minimal(headers: &HeaderMap) -> bool {
    // Most requests prefer nothing.
    headers.contains_key(PREFER)
        && values(headers, &["return"]).next().is_some_and(|value| value.eq_ignore_ascii_case("minimal"))
}

/// Whether the caller of a change prefers that what isn't there is created: `create-if-missing`, which has no value.
pub(super) struct CreatesMissing(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for CreatesMissing {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(has(&parts.headers, "create-if-missing")))
    }
}

/// A write's answer without what was made: where that is, tell the headers. Errors stay, and so does what isn't only done, or can't be
/// read anywhere else.
pub(super) fn minimal(response: Response) -> Response {
    let mut response = match response.status() {
        StatusCode::CREATED if response.headers().contains_key(header::LOCATION) => without_body(response),
        StatusCode::NO_CONTENT => response,
        _ => return response,
    };
    response.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static("return=minimal"));
    response
}

fn without_body(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NO_CONTENT;
    parts.headers.remove(header::CONTENT_TYPE);
    if let Some(location) = parts.headers.get(header::LOCATION).cloned() {
        parts.headers.insert(ENTITY_ID, location);
    }
    Response::from_parts(parts, Body::empty())
}

/// Whether there is a preference of this name, which has no value (RFC 7240, 2).
fn has(headers: &HeaderMap, name: &str) -> bool {
    let names = preferences(headers).filter_map(|preference| preference.split(';').next());
    let is_named = |one: &str| one.trim().eq_ignore_ascii_case(name);
    names.map(|one| one.strip_suffix("=\"\"").unwrap_or(one)).any(is_named)
}

fn preferences(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok()).flat_map(elements)
}

/// The values of the preferences with one of these names, without quotes and parameters, in the order in which they stand.
/// The first one counts where there can be only one.
fn values<'h>(headers: &'h HeaderMap, names: &'static [&str]) -> impl Iterator<Item = &'h str> {
    preferences(headers).filter_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        let is_named = names.iter().any(|one| one.eq_ignore_ascii_case(name.trim()));
        is_named.then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (PREFER, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn preferences_stand_in_lists_and_lines_in_any_case_and_with_parameters() {
        for minimal in [
            &["return=minimal"][..],
            &["Return = \"Minimal\""],
            &["respond-async, return=minimal; reason=\"a\""],
            &["odata.include-annotations=\"*,-display.*\"", "wait=10,return=minimal"],
            &["return=minimal, return=representation"],
        ] {
            assert!(is_minimal(&prefers(minimal)), "{minimal:?}");
        }
        for other in [
            &[][..],
            &["return=representation, return=minimal"],
            &["return=representation"],
            &["return"],
            &["returns=minimal"],
            &["x=\", return=minimal\""],
            &["odata.maxpagesize=3"],
        ] {
            assert!(!is_minimal(&prefers(other)), "{other:?}");
        }
    }

    #[test]
    fn a_preference_without_a_value_stands_in_lists_too() {
        for lines in [
            &["create-if-missing"][..],
            &["return=minimal", "Create-If-Missing; wait=5"],
            &["return=minimal, create-if-missing=\"\""],
        ] {
            assert!(has(&prefers(lines), "create-if-missing"), "{lines:?}");
        }
        for lines in [&[][..], &["create"], &["x=create-if-missing"], &["create-if-missing=no"]] {
            assert!(!has(&prefers(lines), "create-if-missing"), "{lines:?}");
        }
    }

    #[test]
    fn a_page_is_as_large_as_the_least_of_what_is_preferred() {
        for (lines, size) in [
            (&["odata.maxpagesize=3"][..], Some(3)),
            (&["maxpagesize=\"7\"", "ODATA.MaxPageSize=5"], Some(5)),
            (&["odata.maxpagesize=0"], None),
            (&["odata.maxpagesize=many, return=minimal"], None),
        ] {
            assert_eq!(max_page_size(&prefers(lines)), size, "{lines:?}");
        }
    }
}
