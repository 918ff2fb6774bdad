//! Runs one command of a random sequence on the store and on the reference model.

use counterfoil::store::{
    Cursor, InsertInto, Listing, NewRecord, Page, Revoke, Rotated, Show, StoreError, TokenRecord, TokenStore,
};
use counterfoil::types::OwnerId;
use counterfoil::{Realm, Timestamp};

use super::answer::Answer;
use super::command::{Command, Listed, Purge};
use crate::database::Database;
use crate::fixture::Row;
use crate::reference::Model;
use crate::sample::most;

type Said = Result<Answer, StoreError>;

/// Runs the command on the model. Returns all answers that a store is allowed to give. If the result is empty, a store
/// can give any answer.
pub(super) fn on_model(model: &mut Model, command: &Command) -> Vec<Answer> {
    match command {
        Command::Found { .. } | Command::Join { .. } => {
            let (home, new, now) = command.insert().unwrap_or_else(|| unreachable!("these two insert"));
            insert(model, home, new, now)
        }
        // The contract does not say whether a census counts damaged rows.
        Command::Census if !model.damaged.is_empty() => Vec::new(),
        // The contract also does not say whether a purge removes or shrinks a damaged row, even if the limits of the
        // purge would allow this for an intact row.
        Command::Purge(limits) if model.purges_damaged(limits.now, limits.unsent_before, limits.windows_before) => {
            purge_model(model, *limits);
            Vec::new()
        }
        // If several ids are taken, the answer may name any of them.
        Command::Rotate { parent, step, new, now } => match model.rotate(parent, step, new, *now) {
            Ok(Rotated::IdTaken(_)) => {
                let taken = new.iter().filter(|new| model.record(&new.id).is_some());
                taken.map(|new| Answer::rotated(&Rotated::IdTaken(new.id))).collect()
            }
            Ok(answer) => vec![Answer::rotated(&answer)],
            Err(error) => vec![Answer::error(&error)],
        },
        Command::List { of, .. } => {
            let page = model.list(of.as_listing(), None, usize::MAX);
            counting(model, u64::from(page.corrupt), |corrupt| {
                Answer::listed(&page.items, counted_corrupt(of, corrupt))
            })
        }
        Command::ListFamilies { realm, owner, .. } => {
            let page = model.list_families(realm, owner, None, usize::MAX);
            vec![Answer::families(page.items, u64::from(page.corrupt))]
        }
        Command::Due { now, .. } => {
            let mut page = model.due(*now, None, usize::MAX);
            page.items.sort_unstable_by_key(|record| record.record().id);
            counting(model, u64::from(page.corrupt), |corrupt| Answer::listed(&page.items, Some(corrupt)))
        }
        other => vec![one_answer(model, other).unwrap_or_else(|error| Answer::error(&error))],
    }
}

fn one_answer(model: &mut Model, command: &Command) -> Said {
    Ok(match command {
        Command::Apply { id, expect, change, now } => Answer::applied(&model.apply(id, *expect, change, *now)?),
        Command::Touch { seen } => {
            model.touch(seen);
            Answer::word("touched")
        }
        Command::Claim { id, held, until } => Answer::record(model.claim(id, *held, *until)?.as_ref()),
        Command::Settle { id, held, next, sent } => Answer::word(model.settle(id, *held, *next, *sent)?.to_string()),
        Command::Purge(limits) => Answer::word(format!("changed {}", purge_model(model, *limits))),
        Command::Get { id } => Answer::record(model.get(id)?.as_ref()),
        Command::Census => Answer::counted(model.census()),
        Command::Damage { id } => {
            model.damaged.push(*id);
            Answer::word("damaged")
        }
        other => {
            let (what, revoked, gone_at, limit) =
                other.revoke().unwrap_or_else(|| unreachable!("the others revoke, or are carried out elsewhere"));
            let mut changed = false;
            loop {
                let (some, more) = model.revoke(what, revoked, gone_at, limit);
                changed |= some > 0;
                if !more {
                    break Answer::word(format!("changed {changed}"));
                }
            }
        }
    })
}

