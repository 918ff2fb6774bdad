//! Compares the statuses of responses with the OpenAPI document.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::policy::{Allowance, Policy};
use counterfoil::testing::Failure;
use counterfoil_http::Endpoints;
use http::{Method, Request, StatusCode};
use http_body_util::Full;

use crate::support::{BASE, FORM, World, in_memory, in_memory_with};

/// Returns the statuses that the OpenAPI document lists for an operation, or `None` if the document has no such
/// operation.
fn statuses(endpoints: &Endpoints, method: &Method, template: &str) -> Option<BTreeSet<u16>> {
    let item = endpoints.openapi().paths.paths.get(template)?;
    let operation = match method.as_str() {
        "GET" | "HEAD" => &item.get,
        "POST" => &item.post,
        "PATCH" => &item.patch,
        "DELETE" => &item.delete,
        _ => &None,
    };
    let responses = operation.as_ref()?.responses.responses.keys();
    Some(responses.map(|status| status.parse().expect("a number")).collect())
}

/// Asserts that the OpenAPI document lists `status` for this operation. A method that the document does not have must
/// be answered with 405. A path that no endpoint has is not checked.
pub(crate) fn check(endpoints: &Endpoints, method: &Method, path: &str, status: StatusCode) {
    let Some(endpoint) = endpoints.find(path) else { return };
    let Some(described) = statuses(endpoints, method, endpoint.path()) else {
        return assert_eq!(status, 405, "{method} {path}");
    };
    assert!(described.contains(&status.as_u16()), "{method} {path} answers {status}; the document has {described:?}");
}

/// Returns the method and the path template of each operation.
fn operations(endpoints: &Endpoints) -> Vec<(Method, String)> {
    let of = |endpoint: &counterfoil_http::Endpoint| {
        let own = endpoint.methods().iter().filter(|method| **method != Method::HEAD);
        own.map(|method| (method.clone(), endpoint.path().to_owned())).collect::<Vec<_>>()
    };
    endpoints.iter().flat_map(of).collect()
}

