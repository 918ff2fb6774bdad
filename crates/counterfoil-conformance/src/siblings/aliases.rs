//! Checks aliases of imported tokens (clauses 69 to 71 of `AliasStore`).

use std::collections::BTreeMap;
use std::sync::Arc;

use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore};
use counterfoil::types::RecordId;

use super::database::{SiblingDatabase, Siblings};
use crate::pool::Pool;
use crate::sample::{at, most};
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure};

pub(super) const NO_ALIASES: Checked = Checked::NotApplicable("the fixture has no `aliases`");

type Handles = [Arc<dyn AliasStore>; 2];

/// Returns an alias whose bytes are all `byte`, except the last one.
pub(super) fn alias(byte: u8, last: u8) -> Alias {
    let mut bytes = [byte; 32];
    bytes[31] = last;
    Alias::from_bytes(bytes)
}

pub(super) fn entry(id: u8, created_at: u64) -> AliasEntry {
    AliasEntry { id: RecordId::from_bytes([id; 16]), created_at: at(created_at) }
}

async fn put(
    store: &dyn AliasStore,
    alias: &Alias,
    new: AliasEntry,
    expect: Option<AliasEntry>,
) -> Result<AliasPut, Violation> {
    Ok(store.put_alias(alias, &new, expect.as_ref().map(|entry| &entry.id)).await?)
}

async fn must_put(store: &dyn AliasStore, alias: &Alias, new: AliasEntry) -> Result<(), Violation> {
    let answer = put(store, alias, new, None).await?;
    ensure!(answer == AliasPut::Done, "a new alias must be created, but the answer was {answer:?}");
    Ok(())
}

async fn every_handle_reads(handles: &Handles, alias: &Alias, wanted: Option<AliasEntry>) -> Result<(), Violation> {
    for (number, handle) in handles.iter().enumerate() {
        let found = handle.alias(alias).await?;
        ensure!(found == wanted, "every handle must read {wanted:?}, but handle {number} read {found:?}");
    }
    Ok(())
}

/// Makes a database, and opens two handles of its store of aliases. Returns `None` if the fixture has no store of
/// aliases. The database must live as long as the handles.
async fn opened(siblings: &Siblings) -> Option<(SiblingDatabase, Handles)> {
    let database = siblings.fresh().await;
    let store = database.aliases().await?;
    let other = database.aliases().await.unwrap_or_else(|| Arc::clone(&store));
    Some((database, [store, other]))
}

/// Checks `put_alias` (clause 69 of `AliasStore`). With `expect: None`, it must create an entry and overwrite none.
/// With `Some`, it must replace an entry only if the entry names the expected record. All 32 bytes of an alias must be
/// compared. If many callers have the same expectation, exactly one must get `Done`. After a put, every handle must
/// read its result.
pub async fn an_alias_has_one_record(siblings: &Siblings) -> Verdict {
    let Some((_database, handles)) = opened(siblings).await else { return Ok(NO_ALIASES) };
    let [store, other] = [&*handles[0], &*handles[1]];
    let (one, first, second) = (alias(7, 0), entry(1, 10), entry(2, 20));
    every_handle_reads(&handles, &one, None).await?;
    let answer = put(store, &one, first, Some(second)).await?;
    ensure!(answer == AliasPut::Missing, "nothing can be replaced where nothing is, but the answer was {answer:?}");
    every_handle_reads(&handles, &one, None).await?;
    must_put(store, &one, first).await?;
    every_handle_reads(&handles, &one, Some(first)).await?;
    // Each of these aliases differs from `one` in one byte. Some of their entries name the same record.
    let mut others = vec![(alias(7, 1), second)];
    for position in 0..31 {
        let mut bytes = *one.as_bytes();
        bytes[position] ^= 1;
        others.push((Alias::from_bytes(bytes), entry(position as u8 % 4, 30)));
    }
    for (alias, entry) in &others {
        every_handle_reads(&handles, alias, None).await?;
        must_put(other, alias, *entry).await?;
    }
    for (alias, entry) in &others {
        every_handle_reads(&handles, alias, Some(*entry)).await?;
    }
    let nearly = [entry_with(|bytes| bytes[0] = 9), entry_with(|bytes| bytes[15] = 9)];
    for (writer, wrong) in [(store, None), (other, Some(second)), (store, Some(nearly[0])), (other, Some(nearly[1]))] {
        let answer = put(writer, &one, entry(3, 40), wrong).await?;
        ensure!(answer == AliasPut::Taken(first), "{first:?} stands, so {wrong:?} must be Taken, but was {answer:?}");
        every_handle_reads(&handles, &one, Some(first)).await?;
    }
    // The second of these puts replaces an entry by one with the same record and another instant.
    for (writer, new, expect) in [(other, second, first), (store, entry(2, 50), second), (other, first, second)] {
        let answer = put(writer, &one, new, Some(expect)).await?;
        ensure!(answer == AliasPut::Done, "{expect:?} stands, so the put must be Done, but was {answer:?}");
        every_handle_reads(&handles, &one, Some(new)).await?;
    }
    extremes(&handles).await?;
    races(siblings, &handles).await?;
    Ok(Checked::Held)
}

