//! The parameters of actions, declared like the properties of a complex type, and what some actions answer.

use super::application_types::{KEY_CREDENTIAL, PASSWORD_CREDENTIAL};
use super::complex_types::ASSIGNED_LICENSE;
use super::properties::{
    Complex, Enumeration, Format,
    Kind::{Boolean, Object, Objects, String, Strings},
    Property, property,
};

/// Ids that a check can name.
pub const MAX_IDS: usize = 20;

/// Ids of objects that one request can get.
pub const MAX_OBJECTS: usize = 1000;

/// Of *addPassword*.
pub static ADD_PASSWORD: Complex = Complex {
    name: "AddPasswordParameters",
    description: "What is to be said of a new password.",
    properties: &[property(
        "passwordCredential",
        Object(&PASSWORD_CREDENTIAL),
        "Its name, and when it begins and ends. All else of it is made.",
    )],
};

/// Of *removePassword*.
pub static REMOVE_PASSWORD: Complex = Complex {
    name: "RemovePasswordParameters",
    description: "The password that is to be taken away.",
    properties: &[property("keyId", String, "Its identifier.").required().format(Format::Guid)],
};

/// Of *addKey*.
pub static ADD_KEY: Complex = Complex {
    name: "AddKeyParameters",
    description: "A new certificate, and what proves that whoever adds it has the key of one that is there.",
    properties: &[
        property(
            "keyCredential",
            Object(&KEY_CREDENTIAL),
            "The certificate: its `key`, its `type` (`AsymmetricX509Cert`) and its `usage` (`Verify`).",
        )
        .required(),
        property("passwordCredential", Object(&PASSWORD_CREDENTIAL), "Null: certificates have no password."),
        PROOF,
    ],
};

/// Of *removeKey*.
pub static REMOVE_KEY: Complex = Complex {
    name: "RemoveKeyParameters",
    description: "The certificate that is to be taken away, and what proves that whoever does so has the key of one.",
    properties: &[property("keyId", String, "Its identifier.").required().format(Format::Guid), PROOF],
};

const PROOF: Property = property(
    "proof",
    String,
    "A JWT, signed with the key of a certificate that is there and counts: for Microsoft Graph (`aud`: \
     `00000003-0000-0000-c000-000000000000`), from this object (`iss`: its `id`), valid for ten minutes at most.",
).max(8192);

/// Of *assignLicense*.
pub static ASSIGN_LICENSE: Complex = Complex {
    name: "AssignLicenseParameters",
    description: "Licences that are to be assigned, and those that are to be taken away.",
    properties: &[
        property("addLicenses", Objects(&ASSIGNED_LICENSE), "The licences that are to be assigned.")
            .required(),
        property("removeLicenses", Strings, "The products of those that are to be taken away.")
            .required()
            .format(Format::Guid),
    ],
};

/// Of *changePassword*.
pub static CHANGE_PASSWORD: Complex = Complex {
    name: "ChangePasswordParameters",
    description: "The password that the signed-in user has, and another one.",
    properties: &[
        property("currentPassword", String, "The password that the user has.").required().max(256),
        property(
            "newPassword",
            String,
            "Another one: 8 to 256 characters of three of the four classes lower case, upper case, digits, symbols.",
        )
        .required()
        .max(256),
    ],
};

/// Of *checkMemberGroups*.
pub static CHECK_MEMBER_GROUPS: Complex = Complex {
    name: "CheckMemberGroupsParameters",
    description: "The groups in which to look for an object.",
    properties: &[ids("groupIds", "The ids of the groups.", MAX_IDS)],
};

/// Of *checkMemberObjects*.
pub static CHECK_MEMBER_OBJECTS: Complex = Complex {
    name: "CheckMemberObjectsParameters",
    description: "The objects, such as groups, in which to look for an object.",
    properties: &[ids("ids", "The ids of the objects.", MAX_IDS)],
};

/// Of *evaluateDynamicMembership*.
pub static EVALUATE_DYNAMIC_MEMBERSHIP: Complex = Complex {
    name: "EvaluateDynamicMembershipParameters",
    description: "Whom a membership rule is to be evaluated for, and which.",
    properties: &[
        property("memberId", String, "The id of the user or device.").required().format(Format::Identifier),
        property(
            "membershipRule",
            String,
            "The rule. Where none is given, and a group is named, it is the group's own.",
        )
        .writable()
        .max(3072),
    ],
};

/// What *evaluateDynamicMembership* answers.
pub static EVALUATE_DYNAMIC_MEMBERSHIP_RESULT: Complex = Complex {
    name: "EvaluateDynamicMembershipResult",
    description: "Whether a membership rule is satisfied, and why.",
    properties: &[
        property("membershipRule", String, "The rule."),
        property(
            "membershipRuleEvaluationDetails",
            Object(&EXPRESSION_EVALUATION_DETAILS),
            "What its expressions come to.",
        ),
        property("membershipRuleEvaluationResult", Boolean, "Whether it is satisfied."),
    ],
};

