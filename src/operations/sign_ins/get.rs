//! Gets one sign-in or console session by its id.

use std::num::NonZeroU32;

use super::list::seen;
use crate::counterfoil::Counterfoil;
use crate::record::family::FamilyParts;
use crate::record::sign_in::opened_at;
use crate::service::authority::operations::{ListSignIns, ListSignInsOf};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{ManageError, Unavailable};
use crate::service::known_person::is_person;
use crate::service::presenter::Presenter;
use crate::service::sign_in_view::SignInView;
use crate::types::ids::{FamilyId, OwnerId, SubjectId};

impl Counterfoil {
    /// One of the presenter's own sign-ins or sessions, as [`Counterfoil::list_sign_ins`] shows it.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter is the host itself, uses a personal access token or a security code,
    /// or lacks the scope `credentials:read`. [`ManageError::NotFound`] for an unknown id, for the id of another
    /// person's sign-in, and for a sign-in that has ended. [`ManageError::Unavailable`] if a store or the directory
    /// failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::ManageError;
    /// use counterfoil::types::FamilyId;
    ///
    /// let session = counterfoil.open_session_for(&account).await?;
    /// let by = Presenter::from(&session.principal);
    /// let seen = counterfoil.sign_in(&by, &session.principal.credential_id().family()).await?;
    /// assert!(seen.is_current && seen.client.is_none());
    /// let nobodys = FamilyId::from_bytes([0; 10]);
    /// assert!(matches!(counterfoil.sign_in(&by, &nobodys).await, Err(ManageError::NotFound)));
    /// # Ok(()) }) }
    /// ```
    pub async fn sign_in(&self, by: &Presenter, id: &FamilyId) -> Result<SignInView, ManageError> {
        own(self.permit(by).await?, id).await
    }

    /// One of a user's sign-ins or sessions, as [`Counterfoil::list_sign_ins_of`] shows it. The user may be missing in
    /// the directory. Only for administrators, with the scope `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] for an unknown id, for
    /// the id of another person's sign-in, for a sign-in that has ended, and for the subject of a service account,
    /// unless the presenter is the host. [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn sign_in_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        id: &FamilyId,
    ) -> Result<SignInView, ManageError> {
        of(self.permit(by).await?, subject, id).await
    }
}

async fn own(permit: Permit<'_, ListSignIns>, id: &FamilyId) -> Result<SignInView, ManageError> {
    one(&permit, permit.person()?, id).await
}

async fn of(permit: Permit<'_, ListSignInsOf>, subject: &SubjectId, id: &FamilyId) -> Result<SignInView, ManageError> {
    is_person(&permit, subject)?;
    one(&permit, subject, id).await
}

async fn one<O: Permission>(
    permit: &Permit<'_, O>,
    subject: &SubjectId,
    id: &FamilyId,
) -> Result<SignInView, ManageError> {
    let family = there(permit, &subject.into(), id).await?.ok_or(ManageError::NotFound)?;
    let mut judging = permit.service().judging(permit.now()).await?;
    seen(&mut judging, permit.sign_in(), subject, &family).await?.ok_or(ManageError::NotFound)
}

/// Returns the sign-in or session of the owner with that id. `None` if the owner has no sign-in or session with that
/// id, or if it is revoked.
pub(super) async fn there<O: Permission>(
    permit: &Permit<'_, O>,
    owner: &OwnerId,
    id: &FamilyId,
) -> Result<Option<FamilyParts>, Unavailable> {
    let (service, mut after) = (permit.service(), id.before());
    loop {
        let page = service.store.list_families(&service.realm, owner, after.as_ref(), NonZeroU32::MIN).await?;
        if let Some(family) = page.items.into_iter().next() {
            return Ok(Some(family).filter(|family| family.id == *id && opened_at(family).is_some()));
        }
        // A page can be empty although more pages follow.
        after = page.next.filter(|next| next < id);
        if after.is_none() {
            return Ok(None);
        }
    }
}
