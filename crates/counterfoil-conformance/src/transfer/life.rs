//! Makes the same calls on two stores that contain copies of the same families.

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{InsertInto, NoticeMark, WholeFamily};

use super::Whole;
use super::copy::{same, text};
use crate::purge::purge;
use crate::sample::{
    EXPIRES, GONE, Person, at, bounded, describe_as, make_room, member_id, most, pace, refuse, revoked, slide,
    supersede,
};
use crate::violation::{Violation, ensure};

/// Makes the same call on both stores. It is a violation if the results differ.
macro_rules! ask {
    ($source:ident, $target:ident: $what:expr, |$store:ident| $call:expr) => {{
        let left = {
            let $store = &$source;
            text(&$call.await?)
        };
        let right = {
            let $store = &$target;
            text(&$call.await?)
        };
        ensure!(left == right, "{} must answer {left}, but on the copy it answered {right}", $what);
    }};
}

/// Makes the same calls on both stores, for each of the families `all`. Checks that the results are equal after each
/// call, and that the stored states are equal at the end.
pub(super) async fn both<S: Whole>(source: &Arc<S>, target: &Arc<S>, all: &[WholeFamily]) -> Result<(), Violation> {
    for whole in all {
        let (row, members) = (whole.family(), whole.members());
        let person = Person { realm: row.realm.clone(), owner: row.owner.clone() };
        let mut draft = if row.client.is_some() { person.refresh() } else { person.pat() };
        draft.family.kind = row.kind;
        draft.records[0].kind = row.kind;
        draft.family.label_key.clone_from(&row.label_key);
        ask!(source, target: "a held label", |store| store.insert(draft.home(None), &draft.records, at(100)));
        draft.family.label_key = None;
        for (cap, within) in [(Some(refuse(2)), None), (None, Some(pace(2, at(0))))] {
            let mut next = person.pat();
            next.family.kind = row.kind;
            next.records[0].kind = row.kind;
            ask!(source, target: "a bound", |store| store.insert(next.bounded(cap, within), &next.records, at(101)));
        }
        // A copy of the draft with this family's id. Records that are added to the family are made from the copy.
        let mut own = draft.clone();
        own.family.id = row.id;
        let access = {
            let mut access = own.access(row.generation);
            access.id = member_id(row.id);
            access
        };
        let join = InsertInto::Join { family: row.id, generation: row.generation, access_cap: Some(most(2)) };
        ask!(source, target: "a join", |store| store.insert(join, std::slice::from_ref(&access), at(102)));
        for member in members {
            let id = &member.id;
            let next = {
                let mut next = own.successor(*id, member.generation + 1);
                next.id = member_id(row.id);
                next
            };
            let step = supersede(member.version, next.id, at(103));
            let paced = bounded(step, Some(pace(1, at(20))), None);
            // Access tokens are not rotated.
            if member.kind == row.kind {
                let new = std::slice::from_ref(&next);
                ask!(source, target: "a paced rotation", |store| store.rotate(id, &paced, new, at(103)));
                ask!(source, target: "a rotation", |store| store.rotate(id, &step, new, at(104)));
            }
            ask!(source, target: "a touch", |store| store.touch(&[(*id, at(105))]));
            if let Some(mark) = member.notice {
                ask!(source, target: "a claim", |store| store.claim(id, mark, at(500)));
                let held = NoticeMark { at: at(500), stage: mark.stage };
                ask!(source, target: "a settlement", |store| store.settle(id, held, None, Some((at(EXPIRES), 7))));
            }
            let version = member.version;
            ask!(source, target: "an edit", |store| store.apply(id, version, &describe_as("copied"), at(106)));
            let step = slide(at(EXPIRES + 9), at(GONE + 9));
            ask!(source, target: "a slide", |store| store.rotate(id, &step, &[], at(107)));
        }
    }
    same(source, target, "after the same steps").await?;
    let dan = Person::new("default", "dan");
    let room = dan.refresh();
    ask!(source, target: "an insert that makes room", |store| {
        store.insert(room.bounded(Some(make_room(1, at(110))), None), &room.records, at(110))
    });
    let cat = Person::new("default", "cat");
    ask!(source, target: "the end of an owner", |store| store.revoke(cat.all(), revoked(at(111)), at(GONE), most(100)));
    for now in [at(112), at(GONE - 1), at(GONE), at(GONE + 9), at(3 * GONE)] {
        let unsent = Timestamp::from_micros(now.micros() - 10).unwrap_or(now);
        for windows in [at(100), now] {
            ask!(source, target: "a purge", |store| async { purge(&***store, now, unsent, windows).await });
        }
        same(source, target, "after a purge").await?;
    }
    Ok(())
}
