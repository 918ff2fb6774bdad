//! Creates personal access tokens.

use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::service::Service;
use crate::service::authority::operations::CreateToken;
use crate::service::authority::{Permission, Permit};
use crate::service::error::{ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::issuing::{Draft, derived, insert};
use crate::service::presenter::Presenter;
use crate::service::view::IssuedCredential;
use crate::token::once::OnceKey;
use crate::types::description::Description;
use crate::types::duration::days;
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;
use crate::types::scope::Scope;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The lifetime of a new personal access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifetime {
    /// The token lives this many days of 86,400 s. The number must be from 1 to the policy's maximum.
    Days(i64),
    /// The token does not expire. The policy must allow this.
    Permanent,
}

/// The request for a new personal access token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewPersonalAccessToken<'a> {
    /// The label, by which the owner recognises the token. It follows the rules of the policy for length and
    /// uniqueness.
    pub label: &'a str,
    /// The lifetime of the token.
    pub lifetime: Lifetime,
    /// The scope of the token. `None` means the presenter's scope.
    pub scope: Option<Scope>,
    /// The addresses from which the token can be used. `None` means the same addresses as for the presenter's
    /// credential, which can usually be used from anywhere. If a token has allowed sources, the host must give the
    /// source of each request ([`Counterfoil::from_source`], [`Counterfoil::authenticate`]).
    pub allowed_sources: Option<Networks>,
    /// The host's own data, which the host gets back with each verification ([`Principal::metadata`]).
    ///
    /// [`Principal::metadata`]: crate::Principal::metadata
    pub metadata: Option<Metadata>,
    /// A description of the token, at most 500 characters.
    pub description: Option<&'a str>,
}

impl<'a> NewPersonalAccessToken<'a> {
    /// A request for a token with the presenter's scope.
    #[must_use]
    pub const fn new(label: &'a str, lifetime: Lifetime) -> Self {
        Self { label, lifetime, scope: None, allowed_sources: None, metadata: None, description: None }
    }

    /// A request for a token that lives `days` days, from 1 to the policy's maximum ([`Lifetime::Days`]). The token
    /// gets the presenter's scope.
    ///
    /// ```
    /// use counterfoil::{Lifetime, NewPersonalAccessToken};
    ///
    /// assert_eq!(NewPersonalAccessToken::for_days("backup", 30).lifetime, Lifetime::Days(30));
    /// ```
    #[must_use]
    pub const fn for_days(label: &'a str, days: i64) -> Self {
        Self::new(label, Lifetime::Days(days))
    }
}

crate::types::setters::setters!(NewPersonalAccessToken<'a> {
    with_label label = &'a str;
    with_lifetime lifetime = Lifetime;
    with_scope scope: Option<Scope>;
    with_allowed_sources allowed_sources: Option<Networks>;
    with_metadata metadata: Option<Metadata>;
    with_description description: Option<&'a str>;
});

/// The current limits of a new personal access token, for a form that shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenLimits {
    /// The longest label, in characters.
    pub label_max: u16,
    /// The longest lifetime, in days.
    pub max_days: u16,
    /// Whether a token may be permanent.
    pub permanent: bool,
    /// Whether a token can get a new expiry and keep its secret.
    pub extendable: bool,
    /// The time between the notice to the owner and the expiry of the token.
    pub notice_lead: Duration,
}

impl Counterfoil {
    /// Creates a personal access token for the presenter. Only the result contains the token's secret.
    ///
    /// # Errors
    ///
    /// [`ManageError`]. `Forbidden` if the presenter has no permission, for example because the account is that of a
    /// collaborator, or if personal access tokens are blocked ([`Counterfoil::gates`]). `Invalid` for an invalid label,
    /// for a number of days out of range, or if the presented credential itself cannot be used from all of the allowed
    /// addresses. `Conflict` if the label is taken, or if the owner already has as many live tokens as the policy
    /// allows. `SlowDown` after too many creations in an hour. `Unavailable` if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either created the token or changed nothing. If the secret was lost, the token is in the list
    /// and can be deleted.
    ///
    /// # Example: a new token, and two that break a rule
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use std::time::Duration;
    ///
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert_eq!(issued.view.expires_at, issued.view.created_at.plus(Duration::from_secs(30 * 86_400)));
    /// assert!(issued.token.expose_secret().starts_with("cfp_"));
    ///
    /// let again = new.clone().with_label("Nightly Build");
    /// let refused = counterfoil.create_personal_access_token(&ivan, &again).await.expect_err("the label is taken");
    /// assert!(matches!(refused, ManageError::Conflict(Conflict::LabelTaken)));
    ///
    /// let long = NewPersonalAccessToken::new("long", Lifetime::Days(181));
    /// let refused = counterfoil.create_personal_access_token(&ivan, &long).await.expect_err("too long");
    /// assert_eq!(refused.to_string(), "expires_in_days must be a whole number from 1 to 180");
    /// # Ok(()) }) }
    /// ```
    pub async fn create_personal_access_token(
        &self,
        by: &Presenter,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        personal_access_token(self.permit(by).await?, new, None).await
    }

