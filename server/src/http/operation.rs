//! Operations of Graph's: what each is registered with, and what follows from it. The only way to serve one: callers without
//! its permissions are refused, its query options are read, and the contract says all of it.

use super::{
    contract::{
        error_responses, headers,
        request_faults::{Taken, TakenBody},
    },
    envelope::OperationId,
    errors::{Failure, RequestFault},
    extract::{self, Caller},
    preferences,
    query_options::QueryOptions,
    state::AppState,
};
use crate::{
    auth::tokens::TokenFault,
    model::permissions::{Need, Permission, Principal},
    odata::{batch, scope::Scope},
};
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    middleware::{self, Next},
    response::IntoResponse,
    routing::MethodRouter,
};
use serde_json::{Map, Value, json};
use std::{borrow::Cow, fmt::Display, sync::Arc};
use utoipa::{
    ToSchema,
    openapi::{
        ContentBuilder, ExternalDocs, Ref, RefOr, Required, ResponseBuilder, Schema,
        extensions::Extensions,
        path::{
            HttpMethod, Operation as Documented, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
            Paths,
        },
        request_body::{RequestBody, RequestBodyBuilder},
        security::SecurityRequirement,
    },
};
use utoipa_axum::router::UtoipaMethodRouter;

/// Permissions of tokens with a signed-in user, in the contract.
pub const DELEGATED: &str = "delegated";
/// Permissions of tokens of applications by themselves, in the contract.
pub const APPLICATION: &str = "application";

/// The name of the contract's scheme that gets tokens.
pub const OAUTH2: &str = "oauth2";
/// The name of the contract's scheme that takes tokens from elsewhere.
pub const BEARER: &str = "bearer";
/// What only a part of the alternatives is enough for, of operations that read: the basic properties.
pub const BASIC: &str = "basic";

/// The scope that stands for all permissions that an application has.
pub const DEFAULT_SCOPE: &str = "https://graph.microsoft.com/.default";

const JSON: &str = "application/json";

/// Schemas with their names, as the contract's components take them.
type Schemas = Vec<(String, RefOr<Schema>)>;
/// Adds a type's schema, and those that it refers to.
type AddSchemas = Box<dyn Fn(&mut Schemas)>;

/// An operation: a method on a path, with its handler.
pub struct Operation {
    /// What callers need.
    pub need: &'static Need,
    path: String,
    method: HttpMethod,
    documented: Documented,
    /// What adds the schemas that it refers to. Only the contract asks for them: together they are large.
    schemas: Vec<AddSchemas>,
    handler: MethodRouter<AppState>,
    options: &'static QueryOptions,
    /// What it reads, lists or counts.
    scope: Option<Scope>,
    signed_in: bool,
    /// Whether what it makes can be read at a URL of its own.
    located: bool,
    /// Its page in Graph's documentation.
    page: Cow<'static, str>,
    /// What is enough for which part of it. Empty: what it needs is enough for all of it.
    parts: Vec<(&'static Need, &'static str)>,
}

impl Operation {
    /// An operation whose handler is annotated: `Operation::annotated(&CREATE_USER, routes!(create_user))`. It takes no query
    /// options.
    pub(super) fn annotated(
        need: &'static Need,
        (schemas, paths, handler): UtoipaMethodRouter<AppState>,
    ) -> Self {
        let (path, item) = paths.paths.into_iter().next().unwrap_or_default();
        let operations = [
            (HttpMethod::Get, item.get),
            (HttpMethod::Post, item.post),
            (HttpMethod::Patch, item.patch),
            (HttpMethod::Put, item.put),
            (HttpMethod::Delete, item.delete),
        ];
        let found = operations.into_iter().find_map(|(method, operation)| Some((method, operation?)));
        let (method, mut documented) = found.unwrap_or((HttpMethod::Get, Documented::new()));
        // A doc comment's lines are no lines of the text.
        documented.description = documented.description.map(|text| text.replace('\n', " "));
        let add: AddSchemas = Box::new(move |all| all.extend_from_slice(&schemas));
        Self::new(need, method, path, documented, vec![add], handler)
    }

