//! Rules as a whole: those of Entra's pages, faults with their places, and any rule against a plain oracle.

use super::{Candidate, Explanation, Fault, Related, Rule, RuleFault};
use crate::model::{ids::ObjectId, kinds::ObjectKind};
use chrono::{DateTime, Utc};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};
use std::convert::Infallible;
use uuid::Uuid;

/// Somebody in the first group whose manager is the second.
struct Somebody;

fn id(number: u128) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(number))
}

impl Related for Somebody {
    type Error = Infallible;

    fn is_in(&self, groups: &[ObjectId]) -> Result<bool, Infallible> {
        Ok(groups.contains(&id(1)))
    }

    fn reports_to(&self, manager: ObjectId) -> Result<bool, Infallible> {
        Ok(manager == id(2))
    }
}

fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn holds_for(rule: &str, object: &Value) -> bool {
    let rule: Rule = rule.parse().unwrap_or_else(|fault| panic!("{rule}: {fault:?}"));
    let candidate = Candidate { values: object.as_object().unwrap(), now: now() };
    let Ok(holds) = rule.holds(candidate, &Somebody);
    holds
}

/// The user of the examples.
fn user() -> Value {
    json!({
        "id": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "displayName": "David O'Neil", "department": "Sales",
        "country": "US", "jobTitle": "SDE II", "accountEnabled": true, "userType": "Member", "mail": null,
        "businessPhones": ["+1 555"], "otherMails": ["a@contoso.com", "b@fabrikam.com"],
        "proxyAddresses": ["SMTP:contoso@x.example"], "employeeHireDate": "2026-03-02T00:00:00Z",
        "onPremisesExtensionAttributes": {"extensionAttribute15": "Marketing"},
        "assignedPlans": [
            {"servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0", "capabilityStatus": "Enabled", "service": "exchange"},
            {"servicePlanId": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "capabilityStatus": "Deleted", "service": "SCO"},
        ],
    })
}

fn holds(rule: &str) -> bool {
    holds_for(rule, &user())
}

