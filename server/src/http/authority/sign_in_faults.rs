//! What the directory refuses of a sign-in or a token, with Entra's error codes, numbers and words. Entra's own words where they are known.

use crate::{auth::assertions::AssertionFault, directory::sign_in::faults::Fault};
use axum::http::StatusCode;

/// The status, OAuth's code and Entra's number.
pub(super) const fn answer(fault: &Fault) -> (StatusCode, &'static str, u32) {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
    match fault {
        Fault::UnknownClient { .. } => (BAD, "unauthorized_client", 700_016),
        Fault::DisabledClient(_) => (BAD, "unauthorized_client", 7_000_112),
        Fault::RedirectUri { .. } => (BAD, "invalid_request", 50011),
        Fault::Secret(_) => (UNAUTHORIZED, "invalid_client", 7_000_215),
        Fault::ExpiredSecret(_) => (UNAUTHORIZED, "invalid_client", 7_000_222),
        Fault::NoProof(_) => (UNAUTHORIZED, "invalid_client", 7_000_218),
        Fault::PublicClient(_) => (UNAUTHORIZED, "invalid_client", 700_025),
        Fault::Assertion { fault, .. } => (UNAUTHORIZED, "invalid_client", of_assertion(*fault)),
        Fault::AssertionOfAnother => (UNAUTHORIZED, "invalid_client", 700_021),
        Fault::AssertionUsed => (UNAUTHORIZED, "invalid_client", 50013),
        Fault::Federation { .. } => (UNAUTHORIZED, "invalid_client", 700_213),
        Fault::UnknownIssuer(_) => (UNAUTHORIZED, "invalid_client", 700_211),
        Fault::IssuerKeys(_) => (UNAUTHORIZED, "invalid_client", 50_166),
        Fault::UnknownResource { .. } => (BAD, "invalid_resource", 500_011),
        Fault::DisabledResource(_) => (BAD, "invalid_resource", 500_014),
        Fault::UserNotAssigned { .. } => (BAD, "invalid_grant", 50105),
        Fault::ClientNotAssigned { .. } => (BAD, "invalid_grant", 501_051),
        Fault::SeveralResources(_) => (BAD, "invalid_scope", 28000),
        Fault::Scope(_) => (BAD, "invalid_scope", 70011),
        Fault::UnknownScope { .. } => (BAD, "invalid_client", 650_053),
        Fault::NothingRequired(_) => (BAD, "invalid_client", 650_056),
        Fault::ConsentRequired { .. } => (BAD, "invalid_grant", 65001),
        Fault::AdministratorRequired { .. } => (BAD, "access_denied", 90094),
        Fault::Grant => (BAD, "invalid_grant", 70000),
        Fault::CodeUsed => (BAD, "invalid_grant", 54005),
        Fault::GrantExpired => (BAD, "invalid_grant", 70008),
        Fault::RefreshTokenExpired => (BAD, "invalid_grant", 700_082),
        Fault::PageTokenExpired => (BAD, "invalid_grant", 700_084),
        Fault::GrantRevoked => (BAD, "invalid_grant", 50173),
        Fault::OtherRedirectUri => (BAD, "invalid_client", 500_112),
        Fault::Verifier => (BAD, "invalid_grant", 501_481),
        Fault::NotFromPage => (BAD, "invalid_request", 9_002_327),
        Fault::FromPage => (BAD, "invalid_request", 9_002_326),
        Fault::Pending => (BAD, "authorization_pending", 70016),
        Fault::SlowDown => (BAD, "slow_down", 70016),
        Fault::Declined => (BAD, "authorization_declined", 70017),
        Fault::ConsentDeclined => (BAD, "access_denied", 65004),
        Fault::DeviceCodeExpired => (BAD, "expired_token", 70020),
        Fault::UserCode | Fault::DeviceCode => (BAD, "bad_verification_code", 70018),
        Fault::TooManyCodes => (BAD, "bad_verification_code", 70018),
        Fault::TooManyDevices => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", 90033),
        Fault::Password => (BAD, "invalid_grant", 50126),
        Fault::Locked => (BAD, "invalid_grant", 50053),
        Fault::MustChangePassword => (BAD, "invalid_grant", 50055),
        Fault::DisabledUser => (BAD, "invalid_grant", 50057),
        Fault::UnknownUser => (BAD, "invalid_grant", 50034),
        Fault::DeletedUser => (BAD, "invalid_grant", 50020),
        Fault::OnBehalfOf => (BAD, "invalid_grant", 50013),
        Fault::OnBehalfOfAnother(_) => (BAD, "invalid_grant", 500_131),
        Fault::OnBehalfOfNobody(_) => (BAD, "unauthorized_client", 7_000_114),
        Fault::OnBehalfOfTime => (BAD, "invalid_grant", 500_133),
        Fault::LoginRequired => (BAD, "login_required", 50058),
    }
}

