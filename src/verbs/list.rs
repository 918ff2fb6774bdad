//! Lists that people see: their own tokens, somebody's, a realm's security codes.
//!
//! Everything is one owner's listing, newest first. The store leaves out what is deleted and replaced. Its pages may be short, so
//! a page is filled by reading on, with one record more than asked for: then `next` is there exactly where another page has
//! something to show.

use std::num::NonZeroU32;

use crate::desk::authority::operations::{ListCodes, ListOwnTokens, ListTokensOf};
use crate::desk::authority::{Operation, Permit};
use crate::desk::error::ManageError;
use crate::desk::view::{Listed, Status};
use crate::instruments::event::What;
use crate::ports::change::{Listing, Show};
use crate::ports::page::{Cursor, Page};
use crate::words::ids::{OwnerId, SubjectId};
use crate::words::kind::TokenKind;

/// How many pages of the store one page may cost. What lies beyond them comes with the next one: it is short, and not the last.
const READS: usize = 20;

/// Whose records are wanted, and which of them.
struct Wanted<'a> {
    owner: &'a OwnerId,
    kind: TokenKind,
    expired_too: bool,
}

/// The presenter's own personal access tokens. A closed gate keeps the owner out; collaborators, and tokens, may look.
pub(crate) async fn own_tokens(
    permit: Permit<'_, ListOwnTokens>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<Listed>, ManageError> {
    let owner = permit.person()?;
    let wanted = Wanted { owner: &owner.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}

/// Somebody's personal access tokens, whatever the gates say, also of a person who has left.
pub(crate) async fn tokens_of(
    permit: Permit<'_, ListTokensOf>,
    subject: &SubjectId,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<Listed>, ManageError> {
    known(&permit, Some(subject)).await?;
    let wanted = Wanted { owner: &subject.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}

/// A subject that neither directory nor store knows is not found; `None` is an id that nobody can have.
pub(crate) async fn known(permit: &Permit<'_, ListTokensOf>, subject: Option<&SubjectId>) -> Result<(), ManageError> {
    let (desk, subject) = (permit.desk(), subject.ok_or(ManageError::NotFound)?);
    if permit.is_host() || desk.directory.account(subject).await?.is_some() {
        return Ok(());
    }
    let owner = OwnerId::from(subject);
    for kind in TokenKind::ALL {
        let of = Listing::Owner { realm: &desk.realm, owner: &owner, kind, show: Show::All };
        let mut after = None;
        loop {
            let read = desk.store.list(of, after.as_ref(), NonZeroU32::MIN).await?;
            if !read.items.is_empty() || read.corrupt > 0 {
                return Ok(());
            }
            after = read.next;
            if after.is_none() {
                break;
            }
        }
    }
    Err(ManageError::NotFound)
}

/// The realm's security codes: for super administrators. Expired ones, which can still be reactivated, where they are asked for.
pub(crate) async fn codes(
    permit: Permit<'_, ListCodes>,
    include_expired: bool,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<Listed>, ManageError> {
    let wanted = Wanted { owner: &OwnerId::realm(), kind: TokenKind::SecurityCode, expired_too: include_expired };
    page(&permit, &wanted, after, limit).await
}

async fn page<O: Operation>(
    permit: &Permit<'_, O>,
    wanted: &Wanted<'_>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<Listed>, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
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
        permit.tell(What::Corrupt { rows: page.corrupt });
    }
    Ok(page)
}
