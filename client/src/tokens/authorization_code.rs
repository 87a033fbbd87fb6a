//! Signing a user in by a browser: authorization codes (RFC 6749, 4.1) with PKCE (RFC 7636).

use super::{application::ClientApplication, endpoint::Granted, of_sign_in, refresh_token::RefreshToken};
use crate::{TokenError, Transport};
use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Url;
use serde::Deserialize;
use std::{collections::HashMap, fmt};
use tokio::time::Instant;

/// A user's sign-in by a browser, from the page that it is led to up to the code that it comes back with. Each is for one browser: keep it
/// in the session that the browser has with the program.
///
/// ```no_run
/// # async fn example(led_back_to: &str) -> Result<(), Box<dyn std::error::Error>> {
/// use roster_client::{AuthorizationCode, ClientApplication, connect_with, http_client};
///
/// let tenant = "5a3e0000-0000-4000-8000-000000000000";
/// let azure_cli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"; // a public client that every tenant has
/// let application = ClientApplication::new("http://127.0.0.1:8080", tenant, azure_cli);
/// let sign_in = AuthorizationCode::begin(application, "http://localhost:3000", "User.Read")?;
/// println!("open {}", sign_in.url());
/// // The browser comes back to `http://localhost:3000/?code=..&state=..`.
/// let user = sign_in.redeem(&http_client()?, led_back_to).await?;
/// let graph = connect_with("http://127.0.0.1:8080/v1.0", user)?;
/// # Ok(())
/// # }
/// ```
pub struct AuthorizationCode {
    application: ClientApplication,
    redirect_uri: String,
    scope: String,
    url: String,
    state: String,
    nonce: String,
    verifier: String,
}

impl AuthorizationCode {
    /// Begins a sign-in of a user to this application for these scopes, after which the browser is led to this redirect URI.
    ///
    /// # Errors
    /// Where the authority is no URL.
    pub fn begin(
        application: ClientApplication,
        redirect_uri: &str,
        scope: &str,
    ) -> Result<Self, TokenError> {
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        let scope = of_sign_in(scope);
        let fields = [
            ("client_id", application.client_id()),
            ("response_type", "code"),
            ("response_mode", "query"),
            ("redirect_uri", redirect_uri),
            ("scope", &scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(&application.endpoint("authorize"), fields)
            .map_err(|error| TokenError::Failed(format!("the authority's URL: {error}")))?;
        Ok(Self {
            redirect_uri: redirect_uri.into(),
            url: url.into(),
            application,
            scope,
            state,
            nonce,
            verifier,
        })
    }

    /// The page for the browser. More can be added to it, such as `&login_hint=ada@contoso.example`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Exchanges the code that the browser came back with for tokens. It takes the URL that the browser was led to, or its query.
    ///
    /// # Errors
    /// Where what came back is no answer to this sign-in, or says that there was none ([`TokenError::Declined`]); where the authority
    /// refuses the code, or doesn't answer.
    pub async fn redeem(&self, http: &reqwest::Client, led_to: &str) -> Result<RefreshToken, TokenError> {
        let code = self.code(led_to)?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", &self.verifier),
            ("scope", &self.scope),
        ];
        let asked = Instant::now();
        let granted = self.application.ask(Transport::new(http), &fields).await?;
        self.check_nonce(&granted)?;
        Ok(RefreshToken::of(self.application.clone(), self.scope.clone(), asked, granted))
    }

    /// The code in what a browser was led to, if it is the answer to this sign-in.
    fn code(&self, led_to: &str) -> Result<String, TokenError> {
        let query = led_to.split_once('?').map_or(led_to, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let mut fields = fields(query)?;
        if fields.get("state") != Some(&self.state) {
            return Err(TokenError::Failed("what the browser came back with has another state".into()));
        }
        if let Some(code) = fields.remove("error") {
            let description = fields.remove("error_description").unwrap_or_default();
            return Err(TokenError::Declined { code, description });
        }
        fields.remove("code").ok_or_else(|| TokenError::Failed("the browser came back without a code".into()))
    }

    /// Refuses tokens of another sign-in, for which somebody else's code was put in (OpenID Connect, 3.1.3.7). The token comes from the
    /// authority itself, so that its signature tells nothing more.
    fn check_nonce(&self, granted: &Granted) -> Result<(), TokenError> {
        #[derive(Deserialize)]
        struct Claims {
            nonce: Option<String>,
        }

        let Some(token) = &granted.id_token else { return Ok(()) };
        let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims = claims.and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok());
        match claims.and_then(|claims| claims.nonce) {
            Some(nonce) if nonce == self.nonce => Ok(()),
            _ => Err(TokenError::Failed("the id token has another nonce".into())),
        }
    }
}

fn fields(query: &str) -> Result<HashMap<String, String>, TokenError> {
    let url = Url::parse(&format!("http://localhost/?{query}"))
        .map_err(|error| TokenError::Failed(format!("what the browser came back with: {error}")))?;
    Ok(url.query_pairs().into_owned().collect())
}

/// A text that nobody guesses, as long as PKCE's verifiers are to be.
fn random() -> Result<String, TokenError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| TokenError::Failed("this machine has no random numbers".into()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Without what only this sign-in knows.
impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCode")
            .field("application", &self.application)
            .field("redirect_uri", &self.redirect_uri)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_the_sign_in_itself_has_its_code() {
        let application = ClientApplication::new("https://authority.example/", "tenant", "id");
        let sign_in = AuthorizationCode::begin(application, "http://localhost:3000", "User.Read").unwrap();
        let state = &sign_in.state;
        assert!(
            sign_in.url().starts_with("https://authority.example/tenant/oauth2/v2.0/authorize?client_id=id&")
        );
        for led_to in [
            format!("http://localhost:3000/?code=a%2Bb&state={state}"),
            format!("/?state={state}&code=a%2Bb#_=_"),
            format!("code=a%2Bb&state={state}"),
        ] {
            assert_eq!(sign_in.code(&led_to).as_deref(), Ok("a+b"), "{led_to}");
        }
        for led_to in ["", "?code=a", "?code=a&state=", "?error=access_denied&state=x"] {
            let refused = sign_in.code(led_to).unwrap_err().to_string();
            assert_eq!(refused, "no token: what the browser came back with has another state", "{led_to}");
        }
        let declined =
            sign_in.code(&format!("error=access_denied&error_description=AADSTS65004: No.&state={state}"));
        let declined = declined.unwrap_err();
        assert_eq!(declined.to_string(), "no token: access_denied: AADSTS65004: No.");
        assert_eq!(declined.aadsts(), Some(65004));
        assert!(!format!("{sign_in:?}").contains(&sign_in.verifier));
    }
}
