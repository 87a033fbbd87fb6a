//! Certificates with whose keys applications prove who they are: set by updates, and rolled by those who have the key of one.

use crate::{
    client_certificates::{Credential, proof_claims},
    password_credentials::{application, shown},
    support::{Answer, Tenant, forbidden, refusal, refused, send},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::Algorithm;
use reqwest::Method;
use roster_client::types::{AddKeyParameters, RemoveKeyParameters, RemoveKeyParametersProof};
use serde_json::{Value, json};
use uuid::Uuid;

fn certificate(name: &str) -> rcgen::Certificate {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    parameters.not_before = rcgen::date_time_ymd(2024, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2030, 1, 1);
    parameters.self_signed(&key).unwrap()
}

#[tokio::test]
async fn certificates_are_kept_by_an_update_that_names_all_and_never_shown() {
    let tenant = Tenant::fresh().await;
    let (id, service_principal, _) = application(&tenant).await;
    for path in [format!("/applications/{id}"), format!("/servicePrincipals/{service_principal}")] {
        let change = async |keys: &Value| {
            let body = json!({"keyCredentials": keys});
            send(tenant.raw(Method::PATCH, &path).await.json(&body)).await
        };
        let keys = async || {
            shown(&tenant, &format!("{path}?$select=keyCredentials")).await["keyCredentials"].clone()
        };
        let first = certificate("Loans");
        let key = STANDARD.encode(first.der());
        // The lines of a PEM, as Azure CLI sends them.
        let lines =
            first.pem().lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n");
        assert_eq!(change(&json!([{"key": lines}])).await.status, 204);
        let kept = keys().await;
        assert_eq!(kept[0]["key"], Value::Null);
        assert_eq!(kept[0]["startDateTime"], "2024-01-01T00:00:00Z");
        assert_eq!(kept[0]["endDateTime"], "2030-01-01T00:00:00Z");
        assert!(kept[0]["displayName"].as_str().unwrap().contains("CN=Loans"), "{kept}");
        let thumbprint = STANDARD.decode(kept[0]["customKeyIdentifier"].as_str().unwrap()).unwrap();
        assert_eq!(thumbprint.len(), 20);

        let pem = STANDARD.encode(certificate("Books").pem());
        let both = json!([kept[0], {"key": pem, "type": "AsymmetricX509Cert", "usage": "Verify",
            "displayName": "books", "endDateTime": "2029-01-01T00:00:00Z"}]);
        assert_eq!(change(&both).await.status, 204);
        let kept_both = keys().await;
        assert_eq!((&kept_both[0], &kept_both[1]["displayName"]), (&kept[0], &"books".into()));
        for bad in [
            json!([{"key": "AAAA"}]),
            json!([{"displayName": "without a key"}]),
            json!([{"key": key, "endDateTime": "2031-01-01T00:00:00Z"}]),
            json!([{"key": key, "startDateTime": "2023-01-01T00:00:00Z"}]),
            json!([kept[0], kept[0]]),
            json!([{"keyId": Uuid::from_u128(7)}]),
        ] {
            assert_eq!(change(&bad).await.status, 400, "{bad}");
            assert_eq!(keys().await, kept_both, "{bad}");
        }
        assert_eq!(change(&json!([kept_both[1]])).await.status, 204);
        assert_eq!(keys().await, json!([kept_both[1]]));
        assert_eq!(change(&json!([])).await.status, 204);
        assert_eq!(keys().await, json!([]));
    }
}

/// Has an application or a service principal have this certificate and no other, and gives its id.
async fn set(tenant: &Tenant, path: &str, credential: &Credential) -> Uuid {
    let body = json!({"keyCredentials": [credential.key_credential()]});
    let changed = send(tenant.raw(Method::PATCH, path).await.json(&body)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    key_ids(tenant, path).await[0]
}

async fn key_ids(tenant: &Tenant, path: &str) -> Vec<Uuid> {
    let shown = shown(tenant, &format!("{path}?$select=keyCredentials")).await;
    let keys = shown["keyCredentials"].as_array().unwrap();
    keys.iter().map(|key| key["keyId"].as_str().unwrap().parse().unwrap()).collect()
}

fn new_key(credential: &Credential, proof: &str) -> Value {
    json!({"keyCredential": credential.key_credential(), "passwordCredential": null, "proof": proof})
}

#[tokio::test]
async fn who_has_the_key_of_a_certificate_adds_another_and_takes_the_first_away() {
    let tenant = Tenant::fresh().await;
    let (id, service_principal, _) = application(&tenant).await;
    let (first, second) = (Credential::of_curve(), Credential::of_curve());
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let path = format!("/applications/{id}");
    let old = set(&tenant, &path, &first).await;
    let new: AddKeyParameters = serde_json::from_value(new_key(&second, &first.proof(id))).unwrap();
    let added = graph.add_application_key().id(id).body(new).send().await.unwrap().into_inner();
    let kind = (added.type_.as_deref(), added.usage.as_deref(), added.key.as_deref());
    assert_eq!(kind, (Some("AsymmetricX509Cert"), Some("Verify"), None));
    let key_id: Uuid = added.key_id.as_deref().unwrap().parse().unwrap();
    assert_eq!(key_ids(&tenant, &path).await, [old, key_id]);
    let remove = |proof: String, key_id: Uuid| {
        let body = RemoveKeyParameters::builder()
            .key_id(key_id)
            .proof(RemoveKeyParametersProof::try_from(proof).unwrap());
        graph.remove_application_key().id(id).body(body).send()
    };
    remove(second.proof(id), old).await.unwrap();
    assert_eq!(key_ids(&tenant, &path).await, [key_id]);
    let again = remove(second.proof(id), old).await;
    assert_eq!(refusal(again), refused(400, "Request_BadRequest", "No key credential found with keyId."));
    // The key of the one that was taken away proves nothing more.
    assert_eq!(refusal(remove(first.proof(id), key_id).await), no_proof());

    let path = format!("/servicePrincipals/{service_principal}");
    let old = set(&tenant, &path, &first).await;
    let new: AddKeyParameters =
        serde_json::from_value(new_key(&second, &first.proof(service_principal))).unwrap();
    graph.add_service_principal_key().id(service_principal).body(new).send().await.unwrap();
    let body = RemoveKeyParameters::builder()
        .key_id(old)
        .proof(RemoveKeyParametersProof::try_from(second.proof(service_principal)).unwrap());
    graph.remove_service_principal_key().id(service_principal).body(body).send().await.unwrap();
    assert_eq!(key_ids(&tenant, &path).await.len(), 1);
}

fn no_proof() -> (u16, String, String) {
    refused(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")
}

/// The application with this client id rolls certificates at this path, without any permission.
async fn roll(tenant: &Tenant, caller: Uuid, path: &str, body: &Value) -> Answer {
    let token = tenant.app_token_of(caller, []).await;
    let request = tenant.anonymous(Method::POST, &format!("/v1.0{path}/addKey")).bearer_auth(token);
    send(request.json(body)).await
}

#[tokio::test]
async fn an_application_needs_no_permission_for_its_own_certificates_and_one_for_others() {
    let tenant = Tenant::fresh().await;
    let (id, service_principal, _) = application(&tenant).await;
    let (_, other, _) = application(&tenant).await;
    for (path, of) in [
        (format!("/applications/{id}"), id),
        (format!("/servicePrincipals/{service_principal}"), service_principal),
    ] {
        let first = Credential::of_curve();
        set(&tenant, &path, &first).await;
        let body = new_key(&Credential::of_curve(), &first.proof(of));
        let absent = path.replace(&of.to_string(), &Uuid::from_u128(7).to_string());
        for path in [&path, &absent] {
            assert_eq!(roll(&tenant, other, path, &body).await.refusal(), forbidden());
        }
        let own = roll(&tenant, service_principal, &path, &body).await;
        assert_eq!(own.status, 200, "{}", own.text);
        assert_eq!(key_ids(&tenant, &path).await.len(), 2);
    }
}

#[tokio::test]
async fn only_a_proof_of_a_key_that_counts_for_the_same_object_and_for_now_changes_anything() {
    let tenant = Tenant::fresh().await;
    let (id, service_principal, _) = application(&tenant).await;
    let (own, other) = (Credential::of_curve(), Credential::of_rsa());
    let path = format!("/applications/{id}");
    let add = async |proof: &str| {
        let body = new_key(&other, proof);
        send(tenant.raw(Method::POST, &format!("{path}/addKey")).await.json(&body)).await.refusal()
    };
    // There is no certificate yet.
    assert_eq!(add(&own.proof(id)).await, no_proof());
    let only = set(&tenant, &path, &own).await;
    let claims = proof_claims(id);
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        own.sign(Algorithm::ES256, &claims)
    };
    let nbf = claims["nbf"].as_i64().unwrap();
    let mut endless = claims.clone();
    endless.as_object_mut().unwrap().remove("nbf");
    for wrong in [
        "x.y.z".to_owned(),
        other.sign(Algorithm::RS256, &claims),
        own.sign(Algorithm::ES256, &endless),
        own.proof(service_principal),
        with("aud", "https://graph.microsoft.com".into()),
        with("exp", (nbf + 601).into()),
        with("exp", (nbf - 301).into()),
        with("nbf", (nbf + 3600).into()),
        tenant.app_token(["Application.ReadWrite.All"]).await,
    ] {
        assert_eq!(add(&wrong).await, no_proof(), "{wrong}");
    }
    assert_eq!(add("").await, refused(403, "Authorization_RequestDenied", DENIED));
    assert_eq!(key_ids(&tenant, &path).await, [only]);
    let former = with("aud", "00000002-0000-0000-c000-000000000000".into());
    let body = new_key(&other, &former);
    let added = send(tenant.raw(Method::POST, &format!("{path}/addKey")).await.json(&body)).await;
    assert_eq!(added.status, 200, "{}", added.text);
}

const DENIED: &str = "Insufficient privileges to complete the operation.";
