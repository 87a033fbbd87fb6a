//! What a test begins with: one server for all tests, and a fresh tenant for each.

use crate::{exchanges, http_client};
use axum::Router;
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use roster_client::{Client, Error, Failure, Session, StaticToken, types};
use roster_server::{
    auth::{
        keys::Keys,
        passwords::PasswordHash,
        secrets::Secret,
        tokens::{self, Subject},
    },
    cli,
    data_folder::{self, FolderError},
    directory::{
        self, Policy, applications, applications::Registration, group_lifecycle_policies, group_settings,
        import, password_credentials::NewPassword, sample, well_known_applications,
    },
    http::{
        self,
        state::{AppState, Settings, SignInMode, SignInSettings},
        transport::{self, Endpoint, Limits},
    },
    model::{
        ids::{AppId, AsWritten, ObjectId, TenantId},
        kinds::ObjectKind,
        permissions::{Grants, Permission, Principal},
    },
    odata::reference::Key,
    store::{
        self, Durability, DynamicGroupOptions, IndexOptions, Indexing, Options, RuleFollowing, Store,
        WriteTx, passwords::Stored,
    },
};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::Path, sync::OnceLock};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};
use uuid::Uuid;

/// What reads or makes the keys of this folder.
fn load_keys(folder: &TempDir) -> impl Fn() -> Result<Keys, FolderError> + Send + Sync + use<> {
    let path = folder.path().to_owned();
    move || data_folder::keys(&path)
}

/// Users of these servers sign in by being chosen: hashing their passwords would take long.
const PICKER: SignInSettings = SignInSettings::by(SignInMode::Picker);

/// A server in this process.
pub struct Server {
    /// Its origin.
    pub url: String,
    /// Its store, for what Graph can't create.
    pub store: Store,
    state: AppState,
    // Keeps the folder and the server's threads.
    _folder: TempDir,
    _runtime: Option<Runtime>,
}

impl Server {
    /// Starts a server of this policy on a port of its own.
    pub fn start(policy: Policy, public_url: Option<&str>) -> Self {
        Self::start_within(policy, public_url, |router| router)
    }

    /// Starts a server with these settings and limits.
    pub fn start_with(settings: Settings, limits: Limits) -> Self {
        let (folder, store) = Self::store();
        let (listener, address) = bind();
        let state = AppState::new(store.clone(), load_keys(&folder), address, settings);
        Self::listen(folder, store, state, listener, limits, |router| router)
    }

    /// The same with more around the handlers.
    pub fn start_within(
        policy: Policy,
        public_url: Option<&str>,
        around: impl FnOnce(Router) -> Router,
    ) -> Self {
        let (folder, store) = Self::store();
        let public_url = public_url.map(str::to_owned);
        let settings = Settings { policy, sign_in: PICKER, public_url, ..Settings::default() };
        let (listener, address) = bind();
        let state = AppState::new(store.clone(), load_keys(&folder), address, settings);
        Self::listen(folder, store, state, listener, Limits::default(), around)
    }

