//! How a page is shown: screen size, dark mode, and whether scripts run. This module also makes screenshots.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::chromium::devtools;
use super::{Browser, text};

/// A screen, and whether its user prefers dark mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The width in CSS pixels.
    pub width: u32,
    /// The height in CSS pixels.
    pub height: u32,
    /// Whether the user prefers light text on a dark background.
    pub dark: bool,
}

impl Screen {
    /// A desktop screen.
    pub const DESKTOP: Self = Self { width: 1280, height: 900, dark: false };
    /// A desktop screen in dark mode.
    pub const DARK: Self = Self { dark: true, ..Self::DESKTOP };
    /// A phone screen.
    pub const PHONE: Self = Self { width: 360, height: 740, dark: false };
}

impl Browser {
    /// Shows pages on this screen from now on.
    ///
    /// # Panics
    ///
    /// If the browser cannot do this.
    pub fn show_on(&self, screen: Screen) {
        let shown = self.engine.vendor().emulate(self, screen);
        shown.unwrap_or_else(|refusal| panic!("{screen:?}: {refusal}"));
        self.screen.set(screen);
    }

    /// Runs or blocks the scripts of pages, from the next page on.
    ///
    /// # Panics
    ///
    /// If the browser cannot do this.
    pub fn run_scripts(&self, run: bool) {
        self.engine.vendor().run_scripts(self, run).unwrap_or_else(|refusal| panic!("scripts: {refusal}"));
    }

    /// Lets pages write to the clipboard without asking the user. Without this, they can write only after a click. Also
    /// lets the test read the clipboard.
    ///
    /// # Panics
    ///
    /// If the browser cannot do this.
    pub fn open_clipboard(&self) {
        self.engine.vendor().open_clipboard(self).unwrap_or_else(|refusal| panic!("the clipboard: {refusal}"));
    }

    /// The text on the clipboard.
    ///
    /// # Panics
    ///
    /// If [`open_clipboard`](Self::open_clipboard) was not called.
    #[must_use]
    pub fn clipboard(&self) -> String {
        let read =
            "const done = arguments[0]; navigator.clipboard.readText().then(done, error => done('failed: ' + error))";
        text(&self.script_that_calls_back(read, &[]))
    }

    /// The width of the page, including the part outside the window.
    ///
    /// # Panics
    ///
    /// If the driver does not return a number.
    #[must_use]
    pub fn page_width(&self) -> u64 {
        self.script("return document.documentElement.scrollWidth", &[]).as_u64().expect("a width")
    }

    /// Saves a screenshot of the whole page, including the part outside the window. Works in Chromium only.
    ///
    /// # Panics
    ///
    /// If the browser is not Chromium, or if the file cannot be written.
    pub fn take_picture(&self, file: &Path) {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).expect("a folder for pictures");
        }
        let height = self.script("return document.documentElement.scrollHeight", &[]).as_u64().unwrap_or_default();
        let screen = self.screen.get();
        let clip = json!({
            "x": 0, "y": 0, "width": screen.width, "height": height.max(u64::from(screen.height)), "scale": 1,
        });
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let picture = devtools(self, "Page.captureScreenshot", &wanted);
        let picture = picture.unwrap_or_else(|refusal| panic!("a picture: {refusal}"));
        let bytes = STANDARD.decode(text(&picture["data"])).expect("base64");
        std::fs::write(file, bytes).expect("a picture");
    }
}
