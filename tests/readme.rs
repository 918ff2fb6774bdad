//! Runs the chapter "Start in five minutes" of README.md as it is printed. The commands are run by `sh`, and the code
//! is put into a new project.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The port on which the code in README.md listens.
const PORT: u16 = 3000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// Returns the three code blocks of the chapter: the commands that create the project, its code, and the commands that
/// run it.
fn printed() -> [String; 3] {
    let readme = readme();
    let (_, rest) = readme.split_once("\n## Start in five minutes\n").expect("the start");
    let (section, _) = rest.split_once("\n## ").expect("a heading after it");
    let fences: Vec<_> = section.split("\n```").collect();
    let blocks = fences.iter().skip(1).step_by(2).map(|block| block.split_once('\n').expect("a block"));
    let [("sh", make), ("rust,ignore", code), ("sh", run)] = blocks.collect::<Vec<_>>()[..] else {
        panic!("other blocks than commands, code, commands: {section}");
    };
    [make, code, run].map(|block| format!("{block}\n"))
}

/// Returns the names of the types of this library that `code` imports with `use`.
fn concepts(code: &str) -> BTreeSet<&str> {
    let lines = code.lines().filter(|line| line.starts_with("use counterfoil"));
    let words = lines.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| word.starts_with(char::is_uppercase)).collect()
}

#[test]
fn host_70_the_start_of_the_readme_has_at_most_40_lines_and_8_names_of_the_library() {
    let [_, code, _] = printed();
    let lines = code.lines().count();
    assert!((20..=40).contains(&lines), "{lines} lines");
    let concepts = concepts(&code);
    assert!(concepts.contains("Counterfoil") && concepts.len() <= 8, "{concepts:?}");
    let in_a_path = code.lines().any(|line| !line.starts_with("use ") && line.contains("counterfoil::"));
    assert!(!in_a_path, "a name that no `use` line tells");
    println!("{lines} lines, {} names of the library", concepts.len());
}

#[test]
fn host_70_what_the_readme_has_before_its_reference_is_shorter_than_900_words() {
    let readme = readme();
    let (before, _) = readme.split_once("\n## Reference\n").expect("the reference");
    let words = before.split_whitespace().count();
    assert!(words < 900, "{words} words");
}

/// Adds the Markdown files in a folder and its subfolders to `found`.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() && !path.ends_with("target") && !path.ends_with(".git") {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// Whether a line calls `curl` with a secret as an argument. Other users of the machine can see the arguments of a
/// process.
fn shows_a_secret(line: &str) -> bool {
    let arguments = line.split_once("curl ").map(|(_, arguments)| arguments).unwrap_or_default();
    ["TOKEN", "SECRET", "PASSWORD", "password", "--oauth2-bearer"].iter().any(|word| arguments.contains(word))
}

#[test]
fn host_70_no_command_of_a_document_gives_curl_a_secret_as_an_argument() {
    let mut files = Vec::new();
    documents(root(), &mut files);
    let lines = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).expect("a document").replace("\\\n", " ");
        text.lines().map(|line| format!("{}: {line}", file.display())).collect::<Vec<_>>()
    });
    // Commands for the demo (port 8080) are allowed: the passwords of its accounts are printed in the documents, so
    // they are not secret.
    let shown: Vec<_> = lines.filter(|line| shows_a_secret(line) && !line.contains(":8080/")).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    assert!(shows_a_secret("curl --oauth2-bearer $TOKEN http://127.0.0.1:3000/"));
    assert!(!shows_a_secret("echo \"oauth2-bearer=$TOKEN\" | curl -K- http://127.0.0.1:3000/"));
}

/// Returns the manifest of the crate that a dependency line of a README names. Returns an error if the line does not
/// work for users who cloned the repository beside their own project.
fn named_manifest(line: &str) -> Result<String, &'static str> {
    let (name, _) = line.split_once(" = ").ok_or("not a dependency")?;
    let (_, path) =
        line.split_once("path = \"../counterfoil").ok_or("the version is not on crates.io: give the path")?;
    let (path, _) = path.split_once('"').ok_or("no path")?;
    let folder = root().join(path.trim_start_matches('/'));
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).map_err(|_| "no crate at the path")?;
    if !manifest.contains(&format!("\nname = \"{name}\"\n")) {
        return Err("another crate at the path");
    }
    let features = line.split_once("features = [").and_then(|(_, rest)| rest.split_once(']'));
    let mut features = features.map_or("", |(features, _)| features).split(", ").filter(|name| !name.is_empty());
    let has = |feature: &str| manifest.contains(&format!("\n{} = [", feature.trim_matches('"')));
    if features.all(has) { Ok(manifest) } else { Err("the crate has no such feature") }
}

