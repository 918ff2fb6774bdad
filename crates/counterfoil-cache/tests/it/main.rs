//! Tests of the cache: what it promises, and that broken caches break it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod accounts;
mod broken;
mod flaws;
mod following;
mod model;
mod operations;
mod paused;
mod promise;
mod running;
mod threads;
mod world;
