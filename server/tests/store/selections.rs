//! Finding objects by conditions, with the index and without, whatever happened to them and to it. What is found is compared with
//! what `Condition::holds` says of values that the tests keep themselves.

use crate::world::{World, world_with};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::Config};
use roster_server::{
    directory::{Error, import},
    model::{
        condition::{Candidate, Check, Condition, Order, Selection, Test},
        ids::ObjectId,
        keys::{Key, fold},
        kinds::ObjectKind,
        paths::PropertyPath,
        properties::Values,
        user::USER,
    },
    odata::listing::{Cursor, Listing},
    store::{
        self, Checked, IndexOptions, Indexing, Options, Progress, Store, WriteTx,
        changes::{self, Change},
        objects, selections,
    },
};
use serde_json::{Map, Value, json};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Bound,
    sync::Arc,
};
use tokio::runtime::Runtime;
use uuid::Uuid;

fn id(number: u128) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(number))
}

fn path(name: &str, part: Option<&str>) -> PropertyPath {
    USER.path(name, part).unwrap()
}

/// Texts that are alike: in other cases, with the same beginnings and ends, longer than keys.
const TEXTS: [&str; 12] = [
    "Sales",
    "SALES team",
    "sa",
    "O'Neil",
    "ÄRZTE",
    "ärzte",
    "Straße",
    "a@contoso.example",
    "B.A@Contoso.example",
    "contoso.example",
    "x",
    "\u{10ffff}",
];

fn text() -> impl Strategy<Value = String> {
    let long = (0..3_usize, "[ab]{0,2}").prop_map(|(more, end)| "ä".repeat(54 + more) + &end);
    let longer = "[ab]{0,2}".prop_map(|end| "y".repeat(130) + &end + "@contoso.example");
    prop_oneof![8 => select(&TEXTS[..]).prop_map(Into::into), 1 => long, 1 => longer]
}

const TIMES: [&str; 4] =
    ["0001-01-01T00:00:00Z", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5Z", "2030-06-01T00:00:00Z"];

/// What a user has besides its name.
fn values() -> impl Strategy<Value = Values> {
    let one = |name: &'static str, value: BoxedStrategy<Value>| {
        option::of(value).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let text = || text().prop_map(Value::from).boxed();
    let texts = || vec(text(), 0..3).prop_map(Value::from).boxed();
    let time = || select(&TIMES[..]).prop_map(Value::from).boxed();
    let identity = (option::of(text()), text(), select(&["federated", "userPrincipalName"][..]))
        .prop_map(|(issuer, id, kind)| json!({"issuer": issuer, "issuerAssignedId": id, "signInType": kind}));
    let licence = text().prop_map(|sku| json!({"skuId": sku, "disabledPlans": []}));
    let all = (
        one("displayName", text()),
        one("department", text()),
        one("mail", text()),
        one("otherMails", texts()),
        one("accountEnabled", any::<bool>().prop_map(Value::from).boxed()),
        one("createdDateTime", time()),
        one("employeeHireDate", time()),
        one("identities", vec(identity, 0..3).prop_map(Value::from).boxed()),
        one("assignedLicenses", vec(licence, 0..2).prop_map(Value::from).boxed()),
    );
    all.prop_map(|(a, b, c, d, e, f, g, h, i)| {
        let values: Map<_, _> = [a, b, c, d, e, f, g, h, i].into_iter().flatten().collect();
        // As it is stored: a collection without items is as good as none.
        values.into_iter().filter(|(_, value)| *value != json!([])).collect()
    })
}

fn test() -> impl Strategy<Value = Test> {
    let texts = [("displayName", None), ("department", None), ("mail", None), ("otherMails", None)];
    let parts = [("identities", Some("issuer")), ("assignedLicenses", Some("skuId"))];
    let named = |names: Vec<(&'static str, Option<&'static str>)>| {
        select(names).prop_map(|(name, part)| path(name, part))
    };
    let of_text = named([&texts[..], &parts].concat());
    let beginning = || {
        text().prop_flat_map(|text| {
            (0..=text.chars().count())
                .prop_map(move |length| fold(&text.chars().take(length).collect::<String>()))
        })
    };
    let end = || {
        text().prop_flat_map(|text| {
            (0..=text.chars().count())
                .prop_map(move |skipped| fold(&text.chars().skip(skipped).collect::<String>()))
        })
    };
    let keys = || vec(text().prop_map(|text| Key::text(&text)), 0..3);
    fn bound(keys: impl Strategy<Value = Key> + Clone + 'static) -> BoxedStrategy<Bound<Key>> {
        let (included, excluded) = (keys.clone().prop_map(Bound::Included), keys.prop_map(Bound::Excluded));
        prop_oneof![included, excluded, Just(Bound::Unbounded)].boxed()
    }
    let text_key = || text().prop_map(|text| Key::text(&text)).boxed();
    let time_key = || {
        select(&TIMES[..])
            .prop_map(|time| Key::of(USER.property("createdDateTime").unwrap(), &json!(time)).unwrap())
            .boxed()
    };
    let check = prop_oneof![
        keys().prop_map(Check::Equals),
        beginning().prop_map(Check::StartsWith),
        end().prop_map(Check::EndsWith),
        beginning().prop_map(Check::Word),
        (bound(text_key()), bound(text_key())).prop_map(|(from, to)| Check::Between(from, to)),
        Just(Check::Present),
    ];
    let time_check = prop_oneof![
        vec(time_key(), 0..3).prop_map(Check::Equals),
        (bound(time_key()), bound(time_key())).prop_map(|(from, to)| Check::Between(from, to)),
        Just(Check::Present),
    ];
    let flag_check = prop_oneof![
        any::<bool>().prop_map(|flag| Check::Equals(vec![Key::flag(flag)])),
        Just(Check::Present)
    ];
    let item = (option::of(keys()), option::of(keys())).prop_map(|(issuer, id)| {
        let part = |part, check| (path("identities", Some(part)), check);
        let issuer = part("issuer", issuer.map_or(Check::Absent, Check::Equals));
        let id = id.map(|id| part("issuerAssignedId", Check::Equals(id)));
        Test::Item(path("identities", None), [issuer].into_iter().chain(id).collect())
    });
    prop_oneof![
        6 => (of_text, check).prop_map(|(path, check)| Test::Some(path, check)),
        2 => (named(vec![("createdDateTime", None), ("employeeHireDate", None)]), time_check)
            .prop_map(|(path, check)| Test::Some(path, check)),
        1 => flag_check.prop_map(|check| Test::Some(path("accountEnabled", None), check)),
        1 => Just(Test::Some(path("assignedLicenses", None), Check::Present)),
        1 => item,
        1 => vec((1..30_u128).prop_map(id), 0..4).prop_map(Test::Id),
        1 => (0..3_u64).prop_map(Test::Owners),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    test().prop_map(Condition::Is).prop_recursive(5, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Condition::And),
            vec(inner.clone(), 0..3).prop_map(Condition::Or),
            inner.prop_map(|condition| Condition::Not(condition.into())),
        ]
    })
}

