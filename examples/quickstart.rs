//! An example that shows all main operations in one run: `cargo run --example quickstart`.
//!
//! The example is a service with three people and two clients, and sets the clock itself. Each function is one chapter.
//! The example prints what happens, and checks it with assertions. It leaves out HTTP, e-mail and a persistent store.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::client::{Grant, NewClient, RefreshMode};
use counterfoil::clock::Clock;
use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::notice::{NoticeText, Outcome};
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::operations::{NewAccess, NewSecurityCode};
use counterfoil::settings::SettingsUpdate;
use counterfoil::testing::{ManualClock, RecordingSink};
use counterfoil::{
    Account, Conflict, Counterfoil, Denied, EmailAddress, Invalid, IssuedCredential, KeyRing, Lifetime, ManageError,
    NewPersonalAccessToken, Presenter, Role, Secret, SubjectId, Timestamp,
};
use futures_executor::block_on;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::{datetime, format_description};

type Outcomes<T = ()> = Result<T, Box<dyn Error>>;

/// The `Authorization` header of the client `test.token`, as 12d Synergy's documentation has it, including `BASIC`.
const TEST_TOKEN: &str = "BASIC dGVzdC50b2tlbjphN2Q4NDkzNjZkMjI0ZjhlYjUyMWNjZjY5NjkyNTYyNw==";
/// The form of a sign-in: the body that curl sends for six `--data-urlencode` options.
const LOGIN: &str =
    "grant_type=password&username=AD%5Cbill.posters&password=blabla&remember=true&mfa_key=&machine_key=";

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

struct Service {
    counterfoil: Counterfoil,
    clock: Arc<ManualClock>,
    events: RecordingSink,
}

fn main() -> Outcomes {
    let people = Arc::new(MemoryDirectory::default());
    let bill = person(&people, "6", "AD\\bill.posters", Role::Member, "blabla")?;
    let admin = person(&people, "1", "admin", Role::Administrator, "admin")?;
    let root = person(&people, "2", "super@example.com", Role::SuperAdministrator, "super")?;
    block_on(async {
        let service = open_service(people)?;
        let rotating = register_clients(&service).await?;
        open_the_gates(&service, &Presenter::signed_in(&admin), &bill).await?;
        let refresh_token = sign_in_with_a_password(&service).await?;
        let access_token = refresh_with_the_same_token(&service, &refresh_token).await?;
        personal_access_token(&service, &access_token).await?;
        labels(&service, &Presenter::signed_in(&bill)).await?;
        security_code(&service, &Presenter::signed_in(&root)).await?;
        replayed_refresh_token(&service, &rotating).await?;
        notices(&service, &Presenter::signed_in(&bill)).await?;
        close(&service).await
    })
}

fn person(people: &MemoryDirectory, id: &str, name: &str, role: Role, password: &str) -> Outcomes<Account> {
    let account = Account::new(SubjectId::new(id)?, name, role)
        .with_email(EmailAddress::new(&format!("user{id}@example.com"))?)
        .with_claim("user_id", &format!("<ID>{id}</ID><ServerID>1</ServerID>"));
    people.insert(account.clone(), &[name], password);
    Ok(account)
}

/// Makes a service with the hardened policy. The clock begins at the instant of an example answer in the documentation
/// of 12d Synergy. The answer has this instant in its member `.issued`.
fn open_service(people: Arc<MemoryDirectory>) -> Outcomes<Service> {
    let clock = Arc::new(ManualClock::at(Timestamp::try_from(datetime!(2022-12-22 23:14:42 UTC))?));
    let events = RecordingSink::default();
    let counterfoil = Counterfoil::builder()
        .store(MemoryStore::default())
        .directory(people)
        .key_ring(KeyRing::generate_from_system()?)
        .clock(clock.clone())
        .events(events.clone())
        .build()?;
    Ok(Service { counterfoil, clock, events })
}

