//! Reads the state of a store after all concurrent operations of a scene have returned.

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::{RecordId, TokenKind};
use futures_util::future::try_join3;

use super::compare::differing_options;
use crate::scene::Scene;
use crate::together::get_all;
use crate::violation::Violation;
use crate::walk::{ids, sorted_ids, walk, walk_due};

/// When the due notices of a store are compared with those of the model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DueNotices {
    /// The judge compares the due notices at once, together with the rest of the state.
    Now,
    /// The judge does not compare the due notices. The caller of the judge compares them after many races. A store may
    /// have to search every shard for due notices, so comparing them after each race would take too long.
    Later,
}

/// The page limit for the listings of a scene. It is larger than the number of records in a scene, so one page has all
/// records.
const PAGE: u32 = 100;

/// The state that a store or the model has after the operations: all records, the order of two listings, and the due
/// notices if they were read.
pub(crate) struct Left {
    records: Vec<Option<TokenRecord>>,
    listed: [Vec<RecordId>; 2],
    due: Option<Vec<RecordId>>,
}

impl Left {
    /// Reads the records with the ids `wanted`, the listings of the scene's owner, and the due notices if `notices` is
    /// `Now`.
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

    /// Returns `Now` if the due notices were read, and `Later` otherwise.
    pub(super) const fn notices(&self) -> DueNotices {
        if self.due.is_some() { DueNotices::Now } else { DueNotices::Later }
    }

    /// Returns the ids of the records in this state whose notice is due at [`Scene::end`], the last instant that a
    /// scene uses.
    pub(super) fn due(&self, scene: &Scene) -> Vec<RecordId> {
        let is_due = |found: &&TokenRecord| found.record().notice.is_some_and(|notice| scene.end().reached(notice.at));
        self.records.iter().flatten().filter(is_due).map(|found| found.record().id).collect()
    }

    /// Returns one line for each difference between this state and the state `must`, such as a field of a record or the
    /// order of a listing. `wanted` are the ids of the compared records.
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
