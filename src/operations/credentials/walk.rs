//! Walks the lists of the store for one page of the inventory.

use std::num::NonZeroU32;

use super::cursor::CredentialCursor;
use super::filter::{Checked, CredentialFilter};
use super::list::CredentialPage;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::service::standing::Judging;
use crate::store::listing::{Listing, Show};
use crate::store::page::Cursor;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The largest number of records that are read for one page.
const RECORDS: u32 = 1_000;

/// The largest number of accounts that are read for one page.
const ACCOUNTS: usize = 200;

/// The number of records in the first read of a page. Each further read requests twice as many as the read before it,
/// up to the limit of the page.
const FIRST_READ: u32 = 64;

/// The walk for one page.
pub(super) struct Walk<'a> {
    service: &'a Service,
    now: Timestamp,
    checked: Checked<'a>,
    /// The owner of the listed credentials. `None` if those of all owners are listed.
    owner: Option<OwnerId>,
    /// The largest number of credentials on the page.
    limit: usize,
    judging: Judging<'a>,
    /// The number of records that may still be read.
    left: u32,
    /// The size of the next read.
    size: u32,
    page: CredentialPage,
    /// The number of records that were searched before the page got one credential more than `limit`. That credential
    /// belongs to the next page.
    searched_to_last: u32,
}

/// How the walk of one list ended.
enum Ended {
    /// All records of the list were read.
    List,
    /// The page is complete, or a limit is reached. The next page continues in this list after this position. `None` if
    /// the next page begins with the first record of the list.
    Page(Option<Cursor>),
}

impl<'a> Walk<'a> {
    pub(super) async fn new(
        service: &'a Service,
        now: Timestamp,
        filter: &CredentialFilter,
        checked: Checked<'a>,
        limit: usize,
    ) -> Result<Self, Unavailable> {
        Ok(Self {
            service,
            now,
            checked,
            owner: filter.owner.as_ref().map(OwnerId::from),
            limit,
            judging: service.judging(now).await?,
            left: RECORDS,
            size: FIRST_READ,
            page: CredentialPage { items: Vec::new(), next: None, searched: 0, corrupt: 0 },
            searched_to_last: 0,
        })
    }

    /// Reads the lists of these kinds, one after another, until one credential more than the page can hold is found, or
    /// until a limit is reached. `after` is the position in the list of the first kind.
    pub(super) async fn page(
        mut self,
        kinds: &[TokenKind],
        after: Option<Cursor>,
    ) -> Result<CredentialPage, ManageError> {
        let mut after = after;
        for &kind in kinds {
            if let Ended::Page(at) = self.list(kind, after.take()).await? {
                self.page.next = Some(self.position(kind, at));
                break;
            }
        }
        Ok(self.cut())
    }

    async fn list(&mut self, kind: TokenKind, mut after: Option<Cursor>) -> Result<Ended, Unavailable> {
        let realm_owner = OwnerId::realm();
        loop {
            let Some(most) = NonZeroU32::new(self.size.min(self.left)) else { return Ok(Ended::Page(after)) };
            let show = Show::Standing { now: self.now };
            let of = match &self.owner {
                None => Listing::Kind { realm: &self.service.realm, kind },
                // Security codes belong to the realm. So all codes are read, and the filter selects those of the
                // person.
                Some(_) if kind == TokenKind::SecurityCode => {
                    Listing::Owner { realm: &self.service.realm, owner: &realm_owner, kind, show }
                }
                Some(owner) => Listing::Owner { realm: &self.service.realm, owner, kind, show },
            };
            let read = self.service.store.list(of, after.as_ref(), most).await?;
            let count = u32::try_from(read.items.len()).unwrap_or(u32::MAX).saturating_add(read.corrupt);
            // An empty page of the store counts too, so that the number of reads is bounded.
            self.left = self.left.saturating_sub(count.max(1));
            self.size = self.size.saturating_mul(2);
            self.page.corrupt = self.page.corrupt.saturating_add(read.corrupt);
            self.page.searched = self.page.searched.saturating_add(read.corrupt);
            for record in &read.items {
                if self.look(record).await? == Looked::TooManyAccounts {
                    return Ok(Ended::Page(after));
                }
                after = Some(self.cursor(record.record().created_at, record.record().id));
                if self.page.items.len() > self.limit {
                    return Ok(Ended::Page(after));
                }
            }
            after = read.next;
            if after.is_none() {
                return Ok(Ended::List);
            }
        }
    }

    /// Compares a record with the filter, and adds its credential to the page if it fits.
    async fn look(&mut self, record: &TokenRecord) -> Result<Looked, Unavailable> {
        let (phase, last_used_at) = (self.judging.phase(record), self.judging.last_used_at(record));
        if self.checked.may_fit(record, phase, last_used_at, self.judging.limits()) {
            if self.judging.accounts() >= ACCOUNTS && self.judging.needs_account(record) {
                return Ok(Looked::TooManyAccounts);
            }
            let listed = self.judging.listed(record).await?;
            self.page.items.extend(listed.filter(|listed| self.checked.fits_status(listed.status)));
        }
        self.page.searched = self.page.searched.saturating_add(1);
        if self.page.items.len() <= self.limit {
            self.searched_to_last = self.page.searched;
        }
        Ok(Looked::Done)
    }

    fn cursor(&self, created_at: Timestamp, id: RecordId) -> Cursor {
        // The list of a kind in the whole realm is sorted only by id, so a cursor of this list contains no real
        // instant.
        Cursor { at: if self.owner.is_some() { created_at } else { Timestamp::EPOCH }, id }
    }

    fn position(&self, kind: TokenKind, after: Option<Cursor>) -> CredentialCursor {
        CredentialCursor { of_owner: self.owner.is_some(), kind, after }
    }

    /// If the page has one credential more than `limit`, removes this credential, so that the next page begins with it.
    fn cut(mut self) -> CredentialPage {
        if self.page.items.len() > self.limit {
            self.page.items.truncate(self.limit);
            self.page.searched = self.searched_to_last;
            let last = self.page.items.last().map(|last| (last.kind, self.cursor(last.created_at, last.id)));
            self.page.next = last.map(|(kind, after)| self.position(kind, Some(after)));
        }
        self.page
    }
}

/// The result of a look at one record.
#[derive(PartialEq, Eq)]
enum Looked {
    /// The record was searched.
    Done,
    /// The record was not searched, because its account would be one too many for this page.
    TooManyAccounts,
}
