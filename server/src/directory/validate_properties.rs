//! `validateProperties`: whether a Microsoft 365 group can have a name, before it is given. The names' characters aren't looked at, as in
//! Graph.

use super::{Error, NameFault, Refusal, check_members, lookup};
use crate::{
    model::{
        ids::ObjectId,
        kinds::ObjectKind,
        properties::Complex,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{ReadTx, groups, objects},
};

/// The names that are to be validated.
pub struct Names {
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
        Ok(Self { mail_nickname: text("mailNickname"), on_behalf_of })
    }
}

/// Validates names for a new group, or for the one with this key.
pub fn validate(tx: &ReadTx<'_>, group: Option<&Key>, names: &Names) -> Result<(), Error> {
    let group = group.map(|key| lookup::group(tx, key)).transpose()?.map(|(group, _)| group.row);
    if let Some(user) = names.on_behalf_of {
        let found = objects::find(tx, user)?.filter(|object| object.kind() == ObjectKind::User);
        found.ok_or_else(|| Refusal::NotFound(user.to_string()))?;
    }
    if let Some(nickname) = &names.mail_nickname
        && groups::find_by_mail_nickname(tx, nickname)?.is_some_and(|other| Some(other.row) != group)
    {
        return Err(Refusal::InvalidNames(vec![NameFault::Taken("mailNickname")]).into());
    }
    Ok(())
}
