//! Checks which families a cap on renewals counts.

use counterfoil::client::ClientKey;
use counterfoil::store::{Access, FamilyBody, Revoke, Rotated, TokenStore};
use counterfoil::types::{OwnerId, TokenKind};
use counterfoil::{Realm, SubjectId};

use super::cap::cap;
use super::renewed;
use crate::sample::{Draft, EXPIRES, GONE, Person, at, most, revoked, supersede};
use crate::together::found_all;
use crate::violation::{Violation, ensure_is};

/// The instant at which the families of this file are renewed.
const NOW: u64 = 10;

fn of(person: &Person, kind: TokenKind, body: FamilyBody) -> Draft {
    let mut draft = person.pat();
    (draft.family.kind, draft.records[0].kind, draft.family.body) = (kind, kind, body);
    draft
}

fn expired(draft: Draft) -> Draft {
    draft.ending(Some(at(5)), Some(at(GONE)))
}

/// Returns families that must not count when a personal access token, or a sign-in, of this person is renewed: live
/// families of other kinds, clients, owners and realms, and expired families that would count if they were live.
fn strangers(ann: &Person, renews_a_sign_in: bool) -> Vec<Draft> {
    let other_owner = Person { owner: SubjectId::new("Ann").expect("a subject").into(), ..ann.clone() };
    let of_the_realm = Person { owner: OwnerId::realm(), ..ann.clone() };
    let other_realm = Person { realm: Realm::new("other").expect("a realm"), ..ann.clone() };
    let created_by = SubjectId::new("root").expect("a subject");
    let code = FamilyBody::Code { created_by, access: Access::SuperAdministrator, named: None };
    let session = FamilyBody::Session { authenticated_at: at(0), absolute_end: at(GONE) };
    let mut all = vec![
        of(ann, TokenKind::SecurityCode, code),
        of(ann, TokenKind::ConsoleSession, session),
        ann.refresh().through(ClientKey::from_bytes([0; 16])).with_access(),
        ann.refresh().through(ClientKey::from_bytes([8; 16])).with_access(),
    ];
    for person in [&other_owner, &of_the_realm, &other_realm] {
        all.extend([person.pat(), person.refresh().with_access()]);
    }
    all.push(if renews_a_sign_in { ann.pat() } else { ann.refresh() });
    let alike = || if renews_a_sign_in { ann.refresh() } else { ann.pat() };
    all.extend([alike().ending(Some(at(NOW)), Some(at(GONE))), alike().ending(Some(at(NOW - 1)), None)]);
    all
}

/// Renews a family under a cap of 1, beside many families of which none counts: those of [`strangers`], and a revoked
/// one.
pub(super) async fn others_do_not_count(store: &dyn TokenStore) -> Result<(), Violation> {
    for (owner, signs_in) in [("ann", false), ("ANN", true)] {
        let ann = Person::new("default", owner);
        let others = strangers(&ann, signs_in);
        found_all(store, &others).await?;
        let alike = || if signs_in { ann.refresh() } else { ann.pat() };
        let ended = alike();
        ended.found(store).await?;
        let _ = store.revoke(ann.family(ended.family.id), revoked(at(9)), at(GONE), most(1)).await?;
        let draft = expired(alike());
        let parent = draft.found(store).await?;
        let (answer, next) = renewed(store, &draft, parent, cap(1), at(NOW)).await?;
        ensure_is!(answer, Rotated::Done, "no other family of {owner} may count towards the cap");
        let (answer, _) = renewed(store, &draft, next, cap(1), at(NOW)).await?;
        ensure_is!(answer, Rotated::Done, "a live family must not be refused");
    }
    Ok(())
}

/// Renews a family under a cap of 1, beside one family that counts. This family is in turn a permanent one, one that
/// expires one microsecond later, one that was rotated, one whose only record is revoked by itself, and one past its
/// `gone_at`.
pub(super) async fn every_live_one_counts(store: &dyn TokenStore) -> Result<(), Violation> {
    for (number, what) in ["permanent", "about to expire", "rotated", "with a revoked record", "past its `gone_at`"]
        .into_iter()
        .enumerate()
    {
        for signs_in in [false, true] {
            let person = Person::new("default", &format!("ann-{number}-{signs_in}"));
            let alike = || if signs_in { person.refresh() } else { person.pat() };
            let live = match number {
                0 => alike().ending(None, None),
                1 => alike().ending(Some(at(NOW + 1)), Some(at(GONE))),
                2 => expired(alike()),
                3 => alike(),
                _ => alike().ending(Some(at(EXPIRES)), Some(at(2))),
            };
            let id = live.found(store).await?;
            if number == 2 {
                let next = live.successor(id, 1);
                let step = supersede(counterfoil::types::Version::FIRST, next.id, at(7));
                let _ = store.rotate(&id, &step, std::slice::from_ref(&next), at(7)).await?;
            }
            if number == 3 {
                let _ = store.revoke(Revoke::One(&id), revoked(at(8)), at(GONE), most(1)).await?;
            }
            let draft = expired(alike());
            let parent = draft.found(store).await?;
            let (answer, _) = renewed(store, &draft, parent, cap(1), at(NOW)).await?;
            ensure_is!(answer, Rotated::OwnerFull, "a family that is {what} must count towards the cap");
            let (answer, _) = renewed(store, &draft, parent, cap(2), at(NOW)).await?;
            ensure_is!(answer, Rotated::Done, "a family that is {what} counts as one");
        }
    }
    Ok(())
}
