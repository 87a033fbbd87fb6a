//! Which answers are compressed: where the client accepts gzip and it is worth it, what is there as a whole. What is large counts for
//! the memory of answers until it is sent; an encoder for each client that doesn't read would count for nothing.

use super::{
    body::{BodyShare, SMALL_ANSWER, held},
    content::{elements, parameters_of},
    errors::{Failure, RequestFault},
    gzip,
    transport::App,
};
use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http_body_util::BodyExt;
use std::{convert::Infallible, sync::Arc};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};
use tower::{ServiceExt, service_fn};

/// Smaller answers fit into one packet anyway, in bytes.
pub(super) const MIN_SIZE: usize = 1024;

/// How many large answers are compressed at once. More of them go as they are.
const AT_ONCE: usize = 2;

const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");

/// The same answers, compressed for clients that accept it. What nobody may store, such as a token, goes as it is: the length of a
/// compressed text tells of it.
pub(super) fn compressed<S: App>(routes: S) -> impl App + use<S> {
    let large = Arc::new(Semaphore::new(AT_ONCE));
    service_fn(move |request: Request| {
        let (method, accepted) = (request.method().clone(), accepts_gzip(request.headers()));
        let (answer, large) = (routes.clone().oneshot(request), large.clone());
        async move { Ok::<_, Infallible>(coded(answer.await?, &method, accepted, large).await) }
    })
}

async fn coded(mut response: Response, method: &Method, accepted: bool, large: Arc<Semaphore>) -> Response {
    let share = response.extensions_mut().remove::<BodyShare>();
    let headers = response.headers_mut();
    if headers.get(header::CACHE_CONTROL).is_some_and(|control| control == "no-store") {
        return response;
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        headers.append(header::VARY, ACCEPT_ENCODING);
    }
    if !accepted || headers.contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    if method == Method::HEAD {
        // How long the body would be in this coding isn't known.
        headers.remove(header::CONTENT_LENGTH);
        return response;
    }
    let size = usize::try_from(response.body().size_hint().lower()).unwrap_or(usize::MAX);
    match (share, size) {
        (Some(share), _) => match large.try_acquire_owned() {
            Ok(permit) => off_this_thread(response, share, permit).await,
            Err(_) => response,
        },
        (None, MIN_SIZE..SMALL_ANSWER) => zipped(response, None),
        (None, _) => response,
    }
}

/// Compresses what is large, on a thread where it may take its time. It goes on there when its client has gone away, and has the permit
/// until then.
async fn off_this_thread(response: Response, share: BodyShare, permit: OwnedSemaphorePermit) -> Response {
    let zipped = task::spawn_blocking(move || {
        let _permit = permit;
        zipped(response, Some(&share))
    });
    let zipped = zipped.await;
    zipped.unwrap_or_else(|_| Failure::from(RequestFault::Internal).into_response())
}

/// This answer in gzip. It counts for the share for as much as before.
fn zipped(response: Response, share: Option<&BodyShare>) -> Response {
    let (mut parts, body) = response.into_parts();
    // It is there as a whole.
    let text = body.collect().now_or_never().and_then(Result::ok).unwrap_or_default().to_bytes();
    let Ok(zipped) = gzip::fast(&text) else {
        return Failure::from(RequestFault::Internal).into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, gzip::CODING);
    let zipped = match share {
        Some(share) => held(zipped, share),
        None => zipped,
    };
    Response::from_parts(parts, Body::from(zipped))
}

/// Whether gzip is named and not excluded (RFC 9110, 12.5.3).
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
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
