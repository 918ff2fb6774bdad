//! Lists that people see: their own tokens, somebody's, a realm's security codes.
//!
//! Everything is one owner's listing, newest first. A store's page holds what is not shown, too (tombstones, replaced halves), so a page is
//! filled by reading on, with one record more than asked for: then `next` is there exactly where another page has something to show.

use std::num::NonZeroU32;

use crate::desk::Desk;
use crate::desk::error::{Forbidden, ManageError};
use crate::desk::presenter::Presenter;
use crate::desk::view::{Listed, Status};
use crate::instruments::event::What;
use crate::ports::change::{Listing, Show};
use crate::ports::page::{Cursor, Page};
use crate::words::ids::{OwnerId, SubjectId};
use crate::words::kind::TokenKind;
use crate::words::role::Role;
use crate::words::scope::Scope;
use crate::words::time::Ts;

/// How many pages of the store one page may cost. What lies beyond them comes with the next one, so that nobody's graveyard holds up a call.
const READS: usize = 20;

/// Whose records are wanted, and which of them.
struct Wanted<'a> {
    owner: &'a OwnerId,
    kind: TokenKind,
    expired_too: bool,
}

/// The presenter's own personal access tokens. A closed gate keeps the owner out; collaborators, and tokens, may look.
pub(crate) async fn own_tokens(
    desk: &Desk,
    by: &Presenter,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Page<Listed>, ManageError> {
    by.needs_scope(Scope::CREDENTIALS_READ)?;
    let owner = by.person()?;
    if let Some(gate) = desk.closed_gate(owner, now).await? {
        return Err(Forbidden::Gate { gate }.into());
    }
    let wanted = Wanted { owner: &owner.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(desk, by, &wanted, after, limit, now).await
}

/// Somebody's personal access tokens: for administrators, whatever the gates say. The host also sees those of somebody who has left.
pub(crate) async fn tokens_of(
    desk: &Desk,
    by: &Presenter,
    subject: &SubjectId,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Page<Listed>, ManageError> {
    may_see_tokens_of(desk, by, Some(subject)).await?;
    let wanted = Wanted { owner: &subject.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(desk, by, &wanted, after, limit, now).await
}

/// Whether somebody may see that person's tokens; `None` is an id that nobody can have.
pub(crate) async fn may_see_tokens_of(
    desk: &Desk,
    by: &Presenter,
    subject: Option<&SubjectId>,
) -> Result<(), ManageError> {
    by.needs_scope(Scope::USERS_MANAGE)?;
    by.needs_role(Role::Administrator)?;
    let subject = subject.ok_or(ManageError::NotFound)?;
    if !by.is_host() && desk.directory.account(subject).await?.is_none() {
        return Err(ManageError::NotFound);
    }
    Ok(())
}

/// The realm's security codes: for super administrators. Expired ones, which can still be reactivated, where they are asked for.
pub(crate) async fn codes(
    desk: &Desk,
    by: &Presenter,
    include_expired: bool,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Page<Listed>, ManageError> {
    by.needs_scope(Scope::CODES_MANAGE)?;
    by.needs_role(Role::SuperAdministrator)?;
    let wanted = Wanted { owner: &OwnerId::realm(), kind: TokenKind::SecurityCode, expired_too: include_expired };
    page(desk, by, &wanted, after, limit, now).await
}

async fn page(
    desk: &Desk,
    by: &Presenter,
    wanted: &Wanted<'_>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Page<Listed>, ManageError> {
    let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let show = Show::Standing { now };
    let of = Listing::Owner { realm: &desk.realm, owner: wanted.owner, kind: wanted.kind, show };
    let mut page = Page { items: Vec::new(), next: after.copied(), corrupt: 0 };
    let mut judging = desk.judging(now).await?;
    for _ in 0..READS {
        let read = desk.store.list(of, page.next.as_ref(), limit.saturating_add(1)).await?;
        page.corrupt = page.corrupt.saturating_add(read.corrupt);
        for record in &read.items {
            let listed = judging.listed(record).await?;
            page.items.extend(listed.filter(|listed| wanted.expired_too || listed.status != Status::Expired));
        }
        page.next = read.next;
        if page.next.is_none() || page.items.len() > most {
            break;
        }
    }
    if page.items.len() > most {
        page.items.truncate(most);
        page.next = page.items.last().map(|last| Cursor { at: last.created_at, id: last.id });
    }
    if page.corrupt > 0 {
        desk.tell(now, by.subject(), What::Corrupt { rows: page.corrupt });
    }
    Ok(page)
}
