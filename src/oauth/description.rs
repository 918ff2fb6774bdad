//! The texts of `error_description` (RFC 6749 §5.2). Each cause has one fixed text in the characters that the RFC
//! allows (%x20-21 / %x23-5B / %x5D-7E). No text contains a part of the request. If the difference between causes would
//! help an attacker, the causes have the same text.

use std::borrow::Cow;

use crate::http_auth::client_fault::ClientFault;
use crate::oauth::error::{OAuthErrorCode, Reason};
use crate::oauth::form::FormFault;
use crate::service::client_auth::ClientRefusal;

/// The text for an error. It names only parameters that the endpoints define, and contains no text of the caller.
pub(crate) fn description(code: OAuthErrorCode, reason: Option<&Reason>) -> Cow<'static, str> {
    let Some(reason) = reason else { return usual(code).into() };
    match reason {
        Reason::Form(fault) => of_form(*fault),
        Reason::Missing { name } => format!("parameter {name} is missing").into(),
        Reason::Value { name } => format!("parameter {name} has a value that it cannot have").into(),
        Reason::Client(ClientRefusal::InvalidRequest { fault } | ClientRefusal::InvalidClient { fault, .. }) => {
            of_client(*fault).into()
        }
        Reason::Method => "the method is not allowed here".into(),
        Reason::GrantUnknown | Reason::NoLogins => {
            "parameter grant_type names a grant that is not supported here".into()
        }
        Reason::GrantNotRegistered => "parameter grant_type names a grant that the client is not registered for".into(),
        Reason::Login => "the user name or the password is not valid".into(),
        Reason::ServiceAccount => "the client's service account may not act".into(),
        Reason::Token(_) => "parameter refresh_token is not a valid refresh token of this client".into(),
        Reason::ForeignClient => "parameter token is a token of another client".into(),
        Reason::QuotaReached => "the user has as many sign-ins as may be: end one first".into(),
        Reason::Scope(_) => "parameter scope is malformed".into(),
        Reason::ScopeBeyond => "parameter scope is beyond what may be had here".into(),
        Reason::ScopeDemanded => "parameter scope must be given".into(),
        Reason::Client(ClientRefusal::SlowDown { .. } | ClientRefusal::Busy { .. })
        | Reason::Throttled { .. }
        | Reason::Busy { .. }
        | Reason::Unavailable(_) => usual(code).into(),
    }
}

/// The text for an error whose reason has no text of its own.
const fn usual(code: OAuthErrorCode) -> &'static str {
    match code {
        OAuthErrorCode::InvalidRequest => "the request is malformed",
        OAuthErrorCode::InvalidClient => "client authentication failed",
        OAuthErrorCode::InvalidGrant => "the credentials or the refresh token are not valid",
        OAuthErrorCode::UnauthorizedClient => "the client may not do this",
        OAuthErrorCode::UnsupportedGrantType => "the grant type is not supported",
        OAuthErrorCode::InvalidScope => "the scope is malformed or beyond what the client may have",
        OAuthErrorCode::SlowDown => "too many requests in a short time: wait",
        OAuthErrorCode::TemporarilyUnavailable => "the service is unavailable: try again later",
    }
}

/// The text for a failed client authentication. An unknown client, a disabled client, a public client with a secret,
/// and a wrong secret have the same text.
const fn of_client(fault: ClientFault) -> &'static str {
    match fault {
        ClientFault::Missing => "no client is named: send Authorization: Basic, or client_id",
        ClientFault::Malformed => "the credentials of Authorization: Basic are malformed",
        ClientFault::HeaderTwice => "Authorization: Basic stands twice",
        ClientFault::HeaderAndForm => {
            "the client is authenticated twice: by Authorization: Basic and by parameter client_secret"
        }
        ClientFault::OtherId => "parameter client_id names another client than Authorization: Basic",
        ClientFault::Public => "a confidential client is needed here",
        ClientFault::Unknown | ClientFault::Disabled | ClientFault::PublicSecret | ClientFault::Secret => {
            usual(OAuthErrorCode::InvalidClient)
        }
    }
}

fn of_form(fault: FormFault) -> Cow<'static, str> {
    match fault {
        FormFault::TooLarge => "the form is over 8 KiB or 32 parameters".into(),
        FormFault::MediaType => "the content type must be application/x-www-form-urlencoded".into(),
        FormFault::Undecodable { name: Some(name) } => format!("parameter {name} cannot be decoded").into(),
        FormFault::Undecodable { name: None } => "the form cannot be decoded".into(),
        FormFault::Repeated { name: Some(name) } => format!("parameter {name} is repeated").into(),
        FormFault::Repeated { name: None } => "a parameter is repeated".into(),
        FormFault::TooSlow => "the form did not arrive in time".into(),
        FormFault::Broken => "the form broke off".into(),
    }
}

#[cfg(test)]
#[path = "description_tests.rs"]
mod tests;
