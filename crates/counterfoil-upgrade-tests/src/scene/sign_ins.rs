//! Opens sign-ins and puts them into every state.

use counterfoil::Presenter;
use counterfoil::client::ClientUpdate;
use counterfoil::operations::SignIn;
use serde_json::Value;

use super::clients::id;
use super::form::revoke;
use super::{Texts, form, oauth};
use crate::host::{HOUR, Host, MINUTE, SIGN_INS, subject};

/// Adds the tokens of an answer as `sign-in <name>, access` and `sign-in <name>, refresh`.
fn put(texts: &mut Texts, name: &str, answer: &Value) {
    texts.put(&format!("sign-in {name}, access"), answer["access_token"].as_str().expect("an access token"));
    if let Some(refresh) = answer["refresh_token"].as_str() {
        texts.put(&format!("sign-in {name}, refresh"), refresh);
    }
}

async fn open(host: &Host, client: &str, person: &str, name: &str, more: &[(&str, &str)], texts: &mut Texts) {
    let mut fields = vec![("grant_type", "password"), ("username", person), ("password", person)];
    fields.extend(more);
    let proof = if client == "public" { client } else { texts.get(&format!("client {client}")) };
    let answer = oauth(host, proof, &form(&fields)).await.expect("signed in");
    put(texts, name, &answer);
}

/// Refreshes with the refresh token of `from` and adds the answer as `to`.
async fn refresh(host: &Host, client: &str, from: &str, to: &str, texts: &mut Texts) {
    let token = texts.get(&format!("sign-in {from}, refresh"));
    let body = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
    let answer = oauth(host, texts.get(&format!("client {client}")), &body).await.expect("refreshed");
    put(texts, to, &answer);
}

/// Opens a sign-in and refreshes it three times. A later purge of the scene shrinks the first refresh tokens (reduces
/// them to the fields that detect a reuse).
pub(super) async fn rotated(host: &Host, texts: &mut Texts) {
    open(host, "app", "ann", "long 0", &[], texts).await;
    for (from, to, left) in [("long 0", "long 1", 16), ("long 1", "long 2", 12), ("long 2", "long 3", 8)] {
        host.at(left * HOUR);
        refresh(host, "app", from, to, texts).await;
    }
}

/// Opens a sign-in and refreshes it. After the retry window, presents the replaced refresh token again. This reuse ends
/// the sign-in.
pub(super) async fn replayed(host: &Host, texts: &mut Texts) {
    open(host, "app", "pat", "replayed 0", &[], texts).await;
    host.at(9 * HOUR);
    refresh(host, "app", "replayed 0", "replayed 1", texts).await;
    host.at(8 * HOUR);
    let token = texts.get("sign-in replayed 0, refresh");
    let body = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
    assert!(oauth(host, texts.get("client app"), &body).await.is_err(), "the replay");
}

/// Opens one sign-in more than the policy allows. The service then ends the least recently used sign-in.
pub(super) async fn room_is_made(host: &Host, texts: &mut Texts) {
    for number in 0..=SIGN_INS {
        open(host, "app", "cap", &format!("of many {number}"), &[], texts).await;
        host.clock.advance(MINUTE);
    }
}

/// Opens four sign-ins and ends each one in a different way: the client revokes the refresh token, or the host revokes
/// all tokens of the client, deletes the client, or disables the client. Then opens another sign-in for the client
/// whose tokens were revoked.
pub(super) async fn ended(host: &Host, texts: &mut Texts) {
    let sudo = Presenter::host();
    open(host, "app", "pat", "given back", &[], texts).await;
    for client in ["epoch", "gone", "stopped"] {
        open(host, client, "ann", client, &[], texts).await;
    }
    host.at(8 * MINUTE);
    revoke(&host.service, texts.get("client app"), texts.get("sign-in given back, refresh")).await;
    host.service.revoke_client_tokens(&sudo, &id("epoch")).await.expect("revoked");
    host.service.delete_client(&sudo, &id("gone")).await.expect("deleted");
    let disable = ClientUpdate::default().with_disabled(true);
    host.service.update_client(&sudo, &id("stopped"), disable).await.expect("disabled");
    open(host, "epoch", "ann", "epoch again", &[], texts).await;
}

/// Opens the sign-in that [`refresh_in_the_retry_window`] refreshes.
pub(super) async fn open_for_the_retry_window(host: &Host, texts: &mut Texts) {
    open(host, "app", "ann", "window 0", &[("scope", "demo:read")], texts).await;
}

/// Refreshes a sign-in. The scene calls this function 10 s before its end, so the retry window of the replaced refresh
/// token is still open at the end.
pub(super) async fn refresh_in_the_retry_window(host: &Host, texts: &mut Texts) {
    refresh(host, "app", "window 0", "window 1", texts).await;
}

/// Opens a sign-in for a client whose refresh token stays the same at a refresh, and refreshes it twice. Both new
/// access tokens are live at the end of the scene.
pub(super) async fn reused(host: &Host, texts: &mut Texts) {
    open(host, "reuse", "ann", "reused", &[("remember", "true"), ("scope", "demo:write")], texts).await;
    for left in [8, 4] {
        host.at(left * MINUTE);
        let token = texts.get("sign-in reused, refresh");
        let body = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let answer = oauth(host, texts.get("client reuse"), &body).await.expect("refreshed");
        assert_eq!(answer["refresh_token"].as_str(), Some(token), "the same");
        texts.put(&format!("sign-in reused, access {left}"), answer["access_token"].as_str().expect("a token"));
    }
}

/// Opens sign-ins for other clients and people. Revokes the access token of one of them, but not its refresh token.
pub(super) async fn in_other_states(host: &Host, texts: &mut Texts) {
    open(host, "app", "bob", "lost its access token", &[], texts).await;
    open(host, "public", "bob", "public", &[("scope", "demo:read")], texts).await;
    open(host, "short", "bob", "short", &[], texts).await;
    open(host, "imported", "dis", "disabled owner", &[], texts).await;
    open(host, "app", "cid", "collaborator", &[], texts).await;
    let access = texts.get("sign-in lost its access token, access");
    revoke(&host.service, texts.get("client app"), access).await;
    let (client, person) = (id("app"), subject("ann"));
    let granted = host.service.open_sign_in(&SignIn::new(&client, &person)).await.expect("opened");
    texts.put("sign-in of the host, access", granted.access_token.expose_secret());
    texts.put("sign-in of the host, refresh", granted.refresh_token.expect("a token").expose_secret());
}
