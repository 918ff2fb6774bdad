//! Checks the method `apply`, which changes one record: its comparison of versions (clause 9 of `TokenStore`), and the
//! fields that each change writes.

use counterfoil::store::{Applied, Change, NoticeMark, Revoke, Rotated, TokenRecord, TokenStore};
use counterfoil::types::{KeyId, RecordId, Version};

use crate::reference::{Model, describe, same};
use crate::sample::{Draft, GONE, Person, at, describe_as, digest_of, member_id, most, must_get, relabel, revoked};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks that `apply` compares the version (clause 9 of `TokenStore`). If the stored version is not the expected one,
/// or if the record or its family is revoked, the answer must be `Stale` with the current record. Otherwise the answer
/// must be `Done` with the record as written. Each change must write the fields that it names and no other fields.
pub async fn apply_needs_the_version(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    for change in every_change() {
        let draft = ann.refresh().labelled("one").with_access();
        let id = superseded_if_needed(&*store, &draft, &change).await?;
        let before = must_get(&*store, &id).await?;
        let stands = before.record().version.number();
        for wrong in
            [stands.wrapping_sub(1), stands + 1, u64::from(u32::MAX), 0].into_iter().filter(|wrong| *wrong != stands)
        {
            // Versions stay below 2^53, because a store need not support larger ones.
            let wrong = Version::new(wrong.min((1 << 53) - 1));
            let answer = store.apply(&id, wrong, &change, at(30)).await?;
            stale_with(&answer, &before)?;
            ensure!(same(&must_get(&*store, &id).await?, &before), "a stale {change:?} must write nothing");
        }
        let answer = store.apply(&id, before.record().version, &change, at(30)).await?;
        let Applied::Done(written) = answer else {
            return Err(Violation::new(format!("the version fits, so {change:?} must be Done, but was {answer:?}")));
        };
        as_the_contract_says(&before, &change, &written)?;
        let read = must_get(&*store, &id).await?;
        ensure!(
            same(&read, &written),
            "Done must carry the record as written:\n{}\n{}",
            describe(&written),
            describe(&read)
        );
        stale_with(&store.apply(&id, before.record().version, &change, at(31)).await?, &written)?;
        let _ = store.revoke(ann.family(id.family()), revoked(at(40)), at(GONE), most(1)).await?;
        let ended = must_get(&*store, &id).await?;
        stale_with(&store.apply(&id, written.record().version, &change, at(41)).await?, &ended)?;
    }
    a_revoked_record_takes_no_change(&*store, &ann).await?;
    crate::extremes::versions_have_their_width(&*store).await?;
    an_access_token_leads_nobody(&*store).await?;
    an_old_half_writes_its_own(&*store).await?;
    let nobody = member_id(ann.family_id());
    ensure_is!(
        store.apply(&nobody, Version::FIRST, &describe_as("x"), at(1)).await?,
        Applied::Missing,
        "what is not there is Missing"
    );
    let lonely = ann.pat().found(&*store).await?;
    let end = Change::End { honoured_until: at(9), gone_at: at(GONE) };
    ensure_is!(
        store.apply(&lonely, Version::FIRST, &end, at(1)).await?,
        Applied::Stale(_),
        "a record that is not superseded has no overlap to end"
    );
    Ok(Checked::Held)
}

fn every_change() -> Vec<Change> {
    let notice = Some(NoticeMark { at: at(33), stage: 2 });
    let rekeyed = digest_of(&RecordId::from_bytes([3; 16]));
    vec![
        relabel("two"),
        describe_as("for the nightly export"),
        Change::Edit { label: None, description: None, scope: Some(None), details: None },
        Change::Edit {
            label: None,
            description: None,
            scope: Some("demo:read demo:write".parse().ok()),
            details: None,
        },
        Change::Edit { label: None, description: None, scope: None, details: None },
        Change::Expiry { expires_at: Some(at(90)), gone_at: Some(at(99)), notice },
        Change::Expiry { expires_at: None, gone_at: None, notice: None },
        Change::Rekey { digest: rekeyed, key_id: KeyId::new(9) },
        Change::End { honoured_until: at(35), gone_at: at(GONE + 9) },
    ]
}

