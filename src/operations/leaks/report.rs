//! Looks up reported texts, one after the other. Generated client secrets are looked up together at the end.

use crate::event::By;
use crate::operations::leaks::client_secret::{self, Wanted, api_key};
use crate::operations::leaks::credential;
use crate::operations::leaks::outcome::LeakOutcome;
use crate::operations::leaks::trouble::Trouble;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::matching::Matched;
use crate::types::kind::TokenKind;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// A reported text, and who reported it.
pub(super) struct Reported<'a> {
    pub(super) text: &'a str,
    pub(super) by: By,
}

/// The state of the work on one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// The text was not looked up, because the call ended with an outage before that.
    Waiting,
    /// The lookup failed because of an outage. Another attempt may succeed.
    Interrupted,
    /// The lookup failed for a reason that concerns only this text. Another attempt may succeed.
    Failed,
    /// The text belongs to a row that cannot be decoded. Another attempt would fail too.
    Corrupt,
    Done(LeakOutcome),
}

/// The work on all texts of a call, in their order. If there was an outage, `error` is the error of the outage, and
/// otherwise the first error.
pub(super) struct Looked {
    pub(super) work: Vec<Work>,
    pub(super) error: Option<Unavailable>,
}

/// Looks up the texts. If only one text fails, the other texts are still looked up. An outage ends the call. Blanks
/// around a text are ignored.
pub(super) async fn look_up(service: &Service, texts: &[Reported<'_>], now: Timestamp) -> Looked {
    let mut looked = Looked { work: vec![Work::Waiting; texts.len()], error: None };
    let mut secrets = Vec::new();
    for (at, reported) in texts.iter().enumerate() {
        let text = reported.text.trim();
        let presented = service.prefixes.parse(text).ok();
        if let Some(secret) = presented.filter(|presented| presented.kind() == TokenKind::ClientSecret) {
            let (id, text) = (*secret.id(), Secret::from(text.to_owned()));
            secrets.push(Wanted { at, id, secret: text, by: reported.by.clone() });
            continue;
        }
        if looked.add(at, one(service, reported, text, now).await) == Some(Trouble::Outage) {
            return looked;
        }
    }
    client_secret::report(service, secrets, &mut looked, now).await;
    looked
}

impl Looked {
    /// Stores the result of one text. Returns which texts the error affects, or `None` if there is no error.
    pub(super) fn add(&mut self, at: usize, result: Result<LeakOutcome, Unavailable>) -> Option<Trouble> {
        let (work, error) = match result {
            Ok(outcome) => (Work::Done(outcome), None),
            Err(error) => {
                let work = match Trouble::of(&error) {
                    Trouble::Row => Work::Corrupt,
                    Trouble::Text => Work::Failed,
                    Trouble::Outage => Work::Interrupted,
                };
                (work, Some(error))
            }
        };
        if let Some(own) = self.work.get_mut(at) {
            *own = work;
        }
        let error = error?;
        let trouble = Trouble::of(&error);
        match trouble {
            Trouble::Outage => self.stopped(error),
            Trouble::Row | Trouble::Text => _ = self.error.get_or_insert(error),
        }
        Some(trouble)
    }

    /// Stores the error of an outage, which no text caused.
    pub(super) fn stopped(&mut self, error: Unavailable) {
        self.error = Some(error);
    }
}

/// Looks up one text that is not a generated client secret. Tests the secret in the same way as a verification, so an
/// unknown id and a wrong secret cost the same work.
async fn one(
    service: &Service,
    reported: &Reported<'_>,
    text: &str,
    now: Timestamp,
) -> Result<LeakOutcome, Unavailable> {
    let matched = match service.prefixes.parse(text) {
        Ok(presented) => service.matched(&presented).await?.ok(),
        Err(_) => service.matched_foreign(text).await?.ok(),
    };
    match matched {
        Some(Matched { record, .. }) => credential::found(service, record, reported.by.clone(), now).await,
        None => Ok(api_key(service, reported, text, now).await?.unwrap_or(LeakOutcome::NotOurs)),
    }
}
