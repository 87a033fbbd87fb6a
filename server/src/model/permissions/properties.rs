//! What some properties need beyond what their objects' operations need. The lines of the property tables name these rows.

use super::{
    Need,
    Permission::{
        DirectoryAccessAsUserAll, DirectoryReadWriteAll, GroupReadWriteAll, UserLifeCycleInfoReadAll,
        UserLifeCycleInfoReadWriteAll, UserManageIdentitiesAll, UserPasswordProfileReadWriteAll,
    },
    PropertyNeeds,
};

/// `employeeLeaveDateTime` of users (Graph's pages *user*, *Get user* and *Update user*).
pub const LIFE_CYCLE_INFO: PropertyNeeds = PropertyNeeds {
    read: Some(&READ_LIFE_CYCLE_INFO),
    creation: Some(&WRITE_LIFE_CYCLE_INFO),
    update: Some(&WRITE_LIFE_CYCLE_INFO),
};
/// Reading that property.
pub static READ_LIFE_CYCLE_INFO: Need =
    Need::both(&[&[UserLifeCycleInfoReadAll], &[UserLifeCycleInfoReadWriteAll]]);
/// Setting it.
pub static WRITE_LIFE_CYCLE_INFO: Need = Need::both(&[&[UserLifeCycleInfoReadWriteAll]]);

/// `identities` of users (*Update user*). A new user comes with its identities.
pub const IDENTITIES: PropertyNeeds =
    PropertyNeeds { update: Some(&CHANGE_IDENTITIES), ..PropertyNeeds::NONE };
static CHANGE_IDENTITIES: Need = Need::both(&[&[UserManageIdentitiesAll]]);

/// `passwordProfile` of users (*Update user*). A new user comes with its password.
pub const PASSWORD: PropertyNeeds = PropertyNeeds { update: Some(&CHANGE_PASSWORD), ..PropertyNeeds::NONE };
static CHANGE_PASSWORD: Need = Need::each(
    &[&[UserPasswordProfileReadWriteAll], &[DirectoryAccessAsUserAll]],
    &[&[UserPasswordProfileReadWriteAll]],
);

/// `preferredDataLocation` of groups (*group*).
pub const GROUP_DATA_LOCATION: PropertyNeeds = PropertyNeeds {
    read: None,
    creation: Some(&SET_GROUP_DATA_LOCATION),
    update: Some(&SET_GROUP_DATA_LOCATION),
};
/// Setting that property.
pub static SET_GROUP_DATA_LOCATION: Need = Need::both(&[&[DirectoryReadWriteAll]]);

/// What Exchange holds of groups, which `Directory.ReadWrite.All` doesn't change (*Update group*).
pub const GROUP_MAILBOX: PropertyNeeds =
    PropertyNeeds { update: Some(&CHANGE_GROUP_MAILBOX), ..PropertyNeeds::NONE };
static CHANGE_GROUP_MAILBOX: Need = Need::both(&[&[GroupReadWriteAll]]);
