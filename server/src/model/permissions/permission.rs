//! Graph's permissions as far as this server knows them, and sets of them.

use std::{fmt, str::FromStr};

macro_rules! permissions {
    ($($variant:ident = $name:literal, $holders:ident, $description:literal;)*) => {
        /// A permission of Graph that this server knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Permission {
            $(#[doc = $description] $variant,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in tokens and in the contract.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// In which tokens it can be.
            pub const fn holders(self) -> Holders {
                match self { $(Self::$variant => Holders::$holders),* }
            }

            /// What it lets a caller do.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),* }
            }
        }
    };
}

/// In which tokens a permission can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holders {
    /// In those of signed-in users and of applications.
    Both,
    /// Only in those of signed-in users.
    Delegated,
    /// Only in those of applications.
    Application,
}

permissions! {
    AdministrativeUnitReadAll = "AdministrativeUnit.Read.All", Both, "Read all administrative units and their members.";
    AdministrativeUnitReadWriteAll = "AdministrativeUnit.ReadWrite.All", Both, "Read and write all administrative units and their members.";
    ApplicationReadAll = "Application.Read.All", Both, "Read all applications and service principals.";
    ApplicationReadWriteAll = "Application.ReadWrite.All", Both, "Read and write all applications and service principals.";
    DeviceReadAll = "Device.Read.All", Both, "Read all devices.";
    DeviceReadWriteAll = "Device.ReadWrite.All", Application, "Read and write all devices.";
    DeviceManagementAppsReadAll = "DeviceManagementApps.Read.All", Both, "Read Intune's apps, and users.";
    DeviceManagementAppsReadWriteAll = "DeviceManagementApps.ReadWrite.All", Both, "Read and write Intune's apps, and users.";
    DeviceManagementConfigurationReadAll = "DeviceManagementConfiguration.Read.All", Both, "Read Intune's configuration, and users.";
    DeviceManagementConfigurationReadWriteAll = "DeviceManagementConfiguration.ReadWrite.All", Both, "Read and write Intune's configuration, and users.";
    DeviceManagementManagedDevicesReadAll = "DeviceManagementManagedDevices.Read.All", Both, "Read Intune's devices, and users.";
    DeviceManagementManagedDevicesReadWriteAll = "DeviceManagementManagedDevices.ReadWrite.All", Both, "Read and write Intune's devices, and users.";
    DeviceManagementServiceConfigReadAll = "DeviceManagementServiceConfig.Read.All", Both, "Read Intune's settings, and users.";
    DeviceManagementServiceConfigReadWriteAll = "DeviceManagementServiceConfig.ReadWrite.All", Both, "Read and write Intune's settings, and users.";
    DirectoryAccessAsUserAll = "Directory.AccessAsUser.All", Delegated, "Act in the directory as the signed-in user.";
    DirectoryReadAll = "Directory.Read.All", Both, "Read the whole directory.";
    DirectoryReadWriteAll = "Directory.ReadWrite.All", Both, "Read and write the directory.";
    DomainReadAll = "Domain.Read.All", Both, "Read the tenant's domains.";
    DomainReadWriteAll = "Domain.ReadWrite.All", Both, "Read and write the tenant's domains.";
    GroupCreate = "Group.Create", Application, "Create groups.";
    GroupReadAll = "Group.Read.All", Both, "Read all groups and their members.";
    GroupReadBasicAll = "Group.ReadBasic.All", Both, "Read the basic properties of all groups, and their members.";
    GroupReadWriteAll = "Group.ReadWrite.All", Both, "Read and write all groups and their members.";
    GroupMemberReadAll = "GroupMember.Read.All", Both, "Read groups' basic properties and memberships.";
    GroupMemberReadBasicAll = "GroupMember.ReadBasic.All", Both, "Read who is in which group, and of the groups only their ids.";
    GroupMemberReadWriteAll = "GroupMember.ReadWrite.All", Both, "Read and write memberships of groups.";
    GroupSettingsReadAll = "GroupSettings.Read.All", Both, "Read the settings of groups.";
    GroupSettingsReadWriteAll = "GroupSettings.ReadWrite.All", Both, "Read and write the settings of groups.";
    LicenseAssignmentReadWriteAll = "LicenseAssignment.ReadWrite.All", Both, "Assign licences to users and groups.";
    MemberReadHidden = "Member.Read.Hidden", Both, "Read members of groups that hide them.";
    OrgContactReadAll = "OrgContact.Read.All", Both, "Read all organizational contacts.";
    OrganizationReadAll = "Organization.Read.All", Both, "Read the tenant.";
    OrganizationReadWriteAll = "Organization.ReadWrite.All", Both, "Read and write the tenant.";
    PolicyReadWriteAuthorization = "Policy.ReadWrite.Authorization", Both, "Write the tenant's policy of who may do what.";
    RoleManagementReadAll = "RoleManagement.Read.All", Both, "Read who holds which role.";
    RoleManagementReadDirectory = "RoleManagement.Read.Directory", Both, "Read directory roles and who holds them.";
    RoleManagementReadWriteDirectory = "RoleManagement.ReadWrite.Directory", Both, "Manage role assignments and role-assignable groups.";
    UserRead = "User.Read", Delegated, "Read the signed-in user.";
    UserReadWrite = "User.ReadWrite", Delegated, "Read and write the signed-in user.";
    UserReadAll = "User.Read.All", Both, "Read all users.";
    UserReadBasicAll = "User.ReadBasic.All", Both, "Read the basic profiles of all users.";
    UserInviteAll = "User.Invite.All", Both, "Invite guests.";
    UserRevokeSessionsAll = "User.RevokeSessions.All", Both, "Revoke the sessions of all users.";
    UserReadWriteAll = "User.ReadWrite.All", Both, "Read and write all users.";
    UserDeleteRestoreAll = "User.DeleteRestore.All", Both, "Delete and restore all users.";
    UserEnableDisableAccountAll = "User.EnableDisableAccount.All", Both, "Besides reading users, enable and disable their accounts.";
    UserLifeCycleInfoReadAll = "User-LifeCycleInfo.Read.All", Both, "Besides reading users, read when they leave.";
    UserLifeCycleInfoReadWriteAll = "User-LifeCycleInfo.ReadWrite.All", Both, "Besides reading or writing users, read or write when they leave.";
    UserMailReadWriteAll = "User-Mail.ReadWrite.All", Both, "Write the users' other mail addresses.";
    UserManageIdentitiesAll = "User.ManageIdentities.All", Both, "Change the names that users sign in with.";
    UserPhoneReadWriteAll = "User-Phone.ReadWrite.All", Both, "Write the users' telephone numbers.";
    UserPasswordProfileReadWriteAll = "User-PasswordProfile.ReadWrite.All", Both, "Change the users' passwords.";
}

