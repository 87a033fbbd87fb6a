//! Bodies of requests and answers: how large one may be, how long it may stall, and how much memory all may have together.

use super::errors::RequestFault;
use crate::model::ids::TenantId;
use axum::{
    body::{Body, Bytes, HttpBody},
    http::Extensions,
    response::Response,
};
use futures::FutureExt;
use http_body_util::BodyExt;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// The largest body of an operation of Graph's, in bytes.
pub const MAX_BODY: usize = 256 << 10;

/// The largest batch of requests, in bytes.
pub const MAX_BATCH: usize = 4 << 20;

/// The largest form that the token endpoint reads, in bytes.
pub const MAX_FORM: usize = 16 << 10;

/// How long the next bytes of a body may take.
pub const STALL_TIME: Duration = Duration::from_secs(10);

/// Bytes of a body are gathered in blocks between these sizes. Blocks of few sizes leave the allocator's memory whole.
const BLOCK: (usize, usize) = (1 << 10, 16 << 10);

/// Which part of the memory the bodies of one tenant may have, or those of all requests without a token.
const OWNERS_PART: usize = 4;

/// An answer of fewer bytes counts for nothing, but within a batch.
pub(super) const SMALL_ANSWER: usize = 64 << 10;

/// The memory that the bodies of all requests, or of all answers, may have together. Clones are the same budget.
#[derive(Debug, Clone)]
pub(super) struct BodyBudget(Arc<Budget>);

#[derive(Debug)]
struct Budget {
    limit: usize,
    stall_time: Duration,
    taken: Mutex<Taken>,
}

/// Bytes that are taken, in all and by whom.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_owner: HashMap<Owner, usize>,
}

/// Whose share bytes count for: a tenant's, or that of all requests without a token.
pub(super) type Owner = Option<TenantId>;

impl BodyBudget {
    /// A budget of so many bytes, of bodies that may stall for so long.
    pub(super) fn new(limit: usize, stall_time: Duration) -> Self {
        Self(Arc::new(Budget { limit, stall_time, taken: Mutex::default() }))
    }

    /// One request's share, in which there is nothing yet.
    pub(super) fn share(&self) -> BodyShare {
        BodyShare(Arc::new(Share { budget: self.0.clone(), taken: Mutex::default() }))
    }
}

impl Budget {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, owner: Owner, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let mut all = self.taken();
        all.all -= bytes;
        if let Some(of_owner) = all.by_owner.get_mut(&owner) {
            *of_owner -= bytes;
            if *of_owner == 0 {
                all.by_owner.remove(&owner);
            }
        }
    }
}

/// What one request has taken of the budget. It goes back with the last clone: the envelope holds one until the request is
/// answered.
#[derive(Debug, Clone)]
pub(super) struct BodyShare(Arc<Share>);

#[derive(Debug)]
struct Share {
    budget: Arc<Budget>,
    taken: Mutex<(Owner, usize)>,
}

impl BodyShare {
    /// The share of the request that has these extensions.
    pub(super) fn of(extensions: &Extensions) -> Result<Self, RequestFault> {
        extensions.get().cloned().ok_or(RequestFault::Internal)
    }

    /// Takes so many bytes more. Fails where the owner, or all together, have what they may have.
    pub(super) fn take(&self, owner: Owner, bytes: usize) -> Result<(), RequestFault> {
        let mut all = self.0.budget.taken();
        let of_owner = all.by_owner.get(&owner).copied().unwrap_or_default();
        if of_owner.saturating_add(bytes) > self.0.budget.limit / OWNERS_PART {
            return Err(owner.map_or(RequestFault::Overloaded, |_| RequestFault::TenantOverloaded));
        }
        if all.all.saturating_add(bytes) > self.0.budget.limit {
            return Err(RequestFault::Overloaded);
        }
        all.all += bytes;
        all.by_owner.insert(owner, of_owner + bytes);
        drop(all);
        let mut taken = self.taken();
        *taken = (owner, taken.1 + bytes);
        Ok(())
    }

    /// Gives so many bytes back, of those that it has.
    pub(super) fn give_back(&self, bytes: usize) {
        let mut taken = self.taken();
        let bytes = bytes.min(taken.1);
        taken.1 -= bytes;
        let owner = taken.0;
        drop(taken);
        self.0.budget.give_back(owner, bytes);
    }

    fn taken(&self) -> MutexGuard<'_, (Owner, usize)> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let (owner, bytes) = *self.taken.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.budget.give_back(owner, bytes);
    }
}

/// An answer whose body counts for this share until it is sent. Where it is a large one, the share goes with it.
pub(super) fn hold(response: Response, share: &BodyShare, owner: Owner) -> Result<Response, RequestFault> {
    let size = response.body().size_hint().lower();
    let size = usize::try_from(size).map_err(|_| RequestFault::Internal)?;
    if size < SMALL_ANSWER {
        return Ok(response);
    }
    share.take(owner, size)?;
    let (mut parts, body) = response.into_parts();
    parts.extensions.insert(share.clone());
    // It is there as a whole.
    let text = body.collect().now_or_never().and_then(Result::ok).ok_or(RequestFault::Internal)?.to_bytes();
    Ok(Response::from_parts(parts, Body::from(held(text, share))))
}

/// A text that counts for this share, which has taken it, until it is sent.
pub(super) fn held(text: Bytes, share: &BodyShare) -> Bytes {
    Bytes::from_owner(HeldText { text, _share: share.clone() })
}

/// The text of an answer, and what it has taken of the budget.
struct HeldText {
    text: Bytes,
    _share: BodyShare,
}

impl AsRef<[u8]> for HeldText {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

/// Reads a body of at most `limit` bytes, which counts for the request's share until it is answered.
pub(super) async fn read(
    extensions: &Extensions,
    owner: Owner,
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
    let share = BodyShare::of(extensions)?;
    let stall_time = share.0.budget.stall_time;
    let (mut blocks, mut length): (Vec<Vec<u8>>, usize) = (Vec::new(), 0);
    loop {
        let frame = timeout(stall_time, body.frame()).await.map_err(|_| RequestFault::Incomplete)?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| RequestFault::Incomplete)?.into_data() else { continue };
        length += data.len();
        if length > limit {
            return Err(RequestFault::TooLarge);
        }
        // Copied: however short it is, what came keeps all of the buffer that it came in.
        let mut data = &data[..];
        while !data.is_empty() {
            let room = blocks.last().map_or(0, |block| block.capacity() - block.len());
            if room == 0 {
                let rest = announced.saturating_sub(length).saturating_add(data.len());
                let size = rest.clamp(BLOCK.0, BLOCK.1);
                share.take(owner, size)?;
                blocks.push(Vec::with_capacity(size));
                continue;
            }
            let (now, later) = data.split_at(room.min(data.len()));
            if let Some(block) = blocks.last_mut() {
                block.extend_from_slice(now);
            }
            data = later;
        }
    }
    Ok(if blocks.len() == 1 { blocks.pop().unwrap_or_default() } else { blocks.concat() })
}
