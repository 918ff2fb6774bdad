//! Temporary servers and browsers. Each has its own folder and a free port of 127.0.0.1. Each is stopped and removed
//! when it is dropped.

mod address;
mod browser;
mod pgbouncer;
mod ports;
mod postgres;
mod proxy;
pub mod redis;
mod smtp;

pub use address::Address;
pub use browser::{BorrowedBrowser, Browser, Engine, Screen};
pub use pgbouncer::PgBouncer;
pub use postgres::{Postgres, PostgresSetup};
pub use proxy::Proxy;
pub use smtp::{Smtp, TakenMail};
