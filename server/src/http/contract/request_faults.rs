//! What an operation is refused for before its rules are asked, as the contract shows it: all of it follows from what the operation
//! takes.

use super::{error_examples::ErrorExample, query_faults, refusals};
use crate::{
    auth::tokens::TokenFault,
    directory::Refusal,
    http::{errors::RequestFault, query_options::QueryOptions},
    model::{
        entity,
        permissions::{Grants, Missing, Need, Permissions, Principal, right},
    },
    odata::{
        batch::BatchFault,
        query::{QueryFault, QueryOption},
        scope::Scope,
    },
    store,
};

/// What an operation takes.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'o> {
    /// The operation's name in the contract.
    pub operation: &'o str,
    /// What callers need.
    pub need: &'static Need,
    /// The query options.
    pub options: &'static QueryOptions,
    /// What it reads, lists or counts.
    pub scope: Option<Scope>,
    /// Whether ids stand in its path.
    pub has_ids: bool,
    /// What is in its body.
    pub body: Option<TakenBody>,
    /// Whether it is for signed-in users only.
    pub signed_in: bool,
}

/// What is in the body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBody {
    /// A reference to an object.
    Reference,
    /// Requests.
    Batch,
    /// What an object is to be, or the parameters of an action.
    Object,
    /// The same, which can be left out.
    OptionalObject,
}

/// What requests to an operation get wrong, before its rules are asked, and what the server does.
pub(super) fn of(taken: Taken<'_>) -> Vec<ErrorExample> {
    let mut examples = tokens();
    examples.push(several_authorizations());
    examples.extend(permissions(taken));
    examples.extend(taken.has_ids.then(invalid_id));
    examples.extend(query(taken.options));
    let selecting = |scope| query_faults::of(scope, taken.options.takes);
    examples.extend(taken.scope.map(selecting).unwrap_or_default());
    examples.extend(expanded(taken));
    examples.extend(taken.body.map(body_faults).unwrap_or_default());
    examples.extend(server());
    examples
}

/// What is wrong with what is asked of related objects, where it shows objects with them.
fn expanded(taken: Taken<'_>) -> Vec<ErrorExample> {
    let kind =
        taken.scope.and_then(Scope::kind).filter(|_| taken.options.takes.contains(&QueryOption::Expand));
    let related = kind.map(|kind| entity(kind).navigation).unwrap_or_default();
    let permissions = taken.need.delegated.first().copied().unwrap_or_default().iter().copied().collect();
    let least = Grants::of_token(Principal::User(None), permissions);
    let not_listed = related.iter().find(|navigation| navigation.need.reach(&least).is_none());
    let not_listed = not_listed.map(|navigation| {
        let summary =
            format!("The token lacks what expanding `{}` needs besides.", navigation.property.name());
        ErrorExample::new("relationshipNotReadable", summary, Refusal::Lacks(navigation.need.missing(&least)))
    });
    let not_shown = (!related.is_empty()).then(|| {
        ErrorExample::new(
            "expandedPropertyNotInLists",
            "Related objects don't show a property that another service holds.",
            Refusal::NotInLists,
        )
    });
    not_listed.into_iter().chain(not_shown).collect()
}

fn tokens() -> Vec<ErrorExample> {
    let shown = [
        ("noToken", "The request has no token.", TokenFault::Missing),
        ("malformedToken", "The token isn't a JWT.", TokenFault::NotWellFormed),
        ("unreadableToken", "The token has another algorithm or other claims.", TokenFault::Unreadable),
        ("foreignToken", "No key of this server signed the token.", TokenFault::Signature),
        ("expiredToken", "The token has expired.", TokenFault::Expired),
        ("tokenOfTheFuture", "The token isn't valid yet.", TokenFault::NotYetValid),
        ("otherAudience", "The token is for another service.", TokenFault::Audience),
        ("unknownTenant", "The token's tenant isn't this server's.", TokenFault::Tenant),
        ("unclearSubject", "The token is neither a user's nor an application's.", TokenFault::Subject),
        (
            "revokedToken",
            "The sessions of the token's user were revoked after its issue.",
            TokenFault::Revoked,
        ),
        ("principalDisabled", "The token's user or application is disabled.", TokenFault::PrincipalDisabled),
        ("principalDeleted", "The token's user or application was deleted.", TokenFault::PrincipalDeleted),
    ];
    shown.map(|(name, summary, fault)| ErrorExample::new(name, summary, fault)).into()
}

