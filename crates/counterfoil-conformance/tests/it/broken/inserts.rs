//! Broken stores whose inserts are incorrect.

use counterfoil::store::{InsertInto, Inserted, NewRecord, TokenStore};
use counterfoil::types::LabelKey;
use counterfoil_conformance::pause;

use super::flaw;

// Inserts with `INSERT … ON CONFLICT DO UPDATE`. So a taken id overwrites the stored record.
flaw!(UpsertOnInsert, insert, |inner, home, new, now| {
    inner.with(|model| model.records.retain(|record| new.iter().all(|new| new.id != record.id)));
    inner.insert(home, new, now).await
});

// If an id is taken, the new records before this id stay inserted.
flaw!(PartialInsert, insert, |inner, home, new, now| {
    let answer = inner.insert(home, new, now).await?;
    if let Inserted::IdTaken(taken) = answer {
        let before: Vec<NewRecord> = new.iter().take_while(|one| one.id != taken).cloned().collect();
        let (family, generation) = (taken.family(), 0);
        let _ = inner.insert(InsertInto::Join { family, generation, access_cap: None }, &before, now).await?;
    }
    Ok(answer)
});

// Inserts the first record with the family, waits, and then inserts the other records.
flaw!(InsertInTwoSteps, insert, |inner, home, new, now| {
    let refused = inner.with(|model| model.insert_refusals(home, new, now).first().cloned());
    if let (None, InsertInto::Found { family, .. }) = (refused, home) {
        let done = inner.insert(home, &new[..1], now).await?;
        pause().await;
        if new.len() > 1 && done == Inserted::Done {
            return inner
                .insert(InsertInto::Join { family: family.id, generation: 0, access_cap: None }, &new[1..], now)
                .await;
        }
        return Ok(done);
    }
    inner.insert(home, new, now).await
});

// Counts the live families with `SELECT count(*)`, and inserts in a second step.
flaw!(CapByCountThenInsert, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap: Some(_), pace } = home else { return inner.insert(home, new, now).await };
    let full = inner.with(|model| model.insert_refusals(home, new, now).contains(&Inserted::OwnerFull));
    pause().await;
    if full {
        return Ok(Inserted::OwnerFull);
    }
    inner.insert(InsertInto::Found { family, cap: None, pace }, new, now).await
});

// Counts revoked families in the cap.
flaw!(CapCountsTheDead, insert, |inner, home, new, now| {
    if let InsertInto::Found { family, cap: Some(cap), .. } = home {
        let of_owner = |one: &&counterfoil::store::FamilyParts| {
            (&one.realm, &one.owner, one.kind) == (&family.realm, &family.owner, family.kind)
        };
        if inner.with(|model| model.families.iter().filter(of_owner).count()) >= cap.limit.get() as usize {
            return Ok(Inserted::OwnerFull);
        }
    }
    inner.insert(home, new, now).await
});

// Compares labels under a collation that ignores case.
flaw!(LabelsWithoutCase, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap, pace } = home else { return inner.insert(home, new, now).await };
    let label_key = family.label_key.as_ref().map(|key| LabelKey::from_stored(&key.as_str().to_lowercase()));
    inner.insert(InsertInto::Found { family: &family.clone().with_label_key(label_key), cap, pace }, new, now).await
});

// Uses a unique key on (owner, label) without the realm.
flaw!(LabelsLeakBetweenRealms, insert, |inner, home, new, now| {
    if let InsertInto::Found { family, .. } = home {
        let holder = inner.with(|model| {
            let holds = |one: &&counterfoil::store::FamilyParts| {
                one.label_key.is_some()
                    && one.label_key == family.label_key
                    && one.owner == family.owner
                    && one.realm != family.realm
            };
            model.families.iter().find(holds).map(|holder| holder.id)
        });
        if let Some(holder) = holder {
            return Ok(Inserted::LabelTaken(holder));
        }
    }
    inner.insert(home, new, now).await
});

// Makes the label of a family free when the family expires.
flaw!(LabelFreedOnExpiry, insert, |inner, home, new, now| {
    inner.with(|model| {
        for family in model.families.iter_mut().filter(|family| family.live_until.is_some_and(|end| now.reached(end))) {
            family.label_key = None;
        }
    });
    inner.insert(home, new, now).await
});

// Lets a family past its `gone_at` keep its label until a purge.
flaw!(LabelHeldByAGoneHolder, insert, |inner, home, new, now| {
    if let InsertInto::Found { family, .. } = home {
        let holder = inner.with(|model| {
            let key = family.label_key.as_ref()?;
            model.holder(&family.realm, &family.owner, key).map(|holder| holder.id)
        });
        if let Some(holder) = holder.filter(|holder| *holder != family.id) {
            return Ok(Inserted::LabelTaken(holder));
        }
    }
    inner.insert(home, new, now).await
});

// Reads the label with `SELECT`, and inserts in a second step.
flaw!(LabelByLookThenInsert, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap, pace } = home else { return inner.insert(home, new, now).await };
    if let Some(refused) = inner.with(|model| model.insert_refusals(home, new, now).first().cloned()) {
        return Ok(refused);
    }
    pause().await;
    let keyless = family.clone().with_label_key(None);
    let answer = inner.insert(InsertInto::Found { family: &keyless, cap, pace }, new, now).await?;
    inner.with(|model| model.family_mut(family.id).map(|kept| kept.label_key.clone_from(&family.label_key)));
    Ok(answer)
});

// In a join, checks that the family is live, but not that it has the expected generation.
flaw!(JoinOfAnOlderGeneration, insert, |inner, home, new, now| {
    let InsertInto::Join { family, generation, access_cap } = home else {
        return inner.insert(home, new, now).await;
    };
    let generation = inner.with(|model| model.family(family).map_or(generation, |family| family.generation));
    inner.insert(InsertInto::Join { family, generation, access_cap }, new, now).await
});

// In a join, reads the row of the family, waits, and then inserts the record.
flaw!(JoinByLookThenInsert, insert, |inner, home, new, now| {
    if let InsertInto::Join { family, .. } = home {
        // Below, the row of the family is written back as it was read. This undoes a revocation that another call made
        // in between.
        let read = inner.with(|model| model.family(family).cloned());
        pause().await;
        let answer = inner.insert(home, new, now).await?;
        if let (Some(read), Inserted::Done | Inserted::FamilyEnded) = (read, &answer) {
            inner.with(|model| model.family_mut(family).map(|kept| *kept = read));
        }
        return Ok(answer);
    }
    inner.insert(home, new, now).await
});

// Names the new family in `LabelTaken`, instead of the family that holds the label.
flaw!(LabelTakenNamesTheCaller, insert, |inner, home, new, now| {
    let answer = inner.insert(home, new, now).await?;
    Ok(match (answer, home) {
        (Inserted::LabelTaken(_), InsertInto::Found { family, .. }) => Inserted::LabelTaken(family.id),
        (answer, _) => answer,
    })
});
