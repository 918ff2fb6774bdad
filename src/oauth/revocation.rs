//! The revocation endpoint (RFC 7009).

use crate::oauth::answer::{Answer, empty_answer};
use crate::oauth::error::{OAuthError, OAuthErrorCode, Reason};
use crate::oauth::request::OAuthRequest;
use crate::operations::sign_ins::revoke::{ForeignToken, by_client};
use crate::service::Service;
use crate::types::time::Timestamp;

/// Revokes a token. `token_type_hint` is ignored, because the text of a token contains its kind.
pub(crate) async fn revocation(
    service: &Service,
    request: OAuthRequest<'_>,
    now: Timestamp,
) -> Result<Answer, OAuthError> {
    let mut proved = request.proved(service, now).await?;
    let token = proved.required("token")?;
    match by_client(service, &proved.client, token.expose_secret(), request.source, now).await? {
        Ok(()) => Ok(empty_answer(200)),
        Err(ForeignToken) => Err(OAuthError::new(OAuthErrorCode::UnauthorizedClient, Reason::ForeignClient)),
    }
}
