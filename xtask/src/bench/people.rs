//! The users that queries look for: how their values are spread. A user's values follow from a seed and its number.

use super::seeded::Seeded;
use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;

/// The domain of all but guests.
pub const DOMAIN: &str = "contoso.example";
/// How many departments there are, each of as many users.
pub const DEPARTMENTS: usize = 100;
/// How many companies there are.
pub const COMPANIES: usize = 20;
/// How many cities there are.
pub const CITIES: usize = 500;
/// How many products can be licensed.
pub const PRODUCTS: usize = 8;
/// How many service plans there are.
const PLANS: usize = 12;

/// How names begin: two letters, each with one of twenty users.
pub const BEGINNINGS: [&str; 20] = [
    "ma", "jo", "an", "el", "ka", "li", "no", "pe", "ra", "sa", "ti", "vi", "be", "da", "fe", "ge", "hu",
    "ol", "su", "wa",
];
/// How names go on: consonants, the first ten in first names.
const MIDDLES: [&str; 20] = [
    "r", "l", "n", "t", "s", "rk", "ld", "nd", "st", "m", "b", "d", "g", "k", "p", "rt", "ng", "ck", "ss",
    "v",
];
/// How names end: from a vowel on, the first ten in first names.
const ENDINGS: [&str; 20] = [
    "a", "o", "e", "ia", "us", "ine", "ek", "is", "an", "ette", "er", "en", "ov", "ida", "ero", "ell", "ung",
    "olm", "ard", "ason",
];
const FIRST_NAMES: usize = BEGINNINGS.len() * 10 * 10;
const LAST_NAMES: usize = BEGINNINGS.len() * MIDDLES.len() * ENDINGS.len();

const RANKS: [&str; 5] = ["Senior", "Junior", "Principal", "Associate", "Chief"];
const CRAFTS: [&str; 10] = [
    "Engineer",
    "Accountant",
    "Designer",
    "Analyst",
    "Librarian",
    "Planner",
    "Buyer",
    "Editor",
    "Chemist",
    "Driver",
];
/// Countries, as ISO 3166 and English have them, with the language of their users.
pub const COUNTRIES: [(&str, &str, &str); 10] = [
    ("US", "United States", "en-US"),
    ("GB", "United Kingdom", "en-GB"),
    ("DE", "Germany", "de-DE"),
    ("FR", "France", "fr-FR"),
    ("IT", "Italy", "it-IT"),
    ("ES", "Spain", "es-ES"),
    ("NL", "Netherlands", "nl-NL"),
    ("SE", "Sweden", "sv-SE"),
    ("PL", "Poland", "pl-PL"),
    ("JP", "Japan", "ja-JP"),
];
const SERVICES: [&str; 4] = ["exchange", "SharePoint", "MicrosoftCommunicationsOnline", "WindowsAzure"];

/// Seconds between the creations of two users.
const BETWEEN_CREATIONS: i64 = 150;

/// A first name.
pub fn first_name(number: usize) -> String {
    let number = number % FIRST_NAMES;
    name(number / 100, number / 10 % 10, number % 10)
}

/// A last name.
pub fn last_name(number: usize) -> String {
    let (middles, endings) = (MIDDLES.len(), ENDINGS.len());
    let number = number % LAST_NAMES;
    name(number / (middles * endings), number / endings % middles, number % endings)
}

fn name(beginning: usize, middle: usize, ending: usize) -> String {
    let name = format!("{}{}{}", BEGINNINGS[beginning], MIDDLES[middle], ENDINGS[ending]);
    name[..1].to_uppercase() + &name[1..]
}

/// A job title: one of fifty.
pub fn job_title(number: usize) -> String {
    format!("{} {}", RANKS[number % RANKS.len()], CRAFTS[number / RANKS.len() % CRAFTS.len()])
}

/// A department.
pub fn department(number: usize) -> String {
    format!("Department {number:02}")
}

