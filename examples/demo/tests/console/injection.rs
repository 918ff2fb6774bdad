//! Texts that would be elements, scripts or lines of a header if they were not text.

use crate::desk::{Desk, in_both};
use crate::support::escaped;
use crate::visitor::Visitor;

/// Nothing of what was written runs, and nothing of it is an element.
fn is_inert(desk: &Desk) {
    let found = "return [window.pwned === undefined, document.querySelectorAll('main script, main iframe, main svg, main img:not(#signature-image),\
         main style, main base, main link, [onload], [onerror], [onclick], [onfocus], x-pwned').length]";
    let found = desk.browser.script(found, &[]);
    assert_eq!((&found[0], &found[1]), (&true.into(), &0.into()), "{}", desk.browser.source());
    // What is not there is 404 by design.
    let complaints = desk.browser.complaints();
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
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        for label in [
            "<script src=//x.y>",
            "\"><svg onload=a()>",
            "</td><x-pwned>",
            "'\"`<b>&amp;",
            "{{7*7}}<i>${1}",
            "=cmd|'/c calc'!A0",
        ] {
            desk.make_token(label, "7");
            is_inert(desk);
            assert!(desk.browser.texts("td.label bdi").iter().any(|shown| shown.trim() == label), "{label}");
            desk.browser.follow(&desk.in_row(label, "a.delete"));
            is_inert(desk);
            assert!(desk.browser.text("main").contains(label));
            desk.goto("/console/tokens");
            desk.browser.follow(&desk.in_row(label, "a.rotate"));
            is_inert(desk);
            assert!(desk.browser.text("main").contains(label));
        }
        desk.hand_over("admin", "admin");
        desk.goto("/console/users?q=ivan");
        desk.browser.follow("tr[data-subject] a");
        is_inert(desk);
        assert_eq!(desk.browser.count("#tokens tr[data-id]"), 6);
        desk.goto("/console/events");
        is_inert(desk);
    });
}

#[test]
fn a_label_that_is_refused_comes_back_as_text() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        for label in LONG {
            desk.goto("/console/tokens");
            desk.browser.fill("#create [name=label]", label);
            desk.browser.fill("#create [name=days]", label);
            desk.browser.send_anyway("#create");
            is_inert(desk);
            assert_eq!(desk.browser.value("#create [name=label]"), label);
        }
    });
}

#[test]
fn a_codes_description_and_a_clients_name_are_text_wherever_they_are_shown() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        for text in LONG {
            desk.goto("/console/codes");
            desk.browser.click("#create [name=access][value=super_administrator]");
            desk.browser.fill("#create [name=description]", text);
            desk.browser.follow("#create button");
            is_inert(desk);
            desk.goto("/console/codes");
            is_inert(desk);
            desk.browser.follow(&desk.in_row(text, "a.edit"));
            is_inert(desk);
            assert_eq!(desk.browser.value("#edit [name=description]"), text);
            desk.goto("/console/codes");
            desk.browser.follow(&desk.in_row(text, "a.delete"));
            is_inert(desk);
            assert!(desk.browser.text("main").contains(text));
            desk.goto("/console/clients");
            desk.browser.fill("#create [name=display_name]", text);
            desk.browser.fill("#create [name=id]", "");
            desk.browser.tick("#create [name=grants][value=password]", true);
            desk.browser.follow("#create button");
            is_inert(desk);
            desk.goto("/console/clients");
            is_inert(desk);
            assert!(desk.browser.texts("td.label").iter().any(|shown| shown.contains(text)), "{text}");
            desk.browser.follow(&desk.in_row(text, "a.delete"));
            is_inert(desk);
        }
        desk.goto("/console/events");
        is_inert(desk);
    });
}

#[test]
fn a_typed_signature_is_text() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        for text in LONG {
            desk.goto("/console/profile");
            desk.browser.fill("[name=typed]", text);
            desk.browser.follow("form[action$=\"/profile/signature\"] button:not([type=button])");
            is_inert(desk);
            assert_eq!(desk.browser.text("#signature-typed"), text);
            let fetched = desk.visitor().get("/console/profile/signature");
            assert!(!fetched.header("content-type").contains("html"), "{}", fetched.head);
        }
    });
}

#[test]
fn what_an_address_says_comes_back_as_text() {
    in_both(|desk| {
        for text in LONG {
            desk.goto(&format!("/console/sign-in?next={}", escaped(text)));
            is_inert(desk);
            desk.try_to_sign_in(text, text);
            is_inert(desk);
            assert_eq!(desk.browser.value("#sign-in [name=name]"), text);
        }
        desk.sign_in("admin", "admin");
        for text in LONG {
            for path in ["users?q=", "users/", "events?", "tokens?notice=", "tokens?cursor=", "nowhere/"] {
                desk.goto(&format!("/console/{path}{}", escaped(text)));
                is_inert(desk);
            }
            desk.goto(&format!("/console/users?q={}", escaped(text)));
            assert_eq!(desk.browser.value("#find [name=q]"), text);
        }
        let _missing = desk.browser.complaints();
    });
}

#[test]
fn no_value_ends_a_line_of_a_header() {
    let server = crate::desk::server("");
    let mut visitor = Visitor::signed_in(server.port, "admin", "admin");
    for path in [
        "/console/language?to=ru%0d%0aX-Pwned:%201&back=/console/tokens",
        "/console/language?to=ru&back=/console/tokens%0d%0aX-Pwned:%201",
        "/console/sign-in?next=/console/tokens%0d%0aX-Pwned:%201",
        "/console/users/%0d%0aX-Pwned:%201",
    ] {
        let reply = visitor.get(path);
        assert!(
            !reply.head.to_ascii_lowercase().lines().any(|line| line.starts_with("x-pwned")),
            "{path}: {}",
            reply.head
        );
    }
}
