//! Tests forged requests. Each form is sent without a CSRF token, with the token of another session, and from another
//! site.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use super::fixture::{Commit, Fixture, Reader, server};
use super::http_client::{HttpClient, Reply, SESSION};
use super::profile::PIXEL;
use crate::support::Server;

type Fields = &'static [(&'static str, &'static str)];

/// All forms of the console. Each has the path of its page, the path to which it is sent, and its fields. In these
/// paths, `{}` stands for the id of the first row on the page, and `{user}` for the id of ivan.
const FORMS: [(&str, &str, Fields); 22] = [
    ("/console/tokens", "/console/tokens", &[("label", "forged"), ("days", "7"), ("rights", "all")]),
    ("/console/tokens", "/console/tokens/{}/rotate", &[("overlap_seconds", "0")]),
    ("/console/tokens", "/console/tokens/{}/renew", &[("days", "90"), ("overlap_seconds", "0")]),
    ("/console/tokens", "/console/tokens/{}/extend", &[("days", "90")]),
    ("/console/tokens", "/console/tokens/{}/edit", &[("label", "forged"), ("description", "forged")]),
    ("/console/tokens", "/console/tokens/{}/delete", &[]),
    ("/console/profile", "/console/profile/zone", &[("zone", "Asia/Tokyo")]),
    ("/console/profile", "/console/profile/signature/clear", &[]),
    ("/console/users/{user}", "/console/users/{user}/token-login", &[("allowed", "false")]),
    ("/console/users/{user}", "/console/users/{user}/tokens/{}/delete", &[]),
    ("/console/codes", "/console/codes", &[("access", "super_administrator"), ("description", "forged")]),
    ("/console/codes", "/console/codes/{}/edit", &[("expires_at", "2099-01-01T00:00"), ("description", "forged")]),
    ("/console/codes", "/console/codes/{}/make-permanent", &[]),
    ("/console/codes", "/console/codes/{}/reset", &[]),
    ("/console/codes", "/console/codes/{}/reactivate", &[]),
    ("/console/codes", "/console/codes/{}/delete", &[]),
    (
        "/console/clients",
        "/console/clients",
        &[
            ("display_name", "forged"),
            ("grants", "password"),
            ("refresh_mode", "rotate"),
            ("allowed", "all"),
            ("default", "all"),
        ],
    ),
    ("/console/clients", "/console/clients/rotating/disable", &[]),
    ("/console/clients", "/console/clients/rotating/enable", &[]),
    ("/console/clients", "/console/clients/rotating/secret", &[("overlap_seconds", "0")]),
    ("/console/clients", "/console/clients/rotating/delete", &[]),
    (
        "/console/settings",
        "/console/settings",
        &[
            ("access_lifetime_seconds", "120"),
            ("refresh_inactivity_seconds", "7200"),
            ("refresh_absolute_seconds", "86400"),
            ("pat_max_days", "30"),
            ("code_lifetime_seconds", "3600"),
            ("notice_lead_days", "3"),
        ],
    ),
];

/// A demo, in which ivan and a super administrator have a token each. There is also a security code. `own` and `other`
/// are two sessions of the super administrator.
struct Stage {
    server: Server,
    own: HttpClient,
    other: HttpClient,
    user: String,
}

fn stage() -> Stage {
    let server = server("");
    let mut ivan = HttpClient::signed_in(server.port, "ivan", "ivan");
    assert_eq!(
        ivan.submit("/console/tokens", "/console/tokens", &[("label", "Ivan's"), ("days", "7"), ("rights", "all")])
            .status,
        200
    );
    let mut own = HttpClient::signed_in(server.port, "super@example.com", "super");
    assert_eq!(
        own.submit("/console/tokens", "/console/tokens", &[("label", "own"), ("days", "7"), ("rights", "all")]).status,
        200
    );
    assert_eq!(own.submit("/console/codes", "/console/codes", &[("access", "super_administrator")]).status, 200);
    let user = own.get("/console/users?q=ivan").between("href=\"/console/users/", "\"").remove(0);
    let other = HttpClient::signed_in(server.port, "super@example.com", "super");
    Stage { server, own, other, user }
}

impl Stage {
    fn path(&mut self, page: &str, path: &str) -> (String, String) {
        let (page, path) = (page.replace("{user}", &self.user), path.replace("{user}", &self.user));
        let id = if path.contains("{}") { self.own.get(&page).ids().remove(0) } else { String::new() };
        (page, path.replace("{}", &id))
    }

