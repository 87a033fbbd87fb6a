//! What is wrong with a token, in Graph's words.

use super::answer::{Answer, UNAUTHENTICATED, answer};
use crate::auth::tokens::TokenFault;
use axum::http::StatusCode;

/// Graph's recorded text for a token that isn't a JWT.
const NOT_A_JWT: &str = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS \
    or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): \
    'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.";

pub(super) fn token_answer(fault: TokenFault) -> Answer {
    let message = match fault {
        TokenFault::Missing => "Access token is empty.",
        TokenFault::NotWellFormed => NOT_A_JWT,
        TokenFault::Expired => "Lifetime validation failed, the token is expired.",
        TokenFault::NotYetValid => "Lifetime validation failed, the token is not valid yet.",
        TokenFault::Unreadable => "The token's header or claims can't be read, or its algorithm isn't RS256.",
        TokenFault::Signature => {
            "Signature validation failed: the token wasn't signed by a key of this server."
        }
        TokenFault::Audience => "Audience validation failed: the token isn't for Microsoft Graph.",
        TokenFault::Revoked => {
            "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"
        }
        TokenFault::PrincipalDisabled => "The token's user or application is disabled.",
        TokenFault::PrincipalDeleted | TokenFault::NoPrincipal => {
            let message = "The identity of the calling application could not be established.";
            return answer(StatusCode::UNAUTHORIZED, "Authorization_IdentityNotFound", message);
        }
        TokenFault::Subject => {
            "The token is neither a user's, with scopes ('scp'), nor an application's, without them."
        }
        TokenFault::Tenant => "The token's tenant isn't one of this server's, or isn't the one in the URL.",
    };
    answer(StatusCode::UNAUTHORIZED, UNAUTHENTICATED, message)
}
