//! `/groupSettings`, `/groups/{id}/settings` and `/groupSettingTemplates`. The rules are in `directory::group_settings`.

use super::{
    groups::MICROSOFT_365_GROUPS,
    shapes::{ObjectKey, Objects, Resources, guid},
};
use crate::{
    directory::group_settings as rules,
    http::{
        contract::schemas::{
            GroupSetting, GroupSettingCollection, GroupSettingCreate, GroupSettingTemplate,
            GroupSettingTemplateCollection, GroupSettingUpdate,
        },
        extract::IdKey,
        operation::Operation,
    },
    model::{
        group_setting::{GROUP_SETTING, GROUP_SETTING_TEMPLATE, Template, UNIFIED, UNIFIED_GUEST},
        ids::{AsWritten, ObjectId},
        permissions::{
            CHANGE_GROUP_SETTING, CREATE_GROUP_SETTING, DELETE_GROUP_SETTING, READ_GROUP_SETTING,
            READ_GROUP_SETTING_TEMPLATE,
        },
    },
};
use serde_json::{Value, json};

const TAG: &str = "group settings";

const SETTINGS: Resources = Resources {
    resource: &GROUP_SETTING,
    tag: TAG,
    one: "a group setting",
    many: "settings of all groups, and of what else templates are for",
    page: "groupsetting",
    key: guid,
    example: || {
        json!({
            "id": "5a3e0000-0000-4000-8000-000000000701", "displayName": UNIFIED.name, "templateId": UNIFIED.id,
            "values": UNIFIED.default_values(),
        })
    },
};

const SETTINGS_OF_GROUP: Resources = Resources {
    one: "a setting of a group",
    many: "settings of a group",
    example: || {
        json!({
            "id": "5a3e0000-0000-4000-8000-000000000702", "displayName": UNIFIED_GUEST.name,
            "templateId": UNIFIED_GUEST.id, "values": UNIFIED_GUEST.default_values(),
        })
    },
    ..SETTINGS
};

/// Groups that have no settings yet.
const UNSET_GROUPS: Objects =
    Objects { example: || json!({"id": "5a3e0000-0000-4000-8000-000000000208"}), ..MICROSOFT_365_GROUPS };

const TEMPLATES: Resources = Resources {
    resource: &GROUP_SETTING_TEMPLATE,
    tag: TAG,
    one: "a group setting template",
    many: "templates of group settings",
    page: "groupsettingtemplate",
    key: guid,
    example: || {
        json!({
            "id": UNIFIED_GUEST.id, "displayName": UNIFIED_GUEST.name, "description": UNIFIED_GUEST.description,
            "values": [{"name": "AllowToAddGuests", "type": "System.Boolean", "defaultValue": "true",
                "description": "Whether guests can be added to the group."}],
        })
    },
};

/// The body of settings of a template.
fn body(template: &Template) -> Value {
    json!({"templateId": template.id, "values": template.default_values()})
}

/// A group, and settings of it.
type OfGroup = (IdKey, AsWritten<ObjectId>);

pub(super) fn operations() -> Vec<Operation> {
    let change = json!({"values": UNIFIED.default_values()});
    let templates = TEMPLATES.list::<GroupSettingTemplateCollection, ()>(
        "/groupSettingTemplates",
        "list_group_setting_templates",
        &READ_GROUP_SETTING_TEMPLATE,
        rules::templates,
    );
    let template = TEMPLATES.get::<GroupSettingTemplate, AsWritten<ObjectId>>(
        "/groupSettingTemplates/{id}",
        "get_group_setting_template",
        &READ_GROUP_SETTING_TEMPLATE,
        rules::template_with_id,
    );
    let list = SETTINGS.list::<GroupSettingCollection, ()>(
        "/groupSettings",
        "list_group_settings",
        &READ_GROUP_SETTING,
        rules::list,
    );
    let create = SETTINGS.create::<GroupSettingCreate, GroupSetting, ()>(
        "/groupSettings",
        "create_group_setting",
        &CREATE_GROUP_SETTING,
        |tx, _, (), id, body| rules::create(tx, &(), id, body),
        body(&UNIFIED),
    );
    let one = "/groupSettings/{id}";
    let get = SETTINGS.get::<GroupSetting, AsWritten<ObjectId>>(
        one,
        "get_group_setting",
        &READ_GROUP_SETTING,
        |tx, by, id| rules::get(tx, by, (&(), id)),
    );
    let update = SETTINGS.update::<GroupSettingUpdate, AsWritten<ObjectId>>(
        one,
        "update_group_setting",
        &CHANGE_GROUP_SETTING,
        |tx, _, id, body| rules::update(tx, (&(), id), body),
        change,
    );
    let delete = SETTINGS.delete::<AsWritten<ObjectId>>(
        one,
        "delete_group_setting",
        &DELETE_GROUP_SETTING,
        |tx, _, id| rules::delete(tx, (&(), id)),
    );
    let all_of = "They have a value for each name that the template has.";
    let with_key = |operation| SETTINGS.with_key("id", operation);
    let settings = vec![
        templates,
        TEMPLATES.with_key("id", template),
        list.page("group-list-settings"),
        create.page("group-post-settings").description(all_of),
        with_key(get),
        with_key(update.description(all_of)),
        with_key(delete),
    ];
    settings.into_iter().chain(of_groups()).collect()
}

/// The same of single groups.
fn of_groups() -> Vec<Operation> {
    let list = SETTINGS_OF_GROUP.list::<GroupSettingCollection, IdKey>(
        "/groups/{id}/settings",
        "list_settings_of_group",
        &READ_GROUP_SETTING,
        |tx, by, group| rules::list(tx, by, group.key()),
    );
    let create = SETTINGS_OF_GROUP.create::<GroupSettingCreate, GroupSetting, IdKey>(
        "/groups/{id}/settings",
        "create_setting_of_group",
        &CREATE_GROUP_SETTING,
        |tx, _, group, id, body| rules::create(tx, group.key(), id, body),
        body(&UNIFIED_GUEST),
    );
    let one = "/groups/{id}/settings/{settingId}";
    let get = SETTINGS_OF_GROUP.get::<GroupSetting, OfGroup>(
        one,
        "get_setting_of_group",
        &READ_GROUP_SETTING,
        |tx, by, (group, id)| rules::get(tx, by, (group.key(), id)),
    );
    let update = SETTINGS_OF_GROUP.update::<GroupSettingUpdate, OfGroup>(
        one,
        "update_setting_of_group",
        &CHANGE_GROUP_SETTING,
        |tx, _, (group, id), body| rules::update(tx, (group.key(), id), body),
        json!({"values": UNIFIED_GUEST.default_values()}),
    );
    let delete = SETTINGS_OF_GROUP.delete::<OfGroup>(
        one,
        "delete_setting_of_group",
        &DELETE_GROUP_SETTING,
        |tx, _, (group, id)| rules::delete(tx, (group.key(), id)),
    );
    let of_group = |operation| MICROSOFT_365_GROUPS.with_key::<IdKey>(operation);
    let of_another = |operation| UNSET_GROUPS.with_key::<IdKey>(operation);
    let with_keys = |operation| SETTINGS_OF_GROUP.with_key("settingId", of_group(operation));
    vec![
        of_group(list.page("group-list-settings")),
        of_another(create.page("group-post-settings"))
            .description("Only Microsoft 365 groups have settings."),
        with_keys(get),
        with_keys(update),
        with_keys(delete),
    ]
}
