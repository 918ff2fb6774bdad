//! Nobody gets more rights than they were given. Tests every operation with every kind of presenter, and properties of
//! random sequences of operations.

mod operations;
mod presenters;
mod properties;
mod realms;
mod scopes;
mod table;
