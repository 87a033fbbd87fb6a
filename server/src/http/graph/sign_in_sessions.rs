//! `revokeSignInSessions`: no token that a user has got counts any more. The rule is in `directory::sign_in_sessions`.

use super::{
    me::{ME, Me},
    shapes::{JSON, ObjectKey, Objects, with_context},
    users::USERS,
};
use crate::{
    directory::sign_in_sessions,
    http::{
        answers::{self, Form},
        contract::wire::BooleanValue,
        errors::Failure,
        extract::Path,
        operation::Operation,
        state::AppState,
        units_of_work::write,
    },
    model::permissions::{Need, REVOKE_MY_SIGN_IN_SESSIONS, REVOKE_SIGN_IN_SESSIONS},
    odata::reference::Key,
};
use axum::{extract::State, routing::post};
use serde_json::json;
use utoipa::openapi::path::HttpMethod;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        revoke::<Key>(
            &USERS,
            &REVOKE_SIGN_IN_SESSIONS,
            "/users/{id}/revokeSignInSessions",
            "revoke_user_sign_in_sessions",
        ),
        revoke::<Me>(
            &ME,
            &REVOKE_MY_SIGN_IN_SESSIONS,
            "/me/revokeSignInSessions",
            "revoke_my_sign_in_sessions",
        ),
    ]
}

fn revoke<K: ObjectKey<Key = Key>>(
    of: &Objects,
    need: &'static Need,
    path: &'static str,
    id: &'static str,
) -> Operation {
    let handler = async move |caller, State(app): State<AppState>, form: Form, Path(key): Path<K>| {
        let key = key.key().clone();
        write(&app, &caller, move |tx, _, by| sign_in_sessions::revoke(tx, by, &key)).await?;
        Ok::<_, Failure>(answers::truth(&form, true))
    };
    of.with_key::<K>(Operation::shaped(need, HttpMethod::Post, path, id, post(handler)))
        .page("user-revokesigninsessions")
        .summary(of.tag, format!("Revoke the sessions of {}", of.one))
        .description(
            "Has no token count any more that the user has got: `signInSessionsValidFromDateTime` is the next second from now on. \
             A token that is issued from then on counts.",
        )
        .answers::<BooleanValue>(
            "The sessions are revoked, durably.",
            JSON,
            with_context("Edm.Boolean", "", json!({"value": true})),
        )
}
