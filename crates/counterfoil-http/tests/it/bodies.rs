//! Tests of request bodies: the time at which they are read, their limits, and their type.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use counterfoil::types::Source;
use counterfoil::{Presenter, Role};
use http::Request;
use http_body::{Frame, SizeHint};

use crate::support::{Answer, BASE, FORM, World, in_memory};

/// A body of a type that is neither `Send` nor `Sync`. It counts how often it is polled.
struct Strange {
    asked: Rc<Cell<usize>>,
    frames: Vec<Result<Bytes, &'static str>>,
    /// Whether the body ends after its frames. If false, it stays pending forever.
    ends: bool,
    announced: u64,
}

impl http_body::Body for Strange {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.asked.set(self.asked.get() + 1);
        match (self.frames.pop(), self.ends) {
            (Some(frame), _) => Poll::Ready(Some(frame.map(Frame::data))),
            (None, true) => Poll::Ready(None),
            (None, false) => Poll::Pending,
        }
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.announced);
        hint
    }
}

/// Sends a body to a path. Returns the response, and how often the body was polled.
async fn send(world: &World, method: &str, path: &str, token: Option<&str>, body: Strange) -> (Answer, usize) {
    let asked = Rc::clone(&body.asked);
    let media_type = if path.starts_with(BASE) { "application/json" } else { FORM };
    let mut request = Request::builder().method(method).uri(path).header("content-type", media_type);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.extension(Source::Unknown).body(body).expect("a request");
    (Answer::of(world.endpoints.respond(request).await).await, asked.get())
}

fn body(frames: &[Result<&'static str, &'static str>], ends: bool, announced: u64) -> Strange {
    let frames = frames.iter().rev().map(|frame| frame.map(|text| Bytes::from_static(text.as_bytes()))).collect();
    Strange { asked: Rc::default(), frames, ends, announced }
}

#[tokio::test]
async fn host_53_a_body_may_be_of_any_type_and_come_in_pieces() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let pieces = body(&[Ok(r#"{"label":"#), Ok(r#""pieces","expires_in_days":1}"#)], true, 0);
    let (answer, _) = send(&world, "POST", "/api/v1/me/tokens", Some(&ivan), pieces).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test]
async fn host_53_a_body_is_not_read_before_the_credential_nor_where_the_answer_does_not_depend_on_it() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    let ivan = world.sign_in("ivan", None).await;
    for (method, path, token, status) in [
        ("POST", "/api/v1/me/tokens", None, 401),
        ("POST", "/api/v1/me/tokens", Some("cfp_nothing"), 401),
        ("PUT", "/api/v1/me/tokens", Some(&*sue), 405),
        ("GET", "/api/v1/me/tokens", Some(&*sue), 200),
        ("DELETE", "/api/v1/me/tokens/x", Some(&*sue), 404),
        ("PATCH", "/api/v1/clients/a%2Fb", Some(&*sue), 404),
        ("PATCH", "/api/v1/clients/a%2Fb", Some(&*ivan), 403),
        ("POST", "/api/v1/clients/%FF/secrets", Some(&*sue), 404),
        ("PATCH", "/api/v1/users/%FF", Some(&*ivan), 403),
        ("GET", "/token", None, 405),
        ("POST", "/elsewhere", None, 404),
    ] {
        let (answer, asked) = send(&world, method, path, token, body(&[], false, 0)).await;
        assert_eq!((answer.status.as_u16(), asked), (status, 0), "{method} {path}: {answer:?}");
    }
    let text = body(&[], false, 0);
    let asked = Rc::clone(&text.asked);
    let request = Request::post("/api/v1/me/tokens").header("authorization", format!("Bearer {sue}"));
    let request = request.header("content-type", "text/plain").body(text).expect("a request");
    assert_eq!((world.endpoints.respond(request).await.status().as_u16(), asked.get()), (415, 0));
}

#[tokio::test]
async fn host_53_a_body_that_announces_too_much_is_not_read() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let (path, limit) = ("/api/v1/me/tokens", 64 * 1024);
    let (answer, asked) = send(&world, "POST", path, Some(&ivan), body(&[], false, limit + 1)).await;
    assert_eq!((answer.outcome(), asked), ((413, "too-large".into()), 0));
    let (answer, asked) = send(&world, "POST", path, Some(&ivan), body(&[Ok("{}")], true, limit)).await;
    assert_eq!((answer.status.as_u16(), asked), (422, 2), "it is read up to the limit");
    let (answer, asked) = send(&world, "POST", "/token", None, body(&[], false, 8 * 1024 + 1)).await;
    assert_eq!((answer.outcome(), asked), ((413, "invalid_request".into()), 0));
}

