//! Sends known secrets through a handle of the library. Tests then search for these secrets in places that must not
//! contain them.

use std::sync::Arc;

use counterfoil::client::{Grant, NewClient, RefreshMode};
use counterfoil::memory::MemoryDirectory;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::settings::SettingsUpdate;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil::{
    Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, Secret, SubjectId,
};

/// The secret of the client `canary`. The host imports it, so the tests can choose it.
const CLIENT: &str = "canaryclientsecret0123456789abcd";
pub const PASSWORD: &str = "canary-password-of-ann";

/// Signs Ann in, refreshes twice, creates a token with the label `canary-label` for her, and verifies the token.
/// Returns every secret that was used.
pub async fn secrets<S>(store: S) -> Vec<String>
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let (handle, ann) = handle(store).await;
    let wrong = format!("grant_type=password&username=ann&password=wrong-{PASSWORD}");
    assert_eq!(post(&handle, &wrong).await.status(), 400, "a failure is counted too");
    let mut secrets = vec![CLIENT.to_owned(), PASSWORD.to_owned()];
    let mut form = format!("grant_type=password&username=ann&password={PASSWORD}&remember=true");
    for _ in 0..3 {
        let answer = post(&handle, &form).await;
        let [access, refresh] = ["access_token", "refresh_token"].map(|name| field(answer.expose_secret(), name));
        form = format!("grant_type=refresh_token&refresh_token={refresh}");
        secrets.extend([access, refresh]);
    }
    let new = NewPersonalAccessToken::new("canary-label", Lifetime::Days(30));
    let made = handle.create_personal_access_token(&Presenter::signed_in(&ann), &new).await.expect("a token");
    let text = made.token.expose_secret().to_owned();
    handle.verify(&text).await.expect("it verifies");
    secrets.push(text);
    secrets
}

/// Makes a handle with Ann and with a client that may refresh. Personal access tokens are enabled for the service and
/// for Ann.
pub async fn handle<S>(store: S) -> (Counterfoil, Account)
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let people = Arc::new(MemoryDirectory::default());
    let person = |id, name, role| Account::new(SubjectId::new(id).expect("a subject"), name, role);
    let (ann, admin) = (person("ann", "ann", Role::Member), person("root", "root", Role::Administrator));
    people.insert(ann.clone(), &["ann"], PASSWORD);
    people.insert(admin.clone(), &["root"], "not used");
    let handle = Counterfoil::builder()
        .store(store)
        .directory(people)
        .key_ring(KeyRing::generate_from_system().expect("a key"))
        .build()
        .expect("a handle");
    let client = NewClient::named("canary")
        .with_id("canary".parse::<counterfoil::client::ClientId>().expect("a client id"))
        .with_grants(vec![Grant::Password, Grant::RefreshToken])
        .with_refresh_mode(RefreshMode::Rotate);
    let secret = Secret::from(CLIENT.to_owned());
    handle.import_client(&Presenter::host(), client, &secret, false).await.expect("a client");
    let by = Presenter::signed_in(&admin);
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    handle.update_settings(&by, &on).await.expect("the gate opens");
    handle.set_token_login(&by, ann.subject(), true).await.expect("the other gate opens");
    (handle, ann)
}

/// Posts a form to the token endpoint and returns the answer.
pub async fn post(handle: &Counterfoil, form: &str) -> Answer {
    // Base64 of `canary:canaryclientsecret0123456789abcd`.
    let authorization: [&[u8]; 1] = [b"Basic Y2FuYXJ5OmNhbmFyeWNsaWVudHNlY3JldDAxMjM0NTY3ODlhYmNk"];
    let source = counterfoil::types::Source::from(std::net::IpAddr::from([192, 0, 2, 7]));
    let request = OAuthRequest::new(form.as_bytes(), &source)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    handle.token(request).await.unwrap_or_else(Answer::from)
}

/// Returns the text of a member of a JSON object. Panics if there is no such member.
pub fn field(body: &str, name: &str) -> String {
    let start = format!("\"{name}\":\"");
    let rest = body.split_once(&start).unwrap_or_else(|| panic!("no {name}: {body}")).1;
    rest.split_once('"').expect("a text ends").0.to_owned()
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
