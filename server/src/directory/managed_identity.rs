//! The service principal that programs on this machine get tokens of.

use super::Error;
use crate::{
    auth::secrets::SecretDigest,
    model::{ids::AppId, kinds::ObjectKind},
    store::{WriteTx, applications, managed_identity},
};

/// Makes the service principal of this client id the managed identity, whatever was it before. `false`: there is no such service
/// principal.
pub fn set(tx: &WriteTx<'_>, app_id: AppId, secret: &SecretDigest) -> Result<bool, Error> {
    let found = applications::find(tx, ObjectKind::ServicePrincipal, &app_id.to_string())?;
    let Some(service_principal) = found else { return Ok(false) };
    managed_identity::set(tx, &service_principal, secret)?;
    Ok(true)
}
