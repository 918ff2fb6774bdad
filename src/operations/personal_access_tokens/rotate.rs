//! Replaces a personal access token by a token with a new secret and the same label. The owner chooses the overlap. The
//! new token keeps the expiry of the old one or gets a new lifetime.

use super::rotation::Rotation;
use super::succession::Succession;
use super::target::Target;
use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, Limit};
use crate::service::authority::operations::{RenewToken, RotateToken};
use crate::service::authority::{Permission, Permit};
use crate::service::bounds::hour_after;
use crate::service::changing::TURNS;
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::service::presenter::Presenter;
use crate::service::repeated_form::repeated;
use crate::service::view::{IssuedCredential, Status};
use crate::store::change::Rotated;
use crate::token::once::OnceKey;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// Replaces the presenter's own personal access token by a new token with the same label, description and scope.
    /// Only the result contains the new token's secret. A presenter with a personal access token can replace only that
    /// token, and cannot set a new lifetime.
    ///
    /// `rotation` is an [`Overlap`](crate::operations::Overlap) or a [`Rotation`]. With an `Overlap`, the new token has
    /// the expiry of the old one. A [`Rotation`] can set a new lifetime, which is counted from now and has the same
    /// limits as that of a new token. An expired token that is still listed can be renewed by a rotation with a new
    /// lifetime and without overlap. The new token counts towards the limit on live tokens.
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
    /// [`ManageError::NotFound`] if the token is not the presenter's, or is past its retention.
    /// [`ManageError::Invalid`] if the overlap is too long or the number of days is out of range. The same error is
    /// returned if the token has expired, and the rotation has no lifetime or has an overlap. [`ManageError::SlowDown`]
    /// after too many rotations in an hour. [`ManageError::Conflict`] in each of these cases:
    ///
    /// - The token was replaced.
    /// - Another token has its label.
    /// - The new token would be suspended, for example because the policy refuses a token with this expiry.
    /// - The token was created before the account's [`valid_since`](crate::Account::valid_since).
    /// - The token has expired, and the owner has as many live tokens as the policy allows.
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
        let rotation = rotation.into();
        rotate(self.permit_rotation(by, id, rotation).await?, id, rotation, None).await
    }

    /// Checks whether the presenter may make this rotation of one of the presenter's own tokens. A presenter that
    /// authenticated with the token to rotate may only make a rotation without a new lifetime.
    pub(crate) async fn permit_rotation<'a>(
        &'a self,
        by: &'a Presenter,
        id: &RecordId,
        rotation: Rotation,
    ) -> Result<MayRotate<'a>, ManageError> {
        Ok(match rotation.lifetime {
            None => MayRotate::Keep(self.permit_on(by, Some(id)).await?),
            Some(_) => MayRotate::Renew(self.permit(by).await?),
        })
    }
}

/// The permit for a rotation. A rotation with a new lifetime needs a different permit.
pub(crate) enum MayRotate<'a> {
    /// The new token has the expiry of the old one.
    Keep(Permit<'a, RotateToken>),
    /// The new token has a new lifetime.
    Renew(Permit<'a, RenewToken>),
}

/// Replaces the presenter's own token by a new token. A presenter that authenticated with a personal access token can
/// replace only that token, and cannot set a new lifetime.
pub(crate) async fn rotate(
    permit: MayRotate<'_>,
    id: &RecordId,
    rotation: Rotation,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    match permit {
        MayRotate::Keep(permit) => own(permit, id, Rotation { lifetime: None, ..rotation }, once).await,
        MayRotate::Renew(permit) => own(permit, id, rotation, once).await,
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
    let succession = Succession::new(&target, rotation)?;
    for _ in 0..TURNS {
        let successor = old.record().superseded.map(|past| past.successor);
        let life = target.life(&old).map_err(|error| match error {
            // This form has already replaced the token.
            ManageError::Conflict(Conflict::Replaced) if derived.is_some() && successor == derived => {
                repeated(true).into()
            }
            error => error,
        })?;
        let ends = succession.ends(&old, life)?;
        let minted = match derived {
            Some(id) => service.mint_drawn(TokenKind::PersonalAccessToken, id)?,
            None => service.mint_member(TokenKind::PersonalAccessToken, id.family())?,
        };
        let new = succession.successor(&minted, &old, &ends);
        // All other steps that can fail come before the write. If a step failed after the write, the new secret, which
        // only the result contains, would be lost.
        let listed = succession.listed(&new, &old).await?;
        // A void token began before the account's `valid_since`. It is not replaced, because the new token would work,
        // and would have the metadata of the void token.
        if listed.status == Status::Suspended || service.is_void(&old, now).await? {
            return Err(Conflict::Suspended.into());
        }
        service.end_running_overlap(&old, permit.by(), now).await?;
        match succession.replace(&old, life, &ends, new).await? {
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
