//! The group setting, and the templates that settings are made of.

use super::{
    properties::{
        Complex, EdmType, Format,
        Kind::{DateTime, Objects, String},
        property,
    },
    resources::Resource,
};
use serde_json::{Value, json};

/// A group setting, as Graph's resource page `groupSetting` has it.
pub static GROUP_SETTING: Resource = Resource {
    name: "groupSetting",
    base: "entity",
    set: "groupSettings",
    words: "a group setting",
    resource: "GroupSetting",
    description: "Settings of the tenant's Microsoft 365 groups, or of one of them.",
    navigation: &[],
    properties: &[
        property("id", String, "The identifier of the settings.").unchanged().format(Format::Guid),
        property("displayName", String, "The name of the template that they were made of."),
        property("templateId", String, "That template.")
            .required()
            .at_creation()
            .format(Format::Guid)
            .edm_type(EdmType::Primitive("Edm.String")),
        property("values", Objects(&SETTING_VALUE), "The values, one of each name that the template has.")
            .required(),
    ],
};

static SETTING_VALUE: Complex = Complex {
    name: "SettingValue",
    description: "The value of a setting.",
    properties: &[
        property("name", String, "The name of the setting, as the template has it.").writable(),
        property("value", String, "Its value as text.").writable().max(65_536),
    ],
};

/// A template, as Graph's resource page `groupSettingTemplate` has it.
pub static GROUP_SETTING_TEMPLATE: Resource = Resource {
    name: "groupSettingTemplate",
    base: "directoryObject",
    set: "groupSettingTemplates",
    words: "a group setting template",
    resource: "GroupSettingTemplate",
    description: "What settings can be made of: their names, their types and their values where nothing was set.",
    navigation: &[],
    properties: &[
        property("id", String, "The identifier of the template.").unchanged().format(Format::Guid),
        property("deletedDateTime", DateTime, "When the template was deleted. Always null."),
        property("displayName", String, "Its name."),
        property("description", String, "What its settings are about."),
        property("values", Objects(&SETTING_TEMPLATE_VALUE), "The settings."),
    ],
};

static SETTING_TEMPLATE_VALUE: Complex = Complex {
    name: "SettingTemplateValue",
    description: "A setting that a template has.",
    properties: &[
        property("name", String, "Its name."),
        property("type", String, "Its type, such as `System.Boolean`."),
        property("defaultValue", String, "Its value where nothing was set."),
        property("description", String, "What it decides."),
    ],
};

/// A template.
#[derive(Debug)]
pub struct Template {
    /// Its identifier.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What its settings are about.
    pub description: &'static str,
    /// The settings.
    pub settings: &'static [Setting],
}

/// A setting of a template.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: SettingType,
    /// Its value where nothing was set.
    pub default: &'static str,
    /// What it decides.
    pub description: &'static str,
}

/// The type of a setting's value, which is a text whatever its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingType {
    /// `true` or `false`, in any case.
    Boolean,
    /// Digits.
    Int32,
    /// A GUID, or nothing.
    Guid,
    /// At most so many characters.
    Text(usize),
    /// At most so many phrases, with commas between them.
    Phrases(usize),
}

impl SettingType {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "System.Boolean",
            Self::Int32 => "System.Int32",
            Self::Guid => "System.Guid",
            Self::Text(_) | Self::Phrases(_) => "System.String",
        }
    }

    /// Whether a setting of this type can have this value.
    pub fn takes(self, value: &str) -> bool {
        match self {
            Self::Boolean => ["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(value)),
            Self::Int32 => value.parse::<i32>().is_ok(),
            Self::Guid => value.is_empty() || value.parse::<super::ids::ObjectId>().is_ok(),
            Self::Text(most) => value.chars().count() <= most,
            Self::Phrases(most) => {
                let phrases = value.split(',').filter(|phrase| !phrase.trim().is_empty());
                value.chars().count() <= LONG_TEXT && phrases.count() <= most
            }
        }
    }
}

/// How many characters the longest values have.
const LONG_TEXT: usize = 65_536;

/// What Microsoft 365 groups of the tenant are like.
pub static UNIFIED: Template = Template {
    id: "62375ab9-6b52-47ed-826b-58e47e0e304b",
    name: "Group.Unified",
    description: "Settings of all Microsoft 365 groups of the tenant.",
    settings: &[
        boolean(
            "NewUnifiedGroupWritebackDefault",
            "true",
            "Whether new groups are written back to on premises.",
        ),
        boolean("EnableMIPLabels", "false", "Whether sensitivity labels can be assigned to groups."),
        setting(
            "CustomBlockedWordsList",
            SettingType::Phrases(5_000),
            "",
            "Words that no name of a group has, separated by commas.",
        ),
        boolean("EnableMSStandardBlockedWords", "false", "Of no effect: there is no such list any more."),
        text(
            "ClassificationDescriptions",
            300,
            "What each classification means, as `value:description`, separated by commas.",
        ),
        text("DefaultClassification", 1024, "The classification of new groups."),
        text("PrefixSuffixNamingRequirement", 64, "How names of groups begin and end, around `[GroupName]`."),
        boolean("AllowGuestsToBeGroupOwner", "false", "Whether guests can own groups."),
        boolean("AllowGuestsToAccessGroups", "true", "Whether guests see what is in groups."),
        text("GuestUsageGuidelinesUrl", 1024, "A page with guidelines for guests."),
        setting(
            "GroupCreationAllowedGroupId",
            SettingType::Guid,
            "",
            "The group whose members create groups in any case.",
        ),
        boolean("AllowToAddGuests", "true", "Whether guests can be added to groups."),
        text("UsageGuidelinesUrl", 1024, "A page with guidelines."),
        long_text("ClassificationList", "The classifications that groups can have, separated by commas."),
        boolean("EnableGroupCreation", "true", "Whether users create groups."),
    ],
};

