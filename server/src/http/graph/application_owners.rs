//! `/applications/{id}/owners`, and the same of service principals. The rules are in `directory::application_owners`.

use super::{
    applications::APPLICATIONS,
    casts,
    service_principals::SERVICE_PRINCIPALS,
    shapes::{Objects, Related},
};
use crate::{
    directory::{
        application_owners::{self as rules, OF_APPLICATION, OF_SERVICE_PRINCIPAL},
        navigation::Navigation,
    },
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind::{self, Application, ServicePrincipal, User},
        permissions::{
            ADD_APPLICATION_OWNER, ADD_SERVICE_PRINCIPAL_OWNER, READ_APPLICATION, REMOVE_APPLICATION_OWNER,
        },
    },
    odata::reference::Key,
};

/// The owners of these objects.
const fn owners(of: &'static Objects, navigation: &'static Navigation<Key>) -> Related<IdKey> {
    Related {
        of,
        name: "owners",
        page: "owners",
        one: "an owner",
        tag: "application owners",
        examples: &[(User, "5a3e0000-0000-4000-8000-000000000101", "Ada Lovelace")],
        navigation,
    }
}

/// Every kind that owners are cast to.
const CASTS: &[ObjectKind] = &[ServicePrincipal, User];

pub(super) fn operations() -> Vec<Operation> {
    [of_applications(), of_service_principals()].into_iter().flatten().collect()
}

fn of_applications() -> Vec<Operation> {
    const OWNERS: Related<IdKey> = owners(&APPLICATIONS, &OF_APPLICATION);
    let all = casts::with_collection(
        &OWNERS,
        CASTS,
        "/applications/{id}/owners",
        "application_owners",
        &READ_APPLICATION,
    );
    let others = [
        added(OWNERS.add(
            "/applications/{id}/owners/$ref",
            "add_application_owner",
            &ADD_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::add(tx, by, (Application, key), owner),
        )),
        OWNERS.list_references(
            "/applications/{id}/owners/$ref",
            "list_application_owner_references",
            &READ_APPLICATION,
        ),
        OWNERS.get_reference(
            "/applications/{id}/owners/{ownerId}/$ref",
            "get_application_owner_reference",
            &READ_APPLICATION,
            |tx, _, key, owner| rules::find(tx, (Application, key), owner),
        ),
        removed(OWNERS.remove(
            "/applications/{id}/owners/{ownerId}/$ref",
            "remove_application_owner",
            &REMOVE_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::remove(tx, by, (Application, key), owner),
        )),
        removed(OWNERS.remove_by_reference(
            "/applications/{id}/owners/$ref",
            "remove_application_owner_by_reference",
            &REMOVE_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::remove(tx, by, (Application, key), owner),
        )),
    ];
    all.into_iter().chain(others).collect()
}

fn of_service_principals() -> Vec<Operation> {
    const OWNERS: Related<IdKey> = owners(&SERVICE_PRINCIPALS, &OF_SERVICE_PRINCIPAL);
    let all = casts::with_collection(
        &OWNERS,
        CASTS,
        "/servicePrincipals/{id}/owners",
        "service_principal_owners",
        &READ_APPLICATION,
    );
    let others = [
        added(OWNERS.add(
            "/servicePrincipals/{id}/owners/$ref",
            "add_service_principal_owner",
            &ADD_SERVICE_PRINCIPAL_OWNER,
            |tx, _, by, key, owner| rules::add(tx, by, (ServicePrincipal, key), owner),
        )),
        OWNERS.list_references(
            "/servicePrincipals/{id}/owners/$ref",
            "list_service_principal_owner_references",
            &READ_APPLICATION,
        ),
        OWNERS.get_reference(
            "/servicePrincipals/{id}/owners/{ownerId}/$ref",
            "get_service_principal_owner_reference",
            &READ_APPLICATION,
            |tx, _, key, owner| rules::find(tx, (ServicePrincipal, key), owner),
        ),
        removed(OWNERS.remove(
            "/servicePrincipals/{id}/owners/{ownerId}/$ref",
            "remove_service_principal_owner",
            &REMOVE_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::remove(tx, by, (ServicePrincipal, key), owner),
        )),
        removed(OWNERS.remove_by_reference(
            "/servicePrincipals/{id}/owners/$ref",
            "remove_service_principal_owner_by_reference",
            &REMOVE_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::remove(tx, by, (ServicePrincipal, key), owner),
        )),
    ];
    all.into_iter().chain(others).collect()
}

fn added(operation: Operation) -> Operation {
    operation
        .description("Users and service principals can own it, a hundred at most.")
        .done("The object is an owner, durably.")
}

fn removed(operation: Operation) -> Operation {
    operation
        .description("The object itself stays. The last owner can be removed too.")
        .done("The object is no owner any more, durably.")
}
