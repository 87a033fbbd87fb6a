//! Group settings, tenant-wide and of one group, and what they decide: who creates Microsoft 365 groups, and which of them take guests.
//! What they decide over names is in `naming_policy.rs`.

use super::{Error, Refusal, lookup, objects::check_names, resources};
use crate::{
    model::{
        group_setting::{GROUP_SETTING, Setting, TEMPLATES, Template, UNIFIED, UNIFIED_GUEST},
        ids::{AsWritten, ObjectId},
        kinds::{GroupKind, GroupTraits, ObjectKind},
        permissions::{Grants, Principal},
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{
        ReadTx, WriteTx, nestings,
        objects::{self, Object, RowNumber},
        resources::{self as stored, Kind, Stored},
    },
};
use serde_json::{Value, json};

/// Whose settings are meant: the tenant's as a whole, or those of the group with this key.
pub trait Owner {
    /// The group.
    fn group(&self, tx: &ReadTx<'_>) -> Result<Option<Object>, Error>;
    /// The group's row.
    fn row(&self, tx: &ReadTx<'_>) -> Result<Option<RowNumber>, Error> {
        Ok(self.group(tx)?.map(|group| group.row))
    }
    /// Refuses to have settings of this template.
    fn check(&self, tx: &ReadTx<'_>, template: &Template) -> Result<(), Error>;
    /// The refusal of a second setting.
    fn taken(&self) -> Refusal;
}

impl Owner for () {
    fn group(&self, _: &ReadTx<'_>) -> Result<Option<Object>, Error> {
        Ok(None)
    }

    fn check(&self, _: &ReadTx<'_>, template: &Template) -> Result<(), Error> {
        let fits = template.id != UNIFIED_GUEST.id;
        Ok(fits.then_some(()).ok_or_else(|| refused(PropertyFault::Invalid("templateId")))?)
    }

    fn taken(&self) -> Refusal {
        Refusal::Taken("templateId")
    }
}

impl Owner for Key {
    fn group(&self, tx: &ReadTx<'_>) -> Result<Option<Object>, Error> {
        Ok(Some(lookup::group(tx, self)?.0))
    }

    fn check(&self, tx: &ReadTx<'_>, template: &Template) -> Result<(), Error> {
        let (_, traits) = lookup::group(tx, self)?;
        let fits = template.id == UNIFIED_GUEST.id && traits.kind == GroupKind::Microsoft365;
        Ok(fits.then_some(()).ok_or_else(|| refused(PropertyFault::Invalid("templateId")))?)
    }

    fn taken(&self) -> Refusal {
        Refusal::SettingsExist
    }
}

/// All settings that there are.
pub fn list<O: Owner>(tx: &ReadTx<'_>, _: &Grants, of: &O) -> Result<Vec<Values>, Error> {
    let stored = stored::all(tx, Kind::GroupSetting, of.row(tx)?)?;
    Ok(stored.into_iter().map(shown).collect())
}

/// The settings with this id.
pub fn get<O: Owner>(
    tx: &ReadTx<'_>,
    _: &Grants,
    (of, id): (&O, &AsWritten<ObjectId>),
) -> Result<Values, Error> {
    Ok(shown(find(tx, of.row(tx)?, id)?))
}

/// Makes settings of a template, and says of which group.
pub fn create<O: Owner>(
    tx: &WriteTx<'_>,
    of: &O,
    id: ObjectId,
    body: &Values,
) -> Result<(Option<ObjectId>, Values), Error> {
    let values = GROUP_SETTING.check_creation(body).map_err(refused)?;
    let group = of.group(tx)?;
    let row = group.map(|group| group.row);
    let template_id = values.get("templateId").and_then(Value::as_str).unwrap_or_default();
    let template =
        Template::with_id(template_id).ok_or_else(|| refused(PropertyFault::Invalid("templateId")))?;
    of.check(tx, template)?;
    check_values(template, values.get("values"))?;
    if stored::all(tx, Kind::GroupSetting, row)?.iter().any(|stored| is_of(stored, template)) {
        return Err(of.taken().into());
    }
    let new = Stored { id, values };
    resources::insert(tx, Kind::GroupSetting, row, &new)?;
    Ok((group.map(|group| group.id), shown(new)))
}

/// Gives settings other values, all of them.
pub fn update<O: Owner>(
    tx: &WriteTx<'_>,
    (of, id): (&O, &AsWritten<ObjectId>),
    body: &Values,
) -> Result<(), Error> {
    check_names(body)?;
    let changes = GROUP_SETTING.check_update(body).map_err(refused)?;
    let row = of.row(tx)?;
    let mut stored = find(tx, row, id)?;
    resources::check_id(&GROUP_SETTING, body, stored.id)?;
    if changes.contains_key("values") {
        let template = stored.values.get("templateId").and_then(Value::as_str).and_then(Template::with_id);
        check_values(template.unwrap_or(&UNIFIED), changes.get("values"))?;
    }
    stored.values.extend(changes);
    resources::update(tx, Kind::GroupSetting, row, &stored)
}

/// Deletes settings: what they decided is as if they had never been.
pub fn delete<O: Owner>(tx: &WriteTx<'_>, (of, id): (&O, &AsWritten<ObjectId>)) -> Result<(), Error> {
    let row = of.row(tx)?;
    let stored = find(tx, row, id)?;
    Ok(stored::delete(tx, Kind::GroupSetting, row, stored.id)?)
}

fn find(tx: &ReadTx<'_>, of: Option<RowNumber>, id: &AsWritten<ObjectId>) -> Result<Stored, Error> {
    resources::find(tx, Kind::GroupSetting, of, id)
}

fn is_of(stored: &Stored, template: &Template) -> bool {
    stored.values.get("templateId").is_some_and(|id| id == template.id)
}

fn shown(Stored { id, mut values }: Stored) -> Values {
    let template = values.get("templateId").and_then(Value::as_str).and_then(Template::with_id);
    values.insert("displayName".into(), template.map(|template| template.name).into());
    values.insert("id".into(), id.to_string().into());
    values
}

fn refused(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: GROUP_SETTING.resource, fault }
}

/// Refuses values of other names than the template's, one that is missing or stands twice, and one of another type.
fn check_values(template: &'static Template, values: Option<&Value>) -> Result<(), Refusal> {
    let given: &[Value] = values.and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let name = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_known = |name: &str| template.settings.iter().any(|setting| setting.name == name);
    if let Some(unknown) = given.iter().map(name).find(|name| !is_known(name)) {
        return Err(refused(PropertyFault::Unknown(unknown)));
    }
    for setting in template.settings {
        let mut named = given.iter().filter(|value| name(value) == setting.name);
        let value = named.next().ok_or_else(|| refused(PropertyFault::Required(setting.name)))?;
        let text = value.get("value").and_then(Value::as_str);
        let fits = text.is_some_and(|text| takes(setting, text));
        if !fits || named.next().is_some() {
            return Err(refused(PropertyFault::Invalid(setting.name)));
        }
    }
    Ok(())
}

fn takes(setting: &Setting, value: &str) -> bool {
    let is_policy = setting.name == "PrefixSuffixNamingRequirement";
    setting.kind.takes(value) && (!is_policy || value.is_empty() || value.contains("[GroupName]"))
}

/// The templates that settings are made of.
pub fn templates(_: &ReadTx<'_>, _: &Grants, (): &()) -> Result<Vec<Values>, Error> {
    Ok(TEMPLATES.into_iter().map(template).collect())
}

/// The template with this id.
pub fn template_with_id(_: &ReadTx<'_>, _: &Grants, id: &AsWritten<ObjectId>) -> Result<Values, Error> {
    let found = Template::with_id(&id.text).ok_or_else(|| Refusal::NotFound(id.text.clone()))?;
    Ok(template(found))
}

fn template(of: &Template) -> Values {
    let setting = |setting: &Setting| {
        json!({"name": setting.name, "type": setting.kind.name(), "defaultValue": setting.default,
            "description": setting.description})
    };
    let settings: Vec<Value> = of.settings.iter().map(setting).collect();
    Values::from_iter([
        ("id".to_owned(), of.id.into()),
        ("displayName".to_owned(), of.name.into()),
        ("description".to_owned(), of.description.into()),
        ("values".to_owned(), settings.into()),
    ])
}

/// The settings of a template that the tenant has, or a group.
pub(super) struct Settings {
    template: &'static Template,
    stored: Option<Stored>,
}

impl Settings {
    /// Those of all Microsoft 365 groups.
    pub(super) fn of_tenant(tx: &ReadTx<'_>) -> Result<Self, Error> {
        Self::of(tx, &UNIFIED, None)
    }

    fn of(tx: &ReadTx<'_>, template: &'static Template, group: Option<RowNumber>) -> Result<Self, Error> {
        let mut all = stored::all(tx, Kind::GroupSetting, group)?.into_iter();
        Ok(Self { template, stored: all.find(|stored| is_of(stored, template)) })
    }

    /// The value of a setting.
    pub(super) fn text(&self, name: &str) -> &str {
        let values = self.stored.as_ref().and_then(|stored| stored.values.get("values")?.as_array());
        let mut set =
            values.into_iter().flatten().filter(|value| value.get("name").is_some_and(|n| n == name));
        let set = set.next().and_then(|value| value.get("value")?.as_str());
        let default = || self.template.settings.iter().find(|setting| setting.name == name);
        set.or_else(|| Some(default()?.default)).unwrap_or_default()
    }

    fn is_on(&self, name: &str) -> bool {
        self.text(name).eq_ignore_ascii_case("true")
    }
}

/// Refuses guests among objects that are to be in a Microsoft 365 group, or to own it, where the tenant's settings, or the group's, let no
/// guest in. A group that isn't made yet has none of its own. Nothing is looked up for anything but guests.
pub(super) fn may_take<'o>(
    tx: &ReadTx<'_>,
    group: Option<RowNumber>,
    traits: GroupTraits,
    objects: impl IntoIterator<Item = &'o Object>,
) -> Result<(), Error> {
    const GUESTS: &str = "AllowToAddGuests";
    if traits.kind != GroupKind::Microsoft365 || !objects.into_iter().any(|object| object.is_guest) {
        return Ok(());
    }
    let mut taken = Settings::of_tenant(tx)?.is_on(GUESTS);
    if let Some(group) = group {
        taken &= Settings::of(tx, &UNIFIED_GUEST, Some(group))?.is_on(GUESTS);
    }
    Ok(taken.then_some(()).ok_or(Refusal::NoGuests)?)
}

/// Refuses that users create Microsoft 365 groups where the tenant's settings don't let them. Applications may.
pub(super) fn may_create(tx: &ReadTx<'_>, by: &Grants, settings: &Settings) -> Result<(), Error> {
    let Principal::User(user) = by.principal else { return Ok(()) };
    if settings.is_on("EnableGroupCreation") || is_in(tx, user, settings.text("GroupCreationAllowedGroupId"))?
    {
        return Ok(());
    }
    Err(Refusal::NotPermitted.into())
}

/// Whether a user is in the group with this id, be it through others. The groups in this one are asked: they are those that
/// somebody has put there for it, while a user can be in any number of others.
fn is_in(tx: &ReadTx<'_>, user: Option<ObjectId>, group: &str) -> Result<bool, Error> {
    let look_up = |id| objects::find(tx, id);
    let user = user.map(look_up).transpose()?.flatten();
    let group = group.parse().ok().map(look_up).transpose()?.flatten();
    match (user, group) {
        (Some(user), Some(group)) if group.kind() == ObjectKind::Group => {
            Ok(nestings::contains(tx, &group, &user)?)
        }
        _ => Ok(false),
    }
}
