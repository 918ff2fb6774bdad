//! A command on a store and on the model, and its answer as a text: for the model, every answer that the contract allows.

use counterfoil::KeyId;
use counterfoil::store::{Applied, Home, Inserted, Listing, Revoke, Rotated, StoreError, TokenRecord, TokenStore};

use super::Command;
use crate::reference::{Model, describe};
use crate::sample::most;
use crate::violation::Violation;
use crate::walk::{walk, walk_due};

/// A record, or its absence, as a text.
pub(super) fn told(record: Option<&TokenRecord>) -> String {
    record.map_or_else(|| "nothing".into(), describe)
}

fn applied(answer: &Applied) -> String {
    match answer {
        Applied::Done(record) => format!("Done {}", describe(record)),
        Applied::Stale(record) => format!("Stale {}", describe(record)),
        other => format!("{other:?}"),
    }
}

/// Whom an insert ended is told in no promised order.
fn inserted(answer: Inserted) -> String {
    match answer {
        Inserted::MadeRoom(mut ended) => {
            ended.sort_unstable();
            format!("MadeRoom {ended:?}")
        }
        other => format!("{other:?}"),
    }
}

fn rotated(answer: &Rotated) -> String {
    match answer {
        Rotated::Stale(record) => format!("Stale {}", describe(record)),
        other => format!("{other:?}"),
    }
}

fn listed(mut records: Vec<TokenRecord>, in_order: bool) -> String {
    if !in_order {
        records.sort_unstable_by_key(|record| record.record().id);
    }
    records.iter().map(describe).collect::<Vec<_>>().join("\n")
}

fn counted(mut census: Vec<(KeyId, u64)>) -> String {
    census.retain(|(_, count)| *count > 0);
    census.sort_unstable();
    format!("{census:?}")
}

/// Carries the command out on the model; the answers that a store may give.
pub(super) fn on_model(model: &mut Model, command: &Command) -> Result<Vec<String>, StoreError> {
    let one = |answer: String| Ok(vec![answer]);
    match command {
        Command::Found { .. } | Command::Join { .. } => {
            let (home, new, now) = command.insert().unwrap_or_else(|| unreachable!("these two insert"));
            Ok(insert(model, home, new, now))
        }
        Command::Apply { id, expect, change, now } => one(applied(&model.apply(id, *expect, change, *now)?)),
        Command::Rotate { parent, step, new, now } => one(rotated(&model.rotate(parent, step, new, *now)?)),
        Command::RevokeOne { .. } | Command::RevokeFamily { .. } | Command::RevokeOwner { .. } => {
            let (what, revoked, gone_at, limit) =
                command.revoke().unwrap_or_else(|| unreachable!("these three revoke"));
            let mut changed = false;
            loop {
                let (some, more) = model.revoke(what, revoked, gone_at, limit);
                changed |= some > 0;
                if !more {
                    return one(format!("changed {changed}"));
                }
            }
        }
        Command::Touch { seen } => {
            model.touch(seen);
            one("touched".into())
        }
        Command::Claim { id, held, until } => one(told(model.claim(id, *held, *until)?.as_ref())),
        Command::Settle { id, held, next, sent } => one(model.settle(id, *held, *next, *sent).to_string()),
        Command::Purge { now, unsent_before, windows_before, .. } => {
            let (changed, _) = model.purge(*now, *unsent_before, *windows_before, usize::MAX);
            one(format!("changed {}", changed > 0))
        }
        Command::ListOwner { .. } | Command::ListKind { .. } => {
            let (of, _) = command.listing().unwrap_or_else(|| unreachable!("these two list"));
            one(listed(model.list(of, None, usize::MAX).items, matches!(of, Listing::Owner { .. })))
        }
        Command::Due { now, .. } => one(listed(model.due(*now, None, usize::MAX).items, false)),
        Command::Census => one(counted(model.census())),
    }
}

fn insert(
    model: &mut Model,
    home: Home<'_>,
    new: &[counterfoil::store::NewRecord],
    now: counterfoil::Ts,
) -> Vec<String> {
    let refusals = model.insert_refusals(home, new, now);
    let done: Inserted = model.insert(home, new, now);
    if refusals.is_empty() { vec![inserted(done)] } else { refusals.into_iter().map(inserted).collect() }
}

/// Carries the command out on the store; listings page by page, batches until there is no more.
pub(super) async fn on_store(store: &dyn TokenStore, command: &Command) -> Result<String, Violation> {
    Ok(match command {
        Command::Found { .. } | Command::Join { .. } => {
            let (home, new, now) = command.insert().unwrap_or_else(|| unreachable!("these two insert"));
            inserted(store.insert(home, new, now).await?)
        }
        Command::Apply { id, expect, change, now } => applied(&store.apply(id, *expect, change, *now).await?),
        Command::Rotate { parent, step, new, now } => rotated(&store.rotate(parent, step, new, *now).await?),
        Command::RevokeOne { .. } | Command::RevokeFamily { .. } | Command::RevokeOwner { .. } => {
            let (what, revoked, gone_at, limit) =
                command.revoke().unwrap_or_else(|| unreachable!("these three revoke"));
            revoke_all(store, what, revoked, gone_at, limit).await?
        }
        Command::Touch { seen } => {
            store.touch(seen).await?;
            "touched".into()
        }
        Command::Claim { id, held, until } => told(store.claim(id, *held, *until).await?.as_ref()),
        Command::Settle { id, held, next, sent } => store.settle(id, *held, *next, *sent).await?.to_string(),
        Command::Purge { now, unsent_before, windows_before, limit } => {
            let mut changed = false;
            for _ in 0..1_000 {
                let progress = store.purge(*now, *unsent_before, *windows_before, most(*limit)).await?;
                changed |= progress.changed > 0;
                if !progress.more {
                    return Ok(format!("changed {changed}"));
                }
            }
            return Err(Violation::new("a purge must end"));
        }
        Command::ListOwner { .. } | Command::ListKind { .. } => {
            let (of, limit) = command.listing().unwrap_or_else(|| unreachable!("these two list"));
            listed(walk(store, of, limit).await?, matches!(of, Listing::Owner { .. }))
        }
        Command::Due { now, limit } => listed(walk_due(store, *now, *limit).await?, false),
        Command::Census => counted(store.census().await?),
    })
}

async fn revoke_all(
    store: &dyn TokenStore,
    what: Revoke<'_>,
    revoked: counterfoil::store::Revoked,
    gone_at: counterfoil::Ts,
    limit: u32,
) -> Result<String, Violation> {
    let mut changed = false;
    for _ in 0..1_000 {
        let progress = store.revoke(what, revoked, gone_at, most(limit)).await?;
        changed |= progress.changed > 0;
        if !progress.more {
            return Ok(format!("changed {changed}"));
        }
    }
    Err(Violation::new("revoking all of an owner must end"))
}
