//! `purge`: removes the records that are past their retention.

use std::num::NonZeroU32;

use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::operations::is_beyond;
use counterfoil::store::Transfer;
use counterfoil_stores::AnyStore;

use crate::cli::{self, Cli};
use crate::commands::walk::each_family;
use crate::failure::Failure;
use crate::output::{Output, said};

const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

pub(super) async fn run(cli: &Cli, what: &cli::Purge) -> Result<Output, Failure> {
    let does = what.confirmation.does()?;
    let store = cli.open().await?;
    let ended = if does { purge(cli, &store, what.trust_clock).await } else { gone(cli, &**store.families()).await };
    store.close().await;
    ended
}

/// Returns an error if the clock might have jumped forward, because records that a purge removes too early are lost.
async fn trusted(store: &AnyStore) -> Result<(), Failure> {
    let noted = store.settings().last_upkeep().await.map_err(Failure::failed)?;
    match noted {
        Some(noted) if !is_beyond(SystemClock.now(), noted) => Ok(()),
        Some(_) => Err(Failure::refused(
            "this machine's clock is more than a day after the store's last upkeep; compare it, then give --trust-clock",
        )),
        None => Err(Failure::refused("the store has had no upkeep: compare the clock, then give --trust-clock")),
    }
}

async fn purge(cli: &Cli, store: &AnyStore, trust_clock: bool) -> Result<Output, Failure> {
    if !trust_clock {
        trusted(store).await?;
    }
    let counterfoil = cli.handle(store)?;
    let mut removed = 0;
    loop {
        let progress = counterfoil.purge(BATCH).await?;
        removed += progress.changed;
        if !progress.more {
            said(&format!("removed or shrunk {removed} records"));
            return Ok(Output::Fields(vec![("removed_or_shrunk", removed.into())]));
        }
    }
}

/// Counts the records that a purge would remove now, for `--dry-run`.
async fn gone(cli: &Cli, store: &dyn Transfer) -> Result<Output, Failure> {
    let now = SystemClock.now();
    let unsent_before = now.minus(cli.policy()?.notices.unsent_kept);
    let mut records = 0;
    let corrupt = each_family(store, |whole| {
        let ended = whole.family().revoked.and(whole.family().gone_at);
        let is_gone = |member: &&counterfoil::store::RecordParts| {
            let limit = if member.notice.is_some() { unsent_before } else { now };
            ended.or(member.gone_at).is_some_and(|gone_at| limit.reached(gone_at))
        };
        records += u64::try_from(whole.members().iter().filter(is_gone).count()).unwrap_or(u64::MAX);
    })
    .await?;
    Ok(Output::Fields(vec![("would_remove", records.into()), ("corrupt", corrupt.into())]))
}