    /// An operation that is documented by what is called on it. It takes no query options.
    pub(super) fn shaped(
        need: &'static Need,
        method: HttpMethod,
        path: impl Into<String>,
        id: impl Into<String>,
        handler: MethodRouter<AppState>,
    ) -> Self {
        let documented = OperationBuilder::new().operation_id(Some(id.into())).build();
        Self::new(need, method, path.into(), documented, Vec::new(), handler)
    }

    fn new(
        need: &'static Need,
        method: HttpMethod,
        path: String,
        documented: Documented,
        schemas: Vec<AddSchemas>,
        handler: MethodRouter<AppState>,
    ) -> Self {
        let (options, scope) = (&QueryOptions::NONE, None);
        let (signed_in, located, page, parts) = (false, true, Cow::default(), Vec::new());
        Self {
            need,
            path,
            method,
            documented,
            schemas,
            handler,
            options,
            scope,
            signed_in,
            located,
            page,
            parts,
        }
    }

    /// The same under this tag, in these words.
    pub(super) fn summary(mut self, tag: &str, text: impl Into<String>) -> Self {
        self.documented.tags = Some(vec![tag.into()]);
        self.documented.summary = Some(text.into());
        self
    }

    /// The same with these sentences on what it does, after those that it has.
    pub(super) fn description(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.documented.description = Some(match self.documented.description.take() {
            Some(before) => format!("{before} {text}"),
            None => text,
        });
        self
    }

    /// The same with its page in Graph's documentation: `group-list` is `https://learn.microsoft.com/graph/api/group-list`.
    pub(super) fn page(self, page: impl Display) -> Self {
        Self { page: format!("api/{page}").into(), ..self }
    }

    /// The same with its page among those that tell of more than one operation: `https://learn.microsoft.com/graph/json-batching`.
    pub(super) fn concept(self, page: &'static str) -> Self {
        Self { page: page.into(), ..self }
    }

    /// The same, where only `whole` is enough for all that it does: what else its need takes is enough for `rest`.
    pub(super) fn limited(self, whole: &'static Need, rest: &'static str) -> Self {
        let need = self.need;
        self.in_parts([(need, rest), (whole, "the others")])
    }

    /// The same, where what it needs may be enough only for a part of what it does: for those parts whose needs take it too.
    pub(super) fn in_parts(self, parts: impl Into<Vec<(&'static Need, &'static str)>>) -> Self {
        Self { parts: parts.into(), ..self }
    }

