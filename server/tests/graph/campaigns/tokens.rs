//! Tokens that must be refused: forged, altered, in the wrong place, expired. Each gets Graph's 401, whatever the request, and the
//! response shows nothing of the token.

use crate::{
    campaign, http_client,
    operations::{Objects, operations},
    support::{Answer, Server, Tenant, send},
};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rsa::KeyPair,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use futures::{StreamExt, stream};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Method, RequestBuilder, header::HeaderValue};
use roster_server::{auth::keys, directory::Policy, model::ids::TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

const ALTERED: usize = 1500;
const AT_ONCE: usize = 8;
/// Each operation meets every so many-th attempt in one round, and others in the next.
const PARTS: usize = 4;

/// The length of a token's piece. A text that shows twice as much of a token shows one of its pieces.
pub const PIECE: usize = 10;

/// Headers of a request with a bad token.
pub struct Attempt {
    /// What is wrong with it.
    pub name: String,
    /// Its Authorization headers.
    pub authorization: Vec<HeaderValue>,
}

impl Attempt {
    /// A request with this token.
    fn bearer(name: impl Into<String>, token: &str) -> Self {
        Self::headers(name, &[&format!("Bearer {token}")])
    }

    fn headers(name: impl Into<String>, values: &[&str]) -> Self {
        let values = values.iter().map(|value| HeaderValue::from_bytes(value.as_bytes()).unwrap());
        Self { name: name.into(), authorization: values.collect() }
    }

    /// Puts the headers into a request.
    pub fn with(&self, request: RequestBuilder) -> RequestBuilder {
        self.authorization.iter().fold(request, |request, value| request.header("authorization", value))
    }

    /// It was refused with Graph's message and without a piece of a token.
    pub fn check(&self, answer: &Answer) {
        let Self { name, authorization } = self;
        assert_eq!(answer.status, 401, "{name}: {}", answer.text);
        assert_eq!(answer.refusal().1, "InvalidAuthenticationToken", "{name}");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Bearer realm=\"\", authorization_uri="), "{name}: {challenge}");
        let said = format!("{:?} {}", answer.headers, answer.text);
        for value in authorization {
            for piece in value.as_bytes().chunks_exact(PIECE) {
                assert!(!said.contains(&*String::from_utf8_lossy(piece)), "{name}: {said}");
            }
        }
    }
}

/// Makes tokens, with the server's own key and with foreign keys.
pub struct Forge {
    tenant: Tenant,
    kid: String,
    public: KeyPair,
    jwks: String,
    own: EncodingKey,
    foreign: EncodingKey,
    curve: EncodingKey,
}

impl Forge {
    /// A forge for tokens of this tenant.
    pub async fn of(tenant: Tenant) -> Self {
        let keys = format!("/{}/discovery/v2.0/keys", tenant.id());
        let jwks = send(tenant.anonymous(Method::GET, &keys)).await;
        let own = tenant.signing_key().await;
        let foreign = keys::generate().unwrap();
        let curve = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
        Self {
            tenant,
            kid: jwks.json()["keys"][0]["kid"].as_str().unwrap().to_owned(),
            public: KeyPair::from_pkcs8(pem::parse(&own).unwrap().contents()).unwrap(),
            jwks: jwks.text,
            own: EncodingKey::from_rsa_pem(own.as_bytes()).unwrap(),
            foreign: EncodingKey::from_rsa_pem(foreign.as_bytes()).unwrap(),
            curve: EncodingKey::from_ec_der(curve.as_ref()),
        }
    }

    /// The header that the server writes, with changes.
    fn header(&self, changes: &Value) -> String {
        changed(json!({"typ": "JWT", "alg": "RS256", "kid": self.kid}), changes)
    }

