//! Introspection (RFC 7662): what a resource server may know. Counts no use and triggers nothing.

use crate::counterfoil::family::FamilyBody;
use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::words::client::{ClientId, Registration};
use crate::words::ids::SubjectId;
use crate::words::kind::TokenKind;
use crate::words::scope::Scope;
use crate::words::time::Ts;

/// What is told of an active token. All else is exactly `{"active":false}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspected {
    /// Its kind.
    pub kind: TokenKind,
    /// What it may do; `None`: all that its owner may.
    pub scope: Option<Scope>,
    /// The client that it was issued to, where it was one.
    pub client_id: Option<ClientId>,
    /// The account's display name.
    pub username: String,
    /// Whose rights it carries.
    pub subject: SubjectId,
    /// When it was issued.
    pub issued_at: Ts,
    /// When it expires; `None`: never.
    pub expires_at: Option<Ts>,
}

/// Looks at a token for a confidential client that is proved. `None`: inactive, or not for this client to see.
pub(crate) async fn introspect(
    desk: &Desk,
    client: &Registration,
    token: &str,
    now: Ts,
) -> Result<Option<Introspected>, Unavailable> {
    let Ok(presented) = desk.prefixes.parse(token) else { return Ok(None) };
    let kind = presented.kind();
    if matches!(kind, TokenKind::ClientSecret | TokenKind::ConsoleSession) {
        return Ok(None);
    }
    let Ok(matched) = desk.matched(&presented).await? else { return Ok(None) };
    let record = matched.record;
    let client_id = match record.body() {
        FamilyBody::SignIn { client: own, client_id, .. } if *own == client.key || client.resource_server => {
            Some(client_id.clone())
        }
        FamilyBody::SignIn { .. } => return Ok(None),
        _ if client.resource_server => None,
        _ => return Ok(None),
    };
    let judged = desk.judge(&record, now).await?;
    let (Ok(_), Some(account)) = (judged.verdict, judged.account) else { return Ok(None) };
    let own = record.record();
    let expires_at = crate::counterfoil::expiry::effective_expiry(&record, &judged.settings);
    Ok(Some(Introspected {
        kind,
        scope: own.scope.clone(),
        client_id,
        username: account.name().to_owned(),
        subject: account.subject().clone(),
        issued_at: own.created_at,
        expires_at,
    }))
}
