//! Tests operations on console sessions and security codes in a database of an earlier version.

use counterfoil::directory::Login;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::CodeUpdate;
use counterfoil::{Conflict, ManageError, Secret};
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{DAY, by, end};
use counterfoil_upgrade_tests::scene::source;

use crate::support::{MANY, Upgraded};

pub(crate) async fn are_used_changed_and_ended(kind: Kind) {
    let all = Upgraded::new(kind).await;
    sessions(&all).await;
    codes(&all).await;
}

async fn sessions(all: &Upgraded) {
    let service = &all.host.service;
    let open = service.verify_session(all.texts.get("session open")).await.expect("accepted");
    let password = Secret::from("ann".to_owned());
    let again = service.reauthenticate(&open, &Login::new("ann", &password), &source()).await.expect("opened");
    assert!(service.verify_session(all.texts.get("session open")).await.is_err(), "it was replaced");
    let again = service.verify_session(again.token.expose_secret()).await.expect("accepted");
    service.end_session(&again).await.expect("ended");
    let proved = service.verify_session(all.texts.get("session, new proof")).await.expect("accepted");
    assert_eq!(proved.authenticated_at(), Some(end().minus(std::time::Duration::from_secs(180))));
    for ended in ["session ended", "session idle", "session, old proof"] {
        assert!(service.verify_session(all.texts.get(ended)).await.is_err(), "{ended}");
    }
    assert!(service.verify_session(all.texts.get("session of the host")).await.is_ok());
}

async fn codes(all: &Upgraded) {
    let (service, sue, id) = (&all.host.service, by("sue"), |name| all.texts.id(name));
    assert!(matches!(all.refused("code expired").await, Refusal::Expired { .. }));
    service.reactivate_security_code(&sue, &id("code expired")).await.expect("reactivated");
    assert_eq!(all.accepted("code expired").await.subject().as_str(), "ann");
    let answer = service.reactivate_security_code(&sue, &id("code plain")).await;
    assert!(matches!(answer, Err(ManageError::Conflict(Conflict::NotExpired))), "{answer:?}");
    let permanent = service.make_security_code_permanent(&sue, &id("code user")).await.expect("permanent");
    assert_eq!((permanent.expires_at, permanent.named.as_deref()), (None, Some("bob")));
    let reset = service.reset_security_code(&sue, &id("code permanent")).await.expect("reset");
    assert_eq!(reset.expires_at, Some(end().plus_capped(DAY)));
    let until = Some(end().plus_capped(9 * DAY));
    let dated = service
        .update_security_code(
            &sue,
            &id("code dated"),
            &CodeUpdate::default().with_expires_at(until).with_description("again"),
        )
        .await
        .expect("changed");
    assert_eq!((dated.expires_at, dated.description.as_deref()), (until, Some("again")));
    service.delete_security_code(&sue, &id("code reset")).await.expect("deleted");
    assert!(matches!(all.refused("code reset").await, Refusal::Revoked { .. }));
    let page = service.list_security_codes(&sue, true, None, MANY).await.expect("a page");
    assert_eq!(page.items.len(), 5);
}
