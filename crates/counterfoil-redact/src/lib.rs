#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "tracing")]
mod make_writer;
mod redactor;
mod search;
mod writer;

#[cfg(feature = "tracing")]
pub use make_writer::RedactingMakeWriter;
pub use redactor::Redactor;
pub use writer::RedactingWriter;
