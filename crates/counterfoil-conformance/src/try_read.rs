//! Checks reads that do not wait (clause 60 of `TokenStore`).

mod lock;
mod race;

use counterfoil::store::{RecordRef, TokenRecord, TokenStore};
use counterfoil::types::RecordId;

use crate::database::Database;
use crate::fixture::Row;
use crate::outcomes::{Case, State};
use crate::reference::describe;
use crate::sample::{Person, member_id};
use crate::scene::{Deed, Scene};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Checks that `try_read` passes to `look` what `get` returns (clause 60 of `TokenStore`). `try_read` must call `look`
/// once and return `true`, or not at all and return `false`. The record that it passes must be the one that `get`
/// returns at the same moment, in every state of a record, after every write, through every handle, and while another
/// thread writes. `try_read` must not pass a record for which `get` gives an error. While `look` runs, calls of other
/// threads must be able to continue.
///
/// A store that always returns `false` passes. If `try_read` returns `false` in every state of a record, the longer
/// parts of the check are left out. The parts with damaged rows and outages need the hooks `damage` and `outage` of the
/// fixture.
pub async fn try_read_shows_what_get_returns(subject: &Subject) -> Verdict {
    let mut shows = every_state(subject).await?;
    shows |= beside_damage(subject).await?;
    shows |= during_an_outage(subject).await?;
    if shows {
        after_every_deed(subject).await?;
        lock::calls_go_on(subject).await?;
        race::beside_a_writer(subject).await?;
    }
    Ok(Checked::Held)
}

/// The outcome of a call of `try_read`. `Some` contains what the call passed to `look`: a record, or `None` because
/// there is no such record. The outer `None` means that the call returned `false`.
type Shown = Option<Option<TokenRecord>>;

/// Calls `try_read`. Checks that it has called `look` exactly once if it returned `true`, and not at all otherwise.
fn shown(store: &dyn TokenStore, id: &RecordId) -> Result<Shown, Violation> {
    let (mut calls, mut seen) = (0, None);
    let answer = store.try_read(id, &mut |record| {
        calls += 1;
        seen = record.map(RecordRef::to_record);
    });
    ensure!(
        calls == u32::from(answer),
        "try_read must call `look` once and return true, or not call it and return false, but it returned {answer} after \
         {calls} calls"
    );
    Ok(answer.then_some(seen))
}

/// Compares `try_read` with `get`, through both handles. If `try_read` returns `true`, `get` must succeed, and the
/// record given to `look` must be the one that `get` returns. If `try_read` returns `false`, it is called again after
/// the `get`, because a cache may have the record only then. Returns true if `try_read` has returned true through at
/// least one handle.
async fn agrees(database: &Database, id: &RecordId, when: &str) -> Result<bool, Violation> {
    let first = [shown(&**database.handle(0), id)?, shown(&**database.handle(1), id)?];
    let answer = database.get(id).await;
    let wanted = answer.as_ref().map_or_else(|error| format!("{error:?}"), |got| said(got.as_ref()));
    let mut shows = false;
    for (number, first) in first.into_iter().enumerate() {
        let seen = if first.is_some() { first } else { shown(&**database.handle(number), id)? };
        let Some(seen) = seen else { continue };
        let text = said(seen.as_ref());
        ensure!(
            answer.is_ok() && text == wanted,
            "{when}, try_read must show what get returns or return false, but it showed\n{text}\nand get returned\n\
             {wanted}"
        );
        shows = true;
    }
    Ok(shows)
}

fn said(record: Option<&TokenRecord>) -> String {
    record.map_or_else(|| "no record".to_owned(), describe)
}

/// Calls [`agrees`] for each of the records. Returns true if one of these calls has returned true.
async fn all_agree(database: &Database, ids: &[RecordId], when: &str) -> Result<bool, Violation> {
    let mut shows = false;
    for id in ids {
        shows |= agrees(database, id, when).await?;
    }
    Ok(shows)
}

/// Checks that `try_read` passes what `get` returns in each state of a record. The states are those of the table in
/// `WRITING-A-STORE.md`. Checks the same for the id of a member that does not exist. Returns true if `try_read` has
/// returned true at least once.
async fn every_state(subject: &Subject) -> Result<bool, Violation> {
    let database = subject.fresh_with(2).await;
    let mut shows = false;
    for state in State::ALL {
        let Some(case) = Case::new(&database, state).await? else { continue };
        let ids = [case.id, member_id(case.id.family())];
        shows |= all_agree(&database, &ids, &format!("if a record is {}", state.name())).await?;
    }
    Ok(shows)
}

/// Checks that `try_read` passes what `get` returns after each operation of [`Deed::ALL`] that writes. Each operation
/// runs in a new scene, and then all records of the scene are read. They are also read before the operation, so that a
/// store with a cache has the old records in it.
async fn after_every_deed(subject: &Subject) -> Result<(), Violation> {
    let database = subject.fresh_with(2).await;
    for deed in Deed::ALL.into_iter().filter(|deed| !deed.reads()) {
        let scene = Scene::new(&*database).await?;
        let mut ids = scene.standing();
        ids.extend(scene.new_ids(deed, 0));
        for (id, number) in ids.iter().flat_map(|id| [(id, 0), (id, 1)]) {
            // A store with a cache now has the record as it is before the write.
            let handle = database.handle(number);
            shown(&**handle, id)?;
            handle.get(id).await?;
            shown(&**handle, id)?;
        }
        scene.act(&*database, deed, 0).await?;
        all_agree(&database, &ids, &format!("after {deed:?}")).await?;
    }
    Ok(())
}

/// Checks that `try_read` passes what `get` returns for the members of two families. In the first family, one member is
/// damaged. In the second, the row of the family is damaged. If the fixture does not implement the hook `damage`, only
/// checks reads without damage. Returns true if `try_read` has returned true at least once.
async fn beside_damage(subject: &Subject) -> Result<bool, Violation> {
    let (database, ann) = (subject.fresh_with(2).await, Person::new("default", "ann"));
    let drafts = [(); 2].map(|()| ann.refresh().with_access());
    let mut shows = false;
    for (draft, whole) in drafts.iter().zip([false, true]) {
        let id = draft.found(&*database).await?;
        let ids: Vec<RecordId> = draft.records.iter().map(|record| record.id).collect();
        shows |= all_agree(&database, &ids, "before the damage").await?;
        let row = if whole { Row::Family(&draft.family.id) } else { Row::Record(&id) };
        if !database.damage(row).await {
            break;
        }
        let when = if whole { "if the family is damaged" } else { "if a record of the family is damaged" };
        shows |= all_agree(&database, &ids, when).await?;
    }
    Ok(shows)
}

/// Checks that `try_read` passes what `get` returns, before and during an outage of the backend. If the fixture does
/// not implement the hook `outage`, only checks the reads before it. Returns true if `try_read` has returned true at
/// least once.
async fn during_an_outage(subject: &Subject) -> Result<bool, Violation> {
    let (database, ann) = (subject.fresh_with(2).await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    let ids = [draft.found(&*database).await?, draft.records[1].id, member_id(draft.family.id)];
    let before = all_agree(&database, &ids, "before an outage").await?;
    if !database.outage(true).await {
        return Ok(before);
    }
    let during = all_agree(&database, &ids, "during an outage").await;
    database.outage(false).await;
    Ok(during? || before)
}
