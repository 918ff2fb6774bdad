//! Fills a store with families in every state that the operations of the contract can produce.

use counterfoil::store::{Access, Change, FamilyBody, NoticeMark, ParentUpdate, Revoke, TokenStore};
use counterfoil::types::{KeyId, RecordId, TokenKind, Version};
use counterfoil::{SubjectId, Timestamp};

use crate::purge::purge;
use crate::sample::{
    Draft, EXPIRES, GONE, Person, at, describe_as, details, digest_of, member_id, most, must_get, relabel, revoked,
    slide, supersede,
};
use crate::violation::{Violation, ensure_is};

/// Fills an empty store with families in two realms. There is a family in every state that the operations of the
/// contract can produce.
///
/// # Errors
///
/// A [`Violation`] if the store breaks the contract.
pub async fn every_state(store: &impl TokenStore) -> Result<(), Violation> {
    let store: &dyn TokenStore = store;
    plain(store).await?;
    noticed(store).await?;
    chains(store).await?;
    ended(store).await?;
    other_kinds(store).await?;
    // This purge shrinks the generations whose retry window has ended, and removes records that are past their
    // retention.
    purge(store, at(40), at(40), at(25)).await?;
    // The retry windows of these generations have ended, but no purge has run since then.
    let late = Person::new("default", "late").refresh();
    rotate(store, &late, late.found(store).await?, 1, at(12)).await?;
    Ok(())
}

async fn plain(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    ann.pat().labelled("ci").detailed(Some(details(1))).found(store).await?;
    ann.pat().ending(None, None).found(store).await?;
    let changed = ann.pat().labelled("laptop");
    let id = changed.found(store).await?;
    store.touch(&[(id, at(3))]).await?;
    let _ = store.apply(&id, Version::FIRST, &describe_as("what for"), at(4)).await?;
    let _ = store.apply(&id, Version::new(1), &relabel("desktop"), at(5)).await?;
    let notice = Some(NoticeMark { at: at(70), stage: 1 });
    let change = Change::Expiry { expires_at: Some(at(EXPIRES + 5)), gone_at: Some(at(GONE + 5)), notice };
    let _ = store.apply(&id, Version::new(2), &change, at(6)).await?;
    let change = Change::Rekey { digest: digest_of(&member_id(changed.family.id)), key_id: KeyId::new(2) };
    let _ = store.apply(&id, Version::new(3), &change, at(7)).await?;
    // A family with the same owner and label in another realm, and a family of an owner whose ids are in another shard.
    Person::new("other", "ann").pat().labelled("ci").found(store).await?;
    Person::new("default", "bob").pat().found(store).await?;
    // The first holder of the label is past its retention, and another family took the label. The first family keeps
    // only the label's text.
    ann.pat().labelled("lent").ending(Some(at(50)), Some(at(60))).found(store).await?;
    let taken = ann.pat().labelled("lent");
    let _ = store.insert(taken.home(None), &taken.records, at(60)).await?;
    Ok(())
}

async fn noticed(store: &dyn TokenStore) -> Result<(), Violation> {
    let mark = NoticeMark { at: at(9), stage: 0 };
    let [waits, leased, sent, ended] =
        [(); 4].map(|()| Person::new("default", "noticed").pat().noticed(mark.at, mark.stage));
    waits.found(store).await?;
    let _ = store.claim(&leased.found(store).await?, mark, at(90)).await?;
    let id = sent.found(store).await?;
    for stage in 0..9 {
        let next = NoticeMark { at: at(10 + u64::from(stage)), stage: stage + 1 };
        let held = NoticeMark { at: at(9 + u64::from(stage)), stage };
        store.settle(&id, held, Some(next), Some((at(EXPIRES), stage))).await?;
    }
    let id = ended.found(store).await?;
    store.settle(&id, mark, None, Some((at(EXPIRES), 3))).await?;
    Ok(())
}

async fn rotate(
    store: &dyn TokenStore,
    of: &Draft,
    parent: RecordId,
    to: u64,
    now: Timestamp,
) -> Result<RecordId, Violation> {
    let next = of.successor(parent, to);
    let version = must_get(store, &parent).await?.record().version;
    let new = [next.clone(), of.access(to)];
    let answer = store.rotate(&parent, &supersede(version, next.id, now), &new, now).await?;
    ensure_is!(answer, counterfoil::store::Rotated::Done, "a rotation must go through");
    Ok(next.id)
}

