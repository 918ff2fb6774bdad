//! Somebody at a browser, before a demo of their own.

use std::path::{Path, PathBuf};

use counterfoil_conformance::{Scale, scale};
use counterfoil_testkit::servers::{BorrowedBrowser, Browser, Engine};
use serde_json::Value;

use crate::support::Server;
use crate::support::tempfile::TempDir;
use crate::visitor::{SESSION, Visitor, full_name};

pub const LANGUAGES: [&str; 2] = ["en", "ru"];

/// A browser whose reader prefers a language, and a demo with its store in memory.
pub struct Desk {
    pub browser: BorrowedBrowser,
    pub server: Server,
    pub language: &'static str,
}

/// Whether everything is tried in each browser, in each language and on each screen: at full counts. For every commit each test has one of them,
/// and all tests together have all.
pub fn in_full() -> bool {
    scale() == Scale::SOAK
}

/// Who sits at a desk: a browser, and the language that its reader prefers.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub engine: Engine,
    pub language: &'static str,
}

/// In which browsers a test runs for every commit. At full counts every test runs in both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    Chromium,
    BothBrowsers,
}

impl Reader {
    pub const ENGLISH: Self = Self { engine: Engine::Chromium, language: "en" };

    /// All that a test is for: each browser with each of the languages; for every commit with one of them, by the test's name.
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

/// Does it in English and Russian, in both browsers, each time from the beginning.
pub fn in_both(act: impl Fn(&Desk)) {
    for_each(&Reader::all(&LANGUAGES, Commit::Chromium), act);
}

/// The same, for every commit in both browsers.
pub fn in_both_browsers(act: impl Fn(&Desk)) {
    for_each(&Reader::all(&LANGUAGES, Commit::BothBrowsers), act);
}

/// What has nothing to do with a language, in both browsers.
pub fn in_english(commit: Commit, act: impl Fn(&Desk)) {
    for_each(&Reader::all(&["en"], commit), act);
}

fn for_each(readers: &[Reader], act: impl Fn(&Desk)) {
    for &reader in readers {
        let desk = Desk::new(reader, "");
        act(&desk);
        desk.is_quiet();
    }
}

/// A demo with that policy over its own.
pub fn server(policy: &str) -> Server {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("policy.toml"), policy).expect("written");
    Server::start_in(folder, |command| {
        command.args(["--store", "memory:", "--policy", "policy.toml"]);
    })
}

impl Desk {
    pub fn new(reader: Reader, policy: &str) -> Self {
        let Reader { engine, language } = reader;
        Self { server: server(policy), browser: Browser::borrow(engine, language), language }
    }

    /// Neither browser nor demo has anything to complain of.
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

    /// Fills the form in that is shown.
    pub fn try_to_sign_in(&self, name: &str, password: &str) {
        self.browser.fill("#sign-in [name=name]", name);
        self.browser.fill("#sign-in [name=password]", password);
        self.browser.follow("#sign-in button");
    }

    pub fn sign_out(&self) {
        self.browser.follow("#sign-out button");
    }

    /// Somebody else takes the seat.
    pub fn hand_over(&self, name: &str, password: &str) {
        self.sign_out();
        self.sign_in(name, password);
    }

    /// Makes a token by the page and gives its text; the page that shows it is left.
    pub fn make_token(&self, label: &str, days: &str) -> String {
        self.goto("/console/tokens");
        self.browser.fill("#create [name=label]", label);
        self.browser.fill("#create [name=days]", days);
        self.browser.follow("#create button");
        let token = self.secret();
        self.browser.follow("#done");
        token
    }

    /// What the page shows once, by its button.
    pub fn secret(&self) -> String {
        self.browser.click("#reveal");
        self.browser.text("#secret")
    }

    /// The id of the row that says so.
    pub fn row(&self, text: &str) -> String {
        self.row_if_any(text).unwrap_or_else(|| panic!("no row says {text}:\n{}", self.browser.source()))
    }

    pub fn row_if_any(&self, text: &str) -> Option<String> {
        let found = "return [...document.querySelectorAll('tr[data-id]')].find(row => row.textContent.includes(arguments[0]))?.dataset.id";
        self.browser.script(found, &[Value::from(text)]).as_str().map(str::to_owned)
    }

    /// The selector of something in the row that says so.
    pub fn in_row(&self, text: &str, css: &str) -> String {
        format!("tr[data-id=\"{}\"] {css}", self.row(text))
    }

    /// The page's words are of the reader's language, but for what people wrote.
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

    /// The word for it in the reader's language.
    pub fn word(&self, english: &'static str, russian: &'static str) -> &'static str {
        if self.language == "ru" { russian } else { english }
    }

    /// Somebody without a browser who holds this browser's cookies.
    pub fn visitor(&self) -> Visitor {
        let mut visitor = Visitor::new(self.server.port);
        for cookie in self.browser.cookies() {
            visitor.carry(cookie["name"].as_str().expect("a name"), cookie["value"].as_str().expect("a value"));
        }
        assert!(visitor.cookie(SESSION).is_some(), "nobody is signed in");
        visitor
    }

    /// The session's cookie, where there is one.
    pub fn session(&self) -> Option<String> {
        self.browser.cookie(&full_name(self.server.port, SESSION))
    }

    /// What a bearer is answered: the status.
    pub fn bearer(&self, token: &str) -> u16 {
        Visitor::new(self.server.port).bearer("/api/v1/whoami", token).status
    }

    /// The word of a fault stands beside its field, and a screen reader finds it there.
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

/// Where `.ci/clients` puts the accessibility checker.
pub fn axe() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/axe/axe.min.js")
}

/// A file for a test to send.
pub fn file(desk: &Desk, name: &str, bytes: &[u8]) -> PathBuf {
    let path = desk.server.folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}
