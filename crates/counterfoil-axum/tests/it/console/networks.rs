//! Tests the field and the page with the allowed networks of a credential (requirements SIGHT 5 and SIGHT 6).

use std::time::Duration;

use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::types::Source;
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};

use super::browser::{Browser, secret, value};
use crate::support::{World, world_under};

async fn world() -> World {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    world_under(policy).await
}

/// Returns the id of the only credential in a table.
fn id(page: &str) -> String {
    value(page, "<tr role=\"row\" data-id=\"")
}

async fn works_at(world: &World, token: &str, source: &str) -> bool {
    let source: Source = source.parse().expect("a source");
    world.counterfoil.from_source(&source).verify(token).await.is_ok()
}

#[tokio::test]
async fn sight_6_a_token_is_made_with_networks_and_the_list_shows_them() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let form = "label=office&days=7&rights=all&allowed_sources=192.0.2.0/24%0D%0A2001:db8::/32";
    let made = bill.post("/tokens", form).await;
    assert_eq!(made.status, 200, "{made:?}");
    let token = secret(&made.text);
    assert!(works_at(&world, &token, "192.0.2.7").await && !works_at(&world, &token, "198.51.100.7").await);
    let list = bill.get("/tokens").await.text;
    let blocks = "<span class=\"muted\">Only from</span> <code>192.0.2.0/24</code> <code>2001:db8::/32</code>";
    assert!(list.contains(blocks), "{list}");
    let anywhere = bill.post("/tokens", "label=anywhere&days=7&rights=all&allowed_sources=%0D%0A").await;
    assert!(works_at(&world, &secret(&anywhere.text), "198.51.100.7").await, "an empty field is every address");
    for (typed, message) in [
        ("192.0.2.0/24%0A192.0.2.1/24", "Number 2 is not the first address of its network: enter 192.0.2.0/24."),
        ("office", "Number 1 is not an address or a network such as 192.0.2.0/24 or 2001:db8::/32."),
        ("10.0.0.0/8,10.0.0.0/33", "Number 2 is not an address or a network"),
        (&"10.0.0.1+".repeat(17), "At most 16 networks."),
    ] {
        let refused = bill.post("/tokens", &format!("label=x&days=7&rights=all&allowed_sources={typed}")).await;
        assert_eq!(refused.status, 422, "{typed}");
        assert!(refused.text.contains(&format!("id=\"allowed_sources-error\">{message}")), "{}", refused.text);
        assert!(refused.text.contains("value=\"x\""), "what was typed is kept");
    }
}

#[tokio::test]
async fn sight_6_the_page_narrows_without_the_password_and_widens_with_it() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let made = bill.post("/tokens", "label=office&days=7&rights=all&allowed_sources=192.0.2.0/24").await;
    let (token, id) = (secret(&made.text), id(&bill.get("/tokens").await.text));
    let path = format!("/tokens/{id}/networks");
    assert!(bill.get("/tokens").await.text.contains(&format!("href=\"/console{path}?back=")));
    let page = bill.get(&path).await.text;
    assert!(
        page.contains("name=\"allowed_sources_was\" value=\"192.0.2.0/24\"") && !page.contains("name=\"password\"")
    );
    world.clock.advance(Duration::from_secs(10 * 60));
    assert!(bill.get(&path).await.text.contains("name=\"password\""), "further networks need it");

    let narrow = bill.post(&path, "allowed_sources=192.0.2.0/28&allowed_sources_was=192.0.2.0/24&back=/tokens").await;
    assert_eq!((narrow.status.as_u16(), narrow.header("location")), (303, Some("/console/tokens?notice=saved")));
    assert!(!works_at(&world, &token, "192.0.2.16").await);
    for wider in ["", "192.0.2.0/27", "192.0.2.0/28+203.0.113.7"] {
        let refused = bill.post(&path, &format!("allowed_sources={wider}&allowed_sources_was=192.0.2.0/28")).await;
        assert_eq!(refused.status, 403, "{wider}: {refused:?}");
        assert!(refused.text.contains("id=\"password-error\""), "{}", refused.text);
        assert!(!works_at(&world, &token, "203.0.113.7").await);
    }
    let wide = "allowed_sources=&allowed_sources_was=192.0.2.0/28&password=bill";
    assert_eq!(bill.post(&path, wide).await.header("location"), Some("/console/tokens?notice=saved"));
    assert!(works_at(&world, &token, "203.0.113.7").await);
    let same = bill.post(&path, "allowed_sources=&allowed_sources_was=").await;
    assert_eq!(same.header("location"), Some("/console/tokens?notice=unchanged"));
    let mia = Browser::signed_in(&world, "mia").await;
    assert_eq!(mia.get(&path).await.status, 404, "somebody else's");
    assert_eq!(mia.post(&path, "allowed_sources=").await.status, 404);
}

