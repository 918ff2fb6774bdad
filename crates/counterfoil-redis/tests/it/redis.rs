//! Tests the store contract on a single node. All tests share one server. Each store has its own user and prefix.

use crate::support::backend::Backend;
use crate::support::fixture::Spaces;
use counterfoil_conformance::{conformance, log_conformance, sibling_conformance, transfer_conformance};

conformance!(redis, Spaces(Backend::Single));
sibling_conformance!(beside_redis, Spaces(Backend::Single));
transfer_conformance!(redis_copied, Spaces(Backend::Single));
log_conformance!(redis_log, Spaces(Backend::Single));