/// What happens to the directory or to its index.
#[derive(Debug, Clone)]
enum Event {
    Create(ObjectKind, Values),
    Update(usize, Values),
    Delete(usize),
    Purge,
    Own(usize, usize),
    Step,
    CatchUp,
    Reopen,
    RemoveIndex,
    CutIndex(u64),
    KeepIndex,
    PutIndexBack,
}

fn event() -> impl Strategy<Value = Event> {
    let kind = select(vec![ObjectKind::User, ObjectKind::User, ObjectKind::Group]);
    prop_oneof![
        10 => (kind, values()).prop_map(|(kind, values)| Event::Create(kind, values)),
        6 => (any::<usize>(), values()).prop_map(|(at, values)| Event::Update(at, values)),
        3 => any::<usize>().prop_map(Event::Delete),
        1 => Just(Event::Purge),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(group, owner)| Event::Own(group, owner)),
        8 => Just(Event::Step),
        2 => Just(Event::CatchUp),
        1 => Just(Event::Reopen),
        1 => Just(Event::RemoveIndex),
        1 => (0..20_000_u64).prop_map(Event::CutIndex),
        1 => Just(Event::KeepIndex),
        1 => Just(Event::PutIndexBack),
    ]
}

/// An object as the test knows it.
#[derive(Debug, Clone)]
struct Known {
    kind: ObjectKind,
    values: Values,
    owners: BTreeSet<u128>,
    row: i64,
}

/// A directory, and what must be in it.
struct Directory {
    world: Option<Arc<World>>,
    options: Options,
    live: BTreeMap<u128, Known>,
    deleted: Vec<u128>,
    next: u128,
    kept: Option<Vec<u8>>,
}

fn options(largest_scanned: u32, batch: u32) -> Options {
    let index =
        IndexOptions { indexing: Indexing::Stepped, largest_scanned, batch, ..IndexOptions::default() };
    Options { index, ..Options::default() }
}

fn nth(live: &BTreeMap<u128, Known>, kinds: &[ObjectKind], at: usize) -> Option<u128> {
    let of_kinds: Vec<_> = live.iter().filter(|(_, known)| kinds.contains(&known.kind)).collect();
    (!of_kinds.is_empty()).then(|| *of_kinds[at % of_kinds.len()].0)
}

