//! Broken stores that do not apply a rule of the contract to records in some state.

use counterfoil::store::{Change, Cursor, FamilyParts, Listing, Page, Progress, Revoke, StoreError};
use counterfoil::types::TokenKind;
use counterfoil_conformance::reference::Model;

use super::changes::{changes, rotations};
use super::{Case, cases};
use crate::broken::states::{Done, Paged, Purged, Read, Then};

pub(super) fn states() -> Vec<Case> {
    let mut all = changes();
    all.extend(rotations());
    all.extend(ends());
    all.extend(shrunk());
    all.extend(pages());
    all.extend(damaged());
    all
}

/// Resets family rows of `model` to their values in `before`. `which` gets a row of `before`, and returns true if the
/// family's row must be reset.
pub(super) fn restore(before: &Model, model: &mut Model, which: impl Fn(&FamilyParts) -> bool) {
    for old in before.families.iter().filter(|family| which(family)) {
        if let Some(family) = model.family_mut(old.id) {
            *family = old.clone();
        }
    }
}

fn ends() -> Vec<Case> {
    cases! {
        OwnersSecurityCodesStay => owner_revoke_covers: Then(|before, model, done| {
            let Done::Revoke(Revoke::Owner { .. }, _) = done else { return };
            restore(before, model, |family| family.kind == TokenKind::SecurityCode);
        });
        OwnersConsoleSessionsStay => owner_revoke_covers: Then(|before, model, done| {
            let Done::Revoke(Revoke::Owner { .. }, _) = done else { return };
            restore(before, model, |family| family.kind == TokenKind::ConsoleSession);
        });
        OwnersAccessFamiliesStay => owner_revoke_covers: Then(|before, model, done| {
            let Done::Revoke(Revoke::Owner { .. }, _) = done else { return };
            restore(before, model, |family| family.kind == TokenKind::AccessToken);
        });
        OwnersPermanentOnesStay => owner_revoke_covers: Then(|before, model, done| {
            let Done::Revoke(Revoke::Owner { .. }, _) = done else { return };
            restore(before, model, |family| family.live_until.is_none());
        });
        OwnersGoneOnesStay => owner_revoke_covers: Then(|before, model, done| {
            let Done::Revoke(Revoke::Owner { .. }, at) = done else { return };
            restore(before, model, |family| family.gone_at.is_some_and(|gone_at| gone_at.micros() + 1_999_000 < at.micros()));
        });
        RevokingOneKeepsItsNotice => due_is_complete: Then(|before, model, done| {
            let Done::Revoke(Revoke::One(id), _) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id)) {
                record.notice = old.notice;
            }
        });
        RevokingAgainMovesTheEnd => revoke_twice: Then(|_, model, done| {
            let Done::Revoke(Revoke::One(id), gone_at) = done else { return };
            model.record_mut(id).into_iter().for_each(|record| record.gone_at = Some(*gone_at));
        });
        RevokingAgainMovesTheFamilysEnd => revoke_twice: Then(|_, model, done| {
            let Done::Revoke(Revoke::Family { family, .. }, gone_at) = done else { return };
            model.family_mut(*family).into_iter().for_each(|family| family.gone_at = Some(*gone_at));
        });
        PurgeWaitsForTheFamilysEnd => purge_keeps_the_living: Then(|before, model, done| {
            let Done::Purge(now, _) = done else { return };
            let waits = |family: &&FamilyParts| {
                model.family(family.id).is_none() && family.gone_at.is_none_or(|gone_at| gone_at > *now)
            };
            let waiting: Vec<FamilyParts> = before.families.iter().filter(waits).cloned().collect();
            model.families.extend(waiting);
        });
        PurgeShrinksBeyondItsLimit => purge_keeps_the_living: Then(|_, model, done| {
            let Done::Purge(_, windows_before) = done else { return };
            for record in &mut model.records {
                let window = record.superseded.and_then(|superseded| superseded.honoured_until);
                if window.is_some_and(|window| windows_before.reached(window)) {
                    record.shrink();
                }
            }
        });
    }
}

