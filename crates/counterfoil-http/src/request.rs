//! The building blocks of the endpoints, for a host's own endpoints and pages that must behave in the same way.

pub use crate::busy_retry::{Busy, retry_while_busy};
pub use crate::cursor::List;
pub use crate::loopback::is_loopback;
pub use crate::query::Query;
pub use crate::read_body::{Unread, read_body};
pub use crate::to_the_end::to_the_end;
