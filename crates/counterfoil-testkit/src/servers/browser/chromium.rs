//! The functions of Chromium that the tests need but W3C WebDriver does not offer. They use the Chrome DevTools
//! Protocol and the log of `chromedriver`.

use std::path::Path;

use serde_json::{Value, json};

use super::driver::program;
use super::vendor::{DriverProgram, Vendor};
use super::wire::Refusal;
use super::{Browser, Screen};

const MISSING: &str =
    "chromium and chromedriver are not here: `apt-get install chromium chromium-driver`, or `.ci/servers`";

/// The arguments of the browser. With them the browser makes no network requests of its own, and connects to no host
/// except this machine.
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

#[derive(Debug)]
pub(super) struct Chromium;

/// Sends a command of the DevTools protocol.
pub(super) fn devtools(browser: &Browser, command: &str, parameters: &Value) -> Result<Value, Refusal> {
    browser.ask("POST", "goog/cdp/execute", Some(&json!({"cmd": command, "params": parameters})))
}

impl Vendor for Chromium {
    fn driver(&self) -> DriverProgram {
        let file = program(&["chromedriver"]).expect(MISSING);
        DriverProgram { file, arguments: &["--port=0"], before_port: "started successfully on port " }
    }

    fn capabilities(&self, folder: &Path, language: &str) -> Value {
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        arguments.push(format!("--lang={language}"));
        arguments.push(format!("--user-data-dir={}", folder.join("profile").display()));
        let options = json!({
            "binary": program(&["chromium", "chromium-browser", "google-chrome"]).expect(MISSING),
            "args": arguments,
            "prefs": {
                "intl.accept_languages": language,
                "credentials_enable_service": false,
                "profile.password_manager_leak_detection": false,
            },
        });
        json!({"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}})
    }

    /// Emulates a phone if the screen is narrow. On a phone, a page without a viewport tag is shown 980 pixels wide.
    fn emulate(&self, browser: &Browser, screen: Screen) -> Result<(), Refusal> {
        let size = json!({
            "width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.width < 500,
        });
        devtools(browser, "Emulation.setDeviceMetricsOverride", &size)?;
        let scheme = if screen.dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        devtools(browser, "Emulation.setEmulatedMedia", &json!({"features": features})).map(drop)
    }

    fn run_scripts(&self, browser: &Browser, run: bool) -> Result<(), Refusal> {
        devtools(browser, "Emulation.setScriptExecutionDisabled", &json!({"value": !run})).map(drop)
    }

    fn complaints(&self, browser: &Browser) -> Result<Vec<String>, Refusal> {
        let log = browser.ask("POST", "se/log", Some(&json!({"type": "browser"})))?;
        let entries = log.as_array().expect("entries").iter();
        let bad = entries.filter(|entry| entry["level"] == "SEVERE" || entry["source"] == "security");
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        let own = ["403", "409", "413", "422", "429"].map(|status| format!("a status of {status} "));
        Ok(bad.map(text).filter(|message| !own.iter().any(|status| message.contains(status.as_str()))).collect())
    }

    /// Clears cookies, cache and permissions. Emulation settings need not be cleared, because they end with their
    /// window.
    fn forget(&self, browser: &Browser) -> Result<(), Refusal> {
        for command in ["Network.clearBrowserCookies", "Network.clearBrowserCache", "Browser.resetPermissions"] {
            devtools(browser, command, &json!({}))?;
        }
        self.complaints(browser).map(drop)
    }

    fn open_clipboard(&self, browser: &Browser) -> Result<(), Refusal> {
        let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        devtools(browser, "Browser.grantPermissions", &permissions).map(drop)
    }
}
