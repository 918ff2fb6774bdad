//! The OAuth endpoints, for any framework.

use crate::counterfoil::Counterfoil;
use crate::oauth::answer::Answer;
use crate::oauth::error::OAuthError;
use crate::oauth::request::OAuthRequest;
use crate::oauth::{introspection, revocation, token};
use crate::service::measured::Stopwatch;
use crate::service::queue::Place;
use crate::store::throttle::ThrottleKey;

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
    ///
    /// # Example: a login form in, an answer out
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::client::{Grant, NewClient};
    /// use counterfoil::types::Source;
    /// use counterfoil::oauth::{Answer, OAuthRequest};
    ///
    /// let id = Some("app".parse()?);
    /// let new = NewClient { id, grants: vec![Grant::Password, Grant::RefreshToken], ..NewClient::named("App") };
    /// let secret = counterfoil.create_client(&Presenter::host(), new).await?.secret.ok_or("a confidential client")?;
    /// let header = format!("Basic {}", secret.expose_api_key());
    /// let authorization = [header.as_bytes()];
    /// let source: Source = "203.0.113.7".parse()?;
    /// let post = |body: &'static [u8]| OAuthRequest {
    ///     authorization: &authorization,
    ///     content_type: Some(b"application/x-www-form-urlencoded"),
    ///     body,
    ///     source: &source,
    /// };
    ///
    /// let answer = counterfoil.token(post(b"grant_type=password&username=ivan&password=a+password")).await?;
    /// assert_eq!(answer.status(), 200);
    /// assert!(answer.headers().any(|header| header == ("cache-control", "no-store")));
    /// let body: serde_json::Value = serde_json::from_str(answer.expose_secret())?;
    /// assert_eq!((&body["token_type"], &body["expires_in"]), (&"bearer".into(), &600.into()));
    ///
    /// // Whatever goes wrong turns into an answer too.
    /// let wrong = counterfoil.token(post(b"grant_type=password&username=ivan&password=wrong")).await;
    /// let answer = wrong.unwrap_or_else(Answer::from);
    /// assert_eq!(answer.status(), 400);
    /// assert!(answer.expose_secret().starts_with(r#"{"error":"invalid_grant""#));
    /// # Ok(()) }) }
    /// ```
    pub async fn token(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        logged("token", Stopwatch::start(), token::token(&self.service, request, self.now()).await)
    }

    /// A place in line for whoever was told that only attempts under way stand in the way: by [`OAuthError::waits_for`] or
    /// [`LoginError::Busy`](crate::operations::LoginError). An adapter that has one asks again within a second, as often as it likes, and then drops it;
    /// one that has none, or whose second is over, answers 429 with `Retry-After: 1`. `None`: eight wait already.
    #[must_use]
    pub fn line_up(&self, key: &ThrottleKey) -> Option<Place> {
        self.service.queue.enter(*key)
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
        logged("revocation", Stopwatch::start(), revocation::revocation(&self.service, request, self.now()).await)
    }

    /// `POST /introspect` (RFC 7662). Counts no use and triggers nothing. A token without scope, which has all rights of its owner, is answered
    /// without `scope`; [`NewClient::default_scope`](crate::client::NewClient::default_scope) says what follows.
    ///
    /// # Errors
    ///
    /// [`OAuthError`].
    ///
    /// # Cancel safety
    ///
    /// Reads only.
    pub async fn introspection(&self, request: OAuthRequest<'_>) -> Result<Answer, OAuthError> {
        logged(
            "introspection",
            Stopwatch::start(),
            introspection::introspection(&self.service, request, self.now()).await,
        )
    }
}

/// Writes why a request was not carried out to `tracing` at debug, target `counterfoil`. Neither a secret nor text of the request is in it.
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
