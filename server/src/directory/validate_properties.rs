//! `validateProperties`: whether a Microsoft 365 group can have a name, before it is given. The names' characters aren't looked at, as in
//! Graph.

use super::{
    Error, NameFault, Refusal, check_members,
    group_settings::Settings,
    lookup,
    naming_policy::{self, Policy},
};
use crate::{
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        permissions::{Grants, READ_USER},
        properties::Complex,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{ReadTx, groups, objects},
};

/// The names that are to be validated.
pub struct Names {
    display_name: Option<String>,
    mail_nickname: Option<String>,
    on_behalf_of: Option<ObjectId>,
}

impl Names {
    /// Reads the body of a request.
    pub fn read(parameters: &'static Complex, body: &Values) -> Result<Self, Refusal> {
        let given = parameters.check_parameters(body).map_err(check_members::refused)?;
        let text = |name: &str| Some(given.get(name)?.as_str()?.to_owned());
        if ["displayName", "mailNickname"].into_iter().all(|name| text(name).is_none()) {
            return Err(check_members::refused(PropertyFault::Required("displayName")));
        }
        let on_behalf_of = text("onBehalfOfUserId").and_then(|id| id.parse().ok());
        Ok(Self { display_name: text("displayName"), mail_nickname: text("mailNickname"), on_behalf_of })
    }
}

/// Validates names for a new group, or for the one with this key: how they begin and end first, then their words, then whether they are free.
pub fn validate(tx: &ReadTx<'_>, by: &Grants, group: Option<&Key>, names: &Names) -> Result<(), Error> {
    may_name_on_behalf_of(by, names.on_behalf_of)?;
    let group = group.map(|key| lookup::group(tx, key)).transpose()?.map(|(group, _)| group.row);
    if let Some(user) = names.on_behalf_of {
        let found = objects::find(tx, user)?.filter(|object| object.kind() == ObjectKind::User);
        found.ok_or_else(|| Refusal::NotFound(user.to_string()))?;
    }
    let user = names.on_behalf_of.or(naming_policy::user(by));
    let policy = Policy::of(tx, &Settings::of_tenant(tx)?, user)?;
    let of = |property, name: &Option<String>| {
        name.as_ref().map(|name| policy.faults(property, name)).unwrap_or_default()
    };
    let faults = [of("displayName", &names.display_name), of("mailNickname", &names.mail_nickname)].concat();
    let (affixes, mut others): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| matches!(fault, NameFault::Affixes { .. }));
    if let Some(nickname) = &names.mail_nickname
        && groups::find_by_mail_nickname(tx, nickname)?.is_some_and(|other| Some(other.row) != group)
    {
        others.push(NameFault::Taken("mailNickname"));
    }
    // Of all but the first, only what else doesn't begin or end as it must is told.
    let told = if affixes.is_empty() { others.into_iter().take(1).collect() } else { affixes };
    if told.is_empty() { Ok(()) } else { Err(Refusal::InvalidNames(told).into()) }
}

/// Refuses another user whom the caller may not read: how names must begin and end tells what department that user is in.
fn may_name_on_behalf_of(by: &Grants, user: Option<ObjectId>) -> Result<(), Refusal> {
    let is_readable = |user| naming_policy::user(by) == Some(user) || READ_USER.covers(by, user);
    user.is_none_or(is_readable).then_some(()).ok_or_else(|| Refusal::lacks(&READ_USER, by))
}
