//! The memberships of dynamic groups, compared with what their rules say of each object by itself.

use roster_server::{
    membership_rules::{Candidate, Related, Rule},
    model::{ids::ObjectId, kinds::ObjectKind},
    odata::listing::Listing,
    store::{
        Error, ReadTx,
        nestings::HiddenMemberships::Shown,
        objects::{self, Object, Page},
        relations::{Direction, MANAGERS, MEMBERS},
    },
};
use std::collections::BTreeSet;

/// What rules ask of an object's relations, looked up each time.
struct Plain<'t>(&'t ReadTx<'t>, Object);

impl Related for Plain<'_> {
    type Error = Error;

    fn is_in(&self, groups: &[ObjectId]) -> Result<bool, Error> {
        for group in groups {
            if let Some(group) = objects::find(self.0, *group)?
                && MEMBERS.contains(self.0, &group, &self.1)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn reports_to(&self, manager: ObjectId) -> Result<bool, Error> {
        let manager = objects::find(self.0, manager)?;
        manager.map_or(Ok(false), |manager| MANAGERS.contains(self.0, &self.1, &manager))
    }
}

/// All objects of the pages that are read so.
fn all(read: impl Fn(&Listing) -> Result<Page, Error>) -> Result<Vec<Object>, Error> {
    let mut listing = Listing { limit: 500, ..Listing::default() };
    let mut found = Vec::new();
    loop {
        let page = read(&listing)?;
        found.extend(page.objects.into_iter().map(|(object, _)| object));
        match page.next {
            Some(next) => listing.after = next,
            None => return Ok(found),
        }
    }
}

/// The rule that the members of a group follow. `None`: none.
pub fn rule(tx: &ReadTx<'_>, group: &Object) -> Result<Option<String>, Error> {
    let values = objects::values(tx, group.row)?;
    let is_on = values.get("membershipRuleProcessingState").is_some_and(|state| state == "On");
    let follows = is_on && group.traits.group().is_some_and(|group| group.dynamic);
    Ok(values.get("membershipRule").and_then(|rule| rule.as_str()).filter(|_| follows).map(str::to_owned))
}

/// The ids of all objects of these.
fn ids(objects: Vec<Object>) -> BTreeSet<ObjectId> {
    objects.into_iter().map(|object| object.id).collect()
}

/// Who is in a group.
pub fn members(tx: &ReadTx<'_>, group: &Object) -> Result<BTreeSet<ObjectId>, Error> {
    Ok(ids(all(|listing| MEMBERS.page(tx, Direction::Targets, group, listing, Shown))?))
}

/// Every object whom a rule holds for.
pub fn expected(tx: &ReadTx<'_>, rule: &str) -> Result<BTreeSet<ObjectId>, Error> {
    let rule: Rule = rule.parse().unwrap();
    let objects = all(|listing| objects::page(tx, rule.kind(), listing))?;
    let holds = |object: &Object| {
        let values = objects::values(tx, object.row).unwrap();
        rule.holds(Candidate { values: &values, now: tx.now() }, &Plain(tx, *object)).unwrap()
    };
    Ok(ids(objects.into_iter().filter(holds).collect()))
}

/// The members of every dynamic group of a tenant are those whom its rule holds for. Says how many groups and members there are.
pub fn check(tx: &ReadTx<'_>) -> Result<(usize, usize), Error> {
    let (mut groups, mut found) = (0, 0);
    for group in all(|listing| objects::page(tx, ObjectKind::Group, listing))? {
        if let Some(rule) = rule(tx, &group)? {
            let members = members(tx, &group)?;
            assert_eq!(members, expected(tx, &rule)?, "{rule}");
            (groups, found) = (groups + 1, found + members.len());
        }
    }
    Ok((groups, found))
}
