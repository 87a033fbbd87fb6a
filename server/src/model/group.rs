//! The group: its properties.

use super::{
    complex_types::{
        ASSIGNED_LABEL, ASSIGNED_LICENSE, GROUP_EXTENSION_ATTRIBUTES, LICENSE_PROCESSING_STATE,
        ON_PREMISES_PROVISIONING_ERROR, SERVICE_PROVISIONING_ERROR,
    },
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{
        ADD_MEMBER, GROUP_DATA_LOCATION, GROUP_MAILBOX, LIST_GROUP_MEMBER_OF,
        LIST_GROUP_TRANSITIVE_MEMBER_OF, LIST_MEMBERS, LIST_OWNERS, READ_BASIC_GROUP, READ_GROUP,
    },
    properties::{
        EdmType, Entity, Enumeration, Format, Initial,
        Kind::{Boolean, DateTime, Int32, Object, Objects, String, Strings},
        Property, property,
    },
    query_support::{
        EMPTY, ENDS_WITH, EQ, EQ_ADVANCED, NULL, RANGE, RANGE_ADVANCED, STARTS_WITH, STARTS_WITH_ADVANCED,
    },
};

/// A group, as Graph's resource page `group` has it.
pub static GROUP: Entity = Entity {
    kind: ObjectKind::Group,
    number: 2,
    name: "group",
    set: "groups",
    alternate_key: Some("uniqueName"),
    words: "a group",
    resource: "Group",
    description: "A Microsoft 365 group, a security group, a mail-enabled security group or a distribution group.",
    read: &READ_GROUP,
    read_basic: &READ_BASIC_GROUP,
    add_to_group: &ADD_MEMBER,
    navigation: &[
        navigation(NavigationProperty::Members, &LIST_MEMBERS),
        navigation(NavigationProperty::Owners, &LIST_OWNERS),
        navigation(NavigationProperty::TransitiveMembers, &LIST_MEMBERS),
        navigation(NavigationProperty::MemberOf, &LIST_GROUP_MEMBER_OF),
        navigation(NavigationProperty::TransitiveMemberOf, &LIST_GROUP_TRANSITIVE_MEMBER_OF),
    ],
    properties: PROPERTIES,
};

static VISIBILITY: Enumeration =
    Enumeration { name: "GroupVisibility", members: &["Private", "Public", "HiddenMembership"] };
static THEME: Enumeration = Enumeration {
    name: "GroupTheme",
    members: &["Teal", "Purple", "Green", "Blue", "Pink", "Orange", "Red"],
};
static PROCESSING_STATE: Enumeration =
    Enumeration { name: "RuleProcessingState", members: &["On", "Paused"] };
