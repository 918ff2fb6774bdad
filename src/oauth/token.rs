//! The token endpoint (RFC 6749 §3.2). It gets a form and returns a response or an error.

use crate::directory::Login;
use crate::event::{Actor, By};
use crate::oauth::answer::{Answer, TokenParts, token_answer};
use crate::oauth::error::{OAuthError, OAuthErrorCode, Reason};
use crate::oauth::request::{OAuthRequest, Proved};
use crate::operations::sign_ins::open::{OpenError, Opening, family, granted_scope};
use crate::operations::sign_ins::refresh::{RefreshError, refresh};
use crate::service::Service;
use crate::service::granting::Granted;
use crate::service::login::LoginError;
use crate::types::client::Grant;
use crate::types::scope::Scope;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// Authenticates the client, processes the grant of the request, and returns the response with the tokens.
pub(crate) async fn token(service: &Service, request: OAuthRequest<'_>, now: Timestamp) -> Result<Answer, OAuthError> {
    let mut proved = request.proved(service, now).await?;
    let granted = granted(service, &mut proved, now).await;
    let granted = granted.inspect_err(|error| proved.tell_of_refused_grant(service, error, now))?;
    Ok(answer(&granted, &proved, service.policy.access_tokens.vendor_fields, now))
}

async fn granted(service: &Service, proved: &mut Proved<'_>, now: Timestamp) -> Result<Granted, OAuthError> {
    let name = proved.required("grant_type")?;
    let grant = Grant::from_name(name.expose_secret())
        .ok_or_else(|| OAuthError::new(OAuthErrorCode::UnsupportedGrantType, Reason::GrantUnknown))?;
    if grant == Grant::Password && service.logins.is_none() {
        return Err(OAuthError::new(OAuthErrorCode::UnsupportedGrantType, Reason::NoLogins));
    }
    // The grant `client_credentials` is only for confidential clients, because a public client cannot prove its
    // identity (RFC 6749 §4.4).
    let is_public_machine = grant == Grant::ClientCredentials && proved.client.public;
    if !proved.client.allows(grant) || is_public_machine {
        return Err(OAuthError::new(OAuthErrorCode::UnauthorizedClient, Reason::GrantNotRegistered));
    }
    let scope = asked_scope(proved)?;
    match grant {
        Grant::Password => password(service, proved, scope, now).await,
        Grant::RefreshToken => {
            let token = proved.required("refresh_token")?;
            let refreshed = refresh(service, &proved.client, &token, scope, proved.source, now).await;
            refreshed.map_err(|error| of_refresh(error, now))
        }
        Grant::ClientCredentials => client_credentials(service, proved, scope, now).await,
    }
}

/// The resource owner password grant (RFC 6749 §4.3), for clients whose registration lists it. RFC 9700 §2.4 says that
/// this grant must not be used.
async fn password(
    service: &Service,
    proved: &mut Proved<'_>,
    scope: Option<Scope>,
    now: Timestamp,
) -> Result<Granted, OAuthError> {
    let (name, password) = (proved.required("username")?, proved.required("password")?);
    let (mfa_key, machine_key) = (proved.form.take("mfa_key"), proved.form.take("machine_key"));
    // Case is ignored, because Python and .NET write booleans with a capital letter.
    let remember = match proved.form.take("remember").as_ref().map(Secret::expose_secret) {
        None => false,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        Some(text) if text.eq_ignore_ascii_case("true") => true,
        Some(_) => return Err(OAuthError::value("remember")),
    };
    let login = Login {
        name: name.expose_secret(),
        password: &password,
        mfa_key: mfa_key.as_ref(),
        machine_key: machine_key.as_ref(),
    };
    // The scope is checked before the password, so that the refusal of a scope does not reveal whether the password was
    // right.
    let scope = granted_scope(service, &proved.client, None, scope.as_ref())?;
    let client = proved.client.client_id.clone();
    let by = Actor::Client { client: client.clone(), subject: None };
    let account = service.log_in(&login, None, proved.source, &by, now).await.map_err(|error| of_login(error, now))?;
    let by = Actor::Client { client, subject: Some(account.subject().clone()) };
    let by = By::from(by, proved.source.name());
    let opening = Opening { grant: Some(Grant::Password), scope, remember, details: proved.details(service), by };
    Ok(family(service, &proved.client, account, opening, now).await?)
}

