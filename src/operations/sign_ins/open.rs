//! Opens a sign-in, which is a family of tokens for one account and one client. It is opened by the password grant, by
//! the grant `client_credentials`, or by the host after single sign-on or a second factor.

use std::borrow::Cow;

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::record::decide::entitled;
use crate::record::family::NewFamily;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::granting::{Granted, Place, ScopeBeyond, client_scope};
use crate::service::minting::DRAWS;
use crate::store::insert::{InsertInto, Inserted};
use crate::types::account::Account;
use crate::types::client::{ClientId, Grant, Registration};
use crate::types::device::Device;
use crate::types::ids::{OwnerId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;
use crate::types::scope::Scope;
use crate::types::scope_meet::{NothingLeft, is_granted, meet};
use crate::types::secret::Secret;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// Why no sign-in was opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The client does not exist.
    #[error("client does not exist")]
    ClientMissing,
    /// The client is disabled.
    #[error("client is disabled")]
    ClientDisabled,
    /// The account is not in the directory.
    #[error("account does not exist")]
    AccountMissing,
    /// The account is disabled.
    #[error("account is disabled")]
    AccountDisabled,
    /// The requested scope exceeds the scope that the client may have. The OAuth error is `invalid_scope`.
    #[error("scope must lie within the client's")]
    ScopeBeyond,
    /// The policy requires a scope, and none was requested. The OAuth error is `invalid_scope`.
    #[error("scope must be given")]
    ScopeDemanded,
    /// The owner already has as many live sign-ins as the policy allows.
    #[error("quota is reached")]
    QuotaReached,
    /// The host's own infrastructure failed.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for OpenError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// A sign-in of a person whom the host has authenticated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignIn<'a> {
    /// The client for which the person signs in.
    pub client: &'a ClientId,
    /// The person who signs in.
    pub subject: &'a SubjectId,
    /// The requested scope. `None` means the client's default scope.
    pub scope: Option<Scope>,
    /// If true, each refresh starts the inactivity time-out of the sign-in again. If false, the sign-in expires one
    /// inactivity time-out after it was opened, even if it was refreshed.
    pub remember: bool,
    /// The addresses from which the tokens of the sign-in can be used, and from which it can be refreshed. `None` means
    /// from anywhere.
    pub allowed_sources: Option<Networks>,
    /// The host's own data, which the host gets back with each verification of an access token.
    pub metadata: Option<Metadata>,
    /// The device of the person, which lists of sign-ins show. It is stored only if the policy says so
    /// ([`Policy::remember_source`](crate::policy::Policy::remember_source)).
    pub device: Option<Device>,
}

impl<'a> SignIn<'a> {
    /// A sign-in with the client's default scope, without `remember` and without a device.
    #[must_use]
    pub const fn new(client: &'a ClientId, subject: &'a SubjectId) -> Self {
        Self { client, subject, scope: None, remember: false, allowed_sources: None, metadata: None, device: None }
    }
}

crate::types::setters::setters!(SignIn<'a> {
    with_client client = &'a ClientId;
    with_subject subject = &'a SubjectId;
    with_scope scope: Option<Scope>;
    with_remember remember = bool;
    with_allowed_sources allowed_sources: Option<Networks>;
    with_metadata metadata: Option<Metadata>;
    with_device device: Option<Device>;
});

impl Counterfoil {
    /// Opens a sign-in for a person whom the host has authenticated, by single sign-on or with a second factor. Issues
    /// its tokens, which form a family, to the client.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the client, the account or the scope is refused, if the owner has too many sign-ins, or if the
    /// host's own infrastructure fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either opened the sign-in or changed nothing. If tokens were lost with the result, they
    /// expire.
    pub async fn open_sign_in(&self, sign_in: &SignIn<'_>) -> Result<Granted, OpenError> {
        by_host(&self.service, sign_in, None, None, self.now()).await
    }
}