static ACCESS_TYPE: Enumeration = Enumeration {
    name: "GroupAccessType",
    members: &["none", "private", "secret", "public", "unknownFutureValue"],
};
static GROUP_TYPE: Enumeration =
    Enumeration { name: "GroupType", members: &["Unified", "DynamicMembership"] };

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The group's unique identifier.").unchanged().format(Format::Guid).filter(EQ).basic(),
    property("deletedDateTime", DateTime, "When the group was deleted; null while it isn't.").order_advanced(),
    property("classification", String, "A classification of the group, such as its business impact.").writable().filter(EQ | STARTS_WITH).search(),
    property("createdDateTime", DateTime, "When the group was created.").filter(RANGE_ADVANCED | NULL).order_advanced(),
    property("description", String, "What the group is for.").writable().max(1024).filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search_words().basic(),
    property("displayName", String, "The group's name in address books.").required().max(256).format(Format::DisplayName).filter(EQ | STARTS_WITH | NULL).order().search_words().basic(),
    property("expirationDateTime", DateTime, "When the group expires, where a lifecycle policy covers it.").filter(RANGE_ADVANCED),
    property("groupTypes", Strings, "`Unified` for a Microsoft 365 group; `DynamicMembership` where a rule decides who is in it.").writable().format(Format::OneOf(&GROUP_TYPE)).filter(EQ).search().basic(),
    property("isAssignableToRole", Boolean, "Whether directory roles can be assigned to the group.").at_creation().filter(EQ),
    property("mail", String, "The group's mail address.").filter(EQ | STARTS_WITH | ENDS_WITH | NULL).search().basic(),
    property("mailEnabled", Boolean, "Whether the group takes mail.").required().filter(EQ).basic(),
    property("mailNickname", String, "The local part of the group's mail address.").required().max(64).format(Format::MailNickname).filter(EQ | STARTS_WITH | NULL).search().basic(),
    property("membershipRule", String, "The rule that decides who is in a dynamic group.").writable().max(3072).filter(EQ | STARTS_WITH).search(),
    property("membershipRuleProcessingState", String, "Whether the rule is applied: `On`, or `Paused` for the time being.").writable().format(Format::OneOf(&PROCESSING_STATE)).filter(EQ).search(),
    property("onPremisesDomainName", String, "The domain of the group on premises, where it is synchronised."),
    property("onPremisesLastSyncDateTime", DateTime, "When the group was last synchronised from on premises.").filter(RANGE),
    property("onPremisesNetBiosName", String, "The NetBIOS name of the group on premises."),
    property("onPremisesSamAccountName", String, "The SAM account name of the group on premises.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED).search(),
    property("onPremisesSecurityIdentifier", String, "The security identifier of the group on premises.").filter(EQ | NULL).search(),
    property("onPremisesSyncEnabled", Boolean, "Whether the group is synchronised from on premises; null where it never was.").filter(EQ | NULL),
    property("preferredDataLocation", String, "Where the group's data should lie.").writable().needs(GROUP_DATA_LOCATION),
    property("preferredLanguage", String, "The language of a Microsoft 365 group, an ISO 639-1 code.").writable().filter(EQ_ADVANCED | NULL).search(),
    property("proxyAddresses", Strings, "All mail addresses of the group; the one in use begins with `SMTP:`.").filter(EQ | STARTS_WITH | ENDS_WITH | EMPTY).search(),
    property("renewedDateTime", DateTime, "When the group was last renewed.").filter(RANGE),
    property("resourceBehaviorOptions", Strings, "How a Microsoft 365 group behaves.").at_creation().filter(EQ).search(),
    property("resourceProvisioningOptions", Strings, "The services set up for a Microsoft 365 group, such as `Team`.").writable().filter(EQ).search(),
    property("securityEnabled", Boolean, "Whether the group is a security group.").required().filter(EQ).basic(),
    property("securityIdentifier", String, "The group's security identifier, derived from its id."),
    property("theme", String, "The colour theme of a Microsoft 365 group: `Teal`, `Purple`, `Green`, `Blue`, `Pink`, `Orange` or `Red`.").writable().format(Format::OneOf(&THEME)),
    property("uniqueName", String, "A name of the group that is unique in the tenant, whatever its case, and set once.").write_once().never_null().max(128).format(Format::UniqueName).filter(EQ | STARTS_WITH).search(),
    property("visibility", String, "Who may join the group and see its members. `Public`: anyone joins; `Private`: an owner lets people in; `HiddenMembership`: so too, and only the members see each other, for Microsoft 365 groups from their creation on.").writable().never_null().format(Format::OneOf(&VISIBILITY)).basic(),
    property("onPremisesProvisioningErrors", Objects(&ON_PREMISES_PROVISIONING_ERROR), "Errors of the synchronisation from on premises.").filter(EMPTY),
    property("serviceProvisioningErrors", Objects(&SERVICE_PROVISIONING_ERROR), "Errors that services reported of the group."),
    property("accessType", String, "How a Microsoft 365 group is joined.").from_other_service().edm_type(EdmType::Enumeration(&ACCESS_TYPE)),
    property("allowExternalSenders", Boolean, "Whether people outside the organisation can send mail to the group.").update_only().from_other_service().initially(Initial::False).needs(GROUP_MAILBOX),
    property("assignedLabels", Objects(&ASSIGNED_LABEL), "The sensitivity labels of a Microsoft 365 group.").writable().on_select(),
    property("assignedLicenses", Objects(&ASSIGNED_LICENSE), "The licences that were assigned to the group's members.").on_select().filter(EMPTY),
    property("autoSubscribeNewMembers", Boolean, "Whether new members get the group's mail.").update_only().from_other_service().initially(Initial::False).needs(GROUP_MAILBOX),
    property("hideFromAddressLists", Boolean, "Whether address lists leave the group out.").update_only().from_other_service().initially(Initial::False).needs(GROUP_MAILBOX),
    property("hideFromOutlookClients", Boolean, "Whether Outlook leaves the group out.").update_only().from_other_service().initially(Initial::False).needs(GROUP_MAILBOX),
    property("infoCatalogs", Strings, "The catalogues that the group is in.").on_select().filter(EQ | STARTS_WITH).search(),
    property("isArchived", Boolean, "Whether the group's team is archived.").from_other_service(),
    property("isFavorite", Boolean, "Whether the signed-in user marked the group.").from_other_service(),
    property("isManagementRestricted", Boolean, "Whether the group is in a restricted administrative unit.").on_select(),
    property("isSubscribedByMail", Boolean, "Whether the signed-in user gets the group's mail.").update_only().from_other_service().initially(Initial::False).needs(GROUP_MAILBOX),
    property("licenseProcessingState", Object(&LICENSE_PROCESSING_STATE), "How far the group's licences have come to its members.").on_select(),
    property("onPremisesExtensionAttributes", Object(&GROUP_EXTENSION_ATTRIBUTES), "Attributes whose meaning the organisation decides.").on_select(),
    property("organizationId", String, "The tenant that the group is in.").on_select(),
    property("unseenConversationsCount", Int32, "How many conversations the signed-in user hasn't seen.").from_other_service().initially(Initial::Zero),
    property("unseenCount", Int32, "How many conversations have posts that the signed-in user hasn't seen.").update_only().from_other_service().initially(Initial::Zero).needs(GROUP_MAILBOX),
    property("unseenMessagesCount", Int32, "How many posts the signed-in user hasn't seen.").from_other_service().initially(Initial::Zero),
    property("welcomeMessageEnabled", Boolean, "Whether new members are welcomed by mail.").from_other_service(),
];
