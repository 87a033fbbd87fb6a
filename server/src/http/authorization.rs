//! The Authorization header of a request: which value counts. What is in it is read where it is needed.

use super::errors::RequestFault;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, HeaderValue, header};

/// The value of the Authorization header. The same value several times counts once: clients that are generated from a contract
/// with two security schemes send it twice. Values that differ are refused, since a proxy before this server may have
/// looked at another one than it would.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<&HeaderValue>, RequestFault> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = sent.next() else { return Ok(None) };
    // In the same time whatever differs: one of them may be a proxy's own.
    let is_same = |other: &HeaderValue| verify_slices_are_equal(first.as_bytes(), other.as_bytes()).is_ok();
    if sent.all(is_same) { Ok(Some(first)) } else { Err(RequestFault::TwoAuthorizations) }
}
