//! Checks families that are copied from one store to another (clause 58 of `Transfer`).

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use counterfoil::Realm;
use counterfoil::store::{Listing, Restored, Show, TokenRecord};
use counterfoil::types::OwnerId;

use super::life::both;
use super::{KINDS, Whole, every_state, walk_families};
use crate::sample::{GONE, Person, at};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Copies families in every state from `source` to `target` (clause 58 of `Transfer`). Each restored family must equal
/// the original. Every method must then give the same results on both stores.
pub async fn a_family_comes_back_as_it_was<S: Whole>(source: Arc<S>, target: Arc<S>) -> Verdict {
    every_state(&*source).await?;
    let all = walk_families(&*source, 100).await?;
    for family in all.iter().rev() {
        ensure_is!(target.restore(family).await?, Restored::Done, "a family must be written");
        let back = target.family(&family.family().id).await?;
        let back = back.ok_or_else(|| Violation::new("what was restored must be there"))?;
        let differs = family.difference(&back);
        ensure!(differs.is_none(), "a family comes back as it was, but {differs:?} differs");
    }
    ensure!(target.family(&Person::somebody().family_id()).await?.is_none(), "what was never written is not there");
    same(&source, &target, "after the copy").await?;
    both(&source, &target, &all).await?;
    Ok(Checked::Held)
}

/// Checks that two stores contain the same families, and that their listings show the same records. `when` names the
/// moment in the message.
pub(super) async fn same<S: Whole>(one: &Arc<S>, other: &Arc<S>, when: &str) -> Result<(), Violation> {
    let (left, right) = (walk_families(&**one, 50).await?, walk_families(&**other, 50).await?);
    ensure!(left.len() == right.len(), "{when} there are {} families and {}", left.len(), right.len());
    for (left, right) in left.iter().zip(&right) {
        let differs = left.difference(right);
        ensure!(differs.is_none(), "{when} {differs:?} differs in {:?} and {:?}", left.family(), right.family());
        for member in left.members() {
            let (own, others) = (one.get(&member.id).await?, other.get(&member.id).await?);
            ensure!(text(&own) == text(&others), "{when} get must give {own:?}, but it gave {others:?}");
        }
    }
    let owners: BTreeSet<(Realm, OwnerId)> =
        left.iter().map(|one| (one.family().realm.clone(), one.family().owner.clone())).collect();
    for (realm, owner) in &owners {
        for kind in KINDS {
            for show in [Show::All, Show::Standing { now: at(55) }, Show::Standing { now: at(GONE) }] {
                let of = Listing::Owner { realm, owner, kind, show };
                alike(one, other, of, when).await?;
            }
            alike(one, other, Listing::Kind { realm, kind }, when).await?;
        }
    }
    let due = |store: Arc<S>| async move { crate::walk::walk_due(&*store, at(1_000), 9).await };
    let (mut left, mut right) = (due(Arc::clone(one)).await?, due(Arc::clone(other)).await?);
    for found in [&mut left, &mut right] {
        found.sort_by_key(|record: &TokenRecord| record.record().id);
    }
    ensure!(text(&left) == text(&right), "{when} {left:?} is due, but in the copy {right:?}");
    let (left, right) = (one.census().await?, other.census().await?);
    ensure!(left == right, "{when} the census counts {left:?}, but in the copy {right:?}");
    Ok(())
}

async fn alike<S: Whole>(one: &Arc<S>, other: &Arc<S>, of: Listing<'_>, when: &str) -> Result<(), Violation> {
    let (left, right) = (crate::walk::walk(&**one, of, 9).await?, crate::walk::walk(&**other, of, 9).await?);
    ensure!(text(&left) == text(&right), "{when} {of:?} must list {left:?}, but it listed {right:?}");
    Ok(())
}

pub(super) fn text(what: &impl Debug) -> String {
    format!("{what:?}")
}
