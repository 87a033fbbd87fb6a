//! `/users/{id}/directReports`: whom a user manages. The rules are in `directory::direct_reports`.

use super::{
    casts,
    contacts::CONTACTS,
    me::{ME, Me},
    shapes::{ObjectKey, Objects, Related},
    users::USERS,
};
use crate::{
    directory::{
        direct_reports::{OF_ORG_CONTACT, OF_USER},
        navigation::Navigation,
    },
    http::{contract::schemas::DirectoryObjectCollection, extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_DIRECT_REPORTS, LIST_MY_DIRECT_REPORTS, READ_ORG_CONTACT},
    },
    odata::reference::Key,
};

/// Whom these objects manage.
const fn direct_reports<K: ObjectKey>(
    of: &'static Objects,
    navigation: &'static Navigation<K::Key>,
) -> Related<K> {
    Related {
        of,
        name: "direct reports",
        page: "directreports",
        one: "a direct report",
        tag: "managers",
        examples: &[(ObjectKind::User, "5a3e0000-0000-4000-8000-000000000105", "Barbara Liskov")],
        navigation,
    }
}

/// The operations of the objects at a path, whose ids end so.
macro_rules! operations {
    ($key:ty, $of:ident, $path:literal, $id:literal, $navigation:ident, $need:ident) => {{
        let reports = direct_reports::<$key>(&$of, &$navigation);
        let (path, id) = (concat!($path, "/directReports"), concat!($id, "_direct_reports"));
        let casts = casts::of(&reports, KINDS, path, id, &$need);
        let whole = [
            reports.list::<DirectoryObjectCollection>(path, concat!("list_", $id, "_direct_reports"), &$need),
            reports.count(
                concat!($path, "/directReports/$count"),
                concat!("count_", $id, "_direct_reports"),
                &$need,
            ),
        ];
        whole.into_iter().chain(casts)
    }};
}

/// What has a manager.
const KINDS: &[ObjectKind] = &[ObjectKind::OrgContact, ObjectKind::User];

pub(super) fn operations() -> Vec<Operation> {
    let of_users = operations!(Key, USERS, "/users/{id}", "user", OF_USER, LIST_DIRECT_REPORTS);
    let mine = operations!(Me, ME, "/me", "my", OF_USER, LIST_MY_DIRECT_REPORTS);
    let of_contacts =
        operations!(IdKey, CONTACTS, "/contacts/{id}", "contact", OF_ORG_CONTACT, READ_ORG_CONTACT);
    of_users.chain(mine).chain(of_contacts).collect()
}