const fn of_assertion(fault: AssertionFault) -> u32 {
    match fault {
        AssertionFault::Unreadable => 50027,
        AssertionFault::Time => 700_024,
        AssertionFault::Audience => 700_023,
        AssertionFault::Audiences => 5_002_741,
        AssertionFault::UnknownKey | AssertionFault::Signature => 700_027,
    }
}

/// Entra's further code, by which some clients decide what to do.
pub(super) const fn suberror(fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::ConsentRequired { .. } | Fault::AdministratorRequired { .. } => Some("consent_required"),
        Fault::RefreshTokenExpired | Fault::PageTokenExpired | Fault::GrantRevoked | Fault::Grant => {
            Some("bad_token")
        }
        Fault::MustChangePassword => Some("user_password_expired"),
        _ => None,
    }
}

/// The fault in words.
pub(super) fn words(fault: &Fault) -> String {
    match fault {
        Fault::UnknownClient { client, tenant } => format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not \
             been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your \
             authentication request to the wrong tenant."
        ),
        Fault::DisabledClient(client) => format!("Application '{client}' is disabled."),
        Fault::RedirectUri { uri, client } => format!(
            "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application \
             '{client}'. Make sure the redirect URI sent in the request matches one added to the application."
        ),
        Fault::Secret(client) => format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the \
             client secret ID, for a secret added to app '{client}'."
        ),
        Fault::ExpiredSecret(client) => format!(
            "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: \
             https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: \
             https://aka.ms/certCreds."
        ),
        Fault::NoProof(_) => {
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
                .into()
        }
        Fault::PublicClient(_) => {
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.".into()
        }
        Fault::Assertion { client, fault } => of_faulty_assertion(client, *fault),
        Fault::AssertionOfAnother => {
            "Client assertion application identifier doesn't match 'client_id' parameter.".into()
        }
        Fault::AssertionUsed => "The client assertion was used before.".into(),
        Fault::Federation { issuer, subject } => format!(
            "No matching federated identity record found for presented assertion subject '{subject}' of issuer '{issuer}'. Check \
             issuer, subject and audience of the federated credentials of the application."
        ),
        Fault::UnknownIssuer(issuer) => format!(
            "The keys of the issuer '{issuer}' are not known here. An administrator tells them, or where they are: 'roster issuer add'."
        ),
        Fault::IssuerKeys(url) => format!("The keys of the issuer can't be read from '{url}'."),
        Fault::UnknownResource { resource, tenant } => format!(
            "The resource principal named '{resource}' was not found in the tenant named '{tenant}'. This can happen if the application has not been \
             installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your \
             authentication request to the wrong tenant."
        ),
        Fault::DisabledResource(resource) => format!(
            "The service principal for resource '{resource}' is disabled. The administrator of this tenant has disabled the application, \
             which prevents tokens from being issued for it."
        ),
        Fault::UserNotAssigned { user, application, name } => format!(
            "Your administrator has configured the application {name} ('{application}') to block users unless they are specifically \
             granted ('assigned') access to the application. The signed in user '{user}' is blocked because they are not a direct \
             member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator \
             to assign access to this application."
        ),
        Fault::ClientNotAssigned { client, name, resource, resource_name } => {
            format!(
                "Application '{client}'({name}) is not assigned to a role for the application '{resource}'({resource_name})."
            )
        }
        Fault::SeveralResources(scope) => format!(
            "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope '{scope}' \
             is not valid."
        ),
        Fault::Scope(scope) => format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is \
             not valid. The scope '{scope}' is not valid."
        ),
        Fault::UnknownScope { client, scope, resource } => format!(
            "The application '{client}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the app vendor."
        ),
        Fault::NothingRequired(client) => format!(
            "Misconfigured application. The client '{client}' has not listed any permissions in the requested permissions in the \
             client's application registration, and the administrator has not consented in the tenant."
        ),
        Fault::ConsentRequired { client, name } => format!(
            "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an \
             interactive authorization request for this user and resource."
        ),
        Fault::OnBehalfOfAnother(client) => format!(
            "Assertion audience does not match the Client app presenting the assertion. The expected audience is '{client}' or one of \
             the Application Uris of this application."
        ),
        Fault::OnBehalfOfNobody(client) => {
            format!("Application '{client}' is not allowed to make application on-behalf-of calls.")
        }
        Fault::AdministratorRequired { client, name } => format!(
            "An administrator of the tenant has to consent to what the application with ID '{client}' named '{name}' asks for."
        ),
        _ => of_grant(fault).into(),
    }
}

