//! How a client says who it is: by the Authorization header, or by fields of the form (RFC 6749, 2.3; RFC 7523, 2.2).

use super::{faults::OAuthFault, form::Form};
use crate::{auth::secrets::Secret, directory::sign_in::clients::Proof, http::authorization};
use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The one type of assertions (RFC 7523, 8.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client's id and its proof. A request with two authentication methods, or with two client ids, is refused: which of them counts would
/// be a guess (RFC 6749, 2.3).
pub(super) fn read(headers: &HeaderMap, form: &Form<'_>) -> Result<(String, Proof), OAuthFault> {
    let header = authorization::read(headers).map_err(|_| OAuthFault::TwoAuthorizations)?;
    // A token in the header is for Graph, and proves nothing here.
    let header = header.filter(|header| !is_token(header));
    let by_header = header.map(|header| basic(header).ok_or(OAuthFault::Credentials)).transpose()?;
    let by_form =
        ["client_secret", "client_assertion"].iter().filter(|name| form.get(name).is_some()).count();
    if by_form + usize::from(by_header.is_some()) > 1 {
        return Err(OAuthFault::TwoMethods);
    }
    match (by_header, form.get("client_id")) {
        (Some((id, _)), Some(other)) if !other.eq_ignore_ascii_case(&id) => Err(OAuthFault::TwoClients),
        (Some((id, secret)), _) => Ok((id, Proof::Secret(secret))),
        (None, None) => Err(OAuthFault::Missing("client_id")),
        (None, Some(id)) => Ok((id.to_owned(), in_form(form)?)),
    }
}

fn in_form(form: &Form<'_>) -> Result<Proof, OAuthFault> {
    match (form.get("client_secret"), form.get("client_assertion")) {
        (Some(secret), _) => Ok(Proof::Secret(Secret::new(secret))),
        (None, Some(assertion)) if form.field("client_assertion_type")? == ASSERTION_TYPE => {
            Ok(Proof::Assertion(assertion.to_owned()))
        }
        (None, Some(_)) => Err(OAuthFault::AssertionType),
        (None, None) => Ok(Proof::None),
    }
}

fn is_token(header: &HeaderValue) -> bool {
    let scheme = header.as_bytes().split(u8::is_ascii_whitespace).next();
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
}

/// Client id and secret of an Authorization header, each encoded as in a form (RFC 6749, 2.3.1). `None`: it can't be
/// read.
fn basic(header: &HeaderValue) -> Option<(String, Secret)> {
    let (scheme, credentials) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = credentials.split_once(':')?;
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().ok().map(Cow::into_owned)
    };
    Some((decode(id)?, Secret::new(decode(secret)?)))
}
