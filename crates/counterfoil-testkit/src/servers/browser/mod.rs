//! A headless browser: Chromium with `chromedriver`, or Firefox with `geckodriver`. Each browser has its own folder,
//! profile and driver. A browser reaches only this machine, and ends when its [`Browser`] is dropped. Tests control it
//! with W3C WebDriver. The functions for which WebDriver has no endpoint are in `vendor.rs`.

mod checks;
mod chromium;
mod driver;
mod elements;
mod firefox;
mod kept;
mod loan;
mod screen;
mod vendor;
mod wire;

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use driver::Driver;
pub use loan::BorrowedBrowser;
pub use screen::Screen;
pub use vendor::Engine;
use wire::Refusal;

/// How often [`Browser::wait`] checks its condition before the test fails.
const TRIES: u32 = 750;
/// The pause between two checks of a condition in [`Browser::wait`].
const PAUSE: Duration = Duration::from_millis(20);

/// A browser with one page open.
#[derive(Debug)]
pub struct Browser {
    engine: Engine,
    session: String,
    screen: Cell<Screen>,
    driver: Driver,
}

impl Browser {
    /// Starts a browser with the preferred language `language`, for example `en` or `ru`.
    ///
    /// # Panics
    ///
    /// If the programs are missing or do not start. The message names the packages to install.
    #[must_use]
    pub fn start(engine: Engine, language: &str) -> Self {
        let vendor = engine.vendor();
        let driver = Driver::start(vendor);
        let mut wanted = vendor.capabilities(&driver.folder, language);
        wanted["timeouts"] = json!({"implicit": 0, "pageLoad": 30_000, "script": 60_000});
        wanted["unhandledPromptBehavior"] = "ignore".into();
        let wanted = json!({"capabilities": {"alwaysMatch": wanted}});
        let begun = wire::command(driver.port, "POST", "/session", Some(&wanted));
        let begun = begun.unwrap_or_else(|refusal| panic!("the browser did not start: {refusal}\n{}", driver.log()));
        let session = begun["sessionId"].as_str().expect("a session").to_owned();
        let browser = Self { engine, session, screen: Cell::new(Screen::DESKTOP), driver };
        browser.show_on(Screen::DESKTOP);
        browser
    }

    /// The kind of browser.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The folder that contains all files of the browser.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.driver.folder
    }

    /// Opens a page and waits until it has loaded.
    pub fn goto(&self, url: &str) {
        self.post("url", &json!({"url": url}));
    }

    /// The page's address.
    #[must_use]
    pub fn url(&self) -> String {
        text(&self.get("url"))
    }

    /// The part of the address after host and port.
    ///
    /// # Panics
    ///
    /// If the address has no host.
    #[must_use]
    pub fn path(&self) -> String {
        let url = self.url();
        let (_, rest) = url.split_once("://").unwrap_or_else(|| panic!("an address without a host: {url}"));
        rest.find('/').map_or_else(String::new, |from| rest[from..].to_owned())
    }

    /// The page's source as it is now, including changes by scripts.
    #[must_use]
    pub fn source(&self) -> String {
        text(&self.get("source"))
    }

    /// Presses the back button.
    pub fn back(&self) {
        self.step("back");
    }

    /// Presses the forward button.
    pub fn forward(&self) {
        self.step("forward");
    }

    /// Presses the back or forward button. If the browser is not allowed to show the page again, it shows an error page
    /// of its own. Firefox reports this as a failed command, so this failure is ignored.
    fn step(&self, way: &str) {
        match self.ask("POST", way, Some(&json!({}))) {
            Err(refusal) if !refusal.tells_of_an_error_page() => panic!("{way}: {refusal}"),
            _ => {}
        }
    }

    /// Presses the reload button.
    pub fn reload(&self) {
        self.post("refresh", &json!({}));
    }

    /// All cookies that the page's host would receive, including `HttpOnly` ones. Each has WebDriver's members `name`,
    /// `value`, `httpOnly`, `secure`, `sameSite` and `path`.
    ///
    /// # Panics
    ///
    /// If the driver gives no answer.
    #[must_use]
    pub fn cookies(&self) -> Vec<Value> {
        self.get("cookie").as_array().expect("cookies").clone()
    }

    /// The value of a cookie. `None` if the page's host would not receive a cookie with this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().iter().find(|cookie| cookie["name"] == name).map(|cookie| text(&cookie["value"]))
    }

    /// Stores a cookie in the browser, as an attacker who can write cookies would.
    pub fn plant_cookie(&self, name: &str, value: &str) {
        self.post("cookie", &json!({"cookie": {"name": name, "value": value, "path": "/"}}));
    }

    /// Runs a script in the page, even if the page's content security policy forbids scripts. `body` is the body of a
    /// function. Returns the function's result.
    #[must_use]
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.post("execute/sync", &json!({"script": body, "args": arguments}))
    }

    /// Runs an asynchronous script in the page. `body` is the body of a function, which must call its last argument
    /// with its result. Returns this result.
    #[must_use]
    pub fn script_that_calls_back(&self, body: &str, arguments: &[Value]) -> Value {
        self.post("execute/async", &json!({"script": body, "args": arguments}))
    }

    /// Waits until a condition is true. `what` describes the condition in the message of the panic.
    ///
    /// # Panics
    ///
    /// If the condition does not become true in time. The message contains the page.
    pub fn wait(&self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
        for _ in 0..TRIES {
            if condition(self) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("waited in vain for {what} at {}:\n{}", self.url(), self.source());
    }

    fn close(&self) {
        let _may_be_gone = wire::command(self.driver.port, "DELETE", &format!("/session/{}", self.session), None);
    }

    fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None).unwrap_or_else(|refusal| panic!("{path}: {refusal}"))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", path, Some(body)).unwrap_or_else(|refusal| panic!("{path}: {refusal}"))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        wire::command(self.driver.port, method, &format!("/session/{}/{path}", self.session), body)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Does not close the browser during a panic. If the driver has died, `close` would panic too, and a second
        // panic aborts the process.
        if !std::thread::panicking() {
            self.close();
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