#[test]
fn rules_of_the_documentation_hold_as_it_says() {
    for rule in [
        r#"user.department -eq "Sales""#,
        r#"user.department -eq 'sales'"#,
        r#"(user.department -eq "Sales") -or (user.department -eq "Marketing")"#,
        r#"user.department –eq "SALES" –and user.country –eq "US""#,
        r#"user.country –eq "US" –and (user.department –eq "Marketing" –or user.department –eq "Sales")"#,
        r#"user.department -in ["50001","Sales"]"#,
        r#"user.department -notIn ["50001","50002"]"#,
        r#"user.displayName -match "^Da.*""#,
        r#"user.displayName -match ".*vid""#,
        r#"user.displayName -eq "David O''Neil""#,
        "user.accountEnabled -eq true",
        "user.accountEnabled eq true and user.mail eq null",
        "user.mail -eq $null",
        "user.department –ne null",
        r#"user.mail -notEndsWith "@Contoso.com""#,
        r#"user.otherMails -startsWith "A@""#,
        r#"user.otherMails -endsWith"@contoso.com""#,
        r#"user.proxyAddresses -notEndsWith "@outlook.com""#,
        r#"(user.proxyAddresses -any (_ -contains "contoso"))"#,
        r#"user.otherMails -all (_ -contains "@")"#,
        r#"user.assignedPlans -any (assignedPlan.servicePlanId -eq "efb87545-963c-4e0d-99df-69c6916d9eb0" -and assignedPlan.capabilityStatus -eq "Enabled")"#,
        r#"(user.extensionAttribute15 -eq "Marketing")"#,
        "user.objectId -ne null",
        r#"(user.objectId -ne null) -and (user.userType -eq "Member")"#,
        r#"user.objectId -eq "AAAAAAAA-0000-1111-2222-bbbbbbbbbbbb""#,
        r#"user.telephoneNumber -startsWith "+1""#,
        "user.employeehiredate -le system.now -plus p1d",
        "user.employeeHireDate -ge (system.now -minus P30D) -and user.employeeHireDate -ge 2020-06-10T18:13:20Z",
        r#"user.employeeHireDate -eq "2026-03-02T01:00:00+01:00""#,
        r#"Direct Reports for "00000000-0000-0000-0000-000000000002""#,
        "user.memberof -any (group.objectId -in ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000009'])",
        r#"-not (user.jobTitle -startsWith "manager")"#,
    ] {
        assert!(holds(rule), "{rule}");
    }
    for rule in [
        r#"(user.department -eq "Sales") -and -not (user.jobTitle -startsWith "SDE")"#,
        r#"user.assignedPlans -any (assignedPlan.service -eq "SCO" -and assignedPlan.capabilityStatus -eq "Enabled")"#,
        "user.assignedPlans -all (assignedPlan.servicePlanId -eq null)",
        r#"user.displayName -match "^avid""#,
        r#"user.mail -contains "a""#,
        r#"user.department -eq "null""#,
        "user.employeehiredate -ge system.now -plus p1d",
        "user.dirSyncEnabled -eq true",
        r#"Direct Reports for "00000000-0000-0000-0000-000000000003""#,
        "user.memberOf -any (group.objectId -in ['00000000-0000-0000-0000-000000000009'])",
    ] {
        assert!(!holds(rule), "{rule}");
    }
    let device = json!({"physicalIds": ["[ZTDId]:x", "[OrderID]:179887111881"], "operatingSystem": "Windows",
        "operatingSystemVersion": "10.0.19045", "isRooted": false, "trustType": "AzureAd", "systemLabels": ["M365Managed"]});
    for rule in [
        r#"device.devicePhysicalIDs -any _ -startsWith "[ZTDId]""#,
        r#"(device.devicePhysicalIds -any (_ -eq "[OrderID]:179887111881"))"#,
        r#"-not(device.devicePhysicalIds -any (_ -contains "[PurchaseOrderId]")) -and (device.deviceOSType -contains "Windows")"#,
        r#"(device.deviceOSVersion -startsWith "10.0.1")"#,
        "device.isRooted -eq false",
        r#"device.deviceTrustType -eq "AzureAD""#,
        r#"device.systemLabels -startsWith "M365Managed""#,
    ] {
        assert!(holds_for(rule, &device), "{rule}");
    }
    assert!(holds_for(
        "user.assignedPlans -all (assignedPlan.servicePlanId -eq null)",
        &json!({"assignedPlans": []})
    ));
}

#[test]
fn and_binds_stronger_than_or_and_not_stronger_than_both() {
    let (yes, no) = ("user.department -ne null", "user.department -eq null");
    assert!(holds(&format!("{yes} -or {no} -and {no}")));
    assert!(!holds(&format!("({yes} -or {no}) -and {no}")));
    assert!(!holds(&format!("-not {yes} -and {no}")));
    assert!(holds(&format!("-not {no} -or {yes}")));
    assert!(holds(&format!("-not -not {yes}")));
}

fn fault(rule: &str) -> (Fault, usize) {
    let RuleFault { kind, position } = rule.parse::<Rule>().expect_err(rule);
    (kind, position)
}

