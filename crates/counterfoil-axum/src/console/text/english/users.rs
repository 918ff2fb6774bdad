//! The texts of the list of users and of the page of a user.

use crate::console::text::users::UserTexts;

pub(super) const USERS: UserTexts = UserTexts {
    title: "Users",
    find_label: "Name",
    find: "Find",
    nobody_found: "No user has that name. Try part of the name.",
    users_cut: "Only the first 50 are shown. Type more of the name to find others.",
    role: "Role",
    role_collaborator: "Collaborator",
    role_member: "Member",
    role_administrator: "Administrator",
    role_super_administrator: "Super administrator",
    subject: "Id",
    not_in_directory: "No longer in the directory",
    left_text: "The directory no longer knows this user. What the user left behind is listed under the id.",
    no_tokens_of: "This user has no tokens.",
    token_login: "Token login",
    token_login_on: "This user may sign in with tokens.",
    token_login_off: "This user may not sign in with tokens.",
    allowed: "Allowed",
    not_allowed: "Not allowed",
    allow: "Allow token login",
    forbid: "Stop allowing token login",
    login_allowed: "Token login is allowed.",
    login_forbidden: "Token login is no longer allowed.",
    gate_not_asked: "This service does not use this setting, so changing it would have no effect.",
};