fn shrunk() -> Vec<Case> {
    cases! {
        TouchesWhatIsShrunk => shrinking_keeps_the_proof: Then(|_, model, done| {
            let Done::Touch(seen) = done else { return };
            for (id, at) in *seen {
                let of = model.record_mut(id).filter(|record| record.shrunk);
                of.into_iter().for_each(|record| record.last_used_at = record.last_used_at.max(Some(*at)));
            }
        });
        NotesWhatWasSentOfTheShrunk => shrinking_keeps_the_proof: Then(|_, model, done| {
            let Done::Settle(id, Some((expiry, stage))) = done else { return };
            let of = model.record_mut(id).filter(|record| record.shrunk);
            of.into_iter().for_each(|record| record.remember_notice(*expiry, *stage));
        });
        DescribesWhatIsShrunk => shrinking_keeps_the_proof: Then(|_, model, done| {
            let Done::Apply(id, Change::Edit { description: Some(text), .. }) = done else { return };
            let of = model.record_mut(id).filter(|record| record.shrunk);
            of.into_iter().for_each(|record| record.description = Some(text.clone()));
        });
        GivesAnExpiryToTheShrunk => shrinking_keeps_the_proof: Then(|_, model, done| {
            let Done::Apply(id, Change::Expiry { expires_at, .. }) = done else { return };
            let of = model.record_mut(id).filter(|record| record.shrunk);
            of.into_iter().for_each(|record| record.expires_at = *expires_at);
        });
        EndsTheShrunkAgain => shrinking_keeps_the_proof: Then(|_, model, done| {
            let Done::Apply(id, Change::End { gone_at, .. }) = done else { return };
            let of = model.record_mut(id).filter(|record| record.shrunk);
            of.into_iter().for_each(|record| record.gone_at = Some(*gone_at));
        });
        RekeyOfTheShrunkIsLost => shrinking_keeps_the_proof: Then(|before, model, done| {
            let Done::Apply(id, Change::Rekey { .. }) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id))
                && old.shrunk
            {
                (record.key_id, record.digest) = (old.key_id, old.digest);
            }
        });
        NoticedWithoutAnEnd => claim_has_one_winner: Then(|before, model, done| {
            let Done::Settle(id, Some(sent)) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id))
                && !record.shrunk
            {
                record.noticed.clone_from(&old.noticed);
                record.noticed.push(*sent);
            }
        });
    }
}

/// Sorts the records of a page by their creation time, the newest first.
fn ordered(page: Page<counterfoil::store::TokenRecord>) -> Page<counterfoil::store::TokenRecord> {
    let mut page = page;
    page.items.sort_by_key(|item| std::cmp::Reverse(item.record().created_at));
    page
}

fn pages() -> Vec<Case> {
    cases! {
        KindByCreation => pages_are_stable: Paged(|inner, of, after, limit| {
            let page = inner.with(|model| model.list(of, after, limit as usize));
            if matches!(of, Listing::Kind { .. }) { ordered(page) } else { page }
        });
        KindByTheLastBytes => pages_are_stable: Paged(|inner, of, after, limit| {
            let mut page = inner.with(|model| model.list(of, after, limit as usize));
            if matches!(of, Listing::Kind { .. }) {
                page.items.sort_by_key(|item| item.record().id.member());
            }
            page
        });
        CursorOfThePurgedEnds => pages_are_stable: Paged(|inner, of, after, limit| {
            let lost = |after: &Cursor| inner.with(|model| model.record(&after.id).is_none());
            if after.is_some_and(lost) {
                return Page { items: Vec::new(), next: None, corrupt: 0 };
            }
            inner.with(|model| model.list(of, after, limit as usize))
        });
        CursorOfThePurgedBeginsAnew => pages_are_stable: Paged(|inner, of, after, limit| {
            let after = after.filter(|after| inner.with(|model| model.record(&after.id).is_some()));
            inner.with(|model| model.list(of, after, limit as usize))
        });
        ListsAThousand => pages_are_stable: Paged(|inner, of, after, limit| {
            let mut page = inner.with(|model| model.list(of, after, (limit as usize).min(1_000)));
            page.next = page.next.filter(|_| limit < 1_000);
            page
        });
        PagesOf16Bits => pages_are_stable: Paged(|inner, of, after, limit| {
            let narrow = usize::from((limit as u16).max(1));
            let mut page = inner.with(|model| model.list(of, after, narrow));
            page.next = page.next.filter(|_| limit <= u32::from(u16::MAX));
            page
        });
    }
}

fn damaged() -> Vec<Case> {
    cases! {
        MoreForEverBesideDamage => garbage_is_corrupt: Purged(|inner, progress| {
            let stuck = progress.changed == 0 && inner.with(|model| !model.damaged.is_empty());
            Progress { more: progress.more || stuck, ..progress }
        });
        LookAheadCountsDamage => garbage_is_corrupt: crate::broken::pages::LookAheadCountsDamage;
        DamageIsAbsence => garbage_is_corrupt: Read(|read| match read {
            Err(StoreError::Corrupt { .. }) => Ok(None),
            other => other,
        });
        DamageWithoutAnId => garbage_is_corrupt: Read(|read| match read {
            Err(StoreError::Corrupt { source, .. }) => Err(StoreError::Corrupt { id: None, source }),
            other => other,
        });
    }
}
