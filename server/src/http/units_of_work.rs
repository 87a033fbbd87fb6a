//! Units of work that a caller asks for: a rule, run over the caller's tenant with the caller's grants.

use super::{errors::Failure, extract::Caller, state::AppState};
use crate::{
    directory::{self, Policy},
    model::permissions::Grants,
    store::{self, ReadTx, WriteTx},
};
use std::sync::Arc;

/// Reads for a caller what this rule reads: on this thread, and from the beginning on one for long reads where that is too much for it.
pub(super) async fn read<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    rule: impl Fn(&ReadTx<'_>, &Grants) -> Result<T, directory::Error> + Send + Sync + 'static,
) -> Result<T, Failure> {
    let (grants, store) = (caller.grants, app.store.tenant(caller.tenant));
    let rule = Arc::new(rule);
    let short = rule.clone();
    match store.read(move |tx| short(tx, &grants)).await {
        Err(directory::Error::Store(store::Error::Large)) => {
            Ok(store.read_long(move |tx| rule(tx, &grants)).await?)
        }
        read => Ok(read?),
    }
}

/// Does for a caller what this rule writes.
pub(super) async fn write<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    rule: impl Fn(&WriteTx<'_>, Policy, &Grants) -> Result<T, directory::Error> + Send + 'static,
) -> Result<T, Failure> {
    let (grants, policy) = (caller.grants, app.policy);
    Ok(app.store.tenant(caller.tenant).write(move |tx| rule(tx, policy, &grants)).await?)
}
