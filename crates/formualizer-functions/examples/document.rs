//! Writes the reference of every function, made from the records: to the file that is named, or to stdout.
//!
//! `cargo xtask functions` writes `docs/functions.md` with it.

use std::{env, fs, io};

fn main() -> io::Result<()> {
    let reference = formualizer_functions::reference();
    match env::args().nth(1) {
        Some(file) => fs::write(file, reference),
        None => {
            print!("{reference}");
            Ok(())
        }
    }
}
