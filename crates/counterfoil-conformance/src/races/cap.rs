//! Checks the cap on the families of an owner, with a low limit and many concurrent inserts (clause 4 of `TokenStore`).

use std::sync::Arc;

use counterfoil::client::ClientKey;
use counterfoil::store::{Inserted, TokenStore};
use counterfoil::types::TokenKind;

use super::tracks;
use crate::fixture::Store;
use crate::sample::{Draft, EXPIRES, GONE, Person, at, most, revoked};
use crate::subject::Subject;
use crate::together::found_all;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::walk;

/// Checks the cap on an owner's live families with many concurrent inserts (clause 4 of `TokenStore`). Afterwards
/// exactly as many live families as the cap allows must exist. Revoked families, families with `now >= live_until`, and
/// families of another client do not count.
pub async fn cap_holds_under_races(subject: &Subject) -> Verdict {
    crate::extremes::wide_limits_let_in(&*subject.fresh().await).await?;
    for track in tracks(subject, 3).await {
        for round in 0..track.rounds {
            let person = Arc::new(Person::somebody());
            let cap = 1 + u32::try_from(round % 10).unwrap_or(0);
            // `cap` counts none of three families of the owner that are stored first: a revoked one, an expired one and
            // one of another client. It counts up to two further families.
            let kind = if round % 2 == 0 { TokenKind::PersonalAccessToken } else { TokenKind::RefreshToken };
            let one = move |person: &Person| match kind {
                TokenKind::RefreshToken => person.refresh(),
                _ => person.pat(),
            };
            let dead = one(&person);
            dead.found(&track.store).await?;
            let _ = track.store.revoke(person.family(dead.family.id), revoked(at(1)), at(GONE), most(1)).await?;
            one(&person).ending(Some(at(5)), Some(at(GONE))).found(&track.store).await?;
            let elsewhere = person.refresh().through(ClientKey::from_bytes([8; 16]));
            elsewhere.found(&track.store).await?;
            let living = u32::try_from(round % 3).unwrap_or(0).min(cap);
            let drafts: Vec<Draft> = (0..living).map(|_| one(&person)).collect();
            found_all(&*track.store, &drafts).await?;
            let answers = track
                .pool
                .race(|racer| {
                    let (store, person) = (Store::clone(track.handle(racer)), Arc::clone(&person));
                    async move {
                        let draft = one(&person).with_access();
                        store.insert(draft.home(Some(cap)), &draft.records, at(5)).await
                    }
                })
                .await;
            let mut admitted = 0;
            for answer in answers {
                match answer? {
                    Inserted::Done => admitted += 1,
                    Inserted::OwnerFull => {}
                    other => return Err(Violation::new(format!("an insert under a cap must not get {other:?}"))),
                }
            }
            let room = (cap - living).min(u32::try_from(track.pool.len()).unwrap_or(u32::MAX));
            ensure!(
                admitted == room,
                "{room} of {} must be admitted under a cap of {cap} beside {living}, but {admitted} were",
                track.pool.len()
            );
            let listed = walk(&*track.store, person.listing(kind), 100).await?;
            let live = listed
                .iter()
                .filter(|record| record.family().id != elsewhere.family.id)
                .filter(|record| record.revoked().is_none() && record.record().expires_at == Some(at(EXPIRES)))
                .count();
            ensure!(live == (living + room) as usize, "{} live families must remain, but {live} do", living + room);
        }
    }
    Ok(Checked::Held)
}
