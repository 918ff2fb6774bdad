//! Replaces a personal access token by a token with a new secret and the same label. The owner chooses the overlap.

use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, Limit};
use crate::record::expiry::effective_expiry;
use crate::record::notice::{Expiring, arm};
use crate::record::phase::{Phase, phase};
use crate::record::record_parts::NewRecord;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::operations::RotateToken;
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
use crate::types::duration::whole_micros;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// How long the old token still works after it was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overlap {
    /// No overlap: the old token stops working at once.
    Immediate,
    /// The old token works for this fixed time, but never after its own expiry. The time is rounded down to whole
    /// microseconds and is at most the policy's maximum.
    For(Duration),
    /// The old token works until the new token is used for the first time. This gives time to deploy the new token.
    UntilFirstUse,
}

impl Counterfoil {
    /// Replaces the presenter's own personal access token by a new token with the same label, scope and expiry. Only
    /// the result contains the new token's secret. A presenter with a personal access token can replace only that
    /// token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] in each of these cases:
    ///
    /// - The presenter is a collaborator.
    /// - The presenter has a security code, or a personal access token other than the one to replace.
    /// - The presenter has a session in which the password was not entered recently.
    /// - The scope `credentials:write` is missing.
    /// - Personal access tokens are blocked ([`Counterfoil::gates`]).
    /// - The token has more rights than the presenter.
    ///
    /// [`ManageError::NotFound`] if the token is not the presenter's. [`ManageError::Invalid`] if the overlap is too
    /// long. [`ManageError::Conflict`] if the token has expired or was replaced, or if the new token would be
    /// suspended, for example because the policy refuses a token with this expiry. [`ManageError::SlowDown`] after too
    /// many rotations in an hour.
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
    pub async fn rotate_personal_access_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        overlap: Overlap,
    ) -> Result<IssuedCredential, ManageError> {
        rotate(self.permit_on(by, Some(id)).await?, id, overlap, None).await
    }
}

/// Replaces the presenter's own token by a new token with the same label, scope and expiry. A presenter that
/// authenticated with a personal access token can replace only that token.
///
/// Before that, ends the overlap of an earlier rotation, so at most two tokens of the family work at the same time.
pub(crate) async fn rotate(
    permit: Permit<'_, RotateToken>,
    id: &RecordId,
    overlap: Overlap,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let owner = permit.person()?.into();
    replace(permit, owner, id, overlap, once).await
}

/// Replaces the owner's token by a new token with the same label, scope and expiry.
pub(crate) async fn replace<O: Permission>(
    permit: Permit<'_, O>,
    owner: OwnerId,
    id: &RecordId,
    overlap: Overlap,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let derived = once.map(|once| once.successor_id(id, &[form_field(overlap).as_bytes()]));
    let (service, now) = (permit.service(), permit.now());
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let handover = Handover { service, owner, settings, now };
    let mut old = service.store.get(id).await?.ok_or(ManageError::NotFound)?;
    // Checks existence, then validates the request, then checks the state.
    if let Err(missing @ ManageError::NotFound) = handover.stands(&old) {
        return Err(missing);
    }
    permit.needs_reach(old.record().scope.as_ref())?;
    let honoured_until = honoured_until(service, overlap, now)?;
    for _ in 0..TURNS {
        let successor = old.record().superseded.map(|past| past.successor);
        handover.stands(&old).map_err(|error| match error {
            // This form has already replaced the token.
            ManageError::Conflict(Conflict::Replaced) if derived.is_some() && successor == derived => {
                repeated(true).into()
            }
            error => error,
        })?;
        let minted = match derived {
            Some(id) => service.mint_drawn(TokenKind::PersonalAccessToken, id)?,
            None => service.mint_member(TokenKind::PersonalAccessToken, id.family())?,
        };
        let new = handover.successor(&minted, &old);
        // All other steps that can fail come before the write, because after the write only the result contains the
        // secret.
        let listed = handover.listed(&new, &old).await?;
        if listed.status == Status::Suspended {
            return Err(Conflict::Suspended.into());
        }
        service.end_running_overlap(&old, permit.by(), now).await?;
        match handover.replace(&old, honoured_until, new).await? {
            Rotated::Done => {
                permit.tell(EventKind::Rotated { id: *id, successor: minted.id });
                return Ok(IssuedCredential { token: minted.token, view: listed });
            }
            Rotated::Stale(there) => old = there,
            Rotated::IdTaken(_) if derived.is_some() => return Err(repeated(false).into()),
            Rotated::IdTaken(_) | Rotated::FamilyFull { .. } | Rotated::LabelLost | Rotated::OwnerFull => {}
            Rotated::PaceReached { oldest } => {
                let limit = Limit::CreationsPerHour(TokenKind::PersonalAccessToken);
                permit.tell(EventKind::LimitReached { limit, owner: handover.owner });
                return Err(ManageError::SlowDown { until: hour_after(oldest) });
            }
            Rotated::FamilyEnded | Rotated::Missing => return Err(ManageError::NotFound),
        }
    }
    Err(Unavailable::Contended { operation: "rotate" }.into())
}