/// Sends a request to each operation. [`World::send`] checks the status.
async fn ask_all(world: &World, headers: &[(&str, &str)], query: &str, body: &str) -> BTreeSet<u16> {
    let mut seen = BTreeSet::new();
    for (method, template) in operations(&world.endpoints) {
        let path = template.replace("{subject}", "ivan").replace("{id}", "x");
        let request = Request::builder().method(method).uri(format!("{path}{query}"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = world.send(request.body(Full::from(body.to_owned())).expect("a request")).await;
        seen.insert(answer.status.as_u16());
    }
    seen
}

#[tokio::test]
async fn host_51_the_description_has_every_status_of_each_operation() {
    let world = in_memory().await;
    let sue = format!("Bearer {}", world.sign_in("sue", None).await);
    let narrow = format!("Bearer {}", world.sign_in("sue", Some("credentials:read")).await);
    let (basic, json, long) = (world.basic(), ("content-type", "application/json"), "x".repeat(65 * 1024));
    let form = ("content-type", FORM);
    let mut seen = BTreeSet::new();
    for (headers, query, body) in [
        (&[][..], "", ""),
        (&[("authorization", "Bearer")], "", ""),
        (&[("authorization", "Bearer x")], "", ""),
        (&[("authorization", &narrow), json], "", "{}"),
        (&[("authorization", &sue)], "", ""),
        (&[("authorization", &sue)], "?x=1", ""),
        (&[("authorization", &sue), json], "", "{"),
        (&[("authorization", &sue), json], "", "{}"),
        (&[("authorization", &sue), json], "", r#"{"x":1}"#),
        (&[("authorization", &sue), json], "", &long),
        (&[("authorization", &basic), form], "", ""),
        (&[("authorization", &basic), form], "", "token=x"),
        (&[("authorization", &basic), form], "", &long),
        (&[("authorization", "Basic eDp5"), form], "", "token=x"),
    ] {
        seen.extend(ask_all(&world, headers, query, body).await);
    }
    world.service.faults().always(Failure::NotExecuted);
    seen.extend(ask_all(&world, &[("authorization", &sue), json], "", "{}").await);
    seen.extend(ask_all(&world, &[("authorization", &basic), form], "", "token=x").await);
    for status in [200, 400, 401, 403, 404, 413, 415, 422, 503] {
        assert!(seen.contains(&status), "no operation answered {status}: {seen:?}");
    }
}

/// Returns a path and a body with which an operation of the API succeeds. `token` and `code` are paths of existing
/// credentials, and `id` is the id of a token of `ivan`.
fn succeeding(method: &Method, template: &str, [token, code, id]: [&str; 3]) -> (String, Option<&'static str>) {
    let own = template.strip_prefix(BASE).expect("of the API");
    let body = match (method.as_str(), own) {
        ("POST", "/me/tokens") => Some(r#"{"label":"b","expires_in_days":1}"#),
        ("POST", "/me/tokens/{id}/extend") => Some(r#"{"expires_in_days":1}"#),
        ("POST", "/users/{subject}/tokens") => Some(r#"{"label":"b","expires_in_days":1}"#),
        ("POST", "/security-codes") => Some(r#"{"access":"super_administrator"}"#),
        ("POST", "/clients") => Some(r#"{"display_name":"App"}"#),
        ("PATCH", "/clients/{id}") => Some(r#"{"display_name":"App"}"#),
        ("PATCH", "/me/tokens/{id}") => Some(r#"{"allowed_sources":["192.0.2.0/24"]}"#),
        ("PATCH", "/security-codes/{id}") => Some(r#"{"description":"b"}"#),
        ("PATCH", "/users/{subject}") => Some(r#"{"token_login_allowed":true}"#),
        ("PATCH", "/settings") => Some(r#"{"pat_max_days":90}"#),
        _ => None,
    };
    let path = own.replace("/me/tokens/{id}", token).replace("/security-codes/{id}", code);
    (path.replace("/clients/{id}", "/clients/test-client").replace("{subject}", "ivan").replace("{id}", id), body)
}

#[tokio::test]
async fn host_51_the_description_has_the_status_429_of_each_operation_that_throttles_and_of_no_other() {
    let mut policy = Policy::default();
    policy.personal_access_tokens.creations_per_hour = NonZeroU32::new(1);
    policy.personal_access_tokens.made_by_administrators = true;
    policy.security_codes.creations_per_hour = NonZeroU32::new(1);
    policy.throttle.client = Allowance::new(NonZeroU32::MIN, Duration::from_secs(60));
    policy.throttle.leaks = Allowance::new(NonZeroU32::MIN, Duration::from_secs(60));
    let world = in_memory_with(policy).await;
    let sue = world.sign_in("sue", None).await;
    let make = async |path: &str, body: &str| {
        let made = world.call("POST", path, &sue, Some(body)).await;
        made.header("location").and_then(|path| path.strip_prefix(BASE)).expect("created").to_owned()
    };
    let token = make("/me/tokens", r#"{"label":"a","expires_in_days":1}"#).await;
    let token = make(&format!("{token}/rotate"), "{}").await;
    let code = make("/security-codes", r#"{"access":"super_administrator"}"#).await;
    let id = world.service.personal_access_token("ivan", None).await.view.id.to_string();
    let (mut all, mut throttled) = (operations(&world.endpoints), BTreeSet::new());
    // An operation that ends credentials comes after the operations that need these credentials. The deletion of the
    // client comes last, because it ends the token of `sue`.
    all.sort_by_key(|(method, template)| match (method, template.ends_with("/revoke")) {
        (_, true) => 2,
        (method, false) if *method != Method::DELETE => 0,
        _ => {
            if template.ends_with("/clients/{id}") {
                3
            } else {
                1
            }
        }
    });
    for (method, template) in all.iter().filter(|(_, template)| template.starts_with(BASE)) {
        let (path, body) = succeeding(method, template, [&token, &code, &id]);
        let answer = world.call(method.as_str(), &path, &sue, body).await;
        match answer.status.as_u16() {
            200 | 201 | 204 | 409 => {}
            404 if template.ends_with("/sign-ins/{id}") => {}
            429 => {
                assert_eq!((answer.outcome().1.as_str(), answer.header("retry-after")), ("slow-down", Some("3600")));
                throttled.insert((method.to_string(), template.clone()));
            }
            _ => panic!("{method} {path}: {answer:?}"),
        }
    }
    assert_eq!(throttled.len(), 4, "{throttled:?}");
    for path in ["/token", "/revoke", "/introspect"] {
        let wrong =
            || Request::post(path).header("authorization", "Basic dGVzdC1jbGllbnQ6eA==").header("content-type", FORM);
        for _ in 0..3 {
            let answer = world.send(wrong().body(Full::from("token=x&grant_type=password")).expect("a request")).await;
            if answer.status == 429 {
                throttled.insert(("POST".to_owned(), path.to_owned()));
            }
        }
    }
    assert_eq!(crate::leaks::report(&world, &[]).await.status, 202);
    if crate::leaks::report(&world, &[]).await.status == 429 {
        throttled.insert(("POST".to_owned(), "/leaks".to_owned()));
    }
    let described = all
        .into_iter()
        .filter(|(method, template)| statuses(&world.endpoints, method, template).expect("described").contains(&429));
    let described: BTreeSet<_> = described.map(|(method, template)| (method.to_string(), template)).collect();
    assert_eq!(throttled, described);
}
