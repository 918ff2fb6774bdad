//! For the tests of a host: a whole service in one call, a clock set by hand, a store that fails on demand, principals
//! without a verification, and a sink that records events. Feature `test-util`, for `[dev-dependencies]`.
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
//! - [`service`] builds a [`TestService`]: three people, a client, a store in memory, and a record of its events. Every
//!   test service issues the same tokens.
//! - [`principal`] builds a [`Principal`](crate::Principal), for tests of handlers that take one.
//! - [`FaultyStore`] wraps any store. [`Faults`] decides which calls fail, lose their answers or hang.
//! - [`ManualClock`], [`SeededEntropy`] and [`RecordingSink`] are the parts, for a host that builds its own service.
//! - [`backend_call`], [`inside_step`] and [`listen`] are for authors of stores. With them a test decides in which
//!   order concurrent operations call the backend of a store, or continue inside a step of a store in memory.

mod faults;
mod faulty_store;
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
