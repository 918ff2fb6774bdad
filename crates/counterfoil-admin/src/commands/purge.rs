//! `purge`: removes the records that are past their retention.

use std::num::NonZeroU32;

use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::operations::{is_clock_trusted, purgeable};
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

/// Returns an error if this machine's clock might have jumped forward. A purge would then remove records too early, and
/// these records would be lost.
async fn trusted(store: &AnyStore) -> Result<(), Failure> {
    let noted = store.settings().last_upkeep().await.map_err(Failure::failed)?;
    match noted {
        noted if is_clock_trusted(SystemClock.now(), noted) => Ok(()),
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
    let policy = cli.policy()?;
    let mut records = 0;
    let corrupt = each_family(store, |whole| {
        records += u64::try_from(purgeable(whole, &policy, now)).unwrap_or(u64::MAX);
    })
    .await?;
    Ok(Output::Fields(vec![("would_remove", records.into()), ("corrupt", corrupt.into())]))
}
