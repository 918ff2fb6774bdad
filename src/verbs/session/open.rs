//! Opening a session.

use super::{AFTERLIFE, end, principal};
use crate::counterfoil::family::{FamilyBody, NewFamily};
use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::desk::login::LoginError;
use crate::desk::minting::{DRAWS, Entry};
use crate::desk::presenter::Presenter;
use crate::instruments::event::{Actor, By, What};
use crate::instruments::principal::Principal;
use crate::ports::change::{Home, Inserted};
use crate::ports::directory::Login;
use crate::text::issued::IssuedToken;
use crate::words::account::Account;
use crate::words::ids::OwnerId;
use crate::words::kind::TokenKind;
use crate::words::source::{Source, SourceName};
use crate::words::time::Ts;

/// A session just opened: the text for the cookie, shown once, and who is signed in by it.
#[derive(Debug)]
pub struct OpenedSession {
    /// What goes into the cookie.
    pub token: IssuedToken,
    /// Who it signs in.
    pub principal: Principal,
    /// How many older sessions of the person ended to make room for it.
    pub ended: usize,
}

/// Signs somebody in with a password.
pub(crate) async fn with_password(
    desk: &Desk,
    login: &Login<'_>,
    source: &Source,
    now: Ts,
) -> Result<OpenedSession, LoginError> {
    let account = desk.log_in(login, None, source, &Actor::Unproved, now).await?;
    let by = Actor::Person { subject: account.subject().clone(), credential: None };
    open(desk, account, By::from(by, source.name()), now).await
}

/// Signs in somebody whom the host has authenticated by itself (SSO, MFA).
pub(crate) async fn for_account(
    desk: &Desk,
    account: &Account,
    source: Option<&SourceName>,
    now: Ts,
) -> Result<OpenedSession, LoginError> {
    let by = By::from(Actor::Host, source);
    if account.is_disabled() {
        desk.tell(now, by, What::LoginRefused { subject: Some(account.subject().clone()) });
        return Err(LoginError::Refused);
    }
    open(desk, account.clone(), by, now).await
}

/// A fresh proof of the password by whoever is signed in. When a password was proved belongs to a session from its beginning, so a new
/// one takes the old one's place, which also leaves a stolen cookie behind.
pub(crate) async fn again(
    desk: &Desk,
    principal: &Principal,
    login: &Login<'_>,
    source: &Source,
    now: Ts,
) -> Result<OpenedSession, LoginError> {
    if principal.kind != TokenKind::ConsoleSession || principal.realm != desk.realm {
        return Err(LoginError::Refused);
    }
    let by = Presenter::from(principal).from_source(source).by();
    let account = desk.log_in(login, Some(&principal.subject), source, &by.actor, now).await?;
    let opened = open(desk, account, by.clone(), now).await?;
    end::family(desk, principal, by, now).await?;
    Ok(opened)
}

/// `by`: who opens it.
async fn open(desk: &Desk, account: Account, by: By, now: Ts) -> Result<OpenedSession, LoginError> {
    let kind = TokenKind::ConsoleSession;
    let lives = &desk.policy.console_sessions;
    let absolute_end = now.plus(lives.absolute).ok_or(Unavailable::Clock)?;
    let expires_at = now.plus(lives.idle).ok_or(Unavailable::Clock)?.min(absolute_end);
    let gone_at = expires_at.plus_capped(AFTERLIFE);
    let owner = OwnerId::from(account.subject());
    for _ in 0..DRAWS {
        let minted = desk.mint_first(kind, &owner)?;
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
        let record = desk.counterfoil(&minted, entry);
        let family = NewFamily {
            id: minted.id.family(),
            realm: desk.realm.clone(),
            owner: owner.clone(),
            kind,
            body: FamilyBody::Session { authenticated_at: now, absolute_end },
            live_until: Some(expires_at),
            gone_at: Some(gone_at),
            label_key: None,
            client: None,
            used_at: now,
        };
        let home = Home::Found { family: &family, cap: desk.cap(lives.live_per_owner, now), pace: None };
        let ended = match desk.insert(home, &[record], now).await? {
            Inserted::Done => Some(Vec::new()),
            Inserted::MadeRoom(ended) => Some(ended),
            Inserted::OwnerFull => return Err(LoginError::TooManySessions),
            _ => None,
        };
        if let Some(ended) = ended {
            desk.tell_made_room(&by, kind, &owner, &ended, now);
            let principal = principal(desk, account, minted.id, (expires_at, now), by.source.as_ref());
            desk.tell(now, by, What::Issued { kind, id: minted.id, owner });
            return Ok(OpenedSession { token: minted.token, principal, ended: ended.len() });
        }
    }
    Err(Unavailable::Contended { verb: "open session" }.into())
}
