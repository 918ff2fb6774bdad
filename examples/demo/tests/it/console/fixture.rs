//! The browser and the demo that one test uses.

use std::path::{Path, PathBuf};

use counterfoil_conformance::{Scale, scale};
use counterfoil_testkit::servers::{BorrowedBrowser, Browser, Engine};
use serde_json::Value;

use super::http_client::{HttpClient, SESSION, full_name};
use crate::support::Server;
use crate::support::tempfile::TempDir;

pub const LANGUAGES: [&str; 2] = ["en", "ru"];

/// A browser with a preferred language, and a demo whose store is in memory.
pub struct Fixture {
    pub browser: BorrowedBrowser,
    pub server: Server,
    pub language: &'static str,
}

/// Whether each test runs in every browser, language and screen size. This is the case only at soak scale
/// (`COUNTERFOIL_SCALE=soak`). At other scales each test runs in one or two combinations, so that all tests together
/// cover all combinations.
pub fn in_full() -> bool {
    scale() == Scale::SOAK
}

/// A browser and its preferred language.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub engine: Engine,
    pub language: &'static str,
}

/// Which browsers a test uses at the usual scale, at which the tests run for each commit. At soak scale (see
/// [`in_full`]), every test uses both browsers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    Chromium,
    BothBrowsers,
}

impl Reader {
    pub const ENGLISH: Self = Self { engine: Engine::Chromium, language: "en" };

    /// Returns the browsers and languages in which the present test runs. At soak scale (see [`in_full`]), these are
    /// all combinations. Otherwise each browser gets one language, which is computed from the name of the test, so that
    /// different tests use different languages.
    pub fn all(languages: &[&'static str], commit: Commit) -> Vec<Self> {
        let name: usize = std::thread::current().name().unwrap_or_default().bytes().map(usize::from).sum();
        let browsers = if in_full() || commit == Commit::BothBrowsers { &Engine::ALL[..] } else { &[Engine::Chromium] };
        let of = |(turn, &engine): (usize, &Engine)| {
            let chosen = if in_full() { languages } else { &languages[(name + turn) % languages.len()..][..1] };
            chosen.iter().map(move |&language| Self { engine, language }).collect::<Vec<_>>()
        };
        browsers.iter().enumerate().flat_map(of).collect()
    }
}

/// Runs a test that depends on the language, in one language in Chromium. At soak scale (see [`in_full`]), runs it in
/// both languages in both browsers. Each run has a new demo.
pub fn in_both(act: impl Fn(&Fixture)) {
    for_each(&Reader::all(&LANGUAGES, Commit::Chromium), act);
}

/// Runs a test that depends on the language in both browsers, with a different language in each. At soak scale (see
/// [`in_full`]), runs it in both languages in both browsers. Each run has a new demo.
pub fn in_both_browsers(act: impl Fn(&Fixture)) {
    for_each(&Reader::all(&LANGUAGES, Commit::BothBrowsers), act);
}

/// Runs a test that does not depend on the language, in the browsers that `commit` names. At soak scale (see
/// [`in_full`]), runs it in both browsers.
pub fn in_english(commit: Commit, act: impl Fn(&Fixture)) {
    for_each(&Reader::all(&["en"], commit), act);
}

fn for_each(readers: &[Reader], act: impl Fn(&Fixture)) {
    for &reader in readers {
        let fixture = Fixture::new(reader, "");
        act(&fixture);
        fixture.is_quiet();
    }
}

/// Starts a demo whose policy file has the contents `policy`.
pub fn server(policy: &str) -> Server {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("policy.toml"), policy).expect("written");
    Server::start_in(folder, |command| {
        command.args(["--store", "memory:", "--policy", "policy.toml"]);
    })
}

impl Fixture {
    pub fn new(reader: Reader, policy: &str) -> Self {
        let Reader { engine, language } = reader;
        Self { server: server(policy), browser: Browser::borrow(engine, language), language }
    }

    /// Checks that the browser has reported no error, and that the log of the demo contains no panic.
    pub fn is_quiet(&self) {
        let of = (self.browser.engine(), self.language);
        assert_eq!(self.browser.complaints(), [""; 0], "the browser complained, {of:?}");
        assert!(!self.server.log().contains("panicked"), "{}", self.server.log());
    }

    pub fn goto(&self, path: &str) {
        self.browser.goto(&self.server.url(path));
    }

    pub fn sign_in(&self, name: &str, password: &str) {
        self.goto("/console/sign-in");
        self.try_to_sign_in(name, password);
        assert_eq!(self.browser.path(), "/console/tokens", "{name} is signed in");
    }

    /// Fills in and sends the sign-in form that the browser shows.
    pub fn try_to_sign_in(&self, name: &str, password: &str) {
        self.browser.fill("#sign-in [name=name]", name);
        self.browser.fill("#sign-in [name=password]", password);
        self.browser.follow("#sign-in button");
    }