/// Returns one answer for each number of damaged rows that a store is allowed to report. The largest number is
/// `corrupt`. If an earlier purge may have shrunk damaged rows, smaller numbers are allowed too, because shrunk rows
/// are not listed.
fn counting(model: &Model, corrupt: u64, answer: impl Fn(u64) -> Answer) -> Vec<Answer> {
    let spent = u64::try_from(model.damaged_spent().count()).unwrap_or(u64::MAX);
    (corrupt.saturating_sub(spent)..=corrupt).rev().map(answer).collect()
}

/// Returns the number of damaged rows that a listing must report, or `None` if this number is not compared. It is not
/// compared for a listing of standing records, because nothing says whether a damaged record is standing.
fn counted_corrupt(of: &Listed, corrupt: u64) -> Option<u64> {
    let standing = matches!(of, Listed::Owner { show: Show::Standing { .. }, .. });
    (!standing).then_some(corrupt)
}

/// Purges the model again and again, until a purge changes nothing. One purge is not enough: a purge that shrinks a
/// record removes its notice, and then the next purge may remove the record. Returns true if anything changed.
pub(super) fn purge_model(model: &mut Model, limits: Purge) -> bool {
    let mut changed = false;
    while model.purge(limits.now, limits.unsent_before, limits.windows_before, usize::MAX).0 > 0 {
        changed = true;
    }
    changed
}

fn insert(model: &mut Model, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Vec<Answer> {
    let refusals = model.insert_refusals(home, new, now);
    let done = model.insert(home, new, now);
    let answers = if refusals.is_empty() { vec![done] } else { refusals };
    answers.into_iter().map(Answer::inserted).collect()
}

/// A database on which commands run. Each command uses the next handle of the database in turn.
pub(super) struct Site<'a> {
    pub(super) database: &'a Database,
    pub(super) turn: usize,
}

impl Site<'_> {
    /// Runs the command on the store, through the next handle. A listing is read to its last page. A purge or
    /// revocation is repeated until `more` is false.
    pub(super) async fn carry_out(&mut self, command: &Command) -> Answer {
        self.turn += 1;
        let store = &**self.database.handle(self.turn);
        let answer = match command {
            Command::Damage { id } => Ok(self.damage(id).await),
            other => on_store(store, other).await,
        };
        answer.unwrap_or_else(|error| Answer::error(&error))
    }

    async fn damage(&self, id: &counterfoil::types::RecordId) -> Answer {
        let damaged = self.database.damage(Row::Record(id)).await;
        Answer::word(if damaged { "damaged" } else { "the fixture has no hook `damage`" })
    }
}

async fn on_store(store: &dyn TokenStore, command: &Command) -> Said {
    Ok(match command {
        Command::Found { .. } | Command::Join { .. } => {
            let (home, new, now) = command.insert().unwrap_or_else(|| unreachable!("these two insert"));
            Answer::inserted(store.insert(home, new, now).await?)
        }
        Command::Apply { id, expect, change, now } => Answer::applied(&store.apply(id, *expect, change, *now).await?),
        Command::Rotate { parent, step, new, now } => Answer::rotated(&store.rotate(parent, step, new, *now).await?),
        Command::Touch { seen } => {
            store.touch(seen).await?;
            Answer::word("touched")
        }
        Command::Claim { id, held, until } => Answer::record(store.claim(id, *held, *until).await?.as_ref()),
        Command::Settle { id, held, next, sent } => {
            Answer::word(store.settle(id, *held, *next, *sent).await?.to_string())
        }
        Command::Purge(limits) => purge(store, *limits).await?,
        Command::Get { id } => Answer::record(store.get(id).await?.as_ref()),
        Command::List { of, limit } => {
            let listing = of.as_listing();
            let (records, corrupt) = match walk(store, Walked::Listing(listing), *limit, None).await? {
                Ok(walked) => walked,
                Err(wrong) => return Ok(wrong),
            };
            Answer::listed(&records, counted_corrupt(of, corrupt))
        }
        Command::ListFamilies { realm, owner, limit } => families(store, realm, owner, *limit).await?,
        Command::Due { now, limit } => {
            let (mut records, corrupt) = match walk(store, Walked::Due(*now), *limit, None).await? {
                Ok(walked) => walked,
                Err(wrong) => return Ok(wrong),
            };
            records.sort_unstable_by_key(|record| record.record().id);
            Answer::listed(&records, Some(corrupt))
        }
        Command::Census => Answer::counted(store.census().await?),
        other => {
            let (what, revoked, gone_at, limit) =
                other.revoke().unwrap_or_else(|| unreachable!("the others revoke, or are carried out elsewhere"));
            revoke_all(store, what, revoked, gone_at, limit).await?
        }
    })
}

