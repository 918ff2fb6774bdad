//! The requirements of a handler for its caller.

use crate::service::challenge::Challenge;
use crate::service::error::Forbidden;
use crate::types::principal::Principal;
use crate::types::role::Role;

impl Principal {
    /// Requires a scope (RFC 6749 §3.3). `scope` has one or more scope tokens separated by blanks, and the credential
    /// must have all of them. A credential without a scope satisfies the requirement, because it has all rights of its
    /// owner.
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
            // If `scope` contains no scope token, no credential with a scope satisfies it.
            Some(own) if needed().next().is_some() && needed().all(|token| own.contains(token)) => Ok(()),
            Some(_) => Err(Challenge::scope(scope.parse().ok(), &self.realm)),
        }
    }

    /// Requires at least one of several scopes. Each scope is checked in the same way as by [`Principal::require`]. The
    /// challenge names the first scope, so put the narrowest scope first. An empty list is never satisfied.
    ///
    /// # Errors
    ///
    /// The errors of [`Principal::require`].
    pub fn require_any(&self, scopes: &[&str]) -> Result<(), Challenge> {
        if scopes.iter().any(|scope| self.require(scope).is_ok()) {
            return Ok(());
        }
        Err(Challenge::scope(scopes.first().and_then(|first| first.parse().ok()), &self.realm))
    }

    /// Requires that the effective role ([`Principal::role`]) is `needed` or a higher role.
    ///
    /// # Errors
    ///
    /// A [`Challenge`] with status 403 and the name `role`. It has no `WWW-Authenticate`, because a token with a wider
    /// scope would not help.
    pub fn require_role(&self, needed: Role) -> Result<(), Challenge> {
        if self.role >= needed { Ok(()) } else { Err(Challenge::forbidden(Forbidden::Role { needed }, &self.realm)) }
    }
}
