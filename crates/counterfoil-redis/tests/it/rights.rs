//! Tests the rights of the server's user. The documented rights suffice, and each is necessary. If a right is missing,
//! the store is refused with an error that names the right. If the user loses a right later, a script stops before its
//! first write.

use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space, told_rights};
use counterfoil::store::{Change, FamilyDetails, ParentUpdate, Revoke, StoreError, TokenStore};
use counterfoil::types::{Metadata, Version};
use counterfoil_conformance::sample::{EXPIRES, GONE, Person, at, describe_as, most, revoked, supersede};
use counterfoil_redis::RedisStore;
use counterfoil_redis::redis::{Value, cmd};

const BOTH: [Backend; 2] = [Backend::Single, Backend::Cluster];

#[test]
fn fault_g7_one_right_less_than_the_documentation_lists_is_refused_by_its_name() {
    RUNTIME.block_on(async {
        let mut tried = 0;
        for right in told_rights() {
            let space = Space::new(Backend::Single);
            space.acl(&[&format!("-{right}")]);
            let refused = RedisStore::open(space.urls()[0].as_str(), space.options()).await.map(drop);
            let refused = refused.expect_err(right);
            let name = right.split('|').next().expect("a name");
            let message = format!("{refused} {:?}", std::error::Error::source(&refused).map(ToString::to_string));
            assert!(message.contains(name), "{right}: {message}");
            tried += 1;
        }
        assert!(tried > 20);
    });
}

/// Returns a digest of the value of each key of a space, in the order of the keys of each node.
fn everything(space: &Space, backend: Backend) -> Vec<Value> {
    backend.each(|node| {
        let keys: Vec<Vec<u8>> = cmd("KEYS").arg(format!("{}:*", space.prefix())).query(node).expect("keys");
        let mut dumps: Vec<(Vec<u8>, Value)> = Vec::new();
        for key in keys {
            let digest = cmd("DEBUG").arg("DIGEST-VALUE").arg(&key).query(node).expect("a digest");
            dumps.push((key, digest));
        }
        dumps.sort_by(|one, other| one.0.cmp(&other.0));
        Value::Array(dumps.into_iter().map(|(_, digest)| digest).collect())
    })
}

/// Takes each right in turn away from the user of an open store, and makes eight calls that write. Checks that a call
/// which fails for lack of the right has written nothing.
#[test]
fn fault_g7_a_right_that_is_lost_stops_a_step_before_its_first_write() {
    RUNTIME.block_on(async {
        let backend = Backend::Single;
        let space = Space::new(backend);
        let store = space.open_with(space.options().with_narrowing_log()).await;
        let person = Person::somebody();
        let (doomed, parent) = (person.pat().noticed(at(9), 0).labelled("one"), person.refresh());
        let gone = person.pat().ending(Some(at(1)), Some(at(2)));
        let (ended, renewed, described) = (person.refresh(), person.pat(), person.pat());
        for draft in [&doomed, &parent, &gone, &ended, &renewed, &described] {
            draft.found(&store).await.expect("a record");
        }
        let done = store.revoke(person.family(ended.family.id), revoked(at(1)), at(2), most(1)).await;
        assert_eq!(done.expect("an answer").changed, 1);
        let (new, next) = (person.pat().labelled("two"), parent.successor(parent.id(), 1));
        let step = supersede(Version::FIRST, next.id, at(3));
        let later = renewed.successor(renewed.id(), 1);
        let mut renewal = supersede(Version::FIRST, later.id, at(EXPIRES));
        if let ParentUpdate::Supersede { cap, .. } = &mut renewal {
            *cap = Some(most(9));
        }
        let metadata = "{\"a\":1}".parse::<Metadata>().expect("metadata");
        let details = Some(FamilyDetails::new().with_metadata(metadata).kept());
        let detailed = Change::Edit { label: None, description: None, scope: None, details };
        let ended_id = renewed.id();
        let renew = || store.rotate(&ended_id, &renewal, std::slice::from_ref(&later), at(EXPIRES));
        space.acl(&["-zlexcount"]);
        let before = everything(&space, backend);
        let refused = renew().await;
        assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
        assert!(before == everything(&space, backend), "a renewal was half done");
        space.acl(&["+zlexcount"]);
        let rights =
            ["hset", "hdel", "hincrby", "hget", "hmget", "hkeys", "hexists", "hscan", "exists", "zadd", "zrem"];
        for right in rights {
            space.acl(&[&format!("-{right}")]);
            let mut refused = 0;
            for attempt in 0..8 {
                let before = everything(&space, backend);
                let family = person.family(doomed.family.id);
                let answer = match attempt {
                    0 => store.insert(new.home(None), &new.records, at(3)).await.map(drop),
                    1 => store.rotate(&parent.id(), &step, std::slice::from_ref(&next), at(3)).await.map(drop),
                    2 => store.apply(&doomed.id(), Version::FIRST, &describe_as("x"), at(3)).await.map(drop),
                    3 => store.purge(at(5), at(5), at(5), most(100)).await.map(drop),
                    4 => renew().await.map(drop),
                    5 => store.apply(&described.id(), Version::FIRST, &detailed, at(3)).await.map(drop),
                    6 => store.revoke(Revoke::One(&doomed.id()), revoked(at(3)), at(GONE), most(1)).await.map(drop),
                    _ => store.revoke(family, revoked(at(3)), at(GONE), most(1)).await.map(drop),
                };
                if let Err(error) = answer {
                    assert!(matches!(error, StoreError::Unavailable { .. }), "{right}: {error:?}");
                    assert!(before == everything(&space, backend), "{right}: step {attempt} was half done");
                    refused += 1;
                }
            }
            assert!(refused > 0, "{right}: the control");
            space.acl(&[&format!("+{right}")]);
        }
        assert_eq!(store.purge(at(5), at(5), at(5), most(100)).await.expect("an answer").changed, 2);
    });
}