/// A name that is no permission of this server's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a permission that Roster knows")]
pub struct UnknownPermission(pub String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Self, UnknownPermission> {
        let known = Self::ALL.iter().find(|permission| permission.name().eq_ignore_ascii_case(name));
        known.copied().ok_or_else(|| UnknownPermission(name.into()))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of permissions: a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u128);

const _: () = assert!(Permission::ALL.len() <= u128::BITS as usize);

const fn bit(permission: Permission) -> u128 {
    1 << permission as u32
}

impl Permissions {
    /// Whether it holds all of these.
    pub fn hold(self, all_of: &[Permission]) -> bool {
        all_of.iter().all(|&permission| self.0 & bit(permission) != 0)
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Each of them, in the table's order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |&permission| self.hold(&[permission]))
    }

    /// Reads names, leaving out those that this server doesn't know: they grant nothing here.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        names.into_iter().filter_map(|name| name.parse().ok()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | bit(permission)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it_and_nothing_else() {
        for &permission in Permission::ALL {
            let set = Permissions::from_iter([permission]);
            assert_eq!(set.iter().collect::<Vec<_>>(), [permission]);
        }
        let all: Permissions = Permission::ALL.iter().copied().collect();
        assert!(all.hold(Permission::ALL) && !all.is_empty());
    }

    #[test]
    fn a_name_is_read_in_any_case_and_an_unknown_one_grants_nothing() {
        assert_eq!("group.readwrite.all".parse(), Ok(Permission::GroupReadWriteAll));
        assert_eq!("Mail.Send".parse::<Permission>(), Err(UnknownPermission("Mail.Send".into())));
        assert_eq!(Permissions::from_names(["Mail.Send"]), Permissions::default());
    }
}
