//! The API routers: their operations, and the order of their checks.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "rooms of a test")]

mod access;
mod clients;
mod one;
mod personal_access_tokens;
mod requests;
mod security_codes;
mod settings;
#[path = "../support/mod.rs"]
mod support;

use serde_json::Value;
use support::World;

fn outcome(status: u16, problem: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, problem.to_owned(), field.map(str::to_owned))
}

async fn make(world: &World, token: &str, label: &str) -> Value {
    let body = format!("{{\"label\":\"{label}\",\"expires_in_days\":30}}");
    let answer = world.call("POST", "/me/tokens", token, Some(&body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}
