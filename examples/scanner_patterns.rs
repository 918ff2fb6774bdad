//! Writes the files of `docs/leaks` anew: `cargo run --example scanner_patterns`.
//!
//! Scanners of leaked secrets use these files to find the texts of tokens. There is a configuration for gitleaks, one
//! for TruffleHog, and a page for GitHub's secret scanning. The files contain the default prefixes. For other prefixes,
//! copy this example, change [`prefixes`], and name another folder: `cargo run --example scanner_patterns -- FOLDER`.
//!
//! `tests/scanner_patterns.rs` compares the files in the repository with the output of this example.

use std::fmt::Write as _;
use std::path::Path;

use counterfoil::token::Prefixes;
use counterfoil::types::TokenKind;

/// The prefixes of the service's tokens, as its builder gets them.
pub(crate) fn prefixes() -> Prefixes {
    Prefixes::default()
}

/// The name and the contents of each file.
pub(crate) fn files(prefixes: &Prefixes) -> [(&'static str, String); 3] {
    [
        ("gitleaks.toml", gitleaks(prefixes)),
        ("trufflehog.yaml", trufflehog(prefixes)),
        ("github-secret-scanning.md", github(prefixes)),
    ]
}

/// The name of a kind in words.
fn words(kind: TokenKind) -> String {
    kind.as_str().replace('_', " ")
}

/// The id of a kind's rule.
fn rule(kind: TokenKind) -> String {
    format!("counterfoil-{}", kind.as_str().replace('_', "-"))
}

/// The prefixes of a kind, each with an underscore after it, and enclosed in `quote`. Every token of this kind contains
/// one of these texts. Scanners search for them before they match the regular expression.
fn keywords(prefixes: &Prefixes, kind: TokenKind, quote: &str) -> Vec<String> {
    let own = prefixes.all().filter(|(_, of)| *of == kind);
    own.map(|(prefix, _)| format!("{quote}{prefix}_{quote}")).collect()
}

const MADE: &str = "Made by `cargo run --example scanner_patterns` of counterfoil. Do not edit it.";

/// The rules for gitleaks 8, in addition to its own.
fn gitleaks(prefixes: &Prefixes) -> String {
    let mut text = format!("# {MADE}\n# Use: gitleaks git --config gitleaks.toml\n\ntitle = \"counterfoil\"\n");
    text.push_str("\n[extend]\nuseDefault = true\n");
    for kind in TokenKind::ALL {
        let (id, words) = (rule(kind), words(kind));
        let (pattern, keywords) = (prefixes.pattern_of(kind), keywords(prefixes, kind, "\"").join(", "));
        let _ = write!(text, "\n[[rules]]\nid = \"{id}\"\ndescription = \"counterfoil: {words}\"\n");
        let _ = write!(text, "regex = '''{pattern}'''\nkeywords = [{keywords}]\n");
    }
    text
}

/// The custom detectors for TruffleHog 3. They name no endpoint for verification.
fn trufflehog(prefixes: &Prefixes) -> String {
    let mut text = format!("# {MADE}\n# Use: trufflehog git --config=trufflehog.yaml file://.\n\ndetectors:\n");
    for kind in TokenKind::ALL {
        let _ = write!(text, "  - name: {}\n    keywords:\n", rule(kind));
        for keyword in keywords(prefixes, kind, "") {
            let _ = writeln!(text, "      - {keyword}");
        }
        let _ = write!(text, "    regex:\n      token: '{}'\n", prefixes.pattern_of(kind));
    }
    text
}

const GITHUB: &str = "\
GitHub's secret scanning finds the tokens of a service in two ways. As a custom pattern, the owner of a repository or an
organization adds the regular expression to its settings. As a partner, the service registers its tokens with GitHub,
which then reports what it finds in public repositories to an endpoint of the service.

The endpoint of a partner verifies the signature of GitHub's request, and passes the texts to `accept_leak_report` and
`LeakReport::receive`, or to `report_leaked`. Anybody else who found a text sends it to the service's `POST /leaks`.
Both ways end the credential and tell its owner. The guide has a chapter on them, *Leaked secrets*.
";

const BOUNDARIES: &str = "\
Upper and lower case differ. A match can begin inside a word, because the escapes `%3D` and `\\n` before a token end in
a letter. The default of *Before secret* in a custom pattern demands a character other than a letter or a digit, so with
it a token after such an escape is not found.
";

const CHECKSUM: &str = "\
A text that matches is a token only if its checksum is right. The text is `<prefix>_` and 71 letters of `[0-9A-Za-z]`:

| letters | contents |
|---|---|
| 1 to 22 | the public id |
| 23 to 65 | the secret |
| 66 to 71 | the checksum |

The checksum is the CRC-32 (as in zlib and PNG) of letters 1 to 65 as ASCII, without the prefix. It is written as a
base62 number of six digits, the most significant first, padded with `0`. The digits are `0-9`, then `A-Z`, then `a-z`.
GitHub's own tokens have the same checksum. In Python:

```python
import string, zlib

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase

def has_right_checksum(token):
    letters = token.rpartition(\"_\")[2]
    number = 0
    for letter in letters[65:]:
        number = number * 62 + DIGITS.index(letter)
    return len(letters) == 71 and number == zlib.crc32(letters[:65].encode())
```

A right checksum does not prove that the token exists. It tells a token from a random text, and not from a forged one.
";

/// The page for GitHub's secret scanning.
fn github(prefixes: &Prefixes) -> String {
    let mut text =
        format!("<!-- {MADE} -->\n# Tokens for GitHub's secret scanning\n\n{GITHUB}\n## Names and patterns\n\n");
    text.push_str("| name | type | regular expression |\n|---|---|---|\n");
    for kind in TokenKind::ALL {
        let pattern = prefixes.pattern_of(kind).replace('|', "\\|");
        let _ = writeln!(text, "| counterfoil {} | `{}` | `{pattern}` |", words(kind), rule(kind).replace('-', "_"));
    }
    let _ = write!(text, "\nAll kinds in one expression:\n\n```text\n{}\n```\n", prefixes.pattern());
    let _ = write!(text, "\n{BOUNDARIES}\n## Checksum\n\n{CHECKSUM}");
    text
}

fn main() -> std::io::Result<()> {
    let folder =
        std::env::args().nth(1).unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/docs/leaks").to_owned());
    std::fs::create_dir_all(&folder)?;
    for (name, text) in files(&prefixes()) {
        std::fs::write(Path::new(&folder).join(name), text)?;
        println!("{folder}/{name}");
    }
    Ok(())
}
