//! Grants of delegated permissions: what clients may do for users who signed in to them, be it that a user consented or an administrator
//! did for everybody.

use super::{Error, Refusal, lookup, objects::check_names};
use crate::{
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        oauth2_permission_grant::{ALL_PRINCIPALS, Ends, OAUTH2_PERMISSION_GRANT, PRINCIPAL},
        values::{PropertyFault, Values},
    },
    odata::{binding::equality::OneOf, listing::Cursor, reference::Key},
    store::{
        ReadTx, WriteTx,
        oauth2_permission_grants::{self, Grant, Wanted},
        objects::{self, Object},
    },
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whose grants are listed.
#[derive(Debug, Clone)]
pub enum Of {
    /// All of the tenant's.
    Tenant,
    /// Those of a client.
    Client(Key),
    /// Those for a user, without those for everybody.
    User(Key),
}

/// The grants after this one, at most so many, and after which the next page begins.
pub fn list(
    tx: &ReadTx<'_>,
    of: &Of,
    filter: &[OneOf],
    after: &Cursor,
    limit: usize,
) -> Result<(Vec<Values>, Option<Cursor>), Error> {
    let Some(wanted) = wanted(tx, of, filter)? else { return Ok((Vec::new(), None)) };
    let page = oauth2_permission_grants::page(tx, wanted, after, limit)?;
    Ok((page.grants.into_iter().map(shown).collect(), page.next))
}

/// What a filter leaves of these grants. `None`: none.
fn wanted(tx: &ReadTx<'_>, of: &Of, filter: &[OneOf]) -> Result<Option<Wanted>, Error> {
    let mut wanted = match of {
        Of::Tenant => Wanted::default(),
        Of::Client(key) => {
            let client = lookup::of_kind(tx, ObjectKind::ServicePrincipal, key)?;
            Wanted { client: Some(client.row), ..Wanted::default() }
        }
        Of::User(key) => Wanted { principal: Some(lookup::user(tx, key)?.row), ..Wanted::default() },
    };
    for (name, values) in filter {
        for value in values {
            if !narrow(tx, &mut wanted, name, value)? {
                return Ok(None);
            }
        }
    }
    Ok(Some(wanted))
}

/// Asks for this value besides. `false`: no grant has all that is asked for.
fn narrow(tx: &ReadTx<'_>, wanted: &mut Wanted, name: &str, value: &str) -> Result<bool, Error> {
    if name == "consentType" {
        let for_everybody = value == ALL_PRINCIPALS;
        let other = wanted.for_everybody.replace(for_everybody);
        return Ok([ALL_PRINCIPALS, PRINCIPAL].contains(&value) && other.is_none_or(|it| it == for_everybody));
    }
    let Some(object) = value.parse().map_or(Ok(None), |id| objects::find(tx, id))? else { return Ok(false) };
    let end = match name {
        "clientId" => &mut wanted.client,
        "resourceId" => &mut wanted.resource,
        _ => &mut wanted.principal,
    };
    Ok(end.replace(object.row).is_none_or(|other| other == object.row))
}

/// The grant with this id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Values, Error> {
    Ok(shown(Place::find(tx, id)?.grant(tx, id)?))
}

/// Makes a grant. There is one of a client, a resource and a user, and one for everybody.
pub fn create(tx: &WriteTx<'_>, body: &Values) -> Result<Values, Error> {
    let values = OAUTH2_PERMISSION_GRANT.check_creation(body).map_err(refused)?;
    let text = |name| values.get(name).and_then(Value::as_str);
    let principal = match (text("consentType"), text("principalId")) {
        (Some(ALL_PRINCIPALS), None) => None,
        (Some(PRINCIPAL), Some(id)) => Some(party(tx, id, ObjectKind::User)?),
        (Some(PRINCIPAL), None) => return Err(refused(PropertyFault::Required("principalId")).into()),
        _ => return Err(refused(PropertyFault::Invalid("principalId")).into()),
    };
    let party = |name| party(tx, text(name).unwrap_or_default(), ObjectKind::ServicePrincipal);
    let place = Place { client: party("clientId")?, resource: party("resourceId")?, principal };
    if place.scope(tx)?.is_some() {
        return Err(Refusal::PermissionGrantExists.into());
    }
    let scope = text("scope").unwrap_or_default().to_owned();
    place.put(tx, &scope)?;
    Ok(shown(place.with(scope)))
}

/// Grants other permissions in the place of those that were granted.
pub fn update(tx: &WriteTx<'_>, id: &str, body: &Values) -> Result<(), Error> {
    check_names(body)?;
    let changes = OAUTH2_PERMISSION_GRANT.check_update(body).map_err(refused)?;
    if body.get("id").is_some_and(|given| given != id) {
        return Err(refused(PropertyFault::ReadOnly("id")).into());
    }
    let place = Place::find(tx, id)?;
    let current = place.grant(tx, id)?.scope;
    place.put(tx, changes.get("scope").map_or(&*current, |scope| scope.as_str().unwrap_or_default()))
}

