//! Batches in JSON: the requests that stand in one, and when each can run. Text in, checked values out. What a request asks for,
//! and how it is answered, isn't known here.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt, marker::PhantomData, mem};

/// Where a batch is sent, under the version.
pub const PATH: &str = "/$batch";

/// The most requests of a batch.
pub const MAX_REQUESTS: usize = 20;

/// The most headers of a request.
const MAX_HEADERS: usize = 100;

/// Why a batch isn't taken: none of its requests runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchFault {
    /// The text is no JSON object.
    #[error("the batch isn't a JSON object")]
    Json,
    /// It is one, and no batch.
    #[error("the batch hasn't the form of one")]
    Format,
    /// It has too many requests.
    #[error("the batch has too many requests")]
    TooMany,
    /// Two requests have this id.
    #[error("the id '{0}' stands twice in the batch")]
    Twice(String),
    /// The request with this id depends on none of the batch's, or on itself, be it through others.
    #[error("the request '{0}' of the batch can't depend on what it names")]
    Dependency(String),
    /// The request with this id has a body without a type, or is a write that lacks either.
    #[error("the request '{0}' of the batch has no body or no Content-Type")]
    NoBody(String),
}

/// What stands for a body isn't base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidContent;

/// A request of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRequest {
    /// What its answer is found by.
    pub id: String,
    /// The method, as it is written.
    pub method: String,
    /// The URL, as it is written.
    pub url: String,
    /// The headers, as they are written.
    pub headers: Vec<(String, String)>,
    /// The body's JSON.
    body: Option<String>,
    /// The places of those that must succeed before.
    after: Vec<usize>,
}

impl BatchRequest {
    /// The body as its type says that it stands in the batch: JSON as it is, text as a JSON string, all else as a JSON string in
    /// base64, of either alphabet.
    pub fn into_content(self) -> Result<Vec<u8>, InvalidContent> {
        let content_type = self.content_type().unwrap_or_default().to_ascii_lowercase();
        let Some(json) = self.body else { return Ok(Vec::new()) };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if is_json(essence) {
            return Ok(json.into_bytes());
        }
        let text: String = serde_json::from_str(&json).map_err(|_| InvalidContent)?;
        if essence.starts_with("text/") { Ok(text.into_bytes()) } else { base64(&text) }
    }

    fn content_type(&self) -> Option<&str> {
        let is_it = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("content-type");
        self.headers.iter().find(is_it).map(|(_, value)| value.as_str())
    }

    /// Whether it lacks its body or what says what that is.
    fn is_incomplete(&self) -> bool {
        let writes = ["POST", "PUT", "PATCH"].iter().any(|write| write.eq_ignore_ascii_case(&self.method));
        match (&self.body, self.content_type()) {
            (Some(_), content_type) => content_type.is_none(),
            (None, _) => writes,
        }
    }
}

/// Whether a body of this media type is JSON.
pub fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

fn base64(text: &str) -> Result<Vec<u8>, InvalidContent> {
    const ANY_PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const ALPHABETS: [GeneralPurpose; 2] = [
        GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING),
        GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING),
    ];
    ALPHABETS.iter().find_map(|alphabet| alphabet.decode(text).ok()).ok_or(InvalidContent)
}

/// Reads a batch.
pub fn read(text: &[u8]) -> Result<Vec<BatchRequest>, BatchFault> {
    let text = str::from_utf8(text).map_err(|_| BatchFault::Json)?;
    let Written { requests: Few(requests) } = object(text).ok_or_else(|| fault(text))?;
    if requests.is_empty() {
        return Err(BatchFault::Format);
    }
    if requests.len() > MAX_REQUESTS {
        return Err(BatchFault::TooMany);
    }
    let requests = requests.iter().map(|request| object(request.get()).ok_or(BatchFault::Format));
    let requests: Vec<WrittenRequest> = requests.collect::<Result<_, _>>()?;
    let places = places(&requests)?;
    let requests = requests.into_iter().map(|request| checked(request, &places));
    let requests: Vec<BatchRequest> = requests.collect::<Result<_, _>>()?;
    match Schedule::of(&requests).never() {
        Some(never) => Err(BatchFault::Dependency(requests[never].id.clone())),
        None => Ok(requests),
    }
}

