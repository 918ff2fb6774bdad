//! Replaces a personal access token by a token with a new secret and the same label. The owner chooses the overlap. The
//! new token keeps the expiry of the old one or gets a new lifetime.

use super::create::{Lifetime, expiry};
use super::rotation::{Overlap, Rotation};
use super::target::{Life, Target};
use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, Limit};
use crate::record::expiry::effective_expiry;
use crate::record::leak_mark::pending_leak;
use crate::record::notice::{Expiring, arm};
use crate::record::record_parts::NewRecord;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::operations::{RenewToken, RotateToken};
use crate::service::authority::{Permission, Permit};
use crate::service::bounds::{hour_after, hourly};
use crate::service::changing::TURNS;
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::minting::{Entry, Minted};
use crate::service::presenter::Presenter;
use crate::service::repeated_form::repeated;
use crate::service::view::{CredentialView, IssuedCredential, Status};
use crate::store::change::{ParentUpdate, Rotated};
use crate::store::error::StoreError;
use crate::token::once::OnceKey;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Replaces the presenter's own personal access token by a new token with the same label, description and scope.
    /// Only the result contains the new token's secret. A presenter with a personal access token can replace only that
    /// token, and cannot set a new lifetime.
    ///
    /// `rotation` is an [`Overlap`] or a [`Rotation`]. With an [`Overlap`], the new token has the expiry of the old one.
    /// A [`Rotation`] can set a new lifetime, which is counted from now and has the same limits as that of a new token.
    /// An expired token can be renewed in this way for as long as it is listed: with a new lifetime and without overlap.
    /// It then counts again towards the limit on live tokens.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] in each of these cases:
    ///
    /// - The presenter is a collaborator.
    /// - The presenter has a security code, or a personal access token other than the one to replace.
    /// - The presenter has a personal access token, and the rotation sets a new lifetime.
    /// - The presenter has a session in which the password was not entered recently.
    /// - The scope `credentials:write` is missing.
    /// - Personal access tokens are blocked ([`Counterfoil::gates`]).
    /// - The token has more rights than the presenter.
    ///
    /// [`ManageError::NotFound`] if the token is not the presenter's, or is no longer kept. [`ManageError::Invalid`] if
    /// the overlap is too long, or the number of days is out of range. Also if the token has expired, and the rotation
    /// has no lifetime or has an overlap. [`ManageError::Conflict`] if the token was replaced, if another token has its
    /// label, if the new token would be suspended, for example because the policy refuses a token with this expiry, or if
    /// the token has expired and the owner has as many live tokens as the policy allows. [`ManageError::SlowDown`] after
    /// too many rotations in an hour.
    ///
    /// [`ManageError::Unavailable`] if a store or the directory failed. It is then unknown whether the old token was
    /// replaced. If it was, the new token is lost and should be deleted.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either replaced the token or changed nothing. If the result was lost, delete the newest token
    /// and create another token.
    ///
    /// # Example: an overlap that ends at the first use of the new token
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::operations::Overlap;
    ///
    /// let new = NewPersonalAccessToken::new("deploy", Lifetime::Days(30));
    /// let old = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let new = counterfoil.rotate_personal_access_token(&ivan, &old.view.id, Overlap::UntilFirstUse).await?;
    /// assert_eq!((new.view.label.as_str(), new.view.expires_at), ("deploy", old.view.expires_at));
    ///
    /// // Until the new token is used, the old token works.
    /// assert!(counterfoil.verify(old.token.expose_secret()).await.is_ok());
    /// assert!(counterfoil.verify(new.token.expose_secret()).await.is_ok());
    /// // The first use of the new token ended the old one.
    /// assert!(counterfoil.verify(old.token.expose_secret()).await.is_err());
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Example: an expired token is renewed under its label
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use std::time::Duration;
    ///
    /// use counterfoil::operations::{Overlap, Rotation};
    ///
    /// let new = NewPersonalAccessToken::new("deploy", Lifetime::Days(30));
    /// let old = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// clock.advance(Duration::from_secs(31 * 86_400));
    /// let renewal = Rotation::new(Overlap::Immediate).with_lifetime(Lifetime::Days(90));
    /// let new = counterfoil.rotate_personal_access_token(&ivan, &old.view.id, renewal).await?;
    /// assert_eq!(new.view.label, "deploy");
    /// assert!(counterfoil.verify(new.token.expose_secret()).await.is_ok());
    /// # Ok(()) }) }
    /// ```
    pub async fn rotate_personal_access_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        rotation: impl Into<Rotation>,
    ) -> Result<IssuedCredential, ManageError> {
        rotate(self, by, id, rotation.into(), None).await
    }
}

/// Replaces the presenter's own token by a new token. A presenter that authenticated with a personal access token can
/// replace only that token, and cannot set a new lifetime.
pub(crate) async fn rotate(
    counterfoil: &Counterfoil,
    by: &Presenter,
    id: &RecordId,
    rotation: Rotation,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    match rotation.lifetime {
        None => own(counterfoil.permit_on::<RotateToken>(by, Some(id)).await?, id, rotation, once).await,
        Some(_) => own(counterfoil.permit::<RenewToken>(by).await?, id, rotation, once).await,
    }
}

async fn own<O: Permission>(
    permit: Permit<'_, O>,
    id: &RecordId,
    rotation: Rotation,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let owner = permit.person()?.into();
    replace(permit, owner, id, rotation, once).await
}

