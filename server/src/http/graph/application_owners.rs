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
            ADD_APPLICATION_OWNER, ADD_SERVICE_PRINCIPAL_OWNER, Need, READ_APPLICATION,
            REMOVE_APPLICATION_OWNER,
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
    [of::<Applications>(), of::<ServicePrincipals>()].into_iter().flatten().collect()
}

/// A kind of object that has these owners. Rules are functions and capture nothing, so that they know the kind by its type.
trait Owned {
    const KIND: ObjectKind;
    const OWNERS: Related<IdKey>;
    /// Where one of them is.
    const PATH: &'static str;
    /// How operations name one of them.
    const NOUN: &'static str;
    /// What making somebody an owner needs.
    const ADD: &'static Need;
}

struct Applications;

impl Owned for Applications {
    const KIND: ObjectKind = Application;
    const OWNERS: Related<IdKey> = owners(&APPLICATIONS, &OF_APPLICATION);
    const PATH: &'static str = "/applications/{id}";
    const NOUN: &'static str = "application";
    const ADD: &'static Need = &ADD_APPLICATION_OWNER;
}

struct ServicePrincipals;

impl Owned for ServicePrincipals {
    const KIND: ObjectKind = ServicePrincipal;
    const OWNERS: Related<IdKey> = owners(&SERVICE_PRINCIPALS, &OF_SERVICE_PRINCIPAL);
    const PATH: &'static str = "/servicePrincipals/{id}";
    const NOUN: &'static str = "service_principal";
    const ADD: &'static Need = &ADD_SERVICE_PRINCIPAL_OWNER;
}

fn of<O: Owned>() -> Vec<Operation> {
    let (all, noun) = (format!("{}/owners", O::PATH), O::NOUN);
    let (references, reference) = (format!("{all}/$ref"), format!("{all}/{{ownerId}}/$ref"));
    let others = [
        added(O::OWNERS.add(&references, format!("add_{noun}_owner"), O::ADD, |tx, _, by, key, owner| {
            rules::add(tx, by, (O::KIND, key), owner)
        })),
        O::OWNERS.list_references(&references, format!("list_{noun}_owner_references"), &READ_APPLICATION),
        O::OWNERS.get_reference(
            &reference,
            format!("get_{noun}_owner_reference"),
            &READ_APPLICATION,
            |tx, _, key, owner| rules::find(tx, (O::KIND, key), owner),
        ),
        removed(O::OWNERS.remove(
            &reference,
            format!("remove_{noun}_owner"),
            &REMOVE_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::remove(tx, by, (O::KIND, key), owner),
        )),
        removed(O::OWNERS.remove_by_reference(
            &references,
            format!("remove_{noun}_owner_by_reference"),
            &REMOVE_APPLICATION_OWNER,
            |tx, _, by, key, owner| rules::remove(tx, by, (O::KIND, key), owner),
        )),
    ];
    let collection =
        casts::with_collection(&O::OWNERS, CASTS, &all, &format!("{noun}_owners"), &READ_APPLICATION);
    collection.into_iter().chain(others).collect()
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