impl Directory {
    async fn new(options: Options) -> Self {
        let world = Some(world_with(options.clone()).await);
        Self { world, options, live: BTreeMap::new(), deleted: Vec::new(), next: 1, kept: None }
    }

    fn world(&self) -> &Arc<World> {
        self.world.as_ref().unwrap()
    }

    fn index_path(&self) -> std::path::PathBuf {
        self.world().folder.path().join("index.sqlite")
    }

    async fn meet(&mut self, event: Event) {
        match event {
            Event::Create(kind, values) => self.create(kind, values).await,
            Event::Update(at, values) => self.update(at, values).await,
            Event::Delete(at) => {
                if let Some(number) = nth(&self.live, &[ObjectKind::User, ObjectKind::Group], at) {
                    self.live.remove(&number);
                    self.live.values_mut().for_each(|known| {
                        known.owners.remove(&number);
                    });
                    self.deleted.push(number);
                    let delete = move |tx: &WriteTx<'_>| crate::world::delete(tx, id(number));
                    self.world().write(delete).await.unwrap();
                }
            }
            Event::Purge => {
                let later = self.world().store.clock().now() + chrono::TimeDelta::days(1);
                while self.world().store.purge(later).await.unwrap() == Progress::Unfinished {}
            }
            Event::Own(group, owner) => {
                let group = nth(&self.live, &[ObjectKind::Group], group);
                let owner = nth(&self.live, &[ObjectKind::User], owner);
                if let (Some(group), Some(owner)) = (group, owner) {
                    self.live.get_mut(&group).unwrap().owners.insert(owner);
                    let own = move |tx: &WriteTx<'_>| import::owner(tx, id(group), id(owner));
                    self.world().write(own).await.unwrap();
                }
            }
            // What fails, as a file that was cut under it can, leaves the index unused until the next step.
            Event::Step => drop(self.world().store.step_index()),
            Event::CatchUp => self.catch_up(),
            Event::Reopen => self.reopen_after(|| ()),
            Event::RemoveIndex => {
                let _ = fs::remove_file(self.index_path());
            }
            Event::CutIndex(length) => {
                if let Ok(file) = fs::OpenOptions::new().write(true).open(self.index_path()) {
                    file.set_len(length).unwrap();
                }
            }
            Event::KeepIndex => self.kept = fs::read(self.index_path()).ok(),
            Event::PutIndexBack => {
                let path = self.index_path();
                let kept = self.kept.clone();
                self.reopen_after(|| kept.iter().for_each(|kept| fs::write(&path, kept).unwrap()));
            }
        }
    }

    async fn create(&mut self, kind: ObjectKind, values: Values) {
        let number = self.next;
        self.next += 1;
        let of_kind = move |values: &Values| match kind {
            ObjectKind::Group => json!({"displayName": values.get("displayName").unwrap_or(&json!("g")),
                "mailEnabled": false, "securityEnabled": true, "mailNickname": "g"}),
            _ => {
                let name = json!({"userPrincipalName": format!("u{number}@a.example")});
                let mut all = values.clone();
                all.extend(name.as_object().unwrap().clone());
                all.into()
            }
        };
        let body = of_kind(&values);
        let create = move |tx: &WriteTx<'_>| match kind {
            ObjectKind::Group => import::group(tx, id(number), body.clone()).map(drop),
            _ => import::object(tx, kind, id(number), body.clone()).map(drop),
        };
        self.world().write(create).await.unwrap();
        let look = move |tx: &store::ReadTx<'_>| {
            let (object, document) = objects::find_with_document(tx, id(number))?.unwrap();
            Ok::<_, store::Error>((format!("{:?}", object.row), document.values().unwrap()))
        };
        let world = self.world();
        let (row, values) = world.store.tenant(world.tenant).read(look).await.unwrap();
        let row = row.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        self.live.insert(number, Known { kind, values, owners: BTreeSet::new(), row });
    }

    async fn update(&mut self, at: usize, values: Values) {
        let Some(number) = nth(&self.live, &[ObjectKind::User], at) else { return };
        let known = self.live.get_mut(&number).unwrap();
        let kept = ["id", "userPrincipalName"].map(|name| (name.to_owned(), known.values[name].clone()));
        known.values = values.into_iter().chain(kept).collect();
        let values = known.values.clone();
        let update = move |tx: &WriteTx<'_>| {
            let object = objects::find(tx, id(number))?.unwrap();
            objects::update(tx, &object, &values, &["department"])?;
            Ok::<_, Error>(changes::append(tx, &object, Change::Updated(&["department"]))?)
        };
        self.world().write(update).await.unwrap();
    }

    /// Does something with the files while the store is closed.
    fn reopen_after(&mut self, act: impl FnOnce()) {
        let world = Arc::into_inner(self.world.take().unwrap()).unwrap();
        let World { store, tenant, folder } = world;
        drop(store);
        act();
        let store = Store::open(folder.path(), self.options.clone()).unwrap();
        self.world = Some(Arc::new(World { store, tenant, folder }));
    }

    fn catch_up(&self) {
        let steps =
            (0..1000).take_while(|_| !matches!(self.world().store.step_index(), Ok(Progress::Finished)));
        assert!(steps.count() < 1000, "it never ends");
    }

    fn check_index(&self) {
        let world = self.world();
        if let Checked::Compared(found) = world.store.check_index(world.tenant).unwrap() {
            assert!(found.is_sound(), "{found:?}");
        }
    }

    fn expected(&self, selection: &Selection) -> Vec<(&u128, &Known)> {
        let is_found = |(number, known): &(&u128, &Known)| {
            let (id, owners) = (id(**number), known.owners.len() as u64);
            let candidate = Candidate { id, values: &known.values, owners };
            selection.0.iter().any(|(kind, condition)| *kind == known.kind && condition.holds(candidate))
        };
        self.live.iter().filter(is_found).collect()
    }

    async fn check(&self, query: &Query) {
        let Query { selection, order, limit } = query.clone();
        let mut expected = self.expected(&selection);
        let place = |known: &Known| {
            let key = order.and_then(|order| {
                let values = order.path.values(&known.values);
                values.first().and_then(|value| Key::of(order.path.last(), value))
            });
            (key, known.row)
        };
        match order {
            Some(order) if order.descending => expected.sort_by_key(|(_, known)| Reverse(place(known))),
            _ => expected.sort_by_key(|(_, known)| place(known)),
        }
        let expected: Vec<_> = expected.into_iter().map(|(number, _)| id(*number)).collect();
        assert_eq!(self.world().count(selection.clone()).await, expected.len() as u64, "{selection:?}");
        assert_eq!(self.world().walk(&selection, order, limit).await, expected, "{selection:?} {order:?}");
    }
}

