//! Checks the layers that ARCHITECTURE.md defines. A file in a layer may import only its own layer and the layers
//! before it. The test reads the text after each `crate::`. Other tests check which files may read the clock, how long
//! a file may be, that functions with a presenter check a permission, and which public types cannot grow.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::fs;
use std::path::{Path, PathBuf};

/// The layers in order. A layer may import itself and the layers before it.
const LAYERS: [&str; 17] = [
    "types",
    "crypto",
    "clock",
    "http_auth",
    "policy",
    "event",
    "token",
    "record",
    "store",
    "directory",
    "memory",
    "service",
    "counterfoil",
    "builder",
    "operations",
    "oauth",
    "testing",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the first name after each `crate::` in the code of a file. Comments are ignored.
fn imports(code: &str) -> Vec<String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect())
        .collect()
}

/// Returns a description of each import in the code of a file of `layer` that ARCHITECTURE.md forbids.
fn breaches(layer: &str, code: &str) -> Vec<String> {
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let own = rank(layer).unwrap_or_else(|| panic!("`{layer}` is no layer: add it to LAYERS and to ARCHITECTURE.md"));
    let imports = imports(code).into_iter();
    imports
        .filter(|import| rank(import).is_some_and(|rank| rank > own))
        .map(|import| format!("{layer} imports {import}"))
        .collect()
}

#[test]
fn each_layer_imports_only_itself_and_those_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 50, "the layers are found");
    let mut found = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).expect("inside");
        let first = inside.components().next().expect("a part");
        let layer = first.as_os_str().to_str().expect("a name").trim_end_matches(".rs");
        if layer == "lib" {
            continue;
        }
        let code = fs::read_to_string(&file).expect("a file");
        found.extend(breaches(layer, &code).into_iter().map(|breach| format!("{}: {breach}", inside.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_breach_is_found_where_one_is_planted() {
    assert_eq!(breaches("types", "use crate::store::token_store::TokenStore;").len(), 1);
    assert_eq!(breaches("service", "use crate::operations::verify::x;").len(), 1);
    assert_eq!(breaches("operations", "use crate::operations::sign_ins::Turn;").len(), 0);
    assert_eq!(breaches("service", "// crate::operations comes after").len(), 0);
}

/// The files and folders of `src` that may read the clock. `operations`, `counterfoil.rs` and `oauth/endpoints.rs` are
/// where operations begin. An operation reads the clock once at its beginning, and passes the instant on. `clock.rs` is
/// the clock itself. `builder.rs` needs the time for the events of `build`. `service/watched.rs` needs it to limit the
/// rate of events about failures and about accounts of the directory.
const ASK_THE_TIME: [&str; 6] =
    ["operations", "counterfoil.rs", "oauth/endpoints.rs", "clock.rs", "builder.rs", "service/watched.rs"];

#[test]
fn only_an_operation_asks_the_time() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let asks = |file: &PathBuf| {
        let code = fs::read_to_string(file).expect("a file");
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        code.lines().any(|line| {
            !line.trim_start().starts_with("//") && (line.contains("self.now()") || line.contains("clock.now()"))
        })
    };
    let asking: Vec<PathBuf> = files.into_iter().filter(asks).collect();
    assert!(asking.len() > 10, "{asking:?}");
    for file in asking {
        let inside = file.strip_prefix(&src).expect("inside");
        assert!(ASK_THE_TIME.iter().any(|place| inside.starts_with(place)), "{}", inside.display());
    }
}

#[test]
fn files_stay_small() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut lengths: Vec<(usize, PathBuf)> =
        files.into_iter().map(|file| (fs::read_to_string(&file).expect("a file").lines().count(), file)).collect();
    lengths.sort();
    let (longest, file) = lengths.last().expect("a file");
    assert!(*longest <= 330, "{} has {longest} lines", file.display());
    assert!(lengths[lengths.len() / 2].0 <= 150, "the median is small");
}

/// Returns the names of the public functions in a file that take a presenter but check no permission.
fn without_permit(code: &str) -> Vec<String> {
    let functions = code.split("    pub async fn ").skip(1);
    functions
        .filter(|function| function.contains("by: &Presenter"))
        .filter(|function| {
            let end = function.find("\n    }\n").unwrap_or(function.len());
            !function[..end].contains(".permit")
        })
        .map(|function| function.chars().take_while(|letter| *letter != '(' && *letter != '<').collect())
        .collect()
}

#[test]
fn all_kinds_9_every_function_that_takes_a_presenter_asks_for_a_permit() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operations"), &mut files);
    let mut found = 0;
    for file in files {
        let code = fs::read_to_string(&file).expect("a file");
        found += code.matches("by: &Presenter").count();
        assert_eq!(without_permit(&code), Vec::<String>::new(), "{}", file.display());
    }
    assert!(found > 25, "{found}");
    let planted = "    pub async fn all(&self, by: &Presenter) -> u8 {\n        self.service.all(by)\n    }\n";
    assert_eq!(without_permit(planted), ["all"]);
}