    pub fn sign_out(&self) {
        self.browser.follow("#sign-out button");
    }

    /// Signs out, and signs in as another account.
    pub fn hand_over(&self, name: &str, password: &str) {
        self.sign_out();
        self.sign_in(name, password);
    }

    /// Creates a token on the page of tokens. Returns the text of the token, and closes the page that shows it.
    pub fn make_token(&self, label: &str, days: &str) -> String {
        self.goto("/console/tokens");
        self.browser.fill("#create [name=label]", label);
        self.browser.fill("#create [name=days]", days);
        self.browser.follow("#create button");
        let token = self.secret();
        self.browser.follow("#done");
        token
    }

    /// Presses the button that reveals the secret on the page. Returns the secret.
    pub fn secret(&self) -> String {
        self.browser.click("#reveal");
        self.browser.text("#secret")
    }

    /// Returns the id of the row that contains this text.
    pub fn row(&self, text: &str) -> String {
        self.row_if_any(text).unwrap_or_else(|| panic!("no row says {text}:\n{}", self.browser.source()))
    }

    pub fn row_if_any(&self, text: &str) -> Option<String> {
        let found = "return [...document.querySelectorAll('tr[data-id]')].find(row => row.textContent.includes(arguments[0]))?.dataset.id";
        self.browser.script(found, &[Value::from(text)]).as_str().map(str::to_owned)
    }

    /// Returns a selector for an element in the row that contains this text.
    pub fn in_row(&self, text: &str, css: &str) -> String {
        format!("tr[data-id=\"{}\"] {css}", self.row(text))
    }

    /// Checks that the texts on the page are in the preferred language. Ignores the texts that users have typed.
    pub fn speaks(&self) {
        assert_eq!(self.browser.attribute("html", "lang").as_deref(), Some(self.language));
        let words = "return [...document.querySelectorAll('h1, h2, th, label, legend, caption, button, .button, nav a, main p, .badge')]\
             .filter(one => !one.querySelector('bdi, code')).map(one => one.textContent.trim())\
             .concat([...document.querySelectorAll('nav[aria-label]')].map(one => one.ariaLabel))";
        let words = self.browser.script(words, &[]);
        let words: Vec<_> = words.as_array().expect("words").iter().filter_map(Value::as_str).collect();
        assert!(words.len() > 3, "{words:?}");
        for word in words {
            let russian = word
                .chars()
                .any(|letter| ('а'..='я').contains(&letter.to_ascii_lowercase()) || ('А'..='Я').contains(&letter));
            let latin = word.chars().filter(char::is_ascii_alphabetic).count();
            match self.language {
                "ru" => assert!(russian || latin < 4, "not Russian at {}: {word:?}", self.browser.path()),
                _ => assert!(!russian, "Russian at {}: {word:?}", self.browser.path()),
            }
        }
    }

    /// Returns `russian` if the preferred language is Russian, and `english` otherwise.
    pub fn word(&self, english: &'static str, russian: &'static str) -> &'static str {
        if self.language == "ru" { russian } else { english }
    }

    /// Makes an HTTP client that has the cookies of this browser.
    pub fn client(&self) -> HttpClient {
        let mut client = HttpClient::new(self.server.port);
        for cookie in self.browser.cookies() {
            client.carry(cookie["name"].as_str().expect("a name"), cookie["value"].as_str().expect("a value"));
        }
        assert!(client.cookie(SESSION).is_some(), "nobody is signed in");
        client
    }

    /// Returns the session cookie, if the browser has it.
    pub fn session(&self) -> Option<String> {
        self.browser.cookie(&full_name(self.server.port, SESSION))
    }

    /// Sends a request with a bearer token. Returns the status.
    pub fn bearer(&self, token: &str) -> u16 {
        HttpClient::new(self.server.port).bearer("/api/v1/whoami", token).status
    }

    /// Checks that the page shows an error at this field, and that the field refers to the error for screen readers.
    pub fn finds_fault_with(&self, field: &str) {
        let error = self.browser.text(&format!("#{field}-error"));
        assert!(!error.is_empty(), "{field}");
        let css = format!("main [name={field}]");
        assert_eq!(self.browser.attribute(&css, "aria-invalid").as_deref(), Some("true"), "{field}");
        let described = self.browser.attribute(&css, "aria-describedby").unwrap_or_default();
        assert!(described.split(' ').any(|id| id == format!("{field}-error")), "{field}: {described:?}");
        self.speaks();
    }
}

/// Returns the path of the accessibility checker, which `.ci/clients` installs.
pub fn axe() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/axe/axe.min.js")
}

/// Makes a file that the browser can upload. Returns its path.
pub fn file(fixture: &Fixture, name: &str, bytes: &[u8]) -> PathBuf {
    let path = fixture.server.folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}
