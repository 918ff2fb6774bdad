//! Tests password checks that are still in progress (requirement SYN-TOKEN 12). A check in progress does not count as a
//! failure. The number of checks in progress is limited, and each check ends.

use std::future::{Future, poll_fn};
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::memory::MemoryDirectory;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::operations::{LoginError, OpenedSession};
use counterfoil::store::Throttle as _;
use counterfoil::types::Source;
use counterfoil::{Account, Secret, SubjectId, Timestamp};

use crate::support::*;

/// A directory whose password checks finish at the second poll.
struct Slow(Arc<MemoryDirectory>);

#[async_trait]
impl Accounts for Slow {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.0.account(subject).await
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        self.0.resolve(name).await
    }
}

#[async_trait]
impl Logins for Slow {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let mut waited = false;
        poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
        self.0.authenticate(login).await
    }
}

#[async_trait]
impl Search for Slow {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        self.0.find(text, limit).await
    }
}

type UnderWay<'a> = Pin<Box<dyn Future<Output = Result<OpenedSession, LoginError>> + 'a>>;

fn slow_world() -> World {
    let world = world();
    let people = Arc::clone(&world.people);
    world.elsewhere(|builder| builder.directory(Slow(people)))
}

fn sign_in<'a>(world: &'a World, source: &'a Source, password: &'a Secret) -> UnderWay<'a> {
    let open = async move {
        let login = Login::new("ivan", password);
        world.handle.open_session(&login, source).await
    };
    Box::pin(open)
}

/// Polls each sign-in once. Returns the sign-ins that are still in progress, and the outcomes of the others.
fn step(all: Vec<UnderWay<'_>>) -> (Vec<UnderWay<'_>>, Vec<Result<OpenedSession, LoginError>>) {
    let (mut under_way, mut ended) = (Vec::new(), Vec::new());
    for mut one in all {
        match one.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => ended.push(outcome),
            Poll::Pending => under_way.push(one),
        }
    }
    (under_way, ended)
}

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn is_busy(outcome: &Result<OpenedSession, LoginError>) -> bool {
    matches!(outcome, Err(LoginError::Busy { .. }))
}

#[test]
fn fault_b1_right_sign_ins_in_parallel_are_not_throttled() {
    let world = slow_world();
    let (source, right) = (source_of(Some("a")), secret("ivan"));
    for _ in 0..5 {
        let (under_way, refused) = step((0..25).map(|_| sign_in(&world, &source, &right)).collect());
        assert_eq!(under_way.len(), 10, "as many as the limit are tested at once");
        assert_eq!(refused.len(), 15);
        assert!(refused.iter().all(is_busy), "the others are told that attempts are under way, and of no failure");
        let (under_way, ended) = step(under_way);
        assert!(under_way.is_empty());
        assert!(ended.iter().all(Result::is_ok), "each of them is a success");
    }
    let left = block_on(world.store.purge_counters(Timestamp::MAX, NonZeroU32::MAX)).expect("available");
    assert_eq!(left, 0, "and nothing is left of any");
}

#[test]
fn fault_b1_guesses_in_parallel_pass_no_limit() {
    let world = slow_world();
    let (source, right, wrong) = (source_of(Some("a")), secret("ivan"), secret("wrong"));
    let (under_way, refused) = step((0..25).map(|_| sign_in(&world, &source, &wrong)).collect());
    assert_eq!((under_way.len(), refused.len()), (10, 15));
    let (_, ended) = step(under_way);
    assert!(ended.iter().all(|outcome| matches!(outcome, Err(LoginError::Refused))));
    let (_, waits) = step(vec![sign_in(&world, &source, &right)]);
    let [Err(LoginError::SlowDown { until })] = waits[..] else { panic!("ten failures are in the way") };
    assert_eq!(until, world.now().plus_capped(minutes(1)));
}

#[test]
fn fault_b1_what_nobody_settled_counts_as_failed_after_a_minute() {
    let world = slow_world();
    let (source, right) = (source_of(Some("a")), secret("ivan"));
    let (under_way, _) = step((0..10).map(|_| sign_in(&world, &source, &right)).collect());
    drop(under_way);
    let outcome = || step(vec![sign_in(&world, &source, &right)]).1.pop();
    world.pass(Duration::from_secs(59));
    assert!(outcome().is_some_and(|outcome| is_busy(&outcome)), "until then they are under way");
    world.pass(Duration::from_secs(1));
    let until = world.now().plus_capped(minutes(1));
    let slow_down =
        |outcome| matches!(outcome, Some(Err(LoginError::SlowDown { until: wait_until })) if wait_until == until);
    assert!(slow_down(outcome()), "then ten failures are in the way");
    world.clock.set(until);
    let (under_way, _) = step(vec![sign_in(&world, &source, &right)]);
    assert!(matches!(step(under_way).1[..], [Ok(_)]));
}

#[test]
fn fault_b1_without_an_adapter_the_endpoint_says_one_second() {
    let world = slow_world();
    let (source, any) = (source_of(Some("10.0.0.1")), secret("any"));
    let (_under_way, _) = step((0..10).map(|_| sign_in(&world, &source, &any)).collect());
    let basic = world.basic("rotating");
    let authorization = [basic.as_bytes()];
    let request = OAuthRequest::new(b"grant_type=password&username=ivan&password=ivan", &source)
        .with_authorization(&authorization)
        .with_content_type(FORM);
    let error = block_on(world.handle.token(request)).expect_err("ten are under way");
    let key = *error.waits_for().expect("what to line up for");
    let places: Vec<_> = (0..8).map_while(|_| world.handle.line_up(&key)).collect();
    assert_eq!(places.len(), 8);
    assert!(world.handle.line_up(&key).is_none(), "eight wait at most");
    let reply = Reply::from(Answer::from(error));
    assert_eq!(reply.error(), (429, "slow_down".into()));
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[test]
fn fault_b2_without_a_source_eight_passwords_are_tested_at_once() {
    let world = slow_world();
    let (source, right, wrong) = (Source::Unknown, secret("ivan"), secret("wrong"));
    let (under_way, refused) = step((0..25).map(|_| sign_in(&world, &source, &wrong)).collect());
    assert_eq!((under_way.len(), refused.len()), (8, 17));
    assert!(refused.iter().all(is_busy));
    step(under_way);
    let (under_way, _) = step(vec![sign_in(&world, &source, &right)]);
    assert!(matches!(step(under_way).1[..], [Ok(_)]), "then the right one is let in");
    let (under_way, _) = step((0..8).map(|_| sign_in(&world, &source, &wrong)).collect());
    drop(under_way);
    let (under_way, _) = step(vec![sign_in(&world, &source, &right)]);
    assert_eq!(under_way.len(), 1, "who goes away gives its turn back");
}
