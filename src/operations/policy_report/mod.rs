//! Reports which existing credentials a new policy affects, before it applies.

pub(crate) mod by_owner;
pub(crate) mod touched;

use std::num::NonZeroU32;

use self::touched::{PolicyReportPage, TouchedCounts, TouchedCredential};
use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::operations::credentials::cursor::CredentialCursor;
use crate::policy::Policy;
use crate::record::limits::{Ceilings, Limits};
use crate::service::authority::Permit;
use crate::service::authority::operations::ReportPolicy;
use crate::service::error::ManageError;
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::store::listing::Listing;
use crate::store::page::InvalidCursor;
use crate::types::kind::TokenKind;

/// The largest number of records that are read for one page.
const RECORDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

/// The kinds whose existing credentials a policy can affect: by its ceilings on lifetimes, and by its limits on the
/// settings of sign-ins.
const KINDS: [TokenKind; 2] = [TokenKind::PersonalAccessToken, TokenKind::RefreshToken];

impl Counterfoil {
    /// Returns a page of a report about a new policy: the existing credentials that work for a shorter or a longer time
    /// under `new` than under the present policy. Nothing is changed. `after` is `next` of the previous page, and
    /// `limit` is the largest number of records that are read for the page, at most 1,000.
    ///
    /// The report compares the ceilings of both policies for personal access tokens
    /// ([`PersonalAccessTokens::existing`](crate::policy::PersonalAccessTokens::existing)), and the limits of both
    /// policies on the settings of sign-ins, such as
    /// [`RefreshTokens::max_absolute`](crate::policy::RefreshTokens::max_absolute). The settings that are stored now
    /// apply, as far as `new` allows them. Under `new`, every operation at the same instant treats these credentials as
    /// the report says. The report contains neither revoked credentials nor those that have expired under both
    /// policies, and it does not consider accounts, clients or gates. The tokens of service accounts and imported
    /// tokens are reported like others.
    ///
    /// For each page, the credentials of one kind are read from the store, ordered by id. A caller may stop after any
    /// page and continue later from its cursor, in another process too. A kind that both policies treat alike is not
    /// read. [`PolicyReport`](crate::operations::PolicyReport) adds up the pages by owner.
    ///
    /// Only for administrators, with the scope `users:manage`, and for the host.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Invalid`] if `new` breaks a limit
    /// ([`Policy::check`]), or if `after` is not the cursor of such a report. [`ManageError::Unavailable`] if a store
    /// failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example: a ceiling of 90 days
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use std::time::Duration;
    ///
    /// use counterfoil::operations::Reach;
    /// use counterfoil::policy::{Existing, Policy};
    /// use counterfoil::{Lifetime, NewPersonalAccessToken};
    ///
    /// let new = NewPersonalAccessToken::new("backup", Lifetime::Days(180));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?.view;
    ///
    /// let mut policy = Policy::default();
    /// policy.personal_access_tokens.max_days = 90;
    /// policy.personal_access_tokens.existing = Existing::Clamp;
    /// let page = counterfoil.policy_report(&Presenter::host(), &policy, None, NonZeroU32::MIN).await?;
    /// let end = issued.created_at.plus(Duration::from_secs(90 * 86_400)).ok_or("in range")?;
    /// assert_eq!((page.items[0].label.as_str(), page.items[0].new), ("backup", Reach::Until(end)));
    ///
    /// policy.personal_access_tokens.existing = Existing::RefuseAtUse;
    /// let page = counterfoil.policy_report(&Presenter::host(), &policy, None, NonZeroU32::MIN).await?;
    /// assert_eq!((page.counts.refused, page.items[0].new), (1, Reach::Refused));
    /// # Ok(()) }) }
    /// ```
    pub async fn policy_report(
        &self,
        by: &Presenter,
        new: &Policy,
        after: Option<&CredentialCursor>,
        limit: NonZeroU32,
    ) -> Result<PolicyReportPage, ManageError> {
        report(self.permit(by).await?, new, after, limit).await
    }
}

async fn report(
    permit: Permit<'_, ReportPolicy>,
    new: &Policy,
    after: Option<&CredentialCursor>,
    limit: NonZeroU32,
) -> Result<PolicyReportPage, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    new.check().map_err(Invalid::from)?;
    let new = new.clone().in_whole_micros();
    let from = match after {
        None => 0,
        Some(after) => {
            KINDS.iter().position(|&kind| kind == after.kind && !after.of_owner).ok_or(Invalid::from(InvalidCursor))?
        }
    };
    let settings = service.with_settings(now, |view| (view.settings, new.in_force(&view.stored).0));
    let (present, settings) = settings.await?;
    let present = service.limits(&present);
    let new = Limits { settings: &settings, ceilings: Ceilings::of(&new) };
    let mut page = PolicyReportPage {
        items: Vec::new(),
        counts: TouchedCounts::default(),
        at: now,
        next: None,
        searched: 0,
        corrupt: 0,
    };
    let mut kinds = KINDS.into_iter().skip(from).filter(|&kind| !present.agree(new, kind));
    let Some(kind) = kinds.next() else { return Ok(page) };
    let after = after.filter(|after| after.kind == kind).and_then(|after| after.after);
    let of = Listing::Kind { realm: &service.realm, kind };
    let read = service.store.list(of, after.as_ref(), limit.min(RECORDS)).await?;
    page.corrupt = read.corrupt;
    page.searched = u32::try_from(read.items.len()).unwrap_or(u32::MAX).saturating_add(read.corrupt);
    for record in &read.items {
        let own = record.record();
        let last_used_at = service.uses.overlaid(own.id, own.last_used_at);
        if let Some(touched) = TouchedCredential::of(record, present, new, last_used_at, now) {
            page.counts.add(&touched, now);
            page.items.push(touched);
        }
    }
    let position = |kind, after| CredentialCursor { of_owner: false, kind, after };
    page.next = match read.next {
        Some(after) => Some(position(kind, Some(after))),
        None => kinds.next().map(|kind| position(kind, None)),
    };
    if page.corrupt > 0 {
        permit.tell(EventKind::Corrupt { rows: page.corrupt });
    }
    Ok(page)
}
