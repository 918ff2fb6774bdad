//! Authenticates requests by their `Authorization` header.

use crate::counterfoil::Counterfoil;
use crate::http_auth::bearer::{Credentials, MalformedHeader, credentials, foreign_token};
use crate::service::challenge::Challenge;
use crate::types::principal::Principal;
use crate::types::source::Source;

impl Counterfoil {
    /// Authenticates a request by its `Authorization` header (RFC 6750 §2.1). A framework adapter calls this method and
    /// writes the [`Challenge`] into the response. The adapter needs no other part of RFC 6750.
    ///
    /// `authorization` contains every value of the header, as received. A request with more than one value is refused.
    /// Tokens in a form, a query string or a cookie (RFC 6750 §2.2, §2.3) are not read, because these tokens end up in
    /// logs and histories. `source` decides whether a credential that can be used only from some addresses is accepted,
    /// and is written to events ([`Counterfoil::from_source`]). Refused bearer tokens do not count towards any limit of
    /// failures.
    ///
    /// # Errors
    ///
    /// A [`Challenge`] with status, `WWW-Authenticate` and `Retry-After`.
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Counterfoil::verify`].
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::types::Source;
    ///
    /// let new = NewPersonalAccessToken::new("reports", Lifetime::Days(1));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let source: Source = "203.0.113.7".parse()?;
    ///
    /// let header = format!("Bearer {}", issued.token.expose_secret());
    /// let principal = counterfoil.authenticate([header.as_bytes()], &source).await?;
    /// assert_eq!(principal.name(), "ivan");
    ///
    /// let twice = [header.as_bytes(), header.as_bytes()];
    /// let challenge = counterfoil.authenticate(twice, &source).await.expect_err("two headers");
    /// assert_eq!((challenge.status(), challenge.error()), (400, Some("invalid_request")));
    /// # Ok(()) }) }
    /// ```
    pub async fn authenticate<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a [u8]>,
        source: &Source,
    ) -> Result<Principal, Challenge> {
        match self.presented(authorization) {
            Ok(Credentials::Bearer(token)) => {
                let verified = self.from_source(source).verify(token.expose_secret()).await;
                verified.map_err(|denied| Challenge::denied(denied, self.realm()))
            }
            Ok(Credentials::Absent | Credentials::OtherScheme) => Err(Challenge::no_credential(self.realm())),
            Err(fault) => Err(Challenge::malformed(fault, self.realm())),
        }
    }

    /// The bearer token of a request. If the host imports tokens of other systems, also accepts the headers of these
    /// systems.
    fn presented<'a>(&self, authorization: impl IntoIterator<Item = &'a [u8]>) -> Result<Credentials, MalformedHeader> {
        let Some(imports) = &self.service.imports else { return credentials(authorization) };
        let mut values = authorization.into_iter();
        let values = [values.next(), values.next()];
        match (credentials(values.into_iter().flatten()), values) {
            (Ok(Credentials::OtherScheme) | Err(MalformedHeader), [Some(only), None]) => {
                let names = imports.schemes.iter().map(|scheme| scheme.header_scheme());
                let token = foreign_token(only, names.chain(["Bearer"]));
                token.map(|token| token.map_or(Credentials::OtherScheme, Credentials::Bearer))
            }
            (found, _) => found,
        }
    }
}
