//! Reads the stored state after all operations have returned.

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::{RecordId, TokenKind};
use futures_util::future::try_join3;

use super::compare::differing_options;
use crate::scene::Scene;
use crate::together::get_all;
use crate::violation::Violation;
use crate::walk::{ids, sorted_ids, walk, walk_due};

/// Whether the judge compares the due notices.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DueNotices {
    /// The judge compares them together with the rest of the state.
    Now,
    /// The caller compares them later, because a store may have to search every shard for due notices.
    Later,
}

/// A page limit larger than the number of records in a scene.
const PAGE: u32 = 100;

/// All records, and the contents of the listings.
pub(crate) struct Left {
    records: Vec<Option<TokenRecord>>,
    listed: [Vec<RecordId>; 2],
    due: Option<Vec<RecordId>>,
}

impl Left {
    /// Reads records and listings.
    pub(crate) async fn of(
        store: &dyn TokenStore,
        scene: &Scene,
        wanted: &[RecordId],
        notices: DueNotices,
    ) -> Result<Self, Violation> {
        let list = |kind| walk(store, scene.person.listing(kind), PAGE);
        let (records, refresh, access) =
            try_join3(get_all(store, wanted), list(TokenKind::RefreshToken), list(TokenKind::AccessToken)).await?;
        let due = match notices {
            DueNotices::Now => Some(sorted_ids(&walk_due(store, scene.end(), PAGE).await?)),
            DueNotices::Later => None,
        };
        Ok(Self { records, listed: [ids(&refresh), ids(&access)], due })
    }

    /// Whether the due notices were read.
    pub(super) const fn notices(&self) -> DueNotices {
        if self.due.is_some() { DueNotices::Now } else { DueNotices::Later }
    }

    /// The records whose notice is due at the end of the scene's hour.
    pub(super) fn due(&self, scene: &Scene) -> Vec<RecordId> {
        let is_due = |found: &&TokenRecord| found.record().notice.is_some_and(|notice| scene.end().reached(notice.at));
        self.records.iter().flatten().filter(is_due).map(|found| found.record().id).collect()
    }

    /// Returns a line for each field that differs.
    pub(super) fn differing(&self, must: &Self, wanted: &[RecordId]) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, (is, must)) in wanted.iter().zip(self.records.iter().zip(&must.records)) {
            let differing = differing_options(is.as_ref(), must.as_ref());
            lines.extend(differing.into_iter().map(|line| format!("{id:?}: {line}")));
        }
        let names = ["the list of refresh tokens", "the list of access tokens"];
        for (name, (is, must)) in names.iter().zip(self.listed.iter().zip(&must.listed)) {
            if is != must {
                lines.push(format!("{name}: is {is:?}, must be {must:?}"));
            }
        }
        if let (Some(is), Some(must)) = (&self.due, &must.due)
            && is != must
        {
            lines.push(format!("the due notices: is {is:?}, must be {must:?}"));
        }
        lines
    }
}
