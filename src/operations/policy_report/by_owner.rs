//! Adds up the pages of a report about a new policy, by owner.

use std::collections::BTreeMap;

use super::touched::{PolicyReportPage, Reach, TouchedCounts, TouchedCredential};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The credentials of one kind and one owner that a new policy affects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TouchedOwner {
    /// The owner of the credentials. `None` for security codes, which belong to the realm.
    pub owner: Option<SubjectId>,
    /// The kind of the credentials.
    pub kind: TokenKind,
    /// How many of the owner's credentials are affected.
    pub counts: TouchedCounts,
    /// The earliest expiry under the new policy among the affected credentials. `None` if none of them expires.
    pub first_end: Option<Timestamp>,
    /// The most recent use of the affected credentials. `None` if none of them was used.
    pub last_used_at: Option<Timestamp>,
}

impl TouchedOwner {
    fn new(owner: Option<SubjectId>, kind: TokenKind) -> Self {
        Self { owner, kind, counts: TouchedCounts::default(), first_end: None, last_used_at: None }
    }

    fn add(&mut self, touched: &TouchedCredential, at: Timestamp) {
        self.counts.add(touched, at);
        if let Reach::Until(end) = touched.new {
            self.first_end = Some(self.first_end.map_or(end, |first| first.min(end)));
        }
        self.last_used_at = self.last_used_at.max(touched.last_used_at);
    }
}

/// Adds up the pages of [`Counterfoil::policy_report`](crate::Counterfoil::policy_report), by owner. The pages must be
/// added in their order.
///
/// All credentials of an owner have ids with the same first byte, and a page is ordered by id. So a report keeps only
/// the owners of one first byte in memory, which are about one in 256 of all owners.
///
/// ```
#[doc = include_str!("../../example.in")]
/// use counterfoil::operations::PolicyReport;
/// use counterfoil::policy::{Existing, Policy};
/// use counterfoil::{Lifetime, NewPersonalAccessToken};
///
/// for (label, days) in [("deploy", 30), ("backup", 120), ("export", 180)] {
///     counterfoil.create_personal_access_token(&ivan, &NewPersonalAccessToken::for_days(label, days)).await?;
/// }
/// let mut new = Policy::default();
/// new.personal_access_tokens.max_days = 90;
/// new.personal_access_tokens.existing = Existing::Clamp;
///
/// let (mut report, mut owners, mut after) = (PolicyReport::default(), Vec::new(), None);
/// loop {
///     let page = counterfoil.policy_report(&Presenter::host(), &new, after.as_ref(), NonZeroU32::MIN).await?;
///     owners.extend(report.add(&page));
///     after = page.next;
///     if after.is_none() {
///         break;
///     }
/// }
/// assert_eq!(report.counts().shortened, 2);
/// owners.extend(report.finish());
/// assert_eq!((owners.len(), owners[0].counts.all()), (1, 2));
/// assert_eq!(owners[0].owner, Some(SubjectId::new("7")?));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyReport {
    counts: TouchedCounts,
    searched: u64,
    corrupt: u64,
    /// The kind and the shard (the first byte of the id) that the credentials of all owners in `open` have. A
    /// credential of another kind or shard completes these owners. `None` before the first credential.
    place: Option<(TokenKind, u8)>,
    open: BTreeMap<Option<SubjectId>, TouchedOwner>,
}

impl PolicyReport {
    /// Adds a page. Returns the owners that are complete: no later page contains a credential of such an owner and
    /// kind.
    pub fn add(&mut self, page: &PolicyReportPage) -> Vec<TouchedOwner> {
        let mut complete = Vec::new();
        self.searched = self.searched.saturating_add(page.searched.into());
        self.corrupt = self.corrupt.saturating_add(page.corrupt.into());
        for touched in &page.items {
            let place = Some((touched.kind, touched.id.shard()));
            if self.place != place {
                complete.extend(std::mem::take(&mut self.open).into_values());
                self.place = place;
            }
            self.counts.add(touched, page.at);
            let owner = || TouchedOwner::new(touched.owner.clone(), touched.kind);
            self.open.entry(touched.owner.clone()).or_insert_with(owner).add(touched, page.at);
        }
        complete
    }

    /// Returns the owners that [`add`](Self::add) has not returned. Call this method after the last page.
    #[must_use]
    pub fn finish(self) -> Vec<TouchedOwner> {
        self.open.into_values().collect()
    }

    /// How many credentials are affected, up to the last page that was added.
    #[must_use]
    pub const fn counts(&self) -> TouchedCounts {
        self.counts
    }

    /// The number of records that were read for the pages that were added.
    #[must_use]
    pub const fn searched(&self) -> u64 {
        self.searched
    }

    /// The number of rows that could not be decoded and were skipped, in all pages that were added.
    #[must_use]
    pub const fn corrupt(&self) -> u64 {
        self.corrupt
    }
}
