//! Ends many families of one owner. Each step is one call of the store, and ends some of the families or none. An
//! operation that stops between two steps can be repeated: the families that it has ended stay ended.

use std::num::NonZeroU32;

use crate::event::EventKind;
use crate::record::family::FamilyParts;
use crate::record::family_body::{Access, FamilyBody};
use crate::record::state::Revoked;
use crate::service::Service;
use crate::service::authority::{Permission, Permit};
use crate::service::error::{ManageError, Unavailable};
use crate::service::revoking::{BATCH, by_administrator};
use crate::store::change::Revoke;
use crate::store::error::StoreError;
use crate::store::listing::{Listing, Show};
use crate::store::page::Cursor;
use crate::types::ids::{FamilyId, OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;

/// Ends all families that an owner had when the call began. Returns how many were ended.
pub(crate) async fn end_owner<O: Permission>(permit: &Permit<'_, O>, owner: OwnerId) -> Result<u64, ManageError> {
    let mut families = 0;
    let ended = end_all(permit, &owner, by_administrator(permit), &mut families).await;
    tell_of_owner(permit, owner, None, families, ended.is_ok());
    ended.map_err(partly)?;
    Ok(families)
}

/// The error of an operation that ends many credentials and failed in one of its steps. Earlier steps have taken
/// effect.
pub(crate) fn partly(cause: Unavailable) -> ManageError {
    ManageError::Unavailable(Unavailable::PartlyDone(Box::new(cause)))
}

/// Ends all families that an owner had when the call began, and adds their number to `families`.
pub(crate) async fn end_all<O: Permission>(
    permit: &Permit<'_, O>,
    owner: &OwnerId,
    reason: RevocationReason,
    families: &mut u64,
) -> Result<(), Unavailable> {
    let (service, now) = (permit.service(), permit.now());
    let (revoked, gone_at) = (Revoked { at: now, reason }, service.policy.gone_after_revocation(now));
    let what = Revoke::Owner { realm: &service.realm, owner };
    loop {
        let progress = service.store.revoke(what, revoked, gone_at, BATCH).await?;
        *families = families.saturating_add(progress.changed);
        if !progress.more {
            return Ok(());
        }
    }
}

/// Ends the families of an owner that `picks` selects, and that the owner had when the call began. Calls `ended` for
/// each family that this call has ended. The function reads the families in the order of their ids, which a refresh or
/// a rotation does not change. So concurrent requests cannot make it miss a family. A family that is inserted during
/// the walk may be ended or not.
///
/// If a row cannot be decoded, the function still ends all other families, and then returns an error: `picks` might
/// have selected the family of this row.
pub(crate) async fn end_some<O: Permission>(
    permit: &Permit<'_, O>,
    owner: &OwnerId,
    reason: RevocationReason,
    picks: impl Fn(&FamilyParts) -> bool,
    mut ended: impl FnMut(&FamilyParts),
) -> Result<(), Unavailable> {
    let (service, mut after, mut corrupt) = (permit.service(), None, 0_u32);
    loop {
        let page = service.store.list_families(&service.realm, owner, after.as_ref(), BATCH).await?;
        corrupt = corrupt.saturating_add(page.corrupt);
        for family in page.items.iter().filter(|family| picks(family)) {
            if end_one(permit, owner, family.id, reason).await? {
                ended(family);
            }
        }
        after = page.next;
        if after.is_none() {
            return complete(permit, corrupt);
        }
    }
}

/// Ends one family. Returns whether this call has ended it: it is false if the family was ended before.
pub(crate) async fn end_one<O: Permission>(
    permit: &Permit<'_, O>,
    owner: &OwnerId,
    family: FamilyId,
    reason: RevocationReason,
) -> Result<bool, Unavailable> {
    let (service, now) = (permit.service(), permit.now());
    let what = Revoke::Family { realm: &service.realm, owner, family };
    let (revoked, gone_at) = (Revoked { at: now, reason }, service.policy.gone_after_revocation(now));
    Ok(service.store.revoke(what, revoked, gone_at, NonZeroU32::MIN).await?.changed > 0)
}

/// Ends the security codes that a person made, or that have the rights of this person. Adds their number to `families`.
/// The owner of every code is the realm, so all codes of the realm are read, in pages.
pub(crate) async fn end_codes<O: Permission>(
    permit: &Permit<'_, O>,
    person: &SubjectId,
    reason: RevocationReason,
    families: &mut u64,
) -> Result<(), Unavailable> {
    let (realm, kind, mut codes) = (OwnerId::realm(), TokenKind::SecurityCode, Codes::of(permit.service(), person));
    while let Some(id) = codes.next().await? {
        if end_one(permit, &realm, id.family(), reason).await? {
            *families = families.saturating_add(1);
            permit.tell(EventKind::Revoked { kind, id, reason });
        }
    }
    complete(permit, codes.corrupt)
}

/// Whether the store has a security code that this person made, or that has the rights of this person, and that is not
/// revoked. True also if a row cannot be decoded, because the row might be such a code.
pub(crate) async fn has_codes(service: &Service, person: &SubjectId) -> Result<bool, Unavailable> {
    let mut codes = Codes::of(service, person);
    Ok(codes.next().await?.is_some() || codes.corrupt > 0)
}

/// The walk over the security codes of the realm that a person made, or that have the rights of this person, and that
/// are not revoked.
struct Codes<'a> {
    service: &'a Service,
    person: &'a SubjectId,
    /// The codes that were read and are not returned yet.
    found: Vec<RecordId>,
    after: Option<Cursor>,
    is_read: bool,
    corrupt: u32,
}

impl<'a> Codes<'a> {
    const fn of(service: &'a Service, person: &'a SubjectId) -> Self {
        Self { service, person, found: Vec::new(), after: None, is_read: false, corrupt: 0 }
    }

    async fn next(&mut self) -> Result<Option<RecordId>, Unavailable> {
        let (realm, owner) = (&self.service.realm, &OwnerId::realm());
        while self.found.is_empty() && !self.is_read {
            let of = Listing::Owner { realm, owner, kind: TokenKind::SecurityCode, show: Show::All };
            let page = self.service.store.list(of, self.after.as_ref(), BATCH).await?;
            self.corrupt = self.corrupt.saturating_add(page.corrupt);
            let own = page.items.iter().filter(|code| code.revoked().is_none() && is_of(code.body(), self.person));
            self.found.extend(own.map(|code| code.record().id));
            (self.after, self.is_read) = (page.next, page.next.is_none());
        }
        Ok(self.found.pop())
    }
}

fn is_of(body: &FamilyBody, person: &SubjectId) -> bool {
    match body {
        FamilyBody::Code { created_by, access, .. } => {
            created_by == person || matches!(access, Access::SameAsUser(subject) if subject == person)
        }
        _ => false,
    }
}

/// If rows could not be decoded, emits an event with their number and returns an error.
fn complete<O: Permission>(permit: &Permit<'_, O>, corrupt: u32) -> Result<(), Unavailable> {
    if corrupt == 0 {
        return Ok(());
    }
    permit.tell(EventKind::Corrupt { rows: corrupt });
    Err(StoreError::corrupt(None, "rows of the owner").into())
}

/// Emits the event about an owner whose credentials were ended. No event is emitted if the call failed before it ended
/// anything.
pub(crate) fn tell_of_owner<O: Permission>(
    permit: &Permit<'_, O>,
    owner: OwnerId,
    kinds: Option<Vec<TokenKind>>,
    families: u64,
    is_complete: bool,
) {
    if is_complete || families > 0 {
        permit.tell(EventKind::OwnerRevoked { owner, kinds, families });
    }
}