fn of_faulty_assertion(client: &str, fault: AssertionFault) -> String {
    match fault {
        AssertionFault::Unreadable => "The JWT token of the client assertion is invalid.".into(),
        AssertionFault::Time => "Client assertion is not within its valid time range.".into(),
        AssertionFault::Audience => "Client assertion audience claim does not match Realm issuer.".into(),
        AssertionFault::Audiences => {
            "The assertion has more audience values than are allowed. The maximum allowed is 1.".into()
        }
        AssertionFault::UnknownKey => format!(
            "The certificate with identifier used to sign the client assertion is not registered on application '{client}'. Reason \
             - The key was not found, or is not within its valid time range."
        ),
        AssertionFault::Signature => {
            format!("Client assertion failed signature validation for application '{client}'.")
        }
    }
}

/// What is wrong with what a user granted, or with the user.
const fn of_grant(fault: &Fault) -> &'static str {
    match fault {
        Fault::CodeUsed => {
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
        }
        Fault::GrantExpired => {
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization \
             request for this user and resource."
        }
        Fault::RefreshTokenExpired => {
            "The refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."
        }
        Fault::PageTokenExpired => {
            "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which \
             can't be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page."
        }
        Fault::GrantRevoked => {
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or \
             reset their password."
        }
        Fault::OtherRedirectUri => {
            "The redirect URI does not match the redirect URI provided when requesting the authorization code."
        }
        Fault::Verifier => {
            "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        }
        Fault::NotFromPage => {
            "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests."
        }
        Fault::FromPage => {
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type."
        }
        Fault::Pending => "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        Fault::SlowDown => "OAuth 2.0 device flow error. Authorization is pending. Poll less often.",
        Fault::Declined => "OAuth 2.0 device flow error. The user has declined the request.",
        Fault::ConsentDeclined => "User declined to consent to access the app.",
        Fault::DeviceCodeExpired => "OAuth 2.0 device flow error. The device code has expired.",
        Fault::UserCode => "Invalid verification code. Check the code that the device shows.",
        Fault::DeviceCode => "Invalid verification code: no such device code was given.",
        Fault::TooManyCodes => "Too many wrong codes were entered here. Try again in a minute.",
        Fault::TooManyDevices => "Too many devices wait. Try again later.",
        Fault::Password => "Error validating credentials due to invalid username or password.",
        Fault::Locked => {
            "There were too many wrong passwords for this account, or from here. Try again in a minute."
        }
        Fault::MustChangePassword => "The password is expired.",
        Fault::DisabledUser => "The user account is disabled.",
        Fault::UnknownUser => "The user account does not exist in the tenant.",
        Fault::DeletedUser => "The user account does not exist in the tenant.",
        Fault::OnBehalfOf => {
            "Assertion failed signature validation. It must be an access token of this tenant for the client that presents it."
        }
        Fault::OnBehalfOfTime => "Assertion is not within its valid time range.",
        Fault::LoginRequired => {
            "Session information is not sufficient for single-sign-on: a silent sign-in request was sent but no user is signed in."
        }
        _ => "Provided grant is invalid or malformed.",
    }
}
