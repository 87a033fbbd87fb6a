//! Assignments of application roles: who has which role of which resource, as its tokens say.

use super::{Error, Refusal, lookup, rights, well_known_applications};
use crate::{
    model::{
        app_role_assignment::{self, APP_ROLE_ASSIGNMENT},
        clock::timestamp,
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{ASSIGN_GRAPH_ROLE, Grants, Permission},
        values::{PropertyFault, Values},
    },
    odata::{binding::equality::OneOf, listing::Cursor, reference::Key},
    store::{
        self, ReadTx, WriteTx,
        app_role_assignments::{self as stored, Assignment, Of, Party},
        objects::Object,
    },
};
use serde_json::Value;
use uuid::Uuid;

/// How many roles a principal can have.
pub const MAX_ROLES: u32 = 1500;

/// Whose assignments: those of principals of a kind, or those of resources' roles.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The kind of object.
    pub kind: ObjectKind,
    /// Which end of the assignments it is.
    pub end: End,
}

/// An end of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It has the role.
    Principal,
    /// It declares the role.
    Resource,
}

/// The assignments of this object after this one, at most so many, and after which the next page begins. A filter names resources.
pub fn list(
    tx: &ReadTx<'_>,
    place: Place,
    key: &Key,
    filter: &[OneOf],
    after: &Cursor,
    limit: usize,
) -> Result<(Vec<Values>, Option<Cursor>), Error> {
    let object = lookup::of_kind(tx, place.kind, key)?;
    let Some(of) = of(tx, place.end, &object, filter)? else { return Ok((Vec::new(), None)) };
    let page = stored::page(tx, of, after, limit)?;
    Ok((page.assignments.iter().map(shown).collect(), page.next))
}

/// Which assignments a filter leaves. `None`: none.
fn of(tx: &ReadTx<'_>, end: End, object: &Object, filter: &[OneOf]) -> Result<Option<Of>, Error> {
    let mut resource = None;
    for id in filter.iter().flat_map(|(_, ids)| ids) {
        let Some(found) = id.parse().map_or(Ok(None), |id| store::objects::find(tx, id))? else {
            return Ok(None);
        };
        if resource.replace(found.row).is_some_and(|other| other != found.row) {
            return Ok(None);
        }
    }
    Ok(match end {
        End::Principal => Some(Of::Principal(object.row, resource)),
        End::Resource => resource.is_none_or(|row| row == object.row).then_some(Of::Resource(object.row)),
    })
}

/// The assignment of this object with this id.
pub fn get(tx: &ReadTx<'_>, place: Place, key: &Key, id: &str) -> Result<Values, Error> {
    let (_, assignment) = find(tx, place, key, id)?;
    Ok(shown(&assignment))
}

/// Assigns a role, and gives the object's id with the assignment.
pub fn create(
    tx: &WriteTx<'_>,
    by: &Grants,
    place: Place,
    key: &Key,
    body: &Values,
) -> Result<(ObjectId, Values), Error> {
    let values = APP_ROLE_ASSIGNMENT.check_creation(body).map_err(refused)?;
    let object = lookup::of_kind(tx, place.kind, key)?;
    let own = match place.end {
        End::Principal => "principalId",
        End::Resource => "resourceId",
    };
    if given(&values, own)? != object.id {
        return Err(refused(PropertyFault::Invalid(own)).into());
    }
    let principal = party(tx, given(&values, "principalId")?, is_principal)?;
    let resource = party(tx, given(&values, "resourceId")?, |kind| kind == ObjectKind::ServicePrincipal)?;
    let role = given(&values, "appRoleId")?.uuid();
    check_right(tx, by, principal.kind(), resource.id)?;
    if !has_role(tx, &resource, role, principal.kind())? {
        return Err(Refusal::NoAppRole.into());
    }
    if stored::count(tx, &principal, MAX_ROLES)? >= MAX_ROLES.into() {
        return Err(Refusal::TooManyAppRoles { most: MAX_ROLES }.into());
    }
    let id = ObjectId::random().uuid();
    if !stored::insert(tx, id, principal.row, resource.row, role)? {
        return Err(Refusal::AppRoleAssigned.into());
    }
    let made = stored::find(tx, &principal, id)?;
    let made = made.ok_or_else(|| Refusal::NotFound(app_role_assignment::id(principal.id, id)))?;
    Ok((object.id, shown(&made)))
}

/// Takes a role away.
pub fn delete(tx: &WriteTx<'_>, by: &Grants, place: Place, key: &Key, id: &str) -> Result<(), Error> {
    let (principal, assignment) = find(tx, place, key, id)?;
    check_right(tx, by, principal.kind(), assignment.resource.id)?;
    Ok(stored::delete(tx, &principal, assignment.id)?)
}

/// The assignment of this object with this id, and who has the role.
fn find(tx: &ReadTx<'_>, place: Place, key: &Key, id: &str) -> Result<(Object, Assignment), Error> {
    let object = lookup::of_kind(tx, place.kind, key)?;
    let absent = || Refusal::NotFound(id.into());
    let (principal, own) = app_role_assignment::read_id(id).ok_or_else(absent)?;
    let principal = store::objects::find(tx, principal)?.ok_or_else(absent)?;
    let assignment = stored::find(tx, &principal, own)?.ok_or_else(absent)?;
    let end = match place.end {
        End::Principal => principal.id,
        End::Resource => assignment.resource.id,
    };
    if end != object.id {
        return Err(absent().into());
    }
    Ok((principal, assignment))
}

