//! The directory that is measured: a group of very many members, users that are in no group yet, and empty groups.

use roster_server::{
    directory::{self, import, sample},
    model::{ids::ObjectId, kinds::ObjectKind},
    store::{Options, Store, Tenant, WriteTx},
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
/// Objects made in one transaction.
const BATCH: usize = 5_000;

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
        let store = Store::open(folder, Options::default()).map_err(|error| error.to_string())?;
        let tenant = store.first_tenant(sample::TENANT, sample::fill).await.map_err(failed)?;
        let ids = |count: usize| (0..count).map(|_| ObjectId::random()).collect::<Vec<_>>();
        let users = Arc::new(ids(LARGE + OTHERS));
        let groups = Arc::new(ids(EMPTY + 2));
        in_batches(&store, tenant, &users, |tx, number, &id| {
            let name = format!("user{number}");
            let user = json!({
                "accountEnabled": true, "displayName": format!("User Number {number}"), "givenName": "User",
                "jobTitle": "Engineer", "mailNickname": name, "officeLocation": "18/2111", "surname": "Number",
                "userPrincipalName": format!("{name}@contoso.example"),
            });
            import::object(tx, ObjectKind::User, id, user).map(drop)
        })
        .await?;
        in_batches(&store, tenant, &groups, |tx, number, &id| {
            let group = json!({
                "displayName": format!("Group {number}"), "mailEnabled": false,
                "mailNickname": format!("group{number}"), "securityEnabled": true,
            });
            import::group(tx, id, group).map(drop)
        })
        .await?;
        let (large, small) = (groups[0], groups[1]);
        let members = Arc::new(users[..LARGE].to_vec());
        in_batches(&store, tenant, &members, move |tx, _, &id| import::member(tx, large, id)).await?;
        let members = Arc::new(users[..SMALL].to_vec());
        in_batches(&store, tenant, &members, move |tx, _, &id| import::member(tx, small, id)).await?;
        Ok(Self { users, large, small, empty: groups[2..].to_vec() })
    }
}

async fn in_batches(
    store: &Store,
    tenant: Tenant,
    ids: &Arc<Vec<ObjectId>>,
    make: impl Fn(&WriteTx<'_>, usize, &ObjectId) -> Result<(), directory::Error> + Send + Sync + Copy + 'static,
) -> Result<(), String> {
    for first in (0..ids.len()).step_by(BATCH) {
        let ids = ids.clone();
        let write = move |tx: &WriteTx<'_>| {
            let batch = ids.iter().enumerate().skip(first).take(BATCH);
            batch.into_iter().try_for_each(|(number, id)| make(tx, number, id))
        };
        store.tenant(tenant).write(write).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}
