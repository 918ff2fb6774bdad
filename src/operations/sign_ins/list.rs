//! Lists sign-ins and console sessions.

use std::cmp::Reverse;
use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::sign_in::opened_at;
use crate::service::authority::operations::{ListSignIns, ListSignInsOf};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{ManageError, Unavailable};
use crate::service::known_person::known_person;
use crate::service::page_limit::LARGEST_PAGE;
use crate::service::presenter::Presenter;
use crate::service::sign_in_view::SignInView;
use crate::service::standing::Judging;
use crate::store::page::Page;
use crate::types::ids::{FamilyId, SubjectId};

/// The largest number of store pages that are read for one page of the result. After that many reads the page of the
/// result ends, even if it is short. Its `next` is then set, so that the remaining families are on the next page.
const READS: usize = 10;

/// The number of families in one read. A read also contains families of other kinds, such as personal access tokens.
const READ: NonZeroU32 = LARGEST_PAGE;

impl Counterfoil {
    /// Returns a page of the presenter's own sign-ins and console sessions: those that have not ended, even if they are
    /// refused at the moment. The page contains at most `limit` items, and at most 100. `after` is `next` of the
    /// previous page.
    ///
    /// Pages are ordered by id, which a refresh does not change. So all pages together contain each sign-in that exists
    /// during the whole walk exactly once. Ids are random. Within a page, the newest is first. A page can be short or
    /// empty although more pages follow, because a call reads at most 1,000 families of the owner. The walk is complete
    /// only when `next` is `None`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter is the host itself, uses a personal access token or a security code,
    /// or lacks the scope `credentials:read`. [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// let session = counterfoil.open_session_for(&account).await?;
    /// let by = Presenter::from(&session.principal);
    /// let page = counterfoil.list_sign_ins(&by, None, NonZeroU32::MIN).await?;
    /// assert_eq!(page.items[0].id, session.principal.credential_id().family());
    /// assert!(page.items[0].is_current);
    /// # Ok(()) }) }
    /// ```
    pub async fn list_sign_ins(
        &self,
        by: &Presenter,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<SignInView, FamilyId>, ManageError> {
        own(self.permit(by).await?, after, limit).await
    }

    /// Returns a page of a user's sign-ins and console sessions, as [`Counterfoil::list_sign_ins`] does. The user may
    /// be missing in the directory. Only for administrators, with the scope `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if the subject is
    /// neither in the directory nor in the store, and for the subject of a service account. If the presenter is the
    /// host, the result is a page instead, which may be empty. [`ManageError::Unavailable`] if a store or the directory
    /// failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn list_sign_ins_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<SignInView, FamilyId>, ManageError> {
        of(self.permit(by).await?, subject, after, limit).await
    }
}

async fn own(
    permit: Permit<'_, ListSignIns>,
    after: Option<&FamilyId>,
    limit: NonZeroU32,
) -> Result<Page<SignInView, FamilyId>, ManageError> {
    Ok(page(&permit, permit.person()?, after, limit).await?)
}

async fn of(
    permit: Permit<'_, ListSignInsOf>,
    subject: &SubjectId,
    after: Option<&FamilyId>,
    limit: NonZeroU32,
) -> Result<Page<SignInView, FamilyId>, ManageError> {
    known_person(&permit, Some(subject)).await?;
    Ok(page(&permit, subject, after, limit).await?)
}

/// Reads families in ascending order of id, until the page has one sign-in more than it can hold, or until a limit is
/// reached. The additional sign-in is left to the next page. So `next` is `None` exactly on the last page.
async fn page<O: Permission>(
    permit: &Permit<'_, O>,
    subject: &SubjectId,
    after: Option<&FamilyId>,
    limit: NonZeroU32,
) -> Result<Page<SignInView, FamilyId>, Unavailable> {
    let (service, owner) = (permit.service(), subject.into());
    let most = usize::try_from(limit.min(LARGEST_PAGE).get()).unwrap_or(usize::MAX);
    let mut judging = service.judging(permit.now()).await?;
    let mut page = Page { items: Vec::new(), next: after.copied(), corrupt: 0 };
    'reads: for _ in 0..READS {
        let read = service.store.list_families(&service.realm, &owner, page.next.as_ref(), READ).await?;
        page.corrupt = page.corrupt.saturating_add(read.corrupt);
        for family in read.items {
            let Some(view) = seen(&mut judging, permit.sign_in(), subject, &family).await? else { continue };
            if page.items.len() == most {
                page.next = page.items.last().map(|last: &SignInView| last.id);
                break 'reads;
            }
            page.items.push(view);
        }
        page.next = read.next;
        if page.next.is_none() {
            break;
        }
    }
    page.items.sort_unstable_by_key(|item| Reverse((item.created_at, item.id)));
    if page.corrupt > 0 {
        permit.tell(EventKind::Corrupt { rows: page.corrupt });
    }
    Ok(page)
}

/// Returns the view of a family. `None` if the family is not a sign-in or session, or if it has ended.
pub(super) async fn seen(
    judging: &mut Judging<'_>,
    current: Option<FamilyId>,
    owner: &SubjectId,
    family: &FamilyParts,
) -> Result<Option<SignInView>, Unavailable> {
    let (Some(created_at), Some((status, expires_at))) = (opened_at(family), judging.sign_in(family).await?) else {
        return Ok(None);
    };
    let (client, client_name) = match &family.body {
        FamilyBody::SignIn { client, client_id, .. } => {
            (Some(client_id.clone()), judging.client_name(client_id, *client).map(str::to_owned))
        }
        _ => (None, None),
    };
    Ok(Some(SignInView {
        id: family.id,
        kind: family.kind,
        owner: owner.clone(),
        client,
        client_name,
        created_at,
        expires_at,
        last_used_at: family.used_at,
        device: family.details.as_ref().and_then(|details| details.device.clone()),
        is_current: current == Some(family.id),
        status,
    }))
}
