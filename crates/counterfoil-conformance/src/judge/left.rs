//! The state after all operations have returned.

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::{RecordId, TokenKind};
use futures_util::future::try_join4;

use super::compare::differing_options;
use crate::scene::Scene;
use crate::together::get_all;
use crate::violation::Violation;
use crate::walk::{ids, sorted_ids, walk, walk_due};

/// More than a scene has.
const PAGE: u32 = 100;

/// Every record, and what the indexes show of them.
pub(crate) struct Left {
    records: Vec<Option<TokenRecord>>,
    listed: [Vec<RecordId>; 3],
}

impl Left {
    /// Looks at all of it.
    pub(crate) async fn of(store: &dyn TokenStore, scene: &Scene, wanted: &[RecordId]) -> Result<Self, Violation> {
        let list = |kind| walk(store, scene.person.listing(kind), PAGE);
        let (records, refresh, access, due) = try_join4(
            get_all(store, wanted),
            list(TokenKind::RefreshToken),
            list(TokenKind::AccessToken),
            // The end of the scene's hour: whatever its operations moved a mark to.
            walk_due(store, scene.near(999), PAGE),
        )
        .await?;
        Ok(Self { records, listed: [ids(&refresh), ids(&access), sorted_ids(&due)] })
    }

    /// A line for each field that differs.
    pub(super) fn differing(&self, must: &Self, wanted: &[RecordId]) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, (is, must)) in wanted.iter().zip(self.records.iter().zip(&must.records)) {
            let differing = differing_options(is.as_ref(), must.as_ref());
            lines.extend(differing.into_iter().map(|line| format!("{id:?}: {line}")));
        }
        let names = ["the list of refresh tokens", "the list of access tokens", "the due notices"];
        for (name, (is, must)) in names.iter().zip(self.listed.iter().zip(&must.listed)) {
            if is != must {
                lines.push(format!("{name}: is {is:?}, must be {must:?}"));
            }
        }
        lines
    }
}