    /// Returns the texts of all pages that a forged request could change. Leaves out relative times and form numbers,
    /// which differ each time.
    fn state(&mut self) -> String {
        let user = format!("/console/users/{}", self.user);
        let pages =
            ["/console/tokens", "/console/profile", &user, "/console/codes", "/console/clients", "/console/settings"];
        pages.map(|page| without_numbers(&without_times(&self.own.get(page)))).concat()
    }
}

fn without_numbers(page: &str) -> String {
    let mut parts = page.split("name=\"once\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| page + part.split_once('"').map_or(part, |(_, rest)| rest))
}

fn without_times(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    let parts = reply.body.split("<time ");
    parts
        .map(|part| {
            part.split_once("title=")
                .map_or(part, |(machine, rest)| {
                    let shown = rest.split_once("</time>").map_or(rest, |(_, after)| after);
                    if machine.starts_with("datetime=") { shown } else { part }
                })
                .to_owned()
                + part.split_once(" title=").map_or("", |(machine, _)| machine)
        })
        .collect()
}

/// A forged request: its description, the headers that name its origin, and its CSRF token.
type Attempt<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

#[test]
fn a_form_without_its_token_with_another_sessions_or_from_another_site_is_refused_and_nothing_is_done() {
    let mut stage = stage();
    let foreign = stage.other.get("/console/tokens").csrf();
    for (page, path, fields) in FORMS {
        let (page, path) = stage.path(page, path);
        let token = stage.own.get(&page).csrf();
        let before = stage.state();
        let origin = format!("http://127.0.0.1:{}", stage.server.port);
        let elsewhere = format!("http://localhost:{}", stage.server.port);
        let attempts: [Attempt<'_>; 10] = [
            ("no token", &[], None),
            ("an empty token", &[], Some("")),
            ("another session's", &[], Some(&foreign)),
            (
                "another session's, own origin",
                &[("Origin", &origin), ("Sec-Fetch-Site", "same-origin")],
                Some(&foreign),
            ),
            ("no token, own origin", &[("Origin", &origin), ("Sec-Fetch-Site", "same-origin")], None),
            ("another origin", &[("Origin", "https://evil.example")], Some(&token)),
            ("another name of this machine", &[("Origin", &elsewhere)], Some(&token)),
            ("no origin to speak of", &[("Origin", "null")], Some(&token)),
            ("another site", &[("Sec-Fetch-Site", "cross-site")], Some(&token)),
            ("another host of the site", &[("Sec-Fetch-Site", "same-site")], Some(&token)),
        ];
        for (what, headers, token) in attempts {
            let token = token.map(|token| [("csrf_token", token)]);
            let all = [fields, token.as_ref().map_or(&[][..], |token| &token[..])].concat();
            let reply = stage.own.post_with(&path, headers, &all);
            assert_eq!(reply.status, 403, "{path}: {what}");
            assert!(!reply.body.contains("id=\"secret\""), "{path}: {what}");
        }
        assert_eq!(stage.state(), before, "{path}");
    }
}

/// The same forms must succeed with their tokens. Otherwise the refusals in the other tests would prove nothing.
#[test]
fn the_same_forms_with_their_token_are_carried_out() {
    for (page, path, fields) in FORMS {
        let mut stage = stage();
        let (page, path) = stage.path(page, path);
        let before = stage.state();
        let reply = stage.own.submit(&page, &path, fields);
        // A reactivation is refused because the code is live. An extension is refused because the demo's policy allows
        // none.
        let refused = path.ends_with("/reactivate") || path.ends_with("/extend");
        let allowed = if refused { [409, 409] } else { [200, 303] };
        assert!(allowed.contains(&reply.status), "{path}: {} {}", reply.status, reply.body);
        let same =
            ["/reactivate", "/extend", "/enable", "/clear", "/secret", "/reset"].iter().any(|end| path.ends_with(end));
        assert!(same || stage.state() != before, "{path}");
    }
}

#[test]
fn a_picture_from_another_site_is_not_taken_for_a_signature() {
    let mut stage = stage();
    let token = stage.own.get("/console/profile").csrf();
    let foreign = stage.other.get("/console/profile").csrf();
    let pixel: String = PIXEL.iter().map(|&byte| if byte < 0x80 { char::from(byte) } else { '?' }).collect();
    let mut send = |token: &str, headers: &[(&str, &str)], picture: bool| {
        let part =
            |name: &str, value: &str| format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{value}\r\n");
        let rest = if picture {
            part("image", &format!("; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n{pixel}"))
        } else {
            String::new()
        };
        let way = if picture { "image" } else { "typed" };
        let body = part("csrf_token", &format!("\r\n\r\n{token}"))
            + &part("way", &format!("\r\n\r\n{way}"))
            + &part("typed", "\r\n\r\nforged")
            + &rest
            + "--cut--\r\n";
        let all = [&[("Content-Type", "multipart/form-data; boundary=cut")], headers].concat();
        stage.own.send("POST", "/console/profile/signature", &all, &body).status
    };
    for picture in [true, false] {
        assert_eq!(send("", &[], picture), 403);
        assert_eq!(send(&foreign, &[], picture), 403);
        assert_eq!(send(&token, &[("Sec-Fetch-Site", "cross-site")], picture), 403);
    }
    assert_eq!(send(&token, &[], false), 303);
}

/// Checks that a form from another site can neither sign a browser in nor sign it out. If a site could sign a user in
/// to the attacker's account, the user might store data there.
#[test]
fn another_site_cannot_sign_a_browser_in_or_out() {
    let server = server("");
    let mut client = HttpClient::new(server.port);
    let csrf = client.get("/console/sign-in").csrf();
    let foreign = HttpClient::new(server.port).get("/console/sign-in").csrf();
    assert_ne!(csrf, foreign);
    let form = [("name", "ivan"), ("password", "ivan")];
    let with = |token: &'static str| [&form[..], &[("csrf_token", token)]].concat();
    let foreign: &'static str = foreign.leak();
    let own: &'static str = csrf.leak();
    for (headers, fields) in [
        (&[][..], form.to_vec()),
        (&[], with("")),
        (&[], with(foreign)),
        (&[("Origin", "https://evil.example")], with(own)),
        (&[("Sec-Fetch-Site", "cross-site")], with(own)),
    ] {
        assert_eq!(client.post_with("/console/sign-in", headers, &fields).status, 403);
        assert!(client.cookie(SESSION).is_none());
    }
    assert_eq!(client.post("/console/sign-in", &with(own)).status, 303);
    assert_eq!(client.post("/console/sign-out", &[]).status, 403);
    let token = client.get("/console/tokens").csrf();
    let site = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(client.post_with("/console/sign-out", &site, &[("csrf_token", &token)]).status, 403);
    assert_eq!(client.get("/console/tokens").status, 200, "still signed in");
}

#[test]
fn what_changes_something_is_never_done_by_a_link() {
    let mut stage = stage();
    let before = stage.state();
    for (page, path, _) in FORMS {
        let (_, path) = stage.path(page, path);
        let status = stage.own.get(&path).status;
        assert!(matches!(status, 200 | 404 | 405), "{path}: {status}");
    }
    assert_eq!(stage.own.get("/console/sign-out").status, 405);
    assert_eq!(stage.state(), before);
}

/// Serves a page of another site, and returns its URL. When a browser opens the page, the page sends a form to
/// `action`. The URL has the host name `localhost` and another port, so it is a different site than `127.0.0.1`.
fn another_site(action: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://localhost:{}/", listener.local_addr().expect("an address").port());
    let page = format!(
        "<!doctype html><title>elsewhere</title><form method=post action=\"{action}\"><input name=label value=forged>\
         <input name=days value=7></form><script>document.forms[0].submit()</script>"
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let page = page.clone();
            // A browser also opens connections on which it sends no request.
            std::thread::spawn(move || {
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                if lines.take_while(|line| !line.is_empty()).count() > 0 {
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
                    let _gone =
                        (&stream).write_all(format!("{head}Content-Length: {}\r\n\r\n{page}", page.len()).as_bytes());
                }
            });
        }
    });
    url
}

#[test]
fn a_form_that_another_site_makes_a_browser_send_is_refused() {
    for reader in Reader::all(&["en"], Commit::BothBrowsers) {
        let fixture = Fixture::new(reader, "");
        fixture.sign_in("ivan", "ivan");
        fixture.browser.goto(&another_site(&fixture.server.url("/console/tokens")));
        fixture.browser.wait("the answer to the form", |browser| browser.path() == "/console/tokens");
        fixture.browser.wait_for("main");
        assert!(!fixture.browser.exists("#secret"), "{reader:?}");
        fixture.goto("/console/tokens");
        assert!(fixture.browser.text("header").contains("ivan"), "still signed in");
        assert_eq!(fixture.browser.count("tr[data-id]"), 0, "{reader:?}");
        fixture.is_quiet();
    }
}
