//! Looks up reported texts, one after the other.

use crate::event::By;
use crate::operations::leaks::client_secret::{self, Wanted, api_key};
use crate::operations::leaks::credential;
use crate::operations::leaks::outcome::LeakOutcome;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::matching::Matched;
use crate::store::error::StoreError;
use crate::types::kind::TokenKind;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// A reported text, and who reported it.
pub(super) struct Reported<'a> {
    pub(super) text: &'a str,
    pub(super) by: By,
}

/// How far the work on one text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// The text was not looked up, because a store failed.
    Waiting,
    /// The text belongs to a row that cannot be decoded. Another attempt would fail too.
    Corrupt,
    Done(LeakOutcome),
}

/// The work on all texts of a call, in their order, and the first error.
pub(super) struct Looked {
    pub(super) work: Vec<Work>,
    pub(super) error: Option<Unavailable>,
}

/// Looks up the texts. A row that cannot be decoded does not keep the other texts from being looked up. Any other
/// failure ends the call. Blanks around a text are ignored.
pub(super) async fn look_up(service: &Service, texts: &[Reported<'_>], now: Timestamp) -> Looked {
    let mut looked = Looked { work: vec![Work::Waiting; texts.len()], error: None };
    let mut secrets = Vec::new();
    for (at, reported) in texts.iter().enumerate() {
        let (text, by) = (reported.text.trim(), &reported.by);
        let presented = service.prefixes.parse(text).ok();
        if let Some(secret) = presented.filter(|presented| presented.kind() == TokenKind::ClientSecret) {
            let (id, text) = (*secret.id(), Secret::from(text.to_owned()));
            secrets.push(Wanted { at, id, secret: text, by: by.clone() });
            continue;
        }
        match one(service, text, by, now).await {
            Ok(outcome) => looked.set(at, Work::Done(outcome)),
            Err(error) if is_corrupt(&error) => {
                looked.set(at, Work::Corrupt);
                looked.error.get_or_insert(error);
            }
            Err(error) => {
                looked.error.get_or_insert(error);
                return looked;
            }
        }
    }
    let told = |at, outcome| looked.set(at, Work::Done(outcome));
    if let Err(error) = client_secret::report(service, secrets, now, told).await {
        looked.error.get_or_insert(error);
    }
    looked
}

impl Looked {
    fn set(&mut self, at: usize, work: Work) {
        if let Some(own) = self.work.get_mut(at) {
            *own = work;
        }
    }
}

/// Looks up one text that is no generated client secret. The secret is proved as at a verification: an unknown id and a
/// wrong secret cost the same work.
async fn one(service: &Service, text: &str, by: &By, now: Timestamp) -> Result<LeakOutcome, Unavailable> {
    let matched = match service.prefixes.parse(text) {
        Ok(presented) => service.matched(&presented).await?.ok(),
        Err(_) => service.matched_foreign(text).await?.ok(),
    };
    match matched {
        Some(Matched { record, .. }) => credential::found(service, record, by.clone(), now).await,
        None => Ok(api_key(service, text, by, now).await?.unwrap_or(LeakOutcome::NotOurs)),
    }
}

fn is_corrupt(error: &Unavailable) -> bool {
    matches!(error, Unavailable::Store(StoreError::Corrupt { .. }))
}
