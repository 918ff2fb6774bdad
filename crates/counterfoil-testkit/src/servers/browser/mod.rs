//! A browser without a screen: Chromium, driven by its `chromedriver`, or Firefox, driven by `geckodriver`. Each has a
//! folder, a profile and a driver of its own, sees nothing but this machine, and ends with its value. It is driven by
//! W3C WebDriver; what that has no endpoint for is in `vendor.rs`.

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

/// How often and how long a condition is looked at.
const TRIES: u32 = 750;
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
    /// One whose reader prefers that language: `en`, `ru`.
    ///
    /// # Panics
    ///
    /// Where the programs are missing, naming the packages, and where they do not start.
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

    /// Which browser it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where it keeps everything that is its own.
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

    /// What follows host and port in the address.
    ///
    /// # Panics
    ///
    /// Where the address has no host.
    #[must_use]
    pub fn path(&self) -> String {
        let url = self.url();
        let (_, rest) = url.split_once("://").unwrap_or_else(|| panic!("an address without a host: {url}"));
        rest.find('/').map_or_else(String::new, |from| rest[from..].to_owned())
    }

    /// The page as it stands now, scripts' work included.
    #[must_use]
    pub fn source(&self) -> String {
        text(&self.get("source"))
    }

    /// The button for the page before.
    pub fn back(&self) {
        self.step("back");
    }

    /// The button for the page after.
    pub fn forward(&self) {
        self.step("forward");
    }

    /// A page that the browser may not show again is its own page that says so. Firefox calls that an error of the
    /// command.
    fn step(&self, way: &str) {
        match self.ask("POST", way, Some(&json!({}))) {
            Err(refusal) if !refusal.tells_of_an_error_page() => panic!("{way}: {refusal}"),
            _ => {}
        }
    }

    /// The button for the page once more.
    pub fn reload(&self) {
        self.post("refresh", &json!({}));
    }

    /// All cookies that the page's host would be sent, `HttpOnly` ones too, as WebDriver has them: `name`, `value`,
    /// `httpOnly`, `secure`, `sameSite`, `path`.
    ///
    /// # Panics
    ///
    /// Where the driver's answer is none.
    #[must_use]
    pub fn cookies(&self) -> Vec<Value> {
        self.get("cookie").as_array().expect("cookies").clone()
    }

    /// A cookie's value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().iter().find(|cookie| cookie["name"] == name).map(|cookie| text(&cookie["value"]))
    }

    /// Puts a cookie into the browser, as somebody who can write one would.
    pub fn plant_cookie(&self, name: &str, value: &str) {
        self.post("cookie", &json!({"cookie": {"name": name, "value": value, "path": "/"}}));
    }

    /// Runs the body of a function in the page, whatever its policy says of scripts, and gives what it returns.
    #[must_use]
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.post("execute/sync", &json!({"script": body, "args": arguments}))
    }

    /// The same for one that answers by calling its last argument.
    #[must_use]
    pub fn script_that_calls_back(&self, body: &str, arguments: &[Value]) -> Value {
        self.post("execute/async", &json!({"script": body, "args": arguments}))
    }

    /// Waits for a condition; what it waits for stands in the panic of one that does not come.
    ///
    /// # Panics
    ///
    /// Where it does not come, with the page.
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
        // A driver that died meanwhile would panic within a panic.
        if !std::thread::panicking() {
            self.close();
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
