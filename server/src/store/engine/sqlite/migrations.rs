//! The migrations: how the database of an older version becomes one of this version.

use super::faults::is_conflict;
use crate::model::{clock::timestamp, ids::ObjectId, names, values::Document};
use chrono::DateTime;
use rusqlite::{Transaction, params};
use rusqlite_migration::{M, Migrations};
use serde_json::{Value, json};

/// Every migration, oldest first. A file is never edited once it was released.
pub(super) fn all() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("migrations/0001_directory.sql")),
        M::up(include_str!("migrations/0002_objects.sql")),
        M::up(include_str!("migrations/0003_purging.sql")),
        M::up(include_str!("migrations/0004_changes.sql")),
        M::up(include_str!("migrations/0005_counts.sql")),
        M::up_with_hook(include_str!("migrations/0006_names.sql"), |tx: &Transaction<'_>| Ok(make_keys(tx)?)),
        M::up(include_str!("migrations/0007_domains.sql")),
        M::up(include_str!("migrations/0008_deleted_tenants.sql")),
        M::up(include_str!("migrations/0009_account_enabled.sql")),
        M::up(include_str!("migrations/0010_relations.sql")),
        M::up(include_str!("migrations/0011_nestings.sql")),
        M::up(include_str!("migrations/0012_managers.sql")),
        M::up(include_str!("migrations/0013_index_eras.sql")),
        M::up(include_str!("migrations/0014_marks.sql")),
        M::up(include_str!("migrations/0015_dynamic_groups.sql")),
        M::up(include_str!("migrations/0016_deleted_items.sql")),
        M::up(include_str!("migrations/0017_sign_in_sessions.sql")),
        M::up(include_str!("migrations/0018_resources.sql")),
        M::up(include_str!("migrations/0019_directory_roles.sql")),
        M::up(include_str!("migrations/0020_creators.sql")),
        M::up(include_str!("migrations/0021_role_assignable_groups.sql")),
        M::up(include_str!("migrations/0022_purged_devices.sql")),
        M::up(include_str!("migrations/0023_sign_in.sql")),
        M::up(include_str!("migrations/0024_grants.sql")),
        M::up_with_hook(include_str!("migrations/0025_applications.sql"), |tx: &Transaction<'_>| {
            Ok(complete_applications(tx)?)
        }),
        M::up(include_str!("migrations/0026_application_owners.sql")),
        M::up_with_hook(include_str!("migrations/0027_default_sets.sql"), |tx: &Transaction<'_>| {
            Ok(show_by_default(tx)?)
        }),
    ])
}

/// What applications that were stored before have of the properties that are shown by default since.
const OF_APPLICATIONS: &str = r#"{
    "api": {"acceptMappedClaims": null, "knownClientApplications": [], "oauth2PermissionScopes": [],
        "preAuthorizedApplications": [], "requestedAccessTokenVersion": null},
    "appRoles": [], "applicationTemplateId": null, "defaultRedirectUri": null, "disabledByMicrosoftStatus": null,
    "groupMembershipClaims": null,
    "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
        "termsOfServiceUrl": null},
    "isDeviceOnlyAuthSupported": null, "isFallbackPublicClient": null, "keyCredentials": [],
    "oauth2RequirePostResponse": false, "optionalClaims": null, "passwordCredentials": [],
    "publicClient": {"redirectUris": []}, "requiredResourceAccess": [], "samlMetadataUrl": null,
    "serviceManagementReference": null, "spa": {"redirectUris": []}, "tokenEncryptionKeyId": null,
    "verifiedPublisher": {"addedDateTime": null, "displayName": null, "verifiedPublisherId": null},
    "web": {"homePageUrl": null, "implicitGrantSettings": {"enableAccessTokenIssuance": false,
        "enableIdTokenIssuance": false}, "logoutUrl": null, "redirectUris": []}
}"#;

