//! Which groups are in which groups and directory roles: the pairs of `memberships` by which what is in a group is in more, in a table of their own, keyed both ways.
//! So a walk from group to group reads no other members. `relations.rs` writes them with the pairs.
//!
//! A walk leaves out deleted groups, and groups with hidden membership where the caller may not see such: what is beyond such
//! a group would tell of a membership in it.

use super::{
    Error, ReadTx, WriteTx,
    engine::params,
    numbers::{self, RowNumber},
    objects::Object,
    rows::Rows,
};
use crate::model::{
    ids::ObjectId,
    kinds::{GroupKind, ObjectKind},
};
use std::{ops::ControlFlow, sync::LazyLock};

/// Whether memberships in groups that hide them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HiddenMemberships {
    /// As all others.
    Shown,
    /// As if they weren't there.
    LeftOut,
}

impl HiddenMemberships {
    pub(super) fn are_shown(self) -> bool {
        self == Self::Shown
    }
}

/// Which groups memberships are followed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// Groups of every kind.
    All,
    /// Those that security is decided by: a distribution group ends the chain.
    SecurityGroups,
}

/// What an object is in, be it through groups.
pub struct Above {
    /// Its number in the store.
    pub row: RowNumber,
    /// Its id.
    pub id: ObjectId,
    /// Its kind.
    pub kind: ObjectKind,
    /// The kind of group. `None`: it is no group.
    pub group_kind: Option<GroupKind>,
}

pub(super) fn insert(tx: &WriteTx<'_>, group: RowNumber, member: RowNumber) -> Result<(), Error> {
    let sql = "INSERT INTO nestings (group_row, member_row) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    tx.run(sql, params![group.0, member.0]).map(drop)
}

pub(super) fn remove(tx: &WriteTx<'_>, group: RowNumber, member: RowNumber) -> Result<(), Error> {
    let sql = "DELETE FROM nestings WHERE group_row = ?1 AND member_row = ?2";
    tx.run(sql, params![group.0, member.0]).map(drop)
}

/// Takes away those of the first `?2` memberships of an object.
pub(super) const SET_ASIDE: &str = "DELETE FROM nestings WHERE member_row = ?1 AND group_row <=
    (SELECT max(some.source_row) FROM
     (SELECT source_row FROM memberships WHERE target_row = ?1 ORDER BY source_row LIMIT ?2) some)";

/// Takes away those of the first `?2` members of a group, which are taken away after them.
pub(super) const TAKE_MEMBERS: &str = "DELETE FROM nestings WHERE group_row = ?1 AND member_row IN
    (SELECT target_row FROM memberships WHERE source_row = ?1 ORDER BY target_row LIMIT ?2)";

/// What a group must be for a walk to go through it. `?2`: groups with hidden membership can be.
const IS_VISIBLE: &str = "o.deleted_at IS NULL AND (?2 OR o.hidden_membership IS NOT TRUE)";

/// What object `?1` is in: groups and directory roles, be it through groups, and administrative units. `?3`: only groups, and only through those that
/// security is decided by.
static ABOVE: LazyLock<String> = LazyLock::new(|| {
    let distribution = numbers::of_group_kind(GroupKind::Distribution);
    let is_passed = format!("{IS_VISIBLE} AND (NOT ?3 OR o.group_kind <> {distribution})");
    format!(
        "WITH RECURSIVE above (group_row, id, kind, group_kind) AS (
             SELECT o.row, o.id, o.kind, o.group_kind FROM memberships p CROSS JOIN objects o
             WHERE p.target_row = ?1 AND o.row = p.source_row AND {is_passed}
             UNION
             SELECT o.row, o.id, o.kind, o.group_kind FROM above a CROSS JOIN nestings n CROSS JOIN objects o
             WHERE n.member_row = a.group_row AND o.row = n.group_row AND {is_passed}
         ) SELECT group_row, id, kind, group_kind FROM above"
    )
});

/// Group `?1`, and the groups in it.
static BELOW: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH RECURSIVE below (group_row) AS (
             SELECT ?1
             UNION
             SELECT o.row FROM below b CROSS JOIN nestings n CROSS JOIN objects o
             WHERE n.group_row = b.group_row AND o.row = n.member_row AND {IS_VISIBLE}
         ) SELECT group_row FROM below"
    )
});

/// Group `?1`, a group in it, be it through others, that contains object `?3`.
static CONTAINING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} b WHERE EXISTS (SELECT 1 FROM memberships p WHERE p.source_row = b.group_row AND p.target_row = ?3) LIMIT 1",
        *BELOW
    )
});

/// Whether a group contains an object, be it through others. A walk down from it: it looks at no more groups than are in this one.
pub fn contains(tx: &ReadTx<'_>, group: &Object, object: &Object) -> Result<bool, Error> {
    let parameters = params![group.row.0, HiddenMemberships::Shown.are_shown(), object.row.0];
    Ok(tx.one(&CONTAINING, parameters, |_| Ok(()))?.is_some())
}

/// Hands over what an object is in, be it through groups, each once and in no order, until it is told to stop.
pub fn each_above(
    tx: &ReadTx<'_>,
    object: RowNumber,
    through: Through,
    hidden: HiddenMemberships,
    mut take: impl FnMut(Above) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let parameters = params![object.0, hidden.are_shown(), through == Through::SecurityGroups];
    tx.each(&ABOVE, parameters, |row| {
        take(Above {
            row: RowNumber(row.get(0)?),
            id: ObjectId::from_uuid(row.get(1)?),
            kind: numbers::kind(row.get(2)?)?,
            group_kind: row.get::<Option<i64>>(3)?.map(numbers::group_kind).transpose()?,
        })
    })
}

/// What of this kind an object is in, be it through groups. A group that is in itself, or in a circle, is among it.
pub(super) fn above(
    tx: &ReadTx<'_>,
    object: RowNumber,
    kind: Option<ObjectKind>,
    hidden: HiddenMemberships,
) -> Result<Rows, Error> {
    let mut above = Rows::default();
    each_above(tx, object, Through::All, hidden, |found| {
        if kind.is_none_or(|kind| kind == found.kind) {
            above.insert(found.row);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(above)
}

/// A group, and the groups in it, be it through others.
pub(super) fn below(
    tx: &ReadTx<'_>,
    group: RowNumber,
    hidden: HiddenMemberships,
) -> Result<Vec<RowNumber>, Error> {
    let mut below = Vec::new();
    tx.each(&BELOW, params![group.0, hidden.are_shown()], |row| {
        below.push(RowNumber(row.get(0)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(below)
}

/// What is read and taken away here.
#[cfg(test)]
pub(super) fn statements() -> impl Iterator<Item = &'static str> {
    [&**ABOVE, &**BELOW, &**CONTAINING, SET_ASIDE, TAKE_MEMBERS].into_iter()
}