#[tokio::test]
async fn sight_6_a_code_is_made_and_edited_with_networks() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let form = "access=super_administrator&user=&description=x&allowed_sources=192.0.2.7";
    let code = secret(&sue.post("/codes", form).await.text);
    assert!(works_at(&world, &code, "192.0.2.7").await && !works_at(&world, &code, "192.0.2.8").await);
    let list = sue.get("/codes").await.text;
    assert!(list.contains("<span class=\"muted\">Only from</span> <code>192.0.2.7/32</code>"), "{list}");
    let path = format!("/codes/{}/edit", id(&list));
    let expires_at = value(&sue.get(&path).await.text, "name=\"expires_at_was\" value=\"");
    let fields = format!("expires_at={expires_at}&expires_at_was={expires_at}&description=y&description_was=x");
    let form = format!("{fields}&allowed_sources=192.0.2.0/24&allowed_sources_was=192.0.2.7/32");
    assert_eq!(sue.post(&path, &form).await.status, 303);
    assert!(works_at(&world, &code, "192.0.2.8").await);
    let page = sue.get(&path).await.text;
    assert!(page.contains("name=\"allowed_sources_was\" value=\"192.0.2.0/24\"") && page.contains("value=\"y\""));
}

#[tokio::test]
async fn sight_6_a_token_of_a_service_account_has_the_field_and_the_page() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let account = counterfoil::service_account::NewServiceAccount::new("build", counterfoil::Role::Member);
    let by = Presenter::signed_in(&world.people_account("adam"));
    let account = world.counterfoil.create_service_account(&by, &account).await.expect("made").id;
    let page = format!("/service-accounts/{account}");
    let form = "label=runner&days=7&rights=all&allowed_sources=192.0.2.0/24";
    let token = secret(&adam.post(&page, form).await.text);
    assert!(works_at(&world, &token, "192.0.2.7").await && !works_at(&world, &token, "192.0.3.7").await);
    let list = adam.get(&page).await.text;
    assert!(list.contains("<code>192.0.2.0/24</code>"), "{list}");
    let path = format!("{page}/tokens/{}/networks", id(&list));
    assert!(adam.get(&path).await.text.contains("build · runner"));
    let saved = adam.post(&path, "allowed_sources=192.0.3.0/24&allowed_sources_was=192.0.2.0/24").await;
    assert_eq!(saved.header("location"), Some(format!("/console{page}?notice=saved").as_str()));
    assert!(works_at(&world, &token, "192.0.3.7").await && !works_at(&world, &token, "192.0.2.7").await);
}

#[tokio::test]
async fn sight_5_the_inventory_shows_metadata_and_networks_and_the_owners_list_no_metadata() {
    let world = world().await;
    let metadata: counterfoil::types::Metadata = r#"{"<b>":1}"#.parse().expect("metadata");
    let new = NewPersonalAccessToken::new("mine", Lifetime::Days(90))
        .with_metadata(metadata)
        .with_allowed_sources(counterfoil::types::Networks::new(["192.0.2.0/24"]).expect("a block"));
    let by = Presenter::signed_in(&world.people_account("bill"));
    world.counterfoil.create_personal_access_token(&by, &new).await.expect("a token");
    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/credentials?owner=bill&kind=personal_access_token").await.text;
    assert!(page.contains("{&#34;&#60;b&#62;&#34;:1}</code>"), "{page}");
    assert!(page.contains("<code>192.0.2.0/24</code>"));
    let bill = Browser::signed_in(&world, "bill").await;
    let own = bill.get("/tokens").await.text;
    assert!(own.contains("<code>192.0.2.0/24</code>") && !own.contains(":1}"), "{own}");
}

#[tokio::test]
async fn sight_6_the_field_is_russian_too() {
    let world = world().await;
    let mut bill = Browser::signed_in(&world, "bill").await;
    bill.headers.push(("accept-language", "ru"));
    let page = bill.get("/tokens").await.text;
    assert!(page.contains(">Разрешённые сети</label>"), "{page}");
    let refused = bill.post("/tokens", "label=x&days=7&rights=all&allowed_sources=x").await;
    assert!(refused.text.contains("Запись 1: не адрес и не сеть"), "{}", refused.text);
}
