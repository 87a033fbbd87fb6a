//! Casts: of the objects that are related to one, those of a kind (`/groups/{id}/members/microsoft.graph.user`), listed and counted.

use super::{
    administrative_units::ADMINISTRATIVE_UNITS,
    applications::APPLICATIONS,
    contacts::CONTACTS,
    devices::DEVICES,
    directory_roles::DIRECTORY_ROLES,
    groups::GROUPS,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{ObjectKey, Objects, Related},
    users::USERS,
};
use crate::{
    directory::navigation::Navigation,
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

/// What users, and objects of other kinds, have alike: a collection with its casts.
pub(super) struct Collection {
    /// The segment of its path, and how its operations are named without their verb and whose it is.
    pub segment: (&'static str, &'static str),
    /// What is in it, in words.
    pub name: &'static str,
    /// How its page in Graph's documentation is named, after whose it is.
    pub page: &'static str,
    /// One of what is in it, with its article.
    pub one: &'static str,
    /// The contract's tag.
    pub tag: &'static str,
    /// The example of what is in it.
    pub examples: &'static [(ObjectKind, &'static str, &'static str)],
    /// The kinds that it is cast to.
    pub kinds: &'static [ObjectKind],
}

impl Collection {
    /// The operations on that of the objects at a path, whose ids have this noun.
    pub(super) fn of<K: ObjectKey>(
        &self,
        of: &'static Objects,
        (path, noun): (&str, &str),
        navigation: &'static Navigation<K::Key>,
        need: &'static Need,
    ) -> Vec<Operation> {
        let Self { segment: (segment, id), name, page, one, tag, examples, kinds } = *self;
        let related = Related::<K> { of, name, page, one, tag, examples, navigation };
        with_collection(&related, kinds, &format!("{path}/{segment}"), &format!("{noun}_{id}"), need)
    }
}

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
