//! Tests that nobody gets more rights than were granted. Tries every operation with every kind of presenter, and also
//! tests properties of random sequences of operations.

mod operations;
mod presenters;
mod properties;
mod realms;
mod scopes;
mod table;
