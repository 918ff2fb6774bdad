//! The guide's code blocks as documentation tests. Each block is compiled, and it is run unless it needs a server or
//! never ends. rustdoc merges all blocks of a crate into one program.
//!
//! The workspace's `tests/guide.rs` checks that every chapter with Rust code is listed here.

#[cfg(doctest)]
mod chapters {
    #[doc = include_str!("../../../docs/guide/src/five-minutes.md")]
    struct FiveMinutes;

    #[doc = include_str!("../../../docs/guide/src/policy.md")]
    struct Policy;

    #[doc = include_str!("../../../docs/guide/src/ceilings.md")]
    struct Ceilings;

    #[doc = include_str!("../../../docs/guide/src/directory.md")]
    struct Directory;

    #[doc = include_str!("../../../docs/guide/src/stores.md")]
    struct Stores;

    #[doc = include_str!("../../../docs/guide/src/credentials.md")]
    struct Credentials;

    #[doc = include_str!("../../../docs/guide/src/scopes.md")]
    struct Scopes;

    #[doc = include_str!("../../../docs/guide/src/machines.md")]
    struct Machines;

    #[doc = include_str!("../../../docs/guide/src/management-api.md")]
    struct ManagementApi;

    #[doc = include_str!("../../../docs/guide/src/inventory.md")]
    struct Inventory;

    #[doc = include_str!("../../../docs/guide/src/throttling.md")]
    struct Throttling;

    #[doc = include_str!("../../../docs/guide/src/keys.md")]
    struct Keys;

    #[doc = include_str!("../../../docs/guide/src/importing.md")]
    struct Importing;

    #[doc = include_str!("../../../docs/guide/src/notices.md")]
    struct Notices;

    #[doc = include_str!("../../../docs/guide/src/leaks.md")]
    struct Leaks;

    #[doc = include_str!("../../../docs/guide/src/changing-stores.md")]
    struct ChangingStores;

    #[doc = include_str!("../../../docs/guide/src/testing.md")]
    struct Testing;

    #[doc = include_str!("../../../docs/guide/src/operations.md")]
    struct Operations;

    #[doc = include_str!("../../../docs/guide/src/framework-adapters.md")]
    struct FrameworkAdapters;
}