/// The mark stands where the fault is.
#[test]
fn a_fault_has_its_place() {
    let operands = |operator: &str| Fault::Operands(operator.into());
    let property = |property: &str, object| Fault::Property { property: property.into(), object };
    for (marked, kind) in [
        ("§", Fault::Unexpected),
        ("§x", Fault::Object),
        ("§\"x\"", Fault::Unexpected),
        ("§group.displayName -eq \"x\"", Fault::Object),
        ("§user.noSuch -eq \"x\"", property("nosuch", "User")),
        ("§device.department -eq \"x\"", property("department", "Device")),
        ("user.city -eq \"x\" -and §device.model -eq \"y\"", Fault::Object),
        ("user.city§", Fault::Unexpected),
        ("user.city §\"x\"", Fault::Unexpected),
        ("user.city §-is \"x\"", operands("-is")),
        ("user.city §-not null", operands("-not")),
        ("user.city -eq§", operands("-eq")),
        ("user.city -eq §Turin", operands("-eq")),
        ("user.city -eq §5", operands("-eq")),
        ("user.city -startsWith §null", operands("-startsWith")),
        ("user.city -in §\"x\"", operands("-in")),
        ("user.city -in [§]", operands("-in")),
        ("user.city -in [\"x\", §null]", operands("-in")),
        ("user.city -in [\"x\" §\"y\"]", Fault::Unexpected),
        ("user.city §-any (_ -eq \"x\")", operands("-any")),
        ("user.accountEnabled -eq §True", operands("-eq")),
        ("user.accountEnabled -eq §\"true\"", operands("-eq")),
        ("user.accountEnabled -contains §true", operands("-contains")),
        ("user.employeeHireDate -ge §\"yesterday\"", operands("-ge")),
        ("user.employeeHireDate -contains §\"2020-06-10T18:13:20Z\"", operands("-contains")),
        ("user.employeeHireDate -ge system.now -plus §5", operands("-ge")),
        ("user.city -ge §\"x\"", operands("-ge")),
        ("user.city -eq \"x§", Fault::Unterminated),
        ("user.city -eq \"x\"§; user", Fault::Character(';')),
        ("user.city -eq \"𝄞\"§; user", Fault::Character(';')),
        ("user.city -eq \"x\" §user.city", Fault::Unexpected),
        ("(user.city -eq \"x\"§", Fault::Unexpected),
        ("user.city -eq \"x\"§)", Fault::Unexpected),
        ("user.city -match §\"(\"", Fault::Pattern),
        ("user.otherMails -any (§x -eq \"y\")", Fault::Object),
        ("user.otherMails -any (§user.city -eq \"y\")", Fault::Object),
        ("user.otherMails -any _ -eq \"y\" -and §user.city -eq \"z\"", Fault::Object),
        ("user.assignedPlans -eq §null", operands("-eq")),
        ("user.assignedPlans -any (§_ -eq \"y\")", Fault::Object),
        ("user.assignedPlans -any (§assignedPlan.noSuch -eq \"y\")", property("nosuch", "AssignedPlan")),
        (
            "user.assignedPlans -any (§assignedPlan.assignedDateTime -eq null)",
            property("assigneddatetime", "AssignedPlan"),
        ),
        ("Direct Reports §\"x\"", Fault::Unexpected),
        ("Direct Reports for §\"x\"", operands("for")),
        ("user.memberOf §-all (group.objectId -in ['x'])", operands("-all")),
        ("user.memberOf -any (§group.displayName -in ['x'])", Fault::Object),
        ("user.memberOf -any (group.objectId §-eq 'x')", operands("-eq")),
        ("user.memberOf -any (group.objectId -in [§'x'])", operands("-in")),
        (
            "§user.memberOf -any (group.objectId -in ['00000000-0000-0000-0000-000000000001']) -and user.city -eq null",
            Fault::Combined,
        ),
        (
            "-not §user.memberOf -any (group.objectId -in ['00000000-0000-0000-0000-000000000001'])",
            Fault::Combined,
        ),
    ] {
        let (before, after) = marked.split_once('§').unwrap();
        assert_eq!(fault(&format!("{before}{after}")), (kind, before.encode_utf16().count()), "{marked}");
    }
}

