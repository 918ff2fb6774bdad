//! Browsers that tests use one after another, because starting a browser takes longer than most tests.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::wire::Refusal;
use super::{Browser, Engine, Screen, text};

/// A kind of browser and the preferred language with which it was started. A test borrows only a browser with both.
type Reader = (Engine, String);

/// The browsers that no test uses at the moment. They end with the test process: see the script in `driver.rs`.
static IDLE: Mutex<Vec<(Reader, Browser)>> = Mutex::new(Vec::new());

/// A browser that a test has borrowed. When it is dropped, its pages, history, cookies, cache, permissions and log are
/// cleared, its screen is a desktop screen again, and another test can borrow it. Databases of pages are not cleared.
/// No other test sees them, because each origin (server and port) has its own.
#[derive(Debug)]
pub struct BorrowedBrowser {
    reader: Reader,
    browser: Option<Browser>,
}

impl Browser {
    /// Borrows an idle browser with the preferred language `language`. If there is none, [starts](Self::start) one.
    ///
    /// # Panics
    ///
    /// If [`start`](Self::start) panics.
    #[must_use]
    pub fn borrow(engine: Engine, language: &str) -> BorrowedBrowser {
        let reader = (engine, language.to_owned());
        let idle = {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            let index = idle.iter().position(|(own, _)| *own == reader);
            index.map(|index| idle.swap_remove(index).1)
        };
        let browser = idle.unwrap_or_else(|| Self::start(engine, language));
        BorrowedBrowser { reader, browser: Some(browser) }
    }

    /// Removes everything that the last test left behind, except databases of pages.
    fn empty(&self) -> Result<(), Refusal> {
        // A new window has no history and no emulation settings.
        let left = self.ask("GET", "window/handles", None)?;
        let new = self.ask("POST", "window/new", Some(&json!({"type": "tab"})))?;
        for handle in left.as_array().into_iter().flatten() {
            self.switch_to(handle)?;
            self.ask("DELETE", "window", None)?;
        }
        self.switch_to(&new["handle"])?;
        self.engine.vendor().forget(self)?;
        self.show_on(Screen::DESKTOP);
        Ok(())
    }

    fn switch_to(&self, handle: &Value) -> Result<Value, Refusal> {
        self.ask("POST", "window", Some(&json!({"handle": text(handle)})))
    }
}

impl BorrowedBrowser {
    /// Takes the browser out of this value, so that no other test borrows it later. The browser ends when the returned
    /// [`Browser`] is dropped.
    ///
    /// # Panics
    ///
    /// Never. A `BorrowedBrowser` contains its browser until this method is called or the value is dropped.
    #[must_use]
    pub fn keep(mut self) -> Browser {
        self.browser.take().expect("a browser")
    }
}

impl Deref for BorrowedBrowser {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        self.browser.as_ref().expect("a browser")
    }
}

impl Drop for BorrowedBrowser {
    fn drop(&mut self) {
        let Some(browser) = self.browser.take() else { return };
        // The browser of a failed test, or one that cannot be reset, is not lent to another test.
        if !std::thread::panicking() && browser.empty().is_ok() {
            let reader = (self.reader.0, std::mem::take(&mut self.reader.1));
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push((reader, browser));
        }
    }
}
