//! The management routers: what each of them does, and in which order it says what is wrong.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "rooms of a test")]

mod access;
mod clients;
mod codes;
mod one;
mod requests;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod tokens;

use serde_json::Value;
use support::World;

fn told(status: u16, problem: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, problem.to_owned(), field.map(str::to_owned))
}

async fn make(world: &World, token: &str, label: &str) -> Value {
    let body = format!("{{\"label\":\"{label}\",\"expires_in_days\":30}}");
    let answer = world.call("POST", "/me/tokens", token, Some(&body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}