const fn is_principal(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::User | ObjectKind::Group | ObjectKind::ServicePrincipal)
}

fn given(values: &Values, name: &'static str) -> Result<ObjectId, Refusal> {
    let id = values.get(name).and_then(Value::as_str).and_then(|id| id.parse().ok());
    id.ok_or_else(|| refused(PropertyFault::Invalid(name)))
}

fn party(tx: &ReadTx<'_>, id: ObjectId, fits: fn(ObjectKind) -> bool) -> Result<Object, Error> {
    let found = store::objects::find(tx, id)?.filter(|object| fits(object.kind()));
    Ok(found.ok_or_else(|| Refusal::NotFound(id.to_string()))?)
}

/// Refuses a caller who may not decide what applications do with Microsoft Graph by themselves, where that is decided.
fn check_right(tx: &ReadTx<'_>, by: &Grants, principal: ObjectKind, resource: ObjectId) -> Result<(), Error> {
    let is_graph = well_known_applications::graph(tx)?.is_some_and(|graph| graph.id == resource);
    if is_graph && principal == ObjectKind::ServicePrincipal {
        rights::may(by, &ASSIGN_GRAPH_ROLE)?;
    }
    Ok(())
}

/// Whether a resource has an enabled role with this id, for principals of this kind. One without roles has that of zeros.
fn has_role(tx: &ReadTx<'_>, resource: &Object, role: Uuid, principal: ObjectKind) -> Result<bool, Error> {
    let values = store::objects::values(tx, resource.row)?;
    let roles = values.get("appRoles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if roles.is_empty() {
        return Ok(role.is_nil());
    }
    let holder = if principal == ObjectKind::ServicePrincipal { "Application" } else { "User" };
    let is_it = |declared: &Value| {
        let id = declared["id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
        let holders = declared["allowedMemberTypes"].as_array();
        id == Some(role)
            && declared["isEnabled"] == true
            && holders.is_some_and(|all| all.iter().any(|one| one == holder))
    };
    Ok(roles.iter().any(is_it))
}

fn shown(assignment: &Assignment) -> Values {
    let Assignment { id, role, created_at, principal, resource } = assignment;
    let kind = match principal.kind {
        ObjectKind::User => "User",
        ObjectKind::Group => "Group",
        _ => "ServicePrincipal",
    };
    let values = [
        ("id", app_role_assignment::id(principal.id, *id).into()),
        ("deletedDateTime", Value::Null),
        ("appRoleId", role.to_string().into()),
        ("createdDateTime", timestamp(*created_at).into()),
        ("principalDisplayName", name(principal)),
        ("principalId", principal.id.to_string().into()),
        ("principalType", kind.into()),
        ("resourceDisplayName", name(resource)),
        ("resourceId", resource.id.to_string().into()),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn name(party: &Party) -> Value {
    party.name.clone().into()
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: APP_ROLE_ASSIGNMENT.resource, fault }
}

/// Whether a principal was assigned to a resource, with whatever role; a user also through groups that it is a direct member of.
pub fn is_assigned(tx: &ReadTx<'_>, principal: &Object, resource: &Object) -> Result<bool, Error> {
    Ok(!assigned(tx, principal, resource)?.is_empty())
}

fn assigned(tx: &ReadTx<'_>, principal: &Object, resource: &Object) -> Result<Vec<Uuid>, Error> {
    let mut assigned = stored::roles(tx, principal, resource)?;
    if principal.kind() == ObjectKind::User {
        assigned.extend(stored::roles_of_groups(tx, principal, resource)?);
    }
    Ok(assigned)
}

/// The values of the roles of a resource that were assigned to a principal; to a user also through groups that it is a direct member of.
pub fn roles(tx: &ReadTx<'_>, principal: &Object, resource: &Object) -> Result<Vec<String>, Error> {
    let assigned = assigned(tx, principal, resource)?;
    if assigned.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = match well_known_applications::graph(tx)? {
        // Its roles are all of a table: reading its document would take longer than all else.
        Some(graph) if graph.row == resource.row => of_graph(&assigned),
        _ => declared(tx, resource, &assigned)?,
    };
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

fn of_graph(assigned: &[Uuid]) -> Vec<String> {
    let is_assigned =
        |permission: &&Permission| permission.role_id().is_some_and(|id| assigned.contains(&id));
    Permission::ALL.iter().filter(is_assigned).map(|permission| permission.name().to_owned()).collect()
}

/// The values of those of a resource's roles that have one and are enabled.
fn declared(tx: &ReadTx<'_>, resource: &Object, assigned: &[Uuid]) -> Result<Vec<String>, Error> {
    let values = store::objects::values(tx, resource.row)?;
    let roles = values.get("appRoles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let value = |role: &Value| {
        let id = Uuid::try_parse(role["id"].as_str()?).ok()?;
        let counts = role["isEnabled"] == true && assigned.contains(&id);
        role["value"].as_str().filter(|value| counts && !value.is_empty()).map(str::to_owned)
    };
    Ok(roles.iter().filter_map(value).collect())
}