fn several_authorizations() -> ErrorExample {
    let summary = "The request has several `Authorization` headers, and their values differ.";
    ErrorExample::new("severalAuthorizations", summary, RequestFault::TwoAuthorizations)
}

fn permissions(taken: Taken<'_>) -> Vec<ErrorExample> {
    if taken.need.is_nothing() {
        return Vec::new();
    }
    let lacking = |principal| {
        let grants = Grants::of_token(principal, Permissions::default());
        RequestFault::Forbidden(taken.need.missing(&grants))
    };
    let of_user = ErrorExample::new(
        "missingPermission",
        "A signed-in user's token has no permission for this.",
        lacking(Principal::User(None)),
    );
    let application = lacking(Principal::Application(None));
    let of_application = if taken.signed_in {
        ErrorExample::new(
            "noSignedInUser",
            "An application's token names no signed-in user.",
            RequestFault::NobodySignedIn,
        )
    } else if taken.need.application.is_empty() {
        ErrorExample::new("notForApplications", "No application may do this.", application)
    } else {
        ErrorExample::new(
            "missingApplicationPermission",
            "An application's token has no permission for this.",
            application,
        )
    };
    let of_role = ErrorExample::new(
        "missingRole",
        "The server enforces directory roles, and the signed-in user neither holds one that is enough nor owns the object.",
        RequestFault::Forbidden(Missing::default()),
    );
    let roles = (!right(taken.need).is_of_everyone()).then_some(of_role);
    [of_user, of_application].into_iter().chain(roles).collect()
}

fn invalid_id() -> ErrorExample {
    let fault = RequestFault::Identifier("readers".into());
    ErrorExample::new("invalidId", "What stands in the path isn't an id.", fault)
}

fn query(options: &QueryOptions) -> Vec<ErrorExample> {
    let mut examples = if options.of_action {
        let summary = "An action takes hardly any query option.";
        vec![ErrorExample::new("queryOptionOfAction", summary, QueryFault::OnAction)]
    } else {
        vec![
            ErrorExample::new(
                "unknownQueryOption",
                "The operation has no such query option.",
                QueryFault::Unsupported("$fields".into()),
            ),
            ErrorExample::new("skip", "No operation takes `$skip`.", QueryFault::Skip("$skip".into())),
        ]
    };
    examples.push(ErrorExample::new("undecodableQuery", "The query isn't UTF-8.", QueryFault::Encoding));
    examples.extend(options.takes.first().map(|&option| twice(option)));
    examples.extend(options.takes.iter().flat_map(|&option| wrong_option(option)));
    if options.eventual {
        examples.push(ErrorExample::new(
            "countWithoutConsistencyLevel",
            "The header `ConsistencyLevel: eventual` is missing.",
            QueryFault::CountSegmentWithoutConsistencyLevel,
        ));
    }
    if options.takes.contains(&QueryOption::Search) {
        examples.push(ErrorExample::new(
            "searchWithoutConsistencyLevel",
            "`$search` without the header `ConsistencyLevel: eventual`.",
            QueryFault::SearchWithoutConsistencyLevel,
        ));
    }
    examples.extend(options.not_yet.iter().map(|name| not_served(name)));
    examples
}

fn twice(option: QueryOption) -> ErrorExample {
    let name = option.name();
    let summary = format!("`{name}` stands in the request twice.");
    ErrorExample::new(format!("{}Twice", bare(name)), summary, QueryFault::Twice(name))
}

