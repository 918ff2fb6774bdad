//! Secrets that are sent through the library's handle, so that tests can search for them in stored data.

use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};

use super::host::{CLIENT, PASSWORD, Site, post, refresh, sign_in, tokens};

/// Signs Ann in, refreshes twice, creates a token labelled `canary-label`, and verifies it. Returns every secret that
/// was used.
pub async fn secrets<S>(store: S) -> Vec<String>
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let site = Site::new();
    let node = site.first_node(store).await;
    let wrong = format!("grant_type=password&username=ann&password=wrong-{PASSWORD}");
    assert_eq!(post(&node, &wrong).await.status(), 400, "a failure is counted too");
    let mut secrets = vec![CLIENT.to_owned(), PASSWORD.to_owned()];
    let mut granted = sign_in(&node).await;
    for _ in 0..2 {
        let next = tokens(&refresh(&node, &granted[1]).await);
        secrets.extend(std::mem::replace(&mut granted, next));
    }
    secrets.extend(granted);
    let new = NewPersonalAccessToken::new("canary-label", Lifetime::Days(30));
    let made = node.create_personal_access_token(&Presenter::signed_in(&site.ann), &new).await.expect("a token");
    let text = made.token.expose_secret().to_owned();
    node.verify(&text).await.expect("it verifies");
    secrets.push(text);
    secrets
}

/// Returns whether `kept` contains any 12 consecutive characters of the secret. If the secret is a token, only the
/// characters after its prefix and id are searched for, because the prefix and the id are public.
pub fn shows(kept: &[u8], secret: &str) -> bool {
    let hidden = match secret.split_once('_') {
        Some((_, token)) => &token[22..],
        None => secret,
    };
    let pieces: std::collections::HashSet<&[u8]> = hidden.as_bytes().windows(12).collect();
    kept.windows(12).any(|window| pieces.contains(window))
}
