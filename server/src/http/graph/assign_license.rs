//! `assignLicense`: which licences a user or a group has. The rules are in `directory::assign_license`.

use super::{
    groups::GROUPS,
    shapes::{ObjectKey, Objects},
    users::USERS,
};
use crate::{
    directory::{
        self, Found,
        assign_license::{self as rules, Change},
    },
    http::{
        answers::{self, Form, Shown},
        contract::schemas::{AssignLicenseParameters, Group, User},
        errors::Failure,
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::write,
    },
    model::permissions::{ASSIGN_LICENSE_TO_GROUP, ASSIGN_LICENSE_TO_USER, Grants, Need},
    odata::reference::Key,
    store::WriteTx,
};
use axum::{extract::State, http::StatusCode, routing::post};
use serde_json::json;
use utoipa::openapi::path::HttpMethod;

/// The rule that changes the licences of an object.
type Assign = fn(&WriteTx<'_>, &Grants, &Key, &Change) -> Result<Found, directory::Error>;

pub(super) fn operations() -> Vec<Operation> {
    let user = assign::<Key>(
        &USERS,
        ["/users/{id}/assignLicense", "assign_license_to_user"],
        &ASSIGN_LICENSE_TO_USER,
        rules::of_user,
        StatusCode::OK,
    );
    let group = assign::<IdKey>(
        &GROUPS,
        ["/groups/{id}/assignLicense", "assign_license_to_group"],
        &ASSIGN_LICENSE_TO_GROUP,
        rules::of_group,
        StatusCode::ACCEPTED,
    );
    vec![
        user.description("It must be known where the user is (`usageLocation`).").answers_as::<User>(
            StatusCode::OK,
            "The user.",
            USERS.entity(),
        ),
        group.description("Its members don't get them here.").answers_as::<Group>(
            StatusCode::ACCEPTED,
            "The group.",
            GROUPS.entity(),
        ),
    ]
}

fn assign<K: ObjectKey<Key = Key>>(
    of: &'static Objects,
    [path, id]: [&'static str; 2],
    need: &'static Need,
    rule: Assign,
    status: StatusCode,
) -> Operation {
    let handler = async move |caller: Caller,
                              State(app): State<AppState>,
                              form: Form,
                              Path(key): Path<K>,
                              Json(body)| {
        let change = Change::read(&body)?;
        let found = write(&app, &caller, move |tx, _, by| rule(tx, by, key.key(), &change)).await?;
        let mut response = answers::entity(&form, &found, Shown::default())?;
        *response.status_mut() = status;
        Ok::<_, Failure>(response)
    };
    let license = json!({"disabledPlans": [], "skuId": "5a3e0000-0000-4000-8000-000000000801"});
    of.with_key::<K>(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
        .summary("licences", format!("Assign licences to {}", of.one))
        .description(format!(
            "Assigns licences to {}, and takes some away: all of it is done, or nothing.",
            of.one
        ))
        .page(format!("{}-assignlicense", of.page))
        .body::<AssignLicenseParameters>(
            "Which licences.",
            json!({"addLicenses": [license], "removeLicenses": []}),
        )
}
