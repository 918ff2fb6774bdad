//! Tests the console of a host whose directory has no logins or no search (requirement HOST 6).

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::testing::ManualClock;
use counterfoil::{Account, Builder, Counterfoil, KeyRing, Role, Timestamp};
use counterfoil_axum::Sources;
use counterfoil_axum::console::{Console, Transport};

use super::browser::{Browser, NAME, SESSION, mounted, number, token, value};
use crate::support::subject;

struct Host {
    counterfoil: Counterfoil,
    clock: Arc<ManualClock>,
    sue: Account,
}

/// Makes a service with the account sue, a super administrator. `add` adds the optional parts of the directory.
fn host(add: impl FnOnce(Builder, Arc<MemoryDirectory>) -> Builder) -> Host {
    let (people, sue) = (MemoryDirectory::default(), Account::new(subject("sue"), "sue", Role::SuperAdministrator));
    people.insert(sue.clone(), &["sue"], "sue");
    let people = Arc::new(people);
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("in range")));
    let builder = Counterfoil::builder()
        .store(MemoryStore::default())
        .key_ring(KeyRing::generate_from_system().expect("a key"))
        .clock(clock.clone())
        .accounts(people.clone());
    Host { counterfoil: add(builder, people).build().expect("a handle"), clock, sue }
}

impl Host {
    fn console(&self) -> Console {
        Console::new(self.counterfoil.clone(), Transport::Https, "/console", Sources::Extension)
    }

    fn browser(&self, language: &'static str) -> Browser {
        let mut browser = Browser::at(mounted(self.console()));
        browser.headers.push(("accept-language", language));
        browser
    }

    /// Makes a browser with a session that the host has opened.
    async fn signed_in(&self, language: &'static str) -> Browser {
        let browser = self.browser(language);
        let opened = self.counterfoil.open_session_for(&self.sue).await.expect("a session");
        browser.plant(&format!("{SESSION}-{NAME}"), opened.token.expose_secret());
        browser
    }
}

#[tokio::test]
async fn host_6_without_a_search_the_users_page_says_so_and_no_page_links_to_it() {
    let link = "href=\"/console/users\"";
    let without = host(|builder, people| builder.logins(people));
    for (language, text) in
        [("en", "This service offers no search for users."), ("ru", "Эта служба не предоставляет поиск пользователей.")]
    {
        let browser = without.signed_in(language).await;
        let page = browser.get("/users").await;
        assert_eq!((page.status.as_u16(), page.header("retry-after")), (501, None), "waiting does not help");
        assert!(page.text.contains(text), "{}", page.text);
        for path in ["/users", "/users/sue", "/codes"] {
            assert!(!browser.get(path).await.text.contains(link), "{path}");
        }
        assert_eq!(browser.get("/users/sue").await.status, 200, "the page of a user needs no search");
    }
    let with = host(|builder, people| builder.search(people)).signed_in("en").await;
    assert_eq!(with.get("/users").await.status, 200);
    assert!(with.get("/users/sue").await.text.contains(link));
}

#[tokio::test]
async fn host_6_without_logins_the_sign_in_page_asks_for_no_password_and_says_why() {
    let host = host(|builder, people| builder.search(people));
    for (language, text) in
        [("en", "This service does not check passwords."), ("ru", "Эта служба не проверяет пароли.")]
    {
        let browser = host.browser(language);
        let page = browser.get("/sign-in").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(text) && !page.text.contains("type=\"password\""), "{}", page.text);
    }
    // A browser may still show a sign-in form that was loaded while the host had logins.
    let (before, browser) = (self::host(|builder, people| builder.logins(people)).browser("en"), host.browser("en"));
    let form = format!("csrf_token={}&next=/&name=sue&password=sue", token(&before.get("/sign-in").await.text));
    let cookies = before.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone();
    browser.cookies.lock().unwrap_or_else(PoisonError::into_inner).extend(cookies);
    let refused = browser.send_form("/sign-in", &form).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (501, None), "waiting does not help");
    assert!(refused.text.contains("This service does not check passwords."), "{}", refused.text);
    assert_eq!(browser.cookie(SESSION), None);
}

#[tokio::test]
async fn host_6_without_logins_a_critical_action_needs_a_session_that_the_host_opened_recently() {
    let host = host(|builder, people| builder.search(people));
    let browser = host.signed_in("en").await;
    let made = browser.post("/codes", "access=super_administrator&description=first").await;
    assert_eq!(made.status, 200, "{}", made.text);
    let id = value(&browser.get("/codes").await.text, "data-id=\"");
    host.clock.advance(Duration::from_secs(20 * 60));
    let page = browser.get("/codes").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(!page.text.contains("type=\"password\""), "no password can be checked");
    let form = format!("csrf_token={}&once={}", token(&page.text), number());
    for (path, fields) in [
        ("/codes".to_owned(), "&access=super_administrator&description=second"),
        ("/codes".to_owned(), "&access=super_administrator&description=second&password=sue"),
        (format!("/codes/{id}/make-permanent"), ""),
    ] {
        let refused = browser.send_form(&path, &format!("{form}{fields}")).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (501, None), "{path} {fields}");
        assert!(refused.text.contains("This service does not check passwords."), "{}", refused.text);
    }
    assert!(!browser.get("/codes").await.text.contains("second"));
}

/// Collects the lines of a log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn host_6_a_console_without_logins_is_logged_when_its_router_is_made() {
    let lines = |host: &Host| {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(subscriber, || drop(host.console().router()));
        let bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("text")
    };
    let without = lines(&host(|builder, people| builder.search(people)));
    assert!(without.contains("nobody can sign in with a password"), "{without}");
    let with = lines(&host(|builder, people| builder.logins(people)));
    assert!(!with.contains("password"), "{with}");
}
