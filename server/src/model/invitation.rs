//! The invitation: its properties.

use super::{
    properties::{
        Complex, Enumeration, Format, Initial,
        Kind::{Boolean, Object, Objects, String},
        property,
    },
    resources::Resource,
};

/// An invitation of somebody from elsewhere, as Graph's resource page `invitation` has it. It is told once, and not kept: what stays of it is
/// the guest.
pub static INVITATION: Resource = Resource {
    name: "invitation",
    base: "entity",
    set: "invitations",
    words: "an invitation",
    resource: "Invitation",
    description: "An invitation of somebody from elsewhere, who is a guest from then on.",
    navigation: &[],
    properties: &[
        property("id", String, "The identifier of the invitation.").unchanged().format(Format::Guid),
        property(
            "inviteRedeemUrl",
            String,
            "Where a guest would accept it. Nothing answers there: nothing signs guests in.",
        ),
        property(
            "invitedUserDisplayName",
            String,
            "The guest's name; by default what stands before the `@` of the address.",
        )
        .writable()
        .max(256)
        .format(Format::DisplayName),
        property("invitedUserType", String, "Whether who comes is a `Guest`, or a `Member` nevertheless.")
            .writable()
            .initially(Initial::Text("Guest"))
            .format(Format::OneOf(&INVITED_USER_TYPE)),
        property("invitedUserEmailAddress", String, "Who is invited, by mail address.")
            .required()
            .max(256)
            .format(Format::MailAddress),
        property(
            "sendInvitationMessage",
            Boolean,
            "Whether a message was to be sent. None is sent from here.",
        )
        .writable()
        .initially(Initial::False),
        property("resetRedemption", Boolean, "Whether a guest who is there already is to accept anew.")
            .writable()
            .initially(Initial::False),
        property("inviteRedirectUrl", String, "Where the guest goes after accepting: an absolute URL.")
            .required()
            .max(2048),
        property("status", String, "How far it has come: `PendingAcceptance`."),
        property(
            "invitedUserMessageInfo",
            Object(&INVITED_USER_MESSAGE_INFO),
            "What the message was to say.",
        )
        .writable(),
        property("invitedUser", Object(&INVITED_USER), "The guest."),
    ],
};

static INVITED_USER_TYPE: Enumeration =
    Enumeration { name: "InvitedUserType", members: &["Guest", "Member"] };

static INVITED_USER: Complex = Complex {
    name: "InvitedUser",
    description: "Who was invited.",
    properties: &[property("id", String, "The identifier of the user.")],
};

static INVITED_USER_MESSAGE_INFO: Complex = Complex {
    name: "InvitedUserMessageInfo",
    description: "What a message to who is invited says.",
    properties: &[
        property("ccRecipients", Objects(&RECIPIENT), "Who else gets it.").writable(),
        property("customizedMessageBody", String, "Its text.").writable().max(4096),
        property("messageLanguage", String, "Its language, such as `en-US`.").writable().max(64),
    ],
};

static RECIPIENT: Complex = Complex {
    name: "Recipient",
    description: "Who gets a message.",
    properties: &[property("emailAddress", Object(&EMAIL_ADDRESS), "By mail address.").writable()],
};

static EMAIL_ADDRESS: Complex = Complex {
    name: "EmailAddress",
    description: "A mail address with a name.",
    properties: &[
        property("address", String, "The address.").writable().max(256),
        property("name", String, "The name.").writable().max(256),
    ],
};
