//! The revocation endpoint (RFC 7009).

use crate::desk::Desk;
use crate::endpoint::answer::{Answer, empty_answer};
use crate::endpoint::error::{OAuthError, OAuthErrorCode, Reason};
use crate::endpoint::request::OAuthRequest;
use crate::verbs::revoke::{ForeignToken, by_client};
use crate::words::time::Ts;

/// Answers a request to revoke a token. `token_type_hint` is a hint only: the token's own text says what it is.
pub(crate) async fn revocation(desk: &Desk, request: OAuthRequest<'_>, now: Ts) -> Result<Answer, OAuthError> {
    let mut proved = request.proved(desk, now).await?;
    let token = proved.required("token")?;
    match by_client(desk, &proved.client, token.expose_secret(), request.source, now).await? {
        Ok(()) => Ok(empty_answer(200)),
        Err(ForeignToken) => Err(OAuthError::new(OAuthErrorCode::UnauthorizedClient, Reason::ForeignClient)),
    }
}
