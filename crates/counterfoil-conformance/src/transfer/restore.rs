//! Checks restores that must be refused, because the family exists or another family has its label (clause 59 of
//! `Transfer`).

use std::sync::Arc;

use counterfoil::store::{Restored, WholeFamily};
use futures_util::future::join_all;

use super::{Whole, every_state, walk_families};
use crate::sample::{Person, at, member_id};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks restores (clause 59 of `Transfer`). A restore must write the whole family or nothing. It must never overwrite
/// a family, and never take a label from another family.
pub async fn restore_never_overwrites<S: Whole>(source: Arc<S>, target: Arc<S>) -> Verdict {
    every_state(&*source).await?;
    let all = walk_families(&*source, 100).await?;
    for family in &all {
        let racers = (0..8).map(|_| {
            let (target, family) = (Arc::clone(&target), family.clone());
            async move { target.restore(&family).await }
        });
        let mut done = 0;
        for answer in join_all(racers).await {
            match answer? {
                Restored::Done => done += 1,
                Restored::IdTaken(id) => {
                    ensure!(id.family() == family.family().id, "the id that is taken is one of this family");
                }
                other => return Err(Violation::new(format!("a repeat is a taken id, but it was {other:?}"))),
            }
        }
        ensure!(done == 1, "of eight restores of one family one is done, but {done} were");
    }
    for family in &all {
        let mut row = family.family().clone();
        row.generation += 7;
        row.used_at = at(77);
        let other = WholeFamily::new(row, family.members().to_vec());
        let other = other.map_err(|corrupt| Violation::new(corrupt.to_string()))?;
        ensure_is!(target.restore(&other).await?, Restored::IdTaken(_), "a family is never overwritten");
        let stands = target.family(&family.family().id).await?;
        let differs = stands.as_ref().map_or(Some("all"), |stands| family.difference(stands));
        ensure!(differs.is_none(), "a refused restore must write nothing, but {differs:?} differs");
    }
    // A new family with the label of an existing family. The restore must refuse the new family even if the existing
    // family is past its retention.
    let holder = all.iter().find(|one| one.family().label_key.is_some() && one.family().gone_at.is_some());
    let holder = holder.ok_or_else(|| Violation::new("some family holds a label"))?;
    let person = Person { realm: holder.family().realm.clone(), owner: holder.family().owner.clone() };
    let mut row = holder.family().clone();
    row.id = person.family_id();
    let mut member = holder.members()[0].clone();
    member.id = member_id(row.id);
    let rival = WholeFamily::new(row, vec![member]).map_err(|corrupt| Violation::new(corrupt.to_string()))?;
    ensure_is!(
        target.restore(&rival).await?,
        Restored::LabelTaken(held) if held == holder.family().id,
        "a held label is refused"
    );
    ensure!(target.family(&rival.family().id).await?.is_none(), "a refused restore must write nothing");
    let walked = walk_families(&*target, 100).await?;
    ensure!(walked.len() == all.len(), "{} families were written, but {} are there", all.len(), walked.len());
    Ok(Checked::Held)
}
