//! Lists the credentials of all owners: finds the kinds and the position for a page, and starts the walk.

use std::num::NonZeroU32;

use super::cursor::CredentialCursor;
use super::filter::CredentialFilter;
use super::walk::Walk;
use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::service::authority::Permit;
use crate::service::authority::operations::{ListCodes, ListCredentials};
use crate::service::error::ManageError;
use crate::service::invalid::Invalid;
use crate::service::page_limit::LARGEST_PAGE;
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::page::InvalidCursor;
use crate::types::kind::TokenKind;

/// A page of the inventory. A page before the last can also be short or empty: only `next` shows whether more pages
/// follow.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CredentialPage {
    /// The credentials on this page.
    pub items: Vec<CredentialView>,
    /// Where the next page begins. `None` on the last page.
    pub next: Option<CredentialCursor>,
    /// The number of records that were compared with the filter for this page, plus the number of rows that could not
    /// be decoded. The next page begins after all of these.
    pub searched: u32,
    /// The number of rows that could not be decoded and were skipped.
    pub corrupt: u32,
}

impl Counterfoil {
    /// Returns a page of the inventory: the credentials of all owners that fit the filter, at most `limit` and at most
    /// 100. It contains the credentials that lists show: those that work, those that are suspended, and expired ones
    /// until the end of their retention. `after` is `next` of the previous page, which had the same filter.
    ///
    /// The store has indexes only for the kind and the owner of the filter, so many records may have to be read for one
    /// credential that fits. A page therefore reads at most 1,000 records, and at most 200 accounts of the directory. A
    /// page that reaches one of these limits is short or even empty, and its `next` is set. All pages together contain
    /// each credential that exists and fits during the whole walk exactly once.
    ///
    /// The credentials are grouped by kind. Within a kind, they are ordered by id. Ids are random, so this order says
    /// nothing about dates. If the filter has an owner, the credentials of each kind are ordered by date instead,
    /// newest first.
    ///
    /// Only for administrators, with the scope `users:manage`. The page contains security codes only if the presenter
    /// may also list security codes ([`Counterfoil::list_security_codes`]).
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or if the filter asks for security codes and the
    /// presenter may not list them. [`ManageError::Invalid`] if the label of the filter is not the beginning of a
    /// label, or if the cursor cannot belong to this filter. [`ManageError::Unavailable`] if a store or the directory
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
    /// use counterfoil::operations::CredentialFilter;
    /// use counterfoil::{Lifetime, NewPersonalAccessToken};
    ///
    /// for label in ["nightly build", "Nightly tests", "deploy"] {
    ///     let new = NewPersonalAccessToken::new(label, Lifetime::Days(30));
    ///     counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// }
    /// let (filter, limit) = (CredentialFilter::default().with_label("nightly"), NonZeroU32::MIN);
    /// let first = counterfoil.list_credentials(&Presenter::host(), &filter, None, limit).await?;
    /// let second = counterfoil.list_credentials(&Presenter::host(), &filter, first.next.as_ref(), limit).await?;
    /// let mut labels = [first.items[0].label.as_str(), second.items[0].label.as_str()];
    /// labels.sort();
    /// assert_eq!((labels, second.next), (["Nightly tests", "nightly build"], None));
    /// # Ok(()) }) }
    /// ```
    pub async fn list_credentials(
        &self,
        by: &Presenter,
        filter: &CredentialFilter,
        after: Option<&CredentialCursor>,
        limit: NonZeroU32,
    ) -> Result<CredentialPage, ManageError> {
        list(self.permit(by).await?, filter, after, limit).await
    }
}

async fn list(
    permit: Permit<'_, ListCredentials>,
    filter: &CredentialFilter,
    after: Option<&CredentialCursor>,
    limit: NonZeroU32,
) -> Result<CredentialPage, ManageError> {
    let kinds = kinds(&permit, filter).await?;
    let checked = filter.checked()?;
    let kinds = match after {
        None => kinds,
        Some(after) => rest(kinds, filter, after)?,
    };
    let limit = usize::try_from(limit.min(LARGEST_PAGE).get()).unwrap_or(usize::MAX);
    let walk = Walk::new(permit.service(), permit.now(), filter, checked, limit).await?;
    let page = walk.page(&kinds, after.and_then(|after| after.after)).await?;
    if page.corrupt > 0 {
        permit.tell(EventKind::Corrupt { rows: page.corrupt });
    }
    Ok(page)
}

/// The kinds that the filter asks for and that the presenter may list. If the presenter may not list security codes,
/// they are left out. If the filter asks only for security codes, the result is an error instead.
async fn kinds(permit: &Permit<'_, ListCredentials>, filter: &CredentialFilter) -> Result<Vec<TokenKind>, ManageError> {
    let mut kinds = filter.kinds();
    if kinds.contains(&TokenKind::SecurityCode) {
        match permit.also::<ListCodes>().await {
            Ok(()) => {}
            Err(ManageError::Forbidden(_)) if filter.kind.is_none() => {
                kinds.retain(|&kind| kind != TokenKind::SecurityCode);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(kinds)
}

/// The kinds that are not yet listed, beginning with the kind at which the previous page ended. Returns an error if the
/// cursor `after` cannot belong to this filter.
fn rest(
    mut kinds: Vec<TokenKind>,
    filter: &CredentialFilter,
    after: &CredentialCursor,
) -> Result<Vec<TokenKind>, ManageError> {
    let place = kinds.iter().position(|&kind| kind == after.kind);
    match place.filter(|_| after.of_owner == filter.owner.is_some()) {
        Some(place) => Ok(kinds.split_off(place)),
        None => Err(Invalid::from(InvalidCursor).into()),
    }
}
