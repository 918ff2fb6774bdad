//! Records and families, their states and transitions, and the decision whether a credential authenticates.

mod constructors;
pub(crate) mod decide;
pub(crate) mod expiry;
pub(crate) mod facts;
pub(crate) mod family;
pub(crate) mod family_body;
pub(crate) mod family_details;
pub(crate) mod gather;
pub(crate) mod leak_mark;
pub(crate) mod limits;
pub(crate) mod notice;
#[cfg(feature = "memory")]
pub(crate) mod packed;
#[cfg(feature = "memory")]
mod packed_parts;
#[cfg(feature = "memory")]
pub(crate) mod packed_view;
pub(crate) mod phase;
pub(crate) mod rearm;
mod record_copy;
pub(crate) mod record_parts;
pub(crate) mod record_ref;
pub(crate) mod retry_window;
#[cfg(feature = "serde")]
mod serial;
pub(crate) mod sign_in;
pub(crate) mod state;
pub(crate) mod token_record;

#[cfg(test)]
mod decide_tests;
#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod notice_tests;
#[cfg(feature = "memory")]
#[cfg(test)]
mod packed_tests;
#[cfg(test)]
mod phase_tests;
#[cfg(test)]
pub(crate) mod samples;
