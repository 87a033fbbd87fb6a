//! What is measured with the nested directory: queries, and who is in which group through others.

use super::{
    load::{Exchange, Requests},
    nested_directory::Sizes,
    people,
    scenario::{
        Cost::{Latency, Processor},
        Kind, Make,
        Reference::Page,
        Scenario,
        Server::{Fresh, Warm},
        rate,
    },
    seeded::Seeded,
    world::{Home, Ready, World},
};
use hyper::{Method, StatusCode, header::HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use std::{fs, path::Path, sync::Arc};

/// Different requests that each connection sends, one after the other and again.
const DIFFERENT: usize = 1_000;
/// What belongs to requests, beside the directory's numbers.
const ASKED: u64 = 100;
/// The file in which a folder says what directory was made in it.
const MADE: &str = "made.json";

/// A request: its method, path and body.
type Asked = (Method, String, Option<String>);

/// All scenarios, in the order in which they run.
pub fn all() -> Vec<Scenario<Sizes>> {
    let new = Scenario::new;
    [
        page(["query-display-name-c1", "query-display-name-c16"], |world, _, _| world.ask(display_name)),
        page(["query-mail-c1", "query-mail-c16"], |world, _, _| world.ask(mail)),
        page(["query-address-c1", "query-address-c16"], |world, _, _| world.ask(address)),
        latency(["query-five-c1", "query-five-c16"], Some((25.0, 10.0)), |world, _, _| {
            world.ask(five_predicates)
        }),
        latency(["query-five-dates-c1", "query-five-dates-c16"], Some((25.0, 10.0)), |world, _, _| {
            world.ask(five_predicates_with_date)
        }),
        latency(["query-ordered-c1", "query-ordered-c16"], Some((30.0, 15.0)), |world, _, _| {
            world.ask(ordered)
        }),
        latency(["query-word-c1", "query-word-c16"], Some((5.0, 2.0)), |world, _, _| world.ask(word)),
        latency(["query-beginnings-c1", "query-beginnings-c16"], Some((60.0, 30.0)), |world, _, _| {
            world.ask(beginnings)
        }),
        [
            new(
                "nesting-check-fresh",
                Some((300.0, 150.0)),
                Kind::Cost(Processor, Fresh, 1, |world, _, _| world.ask_once(check)),
            ),
            new(
                "nesting-check-warm",
                Some((300.0, 150.0)),
                Kind::Cost(Processor, Warm, 1, |world, _, _| world.ask(check)),
            ),
        ],
        latency(["nesting-check-c1", "nesting-check-c16"], None, |world, _, _| world.ask(check)),
        latency(["nesting-member-of-c1", "nesting-member-of-c16"], Some((3.0, 1.5)), |world, _, _| {
            world.ask(member_of)
        }),
        latency(["nesting-members-c1", "nesting-members-c16"], Some((10.0, 5.0)), |world, _, _| {
            world.ask(members_of_largest)
        }),
        // Of the group that all others are in.
        latency(["nesting-members-all-c1", "nesting-members-all-c16"], None, |world, _, _| {
            world.ask(members_of_all)
        }),
        [
            new(
                "nesting-count-fresh",
                Some((300.0, 300.0)),
                Kind::Cost(Latency, Fresh, 1, |world, _, _| world.ask_first(count_of_largest)),
            ),
            new(
                "nesting-count-all-fresh",
                None,
                Kind::Cost(Latency, Fresh, 1, |world, _, _| world.ask_first(count_of_all)),
            ),
        ],
        latency(["nesting-count-c1", "nesting-count-c16"], Some((300.0, 10.0)), |world, _, _| {
            world.ask(count_of_largest)
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Pages over one connection and over 16, the latter against bars.
fn page(names: [&'static str; 2], make: Make<Sizes>) -> [Scenario<Sizes>; 2] {
    let [one, many] = names;
    [
        Scenario::new(one, None, rate(1, make, Page)),
        Scenario::new(many, Some((0.6, 0.8)), rate(16, make, Page)),
    ]
}

/// The latency over one connection, against bars in milliseconds, and over 16.
fn latency(names: [&'static str; 2], bars: Option<(f64, f64)>, make: Make<Sizes>) -> [Scenario<Sizes>; 2] {
    let [one, many] = names;
    let over = |connections| Kind::Cost(Latency, Warm, connections, make);
    [Scenario::new(one, bars, over(1)), Scenario::new(many, None, over(16))]
}

impl World<Sizes> {
    /// Starts both servers on the directory of these sizes: what an earlier run has kept in this folder, or one that is made.
    pub async fn create(sizes: Sizes, kept: Option<&Path>) -> Result<Self, String> {
        sizes.check()?;
        let home = match kept {
            Some(folder) => Home::kept(folder)?,
            None => Home::temporary()?,
        };
        let failed = |error: std::io::Error| error.to_string();
        let made = home.path.join(MADE);
        if made.exists() {
            let text = fs::read(&made).map_err(failed)?;
            if serde_json::from_slice::<Sizes>(&text).ok() != Some(sizes) {
                return Err(format!("{}: another directory was kept here", made.display()));
            }
        } else {
            eprintln!("making a directory of {} users in {} groups ...", sizes.users, sizes.groups);
            // It is there already where making it was interrupted: then it isn't whole.
            fs::create_dir(home.data()).map_err(|error| format!("{}: {error}", home.data().display()))?;
            sizes.make(&home.data()).await?;
            fs::write(&made, json!(sizes).to_string()).map_err(failed)?;
        }
        Self::start(home, sizes, async |_, sizes| {
            let (_, page, _) = mail(sizes, &mut Seeded::of(&[sizes.seed]));
            Ok(Ready { page, user: format!("/v1.0/users/{}", sizes.user(0)) })
        })
        .await
    }

    /// [`DIFFERENT`] requests of a kind on each connection, again and again.
    pub fn ask(&self, ask: fn(&Sizes, &mut Seeded) -> Asked) -> Requests {
        let sizes = self.directory;
        let asked = self.requests(StatusCode::OK, move |connection, number| {
            let numbers = [sizes.seed, ASKED, connection as u64, (number % DIFFERENT) as u64];
            Some(ask(&sizes, &mut Seeded::of(&numbers)))
        });
        Arc::new(move |connection, number| {
            let mut exchange: Exchange = asked(connection, number)?;
            exchange.request.headers_mut().insert("ConsistencyLevel", HeaderValue::from_static("eventual"));
            Some(exchange)
        })
    }

    /// Each of these once.
    fn ask_once(&self, ask: fn(&Sizes, &mut Seeded) -> Asked) -> Requests {
        first(DIFFERENT, self.ask(ask))
    }

    /// The first of these alone.
    fn ask_first(&self, ask: fn(&Sizes, &mut Seeded) -> Asked) -> Requests {
        first(1, self.ask(ask))
    }
}

fn first(count: usize, requests: Requests) -> Requests {
    Arc::new(move |connection, number| (number < count).then(|| requests(connection, number)).flatten())
}

/// Reads what lies at a path, with these options.
fn get(path: &str, options: &[(&str, &str)]) -> Asked {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let options: Vec<String> =
        options.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let mark = if options.is_empty() { "" } else { "?" };
    (Method::GET, format!("{path}{mark}{}", options.join("&")), None)
}

fn users(filter: &str) -> Asked {
    get("/v1.0/users", &[("$filter", filter)])
}

fn display_name(sizes: &Sizes, seeded: &mut Seeded) -> Asked {
    users(&format!("displayName eq '{}'", people::display_name(sizes.seed, seeded.below(sizes.users))))
}

fn mail(sizes: &Sizes, seeded: &mut Seeded) -> Asked {
    users(&format!("mail eq '{}'", people::mail(sizes.seed, seeded.below(sizes.users))))
}

fn address(sizes: &Sizes, seeded: &mut Seeded) -> Asked {
    let address = people::second_address(sizes.seed, seeded.below(sizes.users));
    users(&format!("proxyAddresses/any(p:p eq '{address}')"))
}

/// Five predicates, joined at random.
pub fn five_predicates(_: &Sizes, seeded: &mut Seeded) -> Asked {
    let first = predicate(seeded);
    combination(seeded, first)
}

/// The same, one of them about when users were created: each at another time.
fn five_predicates_with_date(sizes: &Sizes, seeded: &mut Seeded) -> Asked {
    let operator = seeded.one_of(&["ge", "lt"]);
    let date = format!("createdDateTime {operator} {}", people::created(seeded.below(sizes.users)));
    combination(seeded, date)
}

fn combination(seeded: &mut Seeded, first: String) -> Asked {
    let mut filter = first;
    for _ in 1..5 {
        let mut next = predicate(seeded);
        if seeded.in_percent(20) {
            next = format!("not({next})");
        }
        filter = format!("({filter}) {} {next}", seeded.one_of(&["and", "or"]));
    }
    get("/v1.0/users", &[("$filter", &filter), ("$count", "true")])
}

fn predicate(seeded: &mut Seeded) -> String {
    let beginning = seeded.one_of(&people::BEGINNINGS);
    match seeded.below(14) {
        0 => format!("accountEnabled eq {}", seeded.one_of(&["true", "false"])),
        1 => format!("userType eq '{}'", seeded.one_of(&["Guest", "Member"])),
        2 => format!("department eq '{}'", people::department(seeded.below(people::DEPARTMENTS))),
        3 => {
            let department = |seeded: &mut Seeded| people::department(seeded.below(people::DEPARTMENTS));
            format!(
                "department in ('{}', '{}', '{}')",
                department(seeded),
                department(seeded),
                department(seeded)
            )
        }
        4 => format!("companyName ne '{}'", people::company(seeded.below(people::COMPANIES))),
        5 => format!("city eq '{}'", people::city(seeded.below(people::CITIES))),
        6 => {
            format!("assignedLicenses/any(l:l/skuId eq {})", people::product(seeded.below(people::PRODUCTS)))
        }
        7 => format!("startsWith(jobTitle,'{}')", &people::job_title(seeded.below(50))[..9]),
        8 => "faxNumber eq null".into(),
        9 => "mobilePhone ne null".into(),
        10 => "onPremisesSyncEnabled eq true".into(),
        11 => format!("startsWith(displayName,'{beginning}')"),
        12 => "endsWith(mail,'@fabrikam.example')".into(),
        _ => format!("usageLocation eq '{}'", seeded.one_of(&people::COUNTRIES).0),
    }
}

fn ordered(_: &Sizes, _: &mut Seeded) -> Asked {
    let options =
        [("$filter", "startsWith(displayName,'ma')"), ("$orderby", "displayName"), ("$count", "true")];
    get("/v1.0/users", &options)
}

fn word(_: &Sizes, seeded: &mut Seeded) -> Asked {
    search(&format!("\"displayName:{}\"", people::last_name(seeded.below(8_000))))
}

/// Two beginnings of words.
fn beginnings(_: &Sizes, seeded: &mut Seeded) -> Asked {
    let [one, other] = [(); 2].map(|()| seeded.one_of(&people::BEGINNINGS));
    search(&format!("\"displayName:{one}\" AND \"displayName:{other}\""))
}

fn search(words: &str) -> Asked {
    get("/v1.0/users", &[("$search", words)])
}

/// Which of twenty groups a user is in.
fn check(sizes: &Sizes, seeded: &mut Seeded) -> Asked {
    let user = sizes.user(seeded.below(sizes.users));
    let groups: Vec<_> = (0..20).map(|_| sizes.group(seeded.below(sizes.groups)).to_string()).collect();
    let body = json!({"groupIds": groups});
    (Method::POST, format!("/v1.0/users/{user}/checkMemberGroups"), Some(body.to_string()))
}

fn member_of(sizes: &Sizes, seeded: &mut Seeded) -> Asked {
    get(&format!("/v1.0/users/{}/transitiveMemberOf", sizes.user(seeded.below(sizes.users))), &[])
}

fn members_of_largest(sizes: &Sizes, _: &mut Seeded) -> Asked {
    members(sizes, sizes.largest(), "")
}

fn members_of_all(sizes: &Sizes, _: &mut Seeded) -> Asked {
    members(sizes, 0, "")
}

fn count_of_largest(sizes: &Sizes, _: &mut Seeded) -> Asked {
    members(sizes, sizes.largest(), "/$count")
}

fn count_of_all(sizes: &Sizes, _: &mut Seeded) -> Asked {
    members(sizes, 0, "/$count")
}

fn members(sizes: &Sizes, group: usize, count: &str) -> Asked {
    get(&format!("/v1.0/groups/{}/transitiveMembers{count}", sizes.group(group)), &[])
}