/// Returns an entry like `entry(1, 10)`, in which `change` has changed the bytes of the record's id.
fn entry_with(change: impl FnOnce(&mut [u8; 16])) -> AliasEntry {
    let mut bytes = [1; 16];
    change(&mut bytes);
    AliasEntry { id: RecordId::from_bytes(bytes), created_at: at(10) }
}

async fn extremes(handles: &Handles) -> Result<(), Violation> {
    let instants = [counterfoil::Timestamp::EPOCH, counterfoil::Timestamp::MAX, at((1 << 52) + 1)];
    for (byte, created_at) in [0, 0xFF, b'"'].into_iter().zip(instants) {
        let (alias, entry) =
            (Alias::from_bytes([byte; 32]), AliasEntry { id: RecordId::from_bytes([byte; 16]), created_at });
        must_put(&*handles[0], &alias, entry).await?;
        every_handle_reads(handles, &alias, Some(entry)).await?;
    }
    Ok(())
}

async fn races(siblings: &Siblings, handles: &Handles) -> Result<(), Violation> {
    let pool = Pool::new(&siblings.driver(), scale().threads);
    let contested = alias(0x51, 0);
    let mut stands: Option<AliasEntry> = None;
    for round in 0..scale().rounds {
        let of = move |racer: usize| AliasEntry {
            id: RecordId::from_bytes(*uuid(round, racer).first_chunk().unwrap_or(&[0; 16])),
            created_at: at(u64::from(round)),
        };
        let answers = pool
            .race(|racer| {
                let store = Arc::clone(&handles[racer % handles.len()]);
                async move { put(&*store, &contested, of(racer), stands).await }
            })
            .await;
        let mut won = Vec::new();
        for (racer, answer) in answers.into_iter().enumerate() {
            match answer? {
                AliasPut::Done => won.push(of(racer)),
                AliasPut::Taken(_) => {}
                AliasPut::Missing => return Err(Violation::new("an entry stands during the whole race")),
            }
        }
        ensure!(won.len() == 1, "of {} puts with one expectation one must win, but {} did", pool.len(), won.len());
        every_handle_reads(handles, &contested, Some(won[0])).await?;
        stands = Some(won[0]);
        // Every third round removes the entry, so that in the next round the puts race to create the entry.
        if round % 3 == 2 {
            let removed = pool
                .race(|racer| {
                    let store = Arc::clone(&handles[racer % handles.len()]);
                    let expect = stands.map(|entry| entry.id).unwrap_or(RecordId::from_bytes([0; 16]));
                    async move { store.remove_alias(&contested, &expect).await }
                })
                .await;
            let mut count = 0;
            for answer in removed {
                count += usize::from(answer?);
            }
            ensure!(count == 1, "of {} removals one must be true, but {count} were", pool.len());
            every_handle_reads(handles, &contested, None).await?;
            stands = None;
        }
    }
    Ok(())
}

/// Returns the bytes of an id. They are different for each pair of round and racer.
fn uuid(round: u32, racer: usize) -> [u8; 16] {
    let mut bytes = [1; 16];
    bytes[..4].copy_from_slice(&round.to_be_bytes());
    bytes[8..].copy_from_slice(&(racer as u64 + 1).to_be_bytes());
    bytes
}

/// Checks `remove_alias` (clause 70 of `AliasStore`). It must remove an entry only if the entry names the given record,
/// and must return whether it removed one. Afterwards, every handle must read the result.
pub async fn an_alias_is_removed_by_its_record(siblings: &Siblings) -> Verdict {
    let Some((_database, handles)) = opened(siblings).await else { return Ok(NO_ALIASES) };
    let [store, other] = [&*handles[0], &*handles[1]];
    let (one, beside) = (alias(7, 0), alias(7, 1));
    let (first, second) = (entry(1, 10), entry(2, 20));
    ensure!(!store.remove_alias(&one, &first.id).await?, "what was never there cannot be removed");
    must_put(store, &one, first).await?;
    must_put(other, &beside, first).await?;
    every_handle_reads(&handles, &one, Some(first)).await?;
    for wrong in [second, entry_with(|bytes| bytes[0] = 9), entry_with(|bytes| bytes[15] = 9)] {
        ensure!(!other.remove_alias(&one, &wrong.id).await?, "{first:?} stands, so {wrong:?} must not remove it");
        every_handle_reads(&handles, &one, Some(first)).await?;
    }
    ensure!(put(store, &one, second, Some(first)).await? == AliasPut::Done, "the expectation fits");
    ensure!(!other.remove_alias(&one, &first.id).await?, "the entry names another record since");
    ensure!(other.remove_alias(&one, &second.id).await?, "the entry names this record");
    every_handle_reads(&handles, &one, None).await?;
    every_handle_reads(&handles, &beside, Some(first)).await?;
    ensure!(!store.remove_alias(&one, &second.id).await?, "what is gone cannot be removed again");
    must_put(store, &one, entry(3, 30)).await?;
    every_handle_reads(&handles, &one, Some(entry(3, 30))).await?;
    Ok(Checked::Held)
}

