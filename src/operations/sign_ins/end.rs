//! Ends sign-ins and console sessions that a list shows.

use super::get::there;
use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::record::family::FamilyParts;
use crate::record::sign_in::{facts, opened_at};
use crate::service::authority::operations::{EndSignIn, EndSignInOf};
use crate::service::authority::{Permission, Permit};
use crate::service::ending::{end_one, end_some, partly};
use crate::service::error::ManageError;
use crate::service::known_person::is_person;
use crate::service::presenter::Presenter;
use crate::service::revoking::by_administrator;
use crate::types::ids::{FamilyId, OwnerId, SubjectId};
use crate::types::revocation_reason::RevocationReason;

impl Counterfoil {
    /// Ends one of the presenter's own sign-ins or sessions, with all its tokens. The sign-in or session that the
    /// presenter uses can be ended too.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter is the host itself, uses a personal access token or a security code,
    /// or lacks the scope `credentials:write`. [`ManageError::NotFound`] for an unknown id, for the id of another
    /// person's sign-in, and for a sign-in that was ended before. So after an error, a repeated call can give
    /// `NotFound`: the sign-in is then ended. [`ManageError::Unavailable`] if the store failed: repeat the call.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either ended the sign-in or changed nothing.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// let here = counterfoil.open_session_for(&account).await?;
    /// let there = counterfoil.open_session_for(&account).await?;
    /// let by = Presenter::from(&here.principal);
    /// counterfoil.end_sign_in(&by, &there.principal.credential_id().family()).await?;
    /// assert!(counterfoil.verify_session(there.token.expose_secret()).await.is_err());
    /// assert!(counterfoil.verify_session(here.token.expose_secret()).await.is_ok());
    /// # Ok(()) }) }
    /// ```
    pub async fn end_sign_in(&self, by: &Presenter, id: &FamilyId) -> Result<(), ManageError> {
        own(self.permit(by).await?, id).await
    }

    /// Ends one of a user's sign-ins or sessions, with all its tokens. The user may be missing in the directory. Only
    /// for administrators, with the scope `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] for an unknown id, for
    /// the id of another person's sign-in, for a sign-in that was ended before, and for the subject of a service
    /// account, unless the presenter is the host. [`ManageError::Unavailable`] if the store failed: repeat the call.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either ended the sign-in or changed nothing.
    pub async fn end_sign_in_of(&self, by: &Presenter, subject: &SubjectId, id: &FamilyId) -> Result<(), ManageError> {
        of(self.permit(by).await?, subject, id).await
    }

    /// Ends all sign-ins and sessions of the presenter except the one that the presenter uses, with all their tokens.
    /// Returns how many were ended, without those that had already expired. A presenter whom the host has authenticated
    /// uses no sign-in or session, so all are ended. Personal access tokens stay.
    ///
    /// Every other sign-in that existed when the call began has ended when the call succeeds. A sign-in that is opened
    /// meanwhile may be ended too.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter is the host itself, uses a personal access token or a security code,
    /// or lacks the scope `credentials:write`. [`ManageError::Unavailable`] with
    /// [`Unavailable::PartlyDone`](crate::Unavailable::PartlyDone) if the store failed: some sign-ins may have been
    /// ended. Repeat the call.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have ended only some of the sign-ins. Repeat the call.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// let here = counterfoil.open_session_for(&account).await?;
    /// let there = counterfoil.open_session_for(&account).await?;
    /// assert_eq!(counterfoil.end_other_sign_ins(&Presenter::from(&here.principal)).await?, 1);
    /// assert!(counterfoil.verify_session(there.token.expose_secret()).await.is_err());
    /// assert!(counterfoil.verify_session(here.token.expose_secret()).await.is_ok());
    /// # Ok(()) }) }
    /// ```
    pub async fn end_other_sign_ins(&self, by: &Presenter) -> Result<u64, ManageError> {
        others(self.permit(by).await?).await
    }
}

async fn own(permit: Permit<'_, EndSignIn>, id: &FamilyId) -> Result<(), ManageError> {
    one(&permit, permit.person()?, id, RevocationReason::ByOwner).await
}

async fn of(permit: Permit<'_, EndSignInOf>, subject: &SubjectId, id: &FamilyId) -> Result<(), ManageError> {
    is_person(&permit, subject)?;
    one(&permit, subject, id, by_administrator(&permit)).await
}

async fn one<O: Permission>(
    permit: &Permit<'_, O>,
    subject: &SubjectId,
    id: &FamilyId,
    reason: RevocationReason,
) -> Result<(), ManageError> {
    let owner = OwnerId::from(subject);
    let family = there(permit, &owner, id).await?.ok_or(ManageError::NotFound)?;
    if end_one(permit, &owner, *id, reason).await? {
        permit.tell(ended(&family, reason));
    }
    Ok(())
}

async fn others(permit: Permit<'_, EndSignIn>) -> Result<u64, ManageError> {
    let (service, now, reason) = (permit.service(), permit.now(), RevocationReason::ByOwner);
    let (owner, current) = (OwnerId::from(permit.person()?), permit.sign_in());
    let settings = service.with_settings(now, |view| view.settings).await?;
    let picks = |family: &FamilyParts| opened_at(family).is_some() && Some(family.id) != current;
    let mut count = 0;
    let tell = |family: &FamilyParts| {
        let lives = facts(family, service.limits(&settings)).is_some_and(|(_, ends_at)| !now.reached(ends_at));
        if lives {
            count += 1;
            permit.tell(ended(family, reason));
        }
    };
    end_some(&permit, &owner, reason, picks, tell).await.map_err(partly)?;
    Ok(count)
}

fn ended(family: &FamilyParts, reason: RevocationReason) -> EventKind {
    EventKind::SignInEnded { kind: family.kind, family: family.id, owner: family.owner.clone(), reason }
}

/// Checks that the sign-in exists and belongs to the presenter.
pub(crate) async fn own_exists(permit: Permit<'_, EndSignIn>, id: &FamilyId) -> Result<(), ManageError> {
    there(&permit, &permit.person()?.into(), id).await?.map(drop).ok_or(ManageError::NotFound)
}

/// Checks that the sign-in exists and belongs to the user.
pub(crate) async fn exists_of(
    permit: Permit<'_, EndSignInOf>,
    subject: &SubjectId,
    id: &FamilyId,
) -> Result<(), ManageError> {
    is_person(&permit, subject)?;
    there(&permit, &subject.into(), id).await?.map(drop).ok_or(ManageError::NotFound)
}
