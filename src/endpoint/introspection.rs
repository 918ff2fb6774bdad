//! The introspection endpoint (RFC 7662): for confidential clients.

use crate::desk::Desk;
use crate::endpoint::answer::{Active, Answer, introspection_answer};
use crate::endpoint::error::OAuthError;
use crate::endpoint::request::OAuthRequest;
use crate::verbs::introspect::introspect;
use crate::words::time::Ts;

/// Answers what a token is, to those who may know. A public client has proved nothing, so it is refused as one that did not authenticate.
pub(crate) async fn introspection(desk: &Desk, request: OAuthRequest<'_>, now: Ts) -> Result<Answer, OAuthError> {
    let mut proved = request.proved(desk, now).await?.confidential(desk, now)?;
    let token = proved.required("token")?;
    let found = introspect(desk, &proved.client, token.expose_secret(), now).await?;
    Ok(introspection_answer(
        found
            .as_ref()
            .map(|found| Active {
                kind: found.kind,
                scope: found.scope.as_ref(),
                client_id: found.client_id.as_ref(),
                username: &found.username,
                subject: &found.subject,
                issued_at: found.issued_at,
                expires_at: found.expires_at,
                role: found.role,
                actor: found.actor.as_ref(),
            })
            .as_ref(),
    ))
}