/// The overlap as text. If the request comes from a web form, the id of the new token is derived from this text. The
/// text of a value must never change: a form that is submitted both before and after an upgrade must give the same id.
fn form_field(overlap: Overlap) -> String {
    match overlap {
        Overlap::Immediate => "Immediate".into(),
        Overlap::For(duration) => format!("For(Span({}))", whole_micros(duration)),
        Overlap::UntilFirstUse => "UntilFirstUse".into(),
    }
}

/// Checks that the token exists and has no more rights than the presenter. `None` stands for a text that is not a valid
/// id.
pub(crate) async fn exists(permit: &Permit<'_, RotateToken>, id: Option<&RecordId>) -> Result<(), ManageError> {
    replaceable(permit, permit.person()?.into(), id).await
}

/// Checks that the owner's token exists and has no more rights than the presenter. `None` stands for a text that is not
/// a valid id.
pub(crate) async fn replaceable<O: Permission>(
    permit: &Permit<'_, O>,
    owner: OwnerId,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let handover = Handover { service, owner, settings, now };
    let old = service.store.get(id.ok_or(ManageError::NotFound)?).await?.ok_or(ManageError::NotFound)?;
    match handover.stands(&old) {
        Err(missing @ ManageError::NotFound) => Err(missing),
        _ => Ok(permit.needs_reach(old.record().scope.as_ref())?),
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

/// The values that stay the same in every attempt to rotate a token.
struct Handover<'a> {
    service: &'a Service,
    owner: OwnerId,
    settings: Settings,
    now: Timestamp,
}

impl Handover<'_> {
    /// Returns an error if the token can no longer be replaced. The error for a deleted token and for another user's
    /// token is the same as for an unknown id.
    fn stands(&self, record: &TokenRecord) -> Result<(), ManageError> {
        let own = record.record();
        if own.realm != self.service.realm || own.owner != self.owner || own.kind != TokenKind::PersonalAccessToken {
            return Err(ManageError::NotFound);
        }
        match phase(record.view(), self.service.limits(&self.settings), self.now) {
            Phase::Revoked(_) | Phase::Purgeable => Err(ManageError::NotFound),
            _ if own.superseded.is_some() => Err(Conflict::Replaced.into()),
            Phase::Expired { .. } => Err(Conflict::Expired.into()),
            Phase::Live | Phase::Overlap { .. } | Phase::Rotated { .. } => Ok(()),
        }
    }

    /// The expiry of the old token, which the policy may have shortened, and the end of the retention after it.
    fn end(&self, old: &TokenRecord) -> (Option<Timestamp>, Option<Timestamp>) {
        let own = old.record();
        match effective_expiry(old.view(), self.service.limits(&self.settings)) {
            end if end == own.expires_at => (end, own.gone_at),
            end => (end, end.map(|end| self.service.policy.gone_after_expiry(own.kind, end))),
        }
    }

    /// The record of the new token. It has the same label, scope and expiry as the old token. Its notices are planned
    /// anew, as if the expiry were set now.
    fn successor(&self, minted: &Minted, old: &TokenRecord) -> NewRecord {
        let (own, (expires_at, gone_at)) = (old.record(), self.end(old));
        let life = Expiring { expires_at, expiry_set_at: self.now, noticed: &[] };
        let entry = Entry {
            owner: own.owner.clone(),
            parent: Some(own.id),
            generation: own.generation.saturating_add(1),
            created_at: self.now,
            scope: own.scope.clone(),
            label: own.label.clone(),
            description: own.description.clone(),
            expires_at,
            gone_at,
            notice: arm(&self.service.schedule(own.kind, &self.settings), life, 0, self.now),
        };
        self.service.counterfoil(minted, entry)
    }

    async fn listed(&self, new: &NewRecord, old: &TokenRecord) -> Result<CredentialView, ManageError> {
        let mut family = old.family().clone();
        family.generation = new.generation;
        let record = TokenRecord::from_parts(new.clone().into(), family);
        let record = record.map_err(|corrupt| StoreError::corrupt(Some(old.record().id), corrupt))?;
        self.service.listed(&record, self.now).await?.ok_or(ManageError::NotFound)
    }

    /// Writes the rotation. If the store is unavailable, tries once more. If the store then already contains the
    /// successor that this call created, the first try had succeeded.
    async fn replace(
        &self,
        old: &TokenRecord,
        honoured_until: Option<Timestamp>,
        new: NewRecord,
    ) -> Result<Rotated, StoreError> {
        let policy = &self.service.policy;
        let successor = new.id;
        let ends = [honoured_until, self.end(old).0].into_iter().flatten().min();
        let step = ParentUpdate::Supersede {
            expect: old.record().version,
            successor,
            nonce: None,
            honoured_until,
            gone_at: ends.map(|end| policy.gone_after_expiry(old.record().kind, end)),
            labelled: false,
            cap: None,
            pace: hourly(policy.personal_access_tokens.creations_per_hour, self.now),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_a10_the_overlap_in_a_forms_id_is_what_earlier_versions_wrote() {
        let fields = [
            (Overlap::Immediate, "Immediate"),
            (Overlap::UntilFirstUse, "UntilFirstUse"),
            (Overlap::For(Duration::ZERO), "For(Span(0))"),
            (Overlap::For(Duration::from_nanos(999)), "For(Span(0))"),
            (Overlap::For(Duration::from_secs(3_600)), "For(Span(3600000000))"),
        ];
        for (overlap, written) in fields {
            assert_eq!(form_field(overlap), written);
        }
    }
}
