//! The texts of the list of users and of the page of a user.

use counterfoil::Role;

pub(crate) struct UserTexts {
    pub(crate) title: &'static str,
    pub(crate) find_label: &'static str,
    pub(crate) find: &'static str,
    pub(crate) nobody_found: &'static str,
    pub(crate) users_cut: &'static str,
    pub(crate) role: &'static str,
    pub(crate) role_collaborator: &'static str,
    pub(crate) role_member: &'static str,
    pub(crate) role_administrator: &'static str,
    pub(crate) role_super_administrator: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) not_in_directory: &'static str,
    pub(crate) left_text: &'static str,
    pub(crate) no_tokens_of: &'static str,
    pub(crate) token_login: &'static str,
    pub(crate) token_login_on: &'static str,
    pub(crate) token_login_off: &'static str,
    pub(crate) allowed: &'static str,
    pub(crate) not_allowed: &'static str,
    pub(crate) allow: &'static str,
    pub(crate) forbid: &'static str,
    pub(crate) login_allowed: &'static str,
    pub(crate) login_forbidden: &'static str,
    pub(crate) gate_not_asked: &'static str,
}

impl UserTexts {
    /// Returns the text for a role on pages, in the language of these texts.
    pub(crate) const fn role_name(&self, role: Role) -> &'static str {
        match role {
            Role::Collaborator => self.role_collaborator,
            Role::Member => self.role_member,
            Role::Administrator => self.role_administrator,
            Role::SuperAdministrator => self.role_super_administrator,
        }
    }
}
