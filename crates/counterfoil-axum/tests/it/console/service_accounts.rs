//! Tests the pages about service accounts and their tokens. Also tests the choice of a service account for a client,
//! and the section to which an error page belongs.

use std::time::Duration;

use counterfoil::Presenter;
use counterfoil::service_account::ServiceAccountView;

use super::browser::{Browser, secret, value};
use crate::support::{Answer, World, world};

const NEW: &str = "label=Nightly+import&role=member&description=reads+it&notify=ops%40example.com&rights=all";

async fn only(world: &World) -> ServiceAccountView {
    let most = std::num::NonZeroU32::MIN.saturating_add(9);
    let page = world.counterfoil.list_service_accounts(&Presenter::host(), None, most).await.expect("listed");
    let [only] = page.items.as_slice() else { panic!("{page:?}") };
    only.clone()
}

fn leads_to(answer: &Answer, path: &str) {
    assert_eq!(answer.header("location"), Some(format!("/console{path}").as_str()), "{answer:?}");
}

#[tokio::test]
async fn machine_1_an_administrator_makes_an_account_and_a_token_that_works() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    assert!(adam.get("/service-accounts").await.text.contains("There are no service accounts."));
    let made = adam.post("/service-accounts", NEW).await;
    let account = only(&world).await;
    let page = format!("/service-accounts/{}", account.id);
    leads_to(&made, &format!("{page}?notice=saved"));
    assert_eq!((account.label.as_str(), account.description.as_str()), ("Nightly import", "reads it"));
    assert_eq!(account.made_by.as_ref().map(|maker| maker.as_str()), Some("adam"));
    assert_eq!(account.notify.as_ref().map(|address| address.as_str()), Some("ops@example.com"));
    let list = adam.get("/service-accounts").await.text;
    assert!(list.contains(&format!("href=\"/console{page}\"")) && list.contains("adam"), "{list}");
    let again = adam.post("/service-accounts", NEW).await;
    assert!(again.status == 409 && again.text.contains("id=\"label-error\""), "{again:?}");

    let issued = adam.post(&page, "label=runner&days=30&rights=all").await;
    let token = secret(&issued.text);
    let principal = world.counterfoil.verify(&token).await.expect("works");
    assert!(principal.is_service_account() && principal.name() == "Nightly import");
    let shown = adam.get(&page).await.text;
    assert!(shown.contains("runner") && !shown.contains(&token[30..60]), "{shown}");
    let id = value(&shown, "data-id=\"");
    let tokens = format!("{page}/tokens/{id}");
    assert!(adam.get(&format!("{tokens}/rotate")).await.text.contains("Nightly import · runner"));
    let new = secret(&adam.post(&format!("{tokens}/rotate"), "overlap_seconds=0").await.text);
    assert!(world.counterfoil.verify(&token).await.is_err() && world.counterfoil.verify(&new).await.is_ok());
    let id = value(&adam.get(&page).await.text, "data-id=\"");
    let revoked = adam.post(&format!("{page}/tokens/{id}/delete"), "").await;
    leads_to(&revoked, &format!("{page}?notice=revoked"));
    assert!(world.counterfoil.verify(&new).await.is_err());
}

#[tokio::test]
async fn machine_1_a_form_changes_only_what_was_changed() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    adam.post("/service-accounts", NEW).await;
    let before = only(&world).await;
    let page = format!("/service-accounts/{}", before.id);
    let was = "label_was=Nightly+import&role_was=member&description_was=reads+it&notify_was=ops%40example.com&\
               rights_was=all&scope_was=";
    let edit = format!("{page}/edit");
    assert!(adam.get(&edit).await.text.contains("value=\"Nightly import\""));
    leads_to(&adam.post(&edit, &format!("{NEW}&{was}")).await, &format!("{page}?notice=unchanged"));
    let changed =
        format!("label=Import&role=member&description=reads+it&notify=&rights=limited&scope=demo%3Aread&{was}");
    leads_to(&adam.post(&edit, &changed).await, &format!("{page}?notice=saved"));
    let after = only(&world).await;
    assert_eq!((after.label.as_str(), after.notify.as_ref(), after.role), ("Import", None, before.role));
    assert_eq!(after.scope.as_ref().map(|scope| scope.as_str()), Some("demo:read"));
    assert_eq!(after.description, before.description);
    for (form, field) in [
        ("label=&role=member&rights=all", "label"),
        ("label=x&role=collaborator&rights=all", "role"),
        ("label=x&role=member&notify=x&rights=all", "notify"),
    ] {
        let refused = adam.post("/service-accounts", form).await;
        assert!(refused.status == 422 && refused.text.contains(&format!("id=\"{field}-error\"")), "{refused:?}");
    }
}