/// A company.
pub fn company(number: usize) -> String {
    format!("Contoso {number:02} Ltd")
}

/// A city.
pub fn city(number: usize) -> String {
    format!("{}ville {number:03}", last_name(number * 16 + 1))
}

/// A product's id.
pub fn product(number: usize) -> Uuid {
    Uuid::from_u128(0x5a3e_0001_0000_4000_8000_0000_0000_0000 + number as u128)
}

fn plan(number: usize) -> Uuid {
    Uuid::from_u128(0x5a3e_0002_0000_4000_8000_0000_0000_0000 + number as u128)
}

/// When the user of this number was created: each at another time.
pub fn created(number: usize) -> String {
    // The first day of 2016.
    let ago = TimeDelta::seconds(BETWEEN_CREATIONS.saturating_mul(number as i64));
    let created = DateTime::from_timestamp(1_451_606_400, 0).unwrap_or_default() + ago;
    created.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The mail address of the user of this number.
pub fn mail(seed: u64, number: usize) -> String {
    Person::of(seed, number).mail()
}

/// The name that the user of this number is shown by.
pub fn display_name(seed: u64, number: usize) -> String {
    Person::of(seed, number).display_name()
}

/// Another mail address of the user of this number, as `proxyAddresses` has it.
pub fn second_address(seed: u64, number: usize) -> String {
    Person::of(seed, number).second_address()
}

/// What the names of a user follow from.
struct Person {
    number: usize,
    given: String,
    surname: String,
    is_guest: bool,
    /// What the other values follow from.
    rest: Seeded,
}

impl Person {
    fn of(seed: u64, number: usize) -> Self {
        let mut rest = Seeded::of(&[seed, 0, number as u64]);
        let (given, surname) = (first_name(rest.below(FIRST_NAMES)), last_name(rest.below(LAST_NAMES)));
        Self { number, given, surname, is_guest: rest.in_percent(5), rest }
    }

    fn display_name(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }

    fn alias(&self) -> String {
        format!("{}.{}{}", self.given, self.surname, self.number).to_lowercase()
    }

    fn mail(&self) -> String {
        let domain = if self.is_guest { "fabrikam.example" } else { DOMAIN };
        format!("{}@{domain}", self.alias())
    }

    fn second_address(&self) -> String {
        format!("smtp:{}{}@{DOMAIN}", self.surname.to_lowercase(), self.number)
    }
}

/// The values of the user of this number: as many as a directory has that was synchronised for years. Two fit into a page of the
/// database.
pub fn user(seed: u64, number: usize) -> Value {
    let mut person = Person::of(seed, number);
    let (name, alias, mail, second) =
        (person.display_name(), person.alias(), person.mail(), person.second_address());
    let Person { given, surname, is_guest, rest, .. } = &mut person;
    let (given, surname) = (given.clone(), surname.clone());
    let user_principal_name = format!("{alias}@{DOMAIN}");
    let (country_code, country, language) = rest.one_of(&COUNTRIES);
    let (department_number, city_number) = (rest.below(DEPARTMENTS), rest.below(CITIES));
    let created = created(number);
    let products = 1 + rest.below(2);
    let first_product = rest.below(PRODUCTS);
    let licences: Vec<Value> = (0..products)
        .map(|next| json!({"disabledPlans": [], "skuId": product((first_product + next * 3) % PRODUCTS)}))
        .collect();
    let first_plan = rest.below(PLANS);
    let plans: Vec<Value> = SERVICES
        .iter()
        .enumerate()
        .map(|(place, service)| {
            json!({"capabilityStatus": "Enabled", "service": service,
                   "servicePlanId": plan((first_plan + place * 3) % PLANS)})
        })
        .collect();
    let mut user = json!({
        "accountEnabled": !rest.in_percent(5),
        "assignedLicenses": licences,
        "assignedPlans": plans,
        "businessPhones": [format!("+1 555 {:07}", rest.below(10_000_000))],
        "city": city(city_number),
        "companyName": company(rest.below(COMPANIES)),
        "country": country,
        "createdDateTime": created,
        "department": department(department_number),
        "displayName": name,
        "employeeHireDate": created,
        "employeeId": format!("E{number:08}"),
        "employeeOrgData": {"costCenter": format!("CC{department_number:03}"), "division": format!("Division {}", department_number / 10)},
        "employeeType": if *is_guest { "Contractor" } else { "Employee" },
        "givenName": given,
        "identities": [{"issuer": DOMAIN, "issuerAssignedId": user_principal_name, "signInType": "userPrincipalName"}],
        "jobTitle": job_title(rest.below(RANKS.len() * CRAFTS.len())),
        "mail": mail,
        "mailNickname": alias,
        "officeLocation": format!("{}/{:04}", city_number % 40, rest.below(3000)),
        "otherMails": [format!("{}{number}@adatum.example", surname.to_lowercase())],
        "postalCode": format!("{:05}", 10_000 + city_number * 37),
        "preferredLanguage": language,
        "proxyAddresses": [format!("SMTP:{mail}"), second],
        "state": format!("State {:02}", city_number % 50),
        "streetAddress": format!("{} {} Street", 1 + rest.below(200), last_name(rest.below(LAST_NAMES))),
        "surname": surname,
        "usageLocation": country_code,
        "userPrincipalName": user_principal_name,
        "userType": if *is_guest { "Guest" } else { "Member" },
    });
    let mut set = |property: &str, value: Value| user[property] = value;
    if *is_guest {
        set("creationType", "Invitation".into());
        set("externalUserState", "Accepted".into());
    }
    if rest.in_percent(60) {
        set("mobilePhone", format!("+1 556 {:07}", rest.below(10_000_000)).into());
    }
    if rest.in_percent(1) {
        set("faxNumber", format!("+1 557 {:07}", rest.below(10_000_000)).into());
    }
    if rest.in_percent(50) {
        set("onPremisesSyncEnabled", true.into());
        set("onPremisesImmutableId", format!("{:022x}==", rest.next()).into());
        set("onPremisesLastSyncDateTime", created.into());
        set("onPremisesSamAccountName", format!("u{number}").into());
    }
    user
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_2000_first_and_8000_last_names() {
        let count = |name: fn(usize) -> String, end| (0..end).map(name).collect::<BTreeSet<_>>().len();
        assert_eq!(count(first_name, 10_000), 2000);
        assert_eq!(count(last_name, 10_000), 8000);
    }

    #[test]
    fn a_user_follows_from_the_seed_and_its_number() {
        assert_eq!(user(7, 12), user(7, 12));
        assert_ne!(user(7, 12), user(8, 12));
        assert_ne!(user(7, 12), user(7, 13));
    }

    #[test]
    fn values_are_spread_as_queries_expect() {
        let users: Vec<Value> = (0..10_000).map(|number| user(7, number)).collect();
        let share = |holds: &dyn Fn(&Value) -> bool| users.iter().filter(|user| holds(user)).count();
        assert!((400..600).contains(&share(&|user| user["userType"] == "Guest")));
        assert!((400..600).contains(&share(&|user| user["accountEnabled"] == false)));
        assert!((5800..6200).contains(&share(&|user| user["mobilePhone"].is_string())));
        assert!((4800..5200).contains(&share(&|user| user["onPremisesSyncEnabled"] == true)));
        let begins = |user: &Value| user["displayName"].as_str().is_some_and(|name| name.starts_with("Ma"));
        assert!((400..600).contains(&share(&begins)));
        let different = |property: &str| {
            users.iter().map(|user| user[property].to_string()).collect::<BTreeSet<_>>().len()
        };
        assert_eq!([different("department"), different("companyName"), different("city")], [100, 20, 500]);
        assert_eq!([different("createdDateTime"), different("userPrincipalName")], [10_000, 10_000]);
    }
}
