//! Tests of request bodies: the time at which they are read, their limits, and their type.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use counterfoil::types::Source;
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

/// A body that calls `event` when it is polled for the first time, and then arrives in one piece.
struct After<F> {
    event: Option<F>,
    text: Option<&'static str>,
}

impl<F: FnOnce() + Unpin> http_body::Body for After<F> {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        if let Some(event) = self.event.take() {
            event();
        }
        Poll::Ready(self.text.take().map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes())))))
    }
}

#[tokio::test]
async fn host_53_a_token_whose_request_began_before_a_change_of_the_password_is_refused() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let event = || {
        world.service.clock().advance(Duration::from_secs(5));
        let account = world.service.account("ivan").with_valid_since(world.service.now());
        assert!(world.service.people().update(account));
    };
    let body = After { event: Some(event), text: Some(r#"{"label":"late","expires_in_days":1}"#) };
    let request = Request::post(format!("{BASE}/me/tokens")).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {ivan}")).body(body).expect("a request");
    let answer = Answer::of(world.endpoints.respond(request).await).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let token = answer.json()["token"].as_str().expect("a token").to_owned();
    assert!(world.service.verify(&token).await.is_err());
}
