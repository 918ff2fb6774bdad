//! Prints the public API that a file of rustdoc JSON describes, as sorted lines with one item each. Implementations of
//! auto traits and blanket implementations are left out.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("usage: counterfoil-public-api RUSTDOC_JSON")?;
    let api =
        public_api::Builder::from_rustdoc_json(path).omit_blanket_impls(true).omit_auto_trait_impls(true).build()?;
    print!("{api}");
    Ok(())
}