/// Reads an object, and no array of its members' values.
fn object<T: DeserializeOwned>(text: &str) -> Option<T> {
    if is_object(text) { serde_json::from_str(text).ok() } else { None }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// What is wrong with a text that isn't read.
fn fault(text: &str) -> BatchFault {
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    if is_json && is_object(text) { BatchFault::Format } else { BatchFault::Json }
}

/// The places of the requests, by the keys of their ids.
fn places(requests: &[WrittenRequest]) -> Result<HashMap<String, usize>, BatchFault> {
    let mut places = HashMap::new();
    for (place, request) in requests.iter().enumerate() {
        if request.id.is_empty() {
            return Err(BatchFault::Format);
        }
        if places.insert(key(&request.id), place).is_some() {
            return Err(BatchFault::Twice(request.id.clone()));
        }
    }
    Ok(places)
}

/// Ids with equal keys are the same id.
fn key(id: &str) -> String {
    id.to_lowercase()
}

fn checked(written: WrittenRequest, places: &HashMap<String, usize>) -> Result<BatchRequest, BatchFault> {
    let WrittenRequest { id, method, url, headers, body, depends_on } = written;
    let Few(named) = depends_on.unwrap_or_default();
    let mut after = Vec::new();
    for other in named {
        let place = places.get(&key(&other)).ok_or_else(|| BatchFault::Dependency(id.clone()))?;
        if !after.contains(place) {
            after.push(*place);
        }
    }
    let Headers(headers) = headers.unwrap_or_default();
    let body = body.map(|json| Box::<str>::from(json).into());
    let request = BatchRequest { id, method, url, headers, body, after };
    if request.is_incomplete() { Err(BatchFault::NoBody(request.id)) } else { Ok(request) }
}

/// Which requests can run, as the others are answered.
#[derive(Debug)]
pub struct Schedule {
    /// How many each still waits for.
    waits: Vec<usize>,
    /// Those that wait for each.
    dependents: Vec<Vec<usize>>,
    /// Whether each never will run.
    failed: Vec<bool>,
}

/// What follows from an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// The places of those that can run now.
    pub ready: Vec<usize>,
    /// The places of those that never will.
    pub failed: Vec<usize>,
}

impl Schedule {
    /// That of requests of which none is answered yet.
    pub fn of(requests: &[BatchRequest]) -> Self {
        let mut dependents = vec![Vec::new(); requests.len()];
        for (place, request) in requests.iter().enumerate() {
            request.after.iter().for_each(|&before| dependents[before].push(place));
        }
        let waits = requests.iter().map(|request| request.after.len()).collect();
        Self { waits, dependents, failed: vec![false; requests.len()] }
    }

    /// The places of those that wait for none.
    pub fn first(&self) -> Vec<usize> {
        let waits = self.waits.iter().enumerate();
        waits.filter(|(_, waits)| **waits == 0).map(|(place, _)| place).collect()
    }

    /// Notes that the request in this place is answered. With it fail all that depend on it, be it through others.
    pub fn answered(&mut self, place: usize, succeeded: bool) -> Next {
        let mut next = Next::default();
        if !succeeded {
            let mut fails = self.dependents[place].clone();
            while let Some(dependent) = fails.pop() {
                if !mem::replace(&mut self.failed[dependent], true) {
                    next.failed.push(dependent);
                    fails.extend(&self.dependents[dependent]);
                }
            }
            return next;
        }
        for &dependent in &self.dependents[place] {
            self.waits[dependent] -= 1;
            if self.waits[dependent] == 0 && !self.failed[dependent] {
                next.ready.push(dependent);
            }
        }
        next
    }