/// An interrupted purge of an earlier version has left a family without members, and a revoked family that is in no
/// index. Checks that later purges find and remove both.
#[test]
fn fault_g7_families_that_a_purge_left_half_done_are_purged() {
    RUNTIME.block_on(async {
        for backend in BOTH {
            let space = Space::new(backend);
            let store = space.open().await;
            let person = Person::somebody();
            let (empty, lost, living) = (person.pat().labelled("empty"), person.pat(), person.pat());
            for draft in [&empty, &lost, &living] {
                draft.found(&store).await.expect("a record");
            }
            let done = store.revoke(person.family(lost.family.id), revoked(at(1)), at(2), most(1)).await;
            assert_eq!(done.expect("an answer").changed, 1);
            let shard = format!("{}:{{{:02x}}}", space.prefix(), empty.id().shard());
            backend.each(|node| {
                // In a cluster, only the node that serves the slot of the keys accepts these commands. The errors of
                // the other nodes are ignored.
                let key = space.family_key(&empty.id());
                for field in ["b", "t", "v", "x", "n", "q", "s", "r", "u"] {
                    let member = [field.as_bytes(), &empty.id().member()].concat();
                    let _ = cmd("HDEL").arg(&key).arg(member).exec(node);
                }
                let _ = cmd("HSET").arg(&key).arg("n").arg("0").exec(node);
                let _ = cmd("DEL").arg(format!("{shard}:t")).exec(node);
            });
            let fresh = space.open().await;
            let there = |id| {
                let key = space.family_key(&id);
                backend.each(|node| cmd("EXISTS").arg(&key).query::<u64>(node).unwrap_or(0)).iter().sum::<u64>()
            };
            // Each purge scans only a part of the keys of one node, and removes the interrupted families among them.
            // The node also has the keys of other tests, so many purges can be necessary.
            for _ in 0..200 {
                assert!(fresh.purge(at(5), at(5), at(5), most(100)).await.is_ok());
                if (there(empty.id()), there(lost.id())) == (0, 0) {
                    break;
                }
            }
            assert_eq!((there(empty.id()), there(lost.id()), there(living.id())), (0, 0, 1), "{backend:?}");
            let again = person.pat().labelled("empty");
            assert!(again.found(&store).await.is_ok(), "its label is free");
        }
    });
}
