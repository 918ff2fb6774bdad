//! `keys`: key rings in files. No key is printed.

use std::path::Path;

use counterfoil::KeyRing;
use counterfoil::crypto::{KeyFile, SystemEntropy};
use counterfoil::types::KeyId;
use serde_json::Value;

use crate::cli::{Cli, Keys, Realms};
use crate::commands::key_uses::KeyUses;
use crate::failure::Failure;
use crate::output::{Output, said};
use crate::ring_file::RingFile;

pub(super) async fn run(cli: &Cli, what: &Keys) -> Result<Output, Failure> {
    match what {
        Keys::Make { file } => {
            if KeyFile::new(file).open().map_err(Failure::failed)?.is_some() {
                return Err(Failure::refused(format!("{} exists: `keys add` adds a key", file.display())));
            }
            let ring = KeyFile::new(file).open_or_create().map_err(Failure::failed)?;
            said(&format!("made a key ring with {} key in {}", ring.ids().count(), file.display()));
            shown(&ring, &[])
        }
        Keys::Add { file, confirmation } => {
            let locked = confirmation.does()?.then(|| RingFile::lock(file)).transpose()?;
            let ring = opened(file)?.with_new_key(&SystemEntropy).map_err(Failure::failed)?;
            if let Some(locked) = locked {
                locked.replace(&ring)?;
                said(&format!("added 1 key, {}, to {}", ring.newest().number(), file.display()));
            }
            shown(&ring, &[])
        }
        Keys::Check { file, realms } => check(cli, &opened(file)?, &realms.with_realm).await,
        Keys::Rotate { file, realms, all_realms, confirmation } => {
            let locked = confirmation.does()?.then(|| RingFile::lock(file)).transpose()?;
            let (ring, unused) = rotated(cli, &opened(file)?, realms, *all_realms).await?;
            if let Some(locked) = locked {
                locked.replace(&ring)?;
                let (newest, removed) = (ring.newest().number(), unused.len());
                said(&format!("added 1 key, {newest}, to {} and removed {removed} keys", file.display()));
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

/// Compares the ring with the check values in the stored settings, and with the keys of the stored digests. Returns an
/// error if the ring does not belong to the store or lacks a key that is in use.
async fn check(cli: &Cli, ring: &KeyRing, realms: &[String]) -> Result<Output, Failure> {
    let uses = KeyUses::read(cli, realms).await?;
    uses.check_ring(ring)?;
    uses.check_digests(ring)?;
    let result = if uses.knows_no_key() { "the store knows no key yet" } else { "the ring is the store's" };
    Ok(Output::Fields(vec![
        ("result", result.into()),
        ("newest", ring.newest().number().into()),
        ("keys", numbers(ring.ids())),
        ("realms", uses.realms().map(|realm| Value::from(realm.as_str())).collect()),
    ]))
}

/// Adds a new key to the ring, and removes the keys that no digest uses. Returns the new ring and the removed keys.
/// Returns an error if a key would be removed and `all` is false: a client secret of a realm that was not read might
/// need that key. With `all`, the operator states that all realms were read.
async fn rotated(cli: &Cli, ring: &KeyRing, realms: &Realms, all: bool) -> Result<(KeyRing, Vec<KeyId>), Failure> {
    let uses = KeyUses::read(cli, &realms.with_realm).await?;
    uses.check_ring(ring)?;
    uses.check_digests(ring)?;
    let unused = uses.unused(ring);
    if let (Some(key), false) = (unused.first(), all) {
        let read = uses.realms().map(|realm| realm.as_str().to_owned()).collect::<Vec<_>>().join(", ");
        return Err(Failure::refused(format!(
            "key {} would be removed, and only these realms were read: {read}; a store does not list realms that have \
             clients alone. Name them with --with-realm, and say with --all-realms that these are all; or use `keys add`",
            key.number()
        )));
    }
    let mut new = ring.with_new_key(&SystemEntropy).map_err(Failure::failed)?;
    for key in &unused {
        new = new.without(*key).map_err(Failure::failed)?;
    }
    uses.check_ring(&new)?;
    Ok((new, unused))
}