/// Registers two clients. The secret of `test.token` is imported, and a refresh returns the same refresh token. The
/// other client gets a generated secret, and a refresh returns a new refresh token. Returns the other client's
/// `Authorization` header.
async fn register_clients(service: &Service) -> Outcomes<String> {
    chapter(service, "Two clients are registered");
    let grants = || vec![Grant::Password, Grant::RefreshToken];
    let (host, secret) = (Presenter::host(), Secret::from("a7d849366d224f8eb521ccf696925627".to_owned()));
    let test_token = NewClient::named("angularApp")
        .with_id("test.token".parse::<counterfoil::client::ClientId>()?)
        .with_grants(grants())
        .with_refresh_mode(RefreshMode::Reuse);
    service.counterfoil.import_client(&host, test_token, &secret, false).await?;
    let rotating = NewClient::named("Rotating app")
        .with_id("rotating".parse::<counterfoil::client::ClientId>()?)
        .with_grants(grants());
    let rotating = service.counterfoil.create_client(&host, rotating).await?;
    let api_key = rotating.secret.ok_or("a confidential client")?;
    println!("  test.token keeps its secret; rotating was given {}", first_8(api_key.expose_secret()));
    Ok(format!("Basic {}", api_key.expose_api_key()))
}

/// Allows Bill to create personal access tokens. Under the hardened policy, an administrator must turn on a setting of
/// the service and a switch of the owner first. Both are off in a new service.
async fn open_the_gates(service: &Service, admin: &Presenter, bill: &Account) -> Outcomes {
    chapter(service, "An administrator opens the gates of personal access tokens");
    let bill_himself = Presenter::signed_in(bill);
    let refused = create(service, &bill_himself, "nightly build").await.err().ok_or("a closed gate")?;
    assert!(matches!(refused, ManageError::Forbidden(_)));
    println!("  before: {refused}");
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    service.counterfoil.update_settings(admin, &on).await?;
    let view = service.counterfoil.set_token_login(admin, bill.subject(), true).await?;
    println!("  after: token login allowed for {}: {}", view.name, view.token_login_allowed);
    Ok(())
}

async fn sign_in_with_a_password(service: &Service) -> Outcomes<String> {
    chapter(service, "AD\\bill.posters signs in through test.token");
    let answer = token(service, TEST_TOKEN, LOGIN).await?;
    for name in ["token_type", "user_name", "user_id", "as:client_id", "is_read_only_web_user", ".issued", ".expires"] {
        println!("  {name}: {}", text(&answer, name)?);
    }
    println!("  expires_in: {}", answer["expires_in"]);
    assert_eq!((text(&answer, "user_name")?, text(&answer, "as:client_id")?), ("AD\\bill.posters", "angularApp"));
    assert_eq!(text(&answer, ".issued")?, "Thu, 22 Dec 2022 23:14:42 GMT");
    show_tokens(&answer)?;
    let principal = service.counterfoil.verify(text(&answer, "access_token")?).await?;
    println!("  the access token is {}'s, a {}", principal.name(), principal.role());
    Ok(text(&answer, "refresh_token")?.to_owned())
}

/// Refreshes through the client `test.token`. This client uses the mode "reuse": a refresh returns the same refresh
/// token and a new access token.
async fn refresh_with_the_same_token(service: &Service, refresh_token: &str) -> Outcomes<String> {
    service.clock.set(Timestamp::try_from(datetime!(2022-12-23 02:31:49 UTC))?);
    chapter(service, "Three hours later test.token refreshes");
    let answer = refresh(service, TEST_TOKEN, refresh_token).await?;
    show_tokens(&answer)?;
    assert_eq!(text(&answer, "refresh_token")?, refresh_token, "the same one");
    println!("  the refresh token is the same, the access token a new one of the same family: their ids begin alike");
    assert_eq!(text(&answer, ".expires")?, "Fri, 23 Dec 2022 02:41:49 GMT");
    Ok(text(&answer, "access_token")?.to_owned())
}