    /// An application's claims that grant everything, with changes; `null` takes one away.
    fn claims(&self, changes: &Value) -> String {
        let now = self.tenant.server.store.clock().now().timestamp();
        let tenant = self.tenant.id().to_string();
        let claims = json!({
            "aud": "https://graph.microsoft.com", "iss": format!("{}/{tenant}/v2.0", self.tenant.server.url),
            "iat": now, "nbf": now, "exp": now + 600, "appid": Uuid::from_u128(9), "idtyp": "app",
            "oid": Uuid::from_u128(10), "roles": ["Directory.ReadWrite.All", "Group.Read.All"],
            "sub": Uuid::from_u128(10), "tid": tenant, "ver": "2.0"
        });
        changed(claims, changes)
    }

    /// A token of these texts, signed by the server's own key.
    fn signed(&self, header: &str, claims: &str) -> String {
        assemble(header, claims, &self.own, Algorithm::RS256)
    }

    /// A token that is good.
    pub fn good(&self) -> String {
        self.signed(&self.header(&json!({})), &self.claims(&json!({})))
    }

    /// Every attempt, after a look that none is refused for something else.
    pub async fn attempts(&self) -> Vec<Attempt> {
        let good = self.good();
        let taken = self.tenant.anonymous(Method::GET, "/v1.0/groups").bearer_auth(&good);
        assert_eq!(send(taken).await.status, 200, "the token that all are made of");
        let mut attempts = self.unsigned();
        attempts.extend(self.of_other_algorithms());
        attempts.extend(self.by_strangers());
        attempts.extend(self.with_other_headers());
        attempts.extend(self.with_other_claims());
        attempts.extend(self.with_names_that_stand_twice());
        attempts.extend(self.reshaped());
        attempts.extend(otherwise_sent(&good));
        attempts
    }

    fn unsigned(&self) -> Vec<Attempt> {
        let good = self.good();
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let claims = signed.split_once('.').unwrap().1;
        let mut attempts = vec![
            Attempt::bearer("no signature", &format!("{signed}.")),
            Attempt::bearer("no claims", &format!("{}..{signature}", signed.split('.').next().unwrap())),
            Attempt::bearer("no header", &format!(".{claims}.{signature}")),
        ];
        for name in ["none", "None", "NONE", "nOnE", "none ", "", "RS256\u{0}"] {
            let header = encode(&self.header(&json!({"alg": name})));
            for signature in ["", signature, "e30"] {
                let token = format!("{header}.{claims}.{signature}");
                attempts.push(Attempt::bearer(format!("the algorithm {name:?}, {signature:.4}"), &token));
            }
        }
        attempts
    }

