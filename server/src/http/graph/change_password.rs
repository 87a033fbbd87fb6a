//! `changePassword`: the signed-in user's own password. The rules are in `directory::change_password`.

use super::{
    me::{ME, Me},
    shapes::ObjectKey,
};
use crate::{
    directory::{
        Refusal,
        change_password::{self as rules, Known, Passwords},
    },
    http::{
        answers,
        contract::schemas::ChangePasswordParameters,
        errors::{Failure, RequestFault},
        extract::{Caller, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::{read, write},
    },
    model::permissions::CHANGE_MY_PASSWORD,
    odata::reference::Key,
};
use axum::{extract::State, response::Response, routing::post};
use serde_json::json;
use std::sync::Arc;
use utoipa::openapi::path::HttpMethod;

pub(super) fn operations() -> Vec<Operation> {
    let handler = async |caller: Caller, State(app): State<AppState>, Path(me): Path<Me>, Json(body)| {
        change(&app, &caller, me.key().clone(), Passwords::read(&body)?).await
    };
    let change = Operation::shaped(
        &CHANGE_MY_PASSWORD,
        HttpMethod::Post,
        "/me/changePassword",
        "change_my_password",
        post(handler),
    );
    let passwords =
        json!({"currentPassword": "An engine, analytical", "newPassword": "Bernoulli's numbers 7"});
    vec![
        ME.with_key::<Me>(change)
            .page("user-changepassword")
            .summary(ME.tag, "Change the password of the signed-in user")
            .description(
                "Gives the signed-in user another password, in the place of the one that the user shows. Whoever signed in by that has to \
                 sign in anew. After ten wrong ones in a row, here or at sign-in, no more are looked at for a minute (429). A user whom \
                 nobody gave a password here has none to show.",
            )
            .body::<ChangePasswordParameters>("Both passwords.", passwords)
            .done("The password is changed, durably."),
    ]
}

/// The comparing and the hashing are done beside all else, and neither begins where too many passwords were wrong. Wrong ones are counted by
/// account, as at sign-in, but not by address: those of many users come from the program that they use.
async fn change(
    app: &AppState,
    caller: &Caller,
    key: Key,
    passwords: Passwords,
) -> Result<Response, Failure> {
    let passwords = Arc::new(passwords);
    let (looked_up, shown) = (key.clone(), passwords.clone());
    let known = read(app, caller, move |tx, by| rules::look(tx, by, &looked_up, &shown)).await?;
    let Known { account, password } = known;
    let attempt = app.sign_in_attempts.begin(caller.tenant.id, &account, None, app.store.clock().now());
    let attempt = attempt.map_err(|_| RequestFault::TooManyPasswords)?;
    let hash = password.as_ref().map(|stored| stored.hash.clone());
    let busy = |_| RequestFault::Overloaded;
    let is_right = app.passwords.is_of(hash, passwords.current.clone()).await.map_err(busy)?;
    let before = password.filter(|_| is_right).ok_or(Refusal::WrongPassword)?;
    app.sign_in_attempts.succeed(attempt);
    let new = app.passwords.hash(passwords.new.clone()).await.map_err(busy)?;
    write(app, caller, move |tx, _, by| rules::change(tx, by, &key, &before, &new)).await?;
    Ok(answers::no_content())
}
