//! Checks calls while the backend is unreachable (clause 27 of `TokenStore`). The check needs the hook `outage` of the
//! fixture.

use counterfoil::store::{Inserted, NoticeMark, StoreError, TokenStore};
use counterfoil::types::{TokenKind, Version};

use crate::reference::describe;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks calls during an outage (clause 27 of `TokenStore`). Each must return `Unavailable`, and must not report an
/// absent record (`None`) or `Stale`. In the error, `maybe_done` must be true if the request may have been sent.
pub async fn outage_is_unavailable(subject: &Subject) -> Verdict {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().labelled("one").noticed(at(10), 0);
    let id = draft.found(&*store).await?;
    let before = describe(&must_get(&*store, &id).await?);
    if !store.outage(true).await {
        return Ok(Checked::NotApplicable("the fixture has no hook `outage`"));
    }
    let asked = ask_everything(&*store, &ann, &draft).await;
    store.outage(false).await;
    let coming = asked?;
    // If every answer says that nothing was sent, nothing may have changed.
    let after = describe(&must_get(&*store, &id).await?);
    ensure!(coming.maybe_done || before == after, "maybe_done was false, but the record changed:\n{before}\n{after}");
    let there = store.get(&coming.draft.id()).await?.is_some();
    ensure!(coming.maybe_done || !there, "maybe_done was false, but the insert was carried out");
    let retried = store.insert(coming.draft.home(None), &coming.draft.records, at(1)).await?;
    ensure_is!(
        retried,
        Inserted::Done | Inserted::IdTaken(_),
        "after the outage the insert must go through, or be recognised"
    );
    Ok(Checked::Held)
}

struct Coming {
    draft: Draft,
    maybe_done: bool,
}

/// Calls all methods during an outage. Returns whether one of the calls may have been executed, as its `maybe_done`
/// says.
async fn ask_everything(store: &dyn TokenStore, ann: &Person, draft: &Draft) -> Result<Coming, Violation> {
    let (id, coming) = (draft.id(), ann.pat());
    let next = draft.successor(id, 1);
    let mark = NoticeMark { at: at(10), stage: 0 };
    let kind = TokenKind::RefreshToken;
    let step = supersede(Version::FIRST, next.id, at(1));
    let edit = describe_as("x");
    let mut maybe_done = false;
    let mut check = |op: &str, answer: Result<String, StoreError>| match answer {
        Err(StoreError::Unavailable { maybe_done: maybe, .. }) => {
            maybe_done |= maybe;
            Ok(())
        }
        other => Err(Violation::new(format!("{op} during an outage must be Unavailable, but was {other:?}"))),
    };
    check("get", store.get(&id).await.map(|answer| format!("{answer:?}")))?;
    check("insert", store.insert(coming.home(None), &coming.records, at(1)).await.map(|answer| format!("{answer:?}")))?;
    check("apply", store.apply(&id, Version::FIRST, &edit, at(1)).await.map(|answer| format!("{answer:?}")))?;
    check(
        "rotate",
        store.rotate(&id, &step, std::slice::from_ref(&next), at(1)).await.map(|answer| format!("{answer:?}")),
    )?;
    check(
        "revoke",
        store
            .revoke(ann.family(draft.family.id), revoked(at(1)), at(GONE), most(1))
            .await
            .map(|answer| format!("{answer:?}")),
    )?;
    check("touch", store.touch(&[(id, at(1))]).await.map(|answer| format!("{answer:?}")))?;
    check("list", store.list(ann.listing(kind), None, most(5)).await.map(|answer| format!("{answer:?}")))?;
    check(
        "list_families",
        store.list_families(&ann.realm, &ann.owner, None, most(5)).await.map(|answer| format!("{answer:?}")),
    )?;
    check("due", store.due(at(20), None, most(5)).await.map(|answer| format!("{answer:?}")))?;
    check("claim", store.claim(&id, mark, at(20)).await.map(|answer| format!("{answer:?}")))?;
    check("settle", store.settle(&id, mark, None, None).await.map(|answer| format!("{answer:?}")))?;
    check("purge", store.purge(at(1), at(1), at(1), most(5)).await.map(|answer| format!("{answer:?}")))?;
    check("census", store.census().await.map(|answer| format!("{answer:?}")))?;
    check("probe", store.probe().await.map(|()| "ready".to_owned()))?;
    Ok(Coming { draft: coming, maybe_done })
}
