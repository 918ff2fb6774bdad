//! The functions of Firefox that the tests need but W3C WebDriver does not offer. They use preferences, and scripts
//! with the browser's own rights.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::driver::program;
use super::vendor::{DriverProgram, Vendor};
use super::wire::Refusal;
use super::{Browser, Screen};

const MISSING: &str = "firefox and geckodriver are not here: `apt-get install firefox-esr`, and `.ci/clients`, which \
     builds geckodriver into target/geckodriver, or `.ci/test`";

/// A script that resizes the area in which the browser shows a page. It waits until the area has the new size.
const RESIZE: &str = "
    const [width, height] = [arguments[0], arguments[1]];
    const done = arguments[arguments.length - 1];
    const window = Services.wm.getMostRecentWindow('navigator:browser');
    // The window is larger than every screen size of the tests, so that the resized page fits into it.
    window.resizeTo(1500, 1200);
    const tab = window.gBrowser.selectedBrowser;
    for (const [side, length] of [['width', width], ['height', height]]) {
        for (const bound of ['', 'min-', 'max-']) tab.style.setProperty(bound + side, length + 'px');
    }
    done()";

/// A script that returns the error messages about pages: errors of scripts, scripts that did not load, and requests
/// that the content security policy blocked. It leaves out messages about the browser's own code.
const COMPLAINTS: &str = "
    const said = Services.console.getMessageArray();
    Services.console.reset();
    return said.filter(one => one instanceof Ci.nsIScriptError).map(one => one.QueryInterface(Ci.nsIScriptError))
        .filter(one => !one.category.includes('chrome') && !/^(chrome|resource|moz-)/.test(one.sourceName))
        .filter(one => !(one.flags & Ci.nsIScriptError.warningFlag) || /CSP|Mixed|Script Loader/.test(one.category))
        .map(one => `${one.category}: ${one.errorMessage} (${one.sourceName}:${one.lineNumber})`)";

#[derive(Debug)]
pub(super) struct Firefox;

impl Vendor for Firefox {
    fn driver(&self) -> DriverProgram {
        let file = geckodriver().or_else(|| program(&["geckodriver"])).expect(MISSING);
        let arguments = &["--port=0", "--websocket-port=0", "--allow-system-access"];
        DriverProgram { file, arguments, before_port: "Listening on 127.0.0.1:" }
    }

    fn capabilities(&self, folder: &Path, language: &str) -> Value {
        let profile = folder.join("profile");
        std::fs::create_dir_all(&profile).expect("a folder for the profile");
        let options = json!({
            "binary": program(&["firefox-esr", "firefox"]).expect(MISSING),
            "args": ["-headless", "-no-remote", "-profile", profile],
            "prefs": {
                "intl.accept_languages": language,
                "signon.rememberSignons": false,
                "ui.useOverlayScrollbars": 1,
                "ui.prefersReducedMotion": 1,
                // With this preference a reload submits a form again without asking.
                "dom.confirm_repost.testing.always_accept": true,
                // With these preferences the browser can reach only this machine.
                "network.proxy.type": 1,
                "network.proxy.http": "127.0.0.1",
                "network.proxy.http_port": 9,
                "network.proxy.ssl": "127.0.0.1",
                "network.proxy.ssl_port": 9,
                "network.proxy.no_proxies_on": "127.0.0.1, localhost",
                "network.captive-portal-service.enabled": false,
                "network.connectivity-service.enabled": false,
            },
        });
        json!({"browserName": "firefox", "moz:firefoxOptions": options})
    }

    fn emulate(&self, browser: &Browser, screen: Screen) -> Result<(), Refusal> {
        let scheme = if screen.dark { 0 } else { 1 };
        prefer(browser, "layout.css.prefers-color-scheme.content-override", &json!(scheme))?;
        as_the_browser(browser, "execute/async", RESIZE, &json!([screen.width, screen.height]))?;
        let has = json!([screen.width, screen.height]);
        browser.wait("the screen's size", |browser| {
            browser.script("return [window.innerWidth, window.innerHeight]", &[]) == has
        });
        Ok(())
    }

    fn run_scripts(&self, browser: &Browser, run: bool) -> Result<(), Refusal> {
        prefer(browser, "javascript.enabled", &json!(run))
    }

    fn complaints(&self, browser: &Browser) -> Result<Vec<String>, Refusal> {
        let said = as_the_browser(browser, "execute/sync", COMPLAINTS, &json!([]))?;
        Ok(said.as_array().expect("complaints").iter().map(super::text).collect())
    }

    fn forget(&self, browser: &Browser) -> Result<(), Refusal> {
        self.run_scripts(browser, true)?;
        prefer(browser, "dom.events.testing.asyncClipboard", &json!(false))?;
        let clear = "Services.cookies.removeAll(); Services.cache2.clear(); Services.perms.removeAll(); Services.console.reset()";
        as_the_browser(browser, "execute/sync", clear, &json!([])).map(drop)
    }

    fn open_clipboard(&self, browser: &Browser) -> Result<(), Refusal> {
        prefer(browser, "dom.events.testing.asyncClipboard", &json!(true))
    }
}

/// Runs a script with the browser's own rights.
fn as_the_browser(browser: &Browser, how: &str, body: &str, arguments: &Value) -> Result<Value, Refusal> {
    browser.ask("POST", "moz/context", Some(&json!({"context": "chrome"})))?;
    let answer = browser.ask("POST", how, Some(&json!({"script": body, "args": arguments})));
    browser.ask("POST", "moz/context", Some(&json!({"context": "content"})))?;
    answer
}

/// Sets a preference to a boolean or a number.
fn prefer(browser: &Browser, name: &str, value: &Value) -> Result<(), Refusal> {
    let kind = if value.is_boolean() { "Bool" } else { "Int" };
    let set = format!("Services.prefs.set{kind}Pref(arguments[0], arguments[1])");
    as_the_browser(browser, "execute/sync", &set, &json!([name, value])).map(drop)
}

/// The path of `geckodriver`, which `.ci/clients` installs into the target folder of cargo. `None` if it is not there.
fn geckodriver() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    own.ancestors().map(|folder| folder.join("geckodriver/bin/geckodriver")).find(|file| file.is_file())
}