    /// The same with a parameter of its path.
    pub(super) fn key(
        mut self,
        name: &str,
        schema: impl Into<RefOr<Schema>>,
        description: String,
        example: &str,
    ) -> Self {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(schema))
            .example(Some(example.into()))
            .build();
        self.documented.parameters.get_or_insert_default().push(parameter.into());
        self
    }

    /// The same with a body, such as this one.
    pub(super) fn body<T: ToSchema>(self, description: &str, example: Value) -> Self {
        self.with_body::<T>(description, example, Required::True)
    }

    /// The same, which can go without the body.
    pub(super) fn optional_body<T: ToSchema>(self, description: &str, example: Value) -> Self {
        self.with_body::<T>(description, example, Required::False)
    }

    fn with_body<T: ToSchema>(mut self, description: &str, example: Value, required: Required) -> Self {
        let content = ContentBuilder::new().schema(Some(self.refer::<T>())).example(Some(example)).build();
        let body = RequestBodyBuilder::new()
            .content(JSON, content)
            .description(Some(description))
            .required(Some(required))
            .build();
        self.documented.request_body = Some(body.into());
        self
    }

    /// The same, which answers so where it succeeds: a body of this type, such as this one.
    pub(super) fn answers<T: ToSchema>(
        self,
        description: impl Into<String>,
        content_type: &str,
        example: Value,
    ) -> Self {
        self.answers_with::<T>("200", description, content_type, example)
    }

    /// The same, which answers 201 where it succeeds, with what it made.
    pub(super) fn creates<T: ToSchema>(self, description: impl Into<String>, example: Value) -> Self {
        self.answers_as::<T>(StatusCode::CREATED, description, example)
    }

    /// The same, which answers with this status where it succeeds.
    pub(super) fn answers_as<T: ToSchema>(
        self,
        status: StatusCode,
        description: impl Into<String>,
        example: Value,
    ) -> Self {
        self.answers_with::<T>(status.as_str(), description, JSON, example)
    }

    fn answers_with<T: ToSchema>(
        mut self,
        status: &str,
        description: impl Into<String>,
        content_type: &str,
        example: Value,
    ) -> Self {
        let content = ContentBuilder::new().schema(Some(self.refer::<T>())).example(Some(example));
        let answer = ResponseBuilder::new().description(description).content(content_type, content.build());
        self.documented.responses.responses.insert(status.into(), answer.build().into());
        self
    }

    /// The same, which answers 204 where it succeeds.
    pub(super) fn done(mut self, description: impl Into<String>) -> Self {
        let answer = ResponseBuilder::new().description(description).build();
        self.documented.responses.responses.insert("204".into(), answer.into());
        self
    }

    /// A reference to a schema, which the contract holds then.
    fn refer<T: ToSchema>(&mut self) -> Ref {
        self.schemas.push(Box::new(|all| {
            all.push((T::name().into(), T::schema()));
            T::schemas(all);
        }));
        Ref::from_schema_name(T::name())
    }

    /// The same with these query options.
    pub(super) fn takes(self, options: &'static QueryOptions) -> Self {
        Self { options, ..self }
    }

    /// The same with the query options of one object, which is such a one.
    pub(super) fn reads(self, scope: Scope) -> Self {
        let options = if scope.has_chain() { &QueryOptions::USER } else { &QueryOptions::OBJECT };
        Self { scope: Some(scope), ..self.takes(options) }
    }

    /// The same with the query options of a collection, which holds this.
    pub(super) fn lists(self, scope: Scope, options: &'static QueryOptions) -> Self {
        Self { scope: Some(scope), ..self.takes(options) }
    }

    /// The same on the signed-in user: applications without one are told so, before all else.
    pub(super) fn signed_in(self) -> Self {
        Self { signed_in: true, ..self }
    }

    /// The same, where what it makes is kept nowhere: its answer names no URL.
    pub(super) fn nowhere(self) -> Self {
        Self { located: false, ..self }
    }

    /// Its name in the contract: a verb first, never changed after a release.
    pub fn id(&self) -> &str {
        self.documented.operation_id.as_deref().unwrap_or_default()
    }

    /// Its path under the version.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Its method.
    pub(super) fn method(&self) -> Method {
        match self.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
            HttpMethod::Put => Method::PUT,
            HttpMethod::Delete => Method::DELETE,
            HttpMethod::Options => Method::OPTIONS,
            HttpMethod::Head => Method::HEAD,
            HttpMethod::Patch => Method::PATCH,
            HttpMethod::Trace => Method::TRACE,
        }
    }

    /// What the contract says: its handler, and the whole documentation.
    pub(super) fn into_documented(self) -> UtoipaMethodRouter<AppState> {
        let mut schemas = Schemas::new();
        self.schemas.iter().for_each(|add| add(&mut schemas));
        let mut paths = Paths::new();
        let documented = self.documented();
        paths.add_path_operation(self.path, vec![self.method], documented);
        (schemas, paths, self.handler)
    }

    fn documented(&self) -> Documented {
        let mut documented = self.documented.clone();
        let parameters = self.options.parameters().into_iter().map(RefOr::<Parameter>::from);
        if parameters.len() > 0 {
            documented.parameters.get_or_insert_default().extend(parameters);
        }
        documented.responses.responses.extend(error_responses::of(self.taken()));
        for (status, response) in &mut documented.responses.responses {
            if let RefOr::T(response) = response {
                headers::refer(status, response);
                if !self.located {
                    response.headers.remove("Location");
                }
            }
        }
        documented.security = Some(self.security());
        let mut page = ExternalDocs::new(format!("{PAGES}{}", self.page));
        page.description = Some("The operation in Microsoft Graph's documentation.".into());
        documented.external_docs = Some(page);
        documented.extensions = Some(self.extensions());
        documented
    }

    /// A token that the scheme gets, where one of an application by itself can be enough, or one from elsewhere.
    fn security(&self) -> Vec<SecurityRequirement> {
        let bearer = SecurityRequirement::new::<_, [&str; 0], &str>(BEARER, []);
        if self.signed_in || self.need.application.is_empty() {
            return vec![bearer];
        }
        vec![SecurityRequirement::new(OAUTH2, [DEFAULT_SCOPE]), bearer]
    }

    fn extensions(&self) -> Extensions {
        let permissions: Value =
            self.alternatives().map(|(kind, all_of, limited)| entry(kind, all_of, limited)).collect();
        let extensions = Extensions::builder()
            .add("x-permissions", permissions)
            .add("x-least-privilege", self.least_permissions());
        if self.options.is_page() || self.options.whole_list {
            let pageable = json!({"itemName": "value", "nextLinkName": "@odata.nextLink"});
            extensions.add("x-ms-pageable", pageable).build()
        } else {
            extensions.build()
        }
    }

    /// The least that is enough for all of it, of each kind: where that isn't one alternative, the least for each part.
    fn least_permissions(&self) -> Map<String, Value> {
        let mut least = Map::new();
        for (kind, all_of, _) in self.alternatives().filter(|(.., limited)| limited.is_none()) {
            least.entry(kind).or_insert_with(|| names(all_of));
        }
        for kind in [DELEGATED, APPLICATION] {
            let of_part = |(need, _): &(&'static Need, _)| {
                alternatives(need).find(|(of, _)| *of == kind).map(|(_, all_of)| all_of)
            };
            let together = self.parts.iter().filter_map(of_part).collect::<Vec<_>>().concat();
            if !together.is_empty() {
                least.entry(kind).or_insert_with(|| names(&together));
            }
        }
        least
    }

    /// Each alternative of what it needs, and for what only it is enough.
    fn alternatives(&self) -> impl Iterator<Item = (&'static str, &'static [Permission], Option<String>)> {
        let Need { delegated_self, application_owned, application_self, .. } = *self.need;
        alternatives(self.need).map(move |(kind, all_of)| {
            let oneself = if kind == DELEGATED { delegated_self } else { application_self };
            let limit = if oneself.contains(&all_of) {
                Some("self".into())
            } else if kind == APPLICATION && application_owned.contains(&all_of) {
                Some("owned".into())
            } else {
                self.limit(kind, all_of)
            };
            (kind, all_of, limit)
        })
    }

    /// For which parts an alternative is enough. `None`: for all of them.
    fn limit(&self, kind: &str, all_of: &[Permission]) -> Option<String> {
        let takes = |(need, _): &&(&'static Need, _)| {
            alternatives(need).any(|alternative| alternative == (kind, all_of))
        };
        let taken: Vec<_> = self.parts.iter().filter(takes).map(|(_, part)| *part).collect();
        (taken.len() < self.parts.len()).then(|| taken.join(" and "))
    }

    /// What it takes, of which follows what it can be refused for.
    fn taken(&self) -> Taken<'_> {
        let taken = |body: &RefOr<RequestBody>| match (self.path.as_str(), body) {
            (batch::PATH, _) => TakenBody::Batch,
            (_, RefOr::T(RequestBody { required: None | Some(Required::False), .. })) => {
                TakenBody::OptionalObject
            }
            (path, _) if path.ends_with("/$ref") => TakenBody::Reference,
            _ => TakenBody::Object,
        };
        Taken {
            operation: self.id(),
            need: self.need,
            options: self.options,
            scope: self.scope,
            has_ids: !self.ids().is_empty(),
            body: self.documented.request_body.as_ref().map(taken),
            signed_in: self.signed_in,
        }
    }

    /// The parameters of its path that are ids, as the documentation has it.
    fn ids(&self) -> Vec<String> {
        let parameters = serde_json::to_value(&self.documented.parameters).unwrap_or_default();
        let is_id = |parameter: &&Value| parameter["in"] == "path" && parameter["schema"]["format"] == "uuid";
        let ids = parameters.as_array().into_iter().flatten().filter(is_id);
        ids.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect()
    }

    /// What a router serves: the handler behind the refusals.
    pub(super) fn into_handler(self) -> MethodRouter<AppState> {
        let Self { need, options, signed_in, .. } = self;
        let (id, ids) = (OperationId::new(self.id()), Arc::new(self.ids()));
        let writes = matches!(self.method, HttpMethod::Post | HttpMethod::Patch | HttpMethod::Put);
        let guard = move |request: Request, next: Next| {
            let (id, ids) = (id.clone(), ids.clone());
            let prefers_minimal = writes && preferences::is_minimal(request.headers());
            async move {
                let admitted = admit(request, need, signed_in, &ids, options).await;
                let mut response = match admitted {
                    Ok(request) => next.run(request).await,
                    Err(failure) => failure.into_response(),
                };
                if prefers_minimal {
                    response = preferences::minimal(response);
                }
                response.extensions_mut().insert(id);
                response
            }
        };
        // `route_layer`, so that a method that isn't served is 405 and not 403.
        self.handler.route_layer(middleware::from_fn(guard))
    }
}

