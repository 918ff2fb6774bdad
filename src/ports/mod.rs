//! Layer 5: the ports: what a host brings (stores, directory, event sink), and the ones in memory.

#[cfg(any(test, feature = "test-util"))]
pub(crate) mod backend_call;
pub(crate) mod change;
pub(crate) mod client_store;
pub(crate) mod counter;
pub(crate) mod directory;
pub(crate) mod forward;
pub(crate) mod measured;
#[cfg(feature = "memory")]
pub(crate) mod memory;
pub(crate) mod page;
pub(crate) mod request;
pub(crate) mod settings_store;
pub(crate) mod sink;
pub(crate) mod store;
pub(crate) mod store_error;
pub(crate) mod throttle;
#[cfg(feature = "tracing")]
pub(crate) mod tracing_sink;
pub(crate) mod watched;
