//! `assignLicense`: which licences a user or a group has. A group's licences aren't handed on to its members here.

use super::{Error, Found, Refusal, check_members, lookup, objects, rights, subscribed_skus};
use crate::{
    model::{
        actions::ASSIGN_LICENSE,
        draft::Draft,
        ids::ObjectId,
        kinds::GroupKind,
        permissions::{ASSIGN_LICENSE_TO_GROUP, Grants},
        values::{Document, PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        WriteTx,
        objects::{Object, find_with_document, values_of},
        resources::Stored,
    },
};
use serde_json::{Value, json};

const LICENSES: &str = "assignedLicenses";

/// Licences that are to be assigned, and those that are to be taken away.
pub struct Change {
    add: Vec<License>,
    remove: Vec<ObjectId>,
}

struct License {
    sku: ObjectId,
    disabled_plans: Vec<ObjectId>,
}

impl License {
    fn read(value: &Value) -> Result<Self, Refusal> {
        let sku = value.get("skuId").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let sku = sku.ok_or_else(|| check_members::refused(PropertyFault::Invalid("addLicenses")))?;
        Ok(Self { sku, disabled_plans: ids(value.get("disabledPlans")) })
    }

    fn value(&self) -> Value {
        let plans: Vec<String> = self.disabled_plans.iter().map(ToString::to_string).collect();
        json!({"disabledPlans": plans, "skuId": self.sku.to_string()})
    }
}

impl Change {
    /// Reads the body of a request.
    pub fn read(body: &Values) -> Result<Self, Refusal> {
        let given = ASSIGN_LICENSE.check_parameters(body).map_err(check_members::refused)?;
        let add = given.get("addLicenses").and_then(Value::as_array).into_iter().flatten();
        let add = add.map(License::read).collect::<Result<_, _>>()?;
        Ok(Self { add, remove: ids(given.get("removeLicenses")) })
    }
}

fn ids(value: Option<&Value>) -> Vec<ObjectId> {
    let texts = value.and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(|id| id.as_str()?.parse().ok()).collect()
}

/// Changes which licences a user has. It must be known where the user is.
pub fn of_user(tx: &WriteTx<'_>, _: &Grants, user: &Key, change: &Change) -> Result<Found, Error> {
    let (user, document) = lookup::user_with_document(tx, user)?;
    let has_location = values_of(&document)?.contains_key("usageLocation");
    if !change.add.is_empty() && !has_location {
        return Err(Refusal::NoUsageLocation.into());
    }
    assign(tx, &user, &document, change, true)
}

/// Changes which licences a group has.
pub fn of_group(tx: &WriteTx<'_>, by: &Grants, group: &Key, change: &Change) -> Result<Found, Error> {
    let (group, traits, document) = lookup::group_with_document(tx, group)?;
    rights::may_act(tx, by, &ASSIGN_LICENSE_TO_GROUP, &group)?;
    if traits.kind == GroupKind::Distribution {
        return Err(Refusal::ManagedByExchange.into());
    }
    assign(tx, &group, &document, change, false)
}

fn assign(
    tx: &WriteTx<'_>,
    object: &Object,
    document: &Document,
    change: &Change,
    counts: bool,
) -> Result<Found, Error> {
    let mut draft = Draft::of_stored(values_of(document)?);
    let mut licenses = draft.get(LICENSES).and_then(Value::as_array).cloned().unwrap_or_default();
    let is_of =
        |license: &Value, sku: ObjectId| ids(license.get("skuId").map(|id| json!([id])).as_ref()) == [sku];
    for &sku in &change.remove {
        let stored = find(tx, sku)?;
        let before = licenses.len();
        licenses.retain(|license| !is_of(license, sku));
        if licenses.len() == before {
            return Err(Refusal::NotLicensed.into());
        }
        if counts {
            subscribed_skus::consume(tx, stored, -1)?;
        }
    }
    for license in &change.add {
        let stored = find(tx, license.sku)?;
        check_plans(&stored, license)?;
        let before = licenses.len();
        licenses.retain(|other| !is_of(other, license.sku));
        if counts && licenses.len() == before {
            subscribed_skus::consume(tx, stored, 1)?;
        }
        licenses.push(license.value());
    }
    draft.set(LICENSES, licenses);
    objects::update(tx, object, &draft)?;
    let (object, document) =
        find_with_document(tx, object.id)?.ok_or_else(|| Refusal::NotFound(object.id.to_string()))?;
    Ok(Found::of(&object, document))
}

fn find(tx: &WriteTx<'_>, sku: ObjectId) -> Result<Stored, Error> {
    Ok(subscribed_skus::find(tx, sku)?.ok_or(Refusal::UnknownLicense(sku))?)
}

/// Refuses plans that the product doesn't have.
fn check_plans(stored: &Stored, license: &License) -> Result<(), Refusal> {
    let plans = stored.values.get("servicePlans").and_then(Value::as_array).into_iter().flatten();
    let plans: Vec<Value> = plans.filter_map(|plan| plan.get("servicePlanId").cloned()).collect();
    let plans = ids(Some(&plans.into()));
    match license.disabled_plans.iter().find(|plan| !plans.contains(plan)) {
        Some(&plan) => Err(Refusal::UnknownPlan { plan, sku: license.sku }),
        None => Ok(()),
    }
}
