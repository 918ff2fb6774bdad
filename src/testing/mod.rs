//! Tools for the tests of a host (feature `test-util`, for `[dev-dependencies]`). They include a whole service that is
//! built with one call, a clock that a test sets, a store that fails when a test requires it, principals without a
//! verification, and a sink that records events.
//!
//! ```
//! use counterfoil::testing;
//!
//! # futures_executor::block_on(async {
//! let service = testing::service();
//! let token = service.personal_access_token("ivan", "projects:read").await;
//! let principal = service.verify(token.token.expose_secret()).await.expect("a new token is accepted");
//! assert!(principal.may("projects:read") && !principal.may("projects:write"));
//!
//! service.clock().set(token.view.expires_at.expect("30 days"));
//! assert!(service.verify(token.token.expose_secret()).await.is_err(), "expired at that instant");
//! # });
//! ```
//!
//! - [`service`] builds a [`TestService`]. It has three people, a client, a store in memory, and a record of its
//!   events. Every test service issues the same tokens.
//! - [`principal`] builds a [`Principal`](crate::Principal), for tests of handlers that take a principal.
//! - [`FaultyStore`] wraps any store. [`Faults`] decides which calls fail, lose their result or wait.
//! - [`ManualClock`], [`SeededEntropy`] and [`RecordingSink`] are the parts of a test service, for a host that builds
//!   its own service.
//! - [`backend_call`], [`inside_step`] and [`listen`] are for authors of stores. A store calls `backend_call` before
//!   each call of its backend, and `inside_step` between the writes of one step. With `listen`, a test decides at these
//!   points which of several concurrent operations continues.

mod faults;
mod faulty_store;
#[cfg(test)]
mod foreign_tests;
mod principal;
mod service;

pub use crate::clock::ManualClock;
pub use crate::crypto::entropy::SeededEntropy;
pub use crate::event::sink::RecordingSink;
pub use crate::store::backend_call::{BackendCall, BackendCalls, Listened, backend_call, inside_step, listen};

pub use faults::{Call, Failure, Faults};
pub use faulty_store::FaultyStore;
pub use principal::{PrincipalBuilder, principal};
pub use service::{TestService, service, service_with};
