//! Which names Microsoft 365 groups can have: how they begin and end, and the words that they don't have, as the tenant's settings say.

use super::{Error, NameFault, Refusal, group_settings::Settings};
use crate::{
    model::{
        draft::Draft,
        ids::ObjectId,
        permissions::{Grants, Principal},
        properties::Format,
        values::Values,
    },
    store::{ReadTx, objects},
};
use serde_json::Value;
use std::collections::HashSet;

/// What of a requirement stands for the name itself.
const NAME: &str = "GroupName";

/// What of a requirement stands for a property of the user who gives the name.
const ATTRIBUTES: [(&str, &str); 6] = [
    ("Department", "department"),
    ("Company", "companyName"),
    ("Office", "officeLocation"),
    ("StateOrProvince", "state"),
    ("CountryOrRegion", "country"),
    ("Title", "jobTitle"),
];

/// Refuses new names of a group that the policy doesn't let it have.
pub(super) fn check(tx: &ReadTx<'_>, by: &Grants, settings: &Settings, draft: &Draft) -> Result<(), Error> {
    let policy = Policy::of(tx, settings, user(by))?;
    for property in ["displayName", "mailNickname"] {
        let name = draft.text(property).filter(|_| draft.has_changed(property));
        let faults = name.map(|name| policy.faults(property, name)).unwrap_or_default();
        if let Some(fault) = faults.into_iter().next() {
            return Err(Refusal::InvalidName(fault).into());
        }
    }
    Ok(())
}

/// The signed-in user.
pub(super) fn user(by: &Grants) -> Option<ObjectId> {
    match by.principal {
        Principal::User(user) => user,
        Principal::Application(_) => None,
    }
}

/// The policy, as it is for a user.
pub(super) struct Policy {
    prefix: String,
    suffix: String,
    blocked: HashSet<String>,
}

impl Policy {
    /// The policy for a user. Of an application, which has no properties of the kind, nothing stands in a name.
    pub(super) fn of(tx: &ReadTx<'_>, settings: &Settings, user: Option<ObjectId>) -> Result<Self, Error> {
        let requirement = parts(settings.text("PrefixSuffixNamingRequirement"));
        let asks = requirement.iter().any(|part| attribute(part).is_some());
        let user = user.filter(|_| asks).map(|user| objects::find_with_document(tx, user)).transpose()?;
        let user = match user.flatten() {
            Some((_, document)) => objects::values_of(&document)?,
            None => Values::new(),
        };
        let mut policy = Self::around(&requirement, &user);
        policy.blocked = phrases(settings.text("CustomBlockedWordsList")).collect();
        Ok(policy)
    }

    fn around(requirement: &[Part<'_>], user: &Values) -> Self {
        let (mut prefix, mut suffix, mut is_past) = (String::new(), String::new(), false);
        for part in requirement {
            let text = match (part, attribute(part)) {
                (Part::Bracketed(NAME), _) => {
                    is_past = true;
                    continue;
                }
                (_, Some(property)) => user.get(property).and_then(Value::as_str).unwrap_or_default(),
                (Part::Bracketed(text) | Part::Literal(text), None) => text,
            };
            if is_past { &mut suffix } else { &mut prefix }.push_str(text);
        }
        Self { prefix, suffix, blocked: HashSet::new() }
    }

    /// Why a group can't have this name. A mail nickname begins and ends with what of the policy it can have.
    pub(super) fn faults(&self, property: &'static str, name: &str) -> Vec<NameFault> {
        let (prefix, suffix) = match property {
            "mailNickname" => (in_nickname(&self.prefix), in_nickname(&self.suffix)),
            _ => (self.prefix.clone(), self.suffix.clone()),
        };
        let rest = name.strip_prefix(&*prefix).and_then(|rest| rest.strip_suffix(&*suffix));
        let mut faults = Vec::new();
        if rest.is_none() {
            faults.push(NameFault::Affixes { property, name: name.into(), prefix, suffix });
        }
        if self.blocks(&words(name)) {
            faults.push(NameFault::BlockedWord(property));
        }
        faults
    }

    /// Whether any words of this text, one after another, are a blocked phrase.
    fn blocks(&self, text: &str) -> bool {
        let spaces = || text.match_indices(' ').map(|(at, _)| at);
        let mut starts = std::iter::once(0).chain(spaces().map(|space| space + 1));
        let ends = || spaces().chain([text.len()]);
        starts.any(|start| {
            let mut runs = ends().filter(|&end| end > start).map(|end| &text[start..end]);
            runs.any(|run| self.blocked.contains(run))
        })
    }
}

/// A part of a requirement.
#[derive(Debug, PartialEq, Eq)]
enum Part<'r> {
    Literal(&'r str),
    Bracketed(&'r str),
}

/// The parts of a requirement such as `GRP_[GroupName]_[Department]`.
fn parts(mut requirement: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    while let Some((before, rest)) = requirement.split_once('[') {
        let Some((bracketed, after)) = rest.split_once(']') else { break };
        parts.extend((!before.is_empty()).then_some(Part::Literal(before)));
        parts.push(Part::Bracketed(bracketed));
        requirement = after;
    }
    parts.extend((!requirement.is_empty()).then_some(Part::Literal(requirement)));
    parts
}

/// The property that a part stands for.
fn attribute(part: &Part<'_>) -> Option<&'static str> {
    let Part::Bracketed(text) = part else { return None };
    ATTRIBUTES.iter().find(|(name, _)| name == text).map(|&(_, property)| property)
}

/// What a mail nickname can have of a text.
fn in_nickname(text: &str) -> String {
    text.chars().filter(|&character| Format::MailNickname.takes(character)).collect()
}

/// The phrases of a list, each as its words.
fn phrases(list: &str) -> impl Iterator<Item = String> {
    list.split(',').map(words).filter(|phrase| !phrase.is_empty())
}

/// The words of a text in lower case, with spaces between them.
fn words(text: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(requirement: &str, blocked: &str) -> Policy {
        let user = json!({"department": "Engines & Wheels"});
        let mut policy = Policy::around(&parts(requirement), user.as_object().unwrap());
        policy.blocked = phrases(blocked).collect();
        policy
    }

    #[test]
    fn a_name_begins_and_ends_as_the_policy_says_with_the_users_own_department() {
        let policy = policy("[Contoso-][GroupName]_[Department]_[Title]", "");
        assert_eq!((&*policy.prefix, &*policy.suffix), ("Contoso-", "_Engines & Wheels_"));
        assert!(policy.faults("displayName", "Contoso-x_Engines & Wheels_").is_empty());
        assert!(
            policy.faults("mailNickname", "Contoso-x_Engines&Wheels_").is_empty(),
            "no spaces in nicknames"
        );
        assert_eq!(policy.faults("displayName", "x").len(), 1);
        assert_eq!(policy.faults("displayName", "Contoso-_Engines").len(), 1);
    }

    #[test]
    fn blocked_phrases_are_whole_words_in_any_case() {
        let policy = policy("", "CEO, pay roll,");
        for good in ["Ceoship", "pay the roll", "x", "", "-"] {
            assert!(policy.faults("displayName", good).is_empty(), "{good}");
        }
        for bad in ["The ceo", "CEO-office", "Pay-Roll 7"] {
            assert_eq!(policy.faults("displayName", bad), [NameFault::BlockedWord("displayName")], "{bad}");
        }
    }
}
