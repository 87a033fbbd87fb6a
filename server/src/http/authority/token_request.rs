//! Requests for tokens: who asks, what is asked for, and how what was granted is answered. How a grant is exchanged is for `grants/`.

use super::{
    client_proof,
    faults::{Inquiry, OAuthFault},
    form::Form,
    issuers, no_store,
    resource_names::ResourceNames,
    signing::{self, LIFE},
};
use crate::{
    auth::{
        secrets::Secret,
        tokens::{Audience, Subject, Version},
    },
    directory::sign_in::{
        clients::{self, Client, Proof, Proven, UsedAssertion},
        exchanges::Exchanged,
        faults::{Error, Fault},
        scopes::Scopes,
        tokens::Tokens,
    },
    http::{AppState, transport::Peer},
    model::ids::ObjectId,
    store::{
        ReadTx, Tenant,
        sign_in_grants::{self, Kind},
        used_assertions,
    },
};
use axum::{
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A request for tokens.
pub(super) struct TokenRequest<'r> {
    pub(super) app: &'r AppState,
    pub(super) tenant: Tenant,
    pub(super) form: Form<'r>,
    /// What clients call Graph.
    pub(super) names: ResourceNames,
    pub(super) inquiry: &'r Inquiry,
    pub(super) parts: &'r Parts,
    pub(super) version: Version,
}

