//! Broken stores that end the wrong families to make room for a new family.

use counterfoil::Timestamp;
use counterfoil::store::{Cap, FamilyParts, InsertInto, Inserted, TokenStore, WhenFull};
use counterfoil::types::FamilyId;
use counterfoil_conformance::pause;
use counterfoil_conformance::reference::Model;

use super::bounds::insert_for_all_clients;
use super::flaw;

// Ends sign-ins of another client to make room.
flaw!(RoomFromOtherClients, insert, |inner, home, new, now| {
    match home {
        InsertInto::Found { cap: Some(Cap { when_full: WhenFull::End { .. }, .. }), .. } => {
            Ok(inner.with(|model| insert_for_all_clients(model, home, new, now)))
        }
        _ => inner.insert(home, new, now).await,
    }
});

// Ends the families that exceed the cap, waits, and only then inserts the new family.
flaw!(RoomInTwoSteps, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap: Some(cap), pace } = home else {
        return inner.insert(home, new, now).await;
    };
    let refused = inner.with(|model| model.insert_refusals(home, new, now).first().cloned());
    if let (None, WhenFull::End { .. }) = (refused, cap.when_full) {
        // An insert into a copy of the model determines the families that must end. The call of `end` ends them in the
        // model itself, before the new family is inserted.
        let ended = inner.with(|model| match model.clone().insert(home, new, now) {
            Inserted::MadeRoom(ended) => {
                end(model, &ended, cap);
                ended
            }
            _ => Vec::new(),
        });
        pause().await;
        let answer = inner.insert(InsertInto::Found { family, cap: None, pace }, new, now).await?;
        return Ok(if answer == Inserted::Done && !ended.is_empty() { Inserted::MadeRoom(ended) } else { answer });
    }
    inner.insert(home, new, now).await
});

pub(crate) fn end(model: &mut Model, families: &[FamilyId], cap: Cap) {
    let WhenFull::End { revoked, gone_at } = cap.when_full else { return };
    for id in families {
        if let Some(family) = model.family_mut(*id) {
            (family.revoked, family.gone_at, family.label_key) = (Some(revoked), Some(gone_at), None);
        }
    }
}

// Ends the most recently used family instead of the least recently used one.
flaw!(EndsTheNewest, insert, |inner, home, new, now| {
    Ok(inner.with(|model| {
        let used: Vec<_> = model.families.iter().map(|one| (one.id, one.used_at)).collect();
        let latest = used.iter().map(|(_, used_at)| used_at.micros()).max().unwrap_or(0);
        let mirrored = |used_at: Timestamp| Timestamp::from_micros(latest - used_at.micros()).unwrap_or(used_at);
        model.families.iter_mut().for_each(|one| one.used_at = mirrored(one.used_at));
        let answer = model.insert(home, new, now);
        for (id, used_at) in used {
            if let Some(one) = model.family_mut(id) {
                one.used_at = used_at;
            }
        }
        answer
    }))
});

// Does not name the ended families in its answer.
flaw!(EndsWithoutTelling, insert, |inner, home, new, now| {
    Ok(match inner.insert(home, new, now).await? {
        Inserted::MadeRoom(_) => Inserted::Done,
        other => other,
    })
});

// Ends only one family, even if more exceed the cap.
flaw!(EndsOneOnly, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap: Some(cap), pace } = home else {
        return inner.insert(home, new, now).await;
    };
    Ok(inner.with(|model| match (model.clone().insert(home, new, now), cap.when_full) {
        (Inserted::MadeRoom(ended), WhenFull::End { .. }) => {
            end(model, &ended[..1], cap);
            let _ = model.insert(InsertInto::Found { family, cap: None, pace }, new, now);
            Inserted::MadeRoom(ended[..1].to_vec())
        }
        _ => model.insert(home, new, now),
    }))
});

// Makes room before it checks the insert. So a refused insert ends a family.
flaw!(EndsBeforeItLooks, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap: Some(cap), .. } = home else { return inner.insert(home, new, now).await };
    Ok(inner.with(|model| {
        let answer = model.insert(home, new, now);
        if !matches!(answer, Inserted::Done | Inserted::MadeRoom(_)) {
            let like = |one: &&FamilyParts| {
                (&one.realm, &one.owner, one.kind, one.client)
                    == (&family.realm, &family.owner, family.kind, family.client)
            };
            let live: Vec<FamilyId> =
                model.families.iter().filter(like).filter(|one| one.revoked.is_none()).map(|one| one.id).collect();
            if live.len() >= cap.limit.get() as usize {
                end(model, &live[..1], cap);
            }
        }
        answer
    }))
});

// Counts a touch as a use of the family.
flaw!(TouchMovesLastUse, touch, |inner, seen| {
    inner.with(|model| {
        for (id, at) in seen {
            if let Some(family) = model.family_mut(id.family()) {
                family.used_at = family.used_at.max(*at);
            }
        }
    });
    inner.touch(seen).await
});