/// Checks the pages of aliases (clause 71 of `AliasStore`). A walk reads page after page, until a page has no `next`.
/// It must end. It must return each entry that exists during the whole walk exactly once. A page may be short.
pub async fn aliases_are_walked(siblings: &Siblings) -> Verdict {
    let Some((_database, handles)) = opened(siblings).await else { return Ok(NO_ALIASES) };
    let store = &*handles[0];
    for limit in [1, 5] {
        ensure!(walk(store, limit).await?.is_empty(), "an empty store has no aliases");
    }
    let mut wanted = BTreeMap::new();
    for number in 0..60_u8 {
        // Several aliases have the same first byte, and the first and the last possible alias are among them.
        let alias = match number {
            0 => Alias::from_bytes([0; 32]),
            1 => Alias::from_bytes([0xFF; 32]),
            _ => alias(number.wrapping_mul(37) % 20 * 13, number),
        };
        let entry = entry(number, u64::from(number));
        must_put(store, &alias, entry).await?;
        wanted.insert(alias, entry);
    }
    for limit in [1, 2, 7, 59, 60, 61, 1_000] {
        let found = walk(&*handles[1], limit).await?;
        ensure!(
            found.len() == wanted.len(),
            "pages of {limit} must show {} aliases, but {}",
            wanted.len(),
            found.len()
        );
        let once: BTreeMap<_, _> = found.into_iter().collect();
        ensure!(once == wanted, "pages of {limit} must show each alias once, with its entry");
    }
    for limit in [1, 3, 8] {
        while_the_ground_moves(store, &wanted, limit).await?;
    }
    Ok(Checked::Held)
}

async fn walk(store: &dyn AliasStore, limit: u32) -> Result<Vec<(Alias, AliasEntry)>, Violation> {
    let (mut found, mut after) = (Vec::new(), None::<Alias>);
    for _ in 0..2_000 {
        let page = store.aliases(after.as_ref(), most(limit)).await?;
        ensure!(page.items.len() <= limit as usize, "a page of at most {limit} must not hold {}", page.items.len());
        ensure!(page.corrupt == 0, "nothing is damaged");
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
    Err(Violation::new(format!("a walk over 60 aliases must end, but 2,000 pages of {limit} did not end it")))
}

/// Checks a walk during which aliases are removed and added. `stands` contains the aliases that the store has before
/// the walk. After each page, the last alias of the page is removed if it is in `stands`. After each of the first 20
/// pages, a new alias is added, unless it is in `stands` or was added before. The pages must show every alias in
/// `stands`, because such an alias is removed only after a page has shown it. They must show no alias twice.
async fn while_the_ground_moves(
    store: &dyn AliasStore,
    stands: &BTreeMap<Alias, AliasEntry>,
    limit: u32,
) -> Result<(), Violation> {
    let (mut seen, mut removed, mut added, mut after) = (Vec::new(), Vec::new(), Vec::new(), None::<Alias>);
    for page in 0_u8.. {
        let found = store.aliases(after.as_ref(), most(limit)).await?;
        seen.extend(found.items.iter().map(|(alias, _)| *alias));
        after = found.next;
        if after.is_none() {
            break;
        }
        ensure!(page < 250, "a walk must end although aliases come and go");
        if let Some((alias, entry)) = found.items.last().filter(|(alias, _)| stands.contains_key(alias)) {
            ensure!(store.remove_alias(alias, &entry.id).await?, "the entry names this record");
            removed.push((*alias, *entry));
        }
        if page < 20 {
            let new = (alias(page.wrapping_mul(91), 200), entry(200, 1));
            if stands.contains_key(&new.0) || added.contains(&new) {
                continue;
            }
            must_put(store, &new.0, new.1).await?;
            added.push(new);
        }
    }
    for (alias, entry) in &added {
        ensure!(store.remove_alias(alias, &entry.id).await?, "what was added stands");
    }
    for (alias, entry) in &removed {
        must_put(store, alias, *entry).await?;
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    ensure!(once.len() == seen.len(), "pages of {limit}: {} aliases were shown again", seen.len() - once.len());
    let hidden = stands.keys().filter(|alias| !once.contains(alias)).count();
    ensure!(hidden == 0, "pages of {limit}: {hidden} aliases that were read or stood all along were hidden");
    Ok(())
}
