//! The aliases of imported tokens, in the memory store. An alias leads from the text of a token to the id of its
//! record.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;

use super::store::MemoryStore;
use crate::store::alias_store::{Alias, AliasEntry, AliasPut, AliasStore};
use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::types::ids::RecordId;

#[derive(Default)]
pub(super) struct Aliases(RwLock<BTreeMap<Alias, AliasEntry>>);

impl Aliases {
    fn get(&self, alias: &Alias) -> Option<AliasEntry> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(alias).copied()
    }

    fn put(&self, alias: &Alias, entry: AliasEntry, expect: Option<&RecordId>) -> AliasPut {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match (entries.get(alias), expect) {
            (None, Some(_)) => return AliasPut::Missing,
            (Some(stored), None) => return AliasPut::Taken(*stored),
            (Some(stored), Some(expect)) if stored.id != *expect => return AliasPut::Taken(*stored),
            _ => {}
        }
        entries.insert(*alias, entry);
        AliasPut::Done
    }

    fn remove(&self, alias: &Alias, expect: &RecordId) -> bool {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let fits = entries.get(alias).is_some_and(|stored| stored.id == *expect);
        fits && entries.remove(alias).is_some()
    }

    fn page(&self, after: Option<&Alias>, limit: NonZeroU32) -> Page<(Alias, AliasEntry), Alias> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let first = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut entries = entries.range::<Alias, _>((first, Bound::Unbounded));
        let items: Vec<_> = entries.by_ref().take(limit).map(|(alias, entry)| (*alias, *entry)).collect();
        let last = items.last().map(|(alias, _)| *alias);
        Page { next: last.filter(|_| entries.next().is_some()), items, corrupt: 0 }
    }
}

#[async_trait]
impl AliasStore for MemoryStore {
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
        Ok(self.aliases.get(alias))
    }

    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError> {
        Ok(self.aliases.put(alias, *entry, expect))
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError> {
        Ok(self.aliases.remove(alias, expect))
    }

    async fn aliases(
        &self,
        after: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
        Ok(self.aliases.page(after, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::time::Timestamp;

    fn entry(id: u8) -> AliasEntry {
        AliasEntry { id: RecordId::from_bytes([id; 16]), created_at: Timestamp::EPOCH }
    }

    #[test]
    fn an_alias_has_one_record_and_is_removed_by_it() {
        let (aliases, alias) = (Aliases::default(), Alias::from_bytes([7; 32]));
        assert_eq!(aliases.put(&alias, entry(1), Some(&entry(1).id)), AliasPut::Missing);
        assert_eq!(aliases.put(&alias, entry(1), None), AliasPut::Done);
        assert_eq!(aliases.put(&alias, entry(2), None), AliasPut::Taken(entry(1)));
        assert_eq!(aliases.put(&alias, entry(2), Some(&entry(3).id)), AliasPut::Taken(entry(1)));
        assert_eq!(aliases.put(&alias, entry(2), Some(&entry(1).id)), AliasPut::Done);
        assert!(!aliases.remove(&alias, &entry(1).id));
        assert!(aliases.remove(&alias, &entry(2).id) && aliases.get(&alias).is_none());
    }

    #[test]
    fn aliases_come_in_pages() {
        let aliases = Aliases::default();
        for byte in 0..5 {
            assert_eq!(aliases.put(&Alias::from_bytes([byte; 32]), entry(byte), None), AliasPut::Done);
        }
        let two = NonZeroU32::MIN.saturating_add(1);
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = aliases.page(after.as_ref(), two);
            seen.extend(page.items.iter().map(|(alias, _)| alias.as_bytes()[0]));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }
}
