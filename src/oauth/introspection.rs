//! The introspection endpoint (RFC 7662), which only confidential clients may use.

use crate::oauth::answer::{Active, Answer, introspection_answer};
use crate::oauth::error::OAuthError;
use crate::oauth::request::OAuthRequest;
use crate::operations::sign_ins::introspect::introspect;
use crate::service::Service;
use crate::types::source::{InvalidSource, SourceName};
use crate::types::time::Timestamp;

/// Introspects a token for an authenticated client. A public client cannot authenticate, so it is refused in the same
/// way as a client whose authentication failed. The parameter `source` of the form is an extension of RFC 7662: the
/// source of the request in which the resource server got the token.
pub(crate) async fn introspection(
    service: &Service,
    request: OAuthRequest<'_>,
    now: Timestamp,
) -> Result<Answer, OAuthError> {
    let mut proved = request.proved(service, now).await?.confidential(service, now)?;
    let token = proved.required("token")?;
    let source = proved.form.take("source").map(|source| SourceName::new(source.expose_secret())).transpose();
    let source = source.map_err(|InvalidSource| OAuthError::value("source"))?;
    let found = introspect(service, &proved.client, token.expose_secret(), source.as_ref(), now).await?;
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
