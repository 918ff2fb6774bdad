//! The store contract on a single node: one server for the binary, a user and a prefix for each store.

use crate::support::backend::Backend;
use crate::support::fixture::Spaces;
use counterfoil_conformance::{conformance, sibling_conformance};

conformance!(redis, Spaces(Backend::Single));
sibling_conformance!(beside_redis, Spaces(Backend::Single));
