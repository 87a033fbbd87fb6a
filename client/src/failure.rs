//! Why there is no answer: what Graph said in a refusal, or what happened on the way. Each shows itself in one line.

use crate::types::ODataErrors;
use progenitor_client::Error;
use reqwest::StatusCode;
use std::{error, fmt};

/// A refusal by Graph, read out of an [`Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code that programs branch on.
    pub code: String,
    /// The message for people.
    pub message: String,
    /// The id that the server gave the request, where it said one.
    pub request_id: Option<String>,
}

impl Failure {
    /// What Graph said, if the error is a refusal by it and no failure on the way.
    pub fn of(error: &Error<ODataErrors>) -> Option<Self> {
        let Error::ErrorResponse(answer) = error else { return None };
        let said = &answer.error;
        Some(Self {
            status: answer.status(),
            code: said.code.clone(),
            message: said.message.clone(),
            request_id: said.inner_error.as_ref().and_then(|inner| inner.request_id.clone()),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, one_line(&self.message))?;
        self.request_id.as_ref().map_or(Ok(()), |id| write!(f, " (request id {id})"))
    }
}

impl error::Error for Failure {}

/// Why a request has no answer of the kind that was asked for. Any operation's [`Error`] becomes one with `?`.
///
/// ```no_run
/// # use roster_client::{Client, GraphError};
/// # async fn example(graph: Client) {
/// async fn members(graph: &Client) -> Result<i64, GraphError> {
///     let group = uuid::uuid!("5a3e0000-0000-4000-8000-000000000201");
///     let page = graph.list_group_members().id(group).count(true).consistency_level("eventual").send().await?;
///     Ok(page.odata_count.unwrap_or_default())
/// }
///
/// match members(&graph).await {
///     Ok(number) => println!("{number} members"),
///     // Such as: 403 Authorization_RequestDenied: Insufficient privileges to complete the operation. (request id ..)
///     Err(error) => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Debug)]
pub enum GraphError {
    /// Graph refused it.
    Refused(Failure),
    /// Graph didn't answer: there was no token or no connection, or something on the way answered.
    Failed(Error<ODataErrors>),
}

impl From<Error<ODataErrors>> for GraphError {
    fn from(error: Error<ODataErrors>) -> Self {
        match Failure::of(&error) {
            Some(failure) => Self::Refused(failure),
            None => Self::Failed(error),
        }
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self {
            Self::Refused(failure) => return failure.fmt(f),
            Self::Failed(error) => error,
        };
        match error {
            Error::InvalidRequest(reason) | Error::Custom(reason) => f.write_str(&one_line(reason)),
            Error::UnexpectedResponse(answer) => {
                write!(f, "{} and no answer of Graph's from {}", answer.status(), answer.url())
            }
            Error::InvalidResponsePayload(_, error) => {
                write!(f, "an answer that the contract doesn't know: {error}")
            }
            Error::CommunicationError(error)
            | Error::InvalidUpgrade(error)
            | Error::ResponseBodyError(error) => f.write_str(&with_causes(error)),
            Error::ErrorResponse(answer) => write!(f, "{}", answer.status()),
        }
    }
}

impl error::Error for GraphError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Failed(error) => error.source(),
        }
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// The authority refused it.
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// OAuth's code, such as `invalid_client`. App Service's managed identities say none.
        code: String,
        /// What the authority says to people, empty where it says nothing.
        description: String,
    },
    /// The browser came back from a sign-in without a code: the user declined, say.
    Declined {
        /// OAuth's code, such as `access_denied`.
        code: String,
        /// What the authority says to people, empty where it says nothing.
        description: String,
    },
    /// The tokens for a user have ended, and there is no refresh token: the user has to sign in again.
    Ended,
    /// The authority didn't answer, or not as OAuth has it: what happened instead.
    Failed(String),
}

impl TokenError {
    /// The number that Entra and Roster give a refusal, such as 65001 where nobody has consented (`AADSTS65001`).
    pub fn aadsts(&self) -> Option<u32> {
        let (Self::Refused { description, .. } | Self::Declined { description, .. }) = self else {
            return None;
        };
        let number = description.strip_prefix("AADSTS")?;
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // App Service says no code.
            Self::Refused { status, code, description } if code.is_empty() => {
                write!(f, "no token: {}: {}", status.as_u16(), one_line(description))
            }
            Self::Refused { status, code, description } => {
                write!(f, "no token: {} {code}: {}", status.as_u16(), one_line(description))
            }
            Self::Declined { code, description } => write!(f, "no token: {code}: {}", one_line(description)),
            Self::Ended => f.write_str("no token: the user has to sign in again"),
            Self::Failed(reason) => write!(f, "no token: {}", one_line(reason)),
        }
    }
}

impl error::Error for TokenError {}

impl From<reqwest::Error> for TokenError {
    fn from(error: reqwest::Error) -> Self {
        Self::Failed(with_causes(&error))
    }
}

/// Text without line ends: Entra's descriptions have several.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An error and what it came from.
fn with_causes(error: &dyn error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(|error| one_line(&error.to_string())).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_several_lines_shows_itself_in_one() {
        let refused = TokenError::Refused {
            status: StatusCode::UNAUTHORIZED,
            code: "invalid_client".into(),
            description: "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: a\r\nTimestamp: b"
                .into(),
        };
        assert_eq!(
            refused.to_string(),
            "no token: 401 invalid_client: AADSTS7000215: Invalid client secret provided. Trace ID: a Timestamp: b"
        );
        assert_eq!((refused.aadsts(), TokenError::Ended.aadsts()), (Some(7_000_215), None));
    }
}
