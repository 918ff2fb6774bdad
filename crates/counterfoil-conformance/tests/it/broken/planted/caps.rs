//! Broken stores that apply a cap on live families incorrectly when an expired family is rotated.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{FamilyParts, ParentUpdate, RecordParts, Rotated, TokenStore, transition};
use counterfoil_conformance::reference::Model;

use super::labels::Asked;
use super::{Case, cases};
use crate::broken::keeping::Limiting;
use crate::broken::overrides;

/// Returns a copy of the update without its cap on live families, and this cap.
pub(crate) fn uncapped(step: &ParentUpdate) -> (ParentUpdate, Option<NonZeroU32>) {
    let mut step = *step;
    let ParentUpdate::Supersede { cap, .. } = &mut step else { return (step, None) };
    let cap = cap.take();
    (step, cap)
}

/// A store that applies the cap of a renewal with these functions. If one of them is wrong, the store is broken.
struct Capping {
    /// Whether the cap applies to a rotation of this family.
    applies: fn(&FamilyParts, Timestamp) -> bool,
    /// Whether the first family counts towards the cap if the second is rotated.
    counts: fn(&FamilyParts, &FamilyParts, Timestamp) -> bool,
    /// Whether a rotation is refused. The arguments are the number of families that count, and the cap.
    full: fn(usize, usize) -> bool,
}

/// The correct functions. Each broken store of the type [`Capping`] replaces one of them.
const RIGHT: Capping = Capping {
    applies: |family, now| !transition::is_live(family, now),
    counts: |one, like, now| counts(one, like) && transition::is_live(one, now),
    full: |living, cap| living >= cap,
};

/// Whether both families have the same owner, realm, kind and client.
fn counts(one: &FamilyParts, like: &FamilyParts) -> bool {
    one.realm == like.realm && one.owner == like.owner && one.kind == like.kind && one.client == like.client
}

overrides!(Capping, self, rotate, |inner, parent, step, new, now| {
    let (plain, cap) = uncapped(step);
    let asked = Asked { parent, step, new, now };
    let refuses = |model: &Model, cap: NonZeroU32| {
        let Some(family) = model.family(parent.family()).filter(|family| (self.applies)(family, now)) else {
            return false;
        };
        let living = model.families.iter().filter(|one| (self.counts)(one, family, now)).count();
        let done = matches!(asked.rotated(&mut model.clone(), &plain), Some(Rotated::Done));
        done && (self.full)(living, cap.get() as usize)
    };
    inner.with(|model| {
        model.check_parent(parent, step, new)?;
        if cap.is_some_and(|cap| refuses(model, cap)) {
            return Ok(Rotated::OwnerFull);
        }
        model.rotate(parent, &plain, new, now)
    })
});

