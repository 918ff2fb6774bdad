//! Broken stores of aliases, each with one flaw. The checks of the conformance suite must reject them.

use std::sync::{Mutex, PoisonError};

use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore, Page};
use counterfoil_conformance::{ReferenceSiblings, pause};

use super::{is_corrupt, is_unavailable, sibling_flaw, sibling_overrides};

// Overwrites the stored entry if the caller expects no entry. So the last writer wins.
sibling_flaw!(LastAliasWins, put_alias, |inner, alias, entry, expect| {
    match inner.put_alias(alias, entry, expect).await? {
        AliasPut::Taken(stands) if expect.is_none() => inner.put_alias(alias, entry, Some(&stands.id)).await,
        other => Ok(other),
    }
});

// If the caller expects an entry that names a certain record, replaces the stored entry even if it names another
// record.
sibling_flaw!(ReplacesAnyAlias, put_alias, |inner, alias, entry, expect| {
    match inner.put_alias(alias, entry, expect).await? {
        AliasPut::Taken(stands) if expect.is_some() => inner.put_alias(alias, entry, Some(&stands.id)).await,
        other => Ok(other),
    }
});

// Creates an entry if the caller expects one but the store has none.
sibling_flaw!(CreatesAnExpectedAlias, put_alias, |inner, alias, entry, expect| {
    match inner.put_alias(alias, entry, expect).await? {
        AliasPut::Missing => inner.put_alias(alias, entry, None).await,
        other => Ok(other),
    }
});

// Compares only the families of the expected and the stored record, as a store that keeps only the family would.
sibling_flaw!(ComparesTheFamily, put_alias, |inner, alias, entry, expect| {
    match inner.put_alias(alias, entry, expect).await? {
        AliasPut::Taken(stands) if expect.is_some_and(|expect| expect.family() == stands.id.family()) => {
            inner.put_alias(alias, entry, Some(&stands.id)).await
        }
        other => Ok(other),
    }
});

/// Replaces the last 8 bytes of an alias by zeros. So two aliases with the same first 24 bytes become equal, as in a
/// store that keeps only those bytes.
fn prefix(alias: &Alias) -> Alias {
    let mut bytes = *alias.as_bytes();
    bytes[24..].fill(0);
    Alias::from_bytes(bytes)
}

// Compares only the first 24 of the 32 bytes of an alias.
sibling_flaw!(
    ComparesAPrefix,
    alias,
    |inner, alias| inner.alias(&prefix(alias)).await,
    put_alias,
    |inner, alias, entry, expect| inner.put_alias(&prefix(alias), entry, expect).await,
    remove_alias,
    |inner, alias, expect| inner.remove_alias(&prefix(alias), expect).await
);

// A replacement keeps the instant of the entry that it replaces.
sibling_flaw!(KeepsTheFirstInstant, put_alias, |inner, alias, entry, expect| {
    let stands = inner.alias(alias).await?;
    let kept = AliasEntry { created_at: stands.map_or(entry.created_at, |stands| stands.created_at), ..*entry };
    inner.put_alias(alias, &kept, expect).await
});

// Reads the entry, and writes in a second step.
sibling_flaw!(ComparesThenPutsAnAlias, put_alias, |inner, alias, entry, expect| {
    let stands = inner.alias(alias).await?;
    if stands.map(|stands| stands.id).as_ref() != expect {
        return inner.put_alias(alias, entry, expect).await;
    }
    pause().await;
    loop {
        let stands = inner.alias(alias).await?.map(|stands| stands.id);
        if inner.put_alias(alias, entry, stands.as_ref()).await? == AliasPut::Done {
            return Ok(AliasPut::Done);
        }
    }
});

// Removes the entry, and writes the new one in a second step.
sibling_flaw!(ReplacesAnAliasInTwoSteps, put_alias, |inner, alias, entry, expect| {
    let Some(expect) = expect else { return inner.put_alias(alias, entry, None).await };
    if !inner.remove_alias(alias, expect).await? {
        return inner.put_alias(alias, entry, Some(expect)).await;
    }
    pause().await;
    inner.put_alias(alias, entry, None).await
});

// Removes an entry even if it does not name the expected record.
sibling_flaw!(RemovesAnyAlias, remove_alias, |inner, alias, expect| {
    if inner.remove_alias(alias, expect).await? {
        return Ok(true);
    }
    let Some(stands) = inner.alias(alias).await? else { return Ok(false) };
    inner.remove_alias(alias, &stands.id).await
});

