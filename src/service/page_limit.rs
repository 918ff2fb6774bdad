//! The largest number of items that a list returns at once.

use std::num::NonZeroU32;

/// The largest number of users, clients, or credentials of the inventory that a list returns at once. A larger `limit`
/// has the same effect as this number.
///
/// ```
/// assert_eq!(counterfoil::operations::LARGEST_PAGE.get(), 100);
/// ```
pub const LARGEST_PAGE: NonZeroU32 = match NonZeroU32::new(100) {
    Some(page) => page,
    None => NonZeroU32::MIN,
};