async fn personal_access_token(service: &Service, access_token: &str) -> Outcomes {
    chapter(service, "With that access token Bill makes a personal access token");
    let bill = Presenter::from(&service.counterfoil.verify(access_token).await?);
    let made = create(service, &bill, "nightly build").await?;
    let secret = made.token.expose_secret();
    println!("  this once: {}", first_8(secret));
    service.clock.advance(Duration::from_secs(5 * 60));
    let principal = service.counterfoil.verify(secret).await?;
    println!("  five minutes later it authenticates {}, by a {}", principal.name(), principal.kind());
    for listed in service.counterfoil.list_personal_access_tokens(&bill, None, PAGE).await?.items {
        let (created, expires) = (instant(Some(listed.created_at)), instant(listed.expires_at));
        println!("  listed: {}, created {created}, expires {expires}", listed.label);
        println!("          last used {}, {}", instant(listed.last_used_at), listed.status.as_str());
        assert_eq!(listed.last_used_at, Some(service.clock.now()));
    }
    service.counterfoil.delete_personal_access_token(&bill, &made.view.id).await?;
    let reason = refusal(service, secret).await?;
    assert!(matches!(reason, Refusal::Revoked { .. }));
    println!("  deleted; now: {reason} (the caller is told invalid_token, as always)");
    Ok(())
}

async fn labels(service: &Service, bill: &Presenter) -> Outcomes {
    chapter(service, "Labels have at most 20 characters, and no two of an owner are the same");
    let made = create(service, bill, "Telegram bot at home").await?;
    println!("  {:?}: made, {} characters", made.view.label, made.view.label.chars().count());
    for label in ["Telegram bots at home", "  "] {
        let refused = create(service, bill, label).await.err().ok_or("a rule is broken")?;
        println!("  {label:?}: {refused}");
        assert!(matches!(refused, ManageError::Invalid(Invalid::Label(_))));
    }
    let refused = create(service, bill, "TELEGRAM bot at home").await.err().ok_or("the label is taken")?;
    println!("  \"TELEGRAM bot at home\": {refused}");
    assert!(matches!(refused, ManageError::Conflict(Conflict::LabelTaken)));
    Ok(service.counterfoil.delete_personal_access_token(bill, &made.view.id).await?)
}

async fn security_code(service: &Service, root: &Presenter) -> Outcomes {
    chapter(service, "A super administrator makes a security code");
    let counterfoil = &service.counterfoil;
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator).with_description("export");
    let made = counterfoil.create_security_code(root, &new).await?;
    let (id, secret) = (made.view.id, made.token.expose_secret());
    println!("  {} works until {}", first_8(secret), instant(made.view.expires_at));
    service.clock.advance(Duration::from_secs(24 * 3_600));
    println!("  24 hours later: {}", refusal(service, secret).await?);
    let back = counterfoil.reactivate_security_code(root, &id).await?;
    println!("  reactivated, with the same secret, until {}", instant(back.expires_at));
    counterfoil.verify(secret).await?;
    let permanent = counterfoil.make_security_code_permanent(root, &id).await?;
    assert_eq!(permanent.expires_at, None);
    service.clock.advance(Duration::from_secs(365 * 86_400));
    println!("  made permanent; a year later it still is a {}'s", counterfoil.verify(secret).await?.role());
    Ok(())
}

/// Replays a refresh token of the client `rotating`. This client uses the mode "rotate": each refresh token can be used
/// once. A retry less than half a minute later gets the same successor. A later use is a replay, and ends the sign-in.
async fn replayed_refresh_token(service: &Service, client: &str) -> Outcomes {
    chapter(service, "A refresh token of the rotating client is stolen");
    let first = token(service, client, LOGIN).await?;
    let stolen = text(&first, "refresh_token")?;
    let second = refresh(service, client, stolen).await?;
    assert_ne!(text(&second, "refresh_token")?, stolen, "a successor");
    service.clock.advance(Duration::from_secs(29));
    let retry = refresh(service, client, stolen).await?;
    assert_eq!(text(&retry, "refresh_token")?, text(&second, "refresh_token")?);
    println!("  a retry within half a minute gets the same successor, {}", first_8(text(&retry, "refresh_token")?));
    service.clock.advance(Duration::from_secs(1));
    let _ = service.events.take();
    let replay = refresh(service, client, stolen).await.err().ok_or("a replay")?;
    println!("  a second later it is a replay: {replay}");
    let events = service.events.take();
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::Replayed { generation: 0, .. })));
    assert!(refresh(service, client, text(&second, "refresh_token")?).await.is_err());
    println!("  and the family has ended: {}", refusal(service, text(&second, "access_token")?).await?);
    Ok(())
}