/// Replaces the owner's token by a new token with the same label, description and scope.
///
/// Before that, ends the overlap of an earlier rotation, so at most two tokens of the family work at the same time.
pub(crate) async fn replace<O: Permission>(
    permit: Permit<'_, O>,
    owner: OwnerId,
    id: &RecordId,
    rotation: Rotation,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let derived = once.map(|once| {
        let fields = rotation.form_fields();
        once.successor_id(id, &fields.iter().map(String::as_bytes).collect::<Vec<_>>())
    });
    let target = Target::of(&permit, owner).await?;
    let (service, now) = (target.service, target.now);
    // Checks existence, then validates the request, then checks the state.
    let mut old = target.read(Some(id)).await?;
    permit.needs_reach(&old).await?;
    let handover = Handover::new(&target, rotation)?;
    for _ in 0..TURNS {
        let successor = old.record().superseded.map(|past| past.successor);
        let life = target.life(&old).map_err(|error| match error {
            // This form has already replaced the token.
            ManageError::Conflict(Conflict::Replaced) if derived.is_some() && successor == derived => {
                repeated(true).into()
            }
            error => error,
        })?;
        let ends = handover.ends(&old, life)?;
        let minted = match derived {
            Some(id) => service.mint_drawn(TokenKind::PersonalAccessToken, id)?,
            None => service.mint_member(TokenKind::PersonalAccessToken, id.family())?,
        };
        let new = handover.successor(&minted, &old, &ends);
        // All other steps that can fail come before the write, because after the write only the result contains the
        // secret.
        let listed = handover.listed(&new, &old).await?;
        if listed.status == Status::Suspended {
            return Err(Conflict::Suspended.into());
        }
        service.end_running_overlap(&old, permit.by(), now).await?;
        match handover.replace(&old, life, &ends, new).await? {
            Rotated::Done => {
                permit.tell(EventKind::Rotated { id: *id, successor: minted.id });
                return Ok(IssuedCredential { token: minted.token, view: listed });
            }
            Rotated::Stale(there) => old = there,
            Rotated::IdTaken(_) if derived.is_some() => return Err(repeated(false).into()),
            Rotated::IdTaken(_) | Rotated::FamilyFull { .. } => {}
            Rotated::LabelLost => return Err(Conflict::LabelTaken.into()),
            Rotated::OwnerFull => return Err(Conflict::QuotaReached.into()),
            Rotated::PaceReached { oldest } => {
                let limit = Limit::CreationsPerHour(TokenKind::PersonalAccessToken);
                permit.tell(EventKind::LimitReached { limit, owner: target.owner });
                return Err(ManageError::SlowDown { until: hour_after(oldest) });
            }
            Rotated::FamilyEnded | Rotated::Missing => return Err(ManageError::NotFound),
        }
    }
    Err(Unavailable::Contended { operation: "rotate" }.into())
}

/// Checks that the token exists and has no more rights than the presenter. `None` stands for a text that is not a valid
/// id.
pub(crate) async fn exists<O: Permission>(permit: &Permit<'_, O>, id: Option<&RecordId>) -> Result<(), ManageError> {
    replaceable(permit, permit.person()?.into(), id).await
}

/// Checks that the owner's token exists and has no more rights than the presenter. `None` stands for a text that is not
/// a valid id.
pub(crate) async fn replaceable<O: Permission>(
    permit: &Permit<'_, O>,
    owner: OwnerId,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    let old = Target::of(permit, owner).await?.read(id).await?;
    permit.needs_reach(&old).await
}

/// A validated rotation. Its values stay the same in every attempt.
struct Handover<'a> {
    service: &'a Service,
    settings: &'a Settings,
    now: Timestamp,
    /// The instant until which the old token is accepted. `None` means until the first use of the new token.
    honoured_until: Option<Timestamp>,
    /// The new expiry. The outer `None` keeps the expiry of the old token. The inner `None` means permanent.
    renewed: Option<Option<Timestamp>>,
}

/// The ends of the two tokens of a rotation.
struct Ends {
    /// The expiry of the new token. `None` means permanent.
    expires_at: Option<Timestamp>,
    /// The instant from which the new token may be purged.
    gone_at: Option<Timestamp>,
    /// The instant until which the old token is accepted. `None` means until the first use of the new token.
    honoured_until: Option<Timestamp>,
    /// The expiry of the old token.
    old_expires_at: Option<Timestamp>,
}

impl<'a> Handover<'a> {
    fn new(target: &'a Target<'a>, rotation: Rotation) -> Result<Self, ManageError> {
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

    /// Determines the ends of both tokens. The old token never outlives the new one: otherwise it could still work after
    /// the cap no longer counts its family, or after another family took its label.
    ///
    /// If the policy shortens the life of the old token, and the rotation sets no lifetime, the new token gets the
    /// shortened expiry: a ceiling is counted from the instant at which an expiry was set, so a new token with the stored
    /// expiry would live longer than the old one.
    fn ends(&self, old: &TokenRecord, life: Life) -> Result<Ends, Invalid> {
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
    /// planned anew, as if the expiry were set now. A pending notice about a leak passes to it.
    fn successor(&self, minted: &Minted, old: &TokenRecord, ends: &Ends) -> NewRecord {
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

    async fn listed(&self, new: &NewRecord, old: &TokenRecord) -> Result<CredentialView, ManageError> {
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
    /// token. The store checks both in the step that writes. A live token may lack a label key: it was created before
    /// the policy required unique labels.
    async fn replace(&self, old: &TokenRecord, life: Life, ends: &Ends, new: NewRecord) -> Result<Rotated, StoreError> {
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
