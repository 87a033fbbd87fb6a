//! Applications that only those may use who were assigned to them (`appRoleAssignmentRequired` of a service principal).

use super::{
    accounts::Account,
    clients::Client,
    faults::{Error, Fault},
    resources::Resource,
};
use crate::{directory::app_role_assignments, store::ReadTx};

/// Refuses a user who isn't assigned to the client, or to the resource, where that is needed.
pub fn allow_user(
    tx: &ReadTx<'_>,
    account: &Account,
    client: &Client,
    resource: &Resource,
) -> Result<(), Error> {
    let of_client = (client.needs_assignment, &client.service_principal, client.app_id, &client.name);
    let of_resource =
        (resource.needs_assignment, &resource.service_principal, resource.app_id, &resource.name);
    for (is_needed, service_principal, app_id, name) in [of_client, of_resource] {
        if is_needed && !app_role_assignments::is_assigned(tx, &account.user, service_principal)? {
            let user = account.user_principal_name.clone();
            return Err(
                Fault::UserNotAssigned { user, application: app_id.to_string(), name: name.clone() }.into()
            );
        }
    }
    Ok(())
}

/// Refuses a client by itself that isn't assigned to the resource, where that is needed.
pub fn allow_application(tx: &ReadTx<'_>, client: &Client, resource: &Resource) -> Result<(), Error> {
    let (own, other) = (&client.service_principal, &resource.service_principal);
    if !resource.needs_assignment || app_role_assignments::is_assigned(tx, own, other)? {
        return Ok(());
    }
    Err(Fault::ClientNotAssigned {
        client: client.app_id.to_string(),
        name: client.name.clone(),
        resource: resource.app_id.to_string(),
        resource_name: resource.name.clone(),
    }
    .into())
}