impl TokenRequest<'_> {
    /// The scopes that are asked for. `None`: none.
    pub(super) fn scopes(&self) -> Result<Option<Scopes>, OAuthFault> {
        let resource = self.form.get("resource").filter(|_| self.version == Version::First);
        match (resource, self.form.get("scope")) {
            (Some(resource), _) => Ok(Some(Scopes::of(resource))),
            (None, Some(scope)) => Ok(Some(Scopes::read(scope)?)),
            (None, None) => Ok(None),
        }
    }

    /// The name of the parameter that says what is asked for.
    pub(super) fn scope_parameter(&self) -> &'static str {
        if self.version == Version::First { "resource" } else { "scope" }
    }

    /// Where the request comes from.
    pub(super) fn peer(&self) -> Option<Peer> {
        self.parts.extensions.get().copied()
    }

    /// Whether a page of another origin asks: a browser says so.
    pub(super) fn is_from_page(&self) -> bool {
        self.parts.headers.contains_key(header::ORIGIN)
    }

    /// Lets the page that asks read the answer, if it is the client and proves nothing by a secret, which any page could know. Where
    /// secrets are secret, every page may.
    pub(super) async fn open_to_its_page(&self, response: &mut Response) {
        let (Some(origin), Some(client_id)) =
            (self.parts.headers.get(header::ORIGIN), self.form.get("client_id"))
        else {
            return;
        };
        if !matches!(self.proof(), Ok((_, Proof::None))) {
            return;
        }
        let id = client_id.to_owned();
        let find = move |tx: &ReadTx<'_>| clients::find(tx, &id);
        let found = self.app.store.tenant(self.tenant).read(find).await;
        if found.is_ok_and(|client| origin.to_str().is_ok_and(|origin| client.is_page_of(origin))) {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        }
    }

    /// What the client is called and how it says that it is itself.
    pub(super) fn proof(&self) -> Result<(String, Proof), OAuthFault> {
        client_proof::read(&self.parts.headers, &self.form)
    }

    /// The client that asks, and what it has proven. An assertion is used up where it counts once.
    pub(super) async fn client(&self) -> Result<(Client, Proven), OAuthFault> {
        let (client_id, proof) = self.proof()?;
        self.prove(&client_id, proof).await
    }

    /// The client of this id, and what its proof is worth.
    pub(super) async fn prove(&self, client_id: &str, proof: Proof) -> Result<(Client, Proven), OAuthFault> {
        let store = self.app.store.tenant(self.tenant);
        let (id, audiences, shown) = (client_id.to_owned(), self.audiences(), proof.clone());
        let look = move |tx: &ReadTx<'_>| -> Result<_, Error> {
            let client = clients::find(tx, &id)?;
            let proven = clients::prove(tx, &client, &shown, &audiences)?;
            Ok((client, proven))
        };
        let (client, proven) = store.read(look).await?;
        match (&proven, &proof) {
            (Proven::ByAssertion(used), _) if self.app.sign_in.takes_assertions_once => {
                self.use_up(&client, *used).await?;
            }
            (Proven::ByIssuer(keys), Proof::Assertion(text)) => {
                let now = self.app.store.clock().now();
                issuers::check(keys, text, &client.app_id.to_string(), now).await?;
            }
            _ => {}
        }
        Ok((client, proven))
    }

    /// Refuses what nobody was given: the writer isn't asked for that.
    pub(super) async fn check_given(&self, kind: Kind, secret: &Secret) -> Result<(), OAuthFault> {
        let digest = secret.digest();
        let is_there = move |tx: &ReadTx<'_>| sign_in_grants::is_there(tx, kind, &digest);
        match self.app.store.tenant(self.tenant).read(is_there).await? {
            true => Ok(()),
            false if kind == Kind::DeviceCode => Err(Fault::DeviceCode.into()),
            false => Err(Fault::Grant.into()),
        }
    }

    /// Remembers an assertion, which counts once.
    async fn use_up(&self, client: &Client, used: UsedAssertion) -> Result<(), OAuthFault> {
        let UsedAssertion { fingerprint, ends_at } = used;
        let ends_at = DateTime::from_timestamp(ends_at, 0).ok_or(Fault::AssertionUsed)?;
        let store = self.app.store.tenant(self.tenant);
        if store.write(move |tx| used_assertions::note(tx, &fingerprint, ends_at)).await? {
            return Ok(());
        }
        tracing::warn!(client = %client.app_id, "an assertion was shown again");
        Err(Fault::AssertionUsed.into())
    }

    /// What this authority is called in assertions: by the origins that it knows for its own, whatever the request says.
    fn audiences(&self) -> Vec<String> {
        let (id, named) = (self.tenant.id.to_string(), &self.inquiry.tenant);
        let of_origin = |origin: &String| {
            [id.as_str(), named].map(|tenant| {
                ["", "/", "/v2.0", "/oauth2/token", "/oauth2/v2.0/token"]
                    .map(|end| format!("{origin}/{tenant}{end}"))
            })
        };
        self.app.origins.iter().flat_map(of_origin).flatten().collect()
    }

    /// The answer with the tokens that a grant was exchanged for.
    pub(super) async fn answer(&self, exchanged: Exchanged) -> Result<Response, OAuthFault> {
        match exchanged {
            Exchanged::For(tokens) => self.answer_user(*tokens).await,
            Exchanged::Before(fault) => Err(fault.into()),
        }
    }

    /// The answer with a user's tokens.
    pub(super) async fn answer_user(&self, granted: Tokens) -> Result<Response, OAuthFault> {
        let Tokens { audience, subject, counts_from, scope, sign_in, refresh_token, user } = granted;
        let mut answer = self.signed(&audience, (&subject, counts_from)).await?;
        answer["scope"] = scope.into();
        if let Some(token) = refresh_token {
            answer["refresh_token"] = token.reveal().into();
        }
        if let Some(sign_in) = sign_in {
            let token = signing::id_token(self.app, self.inquiry, self.tenant, sign_in, self.version).await?;
            answer["id_token"] = token.into();
        }
        if self.form.get("client_info").is_some_and(|asked| asked == "1") {
            answer["client_info"] = client_info(user, self.tenant).into();
        }
        Ok(no_store(&answer))
    }

    /// The answer with an application's token.
    pub(super) async fn answer_application(
        &self,
        audience: &Audience,
        subject: &Subject,
    ) -> Result<Response, OAuthFault> {
        Ok(no_store(&self.signed(audience, (subject, DateTime::UNIX_EPOCH)).await?))
    }

    /// An answer with an access token.
    async fn signed(
        &self,
        audience: &Audience,
        subject: (&Subject, DateTime<Utc>),
    ) -> Result<Value, OAuthFault> {
        let token = signing::access_token(self.app, self.inquiry, self.tenant, audience, subject).await?;
        let now = self.app.store.clock().now().timestamp();
        Ok(match self.version {
            Version::First => json!({
                "token_type": "Bearer",
                "expires_in": LIFE.to_string(),
                "ext_expires_in": LIFE.to_string(),
                "expires_on": (now + LIFE).to_string(),
                "not_before": now.to_string(),
                "resource": self.form.get("resource").unwrap_or(audience.name()),
                "access_token": token,
            }),
            Version::Second => json!({
                "token_type": "Bearer",
                "expires_in": LIFE,
                "ext_expires_in": LIFE,
                "access_token": token,
            }),
        })
    }
}

/// What names an account to clients: the user and the tenant.
pub(super) fn client_info(user: ObjectId, tenant: Tenant) -> String {
    URL_SAFE_NO_PAD.encode(json!({"uid": user.to_string(), "utid": tenant.id.to_string()}).to_string())
}
