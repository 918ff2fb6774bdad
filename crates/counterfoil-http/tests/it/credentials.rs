//! Tests the inventory: its filters, pages, CSV, and one credential by its id (requirements SIGHT 2 and SIGHT 3).

use counterfoil::{Lifetime, NewPersonalAccessToken};
use http::Request;
use http_body_util::Full;
use serde_json::Value;

use crate::support::{Answer, BASE, World, in_memory};

/// Sends a `GET` request that prefers CSV. `path` begins at the root.
async fn csv(world: &World, path: &str, token: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {token}")).header("accept", "text/csv");
    world.send(request.body(Full::default()).expect("a request")).await
}

/// Creates a token with this label, and returns its id.
async fn labelled(world: &World, owner: &str, label: &str) -> String {
    let new = NewPersonalAccessToken::new(label, Lifetime::Days(30));
    let issued = world.service.create_personal_access_token(&world.service.presenter(owner), &new).await;
    issued.expect("a token").view.id.to_string()
}

async fn items(world: &World, query: &str, token: &str) -> Vec<Value> {
    let answer = world.call("GET", &format!("/credentials{query}"), token, None).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.json()["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn sight_2_the_list_has_each_member_of_each_kind_and_the_filters_select() {
    let world = in_memory().await;
    let (sue, ivan) = (world.sign_in("sue", None).await, world.sign_in("ivan", None).await);
    labelled(&world, "ivan", "Nightly build").await;
    let made = world.call("POST", "/security-codes", &sue, Some(r#"{"access":"same_as_user","user":"ivan"}"#)).await;
    assert_eq!(made.status, 201);
    let all = items(&world, "", &sue).await;
    let kinds: Vec<&str> = all.iter().map(|item| item["kind"].as_str().expect("a kind")).collect();
    let expected = ["access_token", "access_token", "refresh_token", "refresh_token", "security_code"];
    assert_eq!(kinds, [&["personal_access_token"][..], &expected].concat());
    let token = &all[0];
    assert_eq!(
        (&token["owner"], &token["client"], &token["label"]),
        (&"ivan".into(), &Value::Null, &"Nightly build".into())
    );
    assert_eq!(
        (&token["created_at"], &token["expires_at"]),
        (&"2026-01-01T00:00:00Z".into(), &"2026-01-31T00:00:00Z".into())
    );
    let code = &all[5];
    assert_eq!(
        (&code["owner"], &code["access"], &code["user_subject"]),
        (&Value::Null, &"same_as_user".into(), &"ivan".into())
    );

    let count = async |query: &str| items(&world, query, &sue).await.len();
    let used = world.call("GET", "/me/tokens", &ivan, None).await;
    assert_eq!(used.status, 200);
    for (query, expected) in [
        ("?kind=personal_access_token", 1),
        ("?kind=console_session", 0),
        ("?state=suspended", 0),
        ("?state=active", 1),
        ("?state=expiring", 5),
        ("?owner=ivan", 4),
        ("?owner=sue", 3),
        ("?client=test-client", 4),
        ("?client=other", 0),
        ("?label=NIGHT", 1),
        ("?label=build", 0),
        ("?expiring_before=2026-01-31T00:00:00Z&kind=personal_access_token", 0),
        ("?expiring_before=2026-01-31T03:00:00.000001%2B03:00&kind=personal_access_token", 1),
        ("?unused_since=2026-01-01T00:00:00Z", 0),
        ("?unused_since=2026-01-01T00:00:00.000001Z&owner=ivan", 4),
        ("?kind=refresh_token&owner=ivan&client=test-client&state=expiring", 1),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn sight_2_a_parameter_that_is_not_valid_is_422_and_named() {
    let world = in_memory().await;
    let (sue, ivan) = (world.sign_in("sue", None).await, world.sign_in("ivan", None).await);
    let long = format!("owner={}", "x".repeat(256));
    for (query, field) in [
        ("kind=client_secret", "kind"),
        ("kind=token", "kind"),
        ("kind=", "kind"),
        ("state=revoked", "state"),
        ("owner=", "owner"),
        (&long, "owner"),
        ("client=a%20b", "client"),
        ("expiring_before=tomorrow", "expiring_before"),
        ("expiring_before=2026-01-01", "expiring_before"),
        ("unused_since=1969-12-31T23:59:59Z", "unused_since"),
        ("label=", "label"),
        ("label=%00", "label"),
        ("label=a&label=b", "label"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("cursor=x", "cursor"),
        ("status=active", "status"),
        ("q=a", "q"),
    ] {
        let answer = world.call("GET", &format!("/credentials?{query}"), &sue, None).await;
        assert_eq!(answer.outcome(), (422, "invalid-field".to_owned()), "{query}");
        assert_eq!(answer.json()["field"], field, "{query}");
        let answer = world.call("GET", &format!("/credentials?{query}"), &ivan, None).await;
        assert_eq!(answer.outcome(), (403, "role".to_owned()), "{query}: the right first");
    }
}

#[tokio::test]
async fn sight_2_pages_have_each_credential_once_and_a_foreign_or_changed_cursor_is_422() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    for n in 0..5 {
        labelled(&world, "ivan", &format!("token {n}")).await;
    }
    for filter in ["", "&owner=ivan", "&kind=personal_access_token&label=token"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.call("GET", &format!("/credentials?limit=2{filter}{cursor}"), &sue, None).await.json();
            seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].to_string()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let whole = items(&world, &format!("?limit=100{filter}"), &sue).await;
        let whole: Vec<String> = whole.iter().map(|item| item["id"].to_string()).collect();
        assert!(seen == whole && seen.len() >= 5, "{filter}: {seen:?}");
    }

    let first = world.call("GET", "/credentials?limit=1", &sue, None).await.json();
    let next = first["next"].as_str().expect("more").to_owned();
    let of = async |path: &str, cursor: &str| world.call("GET", &format!("{path}cursor={cursor}"), &sue, None).await;
    assert_eq!(of("/credentials?", &next).await.status, 200);
    assert_eq!(of("/credentials?limit=3&", &next).await.status, 200, "another limit");
    let foreign = world.call("GET", "/users/ivan/tokens?limit=1", &sue, None).await.json();
    let mut changed = next.clone().into_bytes();
    let last = changed.last_mut().expect("a letter");
    *last = if *last == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("text");
    for (path, cursor) in [
        ("/credentials?owner=ivan&", next.as_str()),
        ("/credentials?kind=personal_access_token&", &next),
        ("/credentials?label=token&", &next),
        ("/users/ivan/tokens?", &next),
        ("/credentials?", foreign["next"].as_str().expect("more")),
        ("/credentials?", &changed),
        ("/credentials?", &next[1..]),
        ("/credentials?", ""),
    ] {
        let answer = of(path, cursor).await;
        assert_eq!(answer.outcome(), (422, "invalid-field".to_owned()), "{path}");
        assert_eq!(answer.json()["field"], "cursor", "{path}");
    }
}

/// Splits CSV into lines and cells.
fn cells(text: &str) -> Vec<Vec<String>> {
    assert!(text.ends_with("\r\n"));
    let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.push(letters.next().expect("a quote")),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted => assert_eq!(letters.peek(), Some(&'\n')),
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => cell.push(other),
        }
    }
    lines
}

#[tokio::test]
async fn sight_2_csv_has_the_members_of_json_and_no_cell_is_a_formula() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    for label in ["=HYPERLINK(1)", "+1", "-1", "@x", "say \"a, b\"", "plain"] {
        labelled(&world, "ivan", label).await;
    }
    let path = format!("{BASE}/credentials?kind=personal_access_token");
    let answer = csv(&world, &path, &sue).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")));
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(answer.header("link"), None);
    let lines = cells(&answer.text);
    let items = items(&world, "?kind=personal_access_token", &sue).await;
    assert_eq!(lines.len(), items.len() + 1);
    // CSV has no column for the metadata, because the guard against formulas would change their text.
    let names = items[0].as_object().expect("an object").keys().filter(|name| *name != "metadata");
    let names: Vec<&String> = names.collect();
    let mut columns: Vec<&String> = lines[0].iter().collect();
    columns.sort();
    assert_eq!(columns, names);
    for (line, item) in lines[1..].iter().zip(&items) {
        for (name, cell) in lines[0].iter().zip(line) {
            let text = item[name].as_str().unwrap_or_default();
            let is_formula = text.starts_with(['=', '+', '-', '@']);
            assert_eq!(*cell, if is_formula { format!("'{text}") } else { text.to_owned() }, "{name}");
        }
    }
}

#[tokio::test]
async fn sight_2_the_link_of_a_csv_page_leads_to_the_next_one() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    for n in 0..5 {
        labelled(&world, "ivan", &format!("a&b {n}")).await;
    }
    let (mut path, mut labels) = (format!("{BASE}/credentials?limit=2&label=a%26b"), Vec::new());
    loop {
        let answer = csv(&world, &path, &sue).await;
        let lines = cells(&answer.text);
        assert!(lines.len() <= 3 && lines[0][4] == "label");
        labels.extend(lines[1..].iter().map(|line| line[4].clone()));
        let Some(link) = answer.header("link") else { break };
        let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a link");
        path = next.to_owned();
    }
    labels.sort();
    assert_eq!(labels, ["a&b 0", "a&b 1", "a&b 2", "a&b 3", "a&b 4"]);
}

