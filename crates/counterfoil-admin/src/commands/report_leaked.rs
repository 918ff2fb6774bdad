//! `report-leaked`: ends the credentials whose secrets were found in a public place. The core library verifies each
//! reported text, and emits the events.

use counterfoil::KeyRing;
use counterfoil::crypto::KeyFile;
use counterfoil::operations::{LeakOutcome, check_key_ring};
use counterfoil::token::Prefixes;
use counterfoil::types::KeyId;
use counterfoil::{Counterfoil, Secret};
use counterfoil_stores::AnyStore;

use crate::cli::{Cli, ReportLeaked};
use crate::failure::Failure;
use crate::output::{Output, said};
use crate::prefixes::prefixes;
use crate::store;

/// The largest number of texts that one call of the core library takes.
const AT_ONCE: usize = 1_000;

pub(super) async fn run(cli: &Cli, what: &ReportLeaked) -> Result<Output, Failure> {
    let does = what.confirmation.does()?;
    let prefixes = prefixes(&what.prefixes)?;
    let found = Secret::from(store::read(&what.file)?);
    let texts: Vec<&str> = found.expose_secret().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !does {
        return Ok(Output::Fields(vec![("would_report", texts.len().into())]));
    }
    let ring = what.key_ring.as_deref().map(|file| KeyFile::new(file).open().map_err(Failure::failed)).transpose()?;
    let ring = match (ring, &what.key_ring) {
        (Some(None), Some(file)) => return Err(Failure::NotFound(format!("no file {}", file.display()))),
        (ring, _) => ring.flatten(),
    };
    let store = cli.open().await?;
    let reported = report(cli, &store, (ring, prefixes), &texts).await;
    store.close().await;
    reported
}

async fn report(
    cli: &Cli,
    store: &AnyStore,
    (ring, prefixes): (Option<KeyRing>, Prefixes),
    texts: &[&str],
) -> Result<Output, Failure> {
    let is_token = texts.iter().any(|text| prefixes.parse(text).is_ok());
    let counterfoil = keyed_handle(cli, store, ring, prefixes).await?;
    let mut counts = Counts::default();
    for some in texts.chunks(AT_ONCE) {
        counterfoil.report_leaked(some).await?.into_iter().for_each(|outcome| counts.add(outcome));
    }
    // If the service has other prefixes, the tool recognises none of its tokens. Without this error, the result would
    // then say that no text is a credential.
    if !texts.is_empty() && !is_token && counts.not_ours == texts.len() as u64 {
        return Err(Failure::refused(format!(
            "none of the {} texts is a token with the prefixes of the tool, or an API key of a client; if the service \
             has prefixes of its own, give them with --prefixes",
            texts.len()
        )));
    }
    said(&format!("reported {} texts and ended {} credentials", texts.len(), counts.ended));
    Ok(Output::Fields(vec![
        ("texts", texts.len().into()),
        ("ended", counts.ended.into()),
        ("already_ended", counts.already_ended.into()),
        ("left_valid", counts.left_valid.into()),
        ("replaced", counts.replaced.into()),
        ("not_ours", counts.not_ours.into()),
    ]))
}

/// Builds a handle with the key ring. Returns an error if the ring does not belong to the store, or if the service has
/// a ring and none is given: every secret would then look wrong.
async fn keyed_handle(
    cli: &Cli,
    store: &AnyStore,
    ring: Option<KeyRing>,
    prefixes: Prefixes,
) -> Result<Counterfoil, Failure> {
    let realm = cli.realm()?;
    let stored = store.settings().settings(&realm).await.map_err(Failure::failed)?;
    let stored = stored.map(|versioned| versioned.settings.key_checks).unwrap_or_default();
    match &ring {
        Some(ring) => check_key_ring(ring.checks(), &stored).map_err(Failure::refused)?,
        None if stored.keys().any(|key| *key != KeyId::NONE) => {
            return Err(Failure::Usage("the store has a key ring: give its file with --key-ring".into()));
        }
        None => {}
    }
    cli.handle_with(store, realm, |builder| {
        let builder = builder.prefixes(prefixes);
        match ring {
            Some(ring) => builder.key_ring(ring),
            None => builder,
        }
    })
}

/// The number of texts for each outcome.
#[derive(Default)]
struct Counts {
    ended: u64,
    already_ended: u64,
    left_valid: u64,
    replaced: u64,
    not_ours: u64,
}

impl Counts {
    fn add(&mut self, outcome: LeakOutcome) {
        *match outcome {
            LeakOutcome::Ended { .. } => &mut self.ended,
            LeakOutcome::AlreadyEnded { .. } => &mut self.already_ended,
            LeakOutcome::LeftValid { .. } => &mut self.left_valid,
            LeakOutcome::Replaced { .. } => &mut self.replaced,
            _ => &mut self.not_ours,
        } += 1;
    }
}