/// The public structs that have public fields and are not `#[non_exhaustive]`. A new field would be a breaking change.
/// docs/design.md gives the reasons.
const CLOSED: &[&str] = &[
    // Values that consist of a fixed number of parts, such as a limit and a period. A further part would change their
    // meaning.
    "AliasEntry",
    "Allowance",
    "Cap",
    "Cursor",
    "Gates",
    "LiveCap",
    "Nonce",
    "NoticeMark",
    "Pace",
    "Relabel",
    "Revoked",
    // Pages, results of a batch, and documents with their versions.
    "ClientPage",
    "Page",
    "Progress",
    "VersionedRegistration",
    "VersionedSettings",
    // The name of a list, which its cursors contain.
    "List",
    // This is the conditional write of a key-value engine.
    "Write",
    // The checks of the conformance suite, and the sample owners and records that they use.
    "Check",
    "SiblingCheck",
    "Draft",
    "Person",
];

/// The public enums that are not `#[non_exhaustive]`. A new variant would be a breaking change. docs/design.md gives
/// the reasons.
const CLOSED_ENUMS: &[&str] = &[
    // Enums with a fixed set of cases, such as a stored value that is missing, invalid or valid. Callers match all
    // cases without a wildcard.
    "Credentials",
    "PublicRefusal",
    "Reading",
    "RefreshMode",
    "Role",
    "Side",
    "Source",
    // Errors of a verification: the credential was refused, or it could not be verified. A host that confuses these two
    // cases signs users out during an outage, so it must handle both.
    "Denied",
    "VerifyError",
    // Arguments and results of store methods. A store must handle or return each variant.
    "AliasPut",
    "Applied",
    "Change",
    "ClientPut",
    "InsertInto",
    "Inserted",
    "Listing",
    "ParentUpdate",
    "Reserved",
    "Restored",
    "Revoke",
    "Rotated",
    "SettingsPut",
    "Show",
    "WhenFull",
    // A worker that sends notices must handle every variant. `Outcome` is also the name of the answer of a key-value
    // engine.
    "Claim",
    "Gathered",
    "NoticeText",
    "Outcome",
    // The result of a check of the conformance suite, and the rows that its fixtures damage.
    "Checked",
    "Row",
    "SiblingRow",
    // The value of a column, for the fuzz targets.
    "ColumnValue",
];

/// Returns the public structs and enums in a file that should be `#[non_exhaustive]`. These are the structs that have
/// public fields and are not in [`CLOSED`], and the enums that are not in [`CLOSED_ENUMS`].
fn growing(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, keyword) in code.match_indices("\npub struct ").chain(code.match_indices("\npub enum ")) {
        let declaration = &code[start + 1..];
        let name: String =
            code[start + keyword.len()..].chars().take_while(|letter| letter.is_alphanumeric()).collect();
        let Some(open) = declaration.find('{').filter(|open| !declaration[..*open].contains(';')) else { continue };
        let body = &declaration[open..declaration.find("\n}").unwrap_or(declaration.len())];
        let above = code[..=start].lines().rev().take_while(|line| !line.is_empty() && !line.starts_with('}'));
        let is_marked = above.into_iter().any(|line| line == "#[non_exhaustive]");
        let is_closed = if keyword.contains("enum") {
            CLOSED_ENUMS.contains(&name.as_str())
        } else {
            CLOSED.contains(&name.as_str()) || !body.contains("\n    pub ")
        };
        if !is_marked && !is_closed {
            found.push(name);
        }
    }
    found
}

/// Returns the folders of the crates that are published.
fn published_crates(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root.join("crates")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_published = |folder: &PathBuf| {
        fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| !manifest.contains("publish = false"))
    };
    folders.filter(is_published).chain([root.to_owned()]).collect()
}

#[test]
fn a_public_struct_with_public_fields_and_an_enum_can_grow_or_are_closed_on_purpose() {
    let crates = published_crates(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(crates.len() >= 15, "{crates:?}");
    let mut files = Vec::new();
    for folder in crates {
        rust_files(&folder.join("src"), &mut files);
    }
    assert!(files.len() > 400, "{}", files.len());
    let mut declared = String::new();
    for file in files {
        let code = fs::read_to_string(&file).expect("a file");
        assert_eq!(growing(&code), Vec::<String>::new(), "{}", file.display());
        declared.push_str(&code);
    }
    for (keyword, names) in [("struct", CLOSED), ("enum", CLOSED_ENUMS)] {
        for name in names {
            let is_declared = |end| declared.contains(&format!("\npub {keyword} {name}{end}"));
            assert!([" {", "<"].into_iter().any(is_declared), "{name} is on the list, and no crate declares it");
        }
    }
    let planted = "\n/// A view.\n#[derive(Debug)]\npub struct View {\n    pub id: u8,\n}\n";
    assert_eq!(growing(planted), ["View"]);
    assert!(growing(&planted.replace("#[derive(Debug)]", "#[non_exhaustive]")).is_empty());
    assert!(growing(&planted.replace("    pub id", "    id")).is_empty());
    let planted = "\n/// A state.\n#[derive(Debug)]\npub enum State {\n    On,\n}\n";
    assert_eq!(growing(planted), ["State"]);
    assert!(growing(&planted.replace("#[derive(Debug)]", "#[non_exhaustive]")).is_empty());
}
