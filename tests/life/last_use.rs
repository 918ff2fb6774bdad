//! Tests the time of a credential's last use: what a list shows, when it is written, and when it can be lost
//! (requirements A2-TOKEN 3 and 4).

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::event::EventKind;
use counterfoil::operations::Flushed;
use counterfoil::store::StoreError;
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// A store that counts the writes of times of last use, and can make these writes fail.
#[derive(Default)]
struct Counting {
    touches: AtomicU32,
    failing: AtomicBool,
}

#[async_trait]
impl Around for Counting {
    async fn before(&self, _: &Base, call: Call<'_>) -> Result<(), StoreError> {
        if matches!(call, Call::Touch) {
            if self.failing.load(Ordering::SeqCst) {
                return Err(StoreError::unavailable("touch"));
            }
            self.touches.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }
}

struct Watched {
    world: World,
    store: Arc<Beset<Counting>>,
}

fn watched(buffered: u32) -> Watched {
    let inner = Arc::new(Base::default());
    let store = Arc::new(Beset { inner: inner.clone(), around: Counting::default() });
    let mut policy = open_policy();
    policy.uses.buffered = buffered;
    let world = world_on(policy, inner, |builder| builder.token_store(store.clone()));
    Watched { world, store }
}

impl Watched {
    fn listed(&self, id: &RecordId) -> Option<Timestamp> {
        let world = &self.world;
        let page = block_on(world.handle.list_personal_access_tokens(&world.presenter("bill"), None, NonZeroU32::MAX))
            .expect("a page");
        page.items.iter().find(|item| item.id == *id).expect("listed").last_used_at
    }

    fn stored(&self, id: &RecordId) -> Option<Timestamp> {
        self.world.stored(id).expect("there").record().last_used_at
    }

    fn touches(&self) -> u32 {
        self.store.around.touches.load(Ordering::SeqCst)
    }

    fn flush(&self) -> Flushed {
        block_on(self.world.handle.flush())
    }
}

#[test]
fn a2_token_3_a_list_shows_label_creation_and_the_last_access_or_never() {
    let watched = watched(10);
    let world = &watched.world;
    let token = world.pat("bill", "Telegram");
    assert_eq!(watched.listed(&token.view.id), None, "never is not a date");
    world.pass(hours(1));
    assert!(world.works(token.token.expose_secret()));
    assert_eq!(watched.listed(&token.view.id), Some(world.now()), "this process's unwritten uses are shown");
    assert_eq!(token.view.label, "Telegram");
    assert_eq!(token.view.created_at, start());
}

#[test]
fn a2_token_4_a_use_costs_at_most_one_write_a_minute_and_none_on_the_hot_path() {
    let watched = watched(10);
    let world = &watched.world;
    let token = world.pat("bill", "ci");
    let id = token.view.id;
    for _ in 0..120 {
        assert!(world.works(token.token.expose_secret()));
        let flushed = watched.flush();
        assert!(flushed.error.is_none());
        world.pass(Duration::from_secs(1));
    }
    assert_eq!(watched.touches(), 2, "120 uses in 120 seconds");
    assert_eq!(watched.stored(&id), start().plus(Duration::from_secs(60)));
    assert_eq!(watched.listed(&id), start().plus(Duration::from_secs(119)));
}

#[test]
fn a2_token_4_only_a_successful_use_counts_and_it_moves_forward_only() {
    let watched = watched(10);
    let world = &watched.world;
    let token = world.create("bill", "ci", 1).expect("a token");
    let id = token.view.id;
    world.pass(hours(1));
    assert!(world.works(token.token.expose_secret()));
    let used = world.now();
    world.clock.set(start());
    assert!(world.works(token.token.expose_secret()));
    assert_eq!(watched.listed(&id), Some(used), "a clock that was put back lowers nothing");
    world.pass(days(1));
    assert!(!world.works(token.token.expose_secret()));
    assert_eq!(watched.listed(&id), Some(used), "a refused use does not count");
    let _ = block_on(world.handle.shutdown());
    assert_eq!(watched.stored(&id), Some(used));
}

#[test]
fn a2_token_4_shutdown_reports_what_it_could_not_write() {
    let watched = watched(10);
    let world = &watched.world;
    let tokens = [world.pat("bill", "one"), world.pat("bill", "two")];
    for token in &tokens {
        assert!(world.works(token.token.expose_secret()));
    }
    watched.store.around.failing.store(true, Ordering::SeqCst);
    let report = block_on(world.handle.shutdown());
    assert_eq!((report.written, report.waiting), (0, 2));
    assert!(matches!(report.error, Some(Unavailable::Store(_))));
    watched.store.around.failing.store(false, Ordering::SeqCst);
    let report = block_on(world.handle.shutdown());
    assert_eq!((report.written, report.waiting, report.error.is_none()), (2, 0, true));
    assert_eq!(watched.stored(&tokens[0].view.id), Some(start()));
}

#[test]
fn a2_token_4_the_buffer_is_bounded_and_says_what_it_dropped() {
    let watched = watched(2);
    let world = &watched.world;
    for label in ["one", "two", "three", "four"] {
        assert!(world.works(world.pat("bill", label).token.expose_secret()), "a full buffer refuses nobody");
    }
    world.take_events();
    let report = watched.flush();
    assert_eq!((report.written, report.dropped), (2, 2));
    assert!(world.take_events().contains(&EventKind::UsesDropped { count: 2 }));
    assert!(world.works(world.pat("bill", "five").token.expose_secret()));
    world.pass(minutes(2));
    let _ = watched.flush();
    assert!(world.works(world.pat("bill", "six").token.expose_secret()));
    let report = watched.flush();
    assert_eq!(report.dropped, 0, "what was written makes room after its interval");
}

#[test]
fn a2_token_4_a_use_just_before_a_flush_is_written_after_the_interval_and_not_forgotten() {
    let watched = watched(10);
    let world = &watched.world;
    let token = world.pat("bill", "ci");
    assert!(world.works(token.token.expose_secret()));
    let _ = watched.flush();
    world.pass(Duration::from_secs(30));
    assert!(world.works(token.token.expose_secret()));
    let report = watched.flush();
    assert_eq!((report.written, report.waiting), (0, 1), "within the minute it waits");
    world.pass(Duration::from_secs(30));
    let report = watched.flush();
    assert_eq!((report.written, report.waiting), (1, 0));
    assert_eq!(watched.stored(&token.view.id), start().plus(Duration::from_secs(30)));
}

#[test]
fn a2_token_4_a_use_that_was_written_late_is_followed_by_the_next_write_after_a_whole_interval() {
    let watched = watched(10);
    let world = &watched.world;
    let token = world.pat("bill", "ci");
    let use_at = |seconds: u64| {
        let passed = world.now().since(start());
        world.pass(Duration::from_secs(seconds).saturating_sub(passed));
        assert!(world.works(token.token.expose_secret()));
    };
    use_at(0);
    use_at(1);
    world.pass(Duration::from_secs(59));
    assert_eq!(watched.flush().written, 1, "the use at one second, written at a minute");
    use_at(62);
    assert_eq!(watched.flush().written, 0, "a minute after the last use, two seconds after the last write");
    world.pass(Duration::from_secs(57));
    assert_eq!(watched.flush().written, 0, "just before two minutes");
    world.pass(Duration::from_secs(1));
    assert_eq!((watched.flush().written, watched.touches()), (1, 2));
}
