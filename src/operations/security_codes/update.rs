//! Changes security codes: their description and their expiry.

use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::leak_mark::pending_leak;
use crate::record::notice::{Expiring, arm};
use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::operations::{DescribeCode, RenewCode};
use crate::service::authority::{Permission, Permit};
use crate::service::changing::Changed;
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::change::Change;
use crate::types::description::Description;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// Two instants for a code: its expiry, and the end of its retention. An expired code can be reactivated until the end
/// of its retention.
type End = (Timestamp, Timestamp);

impl Counterfoil {
    /// Changes the expiry of a security code, its description, or both. `None` leaves a field unchanged. A new expiry
    /// must be in the future.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] in each of these cases:
    ///
    /// - The presenter is neither the host nor a super administrator with the scope `codes:manage`.
    /// - The presenter has a personal access token or a security code.
    /// - A new expiry is given, and the presenter has a session in which the password was not entered recently.
    ///
    /// [`ManageError::NotFound`] if there is no code with this id. [`ManageError::Invalid`] if a field is invalid.
    /// [`ManageError::Conflict`] if a new expiry is given and the code has expired. [`ManageError::Unavailable`] if a
    /// store or the directory failed.
    pub async fn update_security_code(
        &self,
        by: &Presenter,
        id: &RecordId,
        expires_at: Option<Timestamp>,
        description: Option<&str>,
    ) -> Result<CredentialView, ManageError> {
        match expires_at {
            Some(at) => set_expiry(self.permit(by).await?, id, at, description).await,
            None => describe(self.permit(by).await?, id, description).await,
        }
    }

    /// Makes a live security code permanent, that is, removes its expiry.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::update_security_code`].
    pub async fn make_security_code_permanent(
        &self,
        by: &Presenter,
        id: &RecordId,
    ) -> Result<CredentialView, ManageError> {
        make_permanent(self.permit(by).await?, id).await
    }

    /// Sets a new expiry of a live or permanent security code: now plus the default lifetime.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::update_security_code`].
    pub async fn reset_security_code(&self, by: &Presenter, id: &RecordId) -> Result<CredentialView, ManageError> {
        reset(self.permit(by).await?, id).await
    }

    /// Reactivates an expired security code with the same secret. This is possible until the end of its retention. The
    /// new expiry is the current instant plus the default lifetime.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::update_security_code`], with one difference: [`ManageError::Conflict`] means that
    /// the code has not expired.
    pub async fn reactivate_security_code(&self, by: &Presenter, id: &RecordId) -> Result<CredentialView, ManageError> {
        reactivate(self.permit(by).await?, id).await
    }
}

async fn describe(
    permit: Permit<'_, DescribeCode>,
    id: &RecordId,
    description: Option<&str>,
) -> Result<CredentialView, ManageError> {
    let code = Code::find(&permit, id).await?;
    let Some(text) = description else { return code.listed().await };
    let description = Some(Description::new(text).map_err(Invalid::from)?);
    let edit = Change::Edit { label: None, description, scope: None, details: None };
    code.change(Action::Edited, |_| Ok(edit.clone())).await?.listed().await
}

/// Changes the expiry of a code. Also changes the description if one is given.
///
/// Each of the two changes is one write. The expiry is written first, because only the expiry can conflict with the
/// state of the code.
async fn set_expiry(
    permit: Permit<'_, RenewCode>,
    id: &RecordId,
    expires_at: Timestamp,
    description: Option<&str>,
) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    let description = description.map(Description::new).transpose().map_err(Invalid::from)?;
    let end = Some(end_at(permit.service(), expires_at, permit.now())?);
    let mut code = code.change(Action::ExpirySet, |code| code.unexpired().map(|()| code.ends(end))).await?;
    if description.is_some() {
        let edit = Change::Edit { label: None, description, scope: None, details: None };
        code = code.change(Action::Edited, |_| Ok(edit.clone())).await?;
    }
    code.listed().await
}

async fn make_permanent(permit: Permit<'_, RenewCode>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    code.change(Action::MadePermanent, |code| code.unexpired().map(|()| code.ends(None))).await?.listed().await
}

async fn reset(permit: Permit<'_, RenewCode>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    let end = Some(default_end(permit.service(), permit.now()).await?);
    code.change(Action::Reset, |code| code.unexpired().map(|()| code.ends(end))).await?.listed().await
}

/// Reactivates an expired code with the same secret. This is possible until the end of the code's retention. This end
/// was fixed when the expiry was set, and does not depend on purges.
async fn reactivate(permit: Permit<'_, RenewCode>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    let end = Some(default_end(permit.service(), permit.now()).await?);
    let plan = |code: &Code<'_, RenewCode>| if code.expired { Ok(code.ends(end)) } else { Err(Conflict::NotExpired) };
    code.change(Action::Reactivated, plan).await?.listed().await
}

