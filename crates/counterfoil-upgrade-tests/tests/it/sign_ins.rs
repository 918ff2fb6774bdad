//! Tests operations on sign-ins in a database of an earlier version.

use counterfoil::client::ClientId;
use counterfoil::http_auth::Refusal;
use counterfoil::types::RevocationReason;
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{by, subject};
use counterfoil_upgrade_tests::scene::{form, introspect, oauth, revoke};

use crate::support::Upgraded;

pub(crate) async fn are_refreshed_repeated_and_revoked(kind: Kind) {
    let all = Upgraded::new(kind).await;
    repeated(&all).await;
    replayed(&all).await;
    others(&all).await;
    revoked(&all).await;
}

fn is_replay(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::Revoked { reason: RevocationReason::Replay, .. })
}

/// A refresh token was replaced shortly before the upgrade, and its retry window is still open. Presenting the replaced
/// token must return its successor again. Presenting the replaced token after its successor was used must end the
/// sign-in.
async fn repeated(all: &Upgraded) {
    let (parent, successor) = (all.texts.get("sign-in window 0, refresh"), all.texts.get("sign-in window 1, refresh"));
    let (access, refresh) = all.refresh("app", parent).await.expect("the retry window is open");
    assert_eq!(refresh, successor, "the same refresh token");
    assert_eq!(
        all.verify(&access).await.expect("accepted").scope().map(ToString::to_string).as_deref(),
        Some("demo:read")
    );
    let (access, refresh) = all.refresh("app", successor).await.expect("refreshed");
    assert!(all.verify(&access).await.is_ok());
    assert!(all.refresh("app", parent).await.is_none(), "the successor was used, so this is a replay");
    assert!(all.refresh("app", &refresh).await.is_none() && is_replay(all.verify(&access).await.expect_err("ended")));
}

/// Presents a replaced refresh token. Before the upgrade, a purge has shrunk it (reduced it to the fields that detect a
/// reuse). The reuse must still be detected and end the sign-in.
async fn replayed(all: &Upgraded) {
    let (access, _) = all.refresh("app", all.texts.get("sign-in long 3, refresh")).await.expect("refreshed");
    assert!(all.verify(&access).await.is_ok());
    assert!(all.refresh("app", all.texts.get("sign-in long 0, refresh")).await.is_none());
    assert!(is_replay(all.verify(&access).await.expect_err("the family is ended")));
}

async fn others(all: &Upgraded) {
    for (client, name) in [
        ("app", "given back"),
        ("app", "replayed 1"),
        ("app", "of many 0"),
        ("epoch", "epoch"),
        ("app", "epoch again"),
        ("stopped", "stopped"),
        ("gone", "gone"),
        ("imported", "disabled owner"),
    ] {
        let token = all.texts.get(&format!("sign-in {name}, refresh"));
        assert!(all.refresh(client, token).await.is_none(), "{name}");
    }
    for (client, name) in
        [("epoch", "epoch again"), ("public", "public"), ("app", "of many 3"), ("app", "collaborator")]
    {
        let token = all.texts.get(&format!("sign-in {name}, refresh"));
        let (access, next) = all.refresh(client, token).await.unwrap_or_else(|| panic!("{name}"));
        assert!(all.verify(&access).await.is_ok() && next != token, "{name}");
    }
    let reused = all.texts.get("sign-in reused, refresh");
    let (access, same) = all.refresh("reuse", reused).await.expect("refreshed");
    assert!(same == reused && all.verify(&access).await.is_ok());
    let machine = all.texts.get("client machine again");
    assert_eq!(introspect(&all.host.service, machine, &access).await["active"], true);
    let body = form(&[("grant_type", "password"), ("username", "ann"), ("password", "ann")]);
    let answer = oauth(&all.host, all.texts.get("client imported"), &body).await.expect("a secret of another system");
    assert!(answer["access_token"].is_string());
}

async fn revoked(all: &Upgraded) {
    let service = &all.host.service;
    let own = all.texts.get("sign-in of the host, refresh");
    revoke(service, all.texts.get("client app"), own).await;
    assert!(all.refresh("app", own).await.is_none());
    assert!(matches!(all.refused("sign-in of the host, access").await, Refusal::Revoked { .. }));
    let family = all.texts.id("sign-in lost its access token, refresh");
    service.revoke_family_of(&family).await.expect("revoked");
    assert!(all.refresh("app", all.texts.get("sign-in lost its access token, refresh")).await.is_none());
    let reuse: ClientId = "reuse".parse().expect("an id");
    service.revoke_client_tokens(&by("ada"), &reuse).await.expect("revoked");
    assert_eq!(all.refused("sign-in reused, access 4").await, Refusal::ClientEpoch);
    let many = service.revoke_all_of(&by("ada"), &subject("cap")).await.expect("revoked");
    assert_eq!(many, 6, "the sign-ins that were live");
    assert!(all.refresh("app", all.texts.get("sign-in of many 4, refresh")).await.is_none());
}
