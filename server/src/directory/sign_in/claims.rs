//! What an application has its tokens say of a user besides: the user's groups and directory roles (`groupMembershipClaims`), and the
//! claims that it names (`optionalClaims`).

use super::{accounts::Account, faults::Error};
use crate::{
    auth::tokens::{CLAIM_NAMES, CLAIM_SOURCE},
    directory::{check_members, entitlements::listed},
    model::values::Values,
    store::{ReadTx, objects},
};
use serde_json::{Value, json};

/// How many groups a token names at most. Of a user in more it says where they can be asked for.
const MAX_GROUPS: usize = 200;

/// What tokens of this kind (`idToken` or `accessToken`) say.
pub fn of_user(
    tx: &ReadTx<'_>,
    account: &Account,
    application: &Values,
    kind: &str,
) -> Result<Values, Error> {
    let mut claims = memberships(tx, account, application)?;
    let asked = listed(application.get("optionalClaims").and_then(|claims| claims.get(kind)));
    if asked.is_empty() {
        return Ok(claims);
    }
    let user = objects::values(tx, account.user.row)?;
    let property = |name: &str| user.get(name).filter(|value| value.is_string()).cloned();
    for name in asked.iter().filter_map(|claim| claim["name"].as_str()) {
        let value = match name {
            "acct" => Some(i32::from(account.user.is_guest).into()),
            "email" => property("mail"),
            "family_name" => property("surname"),
            "given_name" => property("givenName"),
            "idtyp" if kind == "accessToken" => Some("user".into()),
            "preferred_username" | "upn" => property("userPrincipalName"),
            _ => None,
        };
        claims.extend(value.map(|value| (name.to_owned(), value)));
    }
    Ok(claims)
}

/// The groups and directory roles of a user, as far as an application wants to know them.
fn memberships(tx: &ReadTx<'_>, account: &Account, application: &Values) -> Result<Values, Error> {
    let wanted = application.get("groupMembershipClaims").and_then(Value::as_str).unwrap_or_default();
    let wants = |words: &[&str]| wanted.split(',').any(|word| words.contains(&word));
    let mut claims = Values::new();
    if wants(&["All", "SecurityGroup", "ApplicationGroup"]) {
        let only_security = !wants(&["All"]);
        match check_members::groups_of(tx, &account.user, only_security, MAX_GROUPS)? {
            Some(groups) if groups.is_empty() => {}
            Some(groups) => {
                let ids: Vec<String> = groups.iter().map(ToString::to_string).collect();
                claims.insert("groups".into(), ids.into());
            }
            // Where they are asked for, who signs the token knows.
            None => drop(claims.insert(CLAIM_NAMES.into(), json!({"groups": CLAIM_SOURCE}))),
        }
    }
    if wants(&["All", "DirectoryRole"]) {
        let roles = check_members::role_templates_of(tx, &account.user)?;
        if !roles.is_empty() {
            let ids: Vec<String> = roles.iter().map(ToString::to_string).collect();
            claims.insert("wids".into(), ids.into());
        }
    }
    Ok(claims)
}
