//! `/users/{id}/directReports`: whom a user manages. The rules are in `directory::direct_reports`.

use super::{
    casts::Collection,
    contacts::CONTACTS,
    me::{ME, Me},
    users::USERS,
};
use crate::{
    directory::direct_reports::{OF_ORG_CONTACT, OF_USER},
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_DIRECT_REPORTS, LIST_MY_DIRECT_REPORTS, READ_ORG_CONTACT},
    },
    odata::reference::Key,
};

static DIRECT_REPORTS: Collection = Collection {
    segment: ("directReports", "direct_reports"),
    name: "direct reports",
    page: "directreports",
    one: "a direct report",
    tag: "managers",
    examples: &[(ObjectKind::User, "5a3e0000-0000-4000-8000-000000000105", "Barbara Liskov")],
    kinds: &[ObjectKind::OrgContact, ObjectKind::User],
};

pub(super) fn operations() -> Vec<Operation> {
    [
        DIRECT_REPORTS.of::<Key>(&USERS, ("/users/{id}", "user"), &OF_USER, &LIST_DIRECT_REPORTS),
        DIRECT_REPORTS.of::<Me>(&ME, ("/me", "my"), &OF_USER, &LIST_MY_DIRECT_REPORTS),
        DIRECT_REPORTS.of::<IdKey>(
            &CONTACTS,
            ("/contacts/{id}", "contact"),
            &OF_ORG_CONTACT,
            &READ_ORG_CONTACT,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
