//! The OAuth endpoints, for any framework.

use crate::endpoint::answer::Answer;
use crate::endpoint::error::OAuthError;
use crate::endpoint::request::OAuthRequest;
use crate::endpoint::{introspection, revocation, token};
use crate::handle::Counterfoil;

impl Counterfoil {
    /// `POST /token` (RFC 6749 §3.2): the password and the refresh grant.
    ///
    /// # Errors
    ///
    /// [`OAuthError`], which turns into an [`Answer`]; its reason is for the host.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has issued or refreshed, or has not; a refresh that was carried out is answered alike when the client retries it
    /// within the window.
    pub async fn token(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        token::token(&self.desk, request, self.now()).await
    }

    /// `POST /revoke` (RFC 7009). When it returns, nothing of what it revoked authenticates on any node.
    ///
    /// # Errors
    ///
    /// [`OAuthError`]; 503 means that the token may still live.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has revoked or has not; call again.
    pub async fn revocation(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        revocation::revocation(&self.desk, request, self.now()).await
    }

    /// `POST /introspect` (RFC 7662). Counts no use and triggers nothing.
    ///
    /// # Errors
    ///
    /// [`OAuthError`].
    ///
    /// # Cancel safety
    ///
    /// Reads only.
    pub async fn introspection(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        introspection::introspection(&self.desk, request, self.now()).await
    }
}
