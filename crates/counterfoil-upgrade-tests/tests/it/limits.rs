//! Tests that limits count the credentials and the failed logins that an earlier version stored. For personal access
//! tokens, the upgraded store and a copy of it in memory must allow the same number of further tokens. A copy contains
//! no failed logins, so these are tested without it.

use std::num::NonZeroU32;
use std::sync::Arc;

use counterfoil::directory::Login;
use counterfoil::memory::MemoryStore;
use counterfoil::operations::LoginError;
use counterfoil::policy::Policy;
use counterfoil::types::Source;
use counterfoil::{Conflict, Lifetime, ManageError, NewPersonalAccessToken, Secret};
use counterfoil_copy::{Copy, Stores};
use counterfoil_stores::AnyStore;
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{Host, by, end, other_realm, policy};
use counterfoil_upgrade_tests::scene::{form, oauth, source};

use crate::support::Upgraded;

pub(crate) async fn count(kind: Kind) {
    let all = Upgraded::with(kind, |builder| builder.policy(strict(22, 100))).await;
    let model = copied(&all.store).await;
    let live = made(&all.host).await;
    assert_eq!(live.0, made(&Host::new(&model, end(), |builder| builder.policy(strict(22, 100)))).await.0);
    assert!(live.0 > 0 && matches!(live.1, ManageError::Conflict(Conflict::QuotaReached)), "{live:?}");

    let all = Upgraded::with(kind, |builder| builder.policy(strict(100, 25))).await;
    let model = copied(&all.store).await;
    let paced = made(&all.host).await;
    assert_eq!(paced.0, made(&Host::new(&model, end(), |builder| builder.policy(strict(100, 25)))).await.0);
    assert!(paced.0 > 0 && matches!(paced.1, ManageError::SlowDown { .. }), "{paced:?}");

    room_is_made(&all).await;
    failures(&all.host).await;
}

fn strict(live: u32, hourly: u32) -> Policy {
    let mut policy = policy();
    policy.personal_access_tokens.max_live_per_owner = NonZeroU32::new(live);
    policy.personal_access_tokens.creations_per_hour = NonZeroU32::new(hourly);
    policy
}

async fn copied(store: &AnyStore) -> AnyStore {
    let copy = Arc::new(MemoryStore::default());
    let (tokens, families) = (store.tokens().clone(), store.families().clone());
    let source = Stores::apart(tokens, families, store.clients().clone(), store.settings().clone());
    Copy::new(source, Stores::of(Arc::clone(&copy))).with_realm(other_realm()).run().await.expect("copied");
    AnyStore::of(copy)
}

/// Creates tokens for one person until the service refuses. Returns the number of created tokens, and the refusal.
async fn made(host: &Host) -> (u32, ManageError) {
    for number in 0.. {
        let label = format!("number {number}");
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(5));
        if let Err(refusal) = host.service.create_personal_access_token(&by("ann"), &new).await {
            return (number, refusal);
        }
    }
    unreachable!("a limit is reached")
}

/// A person already has as many sign-ins as the policy allows. Signs in once more, and checks that only the least
/// recently used sign-in was ended.
async fn room_is_made(all: &Upgraded) {
    let body = form(&[("grant_type", "password"), ("username", "cap"), ("password", "cap")]);
    oauth(&all.host, all.texts.get("client app"), &body).await.expect("signed in");
    assert!(all.refresh("app", all.texts.get("sign-in of many 1, refresh")).await.is_none());
    for number in 2..=6 {
        let token = all.texts.get(&format!("sign-in of many {number}, refresh"));
        assert!(all.refresh("app", token).await.is_some(), "{number}");
    }
}

/// Checks that failed logins from before the upgrade still count. The policy allows ten failures, and the earlier
/// version has stored two. So eight more are allowed from the same source, and ten from another source.
async fn failures(host: &Host) {
    let wrong = Secret::from("wrong".to_owned());
    let failures = async |source: &Source| {
        for number in 0.. {
            if let Err(LoginError::SlowDown { .. }) =
                host.service.open_session(&Login::new("ann", &wrong), source).await
            {
                return number;
            }
        }
        unreachable!("a limit is reached")
    };
    assert_eq!(failures(&source()).await, 8);
    assert_eq!(failures(&Source::new("198.51.100.4").expect("an address")).await, 10);
}
