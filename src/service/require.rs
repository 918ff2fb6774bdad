//! The requirements of a handler on its caller.

use crate::service::challenge::Challenge;
use crate::service::error::Forbidden;
use crate::types::principal::Principal;
use crate::types::role::Role;

impl Principal {
    /// Requires a scope (RFC 6749 §3.3): every scope token in `scope`, which has one or more tokens separated by
    /// blanks. A credential without a scope passes, because it may do all that its owner may.
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// let scope = Some("demo:read".parse()?);
    /// let new = NewPersonalAccessToken::new("reports", Lifetime::Days(1)).with_scope(scope);
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let principal = counterfoil.verify(issued.token.expose_secret()).await?;
    ///
    /// assert!(principal.require("demo:read").is_ok());
    /// let challenge = principal.require("demo:write").expect_err("not in its scope");
    /// let expected = r#"Bearer realm="default", error="insufficient_scope", scope="demo:write""#;
    /// assert_eq!((challenge.status(), challenge.www_authenticate().as_deref()), (403, Some(expected)));
    /// assert!(principal.require_any(&["demo:write", "demo:read"]).is_ok());
    /// assert!(principal.require_role(Role::Member).is_ok());
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Challenge`]: 403 `insufficient_scope` that names the needed scope (RFC 6750 §3.1).
    pub fn require(&self, scope: &str) -> Result<(), Challenge> {
        let needed = || scope.split(' ').filter(|token| !token.is_empty());
        match &self.scope {
            None => Ok(()),
            // If the text has no scope token, no scope could satisfy it.
            Some(own) if needed().next().is_some() && needed().all(|token| own.contains(token)) => Ok(()),
            Some(_) => Err(Challenge::scope(scope.parse().ok(), &self.realm)),
        }
    }

    /// Requires at least one of several scopes, each as in [`Principal::require`]. The challenge names the first of
    /// them, so put the narrowest first. An empty list is never satisfied.
    ///
    /// # Errors
    ///
    /// The same as [`Principal::require`].
    pub fn require_any(&self, scopes: &[&str]) -> Result<(), Challenge> {
        if scopes.iter().any(|scope| self.require(scope).is_ok()) {
            return Ok(());
        }
        Err(Challenge::scope(scopes.first().and_then(|first| first.parse().ok()), &self.realm))
    }

    /// Requires that the effective role ([`Principal::role`]) is that role or a higher one.
    ///
    /// # Errors
    ///
    /// A [`Challenge`]: 403 `role`. It has no `WWW-Authenticate`, because no token with a wider scope would help.
    pub fn require_role(&self, needed: Role) -> Result<(), Challenge> {
        if self.role >= needed { Ok(()) } else { Err(Challenge::forbidden(Forbidden::Role { needed }, &self.realm)) }
    }
}
