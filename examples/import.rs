//! Imports tokens of Laravel Sanctum and of a system of the host's own: `cargo run --example import`.
//!
//! The example reads rows as a host exports them from the other system's table, imports them, and accepts the texts
//! that the other system gave to its users. It prints what happens, and checks it with assertions.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;

use counterfoil::import::{ForeignCredential, ForeignDigest, ForeignScheme, ImportOutcome, Sanctum};
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::Policy;
use counterfoil::types::{Label, Source};
use counterfoil::{Account, Counterfoil, KeyRing, Presenter, Role, SubjectId, Timestamp};
use futures_executor::block_on;
use sha2::{Digest as _, Sha256};

/// Rows of Sanctum's table `personal_access_tokens`: tokenable_id, name, token, created_at in seconds.
const SANCTUM: &str = "\
7,Telegram,dc47cfc2d4371e9477781b5b4a2fef7771750864cfb7bb22870f37a63f86b62a,1750000000
7,Telegram,c8af9e8df06d045cc2ba94732faa703a95c626aef9e3d130cde9f41b9f111315,1760000000
8,backup,872ed78ad53792f1a384d7cb7640f2a4baa6c173ff9a1f876f2209a68bdf2a10,1770000000";
/// The token that Sanctum gave to Ivan. The first row of [`SANCTUM`] contains its digest.
const IVANS: &str = "1|VSwn9FCqLFivSUGJKMukhq7kcrnXDK8h6JQmleJX97994aca";

/// The host's own system. Its tokens are `acme-` and 32 letters or digits. Its table contains a SHA-256 digest of
/// `pepper:` and the token.
struct Acme;

impl ForeignScheme for Acme {
    fn name(&self) -> &'static str {
        "acme"
    }

    fn digest_of(&self, text: &str) -> Option<ForeignDigest> {
        let secret = text.strip_prefix("acme-")?;
        if secret.len() != 32 || !secret.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
            return None;
        }
        ForeignDigest::new(&Sha256::digest(["pepper:", text].concat())).ok()
    }

    fn digest_from_row(&self, row: &str) -> Option<ForeignDigest> {
        ForeignDigest::from_hex(row, 32).ok()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let people = Arc::new(MemoryDirectory::default());
    for (id, name) in [("7", "ivan"), ("8", "ada")] {
        people.insert(Account::new(SubjectId::new(id)?, name, Role::Member), &[name], name);
    }
    let store = Arc::new(MemoryStore::default());
    let counterfoil = Counterfoil::builder()
        .policy(Policy::open())
        .store(store.clone())
        .alias_store(store)
        .directory(people)
        .key_ring(KeyRing::generate_from_system()?)
        .import(Sanctum)
        .import(Acme)
        .build()?;
    block_on(async {
        sanctum(&counterfoil).await?;
        own_system(&counterfoil).await?;
        used(&counterfoil).await
    })
}

/// Imports all rows. A second run changes nothing, so an import that was interrupted is simply repeated.
async fn sanctum(counterfoil: &Counterfoil) -> Result<(), Box<dyn Error>> {
    let rows: Vec<Vec<&str>> = SANCTUM.lines().map(|line| line.split(',').collect()).collect();
    let owners = rows.iter().map(|row| SubjectId::new(row[0])).collect::<Result<Vec<_>, _>>()?;
    let mut credentials = Vec::new();
    for (row, owner) in rows.iter().zip(&owners) {
        let created_at = Timestamp::from_micros(row[3].parse::<u64>()? * 1_000_000);
        credentials.push(ForeignCredential::new("sanctum", row[2], owner, row[1]).with_created_at(created_at));
    }
    for run in 1..=2 {
        let outcomes = counterfoil.import_credentials(&Presenter::host(), &credentials).await?;
        for (row, outcome) in rows.iter().zip(&outcomes) {
            match outcome {
                ImportOutcome::Imported { id, label } => println!("run {run}: {} is {id}, named {label:?}", row[1]),
                other => println!("run {run}: {} {other:?}", row[1]),
            }
        }
        let imported = outcomes.iter().filter(|outcome| matches!(outcome, ImportOutcome::Imported { .. })).count();
        assert_eq!(imported, if run == 1 { 3 } else { 0 });
    }
    Ok(())
}

async fn own_system(counterfoil: &Counterfoil) -> Result<(), Box<dyn Error>> {
    let text = "acme-7Zp2Kx9Qm4Vb8Nc1Ld6Wf3Hs5Jr0Tg2Y";
    let digest = Acme.digest_of(text).ok_or("a token of the own system")?;
    let row: String = digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let owner = SubjectId::new("8")?;
    let scope = Some("projects:read".parse()?);
    let credential = ForeignCredential::new("acme", &row, &owner, "reports").with_scope(scope);
    counterfoil.import_credentials(&Presenter::host(), &[credential]).await?;
    let principal = counterfoil.verify(text).await?;
    assert!(principal.may("projects:read") && !principal.may("projects:write"));
    println!("{} presents a token of the own system", principal.name());
    assert!(counterfoil.verify(&row).await.is_err(), "a dump of the old system's table gives no access");
    Ok(())
}

/// Authenticates a request with Ivan's token from Sanctum. Then lists Ivan's tokens and deletes the imported one.
async fn used(counterfoil: &Counterfoil) -> Result<(), Box<dyn Error>> {
    let header = format!("Bearer {IVANS}");
    let principal = counterfoil.authenticate([header.as_bytes()], &Source::Unknown).await?;
    println!("{} presents {:?}", principal.name(), principal.label().map(Label::as_str));
    // The first use replaces Sanctum's digest by a digest of this library. `flush` writes it to the store.
    let _flushed = counterfoil.flush().await;
    counterfoil.verify(IVANS).await?;

    let page = NonZeroU32::MIN.saturating_add(49);
    let ivan = Presenter::from(&principal);
    let list = counterfoil.list_personal_access_tokens(&ivan, None, page).await?;
    let labels: Vec<_> = list.items.iter().map(|token| token.label.as_str()).collect();
    assert_eq!(labels, ["Telegram (2)", "Telegram"]);
    counterfoil.delete_personal_access_token(&ivan, &principal.credential_id()).await?;
    assert!(counterfoil.verify(IVANS).await.is_err());
    println!("deleted like any other token");
    Ok(())
}