/// The number of calls after which a purge or revocation that is still not complete is reported as endless. Every purge
/// or revocation of a random sequence needs fewer calls.
const ENDLESS: usize = 1_000;

/// Purges again and again, until a call changes nothing and answers `more: false`.
pub(super) async fn purge(store: &dyn TokenStore, limits: Purge) -> Said {
    let Purge { now, unsent_before, windows_before, limit } = limits;
    let mut changed = false;
    for _ in 0..ENDLESS {
        let progress = store.purge(now, unsent_before, windows_before, most(limit)).await?;
        if progress.changed > u64::from(limit) {
            return Ok(Answer::word(format!("changed {} in one call of at most {limit}", progress.changed)));
        }
        changed |= progress.changed > 0;
        if !progress.more && progress.changed == 0 {
            return Ok(Answer::word(format!("changed {changed}")));
        }
    }
    Ok(Answer::word("more, without an end"))
}

async fn revoke_all(
    store: &dyn TokenStore,
    what: Revoke<'_>,
    revoked: counterfoil::store::Revoked,
    gone_at: Timestamp,
    limit: u32,
) -> Said {
    let mut changed = false;
    for _ in 0..ENDLESS {
        let progress = store.revoke(what, revoked, gone_at, most(limit)).await?;
        if matches!(what, Revoke::Owner { .. }) && progress.changed > u64::from(limit) {
            return Ok(Answer::word(format!("changed {} in one call of at most {limit}", progress.changed)));
        }
        changed |= progress.changed > 0;
        if !progress.more {
            return Ok(Answer::word(format!("changed {changed}")));
        }
    }
    Ok(Answer::word("more, without an end"))
}

/// Reads all pages of the owner's families. If a page has more than `limit` families, or if the pages do not end,
/// returns an [`Answer`] that says so.
async fn families(store: &dyn TokenStore, realm: &Realm, owner: &OwnerId, limit: u32) -> Said {
    let (mut all, mut damaged, mut after) = (Vec::new(), 0, None);
    for _ in 0..ENDLESS {
        let page = store.list_families(realm, owner, after.as_ref(), most(limit)).await?;
        if page.items.len() as u64 > u64::from(limit) {
            return Ok(Answer::word(format!("{} on a page of at most {limit}", page.items.len())));
        }
        all.extend(page.items);
        damaged += u64::from(page.corrupt);
        if page.next.is_none() {
            return Ok(Answer::families(all, damaged));
        }
        after = page.next;
    }
    Ok(Answer::word("pages without an end"))
}

/// What is read page by page: a listing, or the notices that are due at an instant.
#[derive(Clone, Copy)]
pub(super) enum Walked<'a> {
    Listing(Listing<'a>),
    Due(Timestamp),
}

/// The records of all pages together, and the total number of damaged rows that the pages report.
type Walk = (Vec<TokenRecord>, u64);

/// Reads all pages after the cursor `after`, or all pages if there is no cursor. If a page has more than `limit`
/// records, or if the pages do not end, returns an [`Answer`] that says so.
pub(super) async fn walk(
    store: &dyn TokenStore,
    walked: Walked<'_>,
    limit: u32,
    after: Option<Cursor>,
) -> Result<Result<Walk, Answer>, StoreError> {
    let (mut all, mut damaged, mut after) = (Vec::new(), 0, after);
    for _ in 0..ENDLESS {
        let Page { items, next, corrupt } = match walked {
            Walked::Listing(of) => store.list(of, after.as_ref(), most(limit)).await?,
            Walked::Due(now) => store.due(now, after.as_ref(), most(limit)).await?,
        };
        if items.len() as u64 > u64::from(limit) {
            return Ok(Err(Answer::word(format!("{} on a page of at most {limit}", items.len()))));
        }
        all.extend(items);
        damaged += u64::from(corrupt);
        if next.is_none() {
            return Ok(Ok((all, damaged)));
        }
        after = next;
    }
    Ok(Err(Answer::word("pages without an end")))
}
