//! Operations of Graph's: what each is registered with, and what follows from it. The only way to serve one: callers without
//! its permissions are refused, its query options are read, and the contract says all of it.

use super::{
    contract::error_responses,
    envelope::OperationId,
    errors::{Failure, RequestFault},
    extract::{self, Caller},
    query_options::QueryOptions,
    state::AppState,
};
use crate::{
    auth::tokens::TokenFault,
    model::permissions::{Need, Permission, Principal},
};
use axum::{
    extract::Request,
    middleware::{self, Next},
    response::IntoResponse,
    routing::MethodRouter,
};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{
    ToSchema,
    openapi::{
        Content, ContentBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
        path::{
            HttpMethod, Operation as Documented, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
            Paths,
        },
        request_body::RequestBodyBuilder,
        security::SecurityRequirement,
    },
};
use utoipa_axum::router::UtoipaMethodRouter;

/// The name of the scheme of delegated permissions in the contract.
pub const DELEGATED: &str = "delegated";
/// The name of the scheme of application permissions in the contract.
pub const APPLICATION: &str = "application";

const JSON: &str = "application/json";

/// An operation: a method on a path, with its handler.
pub struct Operation {
    /// What callers need.
    pub need: &'static Need,
    path: String,
    method: HttpMethod,
    documented: Documented,
    schemas: Vec<(String, RefOr<Schema>)>,
    handler: MethodRouter<AppState>,
    options: &'static QueryOptions,
    names_objects: bool,
    conflicts: bool,
    signed_in: bool,
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
        let (method, documented) = found.unwrap_or((HttpMethod::Get, Documented::new()));
        Self::new(need, method, path, documented, schemas, handler)
    }

    /// An operation that is documented by what is called on it. It takes no query options.
    pub(super) fn shaped(
        need: &'static Need,
        method: HttpMethod,
        path: &'static str,
        id: &'static str,
        handler: MethodRouter<AppState>,
    ) -> Self {
        let documented = OperationBuilder::new().operation_id(Some(id)).build();
        Self::new(need, method, path.into(), documented, Vec::new(), handler)
    }

    fn new(
        need: &'static Need,
        method: HttpMethod,
        path: String,
        documented: Documented,
        schemas: Vec<(String, RefOr<Schema>)>,
        handler: MethodRouter<AppState>,
    ) -> Self {
        let names_objects = path.contains('{');
        let (options, conflicts, signed_in) = (&QueryOptions::NONE, false, false);
        Self {
            need,
            path,
            method,
            documented,
            schemas,
            handler,
            options,
            names_objects,
            conflicts,
            signed_in,
        }
    }

    /// The same under this tag, in these words.
    pub(super) fn summary(mut self, tag: &str, text: impl Into<String>) -> Self {
        self.documented.tags = Some(vec![tag.into()]);
        self.documented.summary = Some(text.into());
        self
    }

    /// The same with these words on what it does.
    pub(super) fn description(mut self, text: &str) -> Self {
        self.documented.description = Some(text.into());
        self
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

    /// The same with a body.
    pub(super) fn body<T: ToSchema>(mut self, description: &str) -> Self {
        let body = RequestBodyBuilder::new()
            .content(JSON, Content::new(Some(self.refer::<T>())))
            .description(Some(description))
            .required(Some(Required::True))
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
        let mut operation = self;
        let content = ContentBuilder::new().schema(Some(operation.refer::<T>())).example(Some(example));
        let answer = ResponseBuilder::new().description(description).content(content_type, content.build());
        operation.documented.responses.responses.insert("200".into(), answer.build().into());
        operation
    }

    /// The same, which answers 204 where it succeeds.
    pub(super) fn done(mut self, description: impl Into<String>) -> Self {
        let answer = ResponseBuilder::new().description(description).build();
        self.documented.responses.responses.insert("204".into(), answer.into());
        self
    }

    /// A reference to a schema, which the contract holds then.
    fn refer<T: ToSchema>(&mut self) -> Ref {
        self.schemas.push((T::name().into(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name())
    }

    /// The same with these query options.
    pub(super) fn takes(self, options: &'static QueryOptions) -> Self {
        Self { options, ..self }
    }

    /// The same, where the body names objects too, which may be absent.
    pub(super) fn names_objects(self) -> Self {
        Self { names_objects: true, ..self }
    }

    /// The same, where what the request makes can be there already.
    pub(super) fn conflicts(self) -> Self {
        Self { conflicts: true, ..self }
    }

    /// The same on the signed-in user: applications without one are told so, before all else.
    pub(super) fn signed_in(self) -> Self {
        Self { signed_in: true, names_objects: true, ..self }
    }

    /// Its name in the contract: a verb first, never changed after a release.
    pub fn id(&self) -> &str {
        self.documented.operation_id.as_deref().unwrap_or_default()
    }

    /// What a router serves: the handler behind the refusals, and the whole documentation.
    pub(super) fn into_routes(self) -> UtoipaMethodRouter<AppState> {
        let handler = self.guarded();
        let mut paths = Paths::new();
        let documented = self.documented();
        paths.add_path_operation(self.path, vec![self.method], documented);
        (self.schemas, paths, handler)
    }

    fn documented(&self) -> Documented {
        let mut documented = self.documented.clone();
        let parameters = self.options.parameters().into_iter().map(RefOr::<Parameter>::from);
        if parameters.len() > 0 {
            documented.parameters.get_or_insert_default().extend(parameters);
        }
        let possible = error_responses::Possible {
            names_objects: self.names_objects,
            has_body: documented.request_body.is_some(),
            reads: matches!(self.method, HttpMethod::Get),
            conflicts: self.conflicts,
        };
        documented.responses.responses.extend(error_responses::of(possible));
        documented.security = Some(requirements(self.need));
        documented
    }

    /// The parameters of its path that are ids, as the documentation has it.
    fn ids(&self) -> Vec<String> {
        let parameters = serde_json::to_value(&self.documented.parameters).unwrap_or_default();
        let is_id = |parameter: &&Value| parameter["in"] == "path" && parameter["schema"]["format"] == "uuid";
        let ids = parameters.as_array().into_iter().flatten().filter(is_id);
        ids.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect()
    }

    fn guarded(&self) -> MethodRouter<AppState> {
        let Self { need, options, signed_in, .. } = *self;
        let (id, ids) = (OperationId::new(self.id()), Arc::new(self.ids()));
        let guard = move |request: Request, next: Next| {
            let (id, ids) = (id.clone(), ids.clone());
            async move {
                let admitted = admit(request, need, signed_in, &ids, options).await;
                let mut response = match admitted {
                    Ok(request) => next.run(request).await,
                    Err(failure) => failure.into_response(),
                };
                response.extensions_mut().insert(id);
                response
            }
        };
        // `route_layer`, so that a method that isn't served is 405 and not 403.
        self.handler.clone().route_layer(middleware::from_fn(guard))
    }
}

/// Lets a request through that may ask for this and whose path can be read, with its query options.
async fn admit(
    request: Request,
    need: &Need,
    signed_in: bool,
    ids: &[String],
    options: &QueryOptions,
) -> Result<Request, Failure> {
    let (mut parts, body) = request.into_parts();
    let caller = parts.extensions.get::<Caller>().ok_or(TokenFault::Missing)?;
    if signed_in && matches!(caller.grants.principal, Principal::Application(_)) {
        return Err(RequestFault::NobodySignedIn.into());
    }
    if need.reach(&caller.grants).is_none() {
        return Err(RequestFault::Forbidden(need.missing(&caller.grants)).into());
    }
    extract::check_ids(&mut parts, ids).await?;
    let query = options.read(&parts)?;
    parts.extensions.insert(query);
    Ok(Request::from_parts(parts, body))
}

/// One entry for each alternative.
fn requirements(need: &Need) -> Vec<SecurityRequirement> {
    let entry = |(scheme, all_of): (&str, &[Permission])| {
        SecurityRequirement::new(scheme, all_of.iter().map(|permission| permission.name()))
    };
    alternatives(need).map(entry).collect()
}

/// Each alternative with its scheme: any one is enough, and all permissions within one are needed together.
pub fn alternatives(need: &Need) -> impl Iterator<Item = (&'static str, &'static [Permission])> {
    let of = |scheme| move |all_of: &&'static [Permission]| (scheme, *all_of);
    let delegated = need.delegated.iter().chain(need.delegated_self).map(of(DELEGATED));
    delegated.chain(need.application.iter().map(of(APPLICATION)))
}
