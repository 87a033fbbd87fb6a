//! What is read of the directory at one moment: who is to come into which group, or to leave it. It is bounded, as a log can't begin
//! anew while another connection reads.

use super::{
    differences::Difference,
    rules::{Followed, Rules, TenantRules, are_rule},
    runs::{Place, RunChange, Runs, START},
};
use crate::{
    membership_rules::Candidate,
    model::{
        kinds::{ObjectKind, Relationship},
        values::{Document, Values},
    },
    store::{
        DynamicGroupOptions, Error, ReadTx,
        changes::{self, Entry, Told},
        engine::{Connection, params},
        nestings::HiddenMemberships,
        numbers,
        numbers::RowNumber,
        objects::{self, Object, select_objects},
        related::{Named, Relations},
        relations::{Direction, MEMBERS},
        rows::Rows,
    },
};
use chrono::{DateTime, Utc};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::ControlFlow,
    time::{Duration, Instant},
};

/// Bytes of documents that are read for one piece, but for the last object.
const MOST_BYTES: usize = 4 << 20;

/// Differences that are found in one piece, but for those of the last object.
const MOST_DIFFERENCES: usize = 2_000;

/// How long reading one piece takes, but for the last object.
const MOST_TIME: Duration = Duration::from_millis(25);

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    pub differences: Vec<Difference>,
    pub runs: Vec<RunChange>,
    /// Up to where the change log has been read.
    pub seen: i64,
}

/// The directory at one moment.
pub struct Moment<'c> {
    pub directory: Connection<'c>,
    pub now: DateTime<Utc>,
    pub options: &'c DynamicGroupOptions,
    pub began: Instant,
}

/// Rules that are to be held against one object.
type Asked = BTreeSet<RowNumber>;

