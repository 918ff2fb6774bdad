//! Changes the expiry, the description and the allowed sources of security codes.

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
use crate::service::sources::SourcesRule;
use crate::service::view::CredentialView;
use crate::store::change::Change;
use crate::types::description::Description;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::networks::Networks;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The expiry of a code, and the end of its retention. An expired code can be reactivated until the end of its
/// retention.
type End = (Timestamp, Timestamp);

/// A change of a security code. A field that is `None` keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeUpdate<'a> {
    /// The new expiry. It must be in the future.
    pub expires_at: Option<Timestamp>,
    /// The new description, at most 500 characters. An empty text removes the description.
    pub description: Option<&'a str>,
    /// The addresses from which the code can be used. `Some(None)` means from anywhere.
    pub allowed_sources: Option<Option<Networks>>,
}

crate::types::setters::setters!(CodeUpdate<'a> {
    with_expires_at expires_at: Option<Timestamp>;
    with_description description: Option<&'a str>;
});

impl CodeUpdate<'_> {
    /// Sets the addresses from which the code can be used. `None` means from anywhere.
    #[must_use]
    pub fn with_allowed_sources(mut self, allowed: impl Into<Option<Networks>>) -> Self {
        self.allowed_sources = Some(allowed.into());
        self
    }
}

impl Counterfoil {
    /// Changes the expiry, the description or the allowed addresses of a security code. All fields of the change are
    /// checked before the first write. An invalid or forbidden field changes nothing.
    ///
    /// If the new allowed sources contain an address that the old ones do not contain ([`Networks::widens`]), the
    /// change widens the code. Such a change requires that the password was entered recently. So does a new expiry.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] in each of these cases:
    ///
    /// - The presenter is neither the host nor a super administrator with the scope `codes:manage`.
    /// - The presenter has a personal access token or a security code.
    /// - The change sets an expiry or widens the code, and the presenter has a session in which the password was not
    ///   entered recently.
    /// - The change sets an expiry or widens the code, and the code has more rights than the presenter.
    ///
    /// [`ManageError::NotFound`] if there is no code with this id. [`ManageError::Invalid`] if a field is invalid.
    /// [`ManageError::Conflict`] if a new expiry is given and the code has expired. [`ManageError::Unavailable`] if a
    /// store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Description and addresses are changed in one write, and the expiry in another. An earlier expiry is written
    /// first, and a later one last, so the code never works longer with addresses that the change removes. After a
    /// dropped call or an outage, only the first write may be done. Repeat the call.
    ///
    /// # Example
    ///
    /// ```
    /// use counterfoil::operations::{CodeUpdate, NewAccess, NewSecurityCode};
    /// use counterfoil::policy::Policy;
    /// use counterfoil::testing::service_with;
    /// use counterfoil::types::Networks;
    ///
    /// # futures_executor::block_on(async {
    /// let service = service_with(Policy::open(), |builder| builder);
    /// let sue = service.presenter("sue");
    /// let code = service.create_security_code(&sue, &NewSecurityCode::new(NewAccess::SuperAdministrator)).await?;
    /// let office = Networks::new(["192.0.2.0/24"]).expect("a block");
    /// let change = CodeUpdate::default().with_description("support").with_allowed_sources(office.clone());
    /// let changed = service.update_security_code(&sue, &code.view.id, &change).await?;
    /// assert_eq!(changed.description.as_deref(), Some("support"));
    /// assert_eq!(changed.allowed_sources, Some(office));
    /// assert_eq!(changed.expires_at, code.view.expires_at);
    /// # Ok::<(), counterfoil::ManageError>(()) }).expect("changed");
    /// ```
    pub async fn update_security_code(
        &self,
        by: &Presenter,
        id: &RecordId,
        change: &CodeUpdate<'_>,
    ) -> Result<CredentialView, ManageError> {
        if change.expires_at.is_some() {
            renew(self.permit(by).await?, id, change).await
        } else {
            describe(self.permit(by).await?, id, change).await
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
    change: &CodeUpdate<'_>,
) -> Result<CredentialView, ManageError> {
    edit(Code::find(&permit, id).await?, change).await
}

async fn renew(
    permit: Permit<'_, RenewCode>,
    id: &RecordId,
    change: &CodeUpdate<'_>,
) -> Result<CredentialView, ManageError> {
    edit(Code::within(&permit, id).await?, change).await
}

/// Changes a code with at most two writes: one for its description and its addresses, and one for its expiry. If the
/// new expiry is earlier than the old one, the expiry is written first. Otherwise the expiry is written last.
async fn edit<O: Permission>(code: Code<'_, O>, change: &CodeUpdate<'_>) -> Result<CredentialView, ManageError> {
    let permit = code.permit;
    let description = change.description.map(Description::new).transpose().map_err(Invalid::from)?;
    let end = change.expires_at.map(|at| end_at(permit.service(), at, permit.now())).transpose()?;
    let sources = match &change.allowed_sources {
        Some(allowed) => Some((SourcesRule::of::<RenewCode>(permit).await?, allowed.as_ref())),
        None => None,
    };
    let described = description.is_some().then_some(Action::Edited);
    let edited = |code: &Code<'_, O>| {
        let planned = sources.as_ref().map(|(rule, allowed)| rule.plan(&code.record, *allowed)).transpose()?.flatten();
        let (details, moved) = planned.unzip();
        let actions: Vec<_> = described.into_iter().chain(moved).collect();
        let edit = Change::Edit { label: None, description: description.clone(), scope: None, details };
        Ok((!actions.is_empty()).then_some((edit, actions)))
    };
    let ended = |code: &Code<'_, O>| {
        end.map(|end| code.unexpired().map(|()| (code.ends(Some(end)), vec![Action::ExpirySet]))).transpose()
    };
    let ended = |code: &Code<'_, O>| ended(code).map_err(ManageError::from);
    edited(&code)?;
    ended(&code)?;
    let is_shorter = change.expires_at.is_some_and(|new| code.record.record().expires_at.is_none_or(|old| new < old));
    let code = if is_shorter {
        code.change(ended).await?.change(edited).await?
    } else {
        code.change(edited).await?.change(ended).await?
    };
    code.listed().await
}

