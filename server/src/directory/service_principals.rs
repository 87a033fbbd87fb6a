//! Service principals: creating, changing and deleting them.

use super::{Error, Found, Refusal, objects};
use crate::{
    model::{
        ids::{ObjectId, Sent},
        kinds::ObjectKind,
        permissions::{Access, Grants},
        service_principal::SERVICE_PRINCIPAL,
        values::Values,
    },
    store::{self, WriteTx, applications, objects::Object},
};
use serde_json::Value;

/// Creates the service principal of an application as an object of a new `id`. The application may be
/// registered elsewhere; where it is registered here, the service principal takes its name.
pub fn create(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Found, Error> {
    objects::may_name(by, &[&SERVICE_PRINCIPAL], Access::Creation, body.keys())?;
    Ok(insert(tx, id, body)?.1)
}

pub(super) fn insert(tx: &WriteTx<'_>, id: ObjectId, body: &Values) -> Result<(Object, Found), Error> {
    let mut values = objects::check_creation(&SERVICE_PRINCIPAL, body)?;
    let app_id = values.get("appId").and_then(Value::as_str).unwrap_or_default().to_owned();
    if applications::find(tx, ObjectKind::ServicePrincipal, &app_id)?.is_some() {
        return Err(Refusal::Taken("appId").into());
    }
    if let Some(application) = applications::find(tx, ObjectKind::Application, &app_id)? {
        let application = store::objects::values(tx, application.row)?;
        let name = application.get("displayName").cloned().unwrap_or_default();
        values.entry("displayName").or_insert_with(|| name.clone());
        values.insert("appDisplayName".into(), name);
        let audience = application.get("signInAudience").cloned().unwrap_or_default();
        values.insert("signInAudience".into(), audience);
        values.insert("appOwnerOrganizationId".into(), tx.tenant().id.to_string().into());
    }
    values.insert("servicePrincipalNames".into(), vec![app_id].into());
    objects::insert(tx, ObjectKind::ServicePrincipal, id, None, values)
}

/// Changes a service principal as the body says.
pub fn update(tx: &WriteTx<'_>, by: &Grants, id: &Sent<ObjectId>, body: &Values) -> Result<(), Error> {
    objects::update_plain(tx, by, ObjectKind::ServicePrincipal, id, body)
}

/// Deletes a service principal: no more tokens are issued to it.
pub fn delete(tx: &WriteTx<'_>, id: &Sent<ObjectId>) -> Result<(), Error> {
    objects::delete(tx, &objects::find(tx, ObjectKind::ServicePrincipal, id)?)
}