#[test]
fn rules_are_bounded() {
    let deep = |depth| format!("{}user.city -eq null{}", "(".repeat(depth), ")".repeat(depth));
    assert!(deep(31).parse::<Rule>().is_ok());
    assert_eq!(fault(&deep(32)).0, Fault::TooDeep);
    assert_eq!(fault(&"-not ".repeat(600)).0, Fault::TooDeep);
    assert_eq!(fault(&" ".repeat(3073)).0, Fault::TooLong);
    let of_groups = |count: u128| {
        let groups: Vec<_> = (0..count).map(|number| format!("'{}'", id(number))).collect();
        format!("user.memberOf -any (group.objectId -in [{}])", groups.join(","))
    };
    assert!(of_groups(50).parse::<Rule>().is_ok());
    assert_eq!(fault(&of_groups(51)).0, Fault::TooManyGroups);
}

#[test]
fn a_rule_tells_of_what_it_depends() {
    let rule = |text: &str| text.parse::<Rule>().unwrap();
    let properties = |text: &str| rule(text).properties().into_iter().collect::<Vec<_>>();
    assert_eq!(
        properties(
            "user.mobile -eq null -or -not (user.extensionAttribute1 -eq null -and user.otherMails -any (_ -eq \"x\"))"
        ),
        ["mobilePhone", "onPremisesExtensionAttributes", "otherMails"]
    );
    let direct_reports = rule(&format!("Direct Reports for \"{}\"", id(7)));
    assert_eq!((direct_reports.manager(), direct_reports.kind()), (Some(id(7)), ObjectKind::User));
    let member_of = rule(&format!("device.memberOf -any (group.objectId -in ['{}'])", id(7)));
    assert_eq!((member_of.groups(), member_of.kind()), (&[id(7)][..], ObjectKind::Device));
    assert!(rule("user.city -eq null -and user.employeeHireDate -le system.now").depends_on_time());
    assert!(!rule("user.employeeHireDate -le 2020-06-10T18:13:20Z").depends_on_time());
}

#[test]
fn each_part_of_a_rule_is_explained() {
    let rule: Rule =
        r#"(user.displayName -startsWith "Ada") -or -not (user.otherMails -any (_ -contains "fabrikam"))"#
            .parse()
            .unwrap();
    let user = user();
    let candidate = Candidate { values: user.as_object().unwrap(), now: now() };
    let Ok(explained) = rule.explain(candidate, &Somebody);
    let mails = Explanation {
        expression: r#"user.otherMails -any (_ -contains "fabrikam")"#.into(),
        result: true,
        property: Some(("otherMails", Some("a@contoso.com, b@fabrikam.com".into()))),
        parts: vec![],
    };
    let name = Explanation {
        expression: r#"user.displayName -startsWith "Ada""#.into(),
        result: false,
        property: Some(("displayName", Some("David O'Neil".into()))),
        parts: vec![],
    };
    let not = Explanation {
        expression: r#"-not (user.otherMails -any (_ -contains "fabrikam"))"#.into(),
        result: false,
        property: None,
        parts: vec![mails],
    };
    assert_eq!(
        explained,
        Explanation { expression: rule.to_string(), result: false, property: None, parts: vec![name, not] }
    );
}

