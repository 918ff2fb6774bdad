//! Changes one record with a compare-and-swap on its version. Each kind of change has a statement of its own. An edit
//! has a second statement, for changes of the label or the details, which also change the family.

use counterfoil::store::{Applied, Change, Relabel, StoreError, TokenRecord, transition};
use counterfoil::types::{Description, Label, LabelKey, RecordId, Version};
use counterfoil::{Scope, Timestamp};

use super::ask::{Statement, TURNS, Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros, micros_of};

const OP: &str = "apply";

impl PgStore {
    pub(super) async fn apply_change(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let mut body = None;
        if let Change::Edit { details: Some(details), .. } = change {
            // One column contains the family's body and its details as one text. The body never changes, so it can be
            // read before the statement locks the family. The statement then writes the text with the same body and the
            // new details.
            let Some((_, family)) = self.parts(OP, id).await? else { return Ok(Applied::Missing) };
            body = Some(row::body(&family.body, details.as_deref())?);
        }
        let query = || statement(id, expect, change, body.as_deref(), now);
        for _ in 0..TURNS {
            if let Wrote::Done(Some(written)) = self.write_one(OP, query).await? {
                return row::record_of(id, &written).map(Applied::Done);
            }
            // The statement wrote nothing. Either the record is not in the expected state, or another family holds the
            // label.
            let Some((record, family)) = self.parts(OP, id).await? else { return Ok(Applied::Missing) };
            if !transition::accepts_change(&record, &family, expect, change) {
                let stands = TokenRecord::from_parts(record, family);
                return stands.map(Applied::Stale).map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt));
            }
            if let Change::Edit { label: Some(Relabel { key: Some(key), .. }), .. } = change
                && let Some(holder) = self.holder(OP, &family, key, now).await?
            {
                return Ok(Applied::LabelTaken(holder));
            }
        }
        Err(lost(OP))
    }
}

/// Makes the statement of a change. `body` is the new text of the column that contains the family's body and its
/// details. It is `None` if the details do not change.
fn statement<'q>(
    id: &'q RecordId,
    expect: Version,
    change: &'q Change,
    body: Option<&'q str>,
    now: Timestamp,
) -> Statement<'q> {
    let swap = |text: &'static str| {
        sqlx::query(text)
            .bind(id.family().as_bytes().to_vec())
            .bind(id.as_bytes().as_slice())
            .bind(count(expect.number()))
    };
    match change {
        Change::Edit { label, description, scope, details } => {
            let is_both = label.is_some() || details.is_some();
            let query = swap(if is_both { sql::EDIT_BOTH } else { sql::EDIT })
                .bind(description.is_some())
                .bind(description.as_ref().map(Description::as_str))
                .bind(scope.is_some())
                .bind(scope.as_ref().and_then(Option::as_ref).map(Scope::as_str));
            if !is_both {
                return query.bind(micros(now));
            }
            query
                .bind(label.is_some())
                .bind(label.as_ref().map(|new| Label::as_str(&new.label)))
                .bind(label.as_ref().and_then(|new| new.key.as_ref()).map(LabelKey::as_str))
                .bind(micros(now))
                .bind(body.is_some())
                .bind(body)
        }
        Change::Expiry { expires_at, gone_at, notice } => swap(sql::EXPIRY)
            .bind(micros_of(*expires_at))
            .bind(micros_of(*gone_at))
            .bind(notice.map(|notice| micros(notice.at)))
            .bind(notice.map(|notice| i64::from(notice.stage)))
            .bind(micros(now)),
        Change::Rekey { digest, key_id } => {
            swap(sql::REKEY).bind(digest.as_bytes().as_slice()).bind(i64::from(key_id.number())).bind(micros(now))
        }
        Change::End { honoured_until, gone_at } => {
            swap(sql::END).bind(micros(*honoured_until)).bind(micros(*gone_at)).bind(micros(now))
        }
    }
}
