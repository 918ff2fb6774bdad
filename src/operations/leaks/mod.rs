//! Accepts secrets that were found in public places, ends the credentials that they belong to, and notifies the owners.

mod client_secret;
mod credential;
pub(crate) mod intake;
mod mark;
pub(crate) mod outcome;
mod report;
mod trouble;

use self::outcome::LeakOutcome;
use self::report::{Reported, Work, look_up};
use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By};
use crate::service::Service;
use crate::service::ending::partly;
use crate::service::error::ManageError;
use crate::service::invalid::Invalid;
use crate::types::time::Timestamp;

/// The largest number of texts in one call.
const MOST: usize = 1_000;

impl Counterfoil {
    /// Reports texts that were found in a public place, such as a repository or a log, at most 1,000 in one call. The
    /// results are in the order of the texts. No presenter is needed and no permission is checked: anybody may report a
    /// text, because only the secret in the text decides.
    ///
    /// The call tests the secret in each text in the same way as a verification. A text can also be that of an imported
    /// token, or an API key (base64 of a client id, a colon and a secret). If the secret is right and the credential
    /// has not ended for good:
    ///
    /// - A personal access token, a sign-in and a console session end, with all tokens of their family. An access token
    ///   and a refresh token of any generation end their sign-in.
    /// - An old text of a personal access token that no longer works after a rotation ends nothing. Otherwise, anybody
    ///   with an old text could end the new token. The owner gets a notice
    ///   ([`NoticeText::ReplacedLeaked`](crate::notice::NoticeText::ReplacedLeaked)), because a thief may have rotated
    ///   the token. The notice is sent again only if an old text is reported after a further rotation.
    /// - A security code and a client secret are ended only if the policy says so ([`Leaks`](crate::policy::Leaks)).
    /// - The owner of the credential, or the creator of the code, gets one notice
    ///   ([`NoticeText::Leaked`](crate::notice::NoticeText::Leaked)). Further reports of the same family send no
    ///   notice. Exception: a record remembers only its last eight notices, so this notice can be sent again for a code
    ///   that stays valid for years. For a client secret, no person gets a notice, and the host gets the event
    ///   [`ClientSecretLeaked`](crate::event::EventKind::ClientSecretLeaked).
    ///
    /// Each credential that was found gives an event. Other texts give no event. For reports over a network use
    /// [`Counterfoil::accept_leak_report`], whose answer does not depend on the texts.
    ///
    /// # Errors
    ///
    /// [`ManageError::Invalid`] with the field `texts` if there are more than 1,000. [`ManageError::Unavailable`] with
    /// [`Unavailable::PartlyDone`](crate::Unavailable::PartlyDone) if a store failed, or if a row could not be decoded:
    /// some credentials may have been ended. Repeat the call until it succeeds. A text that is not found counts as
    /// undecodable if the credential may be in a row that cannot be decoded.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have handled only some of the texts. Repeat the call. No notice is lost: the owner of a
    /// credential that was ended gets it.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::operations::LeakOutcome;
    ///
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let found = [issued.token.expose_secret(), "hunter2"];
    /// let outcomes = counterfoil.report_leaked(&found).await?;
    /// assert!(matches!(outcomes[0], LeakOutcome::Ended { id, .. } if id == issued.view.id));
    /// assert_eq!(outcomes[1], LeakOutcome::NotOurs);
    /// assert!(counterfoil.verify(issued.token.expose_secret()).await.is_err());
    /// # Ok(()) }) }
    /// ```
    pub async fn report_leaked<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<LeakOutcome>, ManageError> {
        if texts.len() > MOST {
            return Err(Invalid::TooMany { field: "texts", most: MOST as u32 }.into());
        }
        let texts: Vec<_> =
            texts.iter().map(|text| Reported { text: text.as_ref(), by: By::itself(Actor::Host) }).collect();
        report(&self.service, &texts, self.now()).await
    }
}

async fn report(service: &Service, texts: &[Reported<'_>], now: Timestamp) -> Result<Vec<LeakOutcome>, ManageError> {
    let looked = look_up(service, texts, now).await;
    if let Some(error) = looked.error {
        return Err(partly(error));
    }
    let outcome = |work| match work {
        Work::Done(outcome) => outcome,
        Work::Waiting | Work::Interrupted | Work::Failed | Work::Corrupt => LeakOutcome::NotOurs,
    };
    Ok(looked.work.into_iter().map(outcome).collect())
}
