//! Tests the store contract on a cluster of three primaries. Each primary has a replica.

use crate::support::backend::Backend;
use crate::support::fixture::Spaces;
use counterfoil_conformance::{conformance, log_conformance, sibling_conformance};

conformance!(cluster, Spaces(Backend::Cluster));
sibling_conformance!(beside_cluster, Spaces(Backend::Cluster));
log_conformance!(cluster_log, Spaces(Backend::Cluster));
