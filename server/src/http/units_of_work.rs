//! Units of work that a caller asks for: a rule, run over the caller's tenant with the caller's grants. Where roles are enforced, the
//! caller's are read in the same transaction, so that what is done is what the caller may do at that time.

use super::{errors::Failure, extract::Caller, state::AppState};
use crate::{
    directory::{self, Policy, rights},
    model::permissions::Grants,
    store::{self, ReadTx, WriteTx},
};
use std::sync::Arc;

impl Caller {
    /// What gives the caller's grants in a unit of work, and refuses a user whose rights aren't enough for the operation.
    pub(super) fn admission(
        &self,
        app: &AppState,
    ) -> impl Fn(&ReadTx<'_>) -> Result<Grants, directory::Error> + Copy + Send + Sync + 'static {
        let (grants, need, policy) = (self.grants, self.need, app.policy);
        move |tx| rights::admit(tx, policy, &grants, need)
    }
}

/// Reads for a caller what this rule reads: on this thread, and from the beginning on one for long reads where that is too much for it.
pub(super) async fn read<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    rule: impl Fn(&ReadTx<'_>, &Grants) -> Result<T, directory::Error> + Send + Sync + 'static,
) -> Result<T, Failure> {
    let store = app.store.tenant(caller.tenant);
    let by = caller.admission(app);
    let rule = Arc::new(move |tx: &ReadTx<'_>| rule(tx, &by(tx)?));
    let short = rule.clone();
    match store.read(move |tx| short(tx)).await {
        Err(directory::Error::Store(store::Error::Large)) => Ok(store.read_long(move |tx| rule(tx)).await?),
        read => Ok(read?),
    }
}

/// Does for a caller what this rule writes.
pub(super) async fn write<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    rule: impl Fn(&WriteTx<'_>, Policy, &Grants) -> Result<T, directory::Error> + Send + 'static,
) -> Result<T, Failure> {
    let (policy, by) = (app.policy, caller.admission(app));
    Ok(app.store.tenant(caller.tenant).write(move |tx| rule(tx, policy, &by(tx)?)).await?)
}
