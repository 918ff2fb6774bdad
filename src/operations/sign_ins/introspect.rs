//! Introspection (RFC 7662), which tells a resource server about a token. It does not record a use of the token and has
//! no other side effects.

use crate::record::expiry::effective_expiry;
use crate::record::facts::Origin;
use crate::record::family_body::FamilyBody;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::types::client::{ClientId, Registration};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// The introspection result for an active token. For any other token the response is exactly `{"active":false}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Introspected {
    /// The kind of the token.
    pub kind: TokenKind,
    /// The scope of the token. `None` means all rights of its owner.
    pub scope: Option<Scope>,
    /// The client to which the token was issued, if any.
    pub client_id: Option<ClientId>,
    /// The account's display name.
    pub username: String,
    /// The subject whose rights the token has.
    pub subject: SubjectId,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// When the token expires. `None` means never.
    pub expires_at: Option<Timestamp>,
    /// The effective role. It is the account's current role, but at most [`Role::Member`] for a security code that was
    /// created with the rights of a named user.
    pub role: Role,
    /// The creator of a security code, who acts through the code (RFC 8693 §4.1). `None` for any other token.
    pub actor: Option<SubjectId>,
}

/// Introspects a token for an authenticated confidential client. `None` if the token is inactive, or if this client is
/// not allowed to learn about it. `source` is the source of the request in which the resource server got the token. If
/// `source` is `None`, a token that can be used only from some addresses is inactive.
pub(crate) async fn introspect(
    service: &Service,
    client: &Registration,
    token: &str,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Option<Introspected>, Unavailable> {
    let found = match service.prefixes.parse(token) {
        Ok(presented) if matches!(presented.kind(), TokenKind::ClientSecret | TokenKind::ConsoleSession) => None,
        // A token of another realm does not match, because its digest covers the realm.
        Ok(presented) => service.matched(&presented).await?.ok(),
        Err(_) => service.matched_foreign(token).await?.ok(),
    };
    let Some(matched) = found else { return Ok(None) };
    let record = matched.record;
    let kind = record.record().kind;
    let is_refresh = kind == TokenKind::RefreshToken;
    let client_id = match record.body() {
        // A refresh token may be introspected only by the client to which it was issued. Otherwise a resource server
        // could accept it as an access token.
        FamilyBody::SignIn { client: own, .. } if is_refresh && *own != client.key => return Ok(None),
        FamilyBody::SignIn { client: own, client_id, .. } if *own == client.key || client.resource_server => {
            Some(client_id.clone())
        }
        FamilyBody::SignIn { .. } => return Ok(None),
        _ if client.resource_server => None,
        _ => return Ok(None),
    };
    let judged = service.judge(&record, Origin::Request(source), now).await?;
    let (Ok(rights), Some(account)) = (judged.verdict, judged.account) else { return Ok(None) };
    let actor = match record.body() {
        FamilyBody::Code { created_by, .. } => Some(created_by.clone()),
        _ => None,
    };
    let own = record.record();
    let expires_at = effective_expiry(record.view(), service.limits(&judged.settings));
    Ok(Some(Introspected {
        kind,
        scope: rights.scope(own.scope.as_ref()).cloned(),
        client_id,
        username: account.name().to_owned(),
        subject: account.subject().clone(),
        issued_at: own.created_at,
        expires_at,
        role: rights.role,
        actor,
    }))
}
