//! The store contract on a single node: one server for the binary, a user and a prefix for each store.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

mod support;

use counterfoil_conformance::{conformance, sibling_conformance};
use support::backend::Backend;
use support::fixture::Spaces;

conformance!(redis, Spaces(Backend::Single));
sibling_conformance!(beside_redis, Spaces(Backend::Single));
