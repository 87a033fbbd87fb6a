//! What some properties need beyond what their objects' operations need. The lines of the property tables name these rows.

use super::{
    Need,
    Permission::{
        DirectoryAccessAsUserAll, DirectoryReadWriteAll, GroupReadWriteAll, UserEnableDisableAccountAll,
        UserLifeCycleInfoReadAll, UserLifeCycleInfoReadWriteAll, UserMailReadWriteAll,
        UserManageIdentitiesAll, UserPasswordProfileReadWriteAll, UserPhoneReadWriteAll, UserReadAll,
    },
    PropertyNeeds,
};

/// `employeeLeaveDateTime` of users (Graph's pages *user*, *Get user* and *Update user*).
pub const LIFE_CYCLE_INFO: PropertyNeeds = PropertyNeeds {
    read: Some(&READ_LIFE_CYCLE_INFO),
    creation: Some(&WRITE_LIFE_CYCLE_INFO),
    update: Some(&WRITE_LIFE_CYCLE_INFO),
    alone: None,
};
/// Reading that property.
pub static READ_LIFE_CYCLE_INFO: Need =
    Need::both(&[&[UserLifeCycleInfoReadAll], &[UserLifeCycleInfoReadWriteAll]]);
/// Setting it.
pub static WRITE_LIFE_CYCLE_INFO: Need = Need::both(&[&[UserLifeCycleInfoReadWriteAll]]);

/// `identities` of users (*Update user*). A new user comes with its identities.
pub const IDENTITIES: PropertyNeeds = PropertyNeeds {
    update: Some(&CHANGE_IDENTITIES),
    alone: Some(&CHANGE_IDENTITIES),
    ..PropertyNeeds::NONE
};
static CHANGE_IDENTITIES: Need = Need::both(&[&[UserManageIdentitiesAll]]);

/// `passwordProfile` of users (*Update user*). A new user comes with its password.
pub const PASSWORD: PropertyNeeds = PropertyNeeds {
    update: Some(&CHANGE_PASSWORD),
    alone: Some(&CHANGE_ONLY_PASSWORDS),
    ..PropertyNeeds::NONE
};
static CHANGE_PASSWORD: Need = Need::each(
    &[&[UserPasswordProfileReadWriteAll], &[DirectoryAccessAsUserAll]],
    &[&[UserPasswordProfileReadWriteAll]],
);

static CHANGE_ONLY_PASSWORDS: Need = Need::both(&[&[UserPasswordProfileReadWriteAll]]);

/// `otherMails` of users (*Update user*).
pub const OTHER_MAILS: PropertyNeeds =
    PropertyNeeds { alone: Some(&CHANGE_OTHER_MAILS), ..PropertyNeeds::NONE };
static CHANGE_OTHER_MAILS: Need = Need::both(&[&[UserMailReadWriteAll]]);

/// `businessPhones` and `mobilePhone` of users (*Update user*).
pub const PHONES: PropertyNeeds = PropertyNeeds { alone: Some(&CHANGE_PHONES), ..PropertyNeeds::NONE };
static CHANGE_PHONES: Need = Need::both(&[&[UserPhoneReadWriteAll]]);

/// `accountEnabled` of users (*Update user*).
pub const ACCOUNT_ENABLED: PropertyNeeds =
    PropertyNeeds { alone: Some(&CHANGE_ACCOUNT_ENABLED), ..PropertyNeeds::NONE };
static CHANGE_ACCOUNT_ENABLED: Need = Need::both(&[&[UserEnableDisableAccountAll, UserReadAll]]);

/// `preferredDataLocation` of groups (*group*).
pub const GROUP_DATA_LOCATION: PropertyNeeds = PropertyNeeds {
    read: None,
    creation: Some(&SET_GROUP_DATA_LOCATION),
    update: Some(&SET_GROUP_DATA_LOCATION),
    alone: None,
};
/// Setting that property.
pub static SET_GROUP_DATA_LOCATION: Need = Need::both(&[&[DirectoryReadWriteAll]]);

/// What Exchange holds of groups, which `Directory.ReadWrite.All` doesn't change (*Update group*).
pub const GROUP_MAILBOX: PropertyNeeds =
    PropertyNeeds { update: Some(&CHANGE_GROUP_MAILBOX), ..PropertyNeeds::NONE };
static CHANGE_GROUP_MAILBOX: Need = Need::both(&[&[GroupReadWriteAll]]);
