//! The step in which a new personal access token replaces an old one: when both end, and the write.

use super::create::{Lifetime, expiry};
use super::rotation::{Overlap, Rotation};
use super::target::{Life, Target};
use crate::record::expiry::effective_expiry;
use crate::record::leak_mark::pending_leak;
use crate::record::notice::{Expiring, arm};
use crate::record::record_parts::NewRecord;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::bounds::hourly;
use crate::service::error::{ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::minting::{Entry, Minted};
use crate::service::view::CredentialView;
use crate::store::change::{ParentUpdate, Rotated};
use crate::store::error::StoreError;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// A validated rotation. Its values stay the same in every attempt.
pub(super) struct Succession<'a> {
    service: &'a Service,
    settings: &'a Settings,
    now: Timestamp,
    /// The instant until which the old token is accepted. `None` means until the first use of the new token.
    honoured_until: Option<Timestamp>,
    /// The new expiry. The outer `None` keeps the expiry of the old token. The inner `None` means permanent.
    renewed: Option<Option<Timestamp>>,
}

/// The ends of the two tokens of a rotation, as they will be stored.
pub(super) struct Ends {
    /// The expiry of the new token. `None` means permanent.
    expires_at: Option<Timestamp>,
    /// The instant from which the new token may be purged.
    gone_at: Option<Timestamp>,
    /// The instant until which the old token is accepted. `None` means until the first use of the new token.
    honoured_until: Option<Timestamp>,
    /// The expiry of the old token.
    old_expires_at: Option<Timestamp>,
}

impl<'a> Succession<'a> {
    pub(super) fn new(target: &'a Target<'a>, rotation: Rotation) -> Result<Self, ManageError> {
        let Target { service, settings, now, .. } = target;
        let renewed = |lifetime: Lifetime| expiry(service, lifetime, settings, *now);
        Ok(Self {
            service,
            settings,
            now: *now,
            honoured_until: honoured_until(service, rotation.overlap, *now)?,
            renewed: rotation.lifetime.map(renewed).transpose()?,
        })
    }

    /// Determines the ends of both tokens. The old token never outlives the new one: otherwise it could still work
    /// after the cap no longer counts its family, or after another family took its label.
    pub(super) fn ends(&self, old: &TokenRecord, life: Life) -> Result<Ends, Invalid> {
        let (own, policy) = (old.record(), &self.service.policy);
        let old_expires_at = effective_expiry(old.view(), self.service.limits(self.settings));
        if life == Life::Expired && self.renewed.is_none() {
            return Err(Invalid::LifetimeMissing { most: self.settings.pat_max_days });
        }
        if life == Life::Expired && self.honoured_until != Some(self.now) {
            return Err(Invalid::OverlapAfterExpiry);
        }
        let expires_at = self.renewed.unwrap_or(old_expires_at);
        let is_shorter = expires_at.is_some_and(|new| old_expires_at.is_none_or(|old| new < old));
        if is_shorter && self.honoured_until.is_none() {
            return Err(Invalid::OverlapBeyondExpiry);
        }
        let gone_at = match self.renewed {
            None if expires_at == own.expires_at => own.gone_at,
            _ => expires_at.map(|at| policy.gone_after_expiry(own.kind, at)),
        };
        let honoured_until = self.honoured_until.map(|until| expires_at.map_or(until, |at| until.min(at)));
        Ok(Ends { expires_at, gone_at, honoured_until, old_expires_at })
    }

    /// The record of the new token. It has the same label, description and scope as the old token. Its notices are
    /// planned anew, as if the expiry were set now. If the old record has a pending notice about a leak, the new record
    /// gets this notice instead.
    pub(super) fn successor(&self, minted: &Minted, old: &TokenRecord, ends: &Ends) -> NewRecord {
        let own = old.record();
        let life = Expiring { expires_at: ends.expires_at, expiry_set_at: self.now, noticed: &[] };
        let entry = Entry {
            owner: own.owner.clone(),
            parent: Some(own.id),
            generation: own.generation.saturating_add(1),
            created_at: self.now,
            scope: own.scope.clone(),
            label: own.label.clone(),
            description: own.description.clone(),
            expires_at: ends.expires_at,
            gone_at: ends.gone_at,
            notice: pending_leak(own)
                .or_else(|| arm(&self.service.schedule(own.kind, self.settings), life, 0, self.now)),
        };
        self.service.counterfoil(minted, entry)
    }

    pub(super) async fn listed(&self, new: &NewRecord, old: &TokenRecord) -> Result<CredentialView, ManageError> {
        let mut family = old.family().clone();
        (family.generation, family.live_until, family.gone_at) = (new.generation, new.expires_at, new.gone_at);
        let record = TokenRecord::from_parts(new.clone().into(), family);
        let record = record.map_err(|corrupt| StoreError::corrupt(Some(old.record().id), corrupt))?;
        self.service.listed(&record, self.now).await?.ok_or(ManageError::NotFound)
    }

    /// Writes the rotation. If the store is unavailable, tries once more. If the store then already contains the
    /// successor that this call created, the first try had succeeded.
    ///
    /// An expired token is renewed only if its family still has its label, and if the owner may have one more live
    /// token. The store checks both in the step that writes. A live token is also rotated if its family has no label
    /// key. A family has none if it was created before the policy required unique labels.
    pub(super) async fn replace(
        &self,
        old: &TokenRecord,
        life: Life,
        ends: &Ends,
        new: NewRecord,
    ) -> Result<Rotated, StoreError> {
        let policy = &self.service.policy;
        let rules = &policy.personal_access_tokens;
        let successor = new.id;
        let end = [ends.honoured_until, ends.old_expires_at].into_iter().flatten().min();
        let step = ParentUpdate::Supersede {
            expect: old.record().version,
            successor,
            nonce: None,
            honoured_until: ends.honoured_until,
            gone_at: end.map(|end| policy.gone_after_expiry(old.record().kind, end)),
            labelled: rules.unique_labels && (life == Life::Expired || old.family().label_key.is_some()),
            cap: rules.max_live_per_owner,
            pace: hourly(rules.creations_per_hour, self.now),
            access_cap: None,
        };
        let (id, new) = (old.record().id, [new]);
        let rotated = match self.service.store.rotate(&id, &step, &new, self.now).await {
            Err(StoreError::Unavailable { retry: true, .. }) => {
                self.service.store.rotate(&id, &step, &new, self.now).await?
            }
            outcome => outcome?,
        };
        let Rotated::Stale(there) = &rotated else { return Ok(rotated) };
        if there.record().superseded.is_none_or(|past| past.successor != successor) {
            return Ok(rotated);
        }
        // If a form requests the rotation, every attempt derives the same id. So only the secret shows whether this
        // call created the stored token.
        let there = self.service.store.get(&successor).await?;
        let is_own = there.is_some_and(|there| there.record().digest.same_bytes(&new[0].digest));
        Ok(if is_own { Rotated::Done } else { rotated })
    }
}

fn honoured_until(service: &Service, overlap: Overlap, now: Timestamp) -> Result<Option<Timestamp>, ManageError> {
    let longest = service.policy.personal_access_tokens.max_overlap;
    match overlap {
        Overlap::UntilFirstUse => Ok(None),
        Overlap::Immediate => Ok(Some(now)),
        Overlap::For(overlap) if overlap > longest => Err(Invalid::Overlap { most: longest.as_secs() }.into()),
        Overlap::For(overlap) => Ok(Some(now.plus(overlap).ok_or(Unavailable::Clock)?)),
    }
}
