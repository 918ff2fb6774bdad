//! Runs the programs of this package as processes, and uses them over HTTP and gRPC.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

mod directory_postgres;
mod grpc_tonic;
mod process;
mod resource_server;
mod service_actix;
mod service_axum;
mod size;
