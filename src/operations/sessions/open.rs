//! Opens console sessions. There are three ways: a person enters a password, the host has authenticated a person, or a
//! signed-in person enters the password again.

use super::{end, principal};
use crate::counterfoil::Counterfoil;
use crate::directory::Login;
use crate::event::{Actor, By, EventKind};
use crate::operations::logins;
use crate::record::decide::entitled;
use crate::record::family::NewFamily;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::login::LoginError;
use crate::service::minting::{DRAWS, Entry};
use crate::service::presenter::Presenter;
use crate::store::insert::{InsertInto, Inserted};
use crate::token::issued::IssuedToken;
use crate::types::account::Account;
use crate::types::device::Device;
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::source::{Source, SourceName};
use crate::types::time::Timestamp;

/// A new session with its principal, and with the text for the cookie. The text is shown only once.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenedSession {
    /// The text for the cookie.
    pub token: IssuedToken,
    /// The principal, as a verification of the new session returns it.
    pub principal: Principal,
    /// How many older sessions of the person were ended because the person had too many sessions.
    pub ended: usize,
}

impl Counterfoil {
    /// Signs a person in with a name and a password. The failures from a source are counted for each account, and for
    /// all accounts together.
    ///
    /// [`FromSource::open_session`](crate::operations::FromSource::open_session) also stores the device of the person.
    ///
    /// # Errors
    ///
    /// [`LoginError::Refused`] for an unknown name, a wrong password or a disabled account. [`LoginError::SlowDown`]
    /// after too many failures. [`LoginError::Busy`] if too many other attempts are in progress.
    /// [`LoginError::TooManySessions`] if the policy allows no further session. [`LoginError::Unavailable`] if a store
    /// or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// If the call is dropped while the password is tested, it is counted as a failure one minute later. If it is
    /// dropped after the test, it can leave an open session. The text of this session is lost, and the session expires.
    pub async fn open_session(&self, login: &Login<'_>, source: &Source) -> Result<OpenedSession, LoginError> {
        with_password(&self.service, login, source, None, self.now()).await
    }

    /// Signs in a person whom the host has authenticated, for example by single sign-on or with a second factor.
    ///
    /// # Errors
    ///
    /// [`LoginError::Refused`] for a disabled account. [`LoginError::TooManySessions`] if the policy allows no further
    /// session. [`LoginError::Unavailable`] if a store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call can leave an open session. The text of this session is lost, and the session expires.
    pub async fn open_session_for(&self, account: &Account) -> Result<OpenedSession, LoginError> {
        for_account(&self.service, account, None, None, self.now()).await
    }

    /// Replaces the principal's session by a new session after the person has entered the password again. If `login`
    /// contains the right name and password of another person, it is refused. The new session keeps the metadata of the
    /// old session, the addresses from which it can be used, and the text that names its device.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::open_session`].
    ///
    /// # Cancel safety
    ///
    /// After a dropped call, the old session, the new session or both are open. The text of the new session is lost,
    /// and the session expires.
    pub async fn reauthenticate(
        &self,
        principal: &Principal,
        login: &Login<'_>,
        source: &Source,
    ) -> Result<OpenedSession, LoginError> {
        again(&self.service, principal, login, source, self.now()).await
    }
}

pub(crate) async fn with_password(
    service: &Service,
    login: &Login<'_>,
    source: &Source,
    device: Option<&Device>,
    now: Timestamp,
) -> Result<OpenedSession, LoginError> {
    let account = service.log_in(login, None, source, &Actor::Unproved, now).await?;
    let by = Actor::Person { subject: account.subject().clone(), credential: None };
    let details = service.details_of(device, source.name());
    open(service, account, By::from(by, source.name()), details, now).await
}

/// Opens a session for a person whom the host has authenticated. `named` is the source of the request for events, or
/// `None` if it is unknown.
pub(crate) async fn for_account(
    service: &Service,
    account: &Account,
    named: Option<&SourceName>,
    details: Option<Box<FamilyDetails>>,
    now: Timestamp,
) -> Result<OpenedSession, LoginError> {
    let by = By::from(Actor::Host, named);
    // Reserved subjects are those of service accounts, and a service account cannot sign in.
    if account.subject().is_reserved() || entitled(Some(account), None).is_err() {
        service.tell(now, by, EventKind::LoginRefused { subject: Some(account.subject().clone()) });
        return Err(LoginError::Refused);
    }
    open(service, account.clone(), by, details, now).await
}

