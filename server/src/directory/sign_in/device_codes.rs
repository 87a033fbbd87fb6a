//! Device codes (RFC 8628): a device shows a short code, somebody enters it elsewhere and signs in, and the device asks until then.

use super::{
    accounts::{self, Account},
    clients::{Client, Platform, Proven},
    exchanges::{self, Exchanged},
    faults::{Error, Fault},
    grants,
    refresh_tokens::{self, RefreshToken},
    resources::ResourceName,
    scopes::Scopes,
    tokens::{self, Circumstances},
};
use crate::{
    auth::secrets::{Secret, SecretDigest},
    store::{
        ReadTx, WriteTx,
        sign_in_grants::{self, Kind, Stored},
    },
};
use chrono::{DateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a device waits, in seconds.
pub const LIFETIME_SECONDS: i64 = 15 * 60;

/// How often it asks, in seconds.
pub const INTERVAL_SECONDS: i64 = 5;

/// Devices of a tenant that wait at once.
const MOST: usize = 10_000;

/// What a device code stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DeviceCode {
    client: String,
    scopes: Scopes,
    decision: Decision,
    /// When the device asked last, in seconds since 1970.
    asked_at: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Decision {
    Pending,
    Approved(Circumstances),
    Declined,
}

/// What a device is given: the code that it keeps, and the one that it shows.
#[derive(Debug, Clone)]
pub struct Codes {
    /// The one that it keeps.
    pub device: Secret,
    /// The one that it shows: letters.
    pub user: String,
}

/// The user's code as it is looked for: however it is written.
fn folded(code: &str) -> Secret {
    Secret::new(code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
}

/// Has a device wait.
pub fn give(
    tx: &WriteTx<'_>,
    client: &Client,
    scopes: &Scopes,
    codes: &Codes,
    family: Uuid,
) -> Result<(), Error> {
    if sign_in_grants::are_at_least(tx, Kind::DeviceCode, MOST)? {
        return Err(Fault::TooManyDevices.into());
    }
    let code = DeviceCode {
        client: client.app_id.to_string(),
        scopes: scopes.clone(),
        decision: Decision::Pending,
        asked_at: None,
    };
    let lifetime = TimeDelta::seconds(LIFETIME_SECONDS);
    grants::insert(tx, Kind::DeviceCode, &codes.device, None, family, lifetime, &code)?;
    let kept = codes.device.digest();
    grants::insert(tx, Kind::UserCode, &folded(&codes.user), None, family, lifetime, &kept)
}

/// A device that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its client's id.
    pub client: String,
    /// What it asks for.
    pub scopes: Scopes,
}

/// The device that shows this code.
pub fn waiting(tx: &ReadTx<'_>, user_code: &str) -> Result<Waiting, Error> {
    let (_, _, code) = shown(tx, user_code)?;
    Ok(Waiting { client: code.client, scopes: code.scopes })
}

fn shown(tx: &ReadTx<'_>, user_code: &str) -> Result<(SecretDigest, Stored, DeviceCode), Error> {
    let entered = sign_in_grants::find(tx, Kind::UserCode, &folded(user_code).digest())?;
    let digest: SecretDigest = grants::read(&entered.ok_or(Fault::UserCode)?)?;
    let stored = sign_in_grants::find(tx, Kind::DeviceCode, &digest)?.ok_or(Fault::UserCode)?;
    let code: DeviceCode = grants::read(&stored)?;
    if stored.expires_at <= tx.now() || !matches!(code.decision, Decision::Pending) {
        return Err(Fault::UserCode.into());
    }
    Ok((digest, stored, code))
}

/// Gives the device that shows this code what it waits for, as this account.
pub fn approve(
    tx: &WriteTx<'_>,
    user_code: &str,
    account: &Account,
    circumstances: Circumstances,
) -> Result<(), Error> {
    let (digest, _, code) = shown(tx, user_code)?;
    let approved = DeviceCode { decision: Decision::Approved(circumstances), ..code };
    Ok(sign_in_grants::update(
        tx,
        Kind::DeviceCode,
        &digest,
        Some(account.user.row),
        &grants::write(&approved)?,
    )?)
}

/// Tells the device that shows this code that it gets nothing.
pub fn decline(tx: &WriteTx<'_>, user_code: &str) -> Result<(), Error> {
    let (digest, _, code) = shown(tx, user_code)?;
    let declined = DeviceCode { decision: Decision::Declined, ..code };
    Ok(sign_in_grants::update(tx, Kind::DeviceCode, &digest, None, &grants::write(&declined)?)?)
}

/// Whether a device asks too soon after it did before: that changes nothing.
pub fn asks_too_soon(tx: &ReadTx<'_>, device_code: &Secret) -> Result<bool, Error> {
    let Some(stored) = sign_in_grants::find(tx, Kind::DeviceCode, &device_code.digest())? else {
        return Ok(false);
    };
    let code: DeviceCode = grants::read(&stored)?;
    let is_pending = matches!(code.decision, Decision::Pending) && stored.expires_at > tx.now();
    Ok(is_pending
        && code.asked_at.is_some_and(|asked_at| asked_at + INTERVAL_SECONDS > tx.now().timestamp() + 1))
}

/// What a device that asks gets. `None`: nothing yet.
pub fn exchange(
    tx: &WriteTx<'_>,
    client: &Client,
    proven: &Proven,
    device_code: &Secret,
    next: &Secret,
    resource: impl Fn(&Scopes) -> ResourceName,
) -> Result<Exchanged, Error> {
    let digest = device_code.digest();
    let stored = sign_in_grants::find(tx, Kind::DeviceCode, &digest)?.ok_or(Fault::Grant)?;
    let code: DeviceCode = grants::read(&stored)?;
    let platform = exchanges::platform_of(proven);
    if platform == Platform::Public && !client.is_public() {
        return Err(Fault::NoProof(client.app_id.to_string()).into());
    }
    if !exchanges::is_of(&code.client, client.app_id) {
        return Err(Fault::Grant.into());
    }
    if stored.used_at.is_some() {
        sign_in_grants::remove_family(tx, stored.family)?;
        return Ok(Exchanged::Before(Fault::CodeUsed));
    }
    if stored.expires_at <= tx.now() {
        return Err(Fault::DeviceCodeExpired.into());
    }
    let circumstances = match code.decision {
        Decision::Declined => return Err(Fault::Declined.into()),
        Decision::Approved(circumstances) => circumstances,
        Decision::Pending => {
            let asked = DeviceCode { asked_at: Some(tx.now().timestamp()), ..code };
            sign_in_grants::update(tx, Kind::DeviceCode, &digest, None, &grants::write(&asked)?)?;
            return Ok(Exchanged::Before(Fault::Pending));
        }
    };
    // What counts is when the user signed in, not when the device began to wait.
    let given_at = DateTime::from_timestamp(circumstances.authenticated_at, 0).ok_or(Fault::Grant)?;
    let account = accounts::of_row(tx, stored.user.ok_or(Fault::Grant)?, given_at)?;
    let name = resource(&code.scopes);
    let tokens = tokens::of_user(tx, client, &account, &code.scopes, &name, &circumstances, Some(next))?;
    sign_in_grants::mark_used(tx, Kind::DeviceCode, &digest)?;
    if let Some(next) = &tokens.refresh_token {
        let granted = RefreshToken::new(client, platform, &code.scopes, circumstances, tx.now());
        refresh_tokens::give(tx, &account, next, stored.family, &granted)?;
    }
    Ok(Exchanged::For(Box::new(tokens)))
}
