//! Tests with the sample corpus `testdata/token/v1`. The corpus defines version 1 of the token format, for this library
//! and for every other implementation that reads tokens.
//!
//! Each case is a file of header lines `name: value`. The last header is `token`, whose value is a JSON string. The
//! script `generate.py` in the same folder writes the files. The script implements the published description and does
//! not use this library.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::crypto::digest::{Digester, Unkeyed};
use crate::crypto::key_ring::KeyRing;
use crate::token::prefixes::Prefixes;
use crate::token::presented::{MalformedToken, PresentedToken};
use crate::types::ids::KeyId;
use crate::types::realm::Realm;
use crate::types::secret::SecretBytes;

struct Case {
    name: String,
    header: BTreeMap<String, String>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a case");
        let line = |line: &str| {
            let (name, value) = line.split_once(": ").expect("name: value");
            (name.to_owned(), value.to_owned())
        };
        Self { name: path.display().to_string(), header: text.lines().map(line).collect() }
    }

    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/token/v1");
        let paths = std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.extension().is_some_and(|end| end == "txt")).map(|path| Self::read(&path)).collect()
    }

    fn get(&self, name: &str) -> &str {
        self.header.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }

    fn token(&self) -> String {
        serde_json::from_str(self.get("token")).expect("a JSON string")
    }

    fn parsed(&self) -> Result<PresentedToken, MalformedToken> {
        Prefixes::default().parse(&self.token())
    }

    fn key(&self) -> SecretBytes<32> {
        let text = self.get("key");
        SecretBytes::new(std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn valid() -> Vec<(Case, PresentedToken)> {
    let read = |case: Case| {
        let token = case.parsed().unwrap_or_else(|error| panic!("{}: {error}", case.name));
        (case, token)
    };
    Case::all().into_iter().filter(|case| case.get("expect") == "valid").map(read).collect()
}

#[test]
fn all_kinds_1_every_text_of_the_corpus_is_judged_as_it_says() {
    let cases = Case::all();
    assert!(cases.len() >= 50, "only {} cases", cases.len());
    let mut seen = BTreeMap::new();
    for case in &cases {
        let judged = match case.parsed() {
            Ok(_) => "valid",
            Err(MalformedToken::Prefix) => "prefix",
            Err(MalformedToken::Length) => "length",
            Err(MalformedToken::Alphabet) => "alphabet",
            Err(MalformedToken::Checksum) => "checksum",
            Err(MalformedToken::Id) => "id",
        };
        assert_eq!(judged, case.get("expect"), "{}: {}", case.name, case.get("comment"));
        *seen.entry(judged).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 6, "every verdict has a case: {seen:?}");
}

#[test]
fn all_kinds_1_the_valid_ones_say_what_the_corpus_says_and_have_one_spelling() {
    for (case, token) in valid() {
        assert_eq!(token.kind().as_str(), case.get("kind"), "{}", case.name);
        assert_eq!(hex(token.id().as_bytes()), case.get("id"), "{}", case.name);
        assert_eq!(token.secret().expose_secret(), case.get("secret").as_bytes(), "{}", case.name);
        let issued = Prefixes::default().render(token.kind(), token.id(), token.secret());
        assert_eq!(issued.expose_secret(), case.token(), "{}", case.name);
    }
}

#[test]
fn all_kinds_2_the_digests_are_those_of_the_corpus() {
    for (case, token) in valid() {
        let ring = KeyRing::new([(KeyId::new(1), case.key())]).expect("a ring");
        let digester = Digester::new(&Realm::default(), Some(Arc::new(ring)), Unkeyed::Accepted);
        let (keyed, _) = digester.token(token.kind(), token.id(), token.secret());
        assert_eq!(hex(keyed.as_bytes()), case.get("keyed"), "{}", case.name);
        let plain = digester.token_under(KeyId::NONE, token.kind(), token.id(), token.secret()).expect("no key");
        assert_eq!(hex(plain.as_bytes()), case.get("digest"), "{}", case.name);
    }
}