    /// The public key as the secret of an HMAC, and other signatures.
    fn of_other_algorithms(&self) -> Vec<Attempt> {
        let public = self.public.public_key();
        let der: PublicKeyX509Der<'_> = public.as_der().unwrap();
        let lines = |label: &str, der: &[u8]| pem::encode(&pem::Pem::new(label, der));
        let pem = lines("PUBLIC KEY", der.as_ref());
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let secrets: [Vec<u8>; 11] = [
            pem.clone().into(),
            pem.trim_end().into(),
            pem.replace("\r\n", "\n").into(),
            lines("RSA PUBLIC KEY", public.as_ref()).into(),
            der.as_ref().into(),
            public.as_ref().into(),
            URL_SAFE_NO_PAD.encode(&modulus).into(),
            modulus,
            self.jwks.clone().into(),
            serde_json::from_str::<Value>(&self.jwks).unwrap()["keys"][0].to_string().into(),
            Vec::new(),
        ];
        let mut attempts = Vec::new();
        for (number, secret) in secrets.iter().enumerate() {
            for (name, algorithm) in
                [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
            {
                let key = EncodingKey::from_secret(secret);
                for said in [name, "RS256"] {
                    let token = assemble(
                        &self.header(&json!({"alg": said})),
                        &self.claims(&json!({})),
                        &key,
                        algorithm,
                    );
                    attempts
                        .push(Attempt::bearer(format!("{name} with public key {number}, as {said}"), &token));
                }
            }
        }
        for (name, algorithm, key) in [
            ("RS384", Algorithm::RS384, &self.own),
            ("RS512", Algorithm::RS512, &self.own),
            ("PS256", Algorithm::PS256, &self.own),
            ("ES256", Algorithm::ES256, &self.curve),
        ] {
            for said in [name, "RS256"] {
                let header = self.header(&json!({"alg": said}));
                let token = assemble(&header, &self.claims(&json!({})), key, algorithm);
                attempts.push(Attempt::bearer(format!("{name} as {said}"), &token));
            }
        }
        for said in ["rs256", "RS256 ", "RSA", "ES256K", "EdDSA", "RSA-OAEP", "HS256"] {
            let token = self.signed(&self.header(&json!({"alg": said})), &self.claims(&json!({})));
            attempts.push(Attempt::bearer(format!("RS256 as {said}"), &token));
        }
        attempts
    }

    /// Signed by a key that isn't the server's, which the header names or brings along.
    fn by_strangers(&self) -> Vec<Attempt> {
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&self.foreign, Algorithm::RS256).unwrap();
        let certificate = STANDARD.encode(self.public.public_key().as_ref());
        let elsewhere = "http://127.0.0.1:9/keys";
        [
            json!({}),
            json!({"kid": null}),
            json!({"jwk": jwk}),
            json!({"jwk": jwk, "kid": null}),
            json!({"jku": elsewhere}),
            json!({"x5u": elsewhere}),
            json!({"x5c": [certificate]}),
            json!({"x5t": "AAAA", "kid": "foreign"}),
        ]
        .into_iter()
        .map(|changes| {
            let header = self.header(&changes);
            let token = assemble(&header, &self.claims(&json!({})), &self.foreign, Algorithm::RS256);
            Attempt::bearer(format!("of a foreign key, {changes:.60}"), &token)
        })
        .collect()
    }

