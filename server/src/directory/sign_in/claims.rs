//! What is said of a user: to a client that asks, and in tokens, where an application has them say more: the user's groups and directory
//! roles (`groupMembershipClaims`), and the claims that it names (`optionalClaims`).

use super::{accounts::Account, faults::Error};
use crate::{
    auth::tokens::{CLAIM_NAMES, CLAIM_SOURCE},
    directory::{check_members, entitlements::listed},
    model::{ids::ObjectId, values::Values},
    store::{self, ReadTx, objects},
};
use serde_json::{Value, json};

/// How many groups a token names at most. Of a user in more it says where they can be asked for.
const MAX_GROUPS: usize = 200;

/// What a client is told that asks who a token's user is: OpenID Connect Core 1.0, 5.3. Nothing where there is no such user.
pub fn of_userinfo(tx: &ReadTx<'_>, user: ObjectId) -> Result<Option<Values>, store::Error> {
    let Some(user) = objects::find(tx, user)? else { return Ok(None) };
    let user = objects::values(tx, user.row)?;
    let told = ["name", "given_name", "family_name", "email"].into_iter();
    Ok(Some(told.filter_map(|claim| Some((claim.to_owned(), property(&user, claim)?))).collect()))
}

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
    for name in asked.iter().filter_map(|claim| claim["name"].as_str()) {
        let value = match name {
            "acct" => Some(i32::from(account.user.is_guest).into()),
            "email" | "family_name" | "given_name" | "preferred_username" | "upn" => property(&user, name),
            "idtyp" if kind == "accessToken" => Some("user".into()),
            _ => None,
        };
        claims.extend(value.map(|value| (name.to_owned(), value)));
    }
    Ok(claims)
}

/// What a claim says that says a property of a user.
fn property(user: &Values, claim: &str) -> Option<Value> {
    let name = match claim {
        "email" => "mail",
        "family_name" => "surname",
        "given_name" => "givenName",
        "name" => "displayName",
        "preferred_username" | "upn" => "userPrincipalName",
        _ => return None,
    };
    user.get(name).filter(|value| value.is_string()).cloned()
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
