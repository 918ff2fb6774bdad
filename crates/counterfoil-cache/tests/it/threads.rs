//! Real threads and real clocks: verifications, the reader of the log, and revocations.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use counterfoil::memory::MemoryStore;
use counterfoil::policy::Policy;
use counterfoil::testing::{TestService, service_with};
use counterfoil_cache::{AgeClock as _, CacheOptions, CachedReads, SystemAge};
use futures_executor::block_on;

const BOUND: Duration = Duration::from_millis(30);
const TOKENS: u64 = 60;

fn service(store: &Arc<MemoryStore>, cache: CachedReads<MemoryStore>) -> TestService {
    let mut policy = Policy::open();
    policy.personal_access_tokens.max_live_per_owner = None;
    policy.verification_staleness = Duration::from_secs(1);
    service_with(policy, |builder| builder.store(Arc::clone(store)).verification_reads(cache))
}

#[test]
fn fleet_1_no_thread_accepts_a_token_by_a_call_that_began_after_the_bound() {
    let store = Arc::new(MemoryStore::default());
    let options = CacheOptions::default().with_max_staleness(BOUND);
    let cache = CachedReads::new(Arc::clone(&store), options).expect("valid");
    let service = service(&store, cache.clone());
    let texts: Vec<_> = (0..TOKENS)
        .map(|_| {
            let issued = block_on(service.personal_access_token("ivan", None));
            (issued.view.id, issued.token.expose_secret().to_owned(), AtomicU64::new(u64::MAX))
        })
        .collect();
    let nanos = || u64::try_from(SystemAge.read().running.as_nanos()).expect("in range");
    let (done, accepted) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                block_on(cache.refresh()).expect("in memory");
                thread::yield_now();
            }
        });
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    for (_, text, revoked) in &texts {
                        let (revoked, began) = (revoked.load(Ordering::SeqCst), nanos());
                        let is_ok = block_on(service.verify(text)).is_ok();
                        let late = began.saturating_sub(revoked) >= u64::try_from(BOUND.as_nanos()).expect("small");
                        assert!(!(is_ok && late), "accepted {} ns after the revocation", began - revoked);
                        accepted.fetch_add(u64::from(is_ok), Ordering::Relaxed);
                    }
                }
            });
        }
        for (id, _, revoked) in &texts {
            block_on(service.revoke_family_of(id)).expect("revoked");
            revoked.store(nanos(), Ordering::SeqCst);
            let until = nanos() + 3_000_000;
            while nanos() < until {
                thread::yield_now();
            }
        }
        let until = nanos() + 2 * u64::try_from(BOUND.as_nanos()).expect("small");
        while nanos() < until {
            thread::yield_now();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(accepted.into_inner() > 0);
    assert!(texts.iter().all(|(_, text, _)| block_on(service.verify(text)).is_err()));
}
