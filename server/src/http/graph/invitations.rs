//! `/invitations`. The rules are in `directory::invitations`.

use super::shapes::{Resources, guid};
use crate::{
    directory::invitations,
    http::{
        answers::{self, Form},
        contract::schemas::{Invitation, InvitationCreate},
        errors::Failure,
        extract::Caller,
        operation::Operation,
        payload::Body,
        state::AppState,
        units_of_work::write,
    },
    model::{ids::ObjectId, invitation::INVITATION, permissions::INVITE},
};
use axum::{extract::State, routing::post};
use serde_json::json;
use utoipa::openapi::path::HttpMethod;

const INVITATIONS: Resources = Resources {
    resource: &INVITATION,
    tag: "users",
    one: "an invitation",
    many: "invitations",
    page: "invitation",
    key: guid,
    example: || {
        json!({
            "id": "5a3e0000-0000-4000-8000-000000000721",
            "inviteRedeemUrl": "https://login.microsoftonline.com/redeem?tenant=5a3e0000-0000-4000-8000-000000000001&user=5a3e0000-0000-4000-8000-000000000721&ver=2.0",
            "invitedUserType": "Guest", "invitedUserEmailAddress": "charles@fabrikam.example",
            "inviteRedirectUrl": "https://loans.contoso.example", "status": "PendingAcceptance",
            "invitedUserMessageInfo": {"ccRecipients": [], "customizedMessageBody": null, "messageLanguage": "en-US"},
            "invitedUser": {"id": "5a3e0000-0000-4000-8000-000000000722"},
        })
    },
};

pub(super) fn operations() -> Vec<Operation> {
    let handler = async |caller: Caller,
                         State(app): State<AppState>,
                         form: Form,
                         Body { values, .. }: Body<InvitationCreate>| {
        let id = ObjectId::random();
        let told = write(&app, &caller, move |tx, _, by| invitations::create(tx, by, id, &values)).await?;
        Ok::<_, Failure>(answers::made_resource(&form, &INVITATION, &told))
    };
    let body = json!({
        "invitedUserEmailAddress": "charles@fabrikam.example", "inviteRedirectUrl": "https://loans.contoso.example",
    });
    let invite =
        Operation::shaped(&INVITE, HttpMethod::Post, "/invitations", "create_invitation", post(handler));
    vec![
        invite
            .summary(INVITATIONS.tag, "Create an invitation")
            .description(
                "Makes a guest of somebody from elsewhere. Who was invited before is told again. No message is sent, and nobody can \
                 accept it here: the guest can be put into groups at once. The invitation isn't kept.",
            )
            .page("invitation-post")
            .body::<InvitationCreate>("The new invitation.", body)
            .creates::<Invitation>("The new invitation.", INVITATIONS.entity())
            .nowhere(),
    ]
}
