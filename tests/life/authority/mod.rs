//! Nobody gets more than they were given: every operation with every kind of presenter, and what holds for any
//! sequence.

mod operations;
mod presenters;
mod properties;
mod realms;
mod scopes;
mod table;
