//! `/invitations`. The rules are in `directory::invitations`.

use super::shapes::{Resources, guid};
use crate::{
    directory::invitations,
    http::{
        contract::schemas::{Invitation, InvitationCreate},
        operation::Operation,
    },
    model::{invitation::INVITATION, permissions::INVITE},
};
use serde_json::json;

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
    let body = json!({
        "invitedUserEmailAddress": "charles@fabrikam.example", "inviteRedirectUrl": "https://loans.contoso.example",
    });
    let invite = INVITATIONS.create::<InvitationCreate, Invitation, ()>(
        "/invitations",
        "create_invitation",
        &INVITE,
        invitations::create,
        body,
    );
    vec![invite.page("invitation-post").description(
        "Makes a guest of somebody from elsewhere. Who was invited before is told again. No message is sent, and nobody can accept it \
         here: the guest can be put into groups at once.",
    )]
}
