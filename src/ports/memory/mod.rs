//! The ports in memory: for tests, examples, and hosts whose credentials may die with the process.
