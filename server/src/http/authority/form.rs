//! Forms (`application/x-www-form-urlencoded`), as bodies of requests to the authority and as queries.

use super::faults::OAuthFault;
use crate::http::{
    body::{self, MAX_FORM},
    content,
    errors::RequestFault,
};
use axum::{
    body::Body,
    http::{Method, request::Parts},
};
use std::{borrow::Cow, collections::HashMap};

/// The largest form that a page sends, in bytes: within it, each byte of the longest request for authorization may take three.
const MAX_PAGES_FORM: usize = 64 << 10;

/// The fields of a form. What isn't known is ignored.
pub(super) struct Form<'b>(HashMap<Cow<'b, str>, Cow<'b, str>>);

impl<'b> Form<'b> {
    /// Reads a form. A field that occurs twice is refused; one without a value counts as absent (RFC 6749, 3.1 and 3.2).
    pub(super) fn read(text: &'b [u8]) -> Result<Self, OAuthFault> {
        let mut form = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if form.insert(name.clone(), value).is_some() {
                return Err(OAuthFault::Twice(name.into_owned()));
            }
        }
        form.retain(|_, value| !value.is_empty());
        Ok(Self(form))
    }

    /// The value of a field that may be absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| &**value)
    }

    /// The value of a field that mustn't be absent.
    pub(super) fn field(&self, name: &'static str) -> Result<&str, OAuthFault> {
        self.get(name).ok_or(OAuthFault::Missing(name))
    }
}

/// Reads the parameters of a request for a page: the body of a form that is posted, and the query elsewhere.
pub(super) async fn read_parameters(parts: &Parts, body: Body) -> Result<Vec<u8>, OAuthFault> {
    if parts.method == Method::POST {
        return read_within(parts, body, MAX_PAGES_FORM).await;
    }
    Ok(parts.uri.query().unwrap_or_default().as_bytes().to_vec())
}

/// Reads the body of a request that has to be a form.
pub(super) async fn read_body(parts: &Parts, body: Body) -> Result<Vec<u8>, OAuthFault> {
    read_within(parts, body, MAX_FORM).await
}

async fn read_within(parts: &Parts, body: Body, limit: usize) -> Result<Vec<u8>, OAuthFault> {
    match content::check(&parts.headers, "application/x-www-form-urlencoded") {
        // MSAL for Java doesn't say what it sends to ask for a device code. There is nothing else that it could be.
        Ok(()) | Err(RequestFault::NoContentType) => {}
        Err(RequestFault::Charset | RequestFault::ContentEncoding) => return Err(OAuthFault::Encoding),
        Err(_) => return Err(OAuthFault::ContentType),
    }
    body::read(&parts.extensions, None, body, limit).await.map_err(|fault| match fault {
        RequestFault::Overloaded | RequestFault::TenantOverloaded => OAuthFault::Unavailable,
        _ => OAuthFault::Form(limit >> 10),
    })
}