/// The work of a notice worker: read due notices, send them, and settle each with its outcome.
async fn notices(service: &Service, bill: &Presenter) -> Outcomes {
    chapter(service, "A token of 30 days is announced a week before it expires, and when it has");
    create(service, bill, "backup").await?;
    for (days, expected) in [
        (22, None),
        (1, Some(NoticeText::ExpiresIn(Duration::from_secs(7 * 86_400)))),
        (0, None),
        (7, Some(NoticeText::Expired)),
    ] {
        service.clock.advance(Duration::from_secs(days * 86_400));
        let due = service.counterfoil.due_notices(None, PAGE).await?.items;
        let mut sent = None;
        for due in &due {
            let Some(claimed) = service.counterfoil.claim_notice(due, Duration::from_secs(5 * 60)).await?.won() else {
                continue;
            };
            let text = claimed.text();
            let news = match text {
                NoticeText::ExpiresIn(left) => format!("expires in {} days", left.as_secs() / 86_400),
                NoticeText::ReplacedLeaked => "has an old text that was found in a public place".to_owned(),
                NoticeText::Leaked { .. } => "was found in a public place".to_owned(),
                _ => "has expired".to_owned(),
            };
            println!("  {}: to {}: {:?} {news}", now(service), claimed.to().as_str(), claimed.label());
            sent = Some(text);
            assert!(service.counterfoil.settle_notice(claimed, Outcome::Sent).await?);
        }
        if sent.is_none() {
            println!("  {}: nothing is due", now(service));
        }
        assert_eq!(sent, expected);
    }
    Ok(())
}

async fn close(service: &Service) -> Outcomes {
    chapter(service, "The service stops");
    let flushed = service.counterfoil.shutdown().await;
    println!("  {} last uses written, {} left", flushed.written, flushed.waiting);
    assert!(flushed.error.is_none());
    Ok(())
}

async fn create(service: &Service, by: &Presenter, label: &str) -> Result<IssuedCredential, ManageError> {
    let new = NewPersonalAccessToken::new(label, Lifetime::Days(30));
    service.counterfoil.create_personal_access_token(by, &new).await
}

/// Sends a POST to the token endpoint, as a framework would pass it on. Returns an error if the response is an OAuth
/// error.
async fn token(service: &Service, authorization: &str, form: &str) -> Outcomes<Value> {
    let (source, authorization) = ("203.0.113.7".parse()?, [authorization.as_bytes()]);
    let request = OAuthRequest::new(form.as_bytes(), &source)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    let answer = service.counterfoil.token(request).await.unwrap_or_else(Answer::from);
    let body: Value = serde_json::from_str(answer.expose_secret())?;
    if answer.status() == 200 { Ok(body) } else { Err(format!("{} {}", answer.status(), body["error"]).into()) }
}

async fn refresh(service: &Service, authorization: &str, refresh_token: &str) -> Outcomes<Value> {
    token(service, authorization, &format!("grant_type=refresh_token&refresh_token={refresh_token}")).await
}

/// Returns the reason why a token is refused. Only the host is allowed to see this reason.
async fn refusal(service: &Service, secret: &str) -> Outcomes<Refusal> {
    match service.counterfoil.verify(secret).await {
        Err(Denied::Refused(reason)) => Ok(reason),
        Err(unavailable) => Err(unavailable.into()),
        Ok(_) => Err("a refusal was expected".into()),
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> Outcomes<&'a str> {
    answer[name].as_str().ok_or_else(|| format!("{name} is missing").into())
}

fn show_tokens(answer: &Value) -> Outcomes {
    let (access, refresh) = (text(answer, "access_token")?, text(answer, "refresh_token")?);
    println!("  access token {}, refresh token {}", first_8(access), first_8(refresh));
    Ok(())
}

/// Returns the first eight letters of a token, to tell it from others. They contain nothing of the secret part.
fn first_8(secret: &str) -> String {
    secret.chars().take(8).chain(['…']).collect()
}

fn now(service: &Service) -> String {
    instant(Some(service.clock.now()))
}

fn instant(at: Option<Timestamp>) -> String {
    let minutes = format_description!("[day] [month repr:short] [year] [hour]:[minute]");
    at.and_then(|at| OffsetDateTime::from(at).format(minutes).ok()).unwrap_or_else(|| "never".to_owned())
}

fn chapter(service: &Service, title: &str) {
    println!("\n{}  {title}", now(service));
}