/// The client credentials grant (RFC 6749 §4.4). The access token belongs to the service account that the client's
/// registration names. The response has no refresh token (§4.4.3).
async fn client_credentials(
    service: &Service,
    proved: &Proved<'_>,
    scope: Option<Scope>,
    now: Timestamp,
) -> Result<Granted, OAuthError> {
    let stopped = || OAuthError::new(OAuthErrorCode::InvalidGrant, Reason::ServiceAccount);
    let id = proved.client.service_account.ok_or_else(stopped)?;
    let account = service.account_for(&id.subject(), now).await?;
    let account = account.filter(|account| !account.is_disabled()).ok_or_else(stopped)?;
    let scope = granted_scope(service, &proved.client, account.widest_scope(), scope.as_ref())?;
    let by = Actor::Client { client: proved.client.client_id.clone(), subject: Some(account.subject().clone()) };
    let (by, details) = (By::from(by, proved.source.name()), proved.details(service));
    let opening = Opening { grant: Some(Grant::ClientCredentials), scope, remember: false, details, by };
    Ok(family(service, &proved.client, account, opening, now).await?)
}

fn asked_scope(proved: &mut Proved<'_>) -> Result<Option<Scope>, OAuthError> {
    let parsed = proved.form.take("scope").map(|scope| scope.expose_secret().parse::<Scope>()).transpose();
    parsed.map_err(|invalid| OAuthError::new(OAuthErrorCode::InvalidScope, Reason::Scope(invalid)))
}

fn answer(granted: &Granted, proved: &Proved<'_>, vendor_fields: bool, now: Timestamp) -> Answer {
    let parts = TokenParts {
        access_token: granted.access_token.expose_secret(),
        refresh_token: granted.refresh_token.as_ref().map(Secret::expose_secret),
        issued_at: granted.issued_at,
        expires_at: granted.expires_at,
        scope: granted.scope.as_ref().filter(|_| !granted.scope_as_asked),
        account: &granted.account,
        client: &proved.client,
        vendor_fields,
    };
    token_answer(&parts, now)
}

fn of_login(error: LoginError, now: Timestamp) -> OAuthError {
    match error {
        LoginError::Refused => OAuthError::new(OAuthErrorCode::InvalidGrant, Reason::Login),
        LoginError::SlowDown { until } => OAuthError::slow_down(until, now),
        LoginError::Busy { key } => OAuthError::busy(key),
        LoginError::TooManySessions => OAuthError::new(OAuthErrorCode::InvalidGrant, Reason::QuotaReached),
        LoginError::Unavailable(unavailable) => unavailable.into(),
    }
}

impl From<OpenError> for OAuthError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::ScopeBeyond => Self::new(OAuthErrorCode::InvalidScope, Reason::ScopeBeyond),
            OpenError::ScopeDemanded => Self::new(OAuthErrorCode::InvalidScope, Reason::ScopeDemanded),
            OpenError::QuotaReached => Self::new(OAuthErrorCode::InvalidGrant, Reason::QuotaReached),
            OpenError::Unavailable(unavailable) => unavailable.into(),
            OpenError::ClientMissing
            | OpenError::ClientDisabled
            | OpenError::AccountMissing
            | OpenError::AccountDisabled => Self::new(OAuthErrorCode::InvalidGrant, Reason::Login),
        }
    }
}

fn of_refresh(error: RefreshError, now: Timestamp) -> OAuthError {
    match error {
        RefreshError::Refused(refusal) => OAuthError::new(OAuthErrorCode::InvalidGrant, Reason::Token(refusal)),
        RefreshError::SlowDown { until } => OAuthError::slow_down(until, now),
        RefreshError::ScopeBeyond => OAuthError::new(OAuthErrorCode::InvalidScope, Reason::ScopeBeyond),
        RefreshError::ScopeDemanded => OAuthError::new(OAuthErrorCode::InvalidScope, Reason::ScopeDemanded),
        RefreshError::Unavailable(unavailable) => unavailable.into(),
    }
}
