//! Administrative units: creating, changing and deleting them.

use super::{Error, Found, access, lookup, objects};
use crate::{
    model::{
        administrative_unit::ADMINISTRATIVE_UNIT,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits, UnitTraits},
        permissions::{Access, Grants},
        values::Values,
    },
    odata::reference::Key,
    store::{ReadTx, WriteTx, objects::Object},
};

/// Creates a unit as an object of a new `id`.
pub fn create(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Found, Error> {
    access::may_name(by, &[&ADMINISTRATIVE_UNIT], Access::Creation, body.keys())?;
    let values = objects::check_creation(&ADMINISTRATIVE_UNIT, body)?;
    Ok(objects::insert(tx, ObjectTraits::AdministrativeUnit(traits(&values)), id, values)?.1)
}

/// Changes a unit as the body says.
pub fn update(tx: &WriteTx<'_>, by: &Grants, key: &Key, body: &Values) -> Result<(), Error> {
    let (mut unit, draft) = objects::changed(tx, by, ObjectKind::AdministrativeUnit, key, body)?;
    unit.traits = ObjectTraits::AdministrativeUnit(traits(draft.values()));
    objects::update(tx, &unit, &draft)
}

/// Deletes a unit. What was in it stays.
pub fn delete(tx: &WriteTx<'_>, key: &Key) -> Result<(), Error> {
    objects::delete(tx, &find(tx, key)?)
}

/// What rules know of a unit with these values.
pub(super) fn traits(values: &Values) -> UnitTraits {
    UnitTraits {
        hidden_membership: values.get("visibility").is_some_and(|value| value == "HiddenMembership"),
    }
}

/// The unit with this key.
pub(super) fn find(tx: &ReadTx<'_>, key: &Key) -> Result<Object, Error> {
    lookup::of_kind(tx, ObjectKind::AdministrativeUnit, key)
}
