//! The functions that the tests need but W3C WebDriver does not offer. Each browser implements them in its own way.

use std::fmt::Debug;
use std::path::Path;

use serde_json::Value;

use super::wire::Refusal;
use super::{Browser, Screen};

/// A kind of browser with its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with `chromedriver`.
    Chromium,
    /// Firefox with `geckodriver`.
    Firefox,
}

impl Engine {
    /// Both kinds, for tests that run in each browser.
    pub const ALL: [Self; 2] = [Self::Chromium, Self::Firefox];

    pub(super) fn vendor(self) -> &'static dyn Vendor {
        match self {
            Self::Chromium => &super::chromium::Chromium,
            Self::Firefox => &super::firefox::Firefox,
        }
    }
}

/// How to start a driver, and how to find its port in its log.
#[derive(Debug)]
pub(super) struct DriverProgram {
    pub(super) file: std::path::PathBuf,
    pub(super) arguments: &'static [&'static str],
    /// The text that precedes the port in the driver's log.
    pub(super) before_port: &'static str,
}

pub(super) trait Vendor: Debug {
    /// Finds the program of the driver.
    ///
    /// # Panics
    ///
    /// If the program is missing. The message names the package to install.
    fn driver(&self) -> DriverProgram;
    /// Additional WebDriver capabilities for a new session. With them, the browser must write all its files below
    /// `profile` in `folder`.
    fn capabilities(&self, folder: &Path, language: &str) -> Value;
    /// Shows pages on this screen from now on.
    fn emulate(&self, browser: &Browser, screen: Screen) -> Result<(), Refusal>;
    /// Runs or blocks the scripts of pages, from the next page on.
    fn run_scripts(&self, browser: &Browser, run: bool) -> Result<(), Refusal>;
    /// The errors that the browser reported since the last call. A status with which the service refuses a request is
    /// not reported.
    fn complaints(&self, browser: &Browser) -> Result<Vec<String>, Refusal>;
    /// Clears cookies, cache, permissions and emulation settings, before another test uses the browser.
    fn forget(&self, browser: &Browser) -> Result<(), Refusal>;
    /// Lets pages use the clipboard without asking.
    fn open_clipboard(&self, browser: &Browser) -> Result<(), Refusal>;
}
