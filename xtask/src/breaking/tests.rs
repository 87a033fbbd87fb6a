//! Changes of the real contract, each told from the others.

use super::*;
use serde_json::json;

const USER: &str = "/components/schemas/User";
const CREATE: &str = "/components/schemas/UserCreate";
const ERROR: &str = "/components/schemas/MainError";
const LIST: &str = "/paths/~1users/get";
const SCOPE: &str = "https://graph.microsoft.com/.default";

fn contract() -> Value {
    crate::contract::read().unwrap()
}

/// What stands at a place, which must be there.
fn at<'v>(contract: &'v mut Value, place: &str) -> &'v mut Value {
    contract.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}"))
}

/// The schema of the list's `$top`.
fn top(contract: &mut Value) -> &mut Value {
    let parameters = at(contract, &format!("{LIST}/parameters")).as_array_mut().unwrap();
    &mut parameters.iter_mut().find(|parameter| parameter["name"] == "$top").unwrap()["schema"]
}

fn remove(contract: &mut Value, place: &str, name: &str) {
    assert!(at(contract, place).as_object_mut().unwrap().remove(name).is_some(), "no {name}");
}

fn push(contract: &mut Value, place: &str, value: &str) {
    at(contract, place).as_array_mut().unwrap().push(value.into());
}

fn said(before: &Value, after: &Value) -> Vec<(Effect, String)> {
    let changes = compare(before, after).unwrap();
    changes.into_iter().map(|change| (change.effect, format!("{}: {}", change.at, change.what))).collect()
}

/// What a change of the contract is called.
fn change(mutate: impl Fn(&mut Value)) -> Vec<(Effect, String)> {
    let before = contract();
    let mut after = before.clone();
    mutate(&mut after);
    said(&before, &after)
}

fn breaking(what: &str) -> Vec<(Effect, String)> {
    vec![(Breaking, what.into())]
}

fn compatible(what: &str) -> Vec<(Effect, String)> {
    vec![(Compatible, what.into())]
}

/// A change that is called one thing, and the other when it is taken back.
fn both_ways(mutate: impl Fn(&mut Value), there: &[(Effect, String)], back: &[(Effect, String)]) {
    let before = contract();
    let mut after = before.clone();
    mutate(&mut after);
    assert_eq!(said(&before, &after), there);
    assert_eq!(said(&after, &before), back);
}

#[test]
fn nothing_changed() {
    assert_eq!(change(|_| {}), []);
}

#[test]
fn descriptions_and_examples_are_no_part_of_the_contract() {
    let changes = change(|contract| {
        *at(contract, "/info/description") = "new".into();
        *at(contract, "/tags") = json!([]);
        *at(contract, &format!("{LIST}/description")) = "new".into();
        *at(contract, &format!("{LIST}/parameters/0/example")) = "new".into();
        *at(contract, &format!("{USER}/description")) = "new".into();
        at(contract, &format!("{USER}/properties/displayName"))["examples"] = json!(["new"]);
        at(contract, "/components")["examples"] = json!({"new": {"value": "new"}});
    });
    assert_eq!(changes, []);
}

#[test]
fn a_property_of_an_answer_goes_or_comes() {
    both_ways(
        |contract| remove(contract, &format!("{USER}/properties"), "displayName"),
        &breaking("/components/schemas/User/properties/displayName: removed"),
        &compatible("/components/schemas/User/properties/displayName: added"),
    );
}

#[test]
fn a_property_of_a_closed_answer_comes() {
    let mut before = contract();
    at(&mut before, USER)["additionalProperties"] = false.into();
    let mut after = before.clone();
    at(&mut after, USER)["properties"]["shoeSize"] = json!({"type": "string"});
    assert_eq!(said(&before, &after), breaking("/components/schemas/User/properties/shoeSize: added"));
}

#[test]
fn a_property_of_a_request_comes_or_goes() {
    let place = "/components/schemas/UserCreate/properties/shoeSize";
    both_ways(
        |contract| at(contract, CREATE)["properties"]["shoeSize"] = json!({"type": "string"}),
        &compatible(&format!("{place}: added")),
        &breaking(&format!("{place}: removed")),
    );
    let required = change(|contract| {
        at(contract, CREATE)["properties"]["shoeSize"] = json!({"type": "string"});
        push(contract, &format!("{CREATE}/required"), "shoeSize");
    });
    let what = [(Breaking, format!("{place}: is required")), (Compatible, format!("{place}: added"))];
    assert_eq!(required, what);
}