static EXPRESSION_EVALUATION_DETAILS: Complex = Complex {
    name: "ExpressionEvaluationDetails",
    description: "What an expression comes to.",
    properties: &[
        property("expression", String, "The expression."),
        property(
            "expressionEvaluationDetails",
            Objects(&EXPRESSION_EVALUATION_DETAILS),
            "What the expressions come to that it is made of.",
        ),
        property("expressionResult", Boolean, "What it comes to."),
        property("propertyToEvaluate", Object(&PROPERTY_TO_EVALUATE), "The property that it asks for."),
    ],
};

static PROPERTY_TO_EVALUATE: Complex = Complex {
    name: "PropertyToEvaluate",
    description: "A property that an expression asks for.",
    properties: &[
        property("propertyName", String, "Its name in rules."),
        property("propertyValue", String, "Its value, as text."),
    ],
};

/// Of *getByIds*.
pub static GET_BY_IDS: Complex = Complex {
    name: "GetByIdsParameters",
    description: "Which objects are to be found.",
    properties: &[
        ids("ids", "The ids of the objects.", MAX_OBJECTS),
        property(
            "types",
            Strings,
            "The kinds of objects among which they are looked for, such as `user`, in any case. Where none is named, or \
             `directoryObject` is, that is every kind.",
        )
        .writable(),
    ],
};

/// Of *getMemberGroups* and *getMemberObjects*.
pub static GET_MEMBER_GROUPS: Complex = Complex {
    name: "GetMemberGroupsParameters",
    description: "Which groups are asked for.",
    properties: &[property(
        "securityEnabledOnly",
        Boolean,
        "Whether only security groups are asked for, and groups that lead to them through such groups. Only of users.",
    )
    .writable()],
};

/// Of *restore*.
pub static RESTORE: Complex = Complex {
    name: "RestoreParameters",
    description: "How a deleted object is to be restored.",
    properties: &[
        property(
            "autoReconcileProxyConflict",
            Boolean,
            "Whether a user loses the mail addresses that another user has meanwhile. Here users can share one, so that none is lost.",
        )
        .writable(),
        property("newUserPrincipalName", String, "Another sign-in name for a user, in place of the one that it had.")
            .writable()
            .max(113)
            .format(Format::UserPrincipalName),
    ],
};

/// What a user can own.
static OWNED_TYPE: Enumeration = Enumeration { name: "OwnedType", members: &["Group", "Application"] };

/// Of *getUserOwnedObjects*.
pub static GET_USER_OWNED_OBJECTS: Complex = Complex {
    name: "GetUserOwnedObjectsParameters",
    description: "Which deleted objects are asked for.",
    properties: &[
        property("userId", String, "The id of the user who owned them.")
            .required()
            .format(Format::Identifier),
        property("type", String, "What they are: `Group` or `Application`.")
            .required()
            .format(Format::OneOf(&OWNED_TYPE)),
    ],
};

/// What names can be validated of.
static VALIDATED_ENTITY: Enumeration = Enumeration { name: "ValidatedEntityType", members: &["Group"] };

const DISPLAY_NAME: Property =
    property("displayName", String, "The display name of the group.").writable().max(256);
const MAIL_NICKNAME: Property =
    property("mailNickname", String, "The mail nickname of the group.").writable().max(64);
const ON_BEHALF_OF: Property =
    property("onBehalfOfUserId", String, "The id of the user who would give the names.")
        .writable()
        .format(Format::Guid);

/// Of *validateProperties*.
pub static VALIDATE_PROPERTIES: Complex = Complex {
    name: "ValidatePropertiesParameters",
    description: "The names of a new Microsoft 365 group, at least one of them.",
    properties: &[
        property("entityType", String, "What the names are for: `Group`.")
            .required()
            .format(Format::OneOf(&VALIDATED_ENTITY)),
        DISPLAY_NAME,
        MAIL_NICKNAME,
        ON_BEHALF_OF,
    ],
};

/// The same of a group that is there.
pub static VALIDATE_GROUP_PROPERTIES: Complex = Complex {
    name: "ValidateGroupPropertiesParameters",
    description: "The names that a Microsoft 365 group would have, at least one of them.",
    properties: &[DISPLAY_NAME, MAIL_NICKNAME, ON_BEHALF_OF],
};

/// Of *addGroup* and *removeGroup* of a lifecycle policy.
pub static MANAGED_GROUP: Complex = Complex {
    name: "ManagedGroupParameters",
    description: "The group that is to expire, or to expire no more.",
    properties: &[property("groupId", String, "The id of the group.").required().format(Format::Identifier)],
};

const fn ids(name: &'static str, description: &'static str, most: usize) -> Property {
    property(name, Strings, description).required().format(Format::Identifier).max_items(most)
}
