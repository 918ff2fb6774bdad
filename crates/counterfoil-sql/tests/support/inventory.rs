//! Checks the inventory of all credentials, and one credential by its id, on a store.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::memory::MemoryDirectory;
use counterfoil::operations::{CredentialFilter, NewAccess, NewSecurityCode, SignIn, Status};
use counterfoil::policy::Policy;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil::testing::ManualClock;
use counterfoil::types::{RecordId, TokenKind};
use counterfoil::{
    Account, Counterfoil, CredentialView, KeyRing, Lifetime, ManageError, NewPersonalAccessToken, Presenter, Role,
    SubjectId, Timestamp,
};

const OWNERS: [&str; 3] = ["ann", "ben", "cem"];

fn account(name: &str) -> Account {
    let role = if name == "root" { Role::SuperAdministrator } else { Role::Member };
    Account::new(SubjectId::new(name).expect("a subject"), name, role)
}

fn node<S>(store: S) -> (Counterfoil, Arc<ManualClock>)
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let people = Arc::new(MemoryDirectory::default());
    for name in OWNERS.into_iter().chain(["root"]) {
        people.insert(account(name), &[name], "a password");
    }
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("in range")));
    let mut policy = Policy::open();
    policy.settings_staleness = Duration::ZERO;
    let ring = KeyRing::generate_from_system().expect("a key");
    let builder = Counterfoil::builder().policy(policy).store(store).directory(people).key_ring(ring);
    (builder.clock(Arc::clone(&clock)).build().expect("a handle"), clock)
}

/// Returns the credentials that match the filter. Reads all pages, `most` credentials on a page.
async fn walk(node: &Counterfoil, filter: &CredentialFilter, most: u32) -> Vec<CredentialView> {
    let (by, limit) = (Presenter::host(), NonZeroU32::new(most).expect("not zero"));
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = node.list_credentials(&by, filter, after.as_ref(), limit).await.expect("a page");
        assert!(page.items.len() <= most as usize && page.searched <= 1_000 && page.corrupt == 0);
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

fn ids(found: &[CredentialView]) -> Vec<RecordId> {
    found.iter().map(|found| found.id).collect()
}

async fn token(node: &Counterfoil, owner: &str, label: &str) -> counterfoil::IssuedCredential {
    let new = NewPersonalAccessToken::new(label, Lifetime::Days(30));
    node.create_personal_access_token(&Presenter::signed_in(&account(owner)), &new).await.expect("a token")
}

/// Fills an empty store, and checks the pages, each field of the filter, and each credential by its id.
pub async fn check<S>(store: S)
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let (node, clock) = node(store);
    let (host, all) = (Presenter::host(), CredentialFilter::default());
    let mut made = BTreeSet::new();
    for number in 0..24 {
        made.insert(token(&node, OWNERS[number % 3], &format!("Straße {number}")).await.view.id);
        clock.advance(Duration::from_secs(1));
    }
    let client: ClientId = "app".parse().expect("a client id");
    let new = NewClient::named("App").with_id(client.clone()).with_grants(vec![Grant::RefreshToken]);
    node.create_client(&host, new).await.expect("a client");
    for owner in OWNERS {
        let subject = SubjectId::new(owner).expect("a subject");
        let granted = node.open_sign_in(&SignIn::new(&client, &subject)).await.expect("a sign-in");
        let principal = node.verify(granted.access_token.expose_secret()).await.expect("live");
        made.insert(principal.credential_id());
    }
    let session = node.open_session_for(&account("ann")).await.expect("a session");
    made.insert(session.principal.credential_id());
    let code = NewSecurityCode::new(NewAccess::SameAsUser("ben"));
    let root = Presenter::signed_in(&account("root"));
    made.insert(node.create_security_code(&root, &code).await.expect("a code").view.id);

    // Pages of every size together contain the same credentials in the same order.
    let whole = walk(&node, &all, 100).await;
    let keys: Vec<_> = whole.iter().map(|found| (found.kind.byte(), found.id)).collect();
    assert!(keys.is_sorted() && keys.len() == 24 + 6 + 2, "by kind, then by id: {keys:?}");
    assert!(made.iter().all(|id| ids(&whole).contains(id)));
    for size in [1, 5, 31, 32, 33] {
        assert_eq!(ids(&walk(&node, &all, size).await), ids(&whole), "pages of {size}");
    }
    for found in &whole {
        let one = node.credential(&host, &found.id).await.expect("found");
        assert_eq!(format!("{one:?}"), format!("{found:?}"));
    }

    // Checks how many credentials match each field of the filter.
    let count = async |filter: &CredentialFilter| walk(&node, filter, 7).await.len();
    let ann = all.clone().with_owner(SubjectId::new("ann").expect("a subject"));
    let of_ann = walk(&node, &ann.clone().with_kind(TokenKind::PersonalAccessToken), 3).await;
    assert!(of_ann.is_sorted_by(|one, other| one.created_at > other.created_at) && of_ann.len() == 8);
    assert_eq!(count(&ann).await, 8 + 2 + 1);
    assert_eq!(count(&all.clone().with_owner(SubjectId::new("ben").expect("a subject"))).await, 8 + 2 + 1, "the code");
    assert_eq!(count(&all.clone().with_client(client.clone())).await, 6);
    assert_eq!(count(&all.clone().with_label("STRASSE 1")).await, 11, "1, and 10 to 19");
    assert_eq!(count(&all.clone().with_status(Status::Suspended)).await, 0);
    assert_eq!(count(&all.clone().with_status(Status::Active).with_kind(TokenKind::PersonalAccessToken)).await, 24);
    let tokens = all.clone().with_kind(TokenKind::PersonalAccessToken);
    let first = whole.iter().filter_map(|found| found.expires_at.filter(|_| found.label == "Straße 0")).next();
    let first = first.expect("an expiry");
    assert_eq!(count(&tokens.clone().with_expiring_before(first)).await, 0, "at this instant");
    assert_eq!(count(&tokens.clone().with_expiring_before(first.plus_capped(Duration::from_micros(1)))).await, 1);

    // The filter already finds a use that is not written to the store yet. A deleted token is on no page.
    clock.advance(Duration::from_secs(60));
    let used = token(&node, "cem", "used").await;
    clock.advance(Duration::from_secs(60));
    let since = tokens.clone().with_unused_since(node.now());
    assert_eq!(count(&since).await, 25);
    node.verify(used.token.expose_secret()).await.expect("live");
    for _ in 0..2 {
        assert_eq!(count(&since).await, 24);
        assert!(node.shutdown().await.error.is_none());
    }
    let by = Presenter::signed_in(&account("cem"));
    node.delete_personal_access_token(&by, &used.view.id).await.expect("deleted");
    assert!(!ids(&walk(&node, &all, 10).await).contains(&used.view.id));
    assert!(matches!(node.credential(&host, &used.view.id).await, Err(ManageError::NotFound)));
}
