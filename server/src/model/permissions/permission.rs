//! Graph's permissions as far as this server knows them, and sets of them.

use std::{fmt, str::FromStr};
use uuid::{Uuid, uuid};

/// An id that Graph declares, or `_` where it declares none.
macro_rules! declared {
    (_) => {
        None
    };
    ($id:literal) => {
        Some(uuid!($id))
    };
}

/// Each permission: its name, its id as a delegated one, its id as an application's, and what it lets a caller do.
macro_rules! permissions {
    ($($variant:ident = $name:literal, $delegated:tt, $application:tt, $description:literal;)*) => {
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

            /// The id of the scope that it is, where signed-in users can grant it.
            pub const fn scope_id(self) -> Option<Uuid> {
                match self { $(Self::$variant => declared!($delegated)),* }
            }

            /// The id of the role that it is, where applications can be assigned it.
            pub const fn role_id(self) -> Option<Uuid> {
                match self { $(Self::$variant => declared!($application)),* }
            }

            /// What it lets a caller do.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),* }
            }
        }
    };
}

impl Permission {
    /// In which tokens it can be.
    pub const fn holders(self) -> Holders {
        match (self.scope_id(), self.role_id()) {
            (Some(_), None) => Holders::Delegated,
            (None, Some(_)) => Holders::Application,
            _ => Holders::Both,
        }
    }

