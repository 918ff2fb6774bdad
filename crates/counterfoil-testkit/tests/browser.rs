//! The browser ends with its value, and shows and hides what it is told to.

use std::path::Path;

use counterfoil_testkit::servers::{Browser, Screen};

const PAGE: &str = "data:text/html,<title>here</title><meta name=viewport content='width=device-width'>\
     <p id=dark>night</p><style>@media (prefers-color-scheme: light) { %23dark { display: none } }</style>\
     <input name=field><p id=script></p><script>document.getElementById('script').textContent = navigator.language</script>";

/// Processes that name that folder in their arguments.
fn processes_of(folder: &Path) -> usize {
    let name = folder.to_str().expect("text");
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let arguments = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    arguments.filter(|arguments| String::from_utf8_lossy(arguments).contains(name)).count()
}

#[test]
fn nothing_of_a_browser_is_left_when_its_value_is_gone() {
    let browser = Browser::start("en");
    browser.goto(PAGE);
    let folder = browser.folder().to_owned();
    assert!(folder.is_dir() && processes_of(&folder) > 2, "driver and browser");
    drop(browser);
    assert!(!folder.exists());
    assert_eq!(processes_of(&folder), 0);
}

#[test]
fn a_browser_shows_what_its_reader_would_see() {
    let browser = Browser::start("ru");
    browser.goto(PAGE);
    assert_eq!(browser.text("#script"), "ru");
    assert!(!browser.is_shown("#dark"));
    browser.show_on(Screen { dark: true, ..Screen::PHONE });
    assert!(browser.is_shown("#dark"));
    assert_eq!(browser.page_width(), 360);
    browser.fill("[name=field]", "слова");
    assert_eq!(browser.value("[name=field]"), "слова");
    assert_eq!(browser.complaints(), [""; 0]);
    browser.run_scripts(false);
    browser.goto(PAGE);
    assert_eq!(browser.text("#script"), "");
}
