//! `keys`: creates, changes and checks key ring files. No key is printed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use counterfoil::KeyRing;
use counterfoil::crypto::{KeyFile, SystemEntropy};
use counterfoil::types::KeyId;
use serde_json::Value;

use crate::cli::{Cli, Keys};
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(cli: &Cli, what: &Keys) -> Result<Output, Failure> {
    match what {
        Keys::Make { file } => {
            if KeyFile::new(file).open().map_err(Failure::failed)?.is_some() {
                return Err(Failure::refused(format!("{} exists: `keys add` adds a key", file.display())));
            }
            shown(&KeyFile::new(file).open_or_create().map_err(Failure::failed)?, &[])
        }
        Keys::Add { file, confirmation } => {
            let does = confirmation.does()?;
            let ring = opened(file)?.with_new_key(&SystemEntropy).map_err(Failure::failed)?;
            if does {
                replace(file, &ring)?;
            }
            shown(&ring, &[])
        }
        Keys::Check { file } => check(cli, &opened(file)?).await,
        Keys::Rotate { file, confirmation } => {
            let does = confirmation.does()?;
            let mut ring = opened(file)?;
            check(cli, &ring).await?;
            let unused = unused(cli, &ring).await?;
            ring = ring.with_new_key(&SystemEntropy).map_err(Failure::failed)?;
            for key in &unused {
                ring = ring.without(*key).map_err(Failure::failed)?;
            }
            if does {
                replace(file, &ring)?;
            }
            shown(&ring, &unused)
        }
    }
}

fn opened(file: &Path) -> Result<KeyRing, Failure> {
    let ring = KeyFile::new(file).open().map_err(Failure::failed)?;
    ring.ok_or_else(|| Failure::NotFound(format!("no file {}", file.display())))
}

fn numbers(keys: impl Iterator<Item = KeyId>) -> Value {
    keys.map(|key| Value::from(key.number())).collect()
}

fn shown(ring: &KeyRing, removed: &[KeyId]) -> Result<Output, Failure> {
    Ok(Output::Fields(vec![
        ("newest", ring.newest().number().into()),
        ("keys", numbers(ring.ids())),
        ("removed", numbers(removed.iter().copied())),
    ]))
}

/// Compares the ring with the check values that are stored with the settings, and with the keys that the stored digests
/// use.
async fn check(cli: &Cli, ring: &KeyRing) -> Result<Output, Failure> {
    let store = cli.open().await?;
    let settings = store.settings().settings(&cli.realm()?).await;
    let uses = cli.handle(&store)?.key_census().await;
    store.close().await;
    let stored = settings.map_err(Failure::failed)?.map(|found| found.settings.key_checks).unwrap_or_default();
    let mut known = 0;
    for (key, check) in ring.checks() {
        match stored.get(&key) {
            Some(there) if *there == check => known += 1,
            Some(_) => return Err(Failure::refused(format!("key {} is another than the store's", key.number()))),
            None => {}
        }
    }
    if known == 0 && !stored.is_empty() {
        return Err(Failure::refused("the ring has none of the store's keys"));
    }
    let unkeyed = KeyId::NONE;
    let missing: Vec<KeyId> = uses?
        .into_iter()
        .filter(|used| used.records + used.client_secrets > 0 && used.key != unkeyed && !ring.contains(used.key))
        .map(|used| used.key)
        .collect();
    if let Some(first) = missing.first() {
        return Err(Failure::refused(format!("key {} is missing: credentials under it are refused", first.number())));
    }
    Ok(Output::Fields(vec![
        ("result", if stored.is_empty() { "the store knows no key yet" } else { "the ring is the store's" }.into()),
        ("newest", ring.newest().number().into()),
        ("keys", numbers(ring.ids())),
    ]))
}

/// Returns the keys of the ring that no digest uses, except the newest key. Client secrets of other realms are not
/// counted: see README.md.
async fn unused(cli: &Cli, ring: &KeyRing) -> Result<Vec<KeyId>, Failure> {
    let store = cli.open().await?;
    let uses = cli.handle(&store)?.key_census().await;
    store.close().await;
    let uses = uses?;
    let is_used = |key: &KeyId| uses.iter().any(|used| used.key == *key && used.records + used.client_secrets > 0);
    Ok(ring.ids().filter(|key| *key != ring.newest() && !is_used(key)).collect())
}

/// Writes the ring to a temporary file and renames that file, so that no reader sees an incomplete file.
fn replace(file: &Path, ring: &KeyRing) -> Result<(), Failure> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = Path::new(&name);
    let written = private(draft).and_then(|mut draft| {
        draft.write_all(ring.to_text().expose_secret().as_bytes())?;
        draft.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(draft, file));
    if moved.is_err() {
        let _leftover = fs::remove_file(draft);
    }
    moved.map_err(|error| Failure::failed(format!("{}: {error}", file.display())))
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
