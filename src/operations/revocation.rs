//! Ends all credentials of a person, or those of some kinds.

use crate::counterfoil::Counterfoil;
use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::service::authority::operations::{RevokeAllOf, RevokeAllOwn};
use crate::service::authority::{Permission, Permit};
use crate::service::ending::{end_all, end_codes, end_some, partly, tell_of_owner};
use crate::service::error::{ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::known_person::is_person;
use crate::service::presenter::Presenter;
use crate::service::revoking::by_administrator;
use crate::types::ids::{OwnerId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;

impl Counterfoil {
    /// Ends every credential that a person had when the call began: personal access tokens, sign-ins, sessions, and the
    /// security codes that the person made or that act with the person's rights. Returns how many families of
    /// credentials were ended. Only for administrators, with the scope `users:manage`, and for the host. The person may
    /// be missing in the directory.
    ///
    /// Service accounts that the person made keep their credentials. These accounts act as long as the person's account
    /// is enabled. [`Counterfoil::service_accounts_made_by`] lists them, and
    /// [`Counterfoil::disable_service_accounts_made_by`] disables them.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] for the subject of a
    /// service account, unless the presenter is the host. [`ManageError::Unavailable`] with
    /// [`Unavailable::PartlyDone`](crate::Unavailable::PartlyDone) if the store failed: some credentials may have been
    /// ended. Repeat the call until it succeeds.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have ended only some of the credentials. Repeat the call.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// let session = counterfoil.open_session_for(&account).await?;
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert_eq!(counterfoil.revoke_all_of(&Presenter::host(), account.subject()).await?, 2);
    /// assert!(counterfoil.verify(issued.token.expose_secret()).await.is_err());
    /// assert!(counterfoil.verify_session(session.token.expose_secret()).await.is_err());
    /// # Ok(()) }) }
    /// ```
    pub async fn revoke_all_of(&self, by: &Presenter, subject: &SubjectId) -> Result<u64, ManageError> {
        of(self.permit(by).await?, subject, None).await
    }

    /// Ends the credentials of some kinds that a person had when the call began, as [`Counterfoil::revoke_all_of`] does
    /// for all kinds.
    ///
    /// [`TokenKind::RefreshToken`] and [`TokenKind::AccessToken`] both mean the sign-ins, with all their tokens. Access
    /// tokens are never ended alone, because the client could get a new access token for its refresh token.
    /// [`TokenKind::SecurityCode`] means the codes that the person made or that act with the person's rights.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::revoke_all_of`]. [`ManageError::Invalid`] with the field `kinds` if `kinds` is
    /// empty, or contains [`TokenKind::ClientSecret`], which no person owns.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have ended only some of the credentials. Repeat the call.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::types::TokenKind;
    ///
    /// let session = counterfoil.open_session_for(&account).await?;
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let kinds = [TokenKind::ConsoleSession];
    /// assert_eq!(counterfoil.revoke_kinds_of(&Presenter::host(), account.subject(), &kinds).await?, 1);
    /// assert!(counterfoil.verify(issued.token.expose_secret()).await.is_ok());
    /// assert!(counterfoil.verify_session(session.token.expose_secret()).await.is_err());
    /// # Ok(()) }) }
    /// ```
    pub async fn revoke_kinds_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        kinds: &[TokenKind],
    ) -> Result<u64, ManageError> {
        of(self.permit(by).await?, subject, Some(kinds)).await
    }

    /// Ends every credential of the presenter, as [`Counterfoil::revoke_all_of`] does. The credential of this request
    /// ends too. [`Counterfoil::end_other_sign_ins`] does not end it.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter is the host itself, uses a personal access token or a security code,
    /// or lacks the scope `credentials:write`. [`ManageError::Unavailable`] with
    /// [`Unavailable::PartlyDone`](crate::Unavailable::PartlyDone) if the store failed: some credentials may have been
    /// ended, possibly also the credential of this request.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have ended only some of the credentials. Repeat the call.
    pub async fn revoke_all_own(&self, by: &Presenter) -> Result<u64, ManageError> {
        own(self.permit(by).await?, None).await
    }

    /// Ends the presenter's credentials of some kinds, as [`Counterfoil::revoke_kinds_of`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::revoke_all_own`], and [`ManageError::Invalid`] as in
    /// [`Counterfoil::revoke_kinds_of`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have ended only some of the credentials. Repeat the call.
    pub async fn revoke_own_kinds(&self, by: &Presenter, kinds: &[TokenKind]) -> Result<u64, ManageError> {
        own(self.permit(by).await?, Some(kinds)).await
    }
}

async fn of(
    permit: Permit<'_, RevokeAllOf>,
    subject: &SubjectId,
    kinds: Option<&[TokenKind]>,
) -> Result<u64, ManageError> {
    is_person(&permit, subject)?;
    end(&permit, subject, kinds, by_administrator(&permit)).await
}

async fn own(permit: Permit<'_, RevokeAllOwn>, kinds: Option<&[TokenKind]>) -> Result<u64, ManageError> {
    end(&permit, permit.person()?, kinds, RevocationReason::ByOwner).await
}

async fn end<O: Permission>(
    permit: &Permit<'_, O>,
    subject: &SubjectId,
    kinds: Option<&[TokenKind]>,
    reason: RevocationReason,
) -> Result<u64, ManageError> {
    let picked = kinds.map(Picked::new).transpose()?;
    let mut families = 0;
    let ended = walk(permit, subject, picked.as_ref(), reason, &mut families).await;
    tell_of_owner(permit, subject.into(), kinds.map(<[_]>::to_vec), families, ended.is_ok());
    ended.map_err(partly)?;
    Ok(families)
}

/// Ends the families of the person first, and then the security codes. So no session of the person can create another
/// code while the codes are read.
async fn walk<O: Permission>(
    permit: &Permit<'_, O>,
    subject: &SubjectId,
    picked: Option<&Picked>,
    reason: RevocationReason,
    families: &mut u64,
) -> Result<(), Unavailable> {
    let owner = OwnerId::from(subject);
    match picked {
        None => end_all(permit, &owner, reason, families).await?,
        Some(picked) => {
            end_some(permit, &owner, reason, |family| picked.has(family), |_| *families += 1).await?;
        }
    }
    if picked.is_none_or(|picked| picked.codes) {
        end_codes(permit, subject, reason, families).await?;
    }
    Ok(())
}

/// The kinds of credentials to end. `tokens` stands for personal access tokens.
struct Picked {
    tokens: bool,
    sign_ins: bool,
    sessions: bool,
    codes: bool,
}

impl Picked {
    fn new(kinds: &[TokenKind]) -> Result<Self, Invalid> {
        if kinds.is_empty() {
            return Err(Invalid::Kinds);
        }
        let mut picked = Self { tokens: false, sign_ins: false, sessions: false, codes: false };
        for kind in kinds {
            match kind {
                TokenKind::PersonalAccessToken => picked.tokens = true,
                TokenKind::RefreshToken | TokenKind::AccessToken => picked.sign_ins = true,
                TokenKind::ConsoleSession => picked.sessions = true,
                TokenKind::SecurityCode => picked.codes = true,
                TokenKind::ClientSecret => return Err(Invalid::Kinds),
            }
        }
        Ok(picked)
    }

    fn has(&self, family: &FamilyParts) -> bool {
        match family.body {
            FamilyBody::Alone => self.tokens,
            FamilyBody::SignIn { .. } => self.sign_ins,
            FamilyBody::Session { .. } => self.sessions,
            // Not reached: a code belongs to the realm, and only families of a person are tested here. `end_codes` ends
            // the codes.
            FamilyBody::Code { .. } => self.codes,
        }
    }
}
