//! Who holds which directory role, page by page.

use super::{
    Error, ReadTx,
    directory_roles::{self, Role},
    nestings::HiddenMemberships,
    objects::{self, Object},
    relations::{Direction, MEMBERS},
};
use crate::{
    model::{ids::ObjectId, keys::Key},
    odata::listing::{Cursor, Listing},
};

/// A page of assignments, in the order of the rows of roles, and then of principals.
#[derive(Debug)]
pub struct Page {
    /// The templates' ids, each with a principal's.
    pub assignments: Vec<(ObjectId, ObjectId)>,
    /// After which the next page begins. `None`: this is the last.
    pub next: Option<Cursor>,
}

/// The assignments of roles with these templates to these principals (`None`: of all), after this one.
pub fn page(
    tx: &ReadTx<'_>,
    templates: Option<&[ObjectId]>,
    principals: Option<&[ObjectId]>,
    after: &Cursor,
    limit: usize,
) -> Result<Page, Error> {
    let principals = principals.map(|ids| found(tx, ids)).transpose()?;
    let (first, mut after) = place(after);
    let is_wanted = |role: &Role| {
        role.object.row.0 >= first && templates.is_none_or(|templates| templates.contains(&role.template))
    };
    let mut held = Vec::new();
    for role in directory_roles::all(tx)?.into_iter().filter(is_wanted) {
        if role.object.row.0 > first {
            after = 0;
        }
        // One more tells whether another page follows.
        let room = limit.saturating_add(1).saturating_sub(held.len());
        let members = match &principals {
            Some(principals) => members_among(tx, &role, principals, after, room)?,
            None => members(tx, &role, after, room)?,
        };
        held.extend(members.into_iter().map(|member| (role, member)));
    }
    let more = held.len() > limit;
    held.truncate(limit);
    let next = held.last().filter(|_| more).map(|(role, member)| cursor(role, member));
    let assignments = held.iter().map(|(role, member)| (role.template, member.id)).collect();
    Ok(Page { assignments, next })
}

/// The row of the role where a page begins, and after which row of its members.
fn place(after: &Cursor) -> (i64, i64) {
    let role = match after {
        Cursor::Key { key: Some(Key(key)), .. } => key.as_slice().try_into().map(i64::from_be_bytes).ok(),
        _ => None,
    };
    role.map_or((0, 0), |role| (role, after.row()))
}

fn cursor(role: &Role, member: &Object) -> Cursor {
    Cursor::Key { key: Some(Key(role.object.row.0.to_be_bytes().into())), row: member.row.0 }
}

/// The objects with these ids, by their rows.
fn found(tx: &ReadTx<'_>, ids: &[ObjectId]) -> Result<Vec<Object>, Error> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(objects::find(tx, *id)?);
    }
    found.sort_unstable_by_key(|object| object.row);
    found.dedup_by_key(|object| object.row);
    Ok(found)
}

/// Those of these objects after a row that hold a role.
fn members_among(
    tx: &ReadTx<'_>,
    role: &Role,
    objects: &[Object],
    after: i64,
    most: usize,
) -> Result<Vec<Object>, Error> {
    let mut members = Vec::new();
    for object in objects.iter().filter(|object| object.row.0 > after) {
        if members.len() < most && MEMBERS.contains(tx, &role.object, object)? {
            members.push(*object);
        }
    }
    Ok(members)
}

/// The members of a role after a row.
fn members(tx: &ReadTx<'_>, role: &Role, after: i64, most: usize) -> Result<Vec<Object>, Error> {
    let mut members = Vec::new();
    let mut next = Some(Cursor::Row(after));
    // Pages are shorter where members are large.
    while let Some(after) = next.filter(|_| members.len() < most) {
        let listing = Listing { after, limit: most - members.len(), ..Listing::default() };
        let page = MEMBERS.page(tx, Direction::Targets, &role.object, &listing, HiddenMemberships::Shown)?;
        members.extend(page.objects.into_iter().map(|(object, _)| object));
        next = page.next;
    }
    Ok(members)
}