/// Lets a request through that may ask for this and whose path can be read, with its query options.
async fn admit(
    request: Request,
    need: &'static Need,
    signed_in: bool,
    ids: &[String],
    options: &QueryOptions,
) -> Result<Request, Failure> {
    let (mut parts, body) = request.into_parts();
    let caller = *parts.extensions.get::<Caller>().ok_or(TokenFault::Missing)?;
    if signed_in && matches!(caller.grants.principal, Principal::Application(_)) {
        return Err(RequestFault::NobodySignedIn.into());
    }
    if need.reach(&caller.grants).is_none() {
        return Err(RequestFault::Forbidden(need.missing(&caller.grants)).into());
    }
    extract::check_ids(&mut parts, ids).await?;
    let query = options.read(&parts)?;
    parts.extensions.insert(query);
    parts.extensions.insert(Caller { need, ..caller });
    Ok(Request::from_parts(parts, body))
}

/// Where the pages of Graph's documentation are.
const PAGES: &str = "https://learn.microsoft.com/graph/";

/// What a need asks for, as the contract says it: one entry for each alternative.
pub fn permissions(need: &Need) -> Value {
    alternatives(need).map(|(kind, all_of)| entry(kind, all_of, None)).collect()
}

fn entry(kind: &str, all_of: &[Permission], limited: Option<String>) -> Value {
    let mut entry = json!({kind: names(all_of)});
    if let Some(limited) = limited {
        entry["limitedTo"] = limited.into();
    }
    entry
}

fn names(permissions: &[Permission]) -> Value {
    permissions.iter().map(|permission| permission.name()).collect()
}

/// Each alternative with its kind of token: any one is enough, and all permissions within one are needed together.
pub fn alternatives(need: &Need) -> impl Iterator<Item = (&'static str, &'static [Permission])> {
    let of = |kind| move |all_of: &&'static [Permission]| (kind, *all_of);
    let delegated = need.delegated.iter().chain(need.delegated_self).map(of(DELEGATED));
    let application = need.application.iter().chain(need.application_owned).chain(need.application_self);
    delegated.chain(application.map(of(APPLICATION)))
}