#[test]
fn a_property_becomes_required_or_optional() {
    both_ways(
        |contract| push(contract, &format!("{CREATE}/required"), "city"),
        &breaking("/components/schemas/UserCreate/properties/city: is required"),
        &compatible("/components/schemas/UserCreate/properties/city: is no longer required"),
    );
    both_ways(
        |contract| push(contract, &format!("{ERROR}/required"), "details"),
        &compatible("/components/schemas/MainError/properties/details: is required"),
        &breaking("/components/schemas/MainError/properties/details: is no longer required"),
    );
}

#[test]
fn a_body_is_opened_or_closed() {
    both_ways(
        |contract| at(contract, CREATE)["additionalProperties"] = true.into(),
        &compatible("/components/schemas/UserCreate: unknown properties too"),
        &breaking("/components/schemas/UserCreate: no unknown properties"),
    );
}

#[test]
fn a_parameter_becomes_required_or_optional() {
    both_ways(
        |contract| *at(contract, &format!("{LIST}/parameters/0/required")) = true.into(),
        &breaking("GET /users parameter query $select: is required"),
        &compatible("GET /users parameter query $select: is no longer required"),
    );
}

#[test]
fn a_parameter_comes_or_goes() {
    let add = |required: bool| {
        move |contract: &mut Value| {
            let header =
                json!({"name": "X-Wish", "in": "header", "required": required, "schema": {"type": "string"}});
            at(contract, &format!("{LIST}/parameters")).as_array_mut().unwrap().push(header);
        }
    };
    let place = "GET /users parameter header X-Wish";
    let (added, removed) = (format!("{place}: added"), format!("{place}: removed"));
    both_ways(add(true), &breaking(&added), &breaking(&removed));
    both_ways(add(false), &compatible(&added), &breaking(&removed));
}

#[test]
fn a_request_body_comes_or_goes() {
    both_ways(
        |contract| remove(contract, "/paths/~1users/post", "requestBody"),
        &breaking("POST /users request body: removed"),
        &breaking("POST /users request body: added"),
    );
}

#[test]
fn values_of_a_request_come_or_go() {
    both_ways(
        |contract| push(contract, "/components/schemas/AgeGroup/enum", "Old"),
        &compatible("/components/schemas/AgeGroup: the value \"Old\" is new"),
        &breaking("/components/schemas/AgeGroup: the value \"Old\" is gone"),
    );
    both_ways(
        |contract| remove(contract, "/components/schemas/AgeGroup", "enum"),
        &compatible("/components/schemas/AgeGroup: values beside those of a list"),
        &breaking("/components/schemas/AgeGroup: only values of a list"),
    );
}

#[test]
fn values_of_an_answer_come_or_go() {
    let mut before = contract();
    at(&mut before, &format!("{USER}/properties/userType"))["enum"] = json!(["Member", "Guest", null]);
    let mut after = before.clone();
    push(&mut after, &format!("{USER}/properties/userType/enum"), "Robot");
    let place = "/components/schemas/User/properties/userType";
    let (new, gone) =
        (format!("{place}: the value \"Robot\" is new"), format!("{place}: the value \"Robot\" is gone"));
    assert_eq!(said(&before, &after), breaking(&new));
    assert_eq!(said(&after, &before), compatible(&gone));
}

#[test]
fn a_status_goes_or_comes() {
    both_ways(
        |contract| remove(contract, &format!("{LIST}/responses"), "403"),
        &breaking("GET /users answer 403: removed"),
        &compatible("GET /users answer 403: added"),
    );
    let moved = change(|contract| {
        let answers = at(contract, &format!("{LIST}/responses")).as_object_mut().unwrap();
        let answer = answers.remove("200").unwrap();
        answers.insert("202".into(), answer);
    });
    let what = ["GET /users answer 200: removed", "GET /users answer 202: added"];
    assert_eq!(moved, what.map(|what| (Breaking, what.into())));
}

#[test]
fn a_header_of_an_answer_goes_or_comes() {
    both_ways(
        |contract| remove(contract, "/paths/~1users/post/responses/201/headers", "Location"),
        &breaking("POST /users answer 201 header Location: removed"),
        &compatible("POST /users answer 201 header Location: added"),
    );
}

