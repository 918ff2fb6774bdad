//! Checks reads of single records (clauses 6 to 8 of `TokenStore`).

use counterfoil::store::{Change, Digest, Inserted, NoticeMark, TokenStore};
use counterfoil::types::{Description, KeyId, OwnerId, RecordId, TokenKind, Version};

use crate::extremes;
use crate::reference::{Model, describe, same};
use crate::sample::{EXPIRES, GONE, Person, at, describe_as, most, must_get, relabel, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{ids, walk};

/// Checks that reads are exact (clause 6 of `TokenStore`). Ids, realms, owners and labels must be compared byte for
/// byte, without a collation, case folding or removal of trailing blanks. Each value must be read as it was written.
pub async fn get_is_exact(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    every_bit_of_an_id_counts(&*store).await?;
    let twins = [
        "ann",
        "Ann",
        "ANN",
        "ann ",
        " ann",
        "a\u{301}nn",
        "\u{e1}nn",
        "anñ",
        "ann%",
        "an_",
        "a'n\"n\\",
        "straße",
        "strasse",
    ];
    for owner in twins {
        for realm in ["example.com", "Example.com", "example.com."] {
            let person = Person::new(realm, owner);
            let draft = person.pat().labelled("same");
            // All drafts have the same label. If a store confuses two owners, it refuses the draft of the second
            // owner.
            draft
                .found(&*store)
                .await
                .map_err(|_| Violation::new(format!("{realm}/{owner:?} must be apart from its like")))?;
        }
    }
    for owner in twins {
        let person = Person::new("example.com", owner);
        let listed = walk(&*store, person.listing(TokenKind::PersonalAccessToken), 5).await?;
        let own =
            listed.iter().all(|record| record.record().owner == person.owner && record.record().realm == person.realm);
        ensure!(listed.len() == 1 && own, "{owner:?} must see exactly their own, but saw {:?}", ids(&listed));
    }
    keys_are_not_collated(&*store).await?;
    every_field_comes_back(&*store).await?;
    extremes::values_come_back(&*store).await?;
    extremes::every_way_in_keeps_all_fields(&*store).await?;
    extremes::names_are_listed_apart(&*subject.fresh().await).await?;
    Ok(Checked::Held)
}

async fn every_bit_of_an_id_counts(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let id = ann.pat().with_access().found(store).await?;
    for bit in 0..128 {
        let mut bytes = *id.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let found = store.get(&RecordId::from_bytes(bytes)).await?;
        // The changed id may be the id of the access token. Then the store must return that record.
        ensure!(
            found.is_none_or(|found| *found.record().id.as_bytes() == bytes),
            "an id that differs in bit {bit} must not find {id:?}"
        );
    }
    Ok(())
}

/// Checks label keys that a collation would treat as equal. The store must treat them as different. The core folds
/// upper and lower case before it passes a label key to the store, so the store must not fold anything itself.
async fn keys_are_not_collated(store: &dyn TokenStore) -> Result<(), Violation> {
    let eve = Person::new("default", "eve");
    for key in ["one", "One", "one ", " one", "\u{f6}ne", "o\u{308}ne", "on\u{e9}", "o%", "o_e", "one\u{0}"] {
        let mut draft = eve.pat().labelled("shown");
        draft.family.label_key = Some(counterfoil::types::LabelKey::from_stored(key));
        // A text of PostgreSQL cannot contain a zero byte, and no label contains a zero byte. The store may refuse this
        // key, but must not confuse it with another.
        if key.contains('\0') {
            continue;
        }
        let answer = store.insert(draft.home(None), &draft.records, at(0)).await?;
        ensure_is!(answer, Inserted::Done, "the label key {key:?} must be apart from its like");
    }
    Ok(())
}

/// Checks that records are read as they were written. One record has a value in every field, and another has no
/// optional value.
async fn every_field_comes_back(store: &dyn TokenStore) -> Result<(), Violation> {
    let (mut model, ann) = (Model::default(), Person::new("default", &"x".repeat(255)));
    let longest = "😀".repeat(100);
    let blanks = ann.pat().labelled("two  blanks \u{3000} and\u{a0}\u{a0}others");
    let mut full = ann.refresh().labelled(&longest).noticed(at(77), 7).with_access();
    full.records[0].description = Description::new(&"ж".repeat(500)).ok();
    full.records[0].key_id = KeyId::new(u32::MAX);
    full.records[0].digest = Digest::from_bytes([0xff; 32]);
    full.records[0].created_at = counterfoil::Timestamp::EPOCH;
    full.records[0].expires_at = Some(counterfoil::Timestamp::MAX);
    full.records[0].gone_at = Some(counterfoil::Timestamp::MAX);
    let mut bare = ann.pat().ending(None, None);
    bare.records[0].scope = None;
    bare.records[0].description = Description::new("").ok();
    let mut code = Person { realm: ann.realm.clone(), owner: OwnerId::realm() }.pat();
    code.family.kind = TokenKind::SecurityCode;
    code.records[0].kind = TokenKind::SecurityCode;
    code.family.body = counterfoil::store::FamilyBody::Code {
        created_by: counterfoil::SubjectId::new("root").expect("a subject"),
        access: counterfoil::store::Access::SameAsUser(counterfoil::SubjectId::new("ann").expect("a subject")),
        named: Some("AD\\bill.posters".into()),
    };
    for draft in [full, bare, code, blanks] {
        draft.found(store).await?;
        let _ = model.insert(draft.home(None), &draft.records, at(0));
        for record in &draft.records {
            let wanted = model.get(&record.id)?.expect("the model has it");
            let found = must_get(store, &record.id).await?;
            ensure!(
                same(&found, &wanted),
                "what went in must come out:\n{}\nand not\n{}",
                describe(&wanted),
                describe(&found)
            );
        }
    }
    Ok(())
}

/// Checks that every record of a revoked family reads as revoked (clause 7 of `TokenStore`). If the record was also
/// revoked by itself, the earlier of the two instants must be read.
pub async fn get_sees_the_family(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    for (own, family) in [(None, 50), (Some(40), 50), (Some(50), 50), (Some(60), 50)] {
        let draft = ann.refresh().with_access();
        draft.found(&*store).await?;
        let (refresh, access) = (draft.records[0].id, draft.records[1].id);
        if let Some(own) = own {
            let _ = store.revoke(counterfoil::store::Revoke::One(&access), revoked(at(own)), at(GONE), most(1)).await?;
            let alone = must_get(&*store, &refresh).await?;
            ensure!(alone.revoked().is_none(), "revoking one record must not revoke its family");
        }
        let _ = store.revoke(ann.family(draft.family.id), revoked(at(family)), at(GONE + 7), most(1)).await?;
        for (id, own) in [(refresh, None), (access, own)] {
            let stands = must_get(&*store, &id).await?;
            let wanted = at(own.map_or(family, |own: u64| own.min(family)));
            let read = stands.revoked().map(|revoked| revoked.at);
            ensure!(read == Some(wanted), "the earlier instant {} must be read, but it was {read:?}", wanted.micros());
            ensure!(
                stands.gone_at() == Some(at(GONE + 7)),
                "the family's tombstone must be read, but it was {:?}",
                stands.gone_at()
            );
        }
        let listed = walk(&*store, ann.listing(TokenKind::RefreshToken), 50).await?;
        ensure!(
            listed.iter().all(|record| record.revoked().is_some()),
            "a listing must show the family's revocation too"
        );
    }
    Ok(Checked::Held)
}

/// Checks reads after writes (clause 8 of `TokenStore`). After a write has returned, every `get` that begins later must
/// return what was written, through any handle of the store.
pub async fn get_after_write(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let other = store.open().await;
    let ann = Person::new("default", "ann");
    for round in 0..8 {
        let draft = ann.refresh().with_access().noticed(at(10), 0);
        let id = draft.id();
        // This reads before the write, so that a handle that caches missing records fails.
        ensure!(other.get(&id).await?.is_none(), "a record that was not written must not be there");
        draft.found(&*store).await?;
        let seen = async |step: &str, holds: &(dyn Fn(&counterfoil::store::TokenRecord) -> bool + Sync)| {
            for (name, handle) in [("the other handle", &other), ("the handle that wrote", store.handle(0))] {
                let stands = must_get(&**handle, &id).await?;
                ensure!(holds(&stands), "{name} must see {step} (round {round}), but reads {stands:?}");
            }
            Ok::<_, Violation>(())
        };
        seen("the insert", &|_| true).await?;
        let _ = store.apply(&id, Version::FIRST, &describe_as("new"), at(1)).await?;
        seen("the edit", &|stands| stands.record().description.is_some()).await?;
        let _ = store.apply(&id, Version::new(1), &relabel(&format!("label {round}")), at(1)).await?;
        seen("the label", &|stands| stands.family().label_key.is_some()).await?;
        let expiry = Change::Expiry {
            expires_at: Some(at(EXPIRES + 1)),
            gone_at: Some(at(GONE + 1)),
            notice: Some(NoticeMark { at: at(20), stage: 1 }),
        };
        let _ = store.apply(&id, Version::new(2), &expiry, at(2)).await?;
        seen("the expiry", &|stands| stands.record().expires_at == Some(at(EXPIRES + 1))).await?;
        store.touch(&[(id, at(3))]).await?;
        seen("the use", &|stands| stands.record().last_used_at == Some(at(3))).await?;
        let _ = store.claim(&id, NoticeMark { at: at(20), stage: 1 }, at(30)).await?;
        seen("the claim", &|stands| stands.record().notice == Some(NoticeMark { at: at(30), stage: 1 })).await?;
        let _ = store.settle(&id, NoticeMark { at: at(30), stage: 1 }, None, Some((at(EXPIRES + 1), 1))).await?;
        seen("the settlement", &|stands| stands.record().notice.is_none() && stands.record().noticed.len() == 1)
            .await?;
        let next = draft.successor(id, 1);
        let _ =
            store.rotate(&id, &supersede(Version::new(3), next.id, at(4)), std::slice::from_ref(&next), at(4)).await?;
        seen("the rotation", &|stands| stands.record().superseded.is_some() && stands.family().generation == 1).await?;
        ensure!(other.get(&next.id).await?.is_some(), "the other handle must see the successor");
        let _ = store.revoke(ann.family(draft.family.id), revoked(at(5)), at(GONE), most(1)).await?;
        seen("the revocation", &|stands| stands.revoked().is_some()).await?;
        let _ = store.purge(at(GONE), at(GONE), at(0), most(100)).await?;
        ensure!(other.get(&id).await?.is_none(), "the other handle must see the purge");
    }
    Ok(Checked::Held)
}
