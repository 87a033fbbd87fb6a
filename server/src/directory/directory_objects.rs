//! Objects of whatever kind, by their ids.

use super::{
    Error, Found, Policy, Refusal, access, applications, check_members, groups, lookup,
    objects::{self, Page},
    rights, service_principals, users,
};
use crate::{
    model::{
        ENTITIES,
        actions::GET_BY_IDS,
        ids::{AsWritten, ObjectId},
        kinds::{ObjectKind, ObjectTraits},
        permissions::{
            DELETE_DEVICE, Grants, WRITE_ADMINISTRATIVE_UNIT, WRITE_APPLICATION, WRITE_SERVICE_PRINCIPAL,
        },
        values::Values,
    },
    odata::listing::Listing,
    store::{self, ReadTx, WriteTx},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// An object as a caller reads it, with the properties that `select` names.
pub fn get(
    tx: &ReadTx<'_>,
    by: &Grants,
    id: &AsWritten<ObjectId>,
    select: Option<&[String]>,
) -> Result<Found, Error> {
    access::may_select(by, &ENTITIES, select)?;
    let (object, document) = lookup::object_with_document(tx, id)?;
    if let ObjectTraits::Group(traits) = object.traits {
        groups::may_show(traits, select)?;
    }
    Ok(Found::of(&object, document))
}

/// Which objects a request for many names.
#[derive(Debug)]
pub struct Named {
    /// Their ids, each once.
    pub ids: BTreeSet<ObjectId>,
    /// Among which kinds they are looked for.
    pub kinds: Vec<ObjectKind>,
}

impl Named {
    /// Reads the body of a request for objects of any kind, or of this one. Its types are names of kinds; where it has none, or
    /// that of all objects, every kind is meant. Other names mean none.
    pub fn read(kind: Option<ObjectKind>, body: &Values) -> Result<Self, Refusal> {
        let given = GET_BY_IDS.check_parameters(body).map_err(check_members::refused)?;
        let texts = |name: &str| {
            let list = given.get(name).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_str)
        };
        let is_named = |name: &str| texts("types").any(|named| named.eq_ignore_ascii_case(name));
        let is_any = texts("types").next().is_none() || is_named("directoryObject");
        let entities = ENTITIES.into_iter().filter(|entity| kind.is_none_or(|kind| kind == entity.kind));
        let entities = entities.filter(|entity| is_any || is_named(entity.name));
        Ok(Self {
            ids: texts("ids").filter_map(|id| id.parse().ok()).collect(),
            kinds: entities.map(|entity| entity.kind).collect(),
        })
    }
}

/// The objects of these ids and kinds, as a caller reads them, with the properties that `select` names. Ids that no such object
/// has are left out.
pub fn get_by_ids(
    tx: &ReadTx<'_>,
    by: &Grants,
    named: &Named,
    select: Option<&[String]>,
) -> Result<Page, Error> {
    let (limit, select) = (named.ids.len(), select.map(<[String]>::to_vec));
    let listing = Listing { select, limit, ..Listing::default() };
    access::check_listed(by, &ENTITIES, &listing)?;
    let page = store::objects::by_ids(tx, &named.ids, &named.kinds, &listing)?;
    if page.next.is_some() {
        return Err(Refusal::ResultTooLarge.into());
    }
    Page::of(tx, by, &listing, page, |row| Found::where_readable(by, row))
}

/// Deletes an object, if objects of its kind can be. Contacts are kept by Exchange, and roles stay activated.
pub fn delete(tx: &WriteTx<'_>, policy: Policy, by: &Grants, id: &AsWritten<ObjectId>) -> Result<(), Error> {
    let object = lookup::object(tx, id)?;
    let need = match object.traits {
        ObjectTraits::OrgContact | ObjectTraits::DirectoryRole => return Err(Refusal::NotPermitted.into()),
        ObjectTraits::Group(traits) => return groups::delete_found(tx, policy, by, &object, traits),
        ObjectTraits::User => return users::delete_found(tx, by, &object),
        ObjectTraits::Application => &WRITE_APPLICATION,
        ObjectTraits::Device => &DELETE_DEVICE,
        ObjectTraits::ServicePrincipal => &WRITE_SERVICE_PRINCIPAL,
        ObjectTraits::AdministrativeUnit(_) => &WRITE_ADMINISTRATIVE_UNIT,
    };
    rights::may_act(tx, by, need, &object)?;
    match object.kind() {
        ObjectKind::Application => applications::delete_found(tx, &object),
        ObjectKind::ServicePrincipal => service_principals::delete_found(tx, &object),
        _ => objects::delete(tx, &object),
    }
}
