//! Reads the body of an introspection response (RFC 7662 §2.2). A body that does not follow the RFC is an error.

use std::time::Duration;

use counterfoil::types::TokenKind;
use counterfoil::{Realm, Role, Scope, SubjectId, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{AnswerFault, RemoteRefusal};
use crate::principal::{Granted, Parts, RemotePrincipal};

/// The configured values with which an answer is compared.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) realm: Realm,
    pub(crate) audience: Option<String>,
    pub(crate) issuer: Option<String>,
    /// Whether the endpoint belongs to a `counterfoil` service. If true, the members `kind` and `role` have the meaning
    /// that `counterfoil` gives them.
    pub(crate) of_counterfoil: bool,
}

/// The members of an answer that this crate reads. `null` is treated as missing, and a repeated member is an error.
/// Other members are ignored.
#[derive(Deserialize)]
struct Members {
    active: Option<Value>,
    scope: Option<Value>,
    client_id: Option<Value>,
    username: Option<Value>,
    token_type: Option<Value>,
    exp: Option<Value>,
    iat: Option<Value>,
    nbf: Option<Value>,
    sub: Option<Value>,
    aud: Option<Value>,
    iss: Option<Value>,
    act: Option<Value>,
    cnf: Option<Value>,
    kind: Option<Value>,
    role: Option<Value>,
}

/// Returns the principal, or the reason why the token is refused.
///
/// The types of the members are checked first. So a member with a wrong type is an error, even if `active` is false.
/// There are three exceptions if `active` is false: `kind` and `role` are not checked at all, and the text in `scope`
/// need not be a valid scope.
pub(crate) fn read(
    body: &[u8],
    expected: &Expected,
    now: Timestamp,
) -> Result<Result<RemotePrincipal, RemoteRefusal>, AnswerFault> {
    // The answer must be an object, but serde accepts an array for a struct too.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(AnswerFault::NotAnObject);
    }
    let members: Members = serde_json::from_slice(body).map_err(|_| AnswerFault::NotAnObject)?;
    let active: bool = required(members.active, "active")?;
    let scope = text(members.scope, "scope")?;
    let client_id = text(members.client_id, "client_id")?;
    let username = text(members.username, "username")?;
    let token_type = text(members.token_type, "token_type")?;
    let issuer = text(members.iss, "iss")?;
    let audiences = audiences(members.aud)?;
    let issued_at = instant(members.iat, "iat")?;
    let expires_at = instant(members.exp, "exp")?;
    let not_before = instant(members.nbf, "nbf")?;
    let subject = subject(members.sub, "sub")?;
    let actor = actor(members.act)?;
    if !active {
        return Ok(Err(RemoteRefusal::Inactive));
    }
    let (kind, role): (Option<TokenKind>, Option<Role>) = if expected.of_counterfoil {
        (Some(required(members.kind, "kind")?), Some(required(members.role, "role")?))
    } else {
        (None, None)
    };
    let scope = granted(scope.as_deref(), expected.of_counterfoil)?;

    if let Some(kind @ (TokenKind::RefreshToken | TokenKind::ClientSecret | TokenKind::ConsoleSession)) = kind {
        return Ok(Err(RemoteRefusal::WrongKind { kind }));
    }
    if members.cnf.is_some() || token_type.is_some_and(|name| !name.eq_ignore_ascii_case("bearer")) {
        return Ok(Err(RemoteRefusal::NotBearer));
    }
    if expected.issuer.is_some() && expected.issuer != issuer {
        return Ok(Err(RemoteRefusal::WrongIssuer));
    }
    if expected.audience.as_ref().is_some_and(|audience| !audiences.contains(audience)) {
        return Ok(Err(RemoteRefusal::WrongAudience));
    }
    if let Some(at) = expires_at.filter(|&at| now.reached(at)) {
        return Ok(Err(RemoteRefusal::Expired { at }));
    }
    if let Some(from) = not_before.filter(|&from| !now.reached(from)) {
        return Ok(Err(RemoteRefusal::NotYetValid { from }));
    }
    let Some(subject) = subject else { return Ok(Err(RemoteRefusal::NoSubject)) };
    let realm = expected.realm.clone();
    let parts = Parts { realm, subject, scope, client_id, username, kind, role, actor, issued_at, expires_at };
    Ok(Ok(RemotePrincipal::new(parts)))
}

fn of<T: DeserializeOwned>(value: Value, member: &'static str) -> Result<T, AnswerFault> {
    serde_json::from_value(value).map_err(|_| AnswerFault::Member { member })
}

fn required<T: DeserializeOwned>(value: Option<Value>, member: &'static str) -> Result<T, AnswerFault> {
    of(value.ok_or(AnswerFault::Member { member })?, member)
}

/// The maximum length of a text in an answer, in bytes. It limits the memory that a cached answer takes.
const MOST_TEXT: usize = 1024;

fn text(value: Option<Value>, member: &'static str) -> Result<Option<String>, AnswerFault> {
    let text: Option<String> = value.map(|value| of(value, member)).transpose()?;
    if text.as_ref().is_some_and(|text| text.len() > MOST_TEXT) {
        Err(AnswerFault::Member { member })
    } else {
        Ok(text)
    }
}

/// Reads an instant, which is an integer of seconds since 1970 (RFC 7662 §2.2). If the instant is after the last
/// instant of [`Timestamp`], returns that last instant.
fn instant(value: Option<Value>, member: &'static str) -> Result<Option<Timestamp>, AnswerFault> {
    let seconds: Option<u64> = value.map(|value| of(value, member)).transpose()?;
    Ok(seconds.map(|seconds| Timestamp::EPOCH.plus_capped(Duration::from_secs(seconds))))
}

fn subject(value: Option<Value>, member: &'static str) -> Result<Option<SubjectId>, AnswerFault> {
    let text = text(value, member)?;
    text.map(|text| SubjectId::new(&text).map_err(|_| AnswerFault::Member { member })).transpose()
}

/// Reads the audience, which is one string or an array of strings (RFC 7519 §4.1.3).
fn audiences(value: Option<Value>) -> Result<Vec<String>, AnswerFault> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one]),
        Some(several) => of(several, "aud"),
    }
}

/// Returns the current actor. Its nested actors are earlier actors. They are for information only (RFC 8693 §4.1), so
/// they are ignored.
fn actor(value: Option<Value>) -> Result<Option<SubjectId>, AnswerFault> {
    match value {
        None => Ok(None),
        Some(Value::Object(mut act)) => subject(act.remove("sub"), "act"),
        Some(_) => Err(AnswerFault::Member { member: "act" }),
    }
}

fn granted(scope: Option<&str>, of_counterfoil: bool) -> Result<Granted, AnswerFault> {
    match scope {
        None if of_counterfoil => Ok(Granted::Everything),
        None => Ok(Granted::Nothing),
        Some(text) if text.bytes().all(|byte| byte == b' ') => Ok(Granted::Nothing),
        Some(text) => {
            let scope: Result<Scope, _> = text.parse();
            scope.map(Granted::Scope).map_err(|_| AnswerFault::Member { member: "scope" })
        }
    }
}
