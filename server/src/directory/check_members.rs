//! Whether an object is in groups, or in whatever can contain objects, and in which it is, be it through groups. Both leave out what
//! follows from a hidden membership that the caller may not see, and say nothing of it.

use super::{Error, Refusal, follows::hidden_memberships, lookup, users};
use crate::{
    model::{
        actions::GET_MEMBER_GROUPS,
        ids::{AsWritten, ObjectId},
        kinds::{GroupKind, ObjectKind},
        permissions::{CHECK_USER_GROUPS, CHECK_USER_OBJECTS, Grants},
        properties::Complex,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        self, ReadTx,
        nestings::{self, Above, HiddenMemberships, Through},
        objects::{self, Object},
    },
};
use std::{collections::HashSet, ops::ControlFlow};

/// How many ids a request returns at most.
pub const MAX_RESULTS: usize = 11_000;

/// The object with this key, where the caller may ask what it is in.
pub type Find<K> = fn(&ReadTx<'_>, &Grants, &K) -> Result<Object, Error>;

/// A user whose groups are asked for.
pub const GROUPS_OF_USER: Find<Key> = |tx, by, key| users::find(tx, by, &CHECK_USER_GROUPS, key);
/// A user whose groups and other containers are asked for.
pub const OBJECTS_OF_USER: Find<Key> = |tx, by, key| users::find(tx, by, &CHECK_USER_OBJECTS, key);
/// A group.
pub const OF_GROUP: Find<Key> = |tx, _, id| lookup::of_kind(tx, ObjectKind::Group, id);
/// A device.
pub const OF_DEVICE: Find<Key> = |tx, _, id| lookup::of_kind(tx, ObjectKind::Device, id);
/// A service principal.
pub const OF_SERVICE_PRINCIPAL: Find<Key> = |tx, _, id| lookup::of_kind(tx, ObjectKind::ServicePrincipal, id);
/// A contact.
pub const OF_ORG_CONTACT: Find<Key> = |tx, _, id| lookup::of_kind(tx, ObjectKind::OrgContact, id);
/// An object of whatever kind.
pub const OF_OBJECT: Find<AsWritten<ObjectId>> = |tx, _, id| lookup::object(tx, id);

/// The ids in the body of a check, each once, in their order.
pub fn read_ids(parameters: &'static Complex, body: &Values) -> Result<Vec<ObjectId>, Refusal> {
    let given = check_body(parameters, body)?;
    let texts = given.values().filter_map(|value| value.as_array()).flatten();
    let mut seen = HashSet::new();
    Ok(texts.filter_map(|id| id.as_str()?.parse().ok()).filter(|id| seen.insert(*id)).collect())
}

/// Whether the body of a request for groups asks only for security groups.
pub fn read_security_enabled_only(body: &Values) -> Result<bool, Refusal> {
    let given = check_body(&GET_MEMBER_GROUPS, body)?;
    Ok(given.values().any(|only| only.as_bool() == Some(true)))
}

fn check_body(parameters: &'static Complex, body: &Values) -> Result<Values, Refusal> {
    parameters.check_parameters(body).map_err(refused)
}

/// Why the parameters of an action are refused.
pub fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: "DirectoryObject", fault }
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Containers {
    /// Groups alone.
    Groups,
    /// Groups, administrative units and directory roles.
    All,
}

impl Containers {
    fn include(self, found: &Above) -> bool {
        self == Self::All || found.kind == ObjectKind::Group
    }
}

/// Those of these that an object is in.
pub fn check<K>(
    tx: &ReadTx<'_>,
    by: &Grants,
    (find, key): (Find<K>, &K),
    containers: Containers,
    asked: &[ObjectId],
) -> Result<Vec<ObjectId>, Error> {
    let object = find(tx, by, key)?;
    let mut left: HashSet<&ObjectId> = asked.iter().collect();
    if !left.is_empty() {
        nestings::each_above(tx, object.row, Through::All, hidden_memberships(by), |found| {
            if containers.include(&found) {
                left.remove(&found.id);
                if let Some(template) = template(tx, &found)? {
                    left.remove(&template);
                }
            }
            Ok(if left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    Ok(asked.iter().filter(|id| !left.contains(id)).copied().collect())
}

/// What an object is in, in the order in which it was made.
pub fn get<K>(
    tx: &ReadTx<'_>,
    by: &Grants,
    (find, key): (Find<K>, &K),
    containers: Containers,
    security_enabled_only: bool,
) -> Result<Vec<ObjectId>, Error> {
    let object = find(tx, by, key)?;
    if security_enabled_only && object.kind() != ObjectKind::User {
        return Err(Refusal::SecurityGroupsOfNoUser.into());
    }
    let hidden = hidden_memberships(by);
    let found = above(tx, &object, containers, security_enabled_only, hidden, MAX_RESULTS)?;
    Ok(found.ok_or(Refusal::TooManyResults { most: MAX_RESULTS })?)
}

/// The groups that a user is in, be it through groups, and of which a token may tell. `None`: these are more than `most`.
pub(super) fn groups_of(
    tx: &ReadTx<'_>,
    user: &Object,
    security_enabled_only: bool,
    most: usize,
) -> Result<Option<Vec<ObjectId>>, store::Error> {
    above(tx, user, Containers::Groups, security_enabled_only, HiddenMemberships::Shown, most)
}

/// The templates of the directory roles that a user holds.
pub(super) fn role_templates_of(tx: &ReadTx<'_>, user: &Object) -> Result<Vec<ObjectId>, store::Error> {
    let mut found = Vec::new();
    nestings::each_above(tx, user.row, Through::All, HiddenMemberships::Shown, |above| {
        found.extend(template(tx, &above)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// What an object is in, in the order in which it was made. `None`: that is more than `most`.
fn above(
    tx: &ReadTx<'_>,
    object: &Object,
    containers: Containers,
    security_enabled_only: bool,
    hidden: HiddenMemberships,
    most: usize,
) -> Result<Option<Vec<ObjectId>>, store::Error> {
    let through = if security_enabled_only { Through::SecurityGroups } else { Through::All };
    let mut found = Vec::new();
    nestings::each_above(tx, object.row, through, hidden, |above| {
        if containers.include(&above) && (!security_enabled_only || is_security_enabled(tx, &above)?) {
            found.push((above.row, above.id));
        }
        Ok(if found.len() > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    found.sort_unstable();
    Ok((found.len() <= most).then(|| found.into_iter().map(|(_, id)| id).collect()))
}

/// The id of a role's template, by which it is asked for too.
fn template(tx: &ReadTx<'_>, found: &Above) -> Result<Option<ObjectId>, store::Error> {
    if found.kind != ObjectKind::DirectoryRole {
        return Ok(None);
    }
    let values = objects::values(tx, found.row)?;
    let id = values.get("roleTemplateId").and_then(|id| id.as_str());
    Ok(id.and_then(|id| id.parse().ok()))
}

/// Whether it is a security group. A Microsoft 365 group can be security enabled or not; its kind tells it of any other group.
fn is_security_enabled(tx: &ReadTx<'_>, group: &Above) -> Result<bool, store::Error> {
    Ok(match group.group_kind {
        Some(GroupKind::Security | GroupKind::MailEnabledSecurity) => true,
        Some(GroupKind::Distribution) | None => false,
        Some(GroupKind::Microsoft365) => {
            objects::values(tx, group.row)?.get("securityEnabled").and_then(|value| value.as_bool())
                == Some(true)
        }
    })
}