    /// Starts a server with the sample, as `roster serve --sample` does. It lives to the end of the process.
    pub async fn with_sample() -> &'static Self {
        Self::with_sample_of(Policy::default()).await
    }

    /// The same of this policy.
    pub async fn with_sample_of(policy: Policy) -> &'static Self {
        let (folder, store) = Self::store();
        store.first_tenant(sample::TENANT, sample::fill).await.unwrap();
        let settings = Settings { policy, sign_in: PICKER, loopback_only: true, ..Settings::default() };
        let (listener, address) = bind();
        let state = AppState::new(store.clone(), load_keys(&folder), address, settings);
        // Its threads can't be ended from within a test's.
        Box::leak(Box::new(Self::listen(folder, store, state, listener, Limits::default(), |router| router)))
    }

    fn store() -> (TempDir, Store) {
        // Below `target/`: a server that all tests share lives to the end of the process, and nothing deletes its folder.
        let folder = tempfile::Builder::new().tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        // However few objects there are, they are found by the index.
        let index =
            IndexOptions { indexing: Indexing::Followed, largest_scanned: 0, ..IndexOptions::default() };
        let dynamic_groups =
            DynamicGroupOptions { following: RuleFollowing::Followed, ..DynamicGroupOptions::default() };
        let options =
            Options { durability: Durability::Ephemeral, index, dynamic_groups, ..Options::default() };
        let store = Store::open(folder.path(), options).unwrap();
        (folder, store)
    }

    fn listen(
        folder: TempDir,
        store: Store,
        state: AppState,
        listener: std::net::TcpListener,
        limits: Limits,
        around: impl FnOnce(Router) -> Router,
    ) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let runtime = Runtime::new().unwrap();
        let app = http::app_within(state.clone(), around);
        let app = tower::service_fn(move |request| exchanges::checked(app.clone(), request));
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            transport::serve(vec![Endpoint::plain(listener)], app, limits, std::future::pending())
                .await
                .unwrap();
        });
        Self { url, store, state, _folder: folder, _runtime: Some(runtime) }
    }

    /// A server that is a process of its own, on a folder that this process writes to besides. `serve` starts it on
    /// the folder, and says at which URL it is.
    pub fn elsewhere(serve: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::Builder::new().tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let url = serve(folder.path());
        let store = Store::open(folder.path(), Options::default()).unwrap();
        let address: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
        let state = AppState::new(store.clone(), load_keys(&folder), address, Settings::default());
        Self { url, store, state, _folder: folder, _runtime: None }
    }

    /// The server that all tests share which need no settings of their own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Policy::default(), None))
    }

    /// A fresh tenant on this server.
    pub async fn tenant(&'static self) -> Tenant {
        self.tenant_with(fill).await
    }

    async fn tenant_with(
        &'static self,
        fill: impl Fn(&WriteTx<'_>) -> Result<(), cli::Error> + Send + 'static,
    ) -> Tenant {
        let id = TenantId::random();
        let tenant = self.store.create_tenant(id, vec![domain(id).parse().unwrap()], fill).await.unwrap();
        Tenant { server: self, tenant }
    }
}

/// Fills a new tenant with what every tenant has.
pub fn fill(tx: &WriteTx<'_>) -> Result<(), cli::Error> {
    Ok(well_known_applications::give(tx)?)
}

/// The default domain of a test's tenant: as long as one can be whose sign-in names are as long as they can be.
pub fn domain(tenant: impl std::fmt::Display) -> String {
    format!("{tenant}.org.example")
}

