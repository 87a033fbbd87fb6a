//! What a query says, held against the properties of the objects that it asks for: syntax and tables in, conditions and an order
//! out. Which of them a caller may ask for isn't known here.

pub mod equality;
pub mod expand;
pub mod filter;
mod literal;
pub mod order;
pub mod search;

use crate::model::{
    condition::{Condition, Selection},
    properties::Entity,
};

/// The condition of each of these kinds of objects.
fn select<F>(
    entities: &[&'static Entity],
    condition: impl Fn(&'static Entity) -> Result<Condition, F>,
) -> Result<Selection, F> {
    let of = |entity: &&'static Entity| Ok((entity.kind, condition(entity)?));
    Ok(Selection(entities.iter().map(of).collect::<Result<_, F>>()?))
}

/// The test of one kind among those asked for. Where others have what it asks for, it never holds of the kinds that don't; it is
/// a fault where none has it, best told by a kind that knows the name.
fn test_of<F>(
    entity: &'static Entity,
    entities: &[&'static Entity],
    test: impl Fn(&'static Entity) -> Result<Condition, F>,
    is_absence: impl Fn(&F) -> bool,
) -> Result<Condition, F> {
    let fault = match test(entity) {
        Ok(condition) => return Ok(condition),
        Err(fault) => fault,
    };
    let mut told = fault;
    for other in entities {
        match test(other) {
            Ok(_) => return Ok(Condition::NONE),
            Err(other) if is_absence(&told) => told = other,
            Err(_) => {}
        }
    }
    Err(told)
}

#[cfg(test)]
mod tables {
    //! Two kinds of objects with a property for each word of the tables.

    use crate::model::{
        group::GROUP,
        properties::{Complex, Entity, Format, Kind::*, Property, property},
        query_support::*,
        user::USER,
    };

    static IDENTITY: Complex =
        Complex { name: "ObjectIdentity", description: "", properties: IDENTITY_PROPERTIES };

    const IDENTITY_PROPERTIES: &[Property] = &[
        property("issuer", String, "").filter(EQ_NOT_ADVANCED),
        property("issuerAssignedId", String, "").filter(EQ_NOT_ADVANCED),
    ];

    static PLAN: Complex = Complex { name: "AssignedPlan", description: "", properties: PLAN_PROPERTIES };

    const PLAN_PROPERTIES: &[Property] = &[
        property("service", String, "").filter(EQ_ADVANCED),
        property("capabilityStatus", String, "").filter(EQ_ADVANCED),
    ];

    static LICENSE: Complex = Complex {
        name: "AssignedLicense",
        description: "",
        properties: &[property("skuId", String, "").format(Format::Guid).filter(EQ)],
    };

    static ORG_DATA: Complex = Complex {
        name: "EmployeeOrgData",
        description: "",
        properties: &[property("division", String, "").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED)],
    };

    pub(super) static PERSON: Entity = Entity {
        kind: USER.kind,
        number: USER.number,
        name: USER.name,
        set: USER.set,
        alternate_key: None,
        words: USER.words,
        resource: USER.resource,
        description: USER.description,
        read: USER.read,
        read_basic: USER.read_basic,
        add_to_group: USER.add_to_group,
        navigation: USER.navigation,
        properties: &[
            property("id", String, ""),
            property("displayName", String, "").filter(EQ | STARTS_WITH | NULL).order().search_words(),
            property("mail", String, "").filter(EQ | STARTS_WITH | ENDS_WITH | NULL).search(),
            property("companyName", String, "").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL),
            property("aboutMe", String, ""),
            property("accountEnabled", Boolean, "").filter(EQ),
            property("createdDateTime", DateTime, "").filter(RANGE | NULL).order_advanced(),
            property("employeeHireDate", DateTime, "").filter(RANGE_ADVANCED),
            property("isLicenseReconciliationNeeded", Boolean, "").filter(EQ_NOT_ADVANCED),
            property("otherMails", Strings, "").filter(EQ | STARTS_WITH | ENDS_WITH | EMPTY),
            property("assignedLicenses", Objects(&LICENSE), "").filter(EMPTY),
            property("assignedPlans", Objects(&PLAN), ""),
            property("identities", Objects(&IDENTITY), ""),
            property("employeeOrgData", Object(&ORG_DATA), ""),
        ],
    };

    pub(super) static TEAM: Entity = Entity {
        kind: GROUP.kind,
        number: GROUP.number,
        name: GROUP.name,
        set: GROUP.set,
        alternate_key: None,
        words: GROUP.words,
        resource: GROUP.resource,
        description: GROUP.description,
        read: GROUP.read,
        read_basic: GROUP.read_basic,
        add_to_group: GROUP.add_to_group,
        navigation: GROUP.navigation,
        properties: &[
            property("displayName", String, "").filter(EQ | STARTS_WITH | NULL).order().search_words(),
            property("description", String, "").filter(EQ_ADVANCED).search_words(),
            property("groupTypes", Strings, "").filter(EQ),
            property("isAssignableToRole", Boolean, "").filter(EQ),
        ],
    };
}
