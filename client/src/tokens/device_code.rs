//! Signing a user in on another device (RFC 8628): the program shows a code, and waits until it was entered in a browser.

use super::{application::ClientApplication, endpoint::Granted, of_sign_in, refresh_token::RefreshToken};
use crate::{TokenError, Transport};
use serde::Deserialize;
use std::{fmt, time::Duration};
use tokio::time::{Instant, sleep};

/// How long to wait before asking again where the authority doesn't say, and how much longer each time that this was too soon
/// (RFC 8628, 3.5).
const STEP: Duration = Duration::from_secs(5);

/// A code that a user enters in a browser on any device.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use roster_client::{ClientApplication, DeviceCode, connect_with, http_client};
///
/// let tenant = "5a3e0000-0000-4000-8000-000000000000";
/// let powershell = "14d82eec-204b-4c2f-b7e8-296a70dab67e"; // a public client that every tenant has
/// let application = ClientApplication::new("http://127.0.0.1:8080", tenant, powershell);
/// let http = http_client()?;
/// let device = DeviceCode::begin(&http, application, "User.Read").await?;
/// println!("{}", device.message());
/// let graph = connect_with("http://127.0.0.1:8080/v1.0", device.wait(&http).await?)?;
/// println!("{:?}", graph.get_me().send().await?.display_name);
/// # Ok(())
/// # }
/// ```
pub struct DeviceCode {
    application: ClientApplication,
    scope: String,
    begun: Instant,
    codes: Codes,
}

/// What the authority gives a device.
#[derive(Deserialize)]
struct Codes {
    device_code: String,
    user_code: String,
    verification_uri: String,
    #[serde(default)]
    message: Option<String>,
    expires_in: u32,
    #[serde(default)]
    interval: Option<u32>,
}

impl DeviceCode {
    /// Gets a code for a user who is to sign in to this application for these scopes.
    ///
    /// # Errors
    /// Where the authority refuses, or doesn't answer.
    pub async fn begin(
        http: &reqwest::Client,
        application: ClientApplication,
        scope: &str,
    ) -> Result<Self, TokenError> {
        let (scope, begun) = (of_sign_in(scope), Instant::now());
        let fields = [("scope", &*scope)];
        let mut codes: Codes = application.post(Transport::new(http), "devicecode", &fields).await?;
        let Codes { user_code, verification_uri, message, .. } = &mut codes;
        message.get_or_insert_with(|| format!("Open {verification_uri} and enter {user_code} to sign in."));
        Ok(Self { application, scope, begun, codes })
    }

    /// What the user enters.
    pub fn user_code(&self) -> &str {
        &self.codes.user_code
    }

    /// The page where the user enters it.
    pub fn verification_uri(&self) -> &str {
        &self.codes.verification_uri
    }

    /// What to show the user: where to enter the code, and the code.
    pub fn message(&self) -> &str {
        self.codes.message.as_deref().unwrap_or_default()
    }

    /// Waits until the user has signed in, asking as often as the authority lets it. Where there was no answer
    /// ([`TokenError::Failed`]), it can be called again.
    ///
    /// # Errors
    /// Where the user declined, or didn't sign in before the code ended; or where there is no answer.
    pub async fn wait(&self, http: &reqwest::Client) -> Result<RefreshToken, TokenError> {
        let mut interval = self.codes.interval.map_or(STEP, |seconds| Duration::from_secs(seconds.into()));
        let end = self.begun + Duration::from_secs(self.codes.expires_in.into());
        loop {
            let asked = Instant::now();
            let refusal = match self.ask(Transport::new(http)).await {
                Ok(granted) => {
                    let (application, scope) = (self.application.clone(), self.scope.clone());
                    return Ok(RefreshToken::of(application, scope, asked, granted));
                }
                Err(refusal) => refusal,
            };
            interval = match waits(&refusal, interval) {
                Some(interval) if asked < end => interval,
                _ => return Err(refusal),
            };
            sleep(interval).await;
        }
    }

    async fn ask(&self, transport: Transport<'_>) -> Result<Granted, TokenError> {
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", &*self.codes.device_code),
        ];
        self.application.ask(transport, &fields).await
    }
}

/// How long to wait before asking again, after this refusal. `None`: it is final.
fn waits(refusal: &TokenError, interval: Duration) -> Option<Duration> {
    let TokenError::Refused { code, .. } = refusal else { return None };
    match code.as_str() {
        "authorization_pending" => Some(interval),
        "slow_down" => Some(interval + STEP),
        _ => None,
    }
}

/// Without the device's code.
impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("application", &self.application)
            .field("scope", &self.scope)
            .field("user_code", &self.codes.user_code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::StatusCode;

    #[test]
    fn a_device_asks_again_while_nobody_has_decided_and_more_slowly_where_it_is_told_to() {
        let after = |code: &str| {
            let (status, description) = (StatusCode::BAD_REQUEST, String::new());
            waits(&TokenError::Refused { status, code: code.into(), description }, Duration::from_secs(7))
        };
        assert_eq!(after("authorization_pending"), Some(Duration::from_secs(7)));
        assert_eq!(after("slow_down"), Some(Duration::from_secs(12)));
        for code in ["authorization_declined", "expired_token", "invalid_grant"] {
            assert_eq!(after(code), None, "{code}");
        }
        assert_eq!(waits(&TokenError::Failed("no connection".into()), STEP), None);
    }
}