impl World {
    async fn count(&self, selection: Selection) -> u64 {
        let count = move |tx: &store::ReadTx<'_>| selections::count(tx, &selection);
        self.store.tenant(self.tenant).read_long(count).await.unwrap()
    }

    async fn page(
        &self,
        query: (Selection, Option<Order>),
        listing: Listing,
    ) -> (Vec<ObjectId>, Option<Cursor>, u64) {
        let page = move |tx: &store::ReadTx<'_>| selections::page(tx, &query.0, query.1.as_ref(), &listing);
        let (page, count) = self.store.tenant(self.tenant).read_long(page).await.unwrap();
        (page.objects.into_iter().map(|(object, _)| object.id).collect(), page.next, count)
    }

    async fn walk(&self, selection: &Selection, order: Option<Order>, limit: usize) -> Vec<ObjectId> {
        let mut listing = Listing { limit, ..Listing::default() };
        let mut all = Vec::new();
        loop {
            let (page, next, count) = self.page((selection.clone(), order), listing.clone()).await;
            all.extend(page);
            let Some(next) = next else {
                assert_eq!(all.len() as u64, count, "{selection:?}");
                return all;
            };
            listing.after = Cursor::from_bytes(&next.to_bytes()).unwrap();
        }
    }
}

#[derive(Debug, Clone)]
struct Query {
    selection: Selection,
    order: Option<Order>,
    limit: usize,
}

fn query() -> impl Strategy<Value = Query> {
    let paths = vec!["displayName", "createdDateTime", "department", "mail"];
    let order = (select(paths), any::<bool>())
        .prop_map(|(name, descending)| Order { path: path(name, None), descending });
    (condition(), option::of(condition()), option::of(order), 1..9_usize).prop_map(
        |(of_users, of_groups, order, limit)| {
            let of_groups = of_groups.map(|condition| (ObjectKind::Group, condition));
            let selection = [(ObjectKind::User, of_users)].into_iter().chain(of_groups);
            Query { selection: Selection(selection.collect()), order, limit }
        },
    )
}

fn few() -> Config {
    Config { cases: 24, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn what_is_found_is_what_satisfies_the_condition_whatever_happened_to_the_index(
        history in vec(event(), 1..60),
        queries in vec(query(), 1..8),
        largest_scanned in select(vec![0, 0, 5, 500]),
        batch in select(vec![1, 3, 2000]),
    ) {
        Runtime::new().unwrap().block_on(async {
            let mut directory = Directory::new(options(largest_scanned, batch)).await;
            for (event, query) in history.into_iter().zip(queries.iter().cycle()) {
                directory.meet(event).await;
                directory.check(query).await;
                directory.check_index();
            }
            directory.catch_up();
            directory.check_index();
            for query in &queries {
                directory.check(query).await;
            }
        });
    }
}
