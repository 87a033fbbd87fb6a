//! The parameters of actions, declared like the properties of a complex type.

use super::properties::{Complex, Format, Kind::Boolean, Kind::Strings, Property, property};

/// Ids that one request can name.
pub const MAX_IDS: usize = 20;

/// Of *checkMemberGroups*.
pub static CHECK_MEMBER_GROUPS: Complex = Complex {
    name: "CheckMemberGroupsParameters",
    description: "The groups in which to look for an object.",
    properties: &[ids("groupIds", "The ids of the groups.")],
};

/// Of *checkMemberObjects*.
pub static CHECK_MEMBER_OBJECTS: Complex = Complex {
    name: "CheckMemberObjectsParameters",
    description: "The objects, such as groups, in which to look for an object.",
    properties: &[ids("ids", "The ids of the objects.")],
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

const fn ids(name: &'static str, description: &'static str) -> Property {
    property(name, Strings, description).required().format(Format::Guid).max_items(MAX_IDS)
}
