//! How a request for tokens is answered: by tokens (RFC 6749, 5.1), or by a refusal (5.2). Managed identities answer much the same.

use crate::{TokenError, Transport};
use reqwest::{Request, StatusCode};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use std::time::Duration;

/// Tokens.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub access_token: String,
    /// In seconds. Where it isn't said, the token is used once.
    #[serde(default, deserialize_with = "number")]
    pub expires_in: u64,
    /// When the token ends, in seconds since 1970: App Service says only this.
    #[serde(default, deserialize_with = "number")]
    pub expires_on: u64,
    #[serde(default)]
    pub refresh_token: Option<String>,
    #[serde(default)]
    pub id_token: Option<String>,
}

impl Granted {
    /// How long the token is good.
    pub(super) fn lifetime(&self) -> Duration {
        Duration::from_secs(self.expires_in.min(u32::MAX.into()))
    }
}

/// A number, which managed identities write as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(u64),
    Text(String),
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Number::deserialize(deserializer)? {
        Number::Number(number) => Ok(number),
        Number::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// The refusals of all that are asked for tokens. App Service has a message alone.
#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    error: String,
    #[serde(default, alias = "message")]
    error_description: String,
}

/// Sends a request, and reads the answer.
pub(super) async fn ask<T: DeserializeOwned>(
    transport: Transport<'_>,
    request: Request,
) -> Result<T, TokenError> {
    let answer = transport.send(request).await?;
    let (status, body) = (answer.status(), answer.bytes().await?);
    if status.is_success() {
        return serde_json::from_slice(&body)
            .map_err(|error| TokenError::Failed(format!("the token endpoint's answer: {error}")));
    }
    Err(refusal(status, &body))
}

fn refusal(status: StatusCode, body: &[u8]) -> TokenError {
    match serde_json::from_slice(body) {
        Ok(Refused { error: code, error_description: description })
            if !(code.is_empty() && description.is_empty()) =>
        {
            TokenError::Refused { status, code, description }
        }
        _ => TokenError::Failed(format!("the token endpoint answered {status}")),
    }
}