    /// Well signed, with a header that the server doesn't write.
    fn with_other_headers(&self) -> Vec<Attempt> {
        let long = "k".repeat(20_000);
        let kids = [
            "other",
            "",
            "0",
            "../../../../dev/null",
            "/proc/self/environ",
            "%2e%2e%2fkey",
            "' OR '1'='1",
            "x'; DROP TABLE objects; --",
            "kid\u{0}",
            "| sleep 1",
            "http://127.0.0.1:9/",
            &long,
        ];
        let mut changes: Vec<Value> = kids.iter().map(|kid| json!({"kid": kid})).collect();
        changes.extend([
            json!({"kid": 7}),
            json!({"kid": [self.kid]}),
            json!({"kid": {"kid": self.kid}}),
            json!({"alg": null}),
            json!({"alg": 256}),
            json!({"alg": ["RS256"]}),
            json!({"alg": {"RS256": null}}),
            json!({"typ": "JWE"}),
            json!({"typ": "JOSE+JSON"}),
            json!({"typ": 1}),
            json!({"cty": "JWT"}),
            json!({"crit": ["exp"]}),
            json!({"crit": []}),
            json!({"crit": ["b64"], "b64": false}),
            json!({"b64": false}),
            json!({"b64": true}),
            json!({"zip": "DEF"}),
            json!({"enc": "A256GCM"}),
            json!({"jku": "http://127.0.0.1:9/keys"}),
            json!({"x5u": "http://127.0.0.1:9/keys"}),
            json!({"x5c": ["AAAA"]}),
            json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
            json!({"nonce": "x"}),
            json!({"Alg": "none"}),
            json!({"": ""}),
        ]);
        let claims = self.claims(&json!({}));
        let mut attempts: Vec<Attempt> = changes
            .iter()
            .map(|changes| {
                Attempt::bearer(
                    format!("the header {changes:.60}"),
                    &self.signed(&self.header(changes), &claims),
                )
            })
            .collect();
        let header = self.header(&json!({}));
        for text in [
            String::new(),
            "null".into(),
            "[]".into(),
            format!("[{header}]"),
            format!(r#"["JWT","RS256","{}"]"#, self.kid),
            "\"RS256\"".into(),
            format!("{header}{header}"),
            format!("{header} x"),
            format!("\u{feff}{header}"),
            header.replace('"', "'"),
            header.replace(",", ",,"),
            "{".repeat(5000),
        ] {
            attempts
                .push(Attempt::bearer(format!("the header's text {text:.40}"), &self.signed(&text, &claims)));
        }
        attempts
    }

    /// Well signed, with claims that are missing, of another type, of another tenant or out of their time.
    fn with_other_claims(&self) -> Vec<Attempt> {
        let now = self.tenant.server.store.clock().now().timestamp();
        let tid = self.tenant.id().to_string();
        let mut changes: Vec<Value> = ["aud", "exp", "tid"].iter().map(|name| json!({*name: null})).collect();
        let wrong = [
            json!(7),
            json!(1.5),
            json!(true),
            json!({}),
            json!({"a": {"b": []}}),
            json!([[]]),
            json!([7]),
            json!([{}]),
            json!(u64::MAX),
            json!(-1e300),
            json!("NULL"),
        ];
        let texts = ["aud", "iss", "appid", "idtyp", "oid", "scp", "sub", "tid", "upn", "ver"];
        let wrong_texts = texts.iter().flat_map(|name| wrong.iter().map(move |value| (name, value)));
        changes.extend(
            wrong_texts
                .filter(|(name, value)| !value.is_string() || ["oid", "tid"].contains(*name))
                .map(|(name, value)| json!({*name: value})),
        );
        for name in ["exp", "nbf", "iat"] {
            let others = [
                json!((now + 600).to_string()),
                json!(now as f64 + 0.5),
                json!([now]),
                json!({"exp": now}),
                json!(true),
                json!(u64::MAX),
                json!(1e40),
                json!("NULL"),
            ];
            changes.extend(others.into_iter().map(|value| json!({name: value})));
        }
        for value in
            [json!("Group.Read.All"), json!({"0": "Group.Read.All"}), json!([1]), json!([["x"]]), json!(1)]
        {
            changes.push(json!({"roles": value}));
        }
        let long = "x".repeat(20_000);
        changes.extend([
            json!({"aud": long}),
            json!({"aud": vec!["https://elsewhere.example"; 500]}),
            json!({"aud": ["https://graph.microsoft.com", 7]}),
            json!({"aud": "https://graph.microsoft.com//"}),
            json!({"aud": self.tenant.server.url.replace("http:", "https:")}),
            json!({"idtyp": "user"}),
            json!({"idtyp": "device"}),
            json!({"idtyp": "APP"}),
            json!({"scp": "Group.Read.All"}),
            json!({"aud": "https://graph.microsoft.com.elsewhere.example"}),
            json!({"aud": "https://graph.microsoft.com@elsewhere.example"}),
            json!({"aud": "https://graph.microsoft.com\u{0}"}),
            json!({"aud": "HTTPS://GRAPH.MICROSOFT.COM"}),
            json!({"aud": []}),
            json!({"tid": long}),
            json!({"tid": format!("{tid} ")}),
            json!({"tid": format!("{tid}\u{0}")}),
            json!({"tid": "common"}),
            json!({"tid": TenantId::random().to_string()}),
            json!({"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"}),
            json!({"tid": "9188040D-6C67-4C5B-B112-36A304B66DAD"}),
            json!({"tid": "9188040d6c674c5bb11236a304b66dad"}),
            json!({"tid": "{9188040d-6c67-4c5b-b112-36a304b66dad}"}),
            json!({"oid": "' OR '1'='1"}),
            json!({"oid": ""}),
            json!({"oid": long}),
            json!({"exp": now - 301}),
            json!({"exp": 0}),
            json!({"exp": -1}),
            json!({"exp": i64::MIN}),
            json!({"nbf": now + 3600}),
            json!({"nbf": i64::MAX}),
        ]);
        let header = self.header(&json!({}));
        let mut attempts: Vec<Attempt> = changes
            .iter()
            .map(|changes| {
                // A claim that is there and null is another fault than one that isn't there.
                let claims = self.claims(changes).replace("\"NULL\"", "null");
                Attempt::bearer(format!("the claims {changes:.60}"), &self.signed(&header, &claims))
            })
            .collect();
        let claims = self.claims(&json!({}));
        let in_order: Vec<Value> =
            serde_json::from_str::<Value>(&claims).unwrap().as_object().unwrap().values().cloned().collect();
        for text in [
            String::new(),
            "null".into(),
            format!("[{claims}]"),
            Value::from(in_order).to_string(),
            // In the order in which the server's own program declares them.
            json!([
                "https://graph.microsoft.com",
                null,
                null,
                null,
                now + 600,
                null,
                "app",
                null,
                ["Group.Read.All"],
                null,
                null,
                tid,
                null,
                null
            ])
            .to_string(),
            Value::from(&*claims).to_string(),
            format!("{claims}{claims}"),
            format!("{claims}x"),
            format!("\u{feff}{claims}"),
            self.good(),
            format!("{}{}", "{\"x\":".repeat(1000), "}".repeat(1000)),
            claims.replacen('{', r#"{"x":"\ud800","#, 1),
            claims.replacen('{', &format!("{{\"x\":{}1{},", "[".repeat(200), "]".repeat(200)), 1),
        ] {
            attempts
                .push(Attempt::bearer(format!("the claims' text {text:.40}"), &self.signed(&header, &text)));
        }
        attempts
    }

    /// Well signed, with a duplicate name: two programs could read different tokens.
    fn with_names_that_stand_twice(&self) -> Vec<Attempt> {
        let (header, claims) = (self.header(&json!({})), self.claims(&json!({})));
        let first = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
        let last = |text: &str, member: &str| format!("{},{member}}}", &text[..text.len() - 1]);
        let mut attempts = Vec::new();
        for member in [
            r#""alg":"none""#,
            r#""alg":"RS256""#,
            r#""\u0061lg":"none""#,
            r#""kid":"other""#,
            r#""typ":"JWE""#,
        ] {
            for header in [first(&header, member), last(&header, member)] {
                attempts.push(Attempt::bearer(
                    format!("the header {header:.80} twice"),
                    &self.signed(&header, &claims),
                ));
            }
        }
        for member in [
            r#""tid":"00000000-0000-4000-8000-000000000000""#.to_owned(),
            format!(r#""tid":"{}""#, self.tenant.id()),
            format!(r#""\u0074id":"{}""#, self.tenant.id()),
            r#""aud":"https://elsewhere.example""#.into(),
            r#""exp":99999999999"#.into(),
            r#""exp":0"#.into(),
            r#""nbf":0"#.into(),
            r#""iat":0"#.into(),
            r#""iss":"x""#.into(),
            r#""roles":[]"#.into(),
            r#""oid":"00000000-0000-4000-8000-000000000000""#.into(),
            r#""sub":"x""#.into(),
            r#""ver":"1.0""#.into(),
            r#""x":1,"x":1"#.into(),
            r#""x":{"a":1,"a":2}"#.into(),
            r#""x":[{"y":{"a":1,"\u0061":2}}]"#.into(),
        ] {
            for claims in [first(&claims, &member), last(&claims, &member)] {
                attempts.push(Attempt::bearer(
                    format!("the claims with {member} twice"),
                    &self.signed(&header, &claims),
                ));
            }
        }
        attempts
    }

    /// A good token's text with something else around or within it.
    fn reshaped(&self) -> Vec<Attempt> {
        let good = self.good();
        let [header, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let more = self.claims(&json!({"roles": ["Directory.ReadWrite.All", "User.ReadWrite.All"]}));
        let nested = self.signed(&self.header(&json!({"cty": "JWT"})), &good);
        let padded = |text: &str| format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
        // In the last character of a signature of 256 bytes four bits say nothing; another spelling isn't this token.
        let spelled = |text: &str| {
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let last = alphabet.find(text.chars().last().unwrap()).unwrap();
            format!("{}{}", &text[..text.len() - 1], alphabet.chars().nth(last ^ 1).unwrap())
        };
        let mut texts = vec![
            format!("{header}.{}.{signature}", encode(&more)),
            nested,
            format!("{good}."),
            format!("{good}.."),
            format!("{good}.{signature}"),
            format!("{header}.{claims}.{signature}.{signature}.{signature}"),
            format!(".{good}"),
            format!("{good}x"),
            format!("{good} x"),
            format!("{good}="),
            format!("{good}=="),
            format!("{good}%"),
            format!("{good}%3D"),
            format!("{good},{good}"),
            format!("{good} {good}"),
            format!("\"{good}\""),
            format!("'{good}'"),
            format!("<{good}>"),
            format!("{header}. {claims}.{signature}"),
            format!("{header}\t.{claims}.{signature}"),
            format!("{}.{claims}.{signature}", padded(header)),
            format!("{header}.{}.{signature}", padded(claims)),
            format!("{header}.{claims}.{}", padded(signature)),
            format!("{header}.{claims}.{}", spelled(signature)),
            format!("{header}.{claims}.{}", &signature[..signature.len() - 1]),
            format!("{header}.{claims}.{}", &signature[1..]),
            format!("{claims}.{header}.{signature}"),
            format!("{signature}.{claims}.{header}"),
            format!("{header}.{header}.{signature}"),
            format!("{header}.{signature}"),
            header.into(),
            good.to_uppercase(),
            good.to_lowercase(),
            good.chars().rev().collect(),
            good.replace('.', "%2E"),
            good.replacen('.', "\u{ff0e}", 1),
            format!("{good}\u{200b}"),
            "x".repeat(25_000),
            format!("{good}{}", "A".repeat(25_000)),
            ".".repeat(25_000),
            "..".into(),
            ".".into(),
            "null".into(),
            "undefined".into(),
            "{}".into(),
        ];
        // As some libraries read base64 of either alphabet.
        let other_alphabet = format!("{header}.{claims}.{}", signature.replace('-', "+").replace('_', "/"));
        texts.extend((other_alphabet != good).then_some(other_alphabet));
        texts.iter().map(|text| Attempt::bearer(format!("the text {text:.80}"), text)).collect()
    }
}

/// A good token where none is looked for, or more than one.
fn otherwise_sent(good: &str) -> Vec<Attempt> {
    let good_header = format!("Bearer {good}");
    let basic = format!("Basic {}", STANDARD.encode(format!("sample:{good}")));
    let mut attempts: Vec<Attempt> = [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        "Bearer  ".into(),
        good.into(),
        format!("Bearer{good}"),
        format!("Bearer:{good}"),
        format!("Bearer={good}"),
        format!("Bearer, {good}"),
        format!("Bearer Bearer {good}"),
        format!("Bearer token={good}"),
        format!("Basic {good}"),
        basic.clone(),
        format!("Digest {good}"),
        format!("DPoP {good}"),
        format!("JWT {good}"),
        format!("Token {good}"),
        format!("MAC {good}"),
        format!("Négociate {good}"),
        format!("{good} Bearer"),
        format!("{good_header}, Bearer {good}"),
        format!("{good_header}, {basic}"),
    ]
    .iter()
    .map(|value| Attempt::headers(format!("the header {value:.40}"), &[value]))
    .collect();
    for values in [
        [&*good_header, "Bearer x"],
        ["Bearer x", &*good_header],
        ["", &*good_header],
        [&*good_header, ""],
        [&*basic, &*good_header],
        [&*good_header, &*basic],
    ] {
        attempts.push(Attempt::headers(format!("two headers, {:.8} {:.8}", values[0], values[1]), &values));
    }
    attempts
}

fn changed(value: Value, changes: &Value) -> String {
    let Value::Object(mut members) = value else { panic!("{value}") };
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    Value::Object(members).to_string()
}

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn assemble(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// Sends each of them once, some at once.
async fn all_refused(attempts: impl IntoIterator<Item = (&Attempt, RequestBuilder)>) -> usize {
    let requests = attempts.into_iter().map(|(attempt, request)| async move {
        attempt.check(&send(attempt.with(request)).await);
    });
    stream::iter(requests).buffer_unordered(AT_ONCE).count().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_lets_a_bad_token_in() {
    let tenant = Tenant::fresh().await;
    let (objects, attempts) = (Objects::of(&tenant).await, Forge::of(tenant).await.attempts().await);
    let http = http_client::new();
    let (mut asked, first) = (0, rand::rng().random_range(0..PARTS));
    for part in campaign::rounds(1) {
        for (number, operation) in operations().iter().enumerate() {
            let (path, body) = objects.request(operation);
            let url = format!("{}/v1.0{path}", tenant.server.url);
            let request = || {
                let request =
                    http.request(operation.method.clone(), &url).header("consistencylevel", "eventual");
                body.iter().fold(request, |request, body| request.json(body))
            };
            let of_this_part = attempts.iter().skip((first + part + number) % PARTS).step_by(PARTS);
            asked += all_refused(of_this_part.map(|attempt| (attempt, request()))).await;
        }
    }
    campaign::report("tokens", format_args!("{} bad ones refused, {asked} times in all", attempts.len()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_altered_form_of_a_token_that_was_just_taken_is_taken() {
    let tenant = Tenant::fresh().await;
    let forge = Forge::of(tenant).await;
    let http = http_client::new();
    let ask = || http.get(format!("{}/v1.0/groups", tenant.server.url));
    let seed: u64 = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let mut refused = 0;
    for _ in campaign::rounds(ALTERED / AT_ONCE) {
        let (good, other) = (forge.good(), tenant.app_token(["Group.Read.All"]).await);
        for token in [&good, &other] {
            assert_eq!(send(ask().bearer_auth(token)).await.status, 200, "seed {seed}");
        }
        let attempts: Vec<Attempt> = std::iter::repeat_with(|| altered(&mut random, &good, &other))
            .filter(|token| *token != good && *token != other)
            .take(AT_ONCE)
            .map(|token| Attempt::bearer(format!("seed {seed}: {token}"), &token))
            .collect();
        refused += all_refused(attempts.iter().map(|attempt| (attempt, ask()))).await;
        assert_eq!(send(ask().bearer_auth(&good)).await.status, 200, "the refused ones change nothing");
    }
    campaign::report("altered tokens", format_args!("{refused} refused"));
}

/// A token's text, changed somewhere: a character, a stretch, a segment of another good one's.
fn altered(random: &mut StdRng, good: &str, other: &str) -> String {
    let mut bytes = good.as_bytes().to_vec();
    let at = random.random_range(0..bytes.len());
    let to = random.random_range(at..bytes.len().min(at + 40));
    match random.random_range(0..7) {
        0 => bytes[at] = b"ABCDXYZabcdxyz0189-_.=+/~"[random.random_range(0..25)],
        1 => bytes.insert(at, b"ABCDXYZabcdxyz0189-_.=+/~"[random.random_range(0..25)]),
        2 => drop(bytes.drain(at..=to)),
        3 => bytes.truncate(at.max(1)),
        4 => bytes[at..=to].reverse(),
        5 => {
            let stretch = bytes[at..=to].to_vec();
            bytes.splice(at..at, stretch);
        }
        _ => {
            let (mine, theirs): (Vec<&str>, Vec<&str>) =
                (good.split('.').collect(), other.split('.').collect());
            let choose =
                |random: &mut StdRng, part: usize| [mine[part], theirs[part]][random.random_range(0..2)];
            // A mixture of the two: whole, it is one of them, and the caller looks for that.
            bytes = [choose(random, 0), choose(random, 1), choose(random, 2)].join(".").into_bytes();
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_token_that_was_taken_once_is_looked_at_again() {
    let server: &'static Server = Box::leak(Box::new(Server::start(Policy::default(), None)));
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    let forge = Forge::of(tenant).await;
    let ask = async |path: &str, token: &str| {
        send(tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token)).await.status.as_u16()
    };

    let good = forge.good();
    for tenant_in_path in [tenant.id(), other.id(), tenant.id()] {
        let expected = if tenant_in_path == tenant.id() { 200 } else { 401 };
        assert_eq!(ask(&format!("/{tenant_in_path}/groups"), &good).await, expected, "the other's path");
    }

    // Good for an origin of this server's, whatever host a request names.
    let named = forge.signed(&forge.header(&json!({})), &forge.claims(&json!({"aud": server.url})));
    assert_eq!(ask("/groups", &named).await, 200);
    let elsewhere = tenant.anonymous(Method::GET, "/v1.0/groups").header("host", "elsewhere.example");
    assert_eq!(send(elsewhere.bearer_auth(&named)).await.status, 200, "by another host");
    let claims = forge.claims(&json!({"aud": "http://elsewhere.example"}));
    let foreign = forge.signed(&forge.header(&json!({})), &claims);
    for host in ["elsewhere.example", "localhost"] {
        let asked = tenant.anonymous(Method::GET, "/v1.0/groups").header("host", host);
        assert_eq!(send(asked.bearer_auth(&foreign)).await.status, 401, "another audience");
    }

    let service_principal = tenant.service_principal("s").await;
    let claims = forge.claims(&json!({"oid": service_principal}));
    let token = forge.signed(&forge.header(&json!({})), &claims);
    let path = format!("/servicePrincipals/{service_principal}");
    for (enabled, expected) in [(true, 200), (false, 401), (true, 200)] {
        let change = tenant.raw(Method::PATCH, &path).await.json(&json!({"accountEnabled": enabled}));
        assert_eq!(send(change).await.status, 204);
        assert_eq!(ask("/groups", &token).await, expected, "its application is enabled: {enabled}");
    }
    assert_eq!(send(tenant.raw(Method::DELETE, &path).await).await.status, 204);
    assert_eq!(ask("/groups", &token).await, 401, "its application is deleted");

    server.store.clock().advance(600 + 240);
    assert_eq!(ask("/groups", &good).await, 200);
    server.store.clock().advance(61);
    assert_eq!(ask("/groups", &good).await, 401, "expired");
}

#[tokio::test]
async fn a_token_is_looked_for_only_in_the_authorization_header() {
    let tenant = Tenant::fresh().await;
    let good = Forge::of(tenant).await.good();
    let form = |name: &str| format!("{name}={good}");
    let get = |query: &str| tenant.anonymous(Method::GET, &format!("/v1.0/groups?{query}"));
    let requests = [
        get(&form("access_token")),
        get(&form("token")),
        get(&form("bearer_token")),
        get("").header("cookie", form("access_token")),
        get("").header("x-ms-token-aad-access-token", &good),
        get("").header("proxy-authorization", format!("Bearer {good}")),
        get("").header("x-forwarded-authorization", format!("Bearer {good}")),
        tenant
            .anonymous(Method::POST, "/v1.0/groups")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form("access_token")),
        tenant.anonymous(Method::POST, "/v1.0/groups").json(&json!({"access_token": good})),
    ];
    let nothing = Attempt::headers("no header", &[]);
    assert_eq!(all_refused(requests.map(|request| (&nothing, request))).await, 9);
}
