//! The store contract on a cluster of three primaries with a replica each.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

mod support;

use counterfoil_conformance::{conformance, sibling_conformance};
use support::backend::Backend;
use support::fixture::Spaces;

conformance!(cluster, Spaces(Backend::Cluster));
sibling_conformance!(beside_cluster, Spaces(Backend::Cluster));
