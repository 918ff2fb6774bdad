//! The texts of the page that ends all credentials of a user.

use crate::console::text::user_credentials::UserCredentialTexts;

pub(super) const USER_CREDENTIALS: UserCredentialTexts = UserCredentialTexts {
    end_everything: "End everything",
    end_everything_lead: "Ends all tokens, sign-ins and sessions of this user, and the security codes that the user \
                          made or that act as this user.",
    end_everything_question: "All tokens, sign-ins and sessions of this user are refused at once, and so are the \
                              security codes that the user made or that act as this user. This cannot be undone.",
    everything_ended: "All credentials of this user are ended.",
    codes_of: "Security codes made by this user or acting as this user",
    all_codes_of: "All of these codes",
    accounts_made: "Service accounts made by this user",
    accounts_stay: "Their tokens go on working when everything of this user is ended, unless you disable the accounts.",
    disable_accounts: "Disable these service accounts too",
};
