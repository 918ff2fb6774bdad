//! The OAuth endpoints. They can be used with any framework.

use crate::counterfoil::Counterfoil;
use crate::oauth::answer::Answer;
use crate::oauth::error::OAuthError;
use crate::oauth::request::OAuthRequest;
use crate::oauth::{introspection, revocation, token};
use crate::service::measured::Stopwatch;
use crate::service::queue::Place;
use crate::store::throttle::ThrottleKey;

impl Counterfoil {
    /// `POST /token` (RFC 6749 §3.2) with the password grant, the refresh grant and the client credentials grant.
    ///
    /// # Errors
    ///
    /// [`OAuthError`], which converts to an [`Answer`]. Its reason is only for the host.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have issued or refreshed tokens. If a refresh was completed, a retry within the retry window
    /// gets the same response.
    ///
    /// # Example: from a login form to an answer
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::client::{Grant, NewClient};
    /// use counterfoil::types::Source;
    /// use counterfoil::oauth::{Answer, OAuthRequest};
    ///
    /// let id = Some("app".parse()?);
    /// let new = NewClient::named("App").with_id(id).with_grants(vec![Grant::Password, Grant::RefreshToken]);
    /// let secret = counterfoil.create_client(&Presenter::host(), new).await?.secret.ok_or("a confidential client")?;
    /// let header = format!("Basic {}", secret.expose_api_key());
    /// let authorization = [header.as_bytes()];
    /// let source: Source = "203.0.113.7".parse()?;
    /// let post = |body: &'static [u8]| {
    ///     OAuthRequest::new(body, &source)
    ///         .with_authorization(&authorization)
    ///         .with_content_type(Some(b"application/x-www-form-urlencoded"))
    /// };
    ///
    /// let answer = counterfoil.token(post(b"grant_type=password&username=ivan&password=a+password")).await?;
    /// assert_eq!(answer.status(), 200);
    /// assert!(answer.headers().any(|header| header == ("cache-control", "no-store")));
    /// let body: serde_json::Value = serde_json::from_str(answer.expose_secret())?;
    /// assert_eq!((&body["token_type"], &body["expires_in"]), (&"bearer".into(), &600.into()));
    ///
    /// // An error converts to an answer too.
    /// let wrong = counterfoil.token(post(b"grant_type=password&username=ivan&password=wrong")).await;
    /// let answer = wrong.unwrap_or_else(Answer::from);
    /// assert_eq!(answer.status(), 400);
    /// assert!(answer.expose_secret().starts_with(r#"{"error":"invalid_grant""#));
    /// # Ok(()) }) }
    /// ```
    pub async fn token(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        logged("token", Stopwatch::start(), token::token(&self.service, request, self.now()).await)
    }

    /// Takes a place in a waiting line, for a request that was refused only because other attempts are in progress.
    /// Each throttle key has its own line. `key` is the key in [`OAuthError::waits_for`] or in
    /// [`LoginError::Busy`](crate::operations::LoginError). Returns `None` if eight requests already wait for this key,
    /// or 64 requests for all keys.
    ///
    /// While an adapter holds the place, it can repeat the request any number of times, but only for one second. Then
    /// the adapter drops the place. If there was no place, or if the repeated requests were also refused, the adapter
    /// responds with 429 and a `Retry-After` of one second.
    #[must_use]
    pub fn line_up(&self, key: &ThrottleKey) -> Option<Place> {
        self.service.queue.enter(*key)
    }

    /// `POST /revoke` (RFC 7009). After a successful call, the revoked tokens do not authenticate on any node.
    ///
    /// # Errors
    ///
    /// [`OAuthError`]. A status of 503 means that the token may still be live.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have revoked the token. Call it again.
    pub async fn revocation(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        logged("revocation", Stopwatch::start(), revocation::revocation(&self.service, request, self.now()).await)
    }

    /// `POST /introspect` (RFC 7662). The call does not record a use of the token and has no other side effects. A
    /// token without a scope has all rights of its owner, and the response for this token has no member `scope`: see
    /// [`NewClient::default_scope`](crate::client::NewClient::default_scope).
    ///
    /// # Errors
    ///
    /// [`OAuthError`], which converts to an [`Answer`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call changes no credential. But if the call is dropped while the client's secret is tested, it is
    /// counted as a wrong secret one minute later. So complete the call even if the caller disconnects.
    pub async fn introspection(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        logged(
            "introspection",
            Stopwatch::start(),
            introspection::introspection(&self.service, request, self.now()).await,
        )
    }
}

/// Records the metrics of a request. If the request failed, logs the reason to `tracing` at debug level, with the
/// target `counterfoil`. The log contains neither secrets nor text of the request.
fn logged(endpoint: &'static str, watch: Stopwatch, outcome: Result<Answer, OAuthError>) -> Result<Answer, OAuthError> {
    watch.operation(endpoint, outcome.as_ref().map_or_else(|error| error.code().as_str(), |_| "ok"));
    #[cfg(feature = "tracing")]
    if let Err(error) = &outcome {
        let reason = error.reason().map(tracing::field::display);
        let (code, description) = (error.code().as_str(), &*error.description());
        tracing::debug!(target: "counterfoil", endpoint, error = code, description, reason, "OAuth request refused");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = endpoint;
    outcome
}
