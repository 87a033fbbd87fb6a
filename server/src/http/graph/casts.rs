//! Casts: of the objects that are related to one, those of a kind (`/groups/{id}/members/microsoft.graph.user`), listed and counted.

use super::{
    administrative_units::ADMINISTRATIVE_UNITS,
    applications::APPLICATIONS,
    contacts::CONTACTS,
    devices::DEVICES,
    directory_roles::DIRECTORY_ROLES,
    groups::GROUPS,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{ObjectKey, Related},
    users::USERS,
};
use crate::{
    http::{
        contract::schemas::{
            AdministrativeUnitCollection, ApplicationCollection, DeviceCollection, DirectoryRoleCollection,
            GroupCollection, OrgContactCollection, ServicePrincipalCollection, UserCollection,
        },
        operation::Operation,
    },
    model::{kinds::ObjectKind, permissions::Need},
};

/// Every kind that members and owners can be cast to.
pub(super) const ALL: &[ObjectKind] = &[
    ObjectKind::Application,
    ObjectKind::Device,
    ObjectKind::Group,
    ObjectKind::OrgContact,
    ObjectKind::ServicePrincipal,
    ObjectKind::User,
];

/// A collection of what is related at a path, how much there is of it, and its casts to these kinds. `id` is how the operations are
/// named, without their verb.
pub(super) fn with_collection<K: ObjectKey>(
    related: &Related<K>,
    kinds: &[ObjectKind],
    path: &str,
    id: &str,
    need: &'static Need,
) -> Vec<Operation> {
    let list = related.list(path, format!("list_{id}"), need);
    let count = related.count(format!("{path}/$count"), format!("count_{id}"), need);
    [list, count].into_iter().chain(of(related, kinds, path, id, need)).collect()
}

/// The casts to these kinds of what is related at a path. `id` is how the operations on it are named, without their verb.
pub(super) fn of<K: ObjectKey>(
    related: &Related<K>,
    kinds: &[ObjectKind],
    path: &str,
    id: &str,
    need: &'static Need,
) -> Vec<Operation> {
    let cast = |kind: &ObjectKind| match kind {
        ObjectKind::DirectoryRole => related.cast::<DirectoryRoleCollection>(
            &DIRECTORY_ROLES,
            path,
            &format!("{id}_as_directory_role"),
            need,
        ),
        ObjectKind::AdministrativeUnit => related.cast::<AdministrativeUnitCollection>(
            &ADMINISTRATIVE_UNITS,
            path,
            &format!("{id}_as_administrative_unit"),
            need,
        ),
        ObjectKind::Application => {
            related.cast::<ApplicationCollection>(&APPLICATIONS, path, &format!("{id}_as_application"), need)
        }
        ObjectKind::Device => {
            related.cast::<DeviceCollection>(&DEVICES, path, &format!("{id}_as_device"), need)
        }
        ObjectKind::Group => related.cast::<GroupCollection>(&GROUPS, path, &format!("{id}_as_group"), need),
        ObjectKind::OrgContact => {
            related.cast::<OrgContactCollection>(&CONTACTS, path, &format!("{id}_as_org_contact"), need)
        }
        ObjectKind::ServicePrincipal => related.cast::<ServicePrincipalCollection>(
            &SERVICE_PRINCIPALS,
            path,
            &format!("{id}_as_service_principal"),
            need,
        ),
        ObjectKind::User => related.cast::<UserCollection>(&USERS, path, &format!("{id}_as_user"), need),
    };
    kinds.iter().flat_map(cast).collect()
}