fn wrong_option(option: QueryOption) -> Vec<ErrorExample> {
    match option {
        QueryOption::Select => {
            vec![ErrorExample::new("invalidSelect", "`$select` isn't a list of names.", QueryFault::Select)]
        }
        QueryOption::Top => vec![
            ErrorExample::new("invalidTop", "`$top` isn't a number.", QueryFault::Top("five".into())),
            ErrorExample::new(
                "pageTooLarge",
                "`$top` is more than a page holds.",
                QueryFault::PageSize("1000".into()),
            ),
        ],
        QueryOption::Count => vec![ErrorExample::new(
            "invalidCount",
            "`$count` is neither `true` nor `false`.",
            QueryFault::Value { option: option.name(), value: "yes".into() },
        )],
        // What they get wrong depends on what is listed.
        QueryOption::Expand | QueryOption::Filter | QueryOption::Search | QueryOption::OrderBy => Vec::new(),
        QueryOption::Id => vec![
            ErrorExample::new("missingReference", "`@id` is missing.", QueryFault::Missing(option.name())),
            refusals::invalid_reference(),
        ],
        QueryOption::SkipToken => vec![ErrorExample::new(
            "invalidPageToken",
            "`$skiptoken` isn't from a link to this list, or lacks the header that the list was asked with.",
            RequestFault::PageToken,
        )],
    }
}

fn not_served(option: &str) -> ErrorExample {
    let summary = format!("Graph has `{option}` here. This server doesn't yet.");
    ErrorExample::new(format!("{}NotServed", bare(option)), summary, QueryFault::NotServed(option.into()))
}

fn bare(option: &str) -> &str {
    option.trim_start_matches(['$', '@'])
}

fn body_faults(body: TakenBody) -> Vec<ErrorExample> {
    let largest = if body == TakenBody::Batch {
        "The body is larger than 4 MiB."
    } else {
        "The body is larger than 256 KiB."
    };
    let mut examples = vec![
        ErrorExample::new("noContentType", "No `Content-Type`.", RequestFault::NoContentType),
        ErrorExample::new(
            "otherContentType",
            "A `Content-Type` other than JSON's.",
            RequestFault::ContentType,
        ),
        ErrorExample::new("malformedJson", "The body isn't a JSON object.", RequestFault::Json),
        ErrorExample::new("bodyTooLarge", largest, RequestFault::TooLarge),
        ErrorExample::new(
            "otherCharset",
            "The body is in another charset than UTF-8.",
            RequestFault::Charset,
        ),
        ErrorExample::new(
            "encodedBody",
            "The body is encoded, as by `Content-Encoding: gzip`.",
            RequestFault::ContentEncoding,
        ),
    ];
    if body != TakenBody::OptionalObject {
        examples.push(ErrorExample::new("emptyBody", "The body is empty.", RequestFault::EmptyBody));
    }
    match body {
        TakenBody::Reference => examples.extend([
            duplicate_name(),
            ErrorExample::new("noReference", "The body has no `@odata.id`.", RequestFault::NoReference),
            refusals::invalid_reference(),
        ]),
        TakenBody::Object | TakenBody::OptionalObject => examples.push(duplicate_name()),
        TakenBody::Batch => examples.extend(batch()),
    }
    examples
}

fn duplicate_name() -> ErrorExample {
    let fault = RequestFault::DuplicateName("displayName".into());
    ErrorExample::new("duplicateName", "An object in the body has a name twice.", fault)
}

/// What is wrong with a batch as a whole.
fn batch() -> [ErrorExample; 5] {
    let id = || "1".to_owned();
    [
        ("malformedBatch", "The body isn't a batch, or one without requests.", BatchFault::Format),
        ("batchTooLong", "The batch has more than twenty requests.", BatchFault::TooMany),
        (
            "duplicateRequestId",
            "Two requests have the same id, be it in another case.",
            BatchFault::Twice(id()),
        ),
        (
            "invalidDependency",
            "A request depends on an id that none has, or on itself, be it through others.",
            BatchFault::Dependency(id()),
        ),
        (
            "requestWithoutContent",
            "A write lacks its body, or a body its `Content-Type`.",
            BatchFault::NoBody(id()),
        ),
    ]
    .map(|(name, summary, fault)| ErrorExample::new(name, summary, RequestFault::from(fault)))
}

fn server() -> [ErrorExample; 4] {
    [
        ErrorExample::new(
            "tooManyRequests",
            "The tenant has too many requests under way.",
            store::Error::TenantOverloaded,
        ),
        ErrorExample::new("internalError", "The server met an error of its own.", RequestFault::Internal),
        ErrorExample::new("overloaded", "The server can't answer now.", store::Error::Overloaded),
        ErrorExample::new("timedOut", "The request took too long.", RequestFault::TimedOut),
    ]
}