    /// The place of one that waits for itself, be it through others.
    fn never(mut self) -> Option<usize> {
        let mut ready = self.first();
        while let Some(place) = ready.pop() {
            ready.extend(self.answered(place, true).ready);
        }
        self.waits.iter().position(|&waits| waits > 0)
    }
}

/// A batch as it is written.
#[derive(Deserialize)]
struct Written {
    requests: Few<Box<RawValue>>,
}

/// A request as it is written. What else it says, such as `atomicityGroup`, isn't looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRequest {
    id: String,
    method: String,
    url: String,
    headers: Option<Headers>,
    body: Option<Box<RawValue>>,
    depends_on: Option<Few<String>>,
}

/// As many items as a batch may have requests, and one more where there are more.
struct Few<T>(Vec<T>);

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Few<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Few<T>, A::Error> {
                let mut few = Vec::new();
                while few.len() <= MAX_REQUESTS {
                    match items.next_element()? {
                        Some(item) => few.push(item),
                        None => return Ok(Few(few)),
                    }
                }
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Few(few))
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// Names and values, in their order.
#[derive(Default)]
struct Headers(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Headers;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Headers, A::Error> {
                let mut headers = Vec::new();
                while let Some(header) = members.next_entry()? {
                    if headers.len() == MAX_HEADERS {
                        return Err(de::Error::custom("too many headers"));
                    }
                    headers.push(header);
                }
                Ok(Headers(headers))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn read_json(batch: &Value) -> Result<Vec<BatchRequest>, BatchFault> {
        read(batch.to_string().as_bytes())
    }

    /// A batch of these requests, each with what such a one must have.
    fn read_requests(requests: &[Value]) -> Result<Vec<BatchRequest>, BatchFault> {
        let whole = requests.iter().enumerate().map(|(number, request)| {
            let mut whole = json!({"id": number.to_string(), "method": "GET", "url": "/me"});
            whole.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
            whole
        });
        read_json(&json!({"requests": whole.collect::<Vec<_>>()}))
    }

    #[test]
    fn a_request_is_read_with_all_that_it_says() {
        let read = read_json(&json!({"atomic": true, "requests": [
            {"id": "a", "method": "get", "url": "me?$select=id", "atomicityGroup": "g"},
            {"dependsOn": ["A"], "url": "/groups", "method": "POST", "id": "Ä", "headers": {"Content-Type": "application/json",
                "Prefer": "x"}, "body": {"b": [1, {"b": "ä"}]}},
            {"id": "c", "method": "DELETE", "url": "/x", "headers": null, "body": null, "dependsOn": null},
        ]}));
        let request = |id: &str, method: &str, url: &str| BatchRequest {
            id: id.into(),
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            after: Vec::new(),
        };
        let headers = [("Content-Type", "application/json"), ("Prefer", "x")];
        let posted = BatchRequest {
            headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
            body: Some(r#"{"b":[1,{"b":"ä"}]}"#.into()),
            after: vec![0],
            ..request("Ä", "POST", "/groups")
        };
        assert_eq!(
            read,
            Ok(vec![request("a", "get", "me?$select=id"), posted, request("c", "DELETE", "/x")])
        );
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for (text, fault) in [
            ("", BatchFault::Json),
            ("[]", BatchFault::Json),
            ("1", BatchFault::Json),
            ("[[{}]]", BatchFault::Json),
            (r#"{"requests":[]"#, BatchFault::Json),
            (r#"{"requests":[{"id":"1","method":"GET","url":"/me"}]}x"#, BatchFault::Json),
            ("{\"requests\":\"\u{0}\"}", BatchFault::Json),
            ("{}", BatchFault::Format),
            (r#"{"requests":{}}"#, BatchFault::Format),
            (r#"{"requests":null}"#, BatchFault::Format),
            (r#"{"requests":[]}"#, BatchFault::Format),
            (r#"{"requests":[1]}"#, BatchFault::Format),
            (r#"{"requests":[["1","GET","/me",null,null,null]]}"#, BatchFault::Format),
            (r#"{"requests":[],"requests":[]}"#, BatchFault::Format),
            (r#"{"requests":[{"id":"1","id":"2","method":"GET","url":"/me"}]}"#, BatchFault::Format),
        ] {
            assert_eq!(read(text.as_bytes()), Err(fault), "{text}");
        }
        assert_eq!(read(b"{\"requests\":\"\xff\"}"), Err(BatchFault::Json));
        let deep = format!(r#"{{"requests":{}"#, "[".repeat(1_000_000));
        assert_eq!(read(deep.as_bytes()), Err(BatchFault::Json));
        for wrong in [
            json!({"id": 1}),
            json!({"id": ""}),
            json!({"id": null}),
            json!({"method": null}),
            json!({"url": ["/me"]}),
            json!({"headers": []}),
            json!({"headers": {"a": 1}}),
            json!({"headers": {"a": null}}),
            json!({"headers": (0..101).map(|n| (format!("h{n}"), json!("x"))).collect::<serde_json::Map<_, _>>()}),
            json!({"dependsOn": "0"}),
            json!({"dependsOn": [0]}),
        ] {
            assert_eq!(read_requests(&[json!({}), wrong.clone()]), Err(BatchFault::Format), "{wrong}");
        }
    }

    #[test]
    fn a_batch_has_up_to_twenty_requests() {
        assert_eq!(read_requests(&vec![json!({}); 20]).map(|requests| requests.len()), Ok(20));
        assert_eq!(read_requests(&vec![json!({}); 21]), Err(BatchFault::TooMany));
        let many = format!(r#"{{"requests":[{}1]}}"#, "1,".repeat(100_000));
        assert_eq!(read(many.as_bytes()), Err(BatchFault::TooMany));
    }

    #[test]
    fn ids_are_told_apart_by_more_than_case() {
        let twice = |one: &str, other: &str| read_requests(&[json!({"id": one}), json!({"id": other})]);
        for (one, other) in [("a", "a"), ("a", "A"), ("é", "É"), ("1", "1")] {
            assert_eq!(twice(one, other), Err(BatchFault::Twice(other.into())));
        }
        assert!(twice("1", "01").is_ok() && twice("a", "a ").is_ok());
    }

    #[test]
    fn what_depends_on_itself_or_on_none_of_the_batch_is_refused() {
        for (depends, of) in [
            (vec![vec!["7"]], "0"),
            (vec![vec!["0"]], "0"),
            (vec![vec!["1"], vec!["0"]], "0"),
            (vec![vec![], vec!["0", "3"], vec!["1"], vec!["2"]], "1"),
        ] {
            let requests: Vec<_> = depends.iter().map(|ids| json!({"dependsOn": ids})).collect();
            assert_eq!(read_requests(&requests), Err(BatchFault::Dependency(of.into())), "{depends:?}");
        }
        assert!(read_requests(&[json!({}), json!({"dependsOn": vec!["0"; 30]})]).is_ok());
    }

    #[test]
    fn a_write_has_a_body_and_a_body_a_type() {
        let json = json!({"Content-Type": "application/json"});
        for good in [
            json!({}),
            json!({"method": "DELETE"}),
            json!({"method": "POST", "headers": json, "body": {}}),
            json!({"method": "POST", "headers": {"content-TYPE": "x"}, "body": "x"}),
            json!({"method": "DELETE", "headers": json, "body": false}),
        ] {
            assert!(read_requests(std::slice::from_ref(&good)).is_ok(), "{good}");
        }
        for bad in [
            json!({"method": "POST"}),
            json!({"method": "patch", "headers": json}),
            json!({"method": "PUT", "headers": json, "body": null}),
            json!({"method": "POST", "body": {}}),
            json!({"method": "POST", "headers": {"Accept": "application/json"}, "body": {}}),
            json!({"method": "GET", "body": {}}),
        ] {
            assert_eq!(
                read_requests(&[json!({}), bad.clone()]),
                Err(BatchFault::NoBody("1".into())),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_body_is_json_text_or_base64_as_its_type_says() {
        let content = |content_type: &str, body: Value| {
            let request = json!({"headers": {"Content-Type": content_type}, "body": body});
            read_requests(&[request]).unwrap().remove(0).into_content()
        };
        for (content_type, body, expected) in [
            ("application/json", json!({"a": 1}), r#"{"a":1}"#),
            ("Application/JSON; charset=utf-8", json!("YQ"), r#""YQ""#),
            ("application/merge-patch+json", json!([1]), "[1]"),
            ("text/plain", json!("YQ\n"), "YQ\n"),
            ("image/png", json!("YQ"), "a"),
            ("image/png", json!("YQ=="), "a"),
            ("", json!("Pj4-Pz8_"), ">>>???"),
            ("x", json!("Pj4+Pz8/"), ">>>???"),
            ("x", json!(""), ""),
        ] {
            assert_eq!(content(content_type, body).as_deref(), Ok(expected.as_bytes()), "{content_type}");
        }
        for bad in [json!("Y"), json!("YQ=a"), json!("a b"), json!("Pj4-Pz8/"), json!({"a": 1}), json!(1)] {
            assert_eq!(content("image/png", bad.clone()), Err(InvalidContent), "{bad}");
        }
        assert_eq!(content("text/plain", json!(1)), Err(InvalidContent));
    }

    /// For each request those that it depends on, in any shape without a circle, in any order.
    fn dependencies() -> impl Strategy<Value = Vec<Vec<usize>>> {
        let count = 1..=MAX_REQUESTS;
        let order = count.prop_flat_map(|count| Just((0..count).collect::<Vec<_>>()).prop_shuffle());
        order.prop_flat_map(|order| {
            let count = order.len();
            let before = vec(vec(any::<prop::sample::Index>(), 0..4), count);
            before.prop_map(move |before| {
                let mut after = vec![Vec::new(); count];
                for (rank, before) in before.into_iter().enumerate().skip(1) {
                    after[order[rank]] = before.iter().map(|index| order[index.index(rank)]).collect();
                }
                after
            })
        })
    }

    proptest! {
        #[test]
        fn each_request_runs_once_after_all_that_it_depends_on_and_not_where_one_of_them_failed(
            after in dependencies(),
            fails in vec(any::<bool>(), MAX_REQUESTS),
            picks in vec(any::<prop::sample::Index>(), MAX_REQUESTS),
        ) {
            let written: Vec<_> = after
                .iter()
                .map(|after| json!({"dependsOn": after.iter().map(usize::to_string).collect::<Vec<_>>()}))
                .collect();
            let requests = read_requests(&written).unwrap();
            let mut schedule = Schedule::of(&requests);
            let (mut ready, mut succeeded, mut failed) = (schedule.first(), BTreeSet::new(), BTreeSet::new());
            let mut never = BTreeSet::new();
            for pick in picks {
                if ready.is_empty() {
                    break;
                }
                let place = ready.swap_remove(pick.index(ready.len()));
                prop_assert!(after[place].iter().all(|before| succeeded.contains(before)), "{place} runs too early");
                let fails = fails[place];
                let is_new = if fails { failed.insert(place) } else { succeeded.insert(place) };
                prop_assert!(is_new, "{place} runs twice");
                let next = schedule.answered(place, !fails);
                prop_assert!(next.ready.is_empty() || !fails);
                ready.extend(next.ready);
                for place in next.failed {
                    prop_assert!(never.insert(place), "{place} fails twice");
                }
            }
            prop_assert_eq!(succeeded.len() + failed.len() + never.len(), after.len());
            for (place, after) in after.iter().enumerate() {
                let lacks = after.iter().any(|before| failed.contains(before) || never.contains(before));
                prop_assert_eq!(lacks, never.contains(&place));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in r#"[{}\[\]",:a0 ]{0,24}"#) {
            let _ = read(text.as_bytes());
        }
    }
}
