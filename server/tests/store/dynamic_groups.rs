//! Memberships of dynamic groups follow their rules, whatever happens in whatever order, and however often it is broken off.

use crate::{
    rules,
    world::{database, delete, empty, rows},
};
use chrono::{DateTime, Utc};
use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::Config};
use roster_server::{
    directory::{Bound, Error, Policy, groups, import, users},
    model::{
        clock::{Clock, timestamp},
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
        permissions::{Grants, Permission, Permissions, Principal},
    },
    odata::reference::Key,
    store::{
        self, Durability, DynamicGroupOptions, Options, Progress, ReadTx, RuleFollowing, Store, Tenant,
        WriteTx, objects,
        relations::{MANAGERS, MEMBERS},
    },
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

fn id(number: u8) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(number.into()))
}

/// Objects by their numbers: users, devices and groups.
const USERS: std::ops::Range<u8> = 1..10;
const DEVICES: std::ops::Range<u8> = 11..14;
const GROUPS: std::ops::Range<u8> = 21..29;

/// What may be the rule of a group.
fn some_rules() -> Vec<String> {
    let [manager, one, other] = [id(1), id(21), id(22)];
    let rules = [
        "user.objectId -ne null",
        r#"user.department -eq "a""#,
        r#"user.department -ne "a""#,
        r#"user.department -in ["a", "b"] -and -not (user.mobile -eq null)"#,
        r#"user.otherMails -any (_ -startsWith "a")"#,
        r#"user.extensionAttribute1 -match "^a|b$""#,
        "user.employeeHireDate -le system.now",
        r#"device.displayName -eq "a""#,
        "device.objectId -ne null",
    ];
    let of_others = [
        format!("Direct Reports for \"{manager}\""),
        format!("user.memberOf -any (group.objectId -in ['{one}', '{other}'])"),
        format!("device.memberOf -any (group.objectId -in ['{one}'])"),
    ];
    rules.into_iter().map(str::to_owned).chain(of_others).collect()
}