#[test]
fn a_header_of_a_response_that_operations_share_goes_with_each_of_them() {
    let mut after = contract();
    remove(&mut after, "/components/responses/TooManyRequests/headers", "Retry-After");
    let said = said(&contract(), &after);
    let of_users = (Breaking, "GET /users answer 429 header Retry-After: removed".into());
    assert!(said.contains(&of_users) && said.len() > 100, "{said:?}");
}

#[test]
fn a_type_or_format_changes() {
    let place = "/components/schemas/User/properties/displayName";
    let changes = change(|contract| at(contract, place)["type"] = json!(["integer", "null"]));
    assert_eq!(changes, breaking(&format!("{place}: the type was string and is integer")));
    let changes = change(|contract| at(contract, place)["format"] = "uri".into());
    assert_eq!(changes, breaking(&format!("{place}: `format` was absent and is \"uri\"")));
}

#[test]
fn null_comes_or_goes() {
    both_ways(
        |contract| *at(contract, &format!("{ERROR}/properties/code/type")) = json!(["string", "null"]),
        &breaking("/components/schemas/MainError/properties/code: null is taken or given"),
        &compatible("/components/schemas/MainError/properties/code: null is no more"),
    );
    both_ways(
        |contract| {
            *at(contract, &format!("{CREATE}/properties/displayName/type")) = json!(["string", "null"])
        },
        &compatible("/components/schemas/UserCreate/properties/displayName: null is taken or given"),
        &breaking("/components/schemas/UserCreate/properties/displayName: null is no more"),
    );
}

#[test]
fn a_reference_that_may_be_null_is_followed() {
    let place = "/components/schemas/MainError/properties/innerError";
    both_ways(
        |contract| {
            let reference = json!({"$ref": "#/components/schemas/InnerError"});
            *at(contract, place) = json!({"oneOf": [{"type": "null"}, reference], "description": "Which."});
        },
        &breaking(&format!("{place}: null is taken or given")),
        &compatible(&format!("{place}: null is no more")),
    );
}

#[test]
fn a_schema_gets_another_name() {
    let changes = change(|contract| {
        let schemas = at(contract, "/components/schemas").as_object_mut().unwrap();
        let schema = schemas.remove("InnerError").unwrap();
        schemas.insert("RequestError".into(), schema);
        *at(contract, &format!("{ERROR}/properties/innerError/$ref")) =
            "#/components/schemas/RequestError".into();
    });
    let place = "/components/schemas/MainError/properties/innerError";
    assert_eq!(
        changes,
        breaking(&format!("{place}: the schema had the name InnerError and has the name RequestError"))
    );
}

#[test]
fn a_limit_of_a_request_is_tightened_or_relaxed() {
    let limits = [
        ("city", "maxLength", json!(3), "128"),
        ("userPrincipalName", "minLength", json!(2), "1"),
        ("businessPhones", "maxItems", json!(0), "1"),
        ("city", "pattern", json!("^a"), "absent"),
    ];
    for (property, limit, value, before) in limits {
        let place = format!("{CREATE}/properties/{property}");
        let (tightened, relaxed) = match limit {
            "pattern" => ("`pattern` is \"^a\"".into(), "`pattern` was \"^a\"".into()),
            _ => (
                format!("`{limit}` was {before} and is {value}"),
                format!("`{limit}` was {value} and is {before}"),
            ),
        };
        both_ways(
            |contract| at(contract, &place)[limit] = value.clone(),
            &breaking(&format!("{place}: {tightened}")),
            &compatible(&format!("{place}: {relaxed}")),
        );
    }
    both_ways(
        |contract| top(contract)["maximum"] = 100.into(),
        &breaking("GET /users parameter query $top: `maximum` was 999 and is 100"),
        &compatible("GET /users parameter query $top: `maximum` was 100 and is 999"),
    );
    both_ways(
        |contract| drop(top(contract).as_object_mut().unwrap().remove("minimum").unwrap()),
        &compatible("GET /users parameter query $top: `minimum` was 1 and is absent"),
        &breaking("GET /users parameter query $top: `minimum` was absent and is 1"),
    );
}

#[test]
fn a_pattern_becomes_another() {
    let place = format!("{CREATE}/properties/mail");
    let changes = change(|contract| at(contract, &place)["pattern"] = "@".into());
    let [(Breaking, what)] = &changes[..] else { panic!("{changes:?}") };
    assert!(what.ends_with(" and is \"@\""), "{what}");
}