/// Checks that a security code with this id exists. Otherwise returns `NotFound`. The argument `id` is `None` if the
/// requested id is not valid: the result is then `NotFound`.
pub(crate) async fn exists<O: Permission>(permit: &Permit<'_, O>, id: Option<&RecordId>) -> Result<(), ManageError> {
    Code::find(permit, id.ok_or(ManageError::NotFound)?).await.map(|_| ())
}

fn end_at(service: &Service, expires_at: Timestamp, now: Timestamp) -> Result<End, Invalid> {
    let gone_at = service.policy.whole_gone_after_expiry(TokenKind::SecurityCode, expires_at);
    gone_at.filter(|_| expires_at > now).map(|gone_at| (expires_at, gone_at)).ok_or(Invalid::ExpiresAt)
}

async fn default_end(service: &Service, now: Timestamp) -> Result<End, Unavailable> {
    let expires_at = now.plus(service.settings(now).await?.code_lifetime).ok_or(Unavailable::Clock)?;
    end_at(service, expires_at, now).map_err(|_| Unavailable::Clock)
}

/// An existing code with the permit to change it.
struct Code<'a, O> {
    permit: &'a Permit<'a, O>,
    settings: Settings,
    record: TokenRecord,
    expired: bool,
}

impl<'a, O: Permission> Code<'a, O> {
    async fn find(permit: &'a Permit<'a, O>, id: &RecordId) -> Result<Self, ManageError> {
        let record = permit.service().store.get(id).await?.ok_or(ManageError::NotFound)?;
        let (settings, _) = permit.service().settings_and_gate(None, permit.now()).await?;
        Self { permit, settings, record, expired: false }.judged()
    }

    /// Finds the code as [`Code::find`] does. Also checks that the code has no more rights than the presenter, because
    /// a presenter who extends a code grants the rights of the code.
    async fn within(permit: &'a Permit<'a, O>, id: &RecordId) -> Result<Self, ManageError> {
        let code = Self::find(permit, id).await?;
        permit.needs_reach(&code.record).await?;
        Ok(code)
    }

    /// Determines whether the code has expired. The result is `NotFound` if the record is deleted or past its
    /// retention, or if it is of another kind or another realm.
    fn judged(self) -> Result<Self, ManageError> {
        let (own, limits) = (self.record.record(), self.permit.service().limits(&self.settings));
        if own.kind != TokenKind::SecurityCode || own.realm != self.permit.service().realm {
            return Err(ManageError::NotFound);
        }
        match phase(self.record.view(), limits, self.permit.now()) {
            Phase::Live => Ok(Self { expired: false, ..self }),
            Phase::Expired { .. } => Ok(Self { expired: true, ..self }),
            _ => Err(ManageError::NotFound),
        }
    }

    fn unexpired(&self) -> Result<(), Conflict> {
        if self.expired { Err(Conflict::Expired) } else { Ok(()) }
    }

    /// The change that gives the code this expiry and plans its next notice. A pending notice about a leak stays.
    /// `None` makes the code permanent.
    fn ends(&self, end: Option<End>) -> Change {
        let (own, now) = (self.record.record(), self.permit.now());
        let expires_at = end.map(|(expires_at, _)| expires_at);
        let life = Expiring { expires_at, expiry_set_at: now, noticed: &own.noticed };
        let schedule = self.permit.service().schedule(own.kind, &self.settings);
        let notice = pending_leak(own).or_else(|| arm(&schedule, life, 0, now));
        Change::Expiry { expires_at, gone_at: end.map(|(_, gone_at)| gone_at), notice }
    }

    async fn change(
        self,
        action: Action,
        plan: impl Fn(&Self) -> Result<Change, Conflict> + Send + Sync,
    ) -> Result<Self, ManageError> {
        let Self { permit, settings, record, .. } = self;
        let id = record.record().id;
        let held = |record: TokenRecord| Self { permit, settings, record, expired: false };
        let decide = |there: &TokenRecord| {
            let code = held(there.clone()).judged()?;
            Ok::<_, ManageError>(Some(plan(&code)?))
        };
        match permit.service().change("renew", record, permit.now(), decide).await? {
            Changed::Done(written) => {
                permit.tell(EventKind::Changed { id, action });
                held(written).judged()
            }
            Changed::Kept(there) => held(there).judged(),
            Changed::LabelTaken => Err(Conflict::LabelTaken.into()),
            Changed::Missing => Err(ManageError::NotFound),
        }
    }

    async fn listed(self) -> Result<CredentialView, ManageError> {
        self.permit.service().listed(&self.record, self.permit.now()).await?.ok_or(ManageError::NotFound)
    }
}