    /// Whether users may grant it for themselves. Others are granted by an administrator.
    pub const fn is_granted_by_users(self) -> bool {
        matches!(self, Self::UserRead | Self::UserReadBasicAll | Self::UserReadWrite)
    }
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
    AdministrativeUnitReadAll = "AdministrativeUnit.Read.All", "3361d15d-be43-4de6-b441-3c746d05163d", "134fd756-38ce-4afd-ba33-e9623dbe66c2", "Read all administrative units and their members.";
    AdministrativeUnitReadWriteAll = "AdministrativeUnit.ReadWrite.All", "7b8a2d34-6b3f-4542-a343-54651608ad81", "5eb59dd3-1da2-4329-8733-9dabdc435916", "Read and write all administrative units and their members.";
    ApplicationReadAll = "Application.Read.All", "c79f8feb-a9db-4090-85f9-90d820caa0eb", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Read all applications and service principals.";
    ApplicationReadWriteAll = "Application.ReadWrite.All", "bdfbf15f-ee85-4955-8675-146e8e5296b5", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Read and write all applications and service principals.";
    ApplicationReadWriteOwnedBy = "Application.ReadWrite.OwnedBy", _, "18a4783c-866b-4cc7-a460-3d5e5662c884", "Create applications and their service principals, read all, and write those that the application owns.";
    AppRoleAssignmentReadWriteAll = "AppRoleAssignment.ReadWrite.All", "84bccea3-f856-4a8a-967b-dbe0a3d53a64", "06b708a9-e830-4db3-a914-8e69da51d44f", "Assign roles of applications, and grant permissions to applications.";
    DelegatedPermissionGrantReadAll = "DelegatedPermissionGrant.Read.All", "a197cdc4-a8e8-4d49-9d35-4ca7c83887b4", "81b4724a-58aa-41c1-8a55-84ef97466587", "Read all grants of delegated permissions.";
    DelegatedPermissionGrantReadWriteAll = "DelegatedPermissionGrant.ReadWrite.All", "41ce6ca6-6826-4807-84f1-1c82854f7ee5", "8e8e4742-1d95-4f68-9d56-6ee75648c72a", "Read and write all grants of delegated permissions.";
    DeviceReadAll = "Device.Read.All", "951183d1-1a61-466f-a6d1-1fde911bfd95", "7438b122-aefc-4978-80ed-43db9fcc7715", "Read all devices.";
    DeviceReadWriteAll = "Device.ReadWrite.All", _, "1138cb37-bd11-4084-a2b7-9f71582aeddb", "Read and write all devices.";
    DeviceManagementAppsReadAll = "DeviceManagementApps.Read.All", "4edf5f54-4666-44af-9de9-0144fb4b6e8c", "7a6ee1e7-141e-4cec-ae74-d9db155731ff", "Read Intune's apps, and users.";
    DeviceManagementAppsReadWriteAll = "DeviceManagementApps.ReadWrite.All", "7b3f05d5-f68c-4b8d-8c59-a2ecd12f24af", "78145de6-330d-4800-a6ce-494ff2d33d07", "Read and write Intune's apps, and users.";
    DeviceManagementConfigurationReadAll = "DeviceManagementConfiguration.Read.All", "f1493658-876a-4c87-8fa7-edb559b3476a", "dc377aa6-52d8-4e23-b271-2a7ae04cedf3", "Read Intune's configuration, and users.";
    DeviceManagementConfigurationReadWriteAll = "DeviceManagementConfiguration.ReadWrite.All", "0883f392-0a7a-443d-8c76-16a6d39c7b63", "9241abd9-d0e6-425a-bd4f-47ba86e767a4", "Read and write Intune's configuration, and users.";
    DeviceManagementManagedDevicesReadAll = "DeviceManagementManagedDevices.Read.All", "314874da-47d6-4978-88dc-cf0d37f0bb82", "2f51be20-0bb4-4fed-bf7b-db946066c75e", "Read Intune's devices, and users.";
    DeviceManagementManagedDevicesReadWriteAll = "DeviceManagementManagedDevices.ReadWrite.All", "44642bfe-8385-4adc-8fc6-fe3cb2c375c3", "243333ab-4d21-40cb-a475-36241daa0842", "Read and write Intune's devices, and users.";
    DeviceManagementServiceConfigReadAll = "DeviceManagementServiceConfig.Read.All", "8696daa5-bce5-4b2e-83f9-51b6defc4e1e", "06a5fe6d-c49d-46a7-b082-56b1b14103c7", "Read Intune's settings, and users.";
    DeviceManagementServiceConfigReadWriteAll = "DeviceManagementServiceConfig.ReadWrite.All", "662ed50a-ac44-4eef-ad86-62eed9be2a29", "5ac13192-7ace-4fcf-b828-1a26f28068ee", "Read and write Intune's settings, and users.";
    DirectoryAccessAsUserAll = "Directory.AccessAsUser.All", "0e263e50-5827-48a4-b97c-d940288653c7", _, "Act in the directory as the signed-in user.";
    DirectoryReadAll = "Directory.Read.All", "06da0dbc-49e2-44d2-8312-53f166ab848a", "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Read the whole directory.";
    DirectoryReadWriteAll = "Directory.ReadWrite.All", "c5366453-9fb0-48a5-a156-24f0c49a4b84", "19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Read and write the directory.";
    DomainReadAll = "Domain.Read.All", "2f9ee017-59c1-4f1d-9472-bd5529a7b311", "dbb9058a-0e50-45d7-ae91-66909b5d4664", "Read the tenant's domains.";
    DomainReadWriteAll = "Domain.ReadWrite.All", "0b5d694c-a244-4bde-86e6-eb5cd07730fe", "7e05723c-0bb0-42da-be95-ae9f08a6e53c", "Read and write the tenant's domains.";
    GroupCreate = "Group.Create", _, "bf7b1a76-6e77-406b-b258-bf5c7720e98f", "Create groups.";
    GroupReadAll = "Group.Read.All", "5f8c59db-677d-491f-a6b8-5f174b11ec1d", "5b567255-7703-4780-807c-7be8301ae99b", "Read all groups and their members.";
    GroupReadBasicAll = "Group.ReadBasic.All", "ba1917bc-a64b-4c71-b66d-229d4a520e66", "07d67222-3a10-4d3b-9ddc-b8aa43198a00", "Read the basic properties of all groups, and their members.";
    GroupReadWriteAll = "Group.ReadWrite.All", "4e46008b-f24c-477d-8fff-7bb4ec7aafe0", "62a82d76-70ea-41e2-9197-370581804d09", "Read and write all groups and their members.";
    GroupMemberReadAll = "GroupMember.Read.All", "bc024368-1153-4739-b217-4326f2e966d0", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "Read groups' basic properties and memberships.";
    GroupMemberReadBasicAll = "GroupMember.ReadBasic.All", "28539367-358c-4ed9-b7f0-793eccb8fd34", "8222c640-cae5-4860-8d11-b32cfad95e03", "Read who is in which group, and of the groups only their ids.";
    GroupMemberReadWriteAll = "GroupMember.ReadWrite.All", "f81125ac-d3b7-4573-a3b2-7099cc39df9e", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "Read and write memberships of groups.";
    GroupSettingsReadAll = "GroupSettings.Read.All", "2eb2bc92-94ef-4c6b-b4ab-2a09bc975e0e", "f3c4f514-c65a-43f5-bfce-1735872258dd", "Read the settings of groups.";
    GroupSettingsReadWriteAll = "GroupSettings.ReadWrite.All", "c1691a6d-99e2-4cfa-b4b5-9e4d67dc0f36", "546168c3-1183-4281-9491-fafb24dea37e", "Read and write the settings of groups.";
    LicenseAssignmentReadWriteAll = "LicenseAssignment.ReadWrite.All", "f55016cc-149c-447e-8f21-7cf3ec1d6350", "5facf0c1-8979-4e95-abcf-ff3d079771c0", "Assign licences to users and groups.";
    MemberReadHidden = "Member.Read.Hidden", "f6a3db3e-f7e8-4ed2-a414-557c8c9830be", "658aa5d8-239f-45c4-aa12-864f4fc7e490", "Read members of groups that hide them.";
    OrgContactReadAll = "OrgContact.Read.All", "08432d1b-5911-483c-86df-7980af5cdee0", "e1a88a34-94c4-4418-be12-c87b00e26bea", "Read all organizational contacts.";
    OrganizationReadAll = "Organization.Read.All", "4908d5b9-3fb2-4b1e-9336-1888b7937185", "498476ce-e0fe-48b0-b801-37ba7e2685c6", "Read the tenant.";
    OrganizationReadWriteAll = "Organization.ReadWrite.All", "46ca0847-7e6b-426e-9775-ea810a948356", "292d869f-3427-49a8-9dab-8c70152b74e9", "Read and write the tenant.";
    PolicyReadWriteAuthorization = "Policy.ReadWrite.Authorization", "edd3c878-b384-41fd-95ad-e7407dd775be", "fb221be6-99f2-473f-bd32-01c6a0e9ca3b", "Write the tenant's policy of who may do what.";
    RoleManagementReadAll = "RoleManagement.Read.All", "48fec646-b2ba-4019-8681-8eb31435aded", "c7fbd983-d9aa-4fa7-84b8-17382c103bc4", "Read who holds which role.";
    RoleManagementReadDirectory = "RoleManagement.Read.Directory", "741c54c3-0c1e-44a1-818b-3f97ab4e8c83", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c", "Read directory roles and who holds them.";
    RoleManagementReadWriteDirectory = "RoleManagement.ReadWrite.Directory", "d01b97e9-cbc0-49fe-810a-750afd5527a3", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "Manage role assignments and role-assignable groups.";
    UserRead = "User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d", _, "Read the signed-in user.";
    UserReadWrite = "User.ReadWrite", "b4e74841-8e56-480b-be8b-910348b18b4c", _, "Read and write the signed-in user.";
    UserReadAll = "User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", "df021288-bdef-4463-88db-98f22de89214", "Read all users.";
    UserReadBasicAll = "User.ReadBasic.All", "b340eb25-3456-403f-be2f-af7a0d370277", "97235f07-e226-4f63-ace3-39588e11d3a1", "Read the basic profiles of all users.";
    UserInviteAll = "User.Invite.All", "63dd7cd9-b489-4adf-a28c-ac38b9a0f962", "09850681-111b-4a89-9bed-3f2cae46d706", "Invite guests.";
    UserRevokeSessionsAll = "User.RevokeSessions.All", "fc30e98b-8810-4501-81f5-c20a3196387b", "77f3a031-c388-4f99-b373-dc68676a979e", "Revoke the sessions of all users.";
    UserReadWriteAll = "User.ReadWrite.All", "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4", "741f803b-c850-494e-b5df-cde7c675a1ca", "Read and write all users.";
    UserDeleteRestoreAll = "User.DeleteRestore.All", "4bb440cd-2cf2-4f90-8004-aa2acd2537c5", "eccc023d-eccf-4e7b-9683-8813ab36cecc", "Delete and restore all users.";
    UserEnableDisableAccountAll = "User.EnableDisableAccount.All", "f92e74e7-2563-467f-9dd0-902688cb5863", "3011c876-62b7-4ada-afa2-506cbbecc68c", "Besides reading users, enable and disable their accounts.";
    UserLifeCycleInfoReadAll = "User-LifeCycleInfo.Read.All", "ed8d2a04-0374-41f1-aefe-da8ac87ccc87", "8556a004-db57-4d7a-8b82-97a13428e96f", "Besides reading users, read when they leave.";
    UserLifeCycleInfoReadWriteAll = "User-LifeCycleInfo.ReadWrite.All", "7ee7473e-bd4b-4c9f-987c-bd58481f5fa2", "925f1248-0f97-47b9-8ec8-538c54e01325", "Besides reading or writing users, read or write when they leave.";
    UserMailReadWriteAll = "User-Mail.ReadWrite.All", "6166886a-9576-433b-8544-658177bdef1d", "280d0935-0796-47d1-8d26-273470a3f17a", "Write the users' other mail addresses.";
    UserManageIdentitiesAll = "User.ManageIdentities.All", "637d7bec-b31e-4deb-acc9-24275642a2c9", "c529cfca-c91b-489c-af2b-d92990b66ce6", "Change the names that users sign in with.";
    UserPhoneReadWriteAll = "User-Phone.ReadWrite.All", "e29d5979-5b06-4a7f-ae24-6a9348d2e1ff", "86ceff06-c822-49ff-989a-d912845ffe69", "Write the users' telephone numbers.";
    UserPasswordProfileReadWriteAll = "User-PasswordProfile.ReadWrite.All", "56760768-b641-451f-8906-e1b8ab31bca7", "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7", "Change the users' passwords.";
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
    use std::collections::HashSet;

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
    fn each_id_is_of_one_permission() {
        let ids = |permission: &Permission| [permission.scope_id(), permission.role_id()];
        let ids: Vec<Uuid> = Permission::ALL.iter().flat_map(ids).flatten().collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(Permission::ALL.iter().all(|one| one.scope_id().is_some() || one.role_id().is_some()));
    }

    #[test]
    fn a_name_is_read_in_any_case_and_an_unknown_one_grants_nothing() {
        assert_eq!("group.readwrite.all".parse(), Ok(Permission::GroupReadWriteAll));
        assert_eq!("Mail.Send".parse::<Permission>(), Err(UnknownPermission("Mail.Send".into())));
        assert_eq!(Permissions::from_names(["Mail.Send"]), Permissions::default());
    }
}
