//! Reads pages of standing records only: records that are not revoked, have not reached their `gone_at`, and, if
//! superseded, have not reached the end of their retry window. A script filters the records on the server, about a
//! thousand at a time.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, Page, StoreError, TokenRecord};
use redis::Value;

use crate::ask::{args, shape};
use crate::list::OwnersKind;
use crate::row::{self, time};
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "list";
/// The maximum number of records that one script checks. The number is limited, because the server executes nothing
/// else during a script.
const CHUNK: usize = 1_024;
/// The maximum number of records that are checked for one page. If too few of them are standing, the page is short.
const LOOKS: usize = 4 * CHUNK;

impl RedisStore {
    /// Returns a page of standing records. A record that does not decode is counted, and takes the place of one record
    /// of the page.
    pub(crate) async fn standing_page(
        &self,
        of: &OwnersKind,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let mut page = Page { items: Vec::new(), next: after.copied(), corrupt: 0 };
        // Most owners have few records that are not standing. So the first script checks as many records as the page
        // needs.
        let (mut looked, mut chunk, mut room) = (0, limit.min(CHUNK), limit);
        loop {
            let most = i64::try_from(chunk + 1).unwrap_or(i64::MAX);
            let mut keys = self.owned(of, page.next.as_ref(), most).await?;
            let more = keys.len() > chunk;
            keys.truncate(chunk);
            let seen = self.look_through(&keys, now, room, &mut page).await?;
            looked += seen;
            room = limit.saturating_sub(page.items.len() + usize::try_from(page.corrupt).unwrap_or(usize::MAX));
            let ended = seen >= keys.len() && !more;
            page.next = if ended { None } else { keys.get(seen.saturating_sub(1)).copied() };
            if ended || room == 0 || looked >= LOOKS {
                return Ok(page);
            }
            chunk = CHUNK;
        }
    }

    /// Checks these records in order, and adds at most `room` standing ones to the page. Returns the number of records
    /// that were checked.
    async fn look_through(
        &self,
        keys: &[Cursor],
        now: Timestamp,
        room: usize,
        page: &mut Page<TokenRecord>,
    ) -> Result<usize, StoreError> {
        let Some(first) = keys.first() else { return Ok(0) };
        let mut lent = self.keys().step(&first.id.family());
        lent.extend(keys.iter().map(|key| self.keys().family(&key.id.family())));
        let mut arguments = args![time(now), room.to_string().as_bytes()];
        arguments.extend(keys.iter().map(|key| key.id.member().to_vec()));
        let value = self.script_that(OP, Does::Read, &scripts::STANDING, &lent, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        let Some((Value::Int(seen), pairs)) = answer.rest.split_first() else { return Err(shape(OP)) };
        for pair in pairs.chunks(2) {
            let [Value::Int(number), Value::Array(fields)] = pair else { return Err(shape(OP)) };
            let key = usize::try_from(*number).ok().and_then(|number| keys.get(number.checked_sub(1)?));
            match row::record(&key.ok_or_else(|| shape(OP))?.id, fields) {
                Ok(record) => page.items.extend(record),
                Err(_) => page.corrupt = page.corrupt.saturating_add(1),
            }
        }
        usize::try_from(*seen).ok().filter(|seen| (1..=keys.len()).contains(seen)).ok_or_else(|| shape(OP))
    }
}
