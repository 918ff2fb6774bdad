//! The files by which the processes of the test know the tokens, and by which the test knows their answers. They
//! survive a process that is killed.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// The folder of the files.
#[derive(Clone, Debug)]
pub struct Ledger(PathBuf);

impl Ledger {
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    fn open(&self, name: &str) -> File {
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).read(true).write(true).open(self.0.join(name));
        file.expect("a file")
    }

    /// Appends tokens. The number of a token is the number of its line.
    pub fn publish(&self, tokens: &[String]) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.0.join("tokens")).expect("a file");
        let lines: String = tokens.iter().map(|token| format!("{token}\n")).collect();
        file.write_all(lines.as_bytes()).expect("written");
    }

    pub fn tokens(&self) -> Tokens {
        Tokens { file: BufReader::new(self.open("tokens")), rest: String::new() }
    }

    /// The numbers that the processes at one place write, each at an index.
    pub fn numbers(&self, name: &str, place: usize) -> Numbers {
        Numbers(self.open(&format!("{name}-{place}")))
    }
}

/// Reads the tokens that were published.
#[derive(Debug)]
pub struct Tokens {
    file: BufReader<File>,
    rest: String,
}

impl Tokens {
    /// The next token, if it is published already.
    pub fn next(&mut self) -> Option<String> {
        self.file.read_line(&mut self.rest).expect("a file");
        let token = self.rest.strip_suffix('\n')?.to_owned();
        self.rest.clear();
        Some(token)
    }
}

/// A file of numbers.
#[derive(Debug)]
pub struct Numbers(File);

impl Numbers {
    pub fn set(&self, index: usize, number: u64) {
        self.0.write_all_at(&number.to_le_bytes(), index as u64 * 8).expect("written");
    }

    /// 0 if it was never set.
    pub fn get(&self, index: usize) -> u64 {
        let mut bytes = [0; 8];
        match self.0.read_exact_at(&mut bytes, index as u64 * 8) {
            Ok(()) => u64::from_le_bytes(bytes),
            Err(_) => 0,
        }
    }
}