/// What one Microsoft 365 group is like.
pub static UNIFIED_GUEST: Template = Template {
    id: "08d542b9-071f-4e16-94b0-74abb372e3d9",
    name: "Group.Unified.Guest",
    description: "Settings of one Microsoft 365 group.",
    settings: &[boolean("AllowToAddGuests", "true", "Whether guests can be added to the group.")],
};

/// All templates.
pub static TEMPLATES: [&Template; 8] = [
    &UNIFIED,
    &UNIFIED_GUEST,
    &Template {
        id: "4bc7f740-180e-4586-adb6-38b2e9024e6b",
        name: "Application",
        description: "Settings of all applications of the tenant.",
        settings: &[boolean(
            "EnableAccessCheckForPrivilegedApplicationUpdates",
            "false",
            "Whether privileged updates of applications are checked.",
        )],
    },
    &Template {
        id: "898f1161-d651-43d1-805c-3b0b388a9fc2",
        name: "Custom Policy Settings",
        description: "Settings of the tenant's own policies.",
        settings: &[text(
            "CustomConditionalAccessPolicyUrl",
            1024,
            "The page of the tenant's own access policy.",
        )],
    },
    &Template {
        id: "5cf42378-d67d-4f36-ba46-e8b86229381d",
        name: "Password Rule Settings",
        description: "Settings of the rules for passwords.",
        settings: &[
            setting(
                "LockoutDurationInSeconds",
                SettingType::Int32,
                "60",
                "How long the first lockout lasts.",
            ),
            setting("LockoutThreshold", SettingType::Int32, "10", "After how many failures it begins."),
            long_text("BannedPasswordList", "Passwords that nobody has, separated by tabs."),
            boolean("EnableBannedPasswordCheck", "true", "Whether passwords are looked up in that list."),
        ],
    },
    &Template {
        id: "80661d51-be2f-4d46-9713-98a2fcaec5bc",
        name: "Prohibited Names Settings",
        description: "Settings of the names that applications don't have.",
        settings: &[
            long_text("CustomBlockedSubStringsList", "Parts of names that are refused, separated by commas."),
            long_text("CustomBlockedWholeWordsList", "Words that are refused, separated by commas."),
        ],
    },
    &Template {
        id: "aad3907d-1d1a-448b-b3ef-7bf7f63db63b",
        name: "Prohibited Names Restricted Settings",
        description: "Settings of the names that applications may have after all.",
        settings: &[
            long_text("CustomAllowedSubStringsList", "Parts of names that are taken, separated by commas."),
            long_text("CustomAllowedWholeWordsList", "Words that are taken, separated by commas."),
            boolean("DoNotValidateAgainstTrademark", "false", "Whether names of trademarks are taken."),
        ],
    },
    &Template {
        id: "dffd5d46-495d-40a9-8e21-954ff55e198a",
        name: "Consent Policy Settings",
        description: "Settings of what users may consent to.",
        settings: &[
            boolean("EnableGroupSpecificConsent", "false", "Whether owners of groups may consent for them."),
            boolean(
                "BlockUserConsentForRiskyApps",
                "true",
                "Whether users can't consent to risky applications.",
            ),
            boolean(
                "EnableAdminConsentRequests",
                "false",
                "Whether users can ask an administrator to consent.",
            ),
            setting(
                "ConstrainGroupSpecificConsentToMembersOfGroupId",
                SettingType::Guid,
                "",
                "The group whose members may consent for groups that they own.",
            ),
        ],
    },
];

const fn setting(
    name: &'static str,
    kind: SettingType,
    default: &'static str,
    description: &'static str,
) -> Setting {
    Setting { name, kind, default, description }
}

const fn boolean(name: &'static str, default: &'static str, description: &'static str) -> Setting {
    setting(name, SettingType::Boolean, default, description)
}

const fn text(name: &'static str, most: usize, description: &'static str) -> Setting {
    setting(name, SettingType::Text(most), "", description)
}

const fn long_text(name: &'static str, description: &'static str) -> Setting {
    text(name, LONG_TEXT, description)
}

impl Template {
    /// Values of all of its settings, as they are where nothing was set.
    pub fn default_values(&self) -> Value {
        let value = |setting: &Setting| json!({"name": setting.name, "value": setting.default});
        self.settings.iter().map(value).collect()
    }

    /// The template with this id.
    pub fn with_id(id: &str) -> Option<&'static Self> {
        TEMPLATES.into_iter().find(|template| template.id.eq_ignore_ascii_case(id))
    }
}