impl Moment<'_> {
    /// Whether so much was read that the rest is for another piece.
    fn is_full(&self, found: &Found) -> bool {
        found.differences.len() >= MOST_DIFFERENCES || self.began.elapsed() >= MOST_TIME
    }

    /// Reads changes after a position, and what follows from them.
    pub fn follow(&self, after: i64, rules: &mut Rules, runs: &Runs) -> Result<Found, Error> {
        let entries = changes::after(self.directory, after, self.options.changes)?;
        let mut found = Found { seen: after, ..Found::default() };
        found.runs = self.renew_rules(&entries, rules, runs)?;
        let asked = self.asked(&entries, rules, &mut found.runs)?;
        let mut done = HashSet::new();
        for entry in &entries {
            let object = object_of(entry);
            if let Some(groups) = asked.get(&(entry.tenant, object))
                && done.insert((entry.tenant, object))
            {
                // However long the first takes, it is done.
                if done.len() > 1 && self.is_full(&found) {
                    return Ok(found);
                }
                if let Some(rules) = rules.of(self.directory, entry.tenant)? {
                    self.hold_all(rules, object, groups, &mut found.differences)?;
                }
            }
            found.seen = entry.position;
        }
        Ok(found)
    }

    /// Reads the rules of groups anew that may have other ones. Those that members follow are held against every object.
    fn renew_rules(
        &self,
        entries: &[Entry],
        rules: &mut Rules,
        runs: &Runs,
    ) -> Result<Vec<RunChange>, Error> {
        let mut groups = BTreeMap::<i64, BTreeSet<RowNumber>>::new();
        for entry in entries.iter().filter(|entry| entry.kind == ObjectKind::Group) {
            let may_be_another = match &entry.told {
                Told::Updated(properties) => are_rule(properties),
                Told::Otherwise => true,
                Told::Related(..) => false,
            };
            if may_be_another {
                groups.entry(entry.tenant).or_default().insert(entry.object);
            }
        }
        let mut changes = Vec::new();
        for (tenant, groups) in groups {
            let renewed = rules.renew(self.directory, tenant, &groups)?;
            changes.extend(renewed.into_iter().filter_map(|(group, is_followed)| {
                let to = is_followed.then_some(START);
                let is_change = is_followed || runs.is_under_way(tenant, group);
                is_change.then_some(RunChange { tenant, group, to })
            }));
        }
        Ok(changes)
    }

    /// Which rules are to be held against which objects. Those that name an object that came or went are held against every object.
    fn asked(
        &self,
        entries: &[Entry],
        rules: &mut Rules,
        runs: &mut Vec<RunChange>,
    ) -> Result<HashMap<(i64, RowNumber), Asked>, Error> {
        let mut asked = HashMap::<(i64, RowNumber), Asked>::new();
        for entry in entries {
            let Entry { tenant, id, kind, .. } = *entry;
            let Some(rules) = rules.of(self.directory, tenant)?.filter(|rules| !rules.is_empty()) else {
                continue;
            };
            let mut ask = |groups: &mut dyn Iterator<Item = RowNumber>| {
                let mut groups = groups.peekable();
                if groups.peek().is_some() {
                    asked.entry((tenant, object_of(entry))).or_default().extend(groups);
                }
            };
            match &entry.told {
                Told::Updated(properties) => ask(&mut rules.asking(kind, properties)),
                Told::Related(Relationship::Members, _) => ask(&mut rules.naming_group(id)),
                Told::Related(Relationship::Manager, _) => ask(&mut rules.of_managers()),
                Told::Related(Relationship::Owners | Relationship::CreatedOnBehalfOf, _) => {}
                Told::Otherwise => {
                    ask(&mut rules.of_kind(kind));
                    let begin = |group| RunChange { tenant, group, to: Some(START) };
                    runs.extend(rules.naming(id).map(begin));
                }
            }
        }
        Ok(asked)
    }

    fn tx(&self, rules: &TenantRules) -> ReadTx<'_> {
        ReadTx::new(self.directory, rules.tenant, self.now)
    }

    /// Holds the rules of these groups against an object.
    fn hold_all(
        &self,
        rules: &TenantRules,
        row: RowNumber,
        groups: &Asked,
        differences: &mut Vec<Difference>,
    ) -> Result<(), Error> {
        let tx = self.tx(rules);
        let sql = select_objects!(
            ", o.document, o.rest FROM objects o WHERE o.row = ?1 AND o.tenant = ?2 AND o.deleted_at IS NULL"
        );
        let found = tx.one(sql, params![row.0, rules.tenant.number], objects::read_with_document)?;
        let Some((object, document)) = found else { return Ok(()) };
        let followed = groups.iter().filter_map(|group| rules.get(*group));
        let followed: Vec<_> = followed.filter(|followed| followed.rule.kind() == object.kind()).collect();
        let groups: Rows = followed.iter().map(|followed| followed.group).collect();
        let is_in = MEMBERS.among(&tx, Direction::Sources, &object, &groups, HiddenMemberships::Shown)?;
        let (values, named) = (objects::values_of(&document)?, Named::default());
        for followed in followed {
            let is_member = self.holds(&tx, followed, &object, &values, &named)?;
            if is_member != is_in.contains(followed.group) {
                differences.push(difference(rules, followed, object.row, is_member));
            }
        }
        Ok(())
    }

    fn holds(
        &self,
        tx: &ReadTx<'_>,
        followed: &Followed,
        object: &Object,
        values: &Values,
        named: &Named,
    ) -> Result<bool, Error> {
        followed.rule.holds(Candidate { values, now: self.now }, &Relations { tx, named, object })
    }

    /// Holds rules of the next tenant that are to be held against every object against some more.
    pub fn go_on(&self, last_tenant: i64, rules: &mut Rules, runs: &Runs) -> Result<(i64, Found), Error> {
        let Some((tenant, runs)) = runs.next_after(last_tenant) else { return Ok((0, Found::default())) };
        let rules = rules.of(self.directory, tenant)?;
        let is_over = |group: &RowNumber| rules.is_none_or(|rules| rules.get(*group).is_none());
        let over: Vec<_> =
            runs.keys().filter(|group| is_over(group)).map(|group| end(tenant, *group)).collect();
        let mut found = Found { runs: over, ..Found::default() };
        let Some(rules) = rules.filter(|_| found.runs.is_empty()) else { return Ok((tenant, found)) };
        let of_members = runs.iter().find_map(|(group, place)| match place {
            Place::Members(after) => Some((*group, *after)),
            Place::Objects(_) => None,
        });
        match of_members {
            Some((group, after)) => self.look_for_other_kinds(rules, group, after, &mut found)?,
            None => self.hold_against_more(rules, runs, &mut found)?,
        }
        Ok((tenant, found))
    }

    /// Finds some more members that aren't of the rule's kind.
    fn look_for_other_kinds(
        &self,
        rules: &TenantRules,
        group: RowNumber,
        after: RowNumber,
        found: &mut Found,
    ) -> Result<(), Error> {
        let Some(followed) = rules.get(group) else { return Ok(()) };
        let sql = "SELECT p.target_row, o.kind FROM memberships p CROSS JOIN objects o
                   WHERE p.source_row = ?1 AND p.target_row > ?2 AND o.row = p.target_row ORDER BY p.target_row LIMIT ?3";
        let (mut last, mut count) = (after, 0);
        self.directory.each(sql, params![group.0, after.0, i64::from(self.options.objects)], |row| {
            (last, count) = (RowNumber(row.get(0)?), count + 1);
            if numbers::kind(row.get(1)?)? != followed.rule.kind() {
                found.differences.push(difference(rules, followed, last, false));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let is_last = count < self.options.objects;
        let to = if is_last { Place::Objects(RowNumber(0)) } else { Place::Members(last) };
        found.runs.push(RunChange { tenant: rules.tenant.number, group, to: Some(to) });
        Ok(())
    }

    /// Holds those rules that have come least far against some more objects of their kind.
    fn hold_against_more(
        &self,
        rules: &TenantRules,
        runs: &BTreeMap<RowNumber, Place>,
        found: &mut Found,
    ) -> Result<(), Error> {
        let places = runs.iter().filter_map(|(group, place)| match place {
            Place::Objects(after) => Some((rules.get(*group)?, *after)),
            Place::Members(_) => None,
        });
        let places: Vec<_> = places.collect();
        let Some((least, after)) = places.iter().min_by_key(|(_, after)| *after) else { return Ok(()) };
        let of_kind = || places.iter().filter(|(followed, _)| followed.rule.kind() == least.rule.kind());
        // Those that have come further go on together with these from there.
        let until = of_kind().map(|(_, place)| *place).filter(|place| place > after).min();
        let together: Vec<_> =
            of_kind().filter(|(_, place)| place == after).map(|(followed, _)| *followed).collect();
        let to = self.hold_against_some(rules, &together, *after, until, found)?;
        found.runs.extend(together.iter().map(|followed| RunChange {
            tenant: rules.tenant.number,
            group: followed.group,
            to: to.map(Place::Objects),
        }));
        Ok(())
    }

    /// Holds rules against the objects of their kind after a row, up to another one. Gives the row up to which it has; `None`: there
    /// are no more.
    fn hold_against_some(
        &self,
        rules: &TenantRules,
        together: &[&Followed],
        after: RowNumber,
        until: Option<RowNumber>,
        found: &mut Found,
    ) -> Result<Option<RowNumber>, Error> {
        let Some(kind) = together.first().map(|followed| followed.rule.kind()) else { return Ok(None) };
        let Stretch { objects, to } = self.objects(rules, kind, after, until)?;
        let tx = self.tx(rules);
        let last = to.unwrap_or(RowNumber(i64::MAX));
        let members =
            together.iter().map(|followed| MEMBERS.targets_between(&tx, followed.group, after, last));
        let members: Vec<Rows> = members.collect::<Result<_, _>>()?;
        let named = Named::default();
        let ask_for_values = together.iter().any(|followed| !followed.rule.properties().is_empty());
        for (object, document) in objects {
            let values = if ask_for_values { objects::values_of(&document)? } else { Values::new() };
            for (followed, members) in together.iter().zip(&members) {
                let is_member = self.holds(&tx, followed, &object, &values, &named)?;
                if is_member != members.contains(object.row) {
                    found.differences.push(difference(rules, followed, object.row, is_member));
                }
            }
            if self.is_full(found) {
                return Ok(Some(object.row));
            }
        }
        Ok(to)
    }

    /// The objects of a kind after a row, up to another one and as many as fit into a piece.
    fn objects(
        &self,
        rules: &TenantRules,
        kind: ObjectKind,
        after: RowNumber,
        until: Option<RowNumber>,
    ) -> Result<Stretch, Error> {
        let sql = select_objects!(
            ", o.document, o.rest FROM objects o
             WHERE o.tenant = ?1 AND o.kind = ?2 AND o.row > ?3 AND o.row <= ?4 AND o.deleted_at IS NULL
             ORDER BY o.row LIMIT ?5"
        );
        let most = self.options.objects;
        let last = until.unwrap_or(RowNumber(i64::MAX));
        let parameters =
            params![rules.tenant.number, numbers::of_kind(kind), after.0, last.0, i64::from(most)];
        let (mut objects, mut size) = (Vec::new(), 0);
        let mut is_full = false;
        self.directory.each(sql, parameters, |row| {
            let (object, document) = objects::read_with_document(row)?;
            size += document.size();
            objects.push((object, document));
            is_full = size >= MOST_BYTES || u32::try_from(objects.len()).unwrap_or(u32::MAX) >= most;
            Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let to = match objects.last() {
            Some((object, _)) if is_full => Some(object.row),
            _ => until,
        };
        Ok(Stretch { objects, to })
    }
}

/// Objects that stand next to each other.
struct Stretch {
    objects: Vec<(Object, Document)>,
    /// The row up to which they are all. `None`: there are no more.
    to: Option<RowNumber>,
}

/// The object that a change is of for rules: of a membership, the member.
fn object_of(entry: &Entry) -> RowNumber {
    match entry.told {
        Told::Related(Relationship::Members, member) => member,
        _ => entry.object,
    }
}

fn difference(rules: &TenantRules, followed: &Followed, member: RowNumber, is_member: bool) -> Difference {
    let Followed { group, text, .. } = followed;
    Difference { tenant: rules.tenant, group: *group, text: text.clone(), member, is_member }
}

fn end(tenant: i64, group: RowNumber) -> RunChange {
    RunChange { tenant, group, to: None }
}