    /// The limits of a new personal access token. They are not secret: no presenter is needed.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed or a stored setting is invalid.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn personal_access_token_limits(&self) -> Result<TokenLimits, Unavailable> {
        limits(&self.service, self.now()).await
    }
}

pub(crate) async fn personal_access_token(
    permit: Permit<'_, CreateToken>,
    new: &NewPersonalAccessToken<'_>,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let settings = permit.service().settings(permit.now()).await?;
    let whose = For { owner: permit.person()?.into(), widest_scope: None };
    let draft = draft(&permit, whose, new, &settings, once).await?;
    insert(&permit, draft, &settings).await
}

/// The owner of a new token, and the limit of the token's scope.
pub(crate) struct For<'a> {
    pub(crate) owner: OwnerId,
    /// The scope of the service account that will own the token. `None` for a person, and for a service account without
    /// a scope.
    pub(crate) widest_scope: Option<&'a Scope>,
}

/// Validates the request for a new token, and returns the draft of its record.
pub(crate) async fn draft<O: Permission>(
    permit: &Permit<'_, O>,
    whose: For<'_>,
    new: &NewPersonalAccessToken<'_>,
    settings: &Settings,
    once: Option<&OnceKey>,
) -> Result<Draft, ManageError> {
    let (service, now, For { owner, widest_scope }) = (permit.service(), permit.now(), whose);
    let rules = &service.policy.personal_access_tokens;
    let label = Label::new(new.label, rules.label_max).map_err(Invalid::from)?;
    let expires_at = expiry(service, new.lifetime, settings, now)?;
    let description = new.description.map(Description::new).transpose().map_err(Invalid::from)?;
    let scope = match (permit.narrowed(new.scope.clone(), "scope")?, widest_scope) {
        (Some(scope), Some(widest)) if widest.covers(&scope) => Some(scope),
        (Some(_), Some(_)) if new.scope.is_some() => return Err(Invalid::ScopeBeyondAccount.into()),
        // No scope was requested, so `scope` in this arm is the presenter's own scope, and exceeds the account's scope.
        // The token gets the account's scope.
        (Some(_), Some(widest)) => Some(widest.clone()),
        (scope, _) => scope,
    };
    if rules.scope_demanded && scope.is_none() && widest_scope.is_none() {
        return Err(Invalid::ScopeDemanded.into());
    }
    let allowed_sources = permit.own_sources().await?.narrowed(new.allowed_sources.clone())?;
    let mut asked = scope.as_ref().map(Scope::to_string).unwrap_or_default();
    if let Some(description) = &description {
        // A NUL separates the scope from the description, and no scope contains a NUL. So two requests with different
        // scopes or descriptions never give the same text.
        asked = format!("{asked}\0{}", description.as_str());
    }
    let (lifetime, sources) = (format!("{:?}", new.lifetime), allowed_sources.as_ref().map(Networks::to_string));
    let mut fields = vec![label.as_str(), &lifetime, &asked];
    // Allowed sources are a field of the derivation only if there are any. So a form without them gives the same id as
    // in a version of this library without allowed sources.
    fields.extend(sources.as_deref());
    Ok(Draft {
        kind: TokenKind::PersonalAccessToken,
        id: derived(service, once, &owner, TokenKind::PersonalAccessToken, &fields),
        owner,
        body: FamilyBody::Alone,
        details: FamilyDetails::new().with_allowed_sources(allowed_sources).with_metadata(new.metadata.clone()).kept(),
        cap: rules.max_live_per_owner,
        pace: rules.creations_per_hour,
        label_key: rules.unique_labels.then(|| label.key()),
        label: Some(label),
        description,
        scope,
        expires_at,
    })
}

/// The limits that the policy and the settings set now.
async fn limits(service: &Service, now: Timestamp) -> Result<TokenLimits, Unavailable> {
    let (settings, rules) = (service.settings(now).await?, &service.policy.personal_access_tokens);
    Ok(TokenLimits {
        label_max: rules.label_max,
        max_days: settings.pat_max_days,
        permanent: rules.permanent,
        extendable: rules.extendable,
        notice_lead: settings.notice_lead,
    })
}

/// The expiry of a token whose lifetime begins now. `None` means permanent.
pub(crate) fn expiry(
    service: &Service,
    lifetime: Lifetime,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<Timestamp>, ManageError> {
    let most = settings.pat_max_days;
    match lifetime {
        Lifetime::Permanent if service.policy.personal_access_tokens.permanent => Ok(None),
        Lifetime::Permanent => Err(Invalid::Permanent.into()),
        Lifetime::Days(count) => {
            let count = u16::try_from(count).ok().filter(|count| (1..=most).contains(count));
            let count = count.ok_or(Invalid::Days { most })?;
            Ok(Some(now.plus(days(count)).ok_or(Unavailable::Clock)?))
        }
    }
}