/// Takes a grant away.
pub fn delete(tx: &WriteTx<'_>, id: &str) -> Result<(), Error> {
    let Place { client, resource, principal } = Place::find(tx, id)?;
    let is_gone = oauth2_permission_grants::delete(tx, &client, &resource, principal.as_ref())?;
    Ok(is_gone.then_some(()).ok_or_else(|| Refusal::NotFound(id.into()))?)
}

/// Where a grant can be: the client, the resource, and the user if it isn't for everybody.
struct Place {
    client: Object,
    resource: Object,
    principal: Option<Object>,
}

impl Place {
    /// That of the grant with this id.
    fn find(tx: &ReadTx<'_>, id: &str) -> Result<Self, Error> {
        let absent = || Refusal::NotFound(id.into());
        let ends = Ends::read(id).ok_or_else(absent)?;
        let find = |id| -> Result<Object, Error> { Ok(objects::find(tx, id)?.ok_or_else(absent)?) };
        let principal = ends.principal.map(find).transpose()?;
        Ok(Self { client: find(ends.client)?, resource: find(ends.resource)?, principal })
    }

    fn scope(&self, tx: &ReadTx<'_>) -> Result<Option<String>, Error> {
        let principal = self.principal.as_ref();
        Ok(oauth2_permission_grants::scope(tx, &self.client, &self.resource, principal)?)
    }

    fn put(&self, tx: &WriteTx<'_>, scope: &str) -> Result<(), Error> {
        let principal = self.principal.as_ref();
        Ok(oauth2_permission_grants::put(tx, &self.client, &self.resource, principal, scope)?)
    }

    /// The grant there, which has this id.
    fn grant(&self, tx: &ReadTx<'_>, id: &str) -> Result<Grant, Error> {
        let scope = self.scope(tx)?.ok_or_else(|| Refusal::NotFound(id.into()))?;
        Ok(self.with(scope))
    }

    fn with(&self, scope: String) -> Grant {
        let principal = self.principal.as_ref().map(|user| user.id);
        Grant { client: self.client.id, resource: self.resource.id, principal, scope }
    }
}

fn party(tx: &ReadTx<'_>, id: &str, kind: ObjectKind) -> Result<Object, Error> {
    let found = id.parse().map_or(Ok(None), |id: ObjectId| objects::find(tx, id))?;
    Ok(found.filter(|object| object.kind() == kind).ok_or_else(|| Refusal::NotFound(id.into()))?)
}

fn shown(Grant { client, resource, principal, scope }: Grant) -> Values {
    let consent_type = if principal.is_some() { PRINCIPAL } else { ALL_PRINCIPALS };
    let values: [(&str, Value); 6] = [
        ("id", Ends { client, resource, principal }.id().into()),
        ("clientId", client.to_string().into()),
        ("consentType", consent_type.into()),
        ("principalId", principal.map(|id| id.to_string()).into()),
        ("resourceId", resource.to_string().into()),
        ("scope", scope.into()),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: OAUTH2_PERMISSION_GRANT.resource, fault }
}

/// The scopes of a resource that a client was granted for everybody, and for this user besides.
pub fn granted(
    tx: &ReadTx<'_>,
    client: &Object,
    resource: &Object,
    user: Option<&Object>,
) -> Result<BTreeSet<String>, Error> {
    let mut granted = of_grant(tx, client, resource, None)?;
    if user.is_some() {
        granted.append(&mut of_grant(tx, client, resource, user)?);
    }
    Ok(granted)
}

/// Grants these scopes to a client for this user, or for everybody, besides those that it was granted there.
pub fn consent(
    tx: &WriteTx<'_>,
    client: &Object,
    resource: &Object,
    user: Option<&Object>,
    scopes: &BTreeSet<String>,
) -> Result<(), Error> {
    let granted = of_grant(tx, client, resource, user)?;
    if scopes.is_subset(&granted) {
        return Ok(());
    }
    let all: Vec<&str> = granted.union(scopes).map(String::as_str).collect();
    Ok(oauth2_permission_grants::put(tx, client, resource, user, &all.join(" "))?)
}

/// The scopes of one grant. None where there is no such grant.
fn of_grant(
    tx: &ReadTx<'_>,
    client: &Object,
    resource: &Object,
    user: Option<&Object>,
) -> Result<BTreeSet<String>, Error> {
    let scope = oauth2_permission_grants::scope(tx, client, resource, user)?.unwrap_or_default();
    Ok(scope.split_whitespace().map(str::to_owned).collect())
}
