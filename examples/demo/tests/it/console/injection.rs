//! Tests that the pages show markup, scripts and header lines in user input as plain text.

use super::fixture::{Fixture, in_both};
use super::http_client::HttpClient;
use crate::support::escaped;

/// Checks that no injected script has run, and that the page contains no injected element.
fn is_inert(fixture: &Fixture) {
    let found = "return [window.pwned === undefined, document.querySelectorAll('main script, main iframe, main svg, main img:not(#signature-image),\
         main style, main base, main link, [onload], [onerror], [onclick], [onfocus], x-pwned').length]";
    let found = fixture.browser.script(found, &[]);
    assert_eq!((&found[0], &found[1]), (&true.into(), &0.into()), "{}", fixture.browser.source());
    // The browser reports each 404. For an item that does not exist, 404 is the correct status.
    let complaints = fixture.browser.complaints();
    let serious: Vec<_> = complaints.iter().filter(|complaint| !complaint.contains("a status of 404 ")).collect();
    assert!(serious.is_empty(), "the policy had to step in: {serious:?}");
}

const LONG: [&str; 6] = [
    "<script>window.pwned=1</script>",
    "\"><img src=x onerror=window.pwned=1>",
    "'><svg onload=window.pwned=1><x-pwned>",
    "</title></bdi></td></tr></table><iframe src=javascript:window.pwned=1>",
    "{{7*7}}${7*7}<%= 7*7 %>&lt;b&gt;&amp;&#x3c;script&#x3e;",
    "<base href=//evil.example><style>*{display:none}</style>",
];

#[test]
fn a_tokens_label_is_text_wherever_it_is_shown() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        for label in [
            "<script src=//x.y>",
            "\"><svg onload=a()>",
            "</td><x-pwned>",
            "'\"`<b>&amp;",
            "{{7*7}}<i>${1}",
            "=cmd|'/c calc'!A0",
        ] {
            fixture.make_token(label, "7");
            is_inert(fixture);
            assert!(fixture.browser.texts("td.label bdi").iter().any(|shown| shown.trim() == label), "{label}");
            fixture.browser.follow(&fixture.in_row(label, "a.delete"));
            is_inert(fixture);
            assert!(fixture.browser.text("main").contains(label));
            fixture.goto("/console/tokens");
            fixture.browser.follow(&fixture.in_row(label, "a.rotate"));
            is_inert(fixture);
            assert!(fixture.browser.text("main").contains(label));
        }
        fixture.hand_over("admin", "admin");
        fixture.goto("/console/users?q=ivan");
        fixture.browser.follow("tr[data-subject] a");
        is_inert(fixture);
        assert_eq!(fixture.browser.count("#tokens tr[data-id]"), 6);
        fixture.goto("/console/events");
        is_inert(fixture);
    });
}

#[test]
fn a_label_that_is_refused_comes_back_as_text() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        for label in LONG {
            fixture.goto("/console/tokens");
            fixture.browser.fill("#create [name=label]", label);
            fixture.browser.fill("#create [name=days]", label);
            fixture.browser.send_anyway("#create");
            is_inert(fixture);
            assert_eq!(fixture.browser.value("#create [name=label]"), label);
        }
    });
}

#[test]
fn a_codes_description_and_a_clients_name_are_text_wherever_they_are_shown() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        for text in LONG {
            fixture.goto("/console/codes");
            fixture.browser.click("#create [name=access][value=super_administrator]");
            fixture.browser.fill("#create [name=description]", text);
            fixture.browser.follow("#create button");
            is_inert(fixture);
            fixture.goto("/console/codes");
            is_inert(fixture);
            fixture.browser.follow(&fixture.in_row(text, "a.edit"));
            is_inert(fixture);
            assert_eq!(fixture.browser.value("#edit [name=description]"), text);
            fixture.goto("/console/codes");
            fixture.browser.follow(&fixture.in_row(text, "a.delete"));
            is_inert(fixture);
            assert!(fixture.browser.text("main").contains(text));
            fixture.goto("/console/clients");
            fixture.browser.fill("#create [name=display_name]", text);
            fixture.browser.fill("#create [name=id]", "");
            fixture.browser.tick("#create [name=grants][value=password]", true);
            fixture.browser.follow("#create button");
            is_inert(fixture);
            fixture.goto("/console/clients");
            is_inert(fixture);
            assert!(fixture.browser.texts("td.label").iter().any(|shown| shown.contains(text)), "{text}");
            fixture.browser.follow(&fixture.in_row(text, "a.delete"));
            is_inert(fixture);
        }
        fixture.goto("/console/events");
        is_inert(fixture);
    });
}

#[test]
fn a_typed_signature_is_text() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        for text in LONG {
            fixture.goto("/console/profile");
            fixture.browser.fill("[name=typed]", text);
            fixture.browser.follow("form[action$=\"/profile/signature\"] button:not([type=button])");
            is_inert(fixture);
            assert_eq!(fixture.browser.text("#signature-typed"), text);
            let fetched = fixture.client().get("/console/profile/signature");
            assert!(!fetched.header("content-type").contains("html"), "{}", fetched.head);
        }
    });
}

#[test]
fn what_an_address_says_comes_back_as_text() {
    in_both(|fixture| {
        for text in LONG {
            fixture.goto(&format!("/console/sign-in?next={}", escaped(text)));
            is_inert(fixture);
            fixture.try_to_sign_in(text, text);
            is_inert(fixture);
            assert_eq!(fixture.browser.value("#sign-in [name=name]"), text);
        }
        fixture.sign_in("admin", "admin");
        for text in LONG {
            for path in ["users?q=", "users/", "events?", "tokens?notice=", "tokens?cursor=", "nowhere/"] {
                fixture.goto(&format!("/console/{path}{}", escaped(text)));
                is_inert(fixture);
            }
            fixture.goto(&format!("/console/users?q={}", escaped(text)));
            assert_eq!(fixture.browser.value("#find [name=q]"), text);
        }
        let _missing = fixture.browser.complaints();
    });
}

#[test]
fn no_value_ends_a_line_of_a_header() {
    let server = super::fixture::server("");
    let mut client = HttpClient::signed_in(server.port, "admin", "admin");
    for path in [
        "/console/language?to=ru%0d%0aX-Pwned:%201&back=/console/tokens",
        "/console/language?to=ru&back=/console/tokens%0d%0aX-Pwned:%201",
        "/console/sign-in?next=/console/tokens%0d%0aX-Pwned:%201",
        "/console/users/%0d%0aX-Pwned:%201",
    ] {
        let reply = client.get(path);
        assert!(
            !reply.head.to_ascii_lowercase().lines().any(|line| line.starts_with("x-pwned")),
            "{path}: {}",
            reply.head
        );
    }
}
