//! Whether an object is in groups, and in which it is, be it through others. Both leave out what follows from a hidden membership that
//! the caller may not see, and say nothing of it. Of what Graph looks for besides groups, such as directory roles, there is
//! nothing here.

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
        ReadTx,
        nestings::{self, Above, Through},
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
    let given = check(parameters, body)?;
    let texts = given.values().filter_map(|value| value.as_array()).flatten();
    let mut seen = HashSet::new();
    Ok(texts.filter_map(|id| id.as_str()?.parse().ok()).filter(|id| seen.insert(*id)).collect())
}

/// Whether the body of a request for groups asks only for security groups.
pub fn read_security_enabled_only(body: &Values) -> Result<bool, Refusal> {
    let given = check(&GET_MEMBER_GROUPS, body)?;
    Ok(given.values().any(|only| only.as_bool() == Some(true)))
}

fn check(parameters: &'static Complex, body: &Values) -> Result<Values, Refusal> {
    parameters.check_parameters(body).map_err(refused)
}

/// Why the parameters of an action are refused.
pub fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: "DirectoryObject", fault }
}

/// Those of these groups that an object is in.
pub fn check_groups<K>(
    tx: &ReadTx<'_>,
    by: &Grants,
    find: Find<K>,
    key: &K,
    asked: &[ObjectId],
) -> Result<Vec<ObjectId>, Error> {
    let object = find(tx, by, key)?;
    let mut left: HashSet<&ObjectId> = asked.iter().collect();
    if !left.is_empty() {
        nestings::each_above(tx, object.row, Through::All, hidden_memberships(by), |group| {
            left.remove(&group.id);
            Ok(if left.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    Ok(asked.iter().filter(|id| !left.contains(id)).copied().collect())
}

/// The groups that an object is in, those of them that were made first first.
pub fn get_groups<K>(
    tx: &ReadTx<'_>,
    by: &Grants,
    find: Find<K>,
    key: &K,
    security_enabled_only: bool,
) -> Result<Vec<ObjectId>, Error> {
    let object = find(tx, by, key)?;
    if security_enabled_only && object.kind() != ObjectKind::User {
        return Err(Refusal::SecurityGroupsOfNoUser.into());
    }
    let through = if security_enabled_only { Through::SecurityGroups } else { Through::All };
    let mut found = Vec::new();
    nestings::each_above(tx, object.row, through, hidden_memberships(by), |group| {
        if !security_enabled_only || is_security_enabled(tx, &group)? {
            found.push((group.row, group.id));
        }
        Ok(if found.len() > MAX_RESULTS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if found.len() > MAX_RESULTS {
        return Err(Refusal::TooManyResults { most: MAX_RESULTS }.into());
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// A Microsoft 365 group can be security enabled or not; its kind tells it of any other group.
fn is_security_enabled(tx: &ReadTx<'_>, group: &Above) -> Result<bool, crate::store::Error> {
    Ok(match group.kind {
        GroupKind::Security | GroupKind::MailEnabledSecurity => true,
        GroupKind::Distribution => false,
        GroupKind::Microsoft365 => {
            objects::values(tx, group.row)?.get("securityEnabled").and_then(|value| value.as_bool())
                == Some(true)
        }
    })
}
