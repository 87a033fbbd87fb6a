//! `/directory/administrativeUnits`. The rules are in `directory::administrative_units`.

use super::shapes::Objects;
use crate::{
    directory::administrative_units as rules,
    http::{
        answers::{self, Form},
        contract::schemas::{
            AdministrativeUnit, AdministrativeUnitCollection, AdministrativeUnitCreate,
            AdministrativeUnitUpdate,
        },
        errors::Failure,
        extract::{Caller, IdKey, Path},
        operation::Operation,
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{READ_ADMINISTRATIVE_UNIT, WRITE_ADMINISTRATIVE_UNIT},
    },
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use utoipa_axum::routes;

pub(super) static ADMINISTRATIVE_UNITS: Objects = Objects {
    kind: ObjectKind::AdministrativeUnit,
    tag: "administrative units",
    one: "an administrative unit",
    many: "administrative units",
    page: "administrativeunit",
    example,
};

fn example() -> Value {
    json!({
        "id": "5a3e0000-0000-4000-8000-000000000308", "displayName": "Headquarters",
        "description": "Who works in the main building.",
    })
}

pub(super) fn operations() -> Vec<Operation> {
    const PATH: &str = "/directory/administrativeUnits";
    const ONE: &str = "/directory/administrativeUnits/{id}";
    let units = &ADMINISTRATIVE_UNITS;
    vec![
        units
            .list::<AdministrativeUnitCollection>(
                PATH,
                "list_administrative_units",
                &READ_ADMINISTRATIVE_UNIT,
            )
            .page("directory-list-administrativeunits"),
        units
            .count(
                "/directory/administrativeUnits/$count",
                "count_administrative_units",
                &READ_ADMINISTRATIVE_UNIT,
            )
            .page("directory-list-administrativeunits"),
        units.get::<AdministrativeUnit>(ONE, "get_administrative_unit", &READ_ADMINISTRATIVE_UNIT),
        Operation::annotated(&WRITE_ADMINISTRATIVE_UNIT, routes!(create_administrative_unit))
            .page("directory-post-administrativeunits"),
        Operation::annotated(&WRITE_ADMINISTRATIVE_UNIT, routes!(update_administrative_unit))
            .page("administrativeunit-update"),
        units
            .delete::<IdKey>(ONE, "delete_administrative_unit", &WRITE_ADMINISTRATIVE_UNIT, |tx, _, _, id| {
                rules::delete(tx, id)
            })
            .description("Its members stay. It can be restored for thirty days, with them."),
    ]
}

/// Create an administrative unit
///
/// Creates an administrative unit. Nothing is in it yet. Units whose members follow a rule can't be created here.
#[utoipa::path(
    post, path = "/directory/administrativeUnits", operation_id = "create_administrative_unit",
    tag = "administrative units",
    request_body(content = AdministrativeUnitCreate, description = "The new unit.", example = json!({
        "displayName": "Branches", "description": "Who works elsewhere.", "visibility": "HiddenMembership",
    })),
    responses(
        (status = 201, description = "The new unit.", body = AdministrativeUnit, example = json!(ADMINISTRATIVE_UNITS.entity_with(&json!({
            "id": "5a3e0000-0000-4000-8000-000000000311", "displayName": "Branches",
            "description": "Who works elsewhere.", "visibility": "HiddenMembership",
        })))),
    ),
)]
async fn create_administrative_unit(
    caller: Caller,
    State(app): State<AppState>,
    form: Form,
    Body { values, .. }: Body<AdministrativeUnitCreate>,
) -> Result<Response, Failure> {
    let id = ObjectId::random();
    let new = write(&app, &caller, move |tx, _, by| rules::create(tx, by, id, &values)).await?;
    answers::created(&form, &new)
}

/// Update an administrative unit
///
/// Changes an administrative unit. What the body doesn't name stays as it is; `null` takes a value away.
#[utoipa::path(
    patch, path = "/directory/administrativeUnits/{id}", operation_id = "update_administrative_unit",
    tag = "administrative units",
    params(("id" = Uuid, Path, description = "The administrative unit's id.", example = "5a3e0000-0000-4000-8000-000000000308")),
    request_body(content = AdministrativeUnitUpdate, description = "What changes.", example = json!({
        "description": null, "visibility": "HiddenMembership",
    })),
    responses((status = 204, description = "The unit is changed, durably.")),
)]
async fn update_administrative_unit(
    caller: Caller,
    State(app): State<AppState>,
    Path(IdKey(key)): Path<IdKey>,
    Body { values, .. }: Body<AdministrativeUnitUpdate>,
) -> Result<Response, Failure> {
    write(&app, &caller, move |tx, _, by| rules::update(tx, by, &key, &values)).await?;
    Ok(answers::no_content())
}
