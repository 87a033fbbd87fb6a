//! Reading a request's body: how large it may be, how long it may stall, and how much memory all bodies may have together.

use super::errors::RequestFault;
use axum::{
    body::{Body, Bytes, HttpBody},
    http::Extensions,
};
use http_body_util::BodyExt;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The largest body of an operation of Graph's, in bytes.
pub const MAX_BODY: usize = 256 << 10;

/// The largest form that the token endpoint reads, in bytes.
pub const MAX_FORM: usize = 16 << 10;

/// How long the next bytes of a body may take.
const STALL_TIME: Duration = Duration::from_secs(10);

/// What a piece of a body takes besides its bytes, in a list that doubles as it grows.
const PIECE_BYTES: usize = 2 * size_of::<Bytes>();

/// The memory that the bodies of all requests may have together, in bytes. Clones are the same budget.
#[derive(Debug, Clone)]
pub struct BodyBudget(Arc<Semaphore>);

impl BodyBudget {
    /// 64 MB.
    pub const DEFAULT: usize = 64 << 20;

    /// A budget of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// One request's share, in which there is nothing yet.
    pub(super) fn share(&self) -> BodyShare {
        BodyShare { budget: self.0.clone(), taken: Arc::default() }
    }
}

/// What one request has taken of the budget. It goes back with the last clone: the envelope holds one until the request is
/// answered.
#[derive(Debug, Clone)]
pub(super) struct BodyShare {
    budget: Arc<Semaphore>,
    taken: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl BodyShare {
    /// Takes so many bytes more.
    pub(super) fn take(&self, bytes: usize) -> Result<(), RequestFault> {
        let bytes = u32::try_from(bytes).map_err(|_| RequestFault::TooLarge)?;
        let more = self.budget.clone().try_acquire_many_owned(bytes);
        let more = more.map_err(|_| RequestFault::Overloaded)?;
        match &mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(taken) => taken.merge(more),
            taken @ None => *taken = Some(more),
        }
        Ok(())
    }
}

/// Reads a body of at most `limit` bytes, which counts for the request's share until it is answered.
pub(super) async fn read(
    extensions: &Extensions,
    mut body: Body,
    limit: usize,
) -> Result<Vec<u8>, RequestFault> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(RequestFault::TooLarge);
    }
    let share: &BodyShare = extensions.get().ok_or(RequestFault::Internal)?;
    // Kept as they came until all are there: one block that grows with each body would leave the memory in pieces.
    let (mut pieces, mut length) = (Vec::new(), 0);
    loop {
        let frame = timeout(STALL_TIME, body.frame()).await.map_err(|_| RequestFault::Incomplete)?;
        let Some(frame) = frame else { return Ok(pieces.concat()) };
        let Ok(data) = frame.map_err(|_| RequestFault::Incomplete)?.into_data() else { continue };
        length += data.len();
        if length > limit {
            return Err(RequestFault::TooLarge);
        }
        share.take(data.len() + PIECE_BYTES)?;
        pieces.push(data);
    }
}