// Reports that an entry was removed although there was no entry.
sibling_flaw!(RemovesNothing, remove_alias, |inner, alias, expect| {
    Ok(inner.remove_alias(alias, expect).await? || inner.alias(alias).await?.is_none())
});

/// A broken store whose handles each have their own aliases.
#[derive(Default)]
pub(crate) struct AliasesInTheHandle(ReferenceSiblings);

sibling_overrides!(
    AliasesInTheHandle,
    self,
    alias,
    |_, alias| self.0.alias(alias).await,
    put_alias,
    |_, alias, entry, expect| self.0.put_alias(alias, entry, expect).await,
    remove_alias,
    |_, alias, expect| self.0.remove_alias(alias, expect).await
);

/// A broken store whose handles remember each entry that they have read, and return it even after it has changed.
#[derive(Default)]
pub(crate) struct RemembersAliases(Mutex<Vec<(Alias, AliasEntry)>>);

sibling_overrides!(RemembersAliases, self, alias, |inner, alias| {
    let known = |read: &Mutex<Vec<(Alias, AliasEntry)>>| {
        let read = read.lock().unwrap_or_else(PoisonError::into_inner);
        read.iter().find(|(of, _)| of == alias).map(|(_, entry)| *entry)
    };
    if let Some(known) = known(&self.0) {
        return Ok(Some(known));
    }
    let found = inner.alias(alias).await?;
    self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(found.map(|entry| (*alias, entry)));
    Ok(found)
});

// Begins a page with the cursor's alias, instead of the alias after it.
sibling_flaw!(RepeatsTheCursor, aliases, |inner, after, limit| {
    let mut page = inner.aliases(after, limit).await?;
    if let Some(after) = after
        && let Some(entry) = inner.alias(after).await?
    {
        page.items.insert(0, (*after, entry));
        page.items.truncate(limit.get() as usize);
    }
    Ok(page)
});

// Ends a walk after its first page.
sibling_flaw!(OnePageOfAliases, aliases, |inner, after, limit| {
    let page = inner.aliases(after, limit).await?;
    Ok(Page { next: None, ..page })
});

// Leaves out the last alias of a full page.
sibling_flaw!(LosesTheLastAlias, aliases, |inner, after, limit| {
    let mut page = inner.aliases(after, limit).await?;
    if page.next.is_some() && page.items.len() > 1 {
        page.items.pop();
    }
    Ok(page)
});

// After a page with a damaged entry, starts the walk again. So the walk never ends.
sibling_flaw!(WalkRepeatsAtADamagedAlias, aliases, |inner, after, limit| {
    let page = inner.aliases(after, limit).await?;
    Ok(if page.corrupt > 0 { Page { next: Some(Alias::from_bytes([0; 32])), ..page } } else { page })
});

// Leaves out a damaged entry and does not count it.
sibling_flaw!(PassesOverADamagedAlias, aliases, |inner, after, limit| {
    let page = inner.aliases(after, limit).await?;
    Ok(Page { corrupt: 0, ..page })
});

// Reports a damaged entry as absent.
sibling_flaw!(HidesADamagedAlias, alias, |inner, alias| {
    let answer = inner.alias(alias).await;
    if is_corrupt(&answer) { Ok(None) } else { answer }
});

// Overwrites a damaged entry.
sibling_flaw!(ReplacesADamagedAlias, put_alias, |inner, alias, entry, expect| {
    let answer = inner.put_alias(alias, entry, expect).await;
    if is_corrupt(&answer) { Ok(AliasPut::Done) } else { answer }
});

// During an outage, reports each entry as absent.
sibling_flaw!(NoAliasInAnOutage, alias, |inner, alias| {
    let answer = inner.alias(alias).await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// Answers during an outage that there are no aliases.
sibling_flaw!(NoAliasesInAnOutage, aliases, |inner, after, limit| {
    let answer = inner.aliases(after, limit).await;
    if is_unavailable(&answer) { Ok(Page { items: Vec::new(), next: None, corrupt: 0 }) } else { answer }
});

// Answers during an outage that there was nothing to remove.
sibling_flaw!(RemovesNoAliasInAnOutage, remove_alias, |inner, alias, expect| {
    let answer = inner.remove_alias(alias, expect).await;
    if is_unavailable(&answer) { Ok(false) } else { answer }
});

// During an outage, answers that a put was not sent, although it was executed.
sibling_flaw!(PutsAnAliasInAnOutage, put_alias, |inner, alias, entry, expect| {
    let answer = inner.put_alias(alias, entry, expect).await;
    if is_unavailable(&answer) {
        let _ = inner.siblings.put_alias(alias, entry, expect).await;
    }
    answer
});
