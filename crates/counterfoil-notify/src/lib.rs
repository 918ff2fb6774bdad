//! The notices of `counterfoil` on their way to people: an e-mail a week before a token expires, and one when it has.
//!
//! The core plans what is due, and of any number of workers one wins each notice. This crate is such a worker ([`Worker`]): it reads what
//! is due, gathers each person's, claims it, makes one [`Digest`] of it, hands that to a [`Transport`], and says what became of it.
//! [`Smtp`] sends mail, [`Log`] writes to `tracing`, and a host's own transport is one method. Texts are [`Templates`]: English and Russian
//! are built in.
//!
//! ```
//! use std::sync::Arc;
//!
//! use counterfoil::memory::{MemoryDirectory, MemoryStore};
//! use counterfoil::policy::{Policy, SettingGate};
//! use counterfoil::{Account, Counterfoil, EmailAddress, Lifetime, NewPersonalAccessToken, Presenter, Role, Span, SubjectId};
//! use counterfoil_notify::{Log, Worker};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member).with_email(EmailAddress::new("ivan@example.com")?);
//! let people = Arc::new(MemoryDirectory::default());
//! people.insert(ivan.clone(), &["ivan"], "a password");
//! let mut policy = Policy::synergy();
//! policy.personal_access_tokens.setting = SettingGate::NotAsked;
//! let counterfoil = Counterfoil::builder().policy(policy).store(MemoryStore::default()).directory(people).build()?;
//! let new = NewPersonalAccessToken { label: "backup", lifetime: Lifetime::Days(30), scope: None };
//! counterfoil.create_personal_access_token(&Presenter::signed_in(&ivan), &new).await?;
//!
//! let worker = Worker::new(counterfoil.clone(), Log::default());
//! let in_a_week = counterfoil.now().plus_capped(Span::days(23));
//! assert_eq!(worker.run_once(in_a_week).await?.sent, 1);
//! assert_eq!(worker.run_once(in_a_week).await?.sent, 0, "once");
//! # Ok(())
//! # }
//! ```

mod back_off;
mod delivery;
mod digest;
mod limits;
mod log;
mod patience;
mod report;
mod round;
#[cfg(feature = "smtp")]
mod smtp;
mod templates;
mod transport;
mod walk;
mod worker;

pub use digest::Digest;
pub use limits::Limits;
pub use log::Log;
pub use report::Report;
#[cfg(feature = "smtp")]
pub use smtp::{Smtp, SmtpSetupError};
pub use templates::{BuiltIn, RenderError, Rendered, Templates};
pub use transport::{SendError, Transport};
pub use worker::Worker;

/// As the text of the README shows it.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
