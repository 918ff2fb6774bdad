//! Walks through all families or all registrations of a store, page by page.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use counterfoil::Realm;
use counterfoil::client::{ClientId, VersionedRegistration};
use counterfoil::store::Transfer;
use counterfoil::types::FamilyId;

use crate::error::{CopyError, Side};
use crate::side::Stores;

/// The number of ids in one page.
pub(crate) const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(255);

/// An iterator over the ids of a store's families, in ascending order.
pub(crate) struct Families<'a> {
    store: &'a dyn Transfer,
    side: Side,
    ahead: VecDeque<FamilyId>,
    after: Option<FamilyId>,
    ended: bool,
    /// The number of rows that were skipped because they do not show to which family they belong.
    pub(crate) corrupt: u64,
}

impl<'a> Families<'a> {
    pub(crate) fn of(stores: &'a Stores, side: Side) -> Self {
        Self { store: &*stores.families, side, ahead: VecDeque::new(), after: None, ended: false, corrupt: 0 }
    }

    pub(crate) async fn next(&mut self) -> Result<Option<FamilyId>, CopyError> {
        while self.ahead.is_empty() && !self.ended {
            let page = self.store.families(self.after.as_ref(), PAGE).await.map_err(self.side.failed())?;
            self.ended = page.next.is_none();
            self.after = page.next;
            self.corrupt += u64::from(page.corrupt);
            self.ahead = page.items.into();
        }
        Ok(self.ahead.pop_front())
    }

    /// Returns at most `most` of the next ids. The result is empty at the end.
    pub(crate) async fn some(&mut self, most: usize) -> Result<Vec<FamilyId>, CopyError> {
        let mut some = Vec::new();
        while some.len() < most {
            let Some(family) = self.next().await? else { break };
            some.push(family);
        }
        Ok(some)
    }
}

/// Returns all registrations of a realm, and the number of registrations that cannot be decoded.
pub(crate) async fn clients(
    stores: &Stores,
    side: Side,
    realm: &Realm,
) -> Result<(Vec<VersionedRegistration>, u64), CopyError> {
    let (mut all, mut corrupt, mut after) = (Vec::new(), 0, None::<ClientId>);
    loop {
        let page = stores.clients.clients(realm, after.as_ref(), PAGE).await.map_err(side.failed())?;
        all.extend(page.items);
        corrupt += u64::from(page.corrupt);
        after = page.next;
        if after.is_none() {
            return Ok((all, corrupt));
        }
    }
}
