//! Creates security codes.

use crate::counterfoil::Counterfoil;
use crate::record::family_body::{Access, FamilyBody};
use crate::record::family_details::FamilyDetails;
use crate::service::authority::Permit;
use crate::service::authority::operations::CreateCode;
use crate::service::error::{ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::issuing::{Draft, derived, insert};
use crate::service::presenter::Presenter;
use crate::service::view::IssuedCredential;
use crate::token::once::OnceKey;
use crate::types::description::Description;
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;

/// The access level of a new security code, which limits its rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NewAccess<'a> {
    /// The rights of a super administrator, as long as the code's creator has that role.
    SuperAdministrator,
    /// The rights of the account with this name, but at most those of an ordinary member.
    SameAsUser(&'a str),
}

impl<'a> NewAccess<'a> {
    /// Parses the access level from the two fields of a form or a request body. If `access` is `super_administrator`,
    /// `user` must be `None`. If `access` is `same_as_user`, `user` must be the name of the account.
    ///
    /// ```
    /// use counterfoil::operations::NewAccess;
    /// use counterfoil::Invalid;
    ///
    /// assert_eq!(NewAccess::parse("same_as_user", Some("ivan")), Ok(NewAccess::SameAsUser("ivan")));
    /// assert_eq!(NewAccess::parse("super_administrator", Some("ivan")), Err(Invalid::UserNotAsked));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Invalid`] if the access level is unknown, if `same_as_user` has no user, or if `super_administrator` has a
    /// user.
    pub fn parse(access: &str, user: Option<&'a str>) -> Result<Self, Invalid> {
        match (access, user) {
            ("super_administrator", None) => Ok(Self::SuperAdministrator),
            ("super_administrator", Some(_)) => Err(Invalid::UserNotAsked),
            ("same_as_user", Some(user)) => Ok(Self::SameAsUser(user)),
            ("same_as_user", None) => Err(Invalid::UserMissing),
            _ => Err(Invalid::Access),
        }
    }
}

/// The request for a new security code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewSecurityCode<'a> {
    /// The access level of the code.
    pub access: NewAccess<'a>,
    /// The purpose of the code, for lists, at most 500 characters.
    pub description: Option<&'a str>,
    /// The addresses from which the code can be used. `None` means the addresses from which the presenter's credential
    /// can be used. These are usually all addresses.
    pub allowed_sources: Option<Networks>,
    /// The host's own data, which the host gets back with each verification.
    pub metadata: Option<Metadata>,
}

impl<'a> NewSecurityCode<'a> {
    /// A request for a code without a description and metadata, and without allowed sources of its own.
    #[must_use]
    pub const fn new(access: NewAccess<'a>) -> Self {
        Self { access, description: None, allowed_sources: None, metadata: None }
    }
}

crate::types::setters::setters!(NewSecurityCode<'a> {
    with_access access = NewAccess<'a>;
    with_description description: Option<&'a str>;
    with_allowed_sources allowed_sources: Option<Networks>;
    with_metadata metadata: Option<Metadata>;
});

impl Counterfoil {
    /// Creates a security code. Only for super administrators.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Invalid`] for an invalid field.
    /// [`ManageError::Conflict`] if the realm already has as many live codes as the policy allows.
    /// [`ManageError::SlowDown`] after too many creations in an hour. [`ManageError::Unavailable`] if a store or the
    /// directory failed.
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Counterfoil::create_personal_access_token`].
    pub async fn create_security_code(
        &self,
        by: &Presenter,
        new: &NewSecurityCode<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        security_code(self.permit(by).await?, new, None).await
    }
}

pub(crate) async fn security_code(
    permit: Permit<'_, CreateCode>,
    new: &NewSecurityCode<'_>,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let (service, now, created_by) = (permit.service(), permit.now(), permit.person()?.clone());
    let description = new.description.map(Description::new).transpose().map_err(Invalid::from)?;
    let (access, named) = match new.access {
        NewAccess::SuperAdministrator => (Access::SuperAdministrator, None),
        NewAccess::SameAsUser(name) => {
            let subject = service.directory.resolve(name).await?.subject.ok_or(Invalid::User)?;
            (Access::SameAsUser(subject), Some(name.into()))
        }
    };
    let settings = service.settings(now).await?;
    let rules = &service.policy.security_codes;
    let owner = OwnerId::realm();
    let asked = format!("{:?}", new.access);
    let allowed_sources = permit.own_sources().await?.narrowed(new.allowed_sources.clone())?;
    let sources = allowed_sources.as_ref().map(Networks::to_string);
    let is_described = if description.is_some() { "1" } else { "" };
    let mut fields = vec![asked.as_str(), is_described, new.description.unwrap_or_default()];
    // Allowed sources are a field of the derivation only if there are any. So a form without them gives the same id as
    // in a version of this library without allowed sources.
    fields.extend(sources.as_deref());
    let draft = Draft {
        kind: TokenKind::SecurityCode,
        id: derived(service, once, &owner, TokenKind::SecurityCode, &fields),
        owner,
        body: FamilyBody::Code { created_by, access, named },
        details: FamilyDetails::new().with_allowed_sources(allowed_sources).with_metadata(new.metadata.clone()).kept(),
        cap: rules.max_live,
        pace: rules.creations_per_hour,
        label: None,
        label_key: None,
        description,
        scope: permit.narrowed(None, "scope")?,
        expires_at: Some(now.plus(settings.code_lifetime).ok_or(Unavailable::Clock)?),
    };
    insert(&permit, draft, &settings).await
}
