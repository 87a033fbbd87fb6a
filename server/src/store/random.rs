//! Random bytes, by which what looks the same is told apart.

use super::Error;
use aws_lc_rs::rand;

/// So many of them.
pub fn bytes<const COUNT: usize>() -> Result<[u8; COUNT], Error> {
    let mut bytes = [0; COUNT];
    rand::fill(&mut bytes).map_err(|_| Error::Folder("the system gives no random numbers".into()))?;
    Ok(bytes)
}
