//! What is the same where a client exchanges something that counts once: whose it is, what has to prove itself, and what comes of it.

use super::{
    clients::{Client, Platform, Proven},
    faults::Fault,
    tokens::Tokens,
};
use crate::model::ids::AppId;

/// What came of exchanging something that counts once.
#[derive(Debug, Clone)]
pub enum Exchanged {
    /// These tokens.
    For(Box<Tokens>),
    /// Nothing: it was exchanged before, and so whatever came of it counts no longer.
    Before(Fault),
}

/// Whether something is this client's.
pub(super) fn is_of(owner: &str, client: AppId) -> bool {
    owner.parse() == Ok(client)
}

/// What kind of program asks where no redirect URI tells: one that has proven something has a secret.
pub(super) fn platform_of(proven: &Proven) -> Platform {
    if matches!(proven, Proven::Nothing) { Platform::Public } else { Platform::Web }
}

/// Refuses to give a program on a server anything without a proof, a public one anything with one, and a page what isn't a page's.
pub(super) fn check_platform(
    client: &Client,
    platform: Platform,
    proven: &Proven,
    from_page: bool,
) -> Result<(), Fault> {
    let is_proven = !matches!(proven, Proven::Nothing);
    let id = || client.app_id.to_string();
    match platform {
        Platform::SinglePage if !from_page => Err(Fault::NotFromPage),
        Platform::Web | Platform::Public if from_page => Err(Fault::FromPage),
        Platform::Web if !is_proven => Err(Fault::NoProof(id())),
        Platform::SinglePage | Platform::Public if is_proven => Err(Fault::PublicClient(id())),
        _ => Ok(()),
    }
}
