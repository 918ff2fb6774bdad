//! Tests pages of lists from which many records were removed, and pages with records that do not decode.

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use crate::support::monitor::Monitor;
use counterfoil::Realm;
use counterfoil::client::{ClientKey, Registration};
use counterfoil::store::{ClientPut, ClientStore, Rotated, TokenStore};
use counterfoil::types::{OwnerId, TokenKind, Version};
use counterfoil_conformance::sample::{GONE, Person, at, most, revoked, supersede};
use counterfoil_redis::redis::cmd;
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];
const PAT: TokenKind = TokenKind::PersonalAccessToken;

/// An owner creates one token that stays, and then creates and deletes 2,300 tokens. The page with the first token
/// costs few commands. Every page except the last one has a next page.
#[test]
fn fault_a12_a_page_after_2_300_deletions_costs_few_commands() {
    const CYCLES: usize = 2_300;
    let server = RedisServer::start();
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let person = Person::somebody();
        let living = person.pat().created(at(0));
        living.found(&store).await.expect("a record");
        for turns in (1..=CYCLES).collect::<Vec<_>>().chunks(100) {
            let making = turns.iter().map(|turn| {
                let (draft, store, person) = (person.pat().created(at(*turn as u64)), &store, &person);
                async move {
                    draft.found(store).await.expect("a record");
                    store.revoke(person.family(draft.family.id), revoked(at(5_000)), at(GONE), most(1)).await
                }
            });
            for done in futures_util::future::join_all(making).await {
                assert_eq!(done.expect("an answer").changed, 1);
            }
        }
        let standing = person.standing(PAT, at(6_000));
        let warm = store.list(standing, None, most(1)).await;
        assert!(warm.is_ok(), "the script is known");
        let monitor = Monitor::of(server.port());
        let page = store.list(standing, None, most(50)).await.expect("a page");
        // On a busy machine, the store can open a connection or ask for the role of the server meanwhile.
        let upkeep = ["HELLO", "AUTH", "CLIENT", "SELECT", "ROLE", "INFO", "PING"].map(|name| format!("\"{name}\""));
        let is_upkeep = |line: &String| upkeep.iter().any(|name| line.to_uppercase().contains(name));
        let sent: Vec<_> = monitor.sent().into_iter().filter(|line| !is_upkeep(line)).collect();
        let shown: Vec<_> = page.items.iter().map(|record| record.record().id).collect();
        assert_eq!((shown, page.next, page.corrupt), (vec![living.id()], None, 0));
        assert!(sent.len() <= 8, "{} commands: {sent:#?}", sent.len());
        let all = store.list(person.listing(PAT), None, most(50)).await.expect("a page");
        assert_eq!((all.items.len(), all.next.is_some()), (50, true), "the control: they are there");
    });
}

/// Many short pages together list all live records in order. A record that does not decode is counted on its page.
#[test]
fn fault_a12_what_stands_is_told_once_and_in_order() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = space.open().await;
            let mut wanted = Vec::new();
            let mut damaged = None;
            for turn in 0..60_u64 {
                let draft = person.pat().created(at(turn));
                let draft = if turn % 6 == 1 { draft.ending(Some(at(10)), Some(at(100))) } else { draft };
                let id = draft.found(&store).await.expect("a record");
                match turn % 6 {
                    0 => {
                        let done =
                            store.revoke(person.family(draft.family.id), revoked(at(70)), at(GONE), most(1)).await;
                        assert_eq!(done.expect("an answer").changed, 1);
                    }
                    2 => {
                        let next = draft.successor(id, 1);
                        let step = supersede(Version::FIRST, next.id, at(turn));
                        let (next_id, done) = (next.id, store.rotate(&id, &step, &[next], at(turn)).await);
                        assert!(matches!(done, Ok(Rotated::Done)));
                        // The `created_at` of the successor is 0.
                        wanted.push((0, next_id));
                    }
                    3 if turn == 33 => damaged = Some(id),
                    _ => {
                        if turn % 6 != 1 {
                            wanted.push((turn, id));
                        }
                    }
                }
            }
            assert!(space.damage(&damaged.expect("one")));
            wanted.sort_unstable_by(|one, other| other.cmp(one));
            for limit in [1, 3, 7, 200] {
                let (mut seen, mut after, mut corrupt) = (Vec::new(), None, 0);
                loop {
                    let standing = person.standing(PAT, at(100));
                    let page = store.list(standing, after.as_ref(), most(limit)).await.expect("a page");
                    assert!(page.items.len() + page.corrupt as usize <= limit as usize);
                    seen.extend(page.items.iter().map(|record| record.record().id));
                    (after, corrupt) = (page.next, corrupt + page.corrupt);
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, wanted.iter().map(|(_, id)| *id).collect::<Vec<_>>(), "{backend:?}, {limit} a page");
                assert_eq!(corrupt, 1);
            }
        }
    });
}

/// Registrations that do not decode are counted and skipped at any place on a page. The list comes to its end, and
/// contains every other registration once.
#[test]
fn registrations_that_do_not_decode_are_passed_over_and_counted() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let (space, realm) = (Space::new(backend), Realm::default());
            let store = space.open().await;
            for (number, name) in ["a", "b", "c", "d", "e", "f"].into_iter().enumerate() {
                let registration = Registration::new(
                    name.parse().expect("a client id"),
                    ClientKey::from_bytes([u8::try_from(number).expect("small"); 16]),
                    name,
                    at(0),
                )
                .with_public(true);
                let put = store.put_client(&realm, None, &registration).await;
                assert!(matches!(put, Ok(ClientPut::Done(_))), "{put:?}");
            }
            let shard = counterfoil::token::shard(&realm, &OwnerId::realm());
            let key = format!("{}:{{{shard:02x}}}:cd:default", space.prefix());
            for name in ["da", "dc", "dd", "df"] {
                let there = backend.each(|node| cmd("HSET").arg(&key).arg(name).arg("{").exec(node).is_ok());
                assert!(there.contains(&true));
            }
            for limit in [1, 2, 3, 5, 6, 9] {
                let (mut seen, mut after, mut corrupt) = (Vec::new(), None, 0);
                loop {
                    let page = store.clients(&realm, after.as_ref(), most(limit)).await.expect("a page");
                    seen.extend(page.items.iter().map(|one| one.registration.display_name.clone()));
                    (after, corrupt) = (page.next, corrupt + page.corrupt);
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!((seen.join(""), corrupt), ("be".to_owned(), 4), "{backend:?}, {limit} a page");
            }
        }
    });
}