/// A listening socket, and its address.
fn bind() -> (std::net::TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A fresh tenant: all that a test sees.
#[derive(Clone, Copy)]
pub struct Tenant {
    /// Where it is served.
    pub server: &'static Server,
    tenant: store::Tenant,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// The body as JSON, `null` where it isn't.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Status, code and message of a refusal, after a look at the rest of its envelope.
    pub fn refusal(&self) -> (u16, String, String) {
        let body = self.json();
        let error = &body["error"];
        let inner = &error["innerError"];
        for (member, header) in [("request-id", "request-id"), ("client-request-id", "client-request-id")] {
            assert!(self.headers.contains_key(header), "{self:.3000?}");
            assert_eq!(inner[member].as_str(), self.headers[header].to_str().ok(), "{self:?}");
        }
        let date = inner["date"].as_str().unwrap();
        assert!(date.len() == 19 && date.as_bytes()[10] == b'T', "{date}");
        assert_eq!(self.headers["content-type"], "application/json");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (self.status.as_u16(), text(&error["code"]), text(&error["message"]))
    }
}

impl Tenant {
    /// A fresh tenant on the shared server.
    pub async fn fresh() -> Self {
        Server::shared().tenant().await
    }

    /// The same without what every tenant has, for tests that know each of its objects.
    pub async fn bare() -> Self {
        Server::shared().tenant_with(|_| Ok(())).await
    }

    /// A tenant that this server has.
    pub async fn of(server: &'static Server, id: TenantId) -> Self {
        let tenant = server.store.find_tenant(id).await.unwrap().unwrap();
        Self { server, tenant }
    }

    /// Its id.
    pub fn id(&self) -> TenantId {
        self.tenant.id
    }

    /// The tenant as the store has it.
    pub fn store_tenant(&self) -> store::Tenant {
        self.tenant
    }

    /// Its default domain.
    pub fn domain(&self) -> String {
        domain(self.tenant.id)
    }

    /// The sign-in name of this alias in its default domain.
    pub fn upn(&self, alias: &str) -> String {
        format!("{alias}@{}", self.domain())
    }

    /// A token for this subject that lives so many seconds.
    pub async fn sign(&self, subject: &Subject, lifetime: i64) -> String {
        let keys = self.server.state.keys().await.unwrap();
        let now = self.server.store.clock().now();
        tokens::sign(&keys, &self.server.url, self.tenant.id, subject, now, lifetime).unwrap()
    }

    /// A token that names another tenant.
    pub async fn sign_for(&self, tenant: TenantId, subject: &Subject) -> String {
        let keys = self.server.state.keys().await.unwrap();
        tokens::sign(&keys, &self.server.url, tenant, subject, self.server.store.clock().now(), 600).unwrap()
    }

    /// A token of an application with these application permissions.
    pub async fn app_token<'p>(&self, roles: impl IntoIterator<Item = &'p str>) -> String {
        self.app_token_of(ObjectId::random().uuid(), roles).await
    }

    /// A token of the application with this service principal.
    pub async fn app_token_of<'p>(
        &self,
        service_principal: Uuid,
        roles: impl IntoIterator<Item = &'p str>,
    ) -> String {
        let roles = roles.into_iter().map(str::to_owned).collect();
        let id = ObjectId::from_uuid(service_principal);
        self.sign(&Subject::Application { app_id: AppId::random(), id, roles }, 600).await
    }

    /// What the token endpoint answers an application that shows this secret, and wants a token for Graph.
    pub async fn token_for(&self, app_id: &str, secret: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app_id),
            ("client_secret", secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        send(self.anonymous(Method::POST, &format!("/{}/oauth2/v2.0/token", self.id())).form(&form)).await
    }

    /// A token of a user with these delegated permissions.
    pub async fn user_token<'p>(&self, user: Uuid, scopes: impl IntoIterator<Item = &'p str>) -> String {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        let user_principal_name = self.upn("someone");
        self.sign(
            &Subject::User {
                id: ObjectId::from_uuid(user),
                user_principal_name,
                display_name: None,
                client: None,
                scopes,
                roles: Vec::new(),
            },
            600,
        )
        .await
    }

    /// The generated client with an application's token of these permissions. It doesn't try again.
    pub async fn client<'p>(&self, roles: impl IntoIterator<Item = &'p str>) -> Client {
        client(self.server, &self.app_token(roles).await)
    }

    /// The generated client with a user's token of these delegated permissions.
    pub async fn client_of<'p>(&self, user: Uuid, scopes: impl IntoIterator<Item = &'p str>) -> Client {
        client(self.server, &self.user_token(user, scopes).await)
    }

    /// A raw request under `/v1.0` with an application's token that may do everything.
    pub async fn raw(&self, method: Method, path: &str) -> RequestBuilder {
        let all = Permission::ALL.iter().map(|permission| permission.name());
        let token = self.app_token(all).await;
        self.anonymous(method, &format!("/v1.0{path}")).bearer_auth(token)
    }

    /// A raw request without a token; the path begins at the root.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        http_client::shared().request(method, format!("{}{path}", self.server.url))
    }

    /// Scheme, host and port of the server.
    pub fn origin(&self) -> &str {
        &self.server.url
    }

    /// Puts a user into the directory.
    pub async fn user(&self, name: &str) -> Uuid {
        let values = json!({"accountEnabled": true, "displayName": name, "mailNickname": name,
            "userPrincipalName": self.upn(name), "passwordProfile": {"password": "Secret 123"}});
        let id = ObjectId::random();
        let create = move |tx: &WriteTx<'_>| import::user(tx, id, values.clone());
        self.server.store.tenant(self.tenant).write(create).await.unwrap();
        id.uuid()
    }

    /// Gives a user this password, if the user is there.
    pub async fn set_password(&self, user: Uuid, password: &str) {
        let (user, hash) = (ObjectId::from_uuid(user), PasswordHash::of(password).unwrap());
        let set = move |tx: &WriteTx<'_>| {
            let Some(user) = store::objects::find(tx, user)? else { return Ok(()) };
            store::passwords::set(tx, &user, &Stored { hash: hash.clone(), must_change: false })
        };
        self.server.store.tenant(self.tenant).write(set).await.unwrap();
    }

    /// Puts a group of these properties into the directory.
    pub async fn group(&self, values: Value) -> Uuid {
        let id = ObjectId::random();
        self.put_group(id, values).await;
        id.uuid()
    }

    /// Puts a group of this id and these properties into the directory.
    pub async fn put_group(&self, id: ObjectId, values: Value) {
        let create = move |tx: &WriteTx<'_>| import::group(tx, id, values.clone());
        self.server.store.tenant(self.tenant).write(create).await.unwrap();
    }

    /// A security group.
    pub async fn security_group(&self, name: &str) -> Uuid {
        self.group(
            json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true}),
        )
        .await
    }

    /// A Microsoft 365 group.
    pub async fn microsoft_365_group(&self, name: &str) -> Uuid {
        self.group(json!({"displayName": name, "mailNickname": name, "mailEnabled": true,
            "securityEnabled": false, "groupTypes": ["Unified"]}))
            .await
    }

    /// A mail-enabled security group.
    pub async fn mail_enabled_security_group(&self, name: &str) -> Uuid {
        self.group(
            json!({"displayName": name, "mailNickname": name, "mailEnabled": true, "securityEnabled": true}),
        )
        .await
    }

    /// A distribution group.
    pub async fn distribution_group(&self, name: &str) -> Uuid {
        self.group(
            json!({"displayName": name, "mailNickname": name, "mailEnabled": true, "securityEnabled": false}),
        )
        .await
    }

    /// A dynamic security group.
    pub async fn dynamic_group(&self, name: &str) -> Uuid {
        self.group(
            json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true,
            "groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq \"x\""}),
        )
        .await
    }

    /// A role-assignable security group.
    pub async fn role_assignable_group(&self, name: &str) -> Uuid {
        self.group(
            json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true,
            "isAssignableToRole": true}),
        )
        .await
    }

    /// A Microsoft 365 group that hides its members.
    pub async fn hidden_group(&self, name: &str) -> Uuid {
        self.group(
            json!({"displayName": name, "mailNickname": name, "mailEnabled": true, "securityEnabled": false,
            "groupTypes": ["Unified"], "visibility": "HiddenMembership"}),
        )
        .await
    }

    /// An object of these values, which no rule looks at.
    pub async fn object_with(&self, kind: ObjectKind, values: Value) -> Uuid {
        let id = ObjectId::random();
        self.put(kind, id, values).await;
        id.uuid()
    }

    /// Puts an object of this id and these values, which no rule looks at, into the directory.
    pub async fn put(&self, kind: ObjectKind, id: ObjectId, values: Value) {
        let create = move |tx: &WriteTx<'_>| import::object(tx, kind, id, values.clone());
        self.server.store.tenant(self.tenant).write(create).await.unwrap();
    }

    /// A device.
    pub async fn device(&self, name: &str) -> Uuid {
        let values = json!({"displayName": name, "accountEnabled": true, "deviceId": AppId::random().to_string(),
            "operatingSystem": "Linux", "operatingSystemVersion": "6.12"});
        self.object_with(ObjectKind::Device, values).await
    }

    /// A service principal.
    pub async fn service_principal(&self, name: &str) -> Uuid {
        let app_id = AppId::random().to_string();
        self.object_with(ObjectKind::ServicePrincipal, json!({"displayName": name, "appId": app_id})).await
    }

    /// An application, without secrets and roles.
    pub async fn application(&self, name: &str) -> Uuid {
        let app_id = AppId::random().to_string();
        self.object_with(ObjectKind::Application, json!({"displayName": name, "appId": app_id})).await
    }

    /// An administrative unit.
    pub async fn unit(&self, name: &str) -> Uuid {
        self.object_with(ObjectKind::AdministrativeUnit, json!({"displayName": name})).await
    }

    /// A directory role of this template.
    pub async fn role(&self, template: &str) -> Uuid {
        let values = json!({"displayName": template, "roleTemplateId": template});
        self.object_with(ObjectKind::DirectoryRole, values).await
    }

    /// An organizational contact.
    pub async fn contact(&self, name: &str) -> Uuid {
        self.object_with(ObjectKind::OrgContact, json!({"displayName": name})).await
    }

    /// Puts a member into a group, whatever their kinds.
    pub async fn join(&self, group: Uuid, member: Uuid) {
        let (group, member) = (ObjectId::from_uuid(group), ObjectId::from_uuid(member));
        let join = move |tx: &WriteTx<'_>| import::member(tx, group, member);
        self.server.store.tenant(self.tenant).write(join).await.unwrap();
    }

    /// Makes an object an owner of a group, whatever its kind.
    pub async fn own(&self, group: Uuid, owner: Uuid) {
        let (group, owner) = (ObjectId::from_uuid(group), ObjectId::from_uuid(owner));
        let own = move |tx: &WriteTx<'_>| import::owner(tx, group, owner);
        self.server.store.tenant(self.tenant).write(own).await.unwrap();
    }

    /// Gives a user or a contact a manager, whatever its kind.
    pub async fn manage(&self, managed: Uuid, manager: Uuid) {
        let (managed, manager) = (ObjectId::from_uuid(managed), ObjectId::from_uuid(manager));
        let manage = move |tx: &WriteTx<'_>| import::manager(tx, managed, manager);
        self.server.store.tenant(self.tenant).write(manage).await.unwrap();
    }

    /// Makes settings of a group, or of the whole tenant.
    pub async fn settings(&self, group: Option<Uuid>, id: Uuid, body: &Value) {
        let (id, body) = (ObjectId::from_uuid(id), body.as_object().unwrap().clone());
        let group = group.map(|group| Key::read(group.to_string()));
        let create = move |tx: &WriteTx<'_>| match &group {
            Some(group) => group_settings::create(tx, group, id, &body),
            None => group_settings::create(tx, &(), id, &body),
        };
        self.server.store.tenant(self.tenant).write(create).await.unwrap();
    }

    /// Makes a lifecycle policy for groups that are selected.
    pub async fn policy(&self, id: Uuid) {
        let body = json!({"groupLifetimeInDays": 180, "managedGroupTypes": "Selected"});
        let (id, body) = (ObjectId::from_uuid(id), body.as_object().unwrap().clone());
        let create = move |tx: &WriteTx<'_>| group_lifecycle_policies::create(tx, &(), id, &body);
        self.server.store.tenant(self.tenant).write(create).await.unwrap();
    }

    /// Gives an application, or a service principal, if it is there, a password with this identifier.
    pub async fn password(&self, of: Uuid, key_id: Uuid) {
        let [of, key_id] = [of, key_id].map(ObjectId::from_uuid);
        let password = NewPassword::of(&Secret::random().unwrap()).with_id(key_id);
        let give = move |tx: &WriteTx<'_>| match store::objects::find(tx, of)? {
            Some(_) => import::password(tx, of, &password),
            None => Ok(()),
        };
        self.server.store.tenant(self.tenant).write(give).await.unwrap();
    }

    /// Gives the tenant licences of a product with one service plan.
    pub async fn licences(&self, sku: Uuid, plan: Uuid, units: i64) {
        let values = json!({"prepaidUnits": {"enabled": units}, "servicePlans": [{"servicePlanId": plan}]});
        self.product(sku, values).await;
    }

    /// Gives the tenant licences of a product of these values.
    pub async fn product(&self, sku: Uuid, values: Value) {
        let sku = ObjectId::from_uuid(sku);
        let insert = move |tx: &WriteTx<'_>| import::subscribed_sku(tx, sku, values.clone());
        self.server.store.tenant(self.tenant).write(insert).await.unwrap();
    }

    /// Deletes an object, as one who may do everything.
    pub async fn delete(&self, object: Uuid) {
        let id: AsWritten<ObjectId> = AsWritten::read(object.to_string()).unwrap();
        let permissions = Permission::ALL.iter().copied().collect();
        let by = Grants::of_token(Principal::Application(None), permissions);
        let delete =
            move |tx: &WriteTx<'_>| directory::directory_objects::delete(tx, Policy::default(), &by, &id);
        self.server.store.tenant(self.tenant).write(delete).await.unwrap();
    }

    /// Registers an application.
    pub async fn register(&self, registration: Registration) {
        let register = move |tx: &WriteTx<'_>| applications::register(tx, &registration);
        self.server.store.tenant(self.tenant).write::<_, directory::Error>(register).await.unwrap();
    }
}