/// What devices, service principals and contacts show without `$select` besides what they had shown, by their kinds as `objects` has
/// them, and what it is where nothing was set.
const SHOWN_BY_DEFAULT: [(i64, &str); 3] = [
    (
        3,
        r#"{"approximateLastSignInDateTime": null, "complianceExpirationDateTime": null, "deviceCategory": null,
            "deviceMetadata": null, "deviceOwnership": null, "enrollmentProfileName": null, "enrollmentType": null,
            "isCompliant": null, "isManaged": null, "isManagementRestricted": null, "isRooted": null, "managementType": null,
            "mdmAppId": null, "onPremisesLastSyncDateTime": null, "onPremisesSecurityIdentifier": null,
            "onPremisesSyncEnabled": null, "physicalIds": [], "profileType": null, "registrationDateTime": null,
            "systemLabels": [], "trustType": null}"#,
    ),
    (
        4,
        r#"{"alternativeNames": [], "appDescription": null, "appOwnerOrganizationId": null,
            "appRoleAssignmentRequired": false, "appRoles": [], "applicationTemplateId": null, "createdByAppId": null,
            "description": null, "disabledByMicrosoftStatus": null, "homepage": null,
            "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
                "termsOfServiceUrl": null},
            "isDisabled": null, "keyCredentials": [], "loginUrl": null, "logoutUrl": null, "notes": null,
            "notificationEmailAddresses": [], "oauth2PermissionScopes": [], "passwordCredentials": [],
            "preferredSingleSignOnMode": null, "preferredTokenSigningKeyThumbprint": null, "replyUrls": [],
            "samlSingleSignOnSettings": null, "servicePrincipalNames": [], "tags": [], "tokenEncryptionKeyId": null,
            "verifiedPublisher": {"addedDateTime": null, "displayName": null, "verifiedPublisherId": null}}"#,
    ),
    (
        5,
        r#"{"addresses": [], "onPremisesLastSyncDateTime": null, "onPremisesProvisioningErrors": [],
            "onPremisesSyncEnabled": null, "phones": [], "proxyAddresses": [], "serviceProvisioningErrors": []}"#,
    ),
];

/// Moves what is shown by default since into the documents that show it.
fn show_by_default(connection: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    for (kind, shown) in SHOWN_BY_DEFAULT {
        let Ok(Value::Object(shown)) = serde_json::from_str(shown) else { continue };
        let sql =
            "SELECT row, document, rest FROM objects WHERE kind = ?1 AND purged_at IS NULL ORDER BY row";
        let mut objects = connection.prepare_cached(sql)?;
        let mut rows = objects.query([kind])?;
        while let Some(row) = rows.next()? {
            let read =
                |column| Ok::<_, rusqlite::Error>(serde_json::from_str(&row.get::<_, String>(column)?));
            let (Ok(Value::Object(mut document)), Ok(Value::Object(mut rest))) = (read(1)?, read(2)?) else {
                continue;
            };
            for (name, value) in &shown {
                document.insert(name.clone(), rest.remove(name).unwrap_or_else(|| value.clone()));
            }
            let update = "UPDATE objects SET document = ?2, rest = ?3 WHERE row = ?1";
            let (document, rest) = (Value::Object(document).to_string(), Value::Object(rest).to_string());
            connection.prepare_cached(update)?.execute(params![row.get::<_, i64>(0)?, document, rest])?;
        }
    }
    Ok(())
}

/// When secrets end that were made before they had an end.
const NEVER: (&str, i64) = ("2299-12-31T00:00:00Z", 10_413_705_600);

/// Completes the documents of applications, and makes credentials of their secrets.
fn complete_applications(connection: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    let Ok(Value::Object(added)) = serde_json::from_str(OF_APPLICATIONS) else { return Ok(()) };
    let sql = "SELECT row, document FROM objects WHERE kind = 6 AND purged_at IS NULL ORDER BY row";
    let mut applications = connection.prepare(sql)?;
    let mut rows = applications.query([])?;
    while let Some(row) = rows.next()? {
        let application: i64 = row.get(0)?;
        let Ok(Value::Object(mut document)) = serde_json::from_str(&row.get::<_, String>(1)?) else {
            continue;
        };
        for (name, value) in &added {
            document.entry(name).or_insert_with(|| value.clone());
        }
        let credentials = complete_secrets(connection, application)?;
        document.insert("passwordCredentials".into(), credentials.into());
        let document = Value::Object(document).to_string();
        let update = "UPDATE objects SET document = ?2 WHERE row = ?1";
        connection.prepare_cached(update)?.execute(params![application, document])?;
    }
    connection.execute("DROP TABLE application_secrets", []).map(drop)
}