#[tokio::test]
async fn host_53_a_body_that_grows_too_large_or_breaks_off_is_not_read_on() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let long: &'static str = " ".repeat(40 * 1024).leak();
    let grows = || body(&[Ok(long), Ok(long), Ok(long)], true, 0);
    let (answer, asked) = send(&world, "POST", "/api/v1/me/tokens", Some(&ivan), grows()).await;
    assert_eq!((answer.outcome(), asked), ((413, "too-large".into()), 2));
    let (answer, asked) = send(&world, "POST", "/token", None, grows()).await;
    assert_eq!((answer.outcome(), asked), ((413, "invalid_request".into()), 1));
    let breaks = || body(&[Ok("{}"), Err("gone")], true, 0);
    let (answer, _) = send(&world, "POST", "/api/v1/me/tokens", Some(&ivan), breaks()).await;
    assert_eq!(answer.outcome(), (400, "not-json".into()));
    let (answer, _) = send(&world, "POST", "/token", None, breaks()).await;
    assert_eq!(answer.outcome(), (400, "invalid_request".into()));
}

#[tokio::test(start_paused = true)]
async fn host_53_a_body_has_ten_seconds() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let begun = tokio::time::Instant::now();
    let (answer, _) = send(&world, "POST", "/api/v1/me/tokens", Some(&ivan), body(&[Ok("{")], false, 0)).await;
    assert_eq!((answer.outcome(), begun.elapsed().as_secs()), ((408, "too-slow".into()), 10));
    let (answer, _) = send(&world, "POST", "/token", None, body(&[], false, 0)).await;
    assert_eq!((answer.outcome(), begun.elapsed().as_secs()), ((408, "invalid_request".into()), 20));
}

/// A body that arrives in one piece after a future has completed.
struct After<F> {
    event: Option<Pin<Box<F>>>,
    text: Option<&'static str>,
}

impl<F: Future<Output = ()>> http_body::Body for After<F> {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        if let Some(event) = &mut self.event {
            std::task::ready!(event.as_mut().poll(context));
            self.event = None;
        }
        Poll::Ready(self.text.take().map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes())))))
    }
}

/// Sends a body that arrives after `event`.
async fn send_after(
    world: &World,
    path: &str,
    token: &str,
    text: &'static str,
    event: impl Future<Output = ()>,
) -> Answer {
    let body = After { event: Some(Box::pin(event)), text: Some(text) };
    let request = Request::post(format!("{BASE}{path}")).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}")).body(body).expect("a request");
    Answer::of(world.endpoints.respond(request).await).await
}

const NEW_TOKEN: &str = r#"{"label":"late","expires_in_days":1}"#;

#[tokio::test]
async fn fault_a11_a_credential_that_ends_while_a_body_arrives_makes_nothing() {
    let world = in_memory().await;
    let service = &world.service;
    let subject = service.account("ivan").subject().clone();
    let limit = std::num::NonZeroU32::new(9).expect("not zero");
    let ways = ["revoked", "disabled", "valid since later", "not disturbed"];
    for (n, way) in ways.into_iter().enumerate() {
        let ivan = world.sign_in("ivan", None).await;
        service.clock().advance(Duration::from_secs(1));
        let event = async {
            let account = service.account("ivan");
            match way {
                "revoked" => drop(service.revoke_all_of(&Presenter::host(), &subject).await.expect("revoked")),
                "disabled" => assert!(service.people().update(account.with_disabled(true))),
                "valid since later" => assert!(service.people().update(account.with_valid_since(service.now()))),
                _ => {}
            }
        };
        let answer = send_after(&world, "/me/tokens", &ivan, NEW_TOKEN, event).await;
        let expected = if n == ways.len() - 1 { 201 } else { 401 };
        assert_eq!(answer.status, expected, "{way}: {answer:?}");
        assert!(service.people().update(service.account("ivan").with_disabled(false)));
        let host = Presenter::host();
        let page = service.list_personal_access_tokens_of(&host, &subject, None, limit).await.expect("a page");
        assert_eq!(page.items.len(), usize::from(expected == 201), "{way}");
    }
}

#[tokio::test]
async fn fault_a11_an_administrator_who_loses_the_role_while_a_body_arrives_registers_no_client() {
    let world = in_memory().await;
    let service = &world.service;
    for loses in [true, false] {
        let ada = world.sign_in("ada", None).await;
        let event = async {
            let role = if loses { Role::Member } else { Role::Administrator };
            assert!(service.people().update(service.account("ada").with_role(role)));
        };
        let answer = send_after(&world, "/clients", &ada, r#"{"display_name":"late"}"#, event).await;
        assert_eq!(answer.status, if loses { 403 } else { 201 }, "{answer:?}");
        assert!(service.people().update(service.account("ada").with_role(Role::Administrator)));
    }
}
