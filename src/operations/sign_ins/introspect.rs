//! Introspection (RFC 7662): what a resource server may know. It records no use and has no side effects.

use crate::record::family::FamilyBody;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::types::client::{ClientId, Registration};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// The introspection of an active token. For any other token the response is exactly `{"active":false}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Introspected {
    /// Its kind.
    pub kind: TokenKind,
    /// What it may do; `None`: all that its owner may.
    pub scope: Option<Scope>,
    /// The client that it was issued to, if any.
    pub client_id: Option<ClientId>,
    /// The account's display name.
    pub username: String,
    /// The subject whose rights it carries.
    pub subject: SubjectId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// The effective role: the account's current role, but for a same-as-user code at most that of an ordinary member.
    pub role: Role,
    /// The creator of a security code, who acts through the code (RFC 8693 §4.1). `None` for all other tokens.
    pub actor: Option<SubjectId>,
}

/// Introspects a token for an authenticated confidential client. `None`: inactive, or not visible to this client.
pub(crate) async fn introspect(
    service: &Service,
    client: &Registration,
    token: &str,
    now: Timestamp,
) -> Result<Option<Introspected>, Unavailable> {
    let Ok(presented) = service.prefixes.parse(token) else { return Ok(None) };
    let kind = presented.kind();
    if matches!(kind, TokenKind::ClientSecret | TokenKind::ConsoleSession) {
        return Ok(None);
    }
    // A token of another realm does not match.
    let Ok(matched) = service.matched(&presented).await? else { return Ok(None) };
    let record = matched.record;
    let is_refresh = kind == TokenKind::RefreshToken;
    let client_id = match record.body() {
        // Only its own client may introspect a refresh token: no resource server may accept it as an access token.
        FamilyBody::SignIn { client: own, .. } if is_refresh && *own != client.key => return Ok(None),
        FamilyBody::SignIn { client: own, client_id, .. } if *own == client.key || client.resource_server => {
            Some(client_id.clone())
        }
        FamilyBody::SignIn { .. } => return Ok(None),
        _ if client.resource_server => None,
        _ => return Ok(None),
    };
    let judged = service.judge(&record, now).await?;
    let (Ok(rights), Some(account)) = (judged.verdict, judged.account) else { return Ok(None) };
    let actor = match record.body() {
        FamilyBody::Code { created_by, .. } => Some(created_by.clone()),
        _ => None,
    };
    let own = record.record();
    let expires_at = crate::record::expiry::effective_expiry(&record, &judged.settings);
    Ok(Some(Introspected {
        kind,
        scope: rights.scope(&record).cloned(),
        client_id,
        username: account.name().to_owned(),
        subject: account.subject().clone(),
        issued_at: own.created_at,
        expires_at,
        role: rights.role,
        actor,
    }))
}
