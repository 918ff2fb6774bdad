//! Copies the aliases of imported tokens.

use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore};

use crate::copy::Copy;
use crate::error::{CopyError, Side};
use crate::walk::PAGE;

/// A walk through the aliases of the source or the target, page by page. If the source or the target has no store for
/// aliases, `store` is `None`, and the walk has no pages.
struct Walk<'a> {
    store: Option<&'a dyn AliasStore>,
    side: Side,
    after: Option<Alias>,
    ended: bool,
    corrupt: u64,
}

impl<'a> Walk<'a> {
    fn of(copy: &'a Copy, side: Side) -> Self {
        let store = copy.of(side).aliases.as_deref();
        Self { store, side, after: None, ended: store.is_none(), corrupt: 0 }
    }

    /// Returns the next page, or `None` if there are no more pages.
    async fn next(&mut self) -> Result<Option<Vec<(Alias, AliasEntry)>>, CopyError> {
        let Some(store) = self.store.filter(|_| !self.ended) else { return Ok(None) };
        let page = store.aliases(self.after.as_ref(), PAGE).await.map_err(self.side.failed())?;
        self.ended = page.next.is_none();
        self.after = page.next;
        self.corrupt += u64::from(page.corrupt);
        Ok(Some(page.items))
    }
}

async fn read(copy: &Copy, side: Side, alias: &Alias) -> Result<Option<AliasEntry>, CopyError> {
    match &copy.of(side).aliases {
        Some(store) => store.alias(alias).await.map_err(side.failed()),
        None => Ok(None),
    }
}

/// Counts the aliases of the source. Returns their number, and the number of entries that cannot be decoded. Returns
/// [`CopyError::NoAliases`] if the source has aliases and the target has no store for them.
pub(crate) async fn count(copy: &Copy) -> Result<(u64, u64), CopyError> {
    let (mut walk, mut count) = (Walk::of(copy, Side::Source), 0);
    while let Some(page) = walk.next().await? {
        count += u64::try_from(page.len()).unwrap_or(u64::MAX);
    }
    if count > 0 && copy.target.aliases.is_none() { Err(CopyError::NoAliases) } else { Ok((count, walk.corrupt)) }
}

/// Returns an error if the target has an alias that the source does not have, or whose entry differs from the source's.
pub(crate) async fn compatible(copy: &Copy) -> Result<(), CopyError> {
    let mut walk = Walk::of(copy, Side::Target);
    while let Some(page) = walk.next().await? {
        for (alias, entry) in page {
            if read(copy, Side::Source, &alias).await? != Some(entry) {
                return Err(CopyError::ForeignAlias);
            }
        }
    }
    if walk.corrupt > 0 { Err(CopyError::DamagedTarget { count: walk.corrupt }) } else { Ok(()) }
}

/// Writes the source's aliases to the target. Returns an error if the target has another entry for one of these
/// aliases.
pub(crate) async fn copy(copy: &Copy) -> Result<(), CopyError> {
    let Some(target) = &copy.target.aliases else { return Ok(()) };
    let mut walk = Walk::of(copy, Side::Source);
    while let Some(page) = walk.next().await? {
        for (alias, entry) in page {
            match target.put_alias(&alias, &entry, None).await.map_err(Side::Target.failed())? {
                AliasPut::Taken(there) if there != entry => return Err(CopyError::ForeignAlias),
                AliasPut::Done | AliasPut::Taken(_) | AliasPut::Missing => {}
            }
        }
    }
    Ok(())
}

/// Returns an error if the two stores do not have the same aliases with the same entries.
pub(crate) async fn verify(copy: &Copy) -> Result<(), CopyError> {
    compatible(copy).await?;
    let mut walk = Walk::of(copy, Side::Source);
    while let Some(page) = walk.next().await? {
        for (alias, entry) in page {
            if read(copy, Side::Target, &alias).await? != Some(entry) {
                return Err(CopyError::ForeignAlias);
            }
        }
    }
    Ok(())
}
