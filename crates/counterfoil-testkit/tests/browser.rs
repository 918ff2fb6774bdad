//! Tests that a browser ends when it is dropped. Also tests that it shows pages in the requested language, colours and
//! size, and that nothing of the previous test is left when the next test borrows it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;

use counterfoil_testkit::servers::{Browser, Engine, Screen};

const PAGE: &str = "data:text/html,<title>here</title><meta name=viewport content='width=device-width'>\
     <p id=dark>night</p><style>@media (prefers-color-scheme: light) { %23dark { display: none } }</style>\
     <input name=field><p id=script></p><script>document.getElementById('script').textContent = navigator.language</script>";

/// The number of running processes whose arguments contain `folder`.
fn processes_of(folder: &Path) -> usize {
    let name = folder.to_str().expect("text");
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let arguments = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    arguments.filter(|arguments| String::from_utf8_lossy(arguments).contains(name)).count()
}

#[test]
fn nothing_of_a_browser_is_left_when_its_value_is_gone() {
    for engine in Engine::ALL {
        let browser = Browser::start(engine, "en");
        browser.goto(PAGE);
        let folder = browser.folder().to_owned();
        assert!(folder.is_dir() && processes_of(&folder) > 1, "driver and browser");
        drop(browser);
        assert!(!folder.exists());
        assert_eq!(processes_of(&folder), 0);
    }
}

#[test]
fn a_browser_shows_what_its_reader_would_see() {
    for engine in Engine::ALL {
        let browser = Browser::start(engine, "ru");
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
}

/// Serves the page of this test at every address. Returns the URL.
fn site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let page = PAGE.strip_prefix("data:text/html,").expect("a page").replace("%23", "#");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser also opens connections on which it sends no request.
            let answer = answer.clone();
            std::thread::spawn(move || {
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                if lines.take_while(|line| !line.is_empty()).count() > 0 {
                    let _gone = (&stream).write_all(answer.as_bytes());
                }
            });
        }
    });
    url
}

#[test]
fn the_next_borrower_of_a_browser_finds_nothing_of_the_one_before() {
    let site = site();
    for engine in Engine::ALL {
        let first = Browser::borrow(engine, "en");
        let folder = first.folder().to_owned();
        let before = format!("{site}before");
        first.goto(&before);
        first.plant_cookie("left", "behind");
        assert_eq!(first.cookie("left").as_deref(), Some("behind"));
        first.show_on(Screen { dark: true, ..Screen::PHONE });
        let _none = first.script("console.error('left behind')", &[]);
        first.goto(PAGE);
        first.run_scripts(false);
        drop(first);

        let other = Browser::borrow(engine, "ru");
        assert_ne!(other.folder(), folder, "a reader of another language");
        let second = Browser::borrow(engine, "en");
        assert_eq!(second.folder(), folder);
        assert_ne!(Browser::borrow(engine, "en").folder(), folder, "it is borrowed");
        assert_eq!(second.complaints(), [""; 0]);
        second.goto(&site);
        assert_eq!(second.cookie("left"), None);
        assert_eq!(second.text("#script"), "en");
        assert!(!second.is_shown("#dark"));
        assert_eq!(second.page_width(), u64::from(Screen::DESKTOP.width));
        second.back();
        second.back();
        assert_ne!(second.url(), before, "the way back leads to no page of the one before");
        drop(second.keep());
        assert!(!folder.exists(), "kept from others, it ends with its value");
    }
}
