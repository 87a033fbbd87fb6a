//! Who calls: whether a token's user or application may still act.

use super::Error;
use crate::{
    model::permissions::{Grants, Principal},
    store::{
        ReadTx,
        objects::{self, Standing},
    },
};

/// Whether the caller may still act: a token outlives neither its user or service principal nor their being
/// enabled.
pub fn standing(tx: &ReadTx<'_>, by: &Grants) -> Result<Standing, Error> {
    match by.principal {
        Principal::User(Some(id)) | Principal::Application(Some(id)) => Ok(objects::standing(tx, id)?),
        Principal::User(None) | Principal::Application(None) => Ok(Standing::Good),
    }
}