#[test]
fn an_alternative_of_permissions_comes_or_goes() {
    both_ways(
        |contract| {
            let alternative = json!({"application": ["Group.Create"]});
            at(contract, &format!("{LIST}/x-permissions")).as_array_mut().unwrap().push(alternative);
        },
        &compatible("GET /users: application Group.Create is enough, too"),
        &breaking("GET /users: application Group.Create is no longer enough"),
    );
}

#[test]
fn of_one_alternative_all_is_needed() {
    let scope =
        at(&mut contract(), &format!("{LIST}/x-permissions/1/delegated/0")).as_str().unwrap().to_owned();
    both_ways(
        |contract| push(contract, &format!("{LIST}/x-permissions/1/delegated"), "Device.Read.All"),
        &breaking(&format!("GET /users: delegated {scope} is no longer enough")),
        &compatible(&format!("GET /users: delegated {scope} is enough, too")),
    );
}

#[test]
fn an_alternative_that_asks_for_more_than_another_changes_nothing() {
    let changes = change(|contract| {
        let mut more = at(contract, &format!("{LIST}/x-permissions/0")).clone();
        more["delegated"].as_array_mut().unwrap().push("Device.Read.All".into());
        at(contract, &format!("{LIST}/x-permissions")).as_array_mut().unwrap().push(more);
    });
    assert_eq!(changes, []);
}

#[test]
fn a_permission_of_a_property_comes_or_goes() {
    let leave = "User/properties/employeeLeaveDateTime";
    let needs = format!("{USER}/x-permissions/employeeLeaveDateTime");
    both_ways(
        |contract| remove(contract, &format!("{USER}/x-permissions"), "employeeLeaveDateTime"),
        &compatible(&format!("/components/schemas/{leave}: no permission of its own is enough, too")),
        &breaking(&format!("/components/schemas/{leave}: no permission of its own is no longer enough")),
    );
    both_ways(
        |contract| {
            let alternative = json!({"application": ["User.Read.All"]});
            at(contract, &needs).as_array_mut().unwrap().push(alternative);
        },
        &compatible(&format!("/components/schemas/{leave}: application User.Read.All is enough, too")),
        &breaking(&format!("/components/schemas/{leave}: application User.Read.All is no longer enough")),
    );
}

#[test]
fn a_new_property_takes_nothing_away_whatever_it_needs() {
    let changes = change(|contract| {
        at(contract, &format!("{USER}/properties"))["shoeSize"] = json!({"type": "string"});
        at(contract, &format!("{USER}/x-permissions"))["shoeSize"] =
            json!([{"application": ["User.Read.All"]}]);
    });
    assert_eq!(changes, compatible("/components/schemas/User/properties/shoeSize: added"));
}

#[test]
fn security_goes_or_comes() {
    let alternatives = at(&mut contract(), &format!("{LIST}/security")).as_array().unwrap().len();
    let before = contract();
    let mut after = before.clone();
    *at(&mut after, &format!("{LIST}/security")) = json!([]);
    assert_eq!(said(&before, &after), compatible("GET /users: no token is enough, too"));
    let back = said(&after, &before);
    assert_eq!(back[0], (Breaking, "GET /users: no token is no longer enough".into()));
    assert!(back.len() <= 1 + alternatives);
}

#[test]
fn an_operation_goes_or_comes() {
    both_ways(
        |contract| remove(contract, "/paths/~1users", "get"),
        &breaking("GET /users: removed"),
        &compatible("GET /users: added"),
    );
}

#[test]
fn an_operation_is_renamed_or_deprecated() {
    let changes = change(|contract| *at(contract, &format!("{LIST}/operationId")) = "all_users".into());
    assert_eq!(changes, breaking("GET /users: `operationId` was \"list_users\" and is \"all_users\""));
    both_ways(
        |contract| at(contract, LIST)["deprecated"] = true.into(),
        &compatible("GET /users: is deprecated"),
        &compatible("GET /users: is no longer deprecated"),
    );
}

#[test]
fn servers_and_the_ways_to_a_token_go_or_come() {
    both_ways(
        |contract| drop(at(contract, "/servers").as_array_mut().unwrap().remove(0)),
        &breaking("/servers {origin}/v1.0: removed"),
        &compatible("/servers {origin}/v1.0: added"),
    );
    let flow = "/components/securitySchemes/oauth2/flows/clientCredentials";
    both_ways(
        |contract| remove(contract, &format!("{flow}/scopes"), SCOPE),
        &breaking(&format!("{flow}/scopes/{SCOPE}: removed")),
        &compatible(&format!("{flow}/scopes/{SCOPE}: added")),
    );
    let changes = change(|contract| *at(contract, &format!("{flow}/tokenUrl")) = "/token".into());
    assert!(matches!(&changes[..], [(Breaking, _)]), "{changes:?}");
}

