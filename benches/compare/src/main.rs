//! Measures counterfoil beside the libraries that a service would use instead, and writes docs/performance.md.
//!
//! `cargo run --release -- --all` measures everything in several minutes. `--part 1k` measures one part and keeps the
//! figures of all other parts. `--parts` lists the parts. `--page` writes the page from the figures in
//! docs/performance.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "a program that measures reads the clock")]
#![allow(clippy::duplicate_mod, reason = "the bench `dudect` has the module of texts too")]

mod figures;
#[path = "../../authenticate/floor.rs"]
mod floor;
#[allow(dead_code, reason = "shared with the benches of the core")]
#[path = "../../authenticate/host.rs"]
mod host;
mod machine;
mod measure;
mod memory;
mod names;
mod page;
mod parts;
mod peer;
mod peers;
mod timing;

#[path = "../../dudect.rs"]
mod dudect;
#[path = "../../authenticate/texts.rs"]
mod texts;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--all"] => {
            parts::PARTS.iter().for_each(|part| parts::run(part));
            page::write();
        }
        ["--part", ref some @ ..] if !some.is_empty() && some.iter().all(|part| parts::PARTS.contains(part)) => {
            some.iter().for_each(|part| parts::run(part));
            page::write();
        }
        ["--page"] => page::write(),
        ["--parts"] => println!("{}", parts::PARTS.join("\n")),
        ["--bytes-of", what, records] => match records.parse() {
            Ok(records) => println!("{}", memory::bytes_of(what, records)),
            Err(_) => return usage(),
        },
        ["--dudect"] => dudect::main(),
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: --all, or --part and some of {}, or --page", parts::PARTS.join(", "));
    ExitCode::from(2)
}