async fn chains(store: &dyn TokenStore) -> Result<(), Violation> {
    let cat = Person::new("default", "cat");
    let draft = cat.refresh().with_access().detailed(Some(details(2)));
    let mut newest = draft.found(store).await?;
    for generation in 1..=4 {
        newest = rotate(store, &draft, newest, generation, at(8 * generation)).await?;
    }
    store.touch(&[(newest, at(35))]).await?;
    let own = draft.access(4);
    let _ = store.insert(draft.join(4), std::slice::from_ref(&own), at(36)).await?;
    let _ = store.revoke(Revoke::One(&own.id), revoked(at(37)), at(GONE - 9), most(1)).await?;
    // The purge in `every_state` removes one generation of this chain.
    let mut gone = cat.refresh();
    gone.records[0].gone_at = Some(at(30));
    let first = gone.found(store).await?;
    let next = gone.successor(first, 1);
    let mut step = supersede(Version::FIRST, next.id, at(10));
    if let ParentUpdate::Supersede { gone_at, .. } = &mut step {
        *gone_at = Some(at(30));
    }
    let _ = store.rotate(&first, &step, std::slice::from_ref(&next), at(10)).await?;
    rotate(store, &gone, next.id, 2, at(31)).await?;
    // Two personal access tokens are rotated with an overlap that has no end. Then the overlap of the second one is
    // ended, as the first use of its successor does.
    for ends in [false, true] {
        let draft = cat.pat().labelled(if ends { "handed" } else { "handing" });
        let old = draft.found(store).await?;
        let new = draft.successor(old, 1);
        let step = ParentUpdate::Supersede {
            expect: Version::FIRST,
            successor: new.id,
            nonce: None,
            honoured_until: None,
            gone_at: None,
            labelled: false,
            cap: None,
            pace: None,
            access_cap: None,
        };
        let _ = store.rotate(&old, &step, std::slice::from_ref(&new), at(11)).await?;
        if ends {
            let end = Change::End { honoured_until: at(29), gone_at: at(GONE) };
            let _ = store.apply(&old, Version::new(1), &end, at(29)).await?;
        }
    }
    let reused = cat.refresh();
    let id = reused.found(store).await?;
    let step = slide(at(EXPIRES + 3), at(GONE + 3));
    let _ = store.rotate(&id, &step, &[reused.access(0)], at(12)).await?;
    Ok(())
}

async fn ended(store: &dyn TokenStore) -> Result<(), Violation> {
    let dan = Person::new("default", "dan");
    let alone = dan.pat().labelled("gone").noticed(at(80), 1);
    alone.found(store).await?;
    let chain = dan.refresh().with_access().detailed(Some(details(3)));
    let mut newest = chain.found(store).await?;
    for generation in 1..=2 {
        newest = rotate(store, &chain, newest, generation, at(10 * generation)).await?;
    }
    let own = chain.access(2);
    let _ = store.insert(chain.join(2), std::slice::from_ref(&own), at(21)).await?;
    let _ = store.revoke(Revoke::One(&own.id), revoked(at(22)), at(GONE - 1), most(1)).await?;
    for family in [alone.family.id, chain.family.id] {
        let _ = store.revoke(dan.family(family), revoked(at(23)), at(GONE + 7), most(1)).await?;
    }
    Ok(())
}

async fn other_kinds(store: &dyn TokenStore) -> Result<(), Violation> {
    let eve = Person::new("default", "eve");
    let created_by = SubjectId::new("super").map_err(|_| Violation::new("a subject"))?;
    let access = Access::SameAsUser(created_by.clone());
    let bodies = [
        (TokenKind::SecurityCode, FamilyBody::Code { created_by, access, named: Some("eve".into()) }),
        (TokenKind::ConsoleSession, FamilyBody::Session { authenticated_at: at(1), absolute_end: at(GONE) }),
    ];
    for (kind, body) in bodies {
        let mut draft = eve.pat();
        (draft.family.kind, draft.family.body) = (kind, body);
        draft.records[0].kind = kind;
        draft.records[0].scope = None;
        let mut device = details(4);
        (device.allowed_sources, device.metadata) = (None, None);
        draft.family.details = Some(device).filter(|_| kind == TokenKind::ConsoleSession);
        draft.found(store).await?;
    }
    Ok(())
}