/// A step of a history. Steps that can't be made change nothing.
#[derive(Debug, Clone)]
enum Step {
    Create(u8, Value),
    Update(u8, Value),
    Delete(u8),
    CreateGroup(u8, Option<String>),
    /// It gets this rule, and becomes dynamic.
    Rule(u8, String),
    BecomeStatic(u8),
    State(u8, &'static str),
    Join(u8, u8),
    Leave(u8, u8),
    Manage(u8, u8),
    Unmanage(u8, u8),
    Advance(u8),
    Follow,
    /// The same on a disk that is full.
    FollowInVain,
    Reopen,
    Shorten,
}

fn text() -> impl Strategy<Value = String> {
    select(vec!["a", "A", "b", "c"]).prop_map(str::to_owned)
}

fn values() -> impl Strategy<Value = Value> {
    let hours = option::of(0i64..6);
    (option::of(text()), option::of(text()), vec(text(), 0..2), option::of(text()), hours).prop_map(
        |(department, mobile, mails, attribute, hours)| {
            let hired = hours.map(|hours| timestamp(start() + chrono::TimeDelta::hours(hours)));
            json!({"department": department, "mobilePhone": mobile, "otherMails": mails,
                "onPremisesExtensionAttributes": {"extensionAttribute1": attribute}, "employeeHireDate": hired})
        },
    )
}

/// When histories begin.
fn start() -> DateTime<Utc> {
    Clock::default().now()
}

fn step() -> impl Strategy<Value = Step> {
    let group = || GROUPS;
    let member = || prop_oneof![4 => USERS, 1 => DEVICES];
    let rule = || select(some_rules());
    prop_oneof![
        4 => (USERS, values()).prop_map(|(user, values)| Step::Create(user, values)),
        2 => (DEVICES, text()).prop_map(|(device, name)| Step::Create(device, json!({"displayName": name}))),
        4 => (USERS, values()).prop_map(|(user, values)| Step::Update(user, values)),
        1 => member().prop_map(Step::Delete),
        1 => group().prop_map(Step::Delete),
        6 => (group(), option::weighted(0.7, rule())).prop_map(|(group, rule)| Step::CreateGroup(group, rule)),
        3 => (group(), rule()).prop_map(|(group, rule)| Step::Rule(group, rule)),
        1 => group().prop_map(Step::BecomeStatic),
        2 => (group(), select(vec!["On", "Paused"])).prop_map(|(group, state)| Step::State(group, state)),
        4 => (group(), member()).prop_map(|(group, member)| Step::Join(group, member)),
        1 => (group(), member()).prop_map(|(group, member)| Step::Leave(group, member)),
        2 => (USERS, 1..3u8).prop_map(|(user, manager)| Step::Manage(user, manager)),
        1 => (USERS, 1..3u8).prop_map(|(user, manager)| Step::Unmanage(user, manager)),
        1 => (0..3u8).prop_map(Step::Advance),
        4 => Just(Step::Follow),
        1 => Just(Step::FollowInVain),
        1 => Just(Step::Reopen),
        1 => Just(Step::Shorten),
    ]
}

/// A store that is stepped, and its tenant.
struct World {
    runtime: Runtime,
    store: Option<Store>,
    clock: Clock,
    tenant: Tenant,
    folder: TempDir,
    made: BTreeSet<u8>,
    /// Groups whose members no rule decides over at present, and who was in them when that began.
    kept: BTreeMap<u8, BTreeSet<ObjectId>>,
}

impl World {
    fn new() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let store = open(&folder, &clock);
        let tenant = runtime.block_on(store.create_tenant(TenantId::random(), Vec::new(), empty)).unwrap();
        Self {
            runtime,
            store: Some(store),
            clock,
            tenant,
            folder,
            made: BTreeSet::new(),
            kept: BTreeMap::new(),
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Does something, if it can be done.
    fn write(&self, work: impl Fn(&WriteTx<'_>) -> Result<(), Error> + Send + 'static) -> bool {
        match self.runtime.block_on(self.store().tenant(self.tenant).write(work)) {
            Ok(()) => true,
            Err(Error::Refused(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ReadTx<'_>) -> Result<T, store::Error> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store().tenant(self.tenant).read(work)).unwrap()
    }

    fn is_there(&self, number: u8) -> bool {
        self.read(move |tx| objects::find(tx, id(number))).is_some()
    }

    fn update_group(&self, group: u8, body: Value) -> bool {
        self.write(move |tx| {
            let (key, body) = (Key::read(id(group).to_string()), body.as_object().unwrap());
            groups::update(tx, Policy::default(), &by(), &key, body, &Bound::default()).map(drop)
        })
    }

    /// Who is in a group. `None`: there is none.
    fn members(&self, group: u8) -> Option<BTreeSet<ObjectId>> {
        self.read(move |tx| objects::find(tx, id(group))?.map(|group| rules::members(tx, &group)).transpose())
    }

    /// The rule that a group's members should follow. `None`: there is none.
    fn rule(&self, group: u8) -> Option<String> {
        self.read(move |tx| objects::find(tx, id(group))?.map(|group| rules::rule(tx, &group)).transpose())?
    }

    /// Notes whose members stay from now on, where a step has changed that.
    fn note(&mut self, group: u8) {
        match self.rule(group) {
            Some(_) => drop(self.kept.remove(&group)),
            None => {
                let members = self.members(group).unwrap_or_default();
                self.kept.entry(group).or_insert(members);
            }
        }
    }

    fn make(&mut self, step: Step) {
        match step {
            // A deleted object keeps its id.
            Step::Create(number, values) if self.made.insert(number) => {
                let kind = if USERS.contains(&number) { ObjectKind::User } else { ObjectKind::Device };
                self.write(move |tx| {
                    let mut values = values.clone();
                    values.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                    import::object(tx, kind, id(number), values).map(drop)
                });
            }
            Step::Update(number, values) => drop(self.write(move |tx| {
                let (key, body) = (Key::read(id(number).to_string()), values.as_object().unwrap());
                users::update(tx, &by(), &key, body, &Bound::default(), None)
            })),
            Step::Delete(number) if self.is_there(number) => {
                self.write(move |tx| delete(tx, id(number)));
                self.kept.remove(&number);
                for members in self.kept.values_mut() {
                    members.remove(&id(number));
                }
            }
            Step::CreateGroup(number, rule) if self.made.insert(number) => {
                self.write(move |tx| {
                    let mut values = json!({"displayName": "g", "mailNickname": "g", "mailEnabled": false,
                        "securityEnabled": true});
                    if let Some(rule) = &rule {
                        values["groupTypes"] = json!(["DynamicMembership"]);
                        values["membershipRule"] = rule.as_str().into();
                    }
                    import::group(tx, id(number), values).map(drop)
                });
                self.note(number);
            }
            Step::Rule(group, rule) => {
                self.update_group(
                    group,
                    json!({"groupTypes": ["DynamicMembership"], "membershipRule": rule}),
                );
                self.note(group);
            }
            Step::BecomeStatic(group) => {
                self.update_group(group, json!({"groupTypes": []}));
                self.note(group);
            }
            Step::State(group, state) => {
                self.update_group(group, json!({"membershipRuleProcessingState": state}));
                self.note(group);
            }
            Step::Join(group, member) if self.is_static(group) && self.is_there(member) => {
                self.write(move |tx| import::member(tx, id(group), id(member)));
                self.kept.entry(group).or_default().insert(id(member));
            }
            Step::Leave(group, member) if self.is_static(group) && self.is_there(member) => {
                self.write(move |tx| {
                    let [group, member] =
                        [group, member].map(|number| objects::find(tx, id(number)).unwrap().unwrap());
                    MEMBERS.remove(tx, &group, &member)?;
                    Ok(())
                });
                self.kept.entry(group).or_default().remove(&id(member));
            }
            Step::Manage(user, manager) if self.is_there(user) && self.is_there(manager) => {
                self.write(move |tx| import::manager(tx, id(user), id(manager)));
            }
            Step::Unmanage(user, manager) if self.is_there(user) && self.is_there(manager) => {
                self.write(move |tx| {
                    let [user, manager] =
                        [user, manager].map(|number| objects::find(tx, id(number)).unwrap().unwrap());
                    MANAGERS.remove(tx, &user, &manager)?;
                    Ok(())
                });
            }
            Step::Advance(hours) => self.clock.advance(i64::from(hours) * 3600),
            Step::Follow => drop(self.store().step_rules().unwrap()),
            Step::FollowInVain => {
                self.runtime.block_on(self.store().limit_pages(Some(1))).unwrap();
                let _ = self.store().step_rules();
                self.runtime.block_on(self.store().limit_pages(None)).unwrap();
            }
            Step::Reopen => {
                drop(self.store.take());
                self.store = Some(open(&self.folder, &self.clock));
            }
            Step::Shorten => drop(self.runtime.block_on(self.store().shorten_changes(1)).unwrap()),
            _ => {}
        }
    }

    fn is_static(&self, group: u8) -> bool {
        let group = self.read(move |tx| objects::find(tx, id(group)));
        group.is_some_and(|group| !group.traits.group().unwrap().dynamic)
    }

    fn catch_up(&self) {
        assert!((0..500).any(|_| self.store().step_rules().unwrap() == Progress::Finished));
    }

    /// The members of each group are those whom its rule holds for, or those who were in it when no rule decided any more.
    fn check(&self) {
        self.read(rules::check);
        for (group, expected) in &self.kept {
            if let Some(members) = self.members(*group) {
                assert_eq!(members, *expected, "{group}");
            }
        }
        crate::counts::check(&database(self.folder.path()));
        assert_eq!(rows(self.folder.path(), "rule_runs"), 0);
    }
}

fn open(folder: &TempDir, clock: &Clock) -> Store {
    let dynamic_groups =
        DynamicGroupOptions { following: RuleFollowing::Stepped, changes: 5, objects: 3, memberships: 2 };
    let options = Options {
        durability: Durability::Ephemeral,
        largest_uncounted: 2,
        dynamic_groups,
        clock: clock.clone(),
        ..Options::default()
    };
    Store::open(folder.path(), options).unwrap()
}

fn by() -> Grants {
    let permissions = Permissions::from_iter([Permission::GroupReadWriteAll, Permission::UserReadWriteAll]);
    Grants::of_token(Principal::Application(None), permissions)
}

proptest! {
    #![proptest_config(Config { cases: 40, failure_persistence: None, max_shrink_iters: 200, ..Config::default() })]

    #[test]
    fn memberships_are_what_every_rule_says_of_every_object_after_any_history(history in vec(step(), 1..60)) {
        let mut world = World::new();
        for step in history {
            world.make(step);
        }
        // Rules that ask for the time are looked at every hour.
        world.clock.advance(3601);
        world.catch_up();
        world.check();
    }
}