/// Makes credentials of an application's secrets, and gives what is shown of them.
fn complete_secrets(connection: &Transaction<'_>, application: i64) -> Result<Vec<Value>, rusqlite::Error> {
    let sql =
        "SELECT digest, created_at FROM application_secrets WHERE application_row = ?1 ORDER BY created_at";
    let mut secrets = connection.prepare_cached(sql)?;
    let mut rows = secrets.query([application])?;
    let mut shown = Vec::new();
    while let Some(row) = rows.next()? {
        let (digest, created_at): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
        let (key_id, (end, end_at)) = (ObjectId::random(), NEVER);
        let insert = "INSERT INTO password_credentials VALUES (?1, ?2, ?3, ?4, ?5)";
        connection.prepare_cached(insert)?.execute(params![
            application,
            key_id.uuid(),
            digest,
            created_at,
            end_at
        ])?;
        let start = DateTime::from_timestamp(created_at, 0).unwrap_or_default();
        shown.push(json!({
            "customKeyIdentifier": null, "displayName": null, "endDateTime": end, "hint": null,
            "keyId": key_id.to_string(), "secretText": null, "startDateTime": timestamp(start),
        }));
    }
    Ok(shown)
}

/// A property whose values got keys: as it is in the tables of that version, whatever becomes of it later.
struct Name {
    property: &'static str,
    /// As `objects` has them.
    kinds: &'static [i64],
    /// Gives an object, `?1`, the key `?2`.
    update: &'static str,
}

const NAMES: [Name; 5] = [
    Name {
        property: "userPrincipalName",
        kinds: &[1],
        update: "UPDATE objects SET user_principal_name = ?2 WHERE row = ?1",
    },
    Name {
        property: "mailNickname",
        kinds: &[2],
        update: "UPDATE objects SET mail_nickname = ?2 WHERE row = ?1",
    },
    Name {
        property: "uniqueName",
        kinds: &[2],
        update: "UPDATE objects SET unique_name = ?2 WHERE row = ?1",
    },
    Name { property: "deviceId", kinds: &[3], update: "UPDATE objects SET device_id = ?2 WHERE row = ?1" },
    Name { property: "appId", kinds: &[4, 6], update: "UPDATE objects SET app_id = ?2 WHERE row = ?1" },
];

/// Gives objects that were stored before names had keys their keys.
///
/// Two names that were different may have one key now: group names that differ in letters beyond ASCII, in spaces around them or
/// in invisible characters. Refusing the folder would leave its owner no way on, since such a name can't be changed once
/// it is set. So the older object keeps the name. The younger one stays as it is and shows its name still, but isn't found
/// by it, as if it had none; the log says which objects these are.
fn make_keys(connection: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    let sql = "SELECT row, id, kind, document, rest FROM objects WHERE purged_at IS NULL ORDER BY row";
    let mut objects = connection.prepare(sql)?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let kind: i64 = row.get(2)?;
        let document = Document { default: row.get(3)?, rest: row.get(4)? };
        let Some(values) = document.values() else { continue };
        for name in NAMES.iter().filter(|name| name.kinds.contains(&kind)) {
            let Some(value) = values.get(name.property).and_then(Value::as_str) else { continue };
            let key = names::key(value);
            let given = connection.prepare_cached(name.update)?.execute(params![row.get::<_, i64>(0)?, key]);
            match given {
                Err(error) if is_conflict(&error) => {
                    let (object, property) = (ObjectId::from_uuid(row.get(1)?), name.property);
                    tracing::warn!(%object, property, "an older object has the same name: this one isn't found by it");
                }
                given => drop(given?),
            }
        }
    }
    Ok(())
}