#[tokio::test]
async fn machine_1_the_buttons_stop_start_take_over_and_delete() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    adam.post("/service-accounts", NEW).await;
    let page = format!("/service-accounts/{}", only(&world).await.id);
    leads_to(&adam.post(&format!("{page}/disable"), "").await, &format!("{page}?notice=disabled"));
    assert!(only(&world).await.disabled);
    leads_to(&adam.post(&format!("{page}/enable"), "").await, &format!("{page}?notice=enabled"));
    let sue = Browser::signed_in(&world, "sue").await;
    leads_to(&sue.post(&format!("{page}/adopt"), "").await, &format!("{page}?notice=adopted"));
    assert_eq!(only(&world).await.made_by.as_ref().map(|maker| maker.as_str()), Some("sue"));
    assert!(!sue.get(&page).await.text.contains("id=\"adopt\""), "it is hers already");

    // Buttons that give rights ask for the password again. Buttons that take rights away do not ask for it.
    world.clock.advance(Duration::from_secs(11 * 60));
    leads_to(&sue.post(&format!("{page}/disable"), "").await, &format!("{page}?notice=disabled"));
    for button in ["enable", "adopt"] {
        let asked = sue.post(&format!("{page}/{button}"), "").await;
        assert!(asked.text.contains("name=\"password\"") && only(&world).await.disabled, "{asked:?}");
    }
    leads_to(&sue.post(&format!("{page}/enable"), "password=sue").await, &format!("{page}?notice=enabled"));
    assert!(sue.get(&format!("{page}/delete")).await.text.contains("Nightly import"));
    leads_to(&sue.post(&format!("{page}/delete"), "").await, "/service-accounts?notice=deleted");
    assert!(sue.get(&page).await.status == 404);
}

#[tokio::test]
async fn machine_1_only_administrators_see_the_pages_and_in_both_languages() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/service-accounts", "label=above&role=super_administrator&rights=all").await;
    let page = format!("/service-accounts/{}", only(&world).await.id);
    for name in ["bill", "mia"] {
        let person = Browser::signed_in(&world, name).await;
        for path in ["/service-accounts", page.as_str(), &format!("{page}/edit"), &format!("{page}/delete")] {
            assert_eq!(person.get(path).await.status, 403, "{name} {path}");
        }
    }
    let adam = Browser::signed_in(&world, "adam").await;
    let refused = adam.post(&page, "label=mine&days=1&rights=all").await;
    assert_eq!(refused.status, 403, "it may do more than he");
    adam.get("/language?to=ru&back=%2Fservice-accounts").await;
    assert!(adam.get("/service-accounts").await.text.contains("Сервисные аккаунты"));
    assert!(adam.get(&page).await.text.contains("Взять на себя"));
}

#[tokio::test]
async fn machine_2_a_client_is_pointed_to_an_account_and_keeps_it_when_it_is_edited() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    assert!(!adam.get("/clients").await.text.contains("client_credentials"), "there is no account to act as");
    adam.post("/service-accounts", NEW).await;
    let account = only(&world).await;
    let new = "display_name=Importer&id=importer&refresh_mode=rotate&allowed=all&default=all&grants=client_credentials";
    let missing = adam.post("/clients", new).await;
    assert!(missing.status == 422 && missing.text.contains("id=\"service_account-error\""), "{missing:?}");
    let made = adam.post("/clients", &format!("{new}&service_account={}", account.id)).await;
    assert!(secret(&made.text).starts_with("cfc_"));
    let client = || async {
        let id = "importer".parse().expect("an id");
        world.counterfoil.client(&Presenter::host(), &id).await.expect("there")
    };
    assert_eq!(client().await.service_account, Some(account.id));
    let edit = adam.get("/clients/importer/edit").await.text;
    assert!(edit.contains("value=\"client_credentials\" checked"), "{edit}");
    let kept = format!(
        "display_name=Renamed&display_name_was=Importer&refresh_mode=rotate&refresh_mode_was=rotate&\
         service_account={0}&service_account_was={0}&grants=client_credentials&grants_was=client_credentials&\
         allowed=all&allowed_was=all&default=all&default_was=all",
        account.id
    );
    adam.post("/clients/importer/edit", &kept).await;
    let after = client().await;
    assert_eq!(
        (after.display_name.as_str(), after.service_account, after.grants.len()),
        ("Renamed", Some(account.id), 1)
    );
}

#[tokio::test]
async fn an_error_page_belongs_to_the_section_of_its_path() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/service-accounts/nobody").await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("aria-current=\"page\">Service accounts</a>"), "{page:?}");
}
