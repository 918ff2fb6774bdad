//! Links to the page on which a credential is renewed.

use counterfoil::notice::ClaimedNotice;
use counterfoil::service_account::ServiceAccountId;
use counterfoil::types::TokenKind;

/// The pages on which personal access tokens are renewed.
#[derive(Clone, Debug)]
pub(super) enum RenewalPages {
    /// The console of counterfoil-axum at this URL, without a slash at its end.
    Console(String),
    /// The host's own page at this URL. The text `{id}` in the URL stands for the id of the token.
    Host(String),
}

impl RenewalPages {
    /// The URL of the page on which the credential of a notice is renewed. `None` if there is no such page. Only
    /// personal access tokens have such a page. The token of a service account has one in the console, but not on a
    /// page of the host, which is for the tokens of people.
    pub(super) fn of(&self, notice: &ClaimedNotice) -> Option<String> {
        if notice.kind() != TokenKind::PersonalAccessToken {
            return None;
        }
        let id = notice.id();
        let account = notice.owner().and_then(ServiceAccountId::of_subject);
        match (self, account) {
            (Self::Console(base), None) => Some(format!("{base}/tokens/{id}/renew")),
            (Self::Console(base), Some(account)) => {
                Some(format!("{base}/service-accounts/{account}/tokens/{id}/renew"))
            }
            (Self::Host(url), None) => Some(url.replace("{id}", &id.to_string())),
            (Self::Host(_), Some(_)) => None,
        }
    }
}
