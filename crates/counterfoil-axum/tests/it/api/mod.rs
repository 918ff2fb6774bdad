//! Tests the API routers: their operations, and the order in which they check a request.

mod access;
mod ceilings;
mod clients;
mod one;
mod personal_access_tokens;
mod requests;
mod security_codes;
mod settings;
mod token_renewal;

use crate::support::World;
use serde_json::Value;

fn outcome(status: u16, problem: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, problem.to_owned(), field.map(str::to_owned))
}

async fn make(world: &World, token: &str, label: &str) -> Value {
    let body = format!("{{\"label\":\"{label}\",\"expires_in_days\":30}}");
    let answer = world.call("POST", "/me/tokens", token, Some(&body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}
