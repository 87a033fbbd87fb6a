//! The directory that is measured: a group of very many members, users that are in no group yet, and empty groups.

use super::batches::{self, in_batches};
use roster_server::{
    directory::{self, import, sample},
    model::{ids::ObjectId, kinds::ObjectKind},
};
use serde_json::json;
use std::{path::Path, sync::Arc};

/// Members of the large group.
pub const LARGE: usize = 1_000_000;
/// Members of the small group.
pub const SMALL: usize = 100;
/// Users that are in no group.
pub const OTHERS: usize = 600_000;
/// Groups without members.
const EMPTY: usize = 6_000;

/// What there is in the directory.
pub struct Directory {
    /// All users; the first [`LARGE`] of them are in the large group.
    pub users: Arc<Vec<ObjectId>>,
    /// The group of [`LARGE`] members.
    pub large: ObjectId,
    /// The group of [`SMALL`] members.
    pub small: ObjectId,
    /// Groups without members.
    pub empty: Vec<ObjectId>,
}

impl Directory {
    /// Makes the directory in a folder, besides the sample, whose application gets the tokens.
    pub async fn create(folder: &Path) -> Result<Self, String> {
        let failed = |error: directory::Error| error.to_string();
        let store = batches::open(folder)?;
        let tenant = store.first_tenant(sample::TENANT, sample::fill).await.map_err(failed)?;
        let ids = |count: usize| (0..count).map(|_| ObjectId::random()).collect::<Vec<_>>();
        let users = Arc::new(ids(LARGE + OTHERS));
        let groups = Arc::new(ids(EMPTY + 2));
        let ids = users.clone();
        in_batches(&store, tenant, users.len(), move |tx, number| {
            let name = format!("user{number}");
            let user = json!({
                "accountEnabled": true, "displayName": format!("User Number {number}"), "givenName": "User",
                "jobTitle": "Engineer", "mailNickname": name, "officeLocation": "18/2111", "surname": "Number",
                "userPrincipalName": format!("{name}@contoso.example"),
            });
            import::object(tx, ObjectKind::User, ids[number], user).map(drop)
        })
        .await?;
        let ids = groups.clone();
        in_batches(&store, tenant, groups.len(), move |tx, number| {
            let group = json!({
                "displayName": format!("Group {number}"), "mailEnabled": false,
                "mailNickname": format!("group{number}"), "securityEnabled": true,
            });
            import::group(tx, ids[number], group).map(drop)
        })
        .await?;
        let (large, small) = (groups[0], groups[1]);
        for (group, size) in [(large, LARGE), (small, SMALL)] {
            let ids = users.clone();
            in_batches(&store, tenant, size, move |tx, number| import::member(tx, group, ids[number]))
                .await?;
        }
        Ok(Self { users, large, small, empty: groups[2..].to_vec() })
    }
}
