//! A browser without a screen: Debian's Chromium, driven by its `chromedriver`. Each has a folder, a profile and a driver of its own, sees nothing but this
//! machine, and ends with its value.

mod checks;
mod driver;
mod elements;
mod loan;
mod screen;
mod wire;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use driver::Driver;
pub use loan::BorrowedBrowser;
pub use screen::Screen;
use wire::Refusal;

/// Nothing is asked of the network that a test does not ask for, and no name but this machine's is known.
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/// How often and how long a condition is looked at.
const TRIES: u32 = 750;
const PAUSE: Duration = Duration::from_millis(20);

/// A browser with one page open.
#[derive(Debug)]
pub struct Browser {
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
    pub fn start(language: &str) -> Self {
        let driver = Driver::start();
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        arguments.push(format!("--lang={language}"));
        arguments.push(format!("--user-data-dir={}", driver.folder.join("profile").display()));
        let options = json!({
            "binary": driver::browser(),
            "args": arguments,
            "prefs": {
                "intl.accept_languages": language,
                "credentials_enable_service": false,
                "profile.password_manager_leak_detection": false,
            },
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"implicit": 0, "pageLoad": 30_000, "script": 60_000},
            "unhandledPromptBehavior": "ignore",
        }}});
        let begun = wire::command(driver.port, "POST", "/session", Some(&wanted));
        let begun = begun.unwrap_or_else(|refusal| panic!("the browser did not start: {refusal}\n{}", driver.log()));
        let session = begun["sessionId"].as_str().expect("a session").to_owned();
        let browser = Self { session, screen: Cell::new(Screen::DESKTOP), driver };
        browser.show_on(Screen::DESKTOP);
        browser
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
        self.post("back", &json!({}));
    }

    /// The button for the page after.
    pub fn forward(&self) {
        self.post("forward", &json!({}));
    }

    /// The button for the page once more.
    pub fn reload(&self) {
        self.post("refresh", &json!({}));
    }

    /// All cookies that the page's host would be sent, `HttpOnly` ones too, as WebDriver has them: `name`, `value`, `httpOnly`, `secure`, `sameSite`, `path`.
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

    /// A command of the Chrome DevTools Protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Ends the browser as a person does, who may open it again, and gives for each of the texts the files of its profile that hold it: history, cache,
    /// sessions.
    ///
    /// # Panics
    ///
    /// Where the profile cannot be read.
    #[must_use]
    pub fn files_with<const N: usize>(self, texts: [&str; N]) -> [Vec<PathBuf>; N] {
        self.close();
        let files = files(&self.driver.folder.join("profile"));
        texts.map(|text| {
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
            let with = files.iter().filter(|(_, bytes)| holds(bytes, text.as_bytes()) || holds(bytes, &wide));
            with.map(|(path, _)| path.clone()).collect()
        })
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

/// All files below a folder, with what they hold.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
