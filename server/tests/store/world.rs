//! A separate store for each test, and what the tests fill it with.

use roster_server::{
    directory::{Error, Refusal, import},
    model::{
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
    },
    store::{
        self, Options, Store, Tenant, WriteTx, counts as kept_counts, deletions, objects, relations::MEMBERS,
        tenants::CreationError,
    },
};
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex, mpsc},
};
use tempfile::TempDir;

pub struct World {
    pub store: Store,
    pub tenant: Tenant,
    pub folder: TempDir,
}

pub async fn world() -> Arc<World> {
    world_with(Options::default()).await
}

pub async fn world_with(options: Options) -> Arc<World> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), options).unwrap();
    let tenant = store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    Arc::new(World { store, tenant, folder })
}

/// What fills a tenant that is to have nothing.
pub fn empty(_: &WriteTx<'_>) -> Result<(), CreationError> {
    Ok(())
}

pub fn device(tx: &WriteTx<'_>, id: ObjectId, name: &str) -> Result<(), Error> {
    import::object(tx, ObjectKind::Device, id, json!({"displayName": name})).map(drop)
}

impl World {
    pub fn create(self: &Arc<Self>, id: ObjectId) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move { world.store.tenant(world.tenant).write(move |tx| device(tx, id, "small")).await }
    }

    pub fn create_large(self: &Arc<Self>, id: ObjectId) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move {
            let name = "x".repeat(60_000);
            let create = move |tx: &WriteTx<'_>| {
                let others = (0..70).map(|_| ObjectId::random());
                others.chain([id]).try_for_each(|id| device(tx, id, &name))
            };
            world.store.tenant(world.tenant).write(create).await
        }
    }

    pub fn create_and_refuse(
        self: &Arc<Self>,
        id: ObjectId,
    ) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move {
            let refuse = move |tx: &WriteTx<'_>| {
                device(tx, id, "refused")?;
                Err(Refusal::Combination.into())
            };
            world.store.tenant(world.tenant).write(refuse).await
        }
    }

    pub fn create_and_panic(
        self: &Arc<Self>,
        id: ObjectId,
    ) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move {
            let panic = move |tx: &WriteTx<'_>| {
                device(tx, id, "panicked")?;
                panic!("a rule with a fault");
            };
            world.store.tenant(world.tenant).write(panic).await
        }
    }

    pub async fn has(&self, id: ObjectId) -> bool {
        let find = move |tx: &store::ReadTx<'_>| objects::find(tx, id);
        self.store.tenant(self.tenant).read(find).await.unwrap().is_some()
    }

    /// Holds the writer until the returned sender is dropped, so that what is queued meanwhile is one batch.
    pub fn hold(&self) -> (mpsc::Sender<()>, impl Future<Output = Result<(), store::Error>> + use<>) {
        let (sender, receiver) = mpsc::channel::<()>();
        let receiver = Mutex::new(Some(receiver));
        let (store, tenant) = (self.store.clone(), self.tenant);
        let hold = move |_: &WriteTx<'_>| {
            // Run a second time, it holds nothing up.
            if let Some(receiver) = receiver.lock().unwrap().take() {
                let _ = receiver.recv();
            }
            Ok(())
        };
        (sender, async move { store.tenant(tenant).write(hold).await })
    }
}

/// Polls a future once, so that what it queues is queued.
pub async fn queue<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let (started, queued) = tokio::sync::oneshot::channel();
    let handle = tokio::spawn(async move {
        let mut work = std::pin::pin!(work);
        let first = futures::poll!(&mut work);
        let _ = started.send(());
        match first {
            std::task::Poll::Ready(outcome) => outcome,
            std::task::Poll::Pending => work.await,
        }
    });
    queued.await.unwrap();
    handle
}

/// The members of a group of which no count is kept.
pub const SMALL: u128 = 3;

/// A store whose groups are large from four members on, with a group of this many members.
pub async fn world_with_group(members: u128) -> Arc<World> {
    let largest_uncounted = u32::try_from(SMALL).unwrap();
    let world = world_with(Options { largest_uncounted, ..Options::default() }).await;
    let fill = move |tx: &WriteTx<'_>| {
        let group = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "large"});
        import::group(tx, GROUP, group)?;
        (0..members).try_for_each(|number| add_member(tx, number))
    };
    world.store.tenant(world.tenant).write(fill).await.unwrap();
    world
}

pub const GROUP: ObjectId = ObjectId::from_uuid(uuid::Uuid::from_u128(1 << 64));

pub fn member(number: u128) -> ObjectId {
    ObjectId::from_uuid(uuid::Uuid::from_u128(number))
}

pub fn members(tx: &store::ReadTx<'_>) -> Result<u64, Error> {
    Ok(MEMBERS.count_targets(tx, &objects::find(tx, GROUP)?.unwrap())?)
}

pub fn add_member(tx: &WriteTx<'_>, number: u128) -> Result<(), Error> {
    device(tx, member(number), "a member")?;
    import::member(tx, GROUP, member(number))
}

pub fn remove_member(tx: &WriteTx<'_>, number: u128) -> Result<(), Error> {
    let [group, member] = [GROUP, member(number)].map(|id| objects::find(tx, id).unwrap().unwrap());
    MEMBERS.remove(tx, &group, &member)?;
    Ok(())
}

pub fn delete(tx: &WriteTx<'_>, id: ObjectId) -> Result<(), Error> {
    let object = objects::find(tx, id)?.unwrap();
    Ok(deletions::delete(tx, &object, &objects::values(tx, object.row)?)?)
}

pub fn database(folder: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join("roster.sqlite")).unwrap()
}

impl World {
    pub async fn members(&self) -> u64 {
        self.store.tenant(self.tenant).read_long(members).await.unwrap()
    }

    /// Counts the group's members, and waits until the count is kept if that makes it kept.
    pub async fn count_and_keep(&self) -> u64 {
        let members = self.members().await;
        // What the read left to the writer was queued before this.
        self.write(|_| Ok(())).await.unwrap();
        members
    }

    pub fn write<W>(&self, work: W) -> impl Future<Output = Result<(), Error>> + use<W>
    where
        W: Fn(&WriteTx<'_>) -> Result<(), Error> + Send + 'static,
    {
        let (store, tenant) = (self.store.clone(), self.tenant);
        async move { store.tenant(tenant).write(work).await }
    }

    pub async fn devices(&self) -> u64 {
        self.store.tenant(self.tenant).read(|tx| kept_counts::objects(tx, ObjectKind::Device)).await.unwrap()
    }

    /// Every kept count is right; how many groups have one.
    pub fn kept_groups(&self) -> u32 {
        let database = database(self.folder.path());
        crate::counts::check(&database);
        crate::counts::kept_groups(&database)
    }
}

/// How many rows a query finds.
pub fn rows(folder: &Path, of: &str) -> u32 {
    database(folder).query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0)).unwrap()
}