#[tokio::test]
async fn sight_2_the_inventory_is_for_administrators_with_the_scope_and_not_for_tokens() {
    let world = in_memory().await;
    let token = world.service.personal_access_token("sue", None).await;
    let narrow = world.sign_in("sue", Some("credentials:read")).await;
    let manages = world.sign_in("sue", Some("users:manage")).await;
    let (ada, ivan) = (world.sign_in("ada", None).await, world.sign_in("ivan", None).await);
    let one = format!("/credentials/{}", token.view.id);
    for (presented, expected) in [
        (token.token.expose_secret(), (403, "credential-kind")),
        (&narrow, (403, "insufficient-scope")),
        (&ivan, (403, "role")),
    ] {
        for path in ["/credentials", &one] {
            let answer = world.call("GET", path, presented, None).await;
            assert_eq!(answer.outcome(), (expected.0, expected.1.to_owned()), "{path}");
        }
    }
    for presented in [&manages, &ada] {
        assert_eq!(world.call("GET", &one, presented, None).await.status, 200);
        assert!(items(&world, "", presented).await.len() > 3);
        let codes = world.call("GET", "/credentials?kind=security_code", presented, None).await;
        assert_eq!(codes.status, 403, "{codes:?}");
    }
}

#[tokio::test]
async fn sight_3_one_credential_is_shown_as_in_the_list_to_administrators_and_to_its_owner() {
    let world = in_memory().await;
    let (sue, ivan) = (world.sign_in("sue", None).await, world.sign_in("ivan", None).await);
    let own = labelled(&world, "ivan", "own").await;
    for item in items(&world, "", &sue).await {
        let path = format!("/credentials/{}", item["id"].as_str().expect("an id"));
        assert_eq!(world.call("GET", &path, &sue, None).await.json(), item);
    }
    let shown = world.call("GET", &format!("/me/tokens/{own}"), &ivan, None).await;
    assert_eq!((shown.status.as_u16(), &shown.json()["label"]), (200, &"own".into()));
    let listed = world.call("GET", "/me/tokens", &ivan, None).await.json();
    assert_eq!(listed["items"][0], shown.json(), "the same as in the list");

    let foreign = labelled(&world, "sue", "foreign").await;
    for path in [format!("/me/tokens/{foreign}"), "/me/tokens/x".to_owned(), format!("/me/tokens/{own}x")] {
        assert_eq!(world.call("GET", &path, &ivan, None).await.outcome(), (404, "not-found".to_owned()), "{path}");
    }
    for path in ["/credentials/x", "/credentials/0000000000000000000001"] {
        assert_eq!(world.call("GET", path, &sue, None).await.outcome(), (404, "not-found".to_owned()), "{path}");
    }
    let deleted = world.call("DELETE", &format!("/me/tokens/{own}"), &ivan, None).await;
    assert_eq!(deleted.status, 204);
    for (path, token) in [(format!("/me/tokens/{own}"), &ivan), (format!("/credentials/{own}"), &sue)] {
        assert_eq!(world.call("GET", &path, token, None).await.status, 404, "{path}");
    }
    let queried = world.call("GET", &format!("/credentials/{foreign}?x=1"), &sue, None).await;
    assert_eq!(queried.outcome(), (422, "invalid-field".to_owned()));
}
