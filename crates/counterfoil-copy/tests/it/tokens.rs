//! Tests that tokens issued before a copy have the same status after it.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::client::{Grant, NewClient};
use counterfoil::clock::ManualClock;
use counterfoil::import::{ForeignCredential, Sanctum};
use counterfoil::memory::MemoryDirectory;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::operations::SignIn;
use counterfoil::policy::Policy;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil::types::Source;
use counterfoil::{
    Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, Secret, Timestamp, Unavailable,
};
use counterfoil_copy::Copy;

use crate::stores::{Opened, RUNTIME, fjall, postgres, redb, redis, sqlite};

pub(crate) struct Host {
    pub(crate) people: Arc<MemoryDirectory>,
    clock: Arc<ManualClock>,
    ring: Secret,
    ann: Account,
}

impl Host {
    pub(crate) fn new() -> Self {
        let ann = Account::new(7_u64.into(), "ann", Role::Member);
        let people = Arc::new(MemoryDirectory::default());
        people.insert(ann.clone(), &["ann"], "a password");
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_767_225_600_000_000).expect("an instant")));
        let ring = KeyRing::generate_from_system().expect("random bytes").to_text();
        Self { people, clock, ring, ann }
    }

    pub(crate) fn serve<S: TokenStore + ClientStore + SettingsStore + Throttle + AliasStore>(
        &self,
        store: &Arc<S>,
    ) -> Counterfoil {
        let mut policy = Policy::open();
        policy.refresh_tokens.grace = Duration::from_secs(30);
        policy.personal_access_tokens.made_by_administrators = true;
        // Settings are read for each call, so that a change by another handle takes effect at once.
        policy.settings_staleness = Duration::ZERO;
        let builder = Counterfoil::builder().policy(policy).store(Arc::clone(store));
        let ring = KeyRing::from_text(&self.ring).expect("our own text");
        let builder = builder.directory(Arc::clone(&self.people)).clock(Arc::clone(&self.clock)).key_ring(ring);
        builder.alias_store(store.clone()).import(Sanctum).build().expect("a handle")
    }
}

/// A token of Laravel Sanctum: the text that a client sends, and the hash that Sanctum stores.
const FOREIGN: [&str; 2] = [
    "1|VSwn9FCqLFivSUGJKMukhq7kcrnXDK8h6JQmleJX97994aca",
    "dc47cfc2d4371e9477781b5b4a2fef7771750864cfb7bb22870f37a63f86b62a",
];

/// Exchanges a refresh token for new tokens. Returns the new refresh token, or the HTTP status of the refusal.
async fn refresh(counterfoil: &Counterfoil, header: &str, token: &str) -> Result<String, u16> {
    let (body, source) = (format!("grant_type=refresh_token&refresh_token={token}"), Source::Unknown);
    let authorization = [header.as_bytes()];
    let request = OAuthRequest::new(body.as_bytes(), &source)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    let answer = counterfoil.token(request).await.unwrap_or_else(Answer::from);
    let text = answer.expose_secret();
    let found = text.split(r#""refresh_token":""#).nth(1).and_then(|rest| rest.split('"').next());
    found.map(str::to_owned).ok_or(answer.status())
}

async fn tokens_open_after_the_copy<S>(target: Opened<S>)
where
    S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore,
{
    let (host, source) = (Host::new(), sqlite().await);
    let before = host.serve(&source.store);
    before.start().await.expect("a store");
    let by = Presenter::signed_in(&host.ann);
    let pat = |label| NewPersonalAccessToken::new(label, Lifetime::Days(30));
    let kept = before.create_personal_access_token(&by, &pat("kept")).await.expect("a token");
    let ended = before.create_personal_access_token(&by, &pat("ended")).await.expect("a token");
    before.delete_personal_access_token(&by, &ended.view.id).await.expect("it is there");
    let foreign = [ForeignCredential::new("sanctum", FOREIGN[1], host.ann.subject(), "foreign")];
    before.import_credentials(&Presenter::host(), &foreign).await.expect("imported");
    let client: counterfoil::client::ClientId = "app".parse().expect("a client id");
    let new = NewClient::named("App").with_id(Some(client.clone())).with_grants(vec![Grant::RefreshToken]);
    let registered = before.create_client(&Presenter::host(), new).await.expect("a client");
    let header = format!("Basic {}", registered.secret.expect("a secret").expose_api_key());
    let sign_in = SignIn::new(&client, host.ann.subject());
    let granted = before.open_sign_in(&sign_in).await.expect("a sign-in");
    let access = granted.access_token;
    let first = granted.refresh_token.expect("a refresh token").expose_secret().to_owned();
    let second = refresh(&before, &header, &first).await.expect("a refresh");
    let third = refresh(&before, &header, &second).await.expect("a refresh");
    before.shutdown().await.error.map_or(Ok(()), Err).expect("a store");

    Copy::new(source.stores(), target.stores()).run().await.expect("a copy");

    let foreign = Counterfoil::builder().policy(Policy::open()).store(Arc::clone(&target.store));
    let other_ring = KeyRing::generate_from_system().expect("random bytes");
    let foreign = foreign.directory(Arc::clone(&host.people)).key_ring(other_ring).build().expect("a handle");
    assert!(matches!(foreign.start().await, Err(Unavailable::ForeignKeyRing { .. })), "another ring is refused");

    let after = host.serve(&target.store);
    after.start().await.expect("its own ring");
    assert!(after.verify(kept.token.expose_secret()).await.is_ok());
    assert!(after.verify(access.expose_secret()).await.is_ok());
    assert!(after.verify(FOREIGN[0]).await.is_ok(), "an imported token");
    assert!(after.verify(ended.token.expose_secret()).await.is_err(), "deleted stays deleted");
    let again = refresh(&after, &header, &second).await;
    assert_eq!(again.as_deref(), Ok(third.as_str()), "a retry within the window gets the same successor");
    let fourth = refresh(&after, &header, &third).await.expect("the chain goes on");
    host.clock.advance(Duration::from_secs(3_600));
    assert_eq!(refresh(&after, &header, &first).await, Err(400), "a replay is recognised");
    assert_eq!(refresh(&after, &header, &fourth).await, Err(400), "and has ended its family");
    let taken = after.create_personal_access_token(&by, &pat("kept")).await;
    assert!(taken.is_err(), "the label is held");
    assert!(after.create_personal_access_token(&by, &pat("ended")).await.is_ok(), "and this one is free");
}

#[test]
fn host_60_tokens_of_before_open_on_postgresql_and_a_replay_is_recognised() {
    RUNTIME.block_on(async { tokens_open_after_the_copy(postgres().await).await });
}

#[test]
fn host_60_tokens_of_before_open_on_redis_and_a_replay_is_recognised() {
    RUNTIME.block_on(async { tokens_open_after_the_copy(redis().await).await });
}

#[test]
fn host_60_tokens_of_before_open_on_redb_and_a_replay_is_recognised() {
    RUNTIME.block_on(async { tokens_open_after_the_copy(redb().await).await });
}

#[test]
fn host_60_tokens_of_before_open_on_fjall_and_a_replay_is_recognised() {
    RUNTIME.block_on(async { tokens_open_after_the_copy(fjall().await).await });
}

#[test]
fn host_60_tokens_of_before_open_on_sqlite_and_a_replay_is_recognised() {
    RUNTIME.block_on(async { tokens_open_after_the_copy(sqlite().await).await });
}