#[test]
fn the_same_schema_in_a_request_and_in_an_answer_is_told_twice() {
    let place = "/components/schemas/EmployeeOrgData/properties/division";
    let changes = change(|contract| at(contract, place)["maxLength"] = 3.into());
    let effects: BTreeSet<bool> = changes.iter().map(|(effect, _)| *effect == Breaking).collect();
    assert_eq!((changes.len(), effects.len()), (2, 2), "{changes:?}");
}

#[test]
fn unknown_properties_may_have_a_schema_and_a_value_may_be_any() {
    let texts = |contract: &mut Value| {
        at(contract, CREATE)["additionalProperties"] = json!({"type": "string"});
    };
    both_ways(
        texts,
        &compatible(&format!("{CREATE}: unknown properties too")),
        &breaking(&format!("{CREATE}: no unknown properties")),
    );
    let (mut open, mut before) = (contract(), contract());
    at(&mut open, CREATE)["additionalProperties"] = true.into();
    texts(&mut before);
    assert_eq!(said(&open, &before), breaking(&format!("{CREATE}: unknown properties have a schema")));
    assert_eq!(said(&before, &open), compatible(&format!("{CREATE}: unknown properties have no schema")));
    at(&mut before, CREATE)["propertyNames"] = json!({"type": "string"});
    at(&mut before, CREATE)["properties"]["any"] = json!({"description": "Any value."});
    let mut after = before.clone();
    at(&mut after, CREATE)["additionalProperties"]["maxLength"] = 3.into();
    let said = said(&before, &after);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].1.starts_with(&format!("{CREATE}/additionalProperties: `maxLength`")), "{said:?}");
}

#[test]
fn what_has_no_rule_is_refused_with_its_place() {
    let user = "/components/schemas/User/properties/displayName";
    let cases = [
        ("", "webhooks", json!({}), "/webhooks"),
        ("/components", "parameters", json!({}), "/components/parameters"),
        ("/paths/~1users", "parameters", json!([]), "/users/parameters"),
        (LIST, "x-weird", json!(1), "GET /users/x-weird"),
        (&format!("{LIST}/responses"), "default", json!({}), "GET /users answer default"),
        (&format!("{LIST}/responses/200"), "links", json!({}), "GET /users answer 200/links"),
        (&format!("{LIST}/parameters/0"), "style", json!("form"), "GET /users parameter query $select/style"),
        (&format!("{LIST}/parameters/0"), "required", json!("yes"), "GET /users parameter query $select"),
        (user, "prefixItems", json!([]), &format!("{user}/prefixItems")),
        (user, "allOf", json!([]), &format!("{user}/allOf")),
        (user, "type", json!(["string", "integer"]), user),
        (user, "maxLength", json!("long"), user),
        (user, "$ref", json!("#/components/schemas/Nothing"), &format!("{user}/type")),
        (USER, "additionalProperties", json!("text"), USER),
        (USER, "propertyNames", json!({"pattern": "^a"}), USER),
        (USER, "required", json!(["shoeSize"]), "/components/schemas/User/properties/shoeSize"),
    ];
    for (place, name, value, found_at) in cases {
        let before = contract();
        let mut after = before.clone();
        at(&mut after, place)[name] = value;
        let found = compare(&before, &after).unwrap_err();
        assert!(found.at.starts_with(found_at), "{} isn't {found_at}", found.at);
        assert!(found.at.ends_with(" in what the server says"), "{}", found.at);
        let found = compare(&after, &before).unwrap_err();
        assert!(found.at.ends_with(" in the released contract"), "{}", found.at);
    }
}

#[test]
fn what_has_no_rule_is_refused_in_what_is_new_too() {
    let before = contract();
    let mut after = before.clone();
    at(&mut after, USER)["properties"]["shoeSize"] = json!({"type": "string", "if": {}});
    let found = compare(&before, &after).unwrap_err();
    let place = "/components/schemas/User/properties/shoeSize/if in what the server says";
    assert_eq!((found.at.as_str(), found.what.as_str()), (place, "`if`"));
}