/// A broken store that returns `OwnerFull` correctly, but then writes something with this function.
struct Writing(fn(&mut Model, &Asked<'_>));

overrides!(Writing, self, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    if matches!(answer, Rotated::OwnerFull) {
        inner.with(|model| (self.0)(model, &Asked { parent, step, new, now }));
    }
    Ok(answer)
});

pub(super) fn caps() -> Vec<Case> {
    let mut all = limits();
    all.extend(applied());
    all.extend(counted());
    all
}

/// Returns a store that is made with the type `Capping` and correct functions, so it has no flaw.
pub(super) fn correct() -> Vec<Case> {
    cases! {
        CapIsJudged => renewals_are_capped: RIGHT;
    }
}

fn limits() -> Vec<Case> {
    cases! {
        CapOnRenewalsIsIgnored => renewals_are_capped: Capping { full: |_, _| false, ..RIGHT };
        CapOnRenewalsLetsInOneMore => renewals_are_capped: Capping { full: |living, cap| living > cap, ..RIGHT };
        CapOnRenewalsLetsInOneLess => renewals_are_capped: Capping { full: |living, cap| living + 1 >= cap, ..RIGHT };
        CapOnRenewalsAllowsOne => renewals_are_capped: Capping { full: |living, _| living > 0, ..RIGHT };
        CapOnRenewalsIn8Bits => renewals_are_capped: Limiting(|limit| u32::from(limit as u8));
        CapOnRenewalsIn16Bits => renewals_are_capped: Limiting(|limit| u32::from(limit as u16));
        CapOnRenewalsWithSign => renewals_are_capped: Limiting(|limit| u32::try_from(limit as i32).unwrap_or(1));
        OwnerFullWritesTheSuccessor => renewals_are_capped: Writing(|model, asked| {
            model.records.extend(asked.new.iter().cloned().map(RecordParts::from));
        });
        OwnerFullIsAUse => renewals_are_capped: Writing(|model, asked| {
            model.family_mut(asked.parent.family()).into_iter().for_each(|family| family.used_at = asked.now);
        });
    }
}

fn applied() -> Vec<Case> {
    cases! {
        CapRefusesTheLive => renewals_are_capped: Capping { applies: |_, _| true, ..RIGHT };
        CapRefusesTheLiveWithAnEnd => renewals_are_capped: Capping {
            applies: |family, _| family.live_until.is_some(), ..RIGHT
        };
        CapRefusesThePermanent => renewals_are_capped: Capping {
            applies: |family, now| family.live_until.is_none_or(|end| now >= end), ..RIGHT
        };
        CapAppliesAfterTheExpiry => renewals_are_capped: Capping {
            applies: |family, now| family.live_until.is_some_and(|end| now > end), ..RIGHT
        };
        CapAppliesToTheGone => renewals_are_capped: Capping {
            applies: |family, now| family.gone_at.is_some_and(|gone_at| now >= gone_at), ..RIGHT
        };
    }
}

fn counted() -> Vec<Case> {
    cases! {
        CapCountsTheExpired => renewals_are_capped: Capping {
            counts: |one, like, _| one.id != like.id && counts(one, like) && one.revoked.is_none(), ..RIGHT
        };
        CapCountsThoseThatExpireNow => renewals_are_capped: Capping {
            counts: |one, like, now| {
                let live = one.live_until.is_none_or(|end| now <= end);
                one.id != like.id && counts(one, like) && one.revoked.is_none() && live
            },
            ..RIGHT
        };
        CapCountsItself => renewals_are_capped: Capping {
            counts: |one, like, now| one.id == like.id || (counts(one, like) && transition::is_live(one, now)), ..RIGHT
        };
        CapCountsTheRevoked => renewals_are_capped: Capping {
            counts: |one, like, now| counts(one, like) && one.live_until.is_none_or(|end| now < end), ..RIGHT
        };
        CapCountsOtherKinds => renewals_are_capped: Capping {
            counts: |one, like, now| {
                one.realm == like.realm && one.owner == like.owner && transition::is_live(one, now)
            },
            ..RIGHT
        };
        CapCountsOtherClients => renewals_are_capped: Capping {
            counts: |one, like, now| {
                let alike = one.realm == like.realm && one.owner == like.owner && one.kind == like.kind;
                alike && transition::is_live(one, now)
            },
            ..RIGHT
        };
        CapCountsOtherRealms => renewals_are_capped: Capping {
            counts: |one, like, now| {
                let alike = one.owner == like.owner && one.kind == like.kind && one.client == like.client;
                alike && transition::is_live(one, now)
            },
            ..RIGHT
        };
        CapCountsOtherOwners => renewals_are_capped: Capping {
            counts: |one, like, now| {
                let alike = one.realm == like.realm && one.kind == like.kind && one.client == like.client;
                alike && transition::is_live(one, now)
            },
            ..RIGHT
        };
        CapForgetsThePermanent => renewals_are_capped: Capping {
            counts: |one, like, now| (RIGHT.counts)(one, like, now) && one.live_until.is_some(), ..RIGHT
        };
        CapForgetsTheGone => renewals_are_capped: Capping {
            counts: |one, like, now| (RIGHT.counts)(one, like, now) && one.gone_at.is_none_or(|gone| now < gone),
            ..RIGHT
        };
        CapForgetsTheRotated => renewals_are_capped: Capping {
            counts: |one, like, now| (RIGHT.counts)(one, like, now) && one.generation == 0, ..RIGHT
        };
        CapForgetsSignIns => renewals_are_capped: Capping {
            counts: |one, like, now| (RIGHT.counts)(one, like, now) && one.client.is_none(), ..RIGHT
        };
    }
}
