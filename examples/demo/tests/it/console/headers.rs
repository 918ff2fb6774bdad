//! Tests the headers of pages and of their scripts and styles. Also tests which hosts the demo serves over plain HTTP.

use super::fixture::server;
use super::http_client::{HttpClient, Reply};

const POLICY: [&str; 8] = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
];

const PAGES: [&str; 11] = [
    "/console/tokens",
    "/console/profile",
    "/console/users",
    "/console/users?q=ivan",
    "/console/codes",
    "/console/clients",
    "/console/clients/rotating/secret",
    "/console/settings",
    "/console/credentials",
    "/console/events",
    "/console/nowhere",
];

fn is_guarded(reply: &Reply, what: &str) {
    let mut policy: Vec<_> = reply.header("content-security-policy").split(';').map(str::trim).collect();
    policy.retain(|directive| !directive.is_empty());
    policy.sort_unstable();
    let mut expected = POLICY;
    expected.sort_unstable();
    assert_eq!(policy, expected, "{what}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(reply.header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{what}");
}

#[test]
fn each_page_forbids_what_it_does_not_need_and_is_kept_by_no_cache() {
    let server = server("");
    let mut nobody = HttpClient::new(server.port);
    let mut client = HttpClient::signed_in(server.port, "super@example.com", "super");
    for path in PAGES {
        let reply = client.get(path);
        assert_eq!(reply.status, if path.ends_with("nowhere") { 404 } else { 200 }, "{path}");
        is_guarded(&reply, path);
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
        assert!(
            !reply.body.contains(" style=") && !reply.body.contains("<style") && !reply.body.contains(" onclick="),
            "{path}"
        );
        let elsewhere = ["http://", "https://", "\"//"].iter().any(|start| reply.body.contains(start));
        assert!(!elsewhere, "nothing is fetched from elsewhere, and nothing leads there: {path}");
        is_guarded(&nobody.get(path), path);
    }
    for reply in [nobody.get("/console/sign-in"), nobody.sign_in("ivan", "wrong"), client.post("/console/tokens", &[])]
    {
        is_guarded(&reply, &reply.head);
        assert_eq!(reply.header("cache-control"), "no-store", "{}", reply.head);
    }
}

#[test]
fn a_page_that_shows_a_secret_is_kept_by_no_cache() {
    let server = server("");
    let mut client = HttpClient::signed_in(server.port, "super@example.com", "super");
    for (page, fields) in [
        ("/console/tokens", &[("label", "a"), ("days", "1"), ("rights", "all")][..]),
        ("/console/codes", &[("access", "super_administrator")]),
        (
            "/console/clients",
            &[
                ("display_name", "a"),
                ("grants", "password"),
                ("refresh_mode", "rotate"),
                ("allowed", "all"),
                ("default", "all"),
            ],
        ),
    ] {
        let reply = client.submit(page, page, fields);
        assert_eq!(reply.status, 200, "{page}: {}", reply.body);
        assert!(reply.body.contains("id=\"secret\""), "{page}");
        is_guarded(&reply, page);
        assert_eq!(reply.header("cache-control"), "no-store", "{page}");
    }
}

#[test]
fn what_pages_are_made_of_comes_with_its_type_and_says_nothing_of_anybody() {
    let server = server("");
    let mut client = HttpClient::new(server.port);
    let page = client.get("/console/sign-in");
    let parts = [page.between("src=\"", "\""), page.between("<link rel=\"stylesheet\" href=\"", "\"")].concat();
    assert!(parts.len() >= 2, "{parts:?}");
    for path in parts {
        let reply = HttpClient::new(server.port).get(&path);
        assert_eq!((reply.status, reply.header("x-content-type-options")), (200, "nosniff"), "{path}");
        assert!(reply.headers("set-cookie").is_empty(), "{path}");
    }
}

#[test]
fn over_plain_http_no_other_host_than_this_machine_is_served() {
    let server = server("");
    for host in ["console.example", "127.0.0.1.nip.io", "10.0.0.1"] {
        let mut client = HttpClient::new(server.port);
        let reply = client.get_with("/console/sign-in", &[("Host", host)]);
        assert!(reply.status >= 400 && reply.headers("set-cookie").is_empty(), "{host}: {}", reply.head);
        assert!(!reply.body.contains("id=\"sign-in\""), "{host}");
    }
}