/// Opens a sign-in for a person whom the host has authenticated. `named` is the source of the request for events, and
/// `source` is the source that is stored with the device. Each is `None` if it is unknown.
pub(crate) async fn by_host(
    service: &Service,
    sign_in: &SignIn<'_>,
    named: Option<&SourceName>,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Granted, OpenError> {
    let client =
        service.with_client(sign_in.client, now, |client| client.map(|client| client.registration.clone())).await?;
    let client = client.ok_or(OpenError::ClientMissing)?;
    let account = service.directory.account(sign_in.subject).await?.ok_or(OpenError::AccountMissing)?;
    let scope = granted_scope(service, &client, None, sign_in.scope.as_ref())?;
    let by = By::from(Actor::Host, named);
    let details = FamilyDetails::new().with_device(service.device_of(sign_in.device.as_ref(), source));
    let details =
        details.with_allowed_sources(sign_in.allowed_sources.clone()).with_metadata(sign_in.metadata.clone()).kept();
    let opening = Opening { grant: None, scope, remember: sign_in.remember, details, by };
    family(service, &client, account, opening, now).await
}

/// The scope that a new sign-in gets. It is decided before the password or another secret is tested.
pub(crate) struct GrantedScope {
    scope: Option<Scope>,
    as_asked: bool,
}

/// Decides which scope a client gets. `asked` is the requested scope. `widest` is the widest scope of a service
/// account. `widest` is `None` for a person, and for a service account without a scope.
///
/// - A requested scope must lie within the client's allowed scope and within `widest`. Otherwise the request is
///   refused.
/// - If no scope is requested, the client gets the part of its default scope that lies within `widest`. If it has no
///   default scope, its allowed scope is used.
pub(crate) fn granted_scope(
    service: &Service,
    client: &Registration,
    widest: Option<&Scope>,
    asked: Option<&Scope>,
) -> Result<GrantedScope, OpenError> {
    let known = service.policy.scopes.as_ref();
    let scope = client_scope(client, asked, known).map_err(|ScopeBeyond| OpenError::ScopeBeyond)?;
    if asked.is_some_and(|asked| !is_granted(asked, widest, known)) {
        return Err(OpenError::ScopeBeyond);
    }
    let scope = meet(scope.as_ref(), widest, known).map_err(|NothingLeft| OpenError::ScopeBeyond)?;
    let scope = scope.map(Cow::into_owned);
    if service.policy.access_tokens.scope_demanded && scope.is_none() {
        return Err(OpenError::ScopeDemanded);
    }
    Ok(GrantedScope { as_asked: scope.as_ref() == asked, scope })
}

/// The parameters of a new sign-in.
pub(crate) struct Opening {
    pub(crate) grant: Option<Grant>,
    pub(crate) scope: GrantedScope,
    pub(crate) remember: bool,
    pub(crate) details: Option<Box<FamilyDetails>>,
    pub(crate) by: By,
}

/// Creates the family of a new sign-in and issues its first tokens. The caller must already have authenticated the
/// client and the account.
pub(crate) async fn family(
    service: &Service,
    client: &Registration,
    account: Account,
    opening: Opening,
    now: Timestamp,
) -> Result<Granted, OpenError> {
    let Opening { grant, scope: GrantedScope { scope, as_asked }, remember, details, by } = opening;
    if client.disabled {
        return Err(OpenError::ClientDisabled);
    }
    let account = entitled(Some(account), None).map_err(|_| OpenError::AccountDisabled)?;
    let settings = service.settings(now).await?;
    // The grant `client_credentials` gives no refresh token (RFC 6749 §4.4.3). A refresh token would outlive the
    // client's secret, and the client does not need it, because it can present this secret again.
    let is_machine = grant == Some(Grant::ClientCredentials);
    let refreshes = client.allows(Grant::RefreshToken) && !is_machine;
    let access_end = now.plus(settings.access_lifetime).ok_or(Unavailable::Clock)?;
    let idle_end = now.plus(settings.refresh_inactivity).ok_or(Unavailable::Clock)?;
    let life_end = now.plus(settings.refresh_absolute).ok_or(Unavailable::Clock)?;
    let absolute_end = match (refreshes, remember) {
        (false, _) => access_end,
        (true, true) => life_end,
        // A refresh does not extend this sign-in. The sign-in ends one inactivity time-out after it was opened.
        (true, false) => idle_end.min(life_end),
    };
    let (access_end, refresh_end) = (access_end.min(absolute_end), idle_end.min(absolute_end));
    let owner = OwnerId::from(account.subject());
    let body = FamilyBody::SignIn {
        client: client.key,
        client_id: client.client_id.clone(),
        epoch: client.epoch,
        grant,
        remember,
        opened_at: now,
        absolute_end,
    };
    for _ in 0..DRAWS {
        let first = if refreshes { TokenKind::RefreshToken } else { TokenKind::AccessToken };
        let first = service.mint_first(first, &owner)?;
        let place =
            |parent, expires_at| Place { owner: &owner, parent, generation: 0, scope: scope.clone(), expires_at };
        let (access, refresh, records) = if refreshes {
            let access = service.mint_member(TokenKind::AccessToken, first.id.family())?;
            let records = vec![
                service.refresh_record(&first, place(None, refresh_end), now),
                service.access_record(&access, place(Some(first.id), access_end), now),
            ];
            (access, Some(first), records)
        } else {
            let records = vec![service.access_record(&first, place(None, access_end), now)];
            (first, None, records)
        };
        let family = NewFamily {
            id: access.id.family(),
            realm: service.realm.clone(),
            owner: owner.clone(),
            kind: refresh.as_ref().map_or(TokenKind::AccessToken, |refresh| refresh.kind),
            body: body.clone(),
            details: details.clone(),
            live_until: Some(if refreshes { refresh_end } else { access_end }),
            gone_at: records.first().and_then(|record| record.gone_at),
            label_key: None,
            client: Some(client.key),
            used_at: now,
        };
        let policy = &service.policy;
        let limit = match is_machine {
            true => policy.service_accounts.live_access_tokens,
            false => policy.refresh_tokens.live_per_owner_and_client,
        };
        let cap = service.cap(limit, now);
        let inserted = service.insert(InsertInto::Found { family: &family, cap, pace: None }, &records, now).await?;
        match inserted {
            Inserted::Done | Inserted::MadeRoom(_) => {
                if let Inserted::MadeRoom(ended) = &inserted {
                    service.tell_made_room(&by, family.kind, &owner, ended, now);
                }
                for record in &records {
                    let what = EventKind::Issued { kind: record.kind, id: record.id, owner: owner.clone() };
                    service.tell(now, by.clone(), what);
                }
                return Ok(Granted {
                    access_id: access.id,
                    family: access.id.family(),
                    access_token: Secret::from(access.token.expose_secret().to_owned()),
                    issued_at: now,
                    expires_at: access_end,
                    refresh_token: refresh.map(|refresh| Secret::from(refresh.token.expose_secret().to_owned())),
                    scope_as_asked: as_asked,
                    scope,
                    account,
                    client_name: client.display_name.clone(),
                });
            }
            Inserted::OwnerFull => return Err(OpenError::QuotaReached),
            Inserted::IdTaken(_)
            | Inserted::LabelTaken(_)
            | Inserted::FamilyMoved
            | Inserted::FamilyEnded
            | Inserted::PaceReached { .. }
            | Inserted::FamilyFull { .. } => {}
        }
    }
    Err(Unavailable::Contended { operation: "open" }.into())
}
