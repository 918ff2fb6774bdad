//! Databases without the stores: how they are dumped, restored and compared.

pub(crate) mod packed;
pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod sqlite;