async fn make_permanent(permit: Permit<'_, RenewCode>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    code.end(Action::MadePermanent, |code| code.unexpired().map(|()| code.ends(None))).await?.listed().await
}

async fn reset(permit: Permit<'_, RenewCode>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    let end = Some(default_end(permit.service(), permit.now()).await?);
    code.end(Action::Reset, |code| code.unexpired().map(|()| code.ends(end))).await?.listed().await
}

/// Reactivates an expired code with the same secret. This is possible until the end of the code's retention. This end
/// was fixed when the expiry was set, and does not depend on purges.
async fn reactivate(permit: Permit<'_, RenewCode>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let code = Code::within(&permit, id).await?;
    let end = Some(default_end(permit.service(), permit.now()).await?);
    let plan = |code: &Code<'_, RenewCode>| if code.expired { Ok(code.ends(end)) } else { Err(Conflict::NotExpired) };
    code.end(Action::Reactivated, plan).await?.listed().await
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

    /// Determines whether the code has expired, and sets `expired`. Returns `NotFound` if the record is deleted or past
    /// its retention, is not a security code, or belongs to another realm.
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

    /// Returns the change that gives the code the expiry `end` and plans its next notice. A pending notice about a leak
    /// stays. If `end` is `None`, the code becomes permanent.
    fn ends(&self, end: Option<End>) -> Change {
        let (own, now) = (self.record.record(), self.permit.now());
        let expires_at = end.map(|(expires_at, _)| expires_at);
        let life = Expiring { expires_at, expiry_set_at: now, noticed: &own.noticed };
        let schedule = self.permit.service().schedule(own.kind, &self.settings);
        let notice = pending_leak(own).or_else(|| arm(&schedule, life, 0, now));
        Change::Expiry { expires_at, gone_at: end.map(|(_, gone_at)| gone_at), notice }
    }

    /// Writes the change of the expiry that `plan` returns, and emits the event for `action`.
    async fn end(
        self,
        action: Action,
        plan: impl Fn(&Self) -> Result<Change, Conflict> + Send + Sync,
    ) -> Result<Self, ManageError> {
        self.change(|code| Ok(Some((plan(code)?, vec![action])))).await
    }

    /// Writes the change that `plan` returns, and emits an event for each of its actions. If `plan` returns `None`, the
    /// code stays unchanged.
    async fn change(
        self,
        plan: impl Fn(&Self) -> Result<Option<(Change, Vec<Action>)>, ManageError> + Send + Sync,
    ) -> Result<Self, ManageError> {
        let Self { permit, settings, record, .. } = self;
        let id = record.record().id;
        let held = |record: TokenRecord| Self { permit, settings, record, expired: false };
        let mut told = Vec::new();
        let decide = |there: &TokenRecord| {
            let planned = plan(&held(there.clone()).judged()?)?;
            let (change, actions) = planned.unzip();
            told = actions.unwrap_or_default();
            Ok::<_, ManageError>(change)
        };
        match permit.service().change("change of a code", record, permit.now(), decide).await? {
            Changed::Done(written) => {
                told.into_iter().for_each(|action| permit.tell(EventKind::Changed { id, action }));
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
