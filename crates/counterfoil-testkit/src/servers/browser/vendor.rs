//! Functions without a W3C WebDriver endpoint, which each browser implements in its own way.

use std::fmt::Debug;
use std::path::Path;

use serde_json::Value;

use super::wire::Refusal;
use super::{Browser, Screen};

/// Which browser, with its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with `chromedriver`.
    Chromium,
    /// Firefox with `geckodriver`.
    Firefox,
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chromium, Self::Firefox];

    pub(super) fn vendor(self) -> &'static dyn Vendor {
        match self {
            Self::Chromium => &super::chromium::Chromium,
            Self::Firefox => &super::firefox::Firefox,
        }
    }
}

/// How a driver is started, and how its log says that it listens.
#[derive(Debug)]
pub(super) struct DriverProgram {
    pub(super) file: std::path::PathBuf,
    pub(super) arguments: &'static [&'static str],
    /// What stands in the log before the port, in a line of its own.
    pub(super) before_port: &'static str,
}

pub(super) trait Vendor: Debug {
    /// The driver.
    ///
    /// # Panics
    ///
    /// Where it is missing, with what to install.
    fn driver(&self) -> DriverProgram;
    /// What a new session asks for beside what it asks of every browser. Everything that the browser keeps is below the
    /// folder's `profile`.
    fn capabilities(&self, folder: &Path, language: &str) -> Value;
    /// Shows pages as on that screen from now on.
    fn emulate(&self, browser: &Browser, screen: Screen) -> Result<(), Refusal>;
    /// From the next page on.
    fn run_scripts(&self, browser: &Browser, run: bool) -> Result<(), Refusal>;
    /// What the browser complained of since the last call; the status of the page itself is none.
    fn complaints(&self, browser: &Browser) -> Result<Vec<String>, Refusal>;
    /// Drops cookies, cache, permissions and all that was emulated.
    fn forget(&self, browser: &Browser) -> Result<(), Refusal>;
    /// Lets pages use the clipboard without asking.
    fn open_clipboard(&self, browser: &Browser) -> Result<(), Refusal>;
}
