//! Tests service accounts on every store, and after a copy of the store. The accounts are stored in the settings. Their
//! tokens are records.

use std::num::NonZeroU32;

use counterfoil::client::{Grant, NewClient};
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::service_account::{NewServiceAccount, ServiceAccountUpdate};
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil::types::Source;
use counterfoil::{
    Account, Conflict, Counterfoil, ManageError, NewPersonalAccessToken, Presenter, Role, Scope, SubjectId,
};
use counterfoil_copy::Copy;

use crate::stores::{Opened, RUNTIME, fjall, memory, postgres, redb, redis, redis_cluster, sqlite};
use crate::tokens::Host;

/// Requests an access token with the grant `client_credentials`. Returns the text of the token, or the HTTP status of
/// the refusal.
async fn access_token(counterfoil: &Counterfoil, header: &str) -> Result<String, u16> {
    let (authorization, source) = ([header.as_bytes()], Source::Unknown);
    let request = OAuthRequest::new(b"grant_type=client_credentials", &source)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    let answer = counterfoil.token(request).await.unwrap_or_else(Answer::from);
    assert!(!answer.expose_secret().contains("refresh_token"));
    let found = answer.expose_secret().split(r#""access_token":""#).nth(1).and_then(|rest| rest.split('"').next());
    found.map(str::to_owned).ok_or(answer.status())
}

async fn service_accounts_act_on<S>(opened: Opened<S>)
where
    S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore,
{
    let host = Host::new();
    let (first, second) = (host.serve(&opened.store), host.serve(&opened.store));
    first.start().await.expect("a store");
    let ada = Account::new(SubjectId::from(1_u64), "ada", Role::Administrator);
    host.people.insert(ada.clone(), &["ada"], "a password");
    let by = Presenter::signed_in(&ada);

    // Requirement machine_1: one node makes the service account, and the other node makes a token for it.
    let scope = "demo:read".parse::<Scope>().expect("a scope");
    let new = NewServiceAccount::new("Straße", Role::Administrator).with_scope(scope);
    let account = first.create_service_account(&by, &new).await.expect("an account");
    let again = second.create_service_account(&by, &NewServiceAccount::new("STRASSE", Role::Member)).await;
    assert!(matches!(again, Err(ManageError::Conflict(Conflict::LabelTaken))), "{again:?}");
    let new = NewPersonalAccessToken::for_days("runner", 30);
    let issued = second.create_service_token(&by, &account.id, &new).await.expect("a token");
    let text = issued.token.expose_secret();
    let principal = first.verify(text).await.expect("works");
    assert!(principal.is_service_account() && principal.may("demo:read") && !principal.may("demo:write"));
    assert_eq!(principal.role(), Role::Administrator);
    host.people.set_role(ada.subject(), Role::Member);
    assert_eq!(first.verify(text).await.expect("works").role(), Role::Member, "with its maker");
    host.people.set_role(ada.subject(), Role::Administrator);
    let most = NonZeroU32::MIN.saturating_add(9);
    let listed = second.list_service_tokens(&by, &account.id, None, most).await.expect("listed");
    assert_eq!(listed.items.iter().map(|own| own.id).collect::<Vec<_>>(), [issued.view.id]);

    // Requirement machine_2: a client gets access tokens of the service account.
    let new = NewClient::named("importer").with_grants(vec![Grant::ClientCredentials]);
    let registered = first.create_client(&by, new.with_service_account(account.id)).await.expect("a client");
    let header = format!("Basic {}", registered.secret.expect("a secret").expose_api_key());
    let access = access_token(&second, &header).await.expect("granted");
    assert_eq!(first.verify(&access).await.expect("works").subject(), &account.subject);

    // Requirement machine_3: an administrator makes a token for another person.
    let new = NewPersonalAccessToken::for_days("for ann", 30);
    let theirs = first.create_personal_access_token_for(&by, &SubjectId::from(7_u64), &new).await.expect("a token");
    assert_eq!(second.verify(theirs.token.expose_secret()).await.expect("works").name(), "ann");

    // The copy contains the account, its token and its client.
    let target = memory();
    Copy::new(opened.stores(), target.stores()).run().await.expect("a copy");
    let copied = host.serve(&target.store);
    assert_eq!(copied.service_account(&by, &account.id).await.expect("there"), account);
    assert!(copied.verify(text).await.is_ok() && access_token(&copied, &header).await.is_ok());

    for disabled in [true, false] {
        let change = ServiceAccountUpdate::default().with_disabled(disabled);
        first.update_service_account(&by, &account.id, &change).await.expect("changed");
        assert_eq!(second.verify(text).await.is_err(), disabled);
        assert_eq!(access_token(&second, &header).await.err(), disabled.then_some(400));
    }
    second.delete_service_account(&by, &account.id).await.expect("deleted");
    assert!(first.verify(text).await.is_err() && first.verify(&access).await.is_err());
    assert_eq!(access_token(&first, &header).await, Err(400));
    second.delete_service_account(&by, &account.id).await.expect("again, while its tokens are kept as deleted");
    let left = first.list_service_accounts(&by, None, most).await.expect("listed");
    assert!(left.items.is_empty());
}

macro_rules! on_every_store {
    ($($test:ident: $store:expr;)*) => {$(
        #[test]
        fn $test() {
            RUNTIME.block_on(async { service_accounts_act_on($store).await });
        }
    )*};
}

on_every_store! {
    machine_1_service_accounts_act_on_the_store_in_memory: memory();
    machine_1_service_accounts_act_on_sqlite: sqlite().await;
    machine_1_service_accounts_act_on_postgresql: postgres().await;
    machine_1_service_accounts_act_on_redis: redis().await;
    machine_1_service_accounts_act_on_a_redis_cluster: redis_cluster().await;
    machine_1_service_accounts_act_on_redb: redb().await;
    machine_1_service_accounts_act_on_fjall: fjall().await;
}