/// Inserts a token. For the change `End`, also rotates it, because `End` sets the end of a retry window, and only
/// superseded records have one. Returns the id of the token.
async fn superseded_if_needed(store: &dyn TokenStore, draft: &Draft, change: &Change) -> Result<RecordId, Violation> {
    let mut draft = draft.clone();
    draft.family.label_key = draft.family.label_key.filter(|_| !matches!(change, Change::End { .. }));
    let id = draft.found(store).await?;
    if matches!(change, Change::End { .. }) {
        let next = draft.successor(id, 1);
        let step = counterfoil::store::ParentUpdate::Supersede {
            expect: Version::FIRST,
            successor: next.id,
            nonce: None,
            honoured_until: None,
            gone_at: None,
            labelled: false,
            cap: None,
            pace: None,
            access_cap: None,
        };
        ensure_is!(
            store.rotate(&id, &step, std::slice::from_ref(&next), at(20)).await?,
            Rotated::Done,
            "a hand-over must go through"
        );
    }
    Ok(id)
}

fn stale_with(answer: &Applied, stands: &TokenRecord) -> Result<(), Violation> {
    match answer {
        Applied::Stale(carried) if same(carried, stands) => Ok(()),
        Applied::Stale(carried) => Err(Violation::new(format!(
            "Stale must carry what stands there:\n{}\n{}",
            describe(stands),
            describe(carried)
        ))),
        other => Err(Violation::new(format!("must be Stale, but was {other:?}"))),
    }
}

/// Compares the record `written`, which the store returned, with the reference model, which makes the same change to
/// the record `before`.
fn as_the_contract_says(before: &TokenRecord, change: &Change, written: &TokenRecord) -> Result<(), Violation> {
    let (record, family) = before.clone().into_parts();
    let (id, version) = (record.id, record.version);
    let mut model = Model::new(vec![record], vec![family]);
    match model.apply(&id, version, change, at(30))? {
        Applied::Done(wanted) if same(&wanted, written) => Ok(()),
        other => Err(Violation::new(format!("{change:?} must give\n{other:?}\nbut gave\n{written:?}"))),
    }
}

async fn a_revoked_record_takes_no_change(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let draft = ann.refresh().with_access();
    draft.found(store).await?;
    let access = draft.records[1].id;
    let _ = store.revoke(Revoke::One(&access), revoked(at(5)), at(GONE), most(1)).await?;
    let stands = must_get(store, &access).await?;
    ensure!(stands.record().version == Version::FIRST, "revoking must not move the version");
    stale_with(&store.apply(&access, Version::FIRST, &describe_as("x"), at(6)).await?, &stands)?;
    ensure!(same(&must_get(store, &access).await?, &stands), "a change of a revoked record must write nothing");
    Ok(())
}

/// Changes the expiry of an access token. Checks that neither the end nor the last use of its family changes.
async fn an_access_token_leads_nobody(store: &dyn TokenStore) -> Result<(), Violation> {
    let draft = Person::somebody().refresh().with_access();
    draft.found(store).await?;
    let access = draft.records[1].id;
    let before = must_get(store, &access).await?;
    let change = Change::Expiry { expires_at: Some(at(90)), gone_at: Some(at(99)), notice: None };
    let Applied::Done(written) = store.apply(&access, Version::FIRST, &change, at(30)).await? else {
        return Err(Violation::new("the version fits, so an expiry must be Done"));
    };
    as_the_contract_says(&before, &change, &written)
}

/// Checks an edit and a new expiry of a superseded record. The store must change this record, and must leave its
/// successor unchanged. A new label also changes the family: the store must write the key of the label to the family,
/// because the family keeps this key for all its members.
async fn an_old_half_writes_its_own(store: &dyn TokenStore) -> Result<(), Violation> {
    for change in [
        relabel("new name"),
        describe_as("the old half"),
        Change::Expiry { expires_at: Some(at(90)), gone_at: Some(at(99)), notice: None },
    ] {
        let draft = Person::somebody().refresh().labelled("old name");
        let id = draft.found(store).await?;
        let next = draft.successor(id, 1);
        let step = crate::sample::supersede(Version::FIRST, next.id, at(20));
        let answer = store.rotate(&id, &step, std::slice::from_ref(&next), at(20)).await?;
        ensure_is!(answer, Rotated::Done, "a rotation must go through");
        let mut model = Model::default();
        for id in [id, next.id] {
            let (record, family) = must_get(store, &id).await?.into_parts();
            model.records.push(record);
            model.families = vec![family];
        }
        let answer = store.apply(&id, Version::new(1), &change, at(30)).await?;
        ensure_is!(answer, Applied::Done(_), "a superseded record can be changed");
        let _ = model.apply(&id, Version::new(1), &change, at(30))?;
        for id in [id, next.id] {
            let wanted = model.get(&id)?.map(|record| describe(&record)).unwrap_or_default();
            let found = describe(&must_get(store, &id).await?);
            ensure!(wanted == found, "{change:?} of an old half must give\n{wanted}\nbut gave\n{found}");
        }
    }
    Ok(())
}
