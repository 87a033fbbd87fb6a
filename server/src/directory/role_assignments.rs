//! Role assignments: what the members of directory roles say, one by one. Roles are assigned by adding members.

use super::{Error, Refusal};
use crate::{
    model::{
        ids::ObjectId,
        role_assignment::{self, WHOLE_TENANT},
        values::Values,
    },
    odata::{binding::equality::OneOf, listing::Cursor},
    store::{ReadTx, directory_roles, objects, relations::MEMBERS, role_assignments},
};

/// Which assignments are listed.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The templates of their roles. `None`: whatever they are.
    templates: Option<Vec<ObjectId>>,
    /// Their principals. `None`: whoever they are.
    principals: Option<Vec<ObjectId>>,
}

impl Wanted {
    /// Those for which all of this holds. What can't be an id is nobody's.
    pub fn of(filter: &[OneOf]) -> Self {
        let mut scopes = filter.iter().filter(|(name, _)| *name == "directoryScopeId");
        let nowhere = scopes.any(|(_, scopes)| scopes.iter().all(|scope| scope != WHOLE_TENANT));
        let named = |name| {
            let mut lists = filter.iter().filter(|(of, _)| *of == name).map(|(_, values)| ids(values));
            let first = lists.next()?;
            Some(lists.fold(first, |all, next| all.into_iter().filter(|id| next.contains(id)).collect()))
        };
        let templates = if nowhere { Some(Vec::new()) } else { named("roleDefinitionId") };
        Self { templates, principals: named("principalId") }
    }
}

fn ids(values: &[String]) -> Vec<ObjectId> {
    values.iter().filter_map(|value| value.parse().ok()).collect()
}

/// The assignments after this one, at most so many, and after which the next page begins.
pub fn list(
    tx: &ReadTx<'_>,
    wanted: &Wanted,
    after: &Cursor,
    limit: usize,
) -> Result<(Vec<Values>, Option<Cursor>), Error> {
    let Wanted { templates, principals } = wanted;
    let page = role_assignments::page(tx, templates.as_deref(), principals.as_deref(), after, limit)?;
    let shown = page.assignments.into_iter().map(|(template, principal)| shown(template, principal));
    Ok((shown.collect(), page.next))
}

/// The assignment with this id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Values, Error> {
    let absent = || Refusal::NotFound(id.into());
    let (template, principal) = role_assignment::read_id(id).ok_or_else(absent)?;
    let role = directory_roles::find(tx, &template.to_string())?.ok_or_else(absent)?;
    let principal = objects::find(tx, principal)?.ok_or_else(absent)?;
    if !MEMBERS.contains(tx, &role, &principal)? {
        return Err(absent().into());
    }
    Ok(shown(template, principal.id))
}

fn shown(template: ObjectId, principal: ObjectId) -> Values {
    let values = [
        ("id", role_assignment::id(template, principal)),
        ("principalId", principal.to_string()),
        ("directoryScopeId", WHOLE_TENANT.into()),
        ("roleDefinitionId", template.to_string()),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}