/// Tests the signed-in person's password again. A session stores the instant of its password test when it begins and
/// never changes it, so a new session replaces the old one. This also invalidates a stolen cookie of the old session.
async fn again(
    service: &Service,
    principal: &Principal,
    login: &Login<'_>,
    source: &Source,
    now: Timestamp,
) -> Result<OpenedSession, LoginError> {
    if principal.kind != TokenKind::ConsoleSession {
        return Err(LoginError::Refused);
    }
    let account = logins::check_of(service, principal, login, source, now).await?;
    let by = Presenter::from(principal).from_source(source).by();
    // In the meantime, another request may have ended the old session, and a purge may have removed its record. The new
    // session then has no text that names its device.
    let old = service.store.get(&principal.credential).await?;
    let kept = match &old {
        Some(old) => old.view().details().cloned().unwrap_or_default(),
        None => FamilyDetails::new().with_metadata(principal.metadata.clone()),
    };
    // The new session must not be usable from more addresses than the old one.
    if principal.is_restricted && kept.allowed_sources.is_none() {
        return Err(LoginError::Refused);
    }
    let text = kept.device.as_ref().and_then(|device| device.text());
    let device = text.and_then(|text| Device::new(Some(text), None).ok());
    let details = FamilyDetails { device: service.device_of(device.as_ref(), source.name()), ..kept }.kept();
    let opened = open(service, account, by.clone(), details, now).await?;
    end::family(service, principal, by, now).await?;
    Ok(opened)
}

/// Opens a session. `by` is the actor of the session's events.
async fn open(
    service: &Service,
    account: Account,
    by: By,
    details: Option<Box<FamilyDetails>>,
    now: Timestamp,
) -> Result<OpenedSession, LoginError> {
    let kind = TokenKind::ConsoleSession;
    let lives = &service.policy.console_sessions;
    let absolute_end = now.plus(lives.absolute).ok_or(Unavailable::Clock)?;
    let expires_at = now.plus(lives.idle).ok_or(Unavailable::Clock)?.min(absolute_end);
    let gone_at = service.policy.gone_after_expiry(kind, expires_at);
    let owner = OwnerId::from(account.subject());
    for _ in 0..DRAWS {
        let minted = service.mint_first(kind, &owner)?;
        let entry = Entry {
            owner: owner.clone(),
            parent: None,
            generation: 0,
            created_at: now,
            scope: None,
            label: None,
            description: None,
            expires_at: Some(expires_at),
            gone_at: Some(gone_at),
            notice: None,
        };
        let record = service.counterfoil(&minted, entry);
        let family = NewFamily {
            id: minted.id.family(),
            realm: service.realm.clone(),
            owner: owner.clone(),
            kind,
            body: FamilyBody::Session { authenticated_at: now, absolute_end },
            details: details.clone(),
            live_until: Some(expires_at),
            gone_at: Some(gone_at),
            label_key: None,
            client: None,
            used_at: now,
        };
        let home = InsertInto::Found { family: &family, cap: service.cap(lives.live_per_owner, now), pace: None };
        let ended = match service.insert(home, &[record], now).await? {
            Inserted::Done => Some(Vec::new()),
            Inserted::MadeRoom(ended) => Some(ended),
            Inserted::OwnerFull => return Err(LoginError::TooManySessions),
            _ => None,
        };
        if let Some(ended) = ended {
            service.tell_made_room(&by, kind, &owner, &ended, now);
            let restricted = details.as_ref().is_some_and(|details| details.allowed_sources.is_some());
            let kept = (restricted, details.and_then(|details| details.metadata));
            let principal = principal(service, account, minted.id, (expires_at, now), kept, by.source.as_ref());
            service.tell(now, by, EventKind::Issued { kind, id: minted.id, owner });
            return Ok(OpenedSession { token: minted.token, principal, ended: ended.len() });
        }
    }
    Err(Unavailable::Contended { operation: "open session" }.into())
}
