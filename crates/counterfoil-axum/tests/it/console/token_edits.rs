//! Tests the page that edits the label and the description of a token (requirement LIFE 1).

use super::browser::{Browser, value};
use crate::support::world;

#[tokio::test]
async fn life_1_a_label_and_a_description_are_edited_on_one_page() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    bill.post("/tokens", "label=one&days=30&rights=all").await;
    bill.post("/tokens", "label=taken&days=30&rights=all").await;
    let list = bill.get("/tokens?q=one").await.text;
    let path = format!("/tokens/{}/edit", value(&list, "data-id=\""));
    assert!(bill.get(&path).await.text.contains("name=\"label\" value=\"one\""));
    let was = "label_was=one&description_was=";
    let saved = bill.post(&path, &format!("label=two&description=%3Cb%3Efor+builds&{was}")).await;
    assert_eq!(saved.header("location"), Some("/console/tokens?notice=saved"), "{saved:?}");
    let list = bill.get("/tokens").await.text;
    assert!(list.contains("<bdi>two</bdi>") && list.contains("&#60;b&#62;for builds"), "{list}");
    let same = "label=two&label_was=two&description=x&description_was=x";
    assert_eq!(bill.post(&path, same).await.header("location"), Some("/console/tokens?notice=unchanged"));
    for (form, field, status) in [
        ("label=taken&description=", "label-error", 409),
        ("label=&description=", "label-error", 422),
        ("label=two&description=%07", "description-error", 422),
    ] {
        let refused = bill.post(&path, form).await;
        assert_eq!(refused.status, status, "{form}");
        assert!(refused.text.contains(&format!("id=\"{field}\"")), "{form}: {refused:?}");
    }
    let adam = Browser::signed_in(&world, "adam").await;
    assert_eq!(adam.post(&path, "label=x&description=").await.status, 404, "not his");
}

#[tokio::test]
async fn life_1_an_administrator_edits_the_token_of_a_service_account() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let made = adam.post("/service-accounts", "label=build&role=member&description=&notify=&rights=all").await;
    let page = made.header("location").expect("its page").replace("/console", "").replace("?notice=saved", "");
    adam.post(&page, "label=runner&days=1&rights=all").await;
    let id = value(&adam.get(&page).await.text, "data-id=\"");
    let path = format!("{page}/tokens/{id}/edit");
    assert!(adam.get(&path).await.text.contains("build · runner"));
    let saved = adam.post(&path, "label=deployer&description=nightly").await;
    assert_eq!(saved.header("location"), Some(format!("/console{page}?notice=saved").as_str()), "{saved:?}");
    let shown = adam.get(&page).await.text;
    assert!(shown.contains("<bdi>deployer</bdi>") && shown.contains("nightly"), "{shown}");
}
