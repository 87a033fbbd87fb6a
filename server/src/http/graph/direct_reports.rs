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
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_DIRECT_REPORTS, LIST_MY_DIRECT_REPORTS, Need, READ_ORG_CONTACT},
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

/// The operations of the objects at a path, whose ids have this noun.
fn operations_of<K: ObjectKey>(
    of: &'static Objects,
    path: &str,
    noun: &str,
    navigation: &'static Navigation<K::Key>,
    need: &'static Need,
) -> Vec<Operation> {
    let (at, id) = (format!("{path}/directReports"), format!("{noun}_direct_reports"));
    casts::with_collection(&direct_reports::<K>(of, navigation), KINDS, &at, &id, need)
}

/// What has a manager.
const KINDS: &[ObjectKind] = &[ObjectKind::OrgContact, ObjectKind::User];

pub(super) fn operations() -> Vec<Operation> {
    [
        operations_of::<Key>(&USERS, "/users/{id}", "user", &OF_USER, &LIST_DIRECT_REPORTS),
        operations_of::<Me>(&ME, "/me", "my", &OF_USER, &LIST_MY_DIRECT_REPORTS),
        operations_of::<IdKey>(&CONTACTS, "/contacts/{id}", "contact", &OF_ORG_CONTACT, &READ_ORG_CONTACT),
    ]
    .into_iter()
    .flatten()
    .collect()
}