#[test]
fn host_70_the_dependencies_in_each_crates_readme_are_those_of_the_repository() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let (_, version) = manifest.split_once("\nversion = \"").expect("the version");
    let (version, _) = version.split_once(".0\"").expect("a minor version");
    let unpublished = format!("# {version} is not on crates.io");
    let crates = fs::read_dir(root().join("crates")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut checked = BTreeSet::new();
    for folder in crates {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let Ok(readme) = fs::read_to_string(folder.join("README.md")) else { continue };
        let own: Vec<_> =
            readme.lines().filter(|line| line.starts_with("counterfoil") && line.contains(" = ")).collect();
        for line in &own {
            assert!(named_manifest(line).is_ok(), "{name}: {line}: {:?}", named_manifest(line));
        }
        if let Some(first) = own.first() {
            assert!(first.ends_with(&unpublished), "{name}: {first}");
            assert!(own.iter().any(|line| line.starts_with(&format!("{name} = "))), "{name}: not itself");
            checked.insert(name);
        } else {
            let is_installed = readme.contains(&format!("cargo install --path crates/{name} {unpublished}"));
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
            assert!(is_installed || manifest.contains("\npublish = false\n"), "{name}: how a user adds it");
        }
    }
    assert!(checked.len() >= 12, "{checked:?}");
    for wrong in [
        "counterfoil = \"0.1\"",
        "counterfoil-kv = { version = \"0.1\", features = [\"redb\"] }",
        "counterfoil-kv = { path = \"../counterfoil/crates/counterfoil-sql\" }",
        "counterfoil-kv = { path = \"../counterfoil/crates/counterfoil-kv\", features = [\"sled\"] }",
    ] {
        assert!(named_manifest(wrong).is_err(), "{wrong}");
    }
}

/// A folder in which the commands of README.md run. It contains a link to the repository. The folder has the same path
/// in each run, so that a run can use the compiled library of an earlier run.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new() -> Self {
        let mut hasher = DefaultHasher::new();
        root().hash(&mut hasher);
        let folder = std::env::temp_dir().join(format!("counterfoil-readme-{:x}", hasher.finish()));
        let _left = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join(".cargo")).expect("a folder");
        symlink(root(), folder.join("counterfoil")).expect("a link");
        // Use the build profile of the workspace, so that its target folder already contains most compiled
        // dependencies.
        let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
        let (_, profile) = manifest.split_once("\n[profile.dev.package]\n").expect("its profile");
        let (profile, _) = profile.split_once("\n[").expect("another table");
        let config = format!("[net]\noffline = true\n[profile.dev.package]\n{profile}\n");
        fs::write(folder.join(".cargo/config.toml"), config).expect("a file");
        Self { folder }
    }

    /// Runs commands as printed, in the subfolder `folder`. Stops at the first command that fails, or after ten
    /// minutes. Returns whether all commands succeeded, the standard output, and the standard error.
    fn run(&self, folder: &str, commands: &str) -> (bool, String, String) {
        let file = |name: &str| self.folder.join(name);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
        let mut command = Command::new("timeout");
        command.args(["--signal", "KILL", "600", "sh", "-e", "-c", commands]).current_dir(self.folder.join(folder));
        command.env("CARGO_TARGET_DIR", target).stdin(Stdio::null());
        // Use files, not pipes: after a command failed, a server that still runs would keep a pipe open.
        let created = |name: &str| File::create(file(name)).expect("a file");
        command.stdout(created("stdout")).stderr(created("stderr")).process_group(0);
        let mut child = command.spawn().expect("timeout and sh");
        let status = child.wait().expect("a status");
        let group = format!("-{}", child.id());
        let _gone = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let read = |name: &str| fs::read_to_string(file(name)).expect("text");
        (status.success(), read("stdout"), read("stderr"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.folder);
    }
}

/// Returns [`PORT`] if it is free on this machine, and otherwise another free port.
fn port() -> u16 {
    let free = |port| TcpListener::bind(("127.0.0.1", port)).and_then(|listener| listener.local_addr());
    free(PORT).or_else(|_| free(0)).expect("a free port").port()
}

#[test]
fn host_70_from_cargo_new_to_a_verified_token_that_survives_a_restart_as_the_readme_prints_it() {
    let place = Place::new();
    let port = port().to_string();
    let [make, code, run] = printed().map(|block| block.replace(&PORT.to_string(), &port));
    // Another `cargo` process can hold the lock of the target folder for minutes, and `cargo run` waits for this lock.
    // So here curl tries for longer than the 30 seconds that the README prints.
    let run = run.replace("--retry 30 ", "--retry 300 ");
    assert!(run.contains("--retry 300 "), "{run}");

    let (made, _, said) = place.run("", &make);
    assert!(made, "{said}");
    let hello = place.folder.join("hello");
    fs::write(hello.join("src/main.rs"), &code).expect("the code");
    fs::copy(root().join("Cargo.lock"), hello.join("Cargo.lock")).expect("the versions");
    let (formatted, differs, said) = place.run("hello", "rustfmt --edition 2024 --check src/main.rs");
    assert!(formatted, "lines are counted as rustfmt leaves them: {differs}{said}");

    // Creates a token, sends a request with it, restarts the service, and sends another request.
    let (ran, printed, said) = place.run("hello", &run);
    assert_eq!(printed, "hello, ann\nhello, ann\n", "{said}");
    assert!(ran, "{said}");

    // If the key file is missing, the service creates another key file. The start then fails.
    fs::rename(hello.join("hello.keys"), hello.join("kept.keys")).expect("a key file");
    let (served, _, said) = place.run("hello", "timeout 60 cargo run --quiet");
    assert!(!served && said.contains("put back the key file that belongs to the store"), "{said}");
    assert!(readme().contains("`put back the key file that belongs to the store`"), "what the README promises");

    // With the right key file, the service starts again. Only the label of the new token is refused.
    fs::rename(hello.join("kept.keys"), hello.join("hello.keys")).expect("a key file");
    let (_, _, said) = place.run("hello", "cargo run --quiet -- token");
    assert!(said.contains("label is taken"), "{said}");
}