/// A rule as the oracle has it.
#[derive(Debug, Clone)]
enum Plain {
    Or(Vec<Plain>),
    And(Vec<Plain>),
    Not(Box<Plain>),
    /// A property's name in rules and in Graph, an operator, and what stands after it.
    Compare(&'static str, &'static str, &'static str, Value),
    /// A collection of texts, whether all of its items must pass, an operator and a text.
    Items(&'static str, bool, &'static str, String),
    /// A plan's part, whether all plans must pass, an operator and a text.
    Plans(bool, &'static str, &'static str, String),
}

const TEXT_OPERATORS: [&str; 8] =
    ["eq", "ne", "startsWith", "notStartsWith", "endsWith", "notEndsWith", "contains", "notContains"];

/// Texts that often are or contain each other.
fn text() -> impl Strategy<Value = String> {
    "[aAbB'\"\\\\`-]{0,3}"
}

fn comparison() -> impl Strategy<Value = Plain> {
    let property = select(vec![
        ("user.department", "department"),
        ("user.mobile", "mobilePhone"),
        ("user.telephoneNumber", "businessPhones"),
        ("user.otherMails", "otherMails"),
    ]);
    let of_text = (property.clone(), select(&TEXT_OPERATORS[..]), text())
        .prop_map(|((name, path), operator, text)| Plain::Compare(name, path, operator, text.into()));
    let of_null = (property.clone(), select(vec!["eq", "ne"]))
        .prop_map(|((name, path), operator)| Plain::Compare(name, path, operator, Value::Null));
    let of_list = (property, select(vec!["in", "notIn"]), vec(text(), 1..4))
        .prop_map(|((name, path), operator, texts)| Plain::Compare(name, path, operator, texts.into()));
    let of_flag = (select(vec!["eq", "ne"]), any::<bool>()).prop_map(|(operator, flag)| {
        Plain::Compare("user.accountEnabled", "accountEnabled", operator, flag.into())
    });
    let items = (any::<bool>(), select(&TEXT_OPERATORS[..]), text())
        .prop_map(|(all, operator, text)| Plain::Items("user.otherMails", all, operator, text));
    let plans =
        (any::<bool>(), select(vec!["service", "capabilityStatus"]), select(&TEXT_OPERATORS[..]), text())
            .prop_map(|(all, part, operator, text)| Plain::Plans(all, part, operator, text));
    prop_oneof![of_text, of_null, of_list, of_flag, items, plans]
}

fn plain() -> impl Strategy<Value = Plain> {
    comparison().prop_recursive(5, 20, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Plain::Or),
            vec(inner.clone(), 2..4).prop_map(Plain::And),
            inner.prop_map(|inner| Plain::Not(inner.into())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    let texts = || vec(text(), 0..3);
    let plan = (text(), option::of(text()))
        .prop_map(|(service, status)| json!({"service": service, "capabilityStatus": status}));
    (option::of(text()), option::of(text()), texts(), texts(), any::<bool>(), vec(plan, 0..3)).prop_map(
        |(department, mobile, phones, mails, enabled, plans)| {
            json!({"department": department, "mobilePhone": mobile, "businessPhones": phones, "otherMails": mails,
                "accountEnabled": enabled, "assignedPlans": plans})
        },
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Plain {
    /// With parentheses around all parts: what binds stronger is for other tests.
    fn written(&self) -> String {
        let joined = |parts: &[Self], operator: &str| {
            parts.iter().map(|part| format!("({})", part.written())).collect::<Vec<_>>().join(operator)
        };
        match self {
            Self::Or(parts) => joined(parts, " -or "),
            Self::And(parts) => joined(parts, " AND "),
            Self::Not(part) => format!("-not ({})", part.written()),
            Self::Compare(name, _, operator, value) => {
                let value = match value {
                    Value::String(text) => quoted(text),
                    Value::Array(texts) => {
                        let texts: Vec<_> = texts.iter().map(|text| quoted(text.as_str().unwrap())).collect();
                        format!("[{}]", texts.join(","))
                    }
                    other => other.to_string(),
                };
                format!("{name} -{operator} {value}")
            }
            Self::Items(name, all, operator, text) => {
                format!("{name} {} (_ -{operator} {})", if *all { "-all" } else { "-any" }, quoted(text))
            }
            Self::Plans(all, part, operator, text) => {
                let quantifier = if *all { "-all" } else { "-any" };
                format!("user.assignedPlans {quantifier} (assignedPlan.{part} -{operator} {})", quoted(text))
            }
        }
    }

    fn is_true(&self, object: &Value) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.is_true(object)),
            Self::And(parts) => parts.iter().all(|part| part.is_true(object)),
            Self::Not(part) => !part.is_true(object),
            Self::Compare(name, path, operator, value) => {
                let mut values: Vec<Value> = match &object[path] {
                    Value::Null => vec![],
                    Value::Array(values) => values.clone(),
                    value => vec![value.clone()],
                };
                if *name == "user.telephoneNumber" {
                    values.truncate(1);
                }
                compare(&values, operator, value)
            }
            Self::Items(_, all, operator, text) => {
                let items = object["otherMails"].as_array().unwrap();
                let passes =
                    |item: &Value| compare(std::slice::from_ref(item), operator, &text.as_str().into());
                if *all { items.iter().all(passes) } else { items.iter().any(passes) }
            }
            Self::Plans(all, part, operator, text) => {
                let plans = object["assignedPlans"].as_array().unwrap();
                let passes = |plan: &Value| {
                    let values: Vec<_> =
                        Some(plan[part].clone()).filter(|value| !value.is_null()).into_iter().collect();
                    compare(&values, operator, &text.as_str().into())
                };
                if *all { plans.iter().all(passes) } else { plans.iter().any(passes) }
            }
        }
    }
}

fn compare(values: &[Value], operator: &str, operand: &Value) -> bool {
    let positive = match operator {
        "ne" => "eq",
        "notIn" => "in",
        "notStartsWith" => "startsWith",
        "notEndsWith" => "endsWith",
        "notContains" => "contains",
        positive => positive,
    };
    let lower = |value: &Value| value.as_str().unwrap().to_ascii_lowercase();
    let passes = |value: &Value| match (positive, operand) {
        (_, Value::Bool(_)) => value == operand,
        ("in", Value::Array(operands)) => operands.iter().any(|operand| lower(operand) == lower(value)),
        ("eq", operand) => lower(value) == lower(operand),
        ("startsWith", operand) => lower(value).starts_with(&lower(operand)),
        ("endsWith", operand) => lower(value).ends_with(&lower(operand)),
        ("contains", operand) => lower(value).contains(&lower(operand)),
        _ => unreachable!("{operator}"),
    };
    let passed = if operand.is_null() { values.is_empty() } else { values.iter().any(passes) };
    passed == (positive == operator)
}

proptest! {
    #[test]
    fn a_rule_holds_where_a_plain_reading_of_it_does(plain in plain(), object in object()) {
        let written = plain.written();
        prop_assume!(written.chars().count() <= 3072);
        prop_assert_eq!(holds_for(&written, &object), plain.is_true(&object), "{}", written);
    }

    #[test]
    fn what_is_printed_is_read_as_the_same_rule(plain in plain()) {
        let written = plain.written();
        prop_assume!(written.chars().count() <= 2500);
        let rule: Rule = written.parse().unwrap();
        prop_assert_eq!(rule.to_string().parse(), Ok(rule));
    }

    #[test]
    fn any_text_is_a_rule_or_has_its_fault_within(text in ".{0,80}") {
        if let Err(fault) = text.parse::<Rule>() {
            prop_assert!(fault.position <= text.encode_utf16().count());
        }
    }

    #[test]
    fn so_is_any_row_of_words(words in vec(select(vec![
        "user.city", "user.otherMails", "user.assignedPlans", "user.memberOf", "user.employeeHireDate", "device.deviceModel",
        "assignedPlan.service", "group.objectId", "_", "-eq", "-any", "-all", "-and", "-or", "-not", "-in", "-match", "-ge", "-plus",
        "(", ")", "[", "]", ",", "\"x\"", "'y'", "null", "true", "system.now", "p1d", "2020-06-10T18:13:20Z", "Direct", "Reports", "for",
        "\"00000000-0000-0000-0000-000000000001\"",
    ]), 0..20)) {
        let text = words.join(" ");
        match text.parse::<Rule>() {
            Ok(rule) => prop_assert_eq!(rule.to_string().parse(), Ok(rule)),
            Err(fault) => prop_assert!(fault.position <= text.len()),
        }
    }
}