fn client(server: &Server, token: &str) -> Client {
    let session = Session::new(StaticToken::from(token)).retries(0);
    Client::new_with_client(&format!("{}/v1.0", server.url), http_client::shared().clone(), session)
}

/// Sends a raw request.
pub async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.unwrap() }
}

/// The body of *Add member*.
pub fn reference(id: Uuid) -> types::ReferenceCreate {
    let url = format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
    types::ReferenceCreate { odata_id: url }
}

/// A refusal: status, code, message.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error<types::ODataErrors>>) -> (u16, String, String) {
    let error = outcome.unwrap_err();
    let said = Failure::of(&error).unwrap_or_else(|| panic!("no refusal of Graph's: {error:?}"));
    (said.status.as_u16(), said.code, said.message)
}

/// A refusal as the tests write it.
pub fn refused(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.into(), message.into())
}

/// 403, with Graph's message for all of them.
pub fn forbidden() -> (u16, String, String) {
    refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

/// 404 with this key.
pub fn not_found(key: impl std::fmt::Display) -> (u16, String, String) {
    let message = format!(
        "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    );
    refused(404, "Request_ResourceNotFound", &message)
}

/// The ids of all members, sorted, by the client's stream.
pub async fn members_of(client: &Client, group: Uuid) -> Vec<Uuid> {
    use futures::TryStreamExt;
    let size = 7.try_into().unwrap();
    let members: Vec<_> = client.members(group, size).try_collect().await.unwrap();
    let mut ids: Vec<Uuid> = members.into_iter().map(|member| member.id.unwrap().parse().unwrap()).collect();
    ids.sort();
    ids
}

/// Ids in the order of [`members_of`].
pub fn sorted<const N: usize>(mut ids: [Uuid; N]) -> Vec<Uuid> {
    ids.sort();
    ids.into()
}

impl Tenant {
    /// A token of these claims, whatever they say, signed by the server's own key.
    pub async fn sign_claims(&self, claims: &Value) -> String {
        use jsonwebtoken::{Algorithm, EncodingKey, Header};
        let key = EncodingKey::from_rsa_pem(self.signing_key().await.as_bytes()).unwrap();
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).unwrap()
    }

    /// The server's private key, as its data folder holds it.
    pub async fn signing_key(&self) -> String {
        self.server.state.keys().await.unwrap();
        std::fs::read_to_string(self.server._folder.path().join("signing-key.pem")).unwrap()
    }
}
