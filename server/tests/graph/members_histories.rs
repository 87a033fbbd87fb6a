//! What is true of any sequence of additions, removals and pages, however they run into each other.

use crate::support::{Tenant, members_of, reference, refusal};
use futures::{TryStreamExt, future::join_all};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use roster_client::Client;
use std::{
    collections::HashSet,
    num::NonZeroU32,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};
use tokio::runtime::Runtime;
use uuid::Uuid;

const GROUPS: usize = 2;
const MEMBERS: usize = 3;

/// One runtime for all cases: connections of the clients live in it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn few(cases: u32) -> Config {
    Config { cases, failure_persistence: None, max_shrink_iters: 50, ..Config::default() }
}

/// What one worker does, one after another.
#[derive(Debug, Clone, Copy)]
struct Change {
    adds: bool,
    group: usize,
    member: usize,
}

fn change() -> impl Strategy<Value = Change> {
    (any::<bool>(), 0..GROUPS, 0..MEMBERS).prop_map(|(adds, group, member)| Change { adds, group, member })
}

/// A change that was answered: between which two moments, and whether it was made.
#[derive(Debug, Clone, Copy)]
struct Answered {
    change: Change,
    asked: u64,
    answered: u64,
    made: bool,
}

impl Answered {
    /// Whether the member is in the group after it, if the answer fits where it was (`before`).
    fn apply(&self, before: bool) -> Option<bool> {
        // An addition is made where the member wasn't in, a removal where it was.
        (self.made == (before != self.change.adds)).then_some(if self.made { !before } else { before })
    }
}

/// Where a member can be in the end, if one order of the history explains every answer: one that never puts
/// a change before another that was answered before it was sent.
fn ends(history: &[Answered]) -> HashSet<bool> {
    let mut ends = HashSet::new();
    let mut seen = HashSet::new();
    let mut open = vec![(0u64, false)];
    let all = (1 << history.len()) - 1;
    while let Some((done, inside)) = open.pop() {
        if !seen.insert((done, inside)) {
            continue;
        }
        if done == all {
            ends.insert(inside);
        }
        let left = || history.iter().enumerate().filter(move |(index, _)| done & (1 << index) == 0);
        let deadline = left().map(|(_, next)| next.answered).min().unwrap_or_default();
        for (index, next) in left().filter(|(_, next)| next.asked < deadline) {
            open.extend(next.apply(inside).map(|after| (done | (1 << index), after)));
        }
    }
    ends
}

async fn work(graph: &Client, moments: &AtomicU64, script: &[(Change, Uuid, Uuid)]) -> Vec<Answered> {
    let mut history = Vec::new();
    for &(change, group, member) in script {
        let asked = moments.fetch_add(1, SeqCst);
        let outcome = if change.adds {
            graph.add_group_member().id(group).body(reference(member)).send().await
        } else {
            graph.remove_group_member().id(group).member_id(member).send().await
        };
        let made = outcome.is_ok();
        if !made {
            assert_eq!(refusal(outcome).0, if change.adds { 400 } else { 404 });
        }
        history.push(Answered { change, asked, answered: moments.fetch_add(1, SeqCst), made });
    }
    history
}

async fn additions_and_removals_at_once(scripts: Vec<Vec<Change>>) {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let groups = join_all((0..GROUPS).map(async |n| tenant.security_group(&format!("group{n}")).await)).await;
    let users = join_all((0..MEMBERS).map(async |n| tenant.user(&format!("user{n}")).await)).await;
    let named = |change: &Change| (*change, groups[change.group], users[change.member]);
    let scripts: Vec<Vec<_>> = scripts.iter().map(|script| script.iter().map(named).collect()).collect();
    let moments = AtomicU64::new(1);
    let history = join_all(scripts.iter().map(|script| work(&graph, &moments, script))).await.concat();

    for (index, group) in groups.iter().enumerate() {
        let members = members_of(&graph, *group).await;
        for (number, user) in users.iter().enumerate() {
            let of_both = |done: &&Answered| (done.change.group, done.change.member) == (index, number);
            let history: Vec<Answered> = history.iter().filter(of_both).copied().collect();
            let inside = members.contains(user);
            assert!(ends(&history).contains(&inside), "inside: {inside}, after {history:#?}");
        }
    }
}

async fn pages(graph: &Client, group: Uuid, size: u32) -> Vec<Uuid> {
    let size = NonZeroU32::new(size).unwrap();
    let members: Vec<_> = graph.members(group, size).try_collect().await.unwrap();
    members.into_iter().map(|member| member.id.unwrap().parse().unwrap()).collect()
}

async fn pages_of_any_size(count: usize, sizes: Vec<u32>) {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let mut members = join_all((0..count).map(async |n| tenant.user(&format!("user{n}")).await)).await;
    for member in &members {
        tenant.join(group, *member).await;
    }
    members.sort();
    let graph = tenant.client(["GroupMember.Read.All"]).await;
    let whole = pages(&graph, group, 999).await;
    for size in sizes {
        assert_eq!(pages(&graph, group, size).await, whole, "the same order on pages of {size}");
    }
    let mut listed = whole;
    listed.sort();
    assert_eq!(listed, members);
}

proptest! {
    #![proptest_config(few(12))]

    #[test]
    fn answers_to_changes_at_once_are_those_of_one_after_another(
        scripts in vec(vec(change(), 1..12), 2..6),
    ) {
        RUNTIME.block_on(additions_and_removals_at_once(scripts));
    }

    #[test]
    fn pages_of_any_size_list_each_member_once_in_one_order(count in 0..24usize, sizes in vec(1..30u32, 1..4)) {
        RUNTIME.block_on(pages_of_any_size(count, sizes));
    }
}

#[test]
fn a_history_that_no_order_explains_is_noticed() {
    let answered = |adds, asked, answered, made| Answered {
        change: Change { adds, group: 0, member: 0 },
        asked,
        answered,
        made,
    };
    let twice = |second| [answered(true, 1, 2, true), answered(true, second, 9, true)];
    assert!(ends(&twice(3)).is_empty() && ends(&twice(1)).is_empty(), "no member is added twice");
    assert!(ends(&[answered(false, 1, 2, true)]).is_empty(), "only a member is removed");
    let crossing = [answered(true, 1, 8, true), answered(false, 2, 7, true), answered(true, 3, 6, true)];
    assert_eq!(ends(&crossing), HashSet::from([true]));
    let in_turn = [answered(true, 1, 2, true), answered(true, 3, 4, false), answered(false, 5, 6, true)];
    assert_eq!(ends(&in_turn), HashSet::from([false]));
    let late = [answered(true, 1, 2, true), answered(false, 3, 4, false)];
    assert!(ends(&late).is_empty(), "what was answered is seen by all that is asked later");
}
