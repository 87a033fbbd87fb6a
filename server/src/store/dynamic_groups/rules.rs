//! The rules of tenants' dynamic groups, read and kept ready: which ask for a property, name a group or name a manager.

use crate::{
    membership_rules::Rule,
    model::{
        entity,
        group::GROUP,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        values::Document,
    },
    store::{
        Error, Tenant,
        engine::{Connection, Row, params},
        numbers::RowNumber,
        objects::{self, NEXT_COLUMN, Object, select_objects},
        tenants,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
    sync::Arc,
};

/// The size of all rules that are kept ready, in bytes of their texts. Those of the tenants that were last used are kept, and
/// those of the one at hand in any case.
const MOST_BYTES: usize = 8 << 20;

/// What a tenant and a rule take besides the text.
const OVERHEAD: usize = 256;

/// A dynamic group whose members follow its rule.
pub struct Followed {
    pub group: RowNumber,
    /// The rule as it is stored.
    pub text: Arc<str>,
    pub rule: Rule,
}

/// Reads what is followed of a group off its row. `None`: its members stay as they are.
fn followed(row: &Row<'_>) -> Result<Option<Followed>, Error> {
    let document = Document { default: row.get(NEXT_COLUMN)?, rest: None };
    let group = objects::read(row)?;
    let text = followed_rule(&group, &document);
    Ok(text.and_then(|text| {
        // One that was stored before rules were looked at may be none, or none for such a group.
        let rule: Rule = text.parse().ok()?;
        let member =
            if rule.kind() == ObjectKind::Device { ObjectTraits::Device } else { ObjectTraits::User };
        group.traits.group().filter(|group| group.kind.may_contain(member))?;
        Some(Followed { group: group.row, text: text.into(), rule })
    }))
}

/// The rule that a group's members follow. `None`: they stay as they are.
pub fn followed_rule(group: &Object, document: &Document) -> Option<String> {
    if !group.traits.group().is_some_and(|group| group.dynamic) {
        return None;
    }
    let properties = [GROUP.property("membershipRule")?, GROUP.property("membershipRuleProcessingState")?];
    let values = document.pick(&properties)?;
    let mut texts = values.into_iter().map(|value| serde_json::from_str::<String>(value?.get()).ok());
    let (rule, state) = (texts.next()??, texts.next()??);
    (state == "On").then_some(rule)
}

/// Whether members may follow another rule, or none, once these properties of a group have changed.
pub fn are_rule(properties: &str) -> bool {
    let names = ["groupTypes", "membershipRule", "membershipRuleProcessingState"];
    properties.split(',').any(|property| names.contains(&property))
}

/// The rules of a tenant's dynamic groups.
pub struct TenantRules {
    pub tenant: Tenant,
    rules: BTreeMap<RowNumber, Followed>,
    index: Index,
}

/// Groups by what their rules depend on.
#[derive(Default)]
struct Index {
    by_kind: HashMap<ObjectKind, BTreeSet<RowNumber>>,
    by_property: HashMap<(ObjectKind, &'static str), BTreeSet<RowNumber>>,
    by_group: HashMap<ObjectId, BTreeSet<RowNumber>>,
    by_manager: HashMap<ObjectId, BTreeSet<RowNumber>>,
}

impl TenantRules {
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What is followed of a group.
    pub fn get(&self, group: RowNumber) -> Option<&Followed> {
        self.rules.get(&group)
    }

    /// Groups whose rules are over this kind.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = RowNumber> {
        self.index.by_kind.get(&kind).into_iter().flatten().copied()
    }

    /// Groups whose rules are over this kind and ask for one of these properties.
    pub fn asking(&self, kind: ObjectKind, properties: &str) -> impl Iterator<Item = RowNumber> {
        let asking = properties.split(',').filter_map(move |property| {
            // The key is of static texts, of which there is one of each name.
            let name = entity(kind).property_as_written(property)?.name;
            self.index.by_property.get(&(kind, name))
        });
        asking.flatten().copied()
    }

    /// Groups whose rules name this group.
    pub fn naming_group(&self, group: ObjectId) -> impl Iterator<Item = RowNumber> {
        self.index.by_group.get(&group).into_iter().flatten().copied()
    }

    /// Groups whose rules name a manager.
    pub fn of_managers(&self) -> impl Iterator<Item = RowNumber> {
        self.index.by_manager.values().flatten().copied()
    }

    /// Groups whose rules name this object.
    pub fn naming(&self, object: ObjectId) -> impl Iterator<Item = RowNumber> {
        self.naming_group(object).chain(self.index.by_manager.get(&object).into_iter().flatten().copied())
    }

    fn size(&self) -> usize {
        OVERHEAD + self.rules.values().map(|followed| OVERHEAD + followed.text.len()).sum::<usize>()
    }

    fn index(&mut self) {
        let mut index = Index::default();
        for (&group, Followed { rule, .. }) in &self.rules {
            index.by_kind.entry(rule.kind()).or_default().insert(group);
            for property in rule.properties() {
                index.by_property.entry((rule.kind(), property)).or_default().insert(group);
            }
            for named in rule.groups() {
                index.by_group.entry(*named).or_default().insert(group);
            }
            if let Some(manager) = rule.manager() {
                index.by_manager.entry(manager).or_default().insert(group);
            }
        }
        self.index = index;
    }
}

/// The rules that are kept ready, by the numbers of their tenants.
#[derive(Default)]
pub struct Rules {
    tenants: HashMap<i64, Ready>,
    /// Counts how often rules were asked for.
    time: u64,
    size: usize,
}

struct Ready {
    rules: TenantRules,
    size: usize,
    used: u64,
}

impl Rules {
    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A tenant's rules. `None`: it was deleted.
    pub fn of(&mut self, directory: Connection<'_>, tenant: i64) -> Result<Option<&TenantRules>, Error> {
        self.time += 1;
        if !self.tenants.contains_key(&tenant) {
            let Some(rules) = load(directory, tenant)? else { return Ok(None) };
            self.put(rules);
        }
        let time = self.time;
        Ok(self.tenants.get_mut(&tenant).map(|ready| {
            ready.used = time;
            &ready.rules
        }))
    }

    /// Reads groups of a tenant anew, and says of each whether its members follow a rule.
    pub fn renew(
        &mut self,
        directory: Connection<'_>,
        tenant: i64,
        groups: &BTreeSet<RowNumber>,
    ) -> Result<BTreeMap<RowNumber, bool>, Error> {
        let ready = self.tenants.remove(&tenant);
        if let Some(ready) = &ready {
            self.size -= ready.size;
        }
        let rules = match ready {
            Some(ready) => Some(ready.rules),
            None => load(directory, tenant)?,
        };
        let Some(mut rules) = rules else { return Ok(BTreeMap::new()) };
        let sql = select_objects!(
            ", o.document FROM objects o
             WHERE o.row = ?1 AND o.tenant = ?2 AND o.is_dynamic IS TRUE AND o.deleted_at IS NULL"
        );
        let mut are_followed = BTreeMap::new();
        for group in groups {
            let found = directory.one(sql, params![group.0, tenant], followed)?.flatten();
            are_followed.insert(*group, found.is_some());
            match found {
                Some(found) => drop(rules.rules.insert(*group, found)),
                None => drop(rules.rules.remove(group)),
            }
        }
        rules.index();
        self.put(rules);
        Ok(are_followed)
    }

    /// Keeps rules ready, and no more of others than there is room for.
    fn put(&mut self, rules: TenantRules) {
        let size = rules.size();
        while self.size + size > MOST_BYTES {
            let oldest = self.tenants.iter().min_by_key(|(_, ready)| ready.used).map(|(tenant, _)| *tenant);
            let Some(oldest) = oldest.and_then(|oldest| self.tenants.remove(&oldest)) else { break };
            self.size -= oldest.size;
        }
        self.size += size;
        self.tenants.insert(rules.tenant.number, Ready { rules, size, used: self.time });
    }
}

fn load(directory: Connection<'_>, tenant: i64) -> Result<Option<TenantRules>, Error> {
    let sql = "SELECT number, id FROM tenants WHERE number = ?1";
    let found = directory.one(sql, params![tenant], |row| tenants::read_from(row, 0))?;
    let Some(tenant) = found else { return Ok(None) };
    let sql = select_objects!(
        ", o.document FROM objects o
         WHERE o.tenant = ?1 AND o.is_dynamic IS TRUE AND o.deleted_at IS NULL ORDER BY o.row"
    );
    let mut rules = TenantRules { tenant, rules: BTreeMap::new(), index: Index::default() };
    directory.each(sql, params![tenant.number], |row| {
        if let Some(followed) = followed(row)? {
            rules.rules.insert(followed.group, followed);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    rules.index();
    Ok(Some(rules))
}

/// Whether any tenant has a dynamic group.
pub fn are_there_any(directory: Connection<'_>) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM objects o WHERE o.is_dynamic IS TRUE AND o.deleted_at IS NULL LIMIT 1";
    Ok(directory.one(sql, params![], |_| Ok(()))?.is_some())
}
