//! `purge`: removes records that are past their retention.

use std::num::NonZeroU32;

use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::store::{Transfer, WholeFamily};

use crate::cli::{Cli, Confirmation};
use crate::failure::Failure;
use crate::output::Output;

const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

pub(super) async fn run(cli: &Cli, confirmation: Confirmation) -> Result<Output, Failure> {
    let does = confirmation.does()?;
    let store = cli.open().await?;
    let counted = if does { purge(cli, &store).await } else { gone(cli, &**store.families()).await };
    store.close().await;
    let name = if does { "removed_or_shrunk" } else { "would_remove" };
    Ok(Output::Fields(vec![(name, counted?.into())]))
}

async fn purge(cli: &Cli, store: &counterfoil_stores::AnyStore) -> Result<u64, Failure> {
    let counterfoil = cli.handle(store)?;
    let mut removed = 0;
    loop {
        let progress = counterfoil.purge(BATCH).await?;
        removed += progress.changed;
        if !progress.more {
            return Ok(removed);
        }
    }
}

/// Returns the number of records that a purge would remove now.
async fn gone(cli: &Cli, store: &dyn Transfer) -> Result<u64, Failure> {
    let now = SystemClock.now();
    let unsent_before = now.minus(cli.policy()?.notices.unsent_kept);
    let mut records = 0;
    each_family(store, |whole| {
        let ended = whole.family().revoked.and(whole.family().gone_at);
        let is_gone = |member: &&counterfoil::store::RecordParts| {
            let limit = if member.notice.is_some() { unsent_before } else { now };
            ended.or(member.gone_at).is_some_and(|gone_at| limit.reached(gone_at))
        };
        records += u64::try_from(whole.members().iter().filter(is_gone).count()).unwrap_or(u64::MAX);
    })
    .await?;
    Ok(records)
}

/// Calls `look` with each family of the store.
pub(super) async fn each_family(store: &dyn Transfer, mut look: impl FnMut(&WholeFamily)) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = store.families(after.as_ref(), BATCH).await.map_err(Failure::failed)?;
        for id in &page.items {
            if let Some(whole) = store.family(id).await.map_err(Failure::failed)? {
                look(&whole);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
