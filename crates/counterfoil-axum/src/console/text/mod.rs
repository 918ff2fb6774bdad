//! The texts of the pages. The texts of each language are one value of the same type, so no language can lack a text.

mod english;
mod error;
mod event;
mod russian;
mod setting;

pub(crate) use english::ENGLISH;
pub(crate) use error::FieldMessage;
pub(crate) use event::{EventName, describe, named_subject};
pub(crate) use russian::RUSSIAN;
use setting::SettingTexts;

use std::time::Duration;

use counterfoil::settings::{SettingName, SettingUnit};

use crate::console::time::{Distance, Moment, Unit};

/// The texts of one language. The name of each field resembles the English text.
pub(crate) struct Texts {
    /// Formats the time between an instant and the present: `3 days ago`.
    pub(crate) distance: fn(Distance) -> String,
    /// The `strftime` format of an instant, to the minute.
    pub(crate) date: &'static str,
    /// The `strftime` format of an instant, to the second.
    pub(crate) exact: &'static str,
    /// Formats a range: `1 to 180.`
    pub(crate) from_to: fn(u64, u64) -> String,
    /// Formats a maximum length: `At most 20 characters.`
    pub(crate) at_most_characters: fn(u16) -> String,
    /// Formats the hint for a lifetime in days: `1 to 180. Notice goes out 7 days before the end, and at the end.`
    pub(crate) days_hint: fn(u16, &str) -> String,
    /// The error message for too many created credentials. The argument is the time at which the next creation is
    /// allowed.
    pub(crate) too_many_made: fn(&Moment) -> String,
    /// Formats a duration: `1 day 12 hours`.
    pub(crate) duration: fn(Duration) -> String,
    /// Returns the name of a unit of time, as a select field shows it.
    pub(crate) unit: fn(Unit) -> &'static str,
    /// Formats a range of durations: `From 1 second to 1 day.`
    pub(crate) between: fn(&str, &str) -> String,
    /// Formats the note with the exact duration of a setting. The page shows the note if the field of the setting can
    /// contain only a rounded value.
    pub(crate) exactly: fn(&str) -> String,
    /// Describes the rights that a scope token of this library grants. Returns an empty text for any other scope token.
    pub(crate) scope_about: fn(&str) -> &'static str,
    /// The error message for a text with a character that is not allowed. The message contains the code point of the
    /// character.
    pub(crate) label_character: fn(char) -> String,
    /// Formats the hint that names the time zone of a typed time.
    pub(crate) in_zone: fn(&str) -> String,
    /// Returns the description of an event.
    pub(crate) event: fn(EventName) -> &'static str,
    pub(crate) skip: &'static str,
    pub(crate) sections: &'static str,
    pub(crate) sign_in: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) sign_in_refused: &'static str,
    pub(crate) slow_down: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) signed_out: &'static str,
    pub(crate) back_to_start: &'static str,
    pub(crate) times_in: &'static str,
    pub(crate) older: &'static str,
    pub(crate) save: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) done: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) deleted: &'static str,
    pub(crate) edit: &'static str,
    pub(crate) actions: &'static str,
    pub(crate) status: &'static str,
    pub(crate) active: &'static str,
    pub(crate) expiring: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) suspended: &'static str,
    pub(crate) created: &'static str,
    pub(crate) expires: &'static str,
    pub(crate) permanent: &'static str,
    pub(crate) last_access: &'static str,
    pub(crate) never: &'static str,
    pub(crate) label: &'static str,
    pub(crate) description: &'static str,
    pub(crate) no_description: &'static str,
    pub(crate) tokens: &'static str,
    pub(crate) tokens_lead: &'static str,
    pub(crate) tokens_off: &'static str,
    pub(crate) token_login_denied: &'static str,
    pub(crate) collaborator: &'static str,
    pub(crate) new_token: &'static str,
    pub(crate) your_tokens: &'static str,
    pub(crate) no_tokens: &'static str,
    pub(crate) no_tokens_of: &'static str,
    pub(crate) days: &'static str,
    pub(crate) generate: &'static str,
    pub(crate) replace: &'static str,
    pub(crate) replace_token: &'static str,
    pub(crate) replace_token_question: &'static str,
    pub(crate) revoke: &'static str,
    pub(crate) revoke_token: &'static str,
    pub(crate) revoke_token_question: &'static str,
    pub(crate) revoked: &'static str,
    pub(crate) overlap: &'static str,
    pub(crate) overlap_hint: &'static str,
    pub(crate) overlap_none: &'static str,
    pub(crate) overlap_first_use: &'static str,
    pub(crate) overlap_hour: &'static str,
    pub(crate) overlap_day: &'static str,
    pub(crate) overlap_week: &'static str,
    pub(crate) new_secret: &'static str,
    pub(crate) shown_once: &'static str,
    pub(crate) no_secret: &'static str,
    pub(crate) token_caption: &'static str,
    pub(crate) code_caption: &'static str,
    pub(crate) secret_caption: &'static str,
    pub(crate) api_key_caption: &'static str,
    pub(crate) reveal: &'static str,
    pub(crate) hide: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copy_api_key: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) profile: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) zone_label: &'static str,
    pub(crate) zone_hint: &'static str,
    pub(crate) zone_unknown: &'static str,
    pub(crate) signature: &'static str,
    pub(crate) no_signature: &'static str,
    pub(crate) signature_image: &'static str,
    pub(crate) new_signature: &'static str,
    pub(crate) way_typed: &'static str,
    pub(crate) typed_label: &'static str,
    pub(crate) typed_wrong: &'static str,
    pub(crate) way_image: &'static str,
    pub(crate) image_label: &'static str,
    pub(crate) image_hint: &'static str,
    pub(crate) image_wrong: &'static str,
    pub(crate) draw_label: &'static str,
    pub(crate) undraw: &'static str,
    pub(crate) download: &'static str,
    pub(crate) clear: &'static str,
    pub(crate) cleared: &'static str,
    pub(crate) users: &'static str,
    pub(crate) find_label: &'static str,
    pub(crate) find: &'static str,
    pub(crate) nobody_found: &'static str,
    pub(crate) role: &'static str,
    pub(crate) role_collaborator: &'static str,
    pub(crate) role_member: &'static str,
    pub(crate) role_administrator: &'static str,
    pub(crate) role_super_administrator: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) token_login: &'static str,
    pub(crate) token_login_on: &'static str,
    pub(crate) token_login_off: &'static str,
    pub(crate) allowed: &'static str,
    pub(crate) not_allowed: &'static str,
    pub(crate) allow: &'static str,
    pub(crate) forbid: &'static str,
    pub(crate) codes: &'static str,
    pub(crate) codes_lead: &'static str,
    pub(crate) new_code: &'static str,
    pub(crate) no_codes: &'static str,
    pub(crate) access: &'static str,
    pub(crate) super_administrator: &'static str,
    pub(crate) same_as_user: &'static str,
    pub(crate) user_of_code: &'static str,
    pub(crate) reactivate: &'static str,
    pub(crate) make_permanent: &'static str,
    pub(crate) reset: &'static str,
    pub(crate) edit_code: &'static str,
    pub(crate) expires_label: &'static str,
    pub(crate) delete_code: &'static str,
    pub(crate) delete_code_question: &'static str,
    pub(crate) clients: &'static str,
    pub(crate) clients_lead: &'static str,
    pub(crate) registered_clients: &'static str,
    pub(crate) new_client: &'static str,
    pub(crate) no_clients: &'static str,
    pub(crate) display_name: &'static str,
    pub(crate) client_id: &'static str,
    pub(crate) client_id_hint: &'static str,
    pub(crate) grants: &'static str,
    pub(crate) grant_password: &'static str,
    pub(crate) grant_refresh: &'static str,
    pub(crate) refresh_mode: &'static str,
    pub(crate) refresh_mode_hint: &'static str,
    pub(crate) rotate: &'static str,
    pub(crate) reuse: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) public_client: &'static str,
    pub(crate) resource_server: &'static str,
    pub(crate) register: &'static str,
    pub(crate) enabled: &'static str,
    pub(crate) disabled: &'static str,
    pub(crate) enable: &'static str,
    pub(crate) disable: &'static str,
    pub(crate) replace_secret: &'static str,
    pub(crate) replace_secret_question: &'static str,
    pub(crate) delete_client: &'static str,
    pub(crate) delete_client_question: &'static str,
    pub(crate) settings: &'static str,
    pub(crate) setting: SettingTexts,
    pub(crate) events: &'static str,
    pub(crate) events_lead: &'static str,
    pub(crate) no_events: &'static str,
    pub(crate) by: &'static str,
    pub(crate) password_again: &'static str,
    pub(crate) password_again_hint: &'static str,
    pub(crate) password_wrong: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) not_found_text: &'static str,
    pub(crate) forbidden: &'static str,
    pub(crate) forbidden_text: &'static str,
    pub(crate) forged: &'static str,
    pub(crate) forged_text: &'static str,
    pub(crate) unavailable: &'static str,
    pub(crate) unavailable_text: &'static str,
    pub(crate) no_search: &'static str,
    pub(crate) no_search_text: &'static str,
    pub(crate) no_logins: &'static str,
    pub(crate) no_logins_text: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) too_large_text: &'static str,
    pub(crate) bad_host: &'static str,
    pub(crate) bad_host_text: &'static str,
    pub(crate) insecure: &'static str,
    pub(crate) insecure_text: &'static str,
    pub(crate) label_taken: &'static str,
    pub(crate) client_id_taken: &'static str,
    pub(crate) quota_reached: &'static str,
    pub(crate) changed_meanwhile: &'static str,
    pub(crate) has_expired: &'static str,
    pub(crate) not_expired: &'static str,
    pub(crate) replaced: &'static str,
    pub(crate) is_suspended: &'static str,
    pub(crate) conflict: &'static str,
    pub(crate) invalid: &'static str,
    pub(crate) label_empty: &'static str,
    pub(crate) description_wrong: &'static str,
    pub(crate) days_needed: &'static str,
    pub(crate) expires_wrong: &'static str,
    pub(crate) user_unknown: &'static str,
    pub(crate) client_id_wrong: &'static str,
    pub(crate) display_name_wrong: &'static str,
    pub(crate) refresh_mode_wrong: &'static str,
    pub(crate) resource_server_wrong: &'static str,
    pub(crate) copied_reset: &'static str,
    pub(crate) reactivated: &'static str,
    pub(crate) made_permanent: &'static str,
    pub(crate) client_enabled: &'static str,
    pub(crate) client_disabled: &'static str,
    pub(crate) login_allowed: &'static str,
    pub(crate) login_forbidden: &'static str,
    pub(crate) made_room: &'static str,
    pub(crate) too_many_sessions: &'static str,
    pub(crate) form_used: &'static str,
    pub(crate) unknown_field: &'static str,
    pub(crate) stale: &'static str,
    pub(crate) stale_text: &'static str,
    pub(crate) back_to_form: &'static str,
    pub(crate) done_already: &'static str,
    pub(crate) done_already_text: &'static str,
    pub(crate) to_list: &'static str,
    pub(crate) prove_question: &'static str,
    pub(crate) password_for_expiry: &'static str,
    pub(crate) no_more: &'static str,
    pub(crate) none_on_page: &'static str,
    pub(crate) not_in_directory: &'static str,
    pub(crate) left_text: &'static str,
    pub(crate) one_way: &'static str,
    pub(crate) access_needed: &'static str,
    pub(crate) user_not_asked: &'static str,
    pub(crate) user_needed: &'static str,
    pub(crate) gate_not_asked: &'static str,
    pub(crate) newer: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) pages: &'static str,
    pub(crate) search_label: &'static str,
    pub(crate) state_label: &'static str,
    pub(crate) any_state: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) clear_filter: &'static str,
    pub(crate) nothing_matches: &'static str,
    pub(crate) users_cut: &'static str,
    pub(crate) rights: &'static str,
    pub(crate) all_rights: &'static str,
    pub(crate) scope_legend: &'static str,
    pub(crate) scope_all: &'static str,
    pub(crate) scope_limited: &'static str,
    pub(crate) scope_tokens: &'static str,
    pub(crate) scope_needed: &'static str,
    pub(crate) scope_both: &'static str,
    pub(crate) scope_long: &'static str,
    pub(crate) scope_wrong: &'static str,
    pub(crate) scope_beyond: &'static str,
    pub(crate) client_allowed: &'static str,
    pub(crate) client_any: &'static str,
    pub(crate) client_limited: &'static str,
    pub(crate) client_default: &'static str,
    pub(crate) default_any: &'static str,
    pub(crate) default_limited: &'static str,
    pub(crate) default_outside: &'static str,
    pub(crate) any_rights: &'static str,
    pub(crate) edit_client: &'static str,
    pub(crate) unchanged: &'static str,
    pub(crate) prefilled: &'static str,
    pub(crate) problem: &'static str,
    pub(crate) session_ended: &'static str,
    pub(crate) session_kept: &'static str,
    pub(crate) form_expired: &'static str,
    pub(crate) foreign_origin: &'static str,
    pub(crate) foreign_origin_text: &'static str,
    pub(crate) replaced_status: &'static str,
    pub(crate) made_by: &'static str,
    pub(crate) make_permanent_question: &'static str,
    pub(crate) reset_question: &'static str,
    pub(crate) reactivate_question: &'static str,
    pub(crate) expiry_stays: &'static str,
    pub(crate) edit_expired: &'static str,
    pub(crate) unit_label: &'static str,
    pub(crate) id_title: &'static str,
}

impl Texts {
    /// Returns the name of a form field or of a setting. For any other name, returns the heading for a problem of the
    /// whole form.
    pub(crate) fn field(&self, name: &str) -> &'static str {
        match name {
            "label" => self.label,
            "days" => self.days,
            "rights" | "scope" => self.scope_legend,
            "password" => self.password_again,
            "access" => self.access,
            "user" => self.user_of_code,
            "description" => self.description,
            "expires_at" => self.expires_label,
            "display_name" => self.display_name,
            "id" => self.client_id,
            "grants" => self.grants,
            "refresh_mode" => self.refresh_mode,
            "public" | "resource_server" => self.kind,
            "allowed" | "scopes" => self.client_allowed,
            "default" | "default_scopes" => self.client_default,
            "overlap_seconds" => self.overlap,
            "zone" => self.zone_label,
            "typed" => self.typed_label,
            "image" => self.image_label,
            _ => {
                let setting = SettingName::ALL.iter().find(|setting| setting.as_str() == name);
                setting.map_or(self.problem, |setting| self.setting.label(*setting))
            }
        }
    }

    /// Formats the range of a setting. A duration is formatted in days, hours, minutes and seconds.
    pub(crate) fn range(&self, unit: SettingUnit, least: u64, most: u64) -> String {
        let shown = |seconds| (self.duration)(Duration::from_secs(seconds));
        match unit {
            SettingUnit::Seconds => (self.between)(&shown(least), &shown(most)),
            _ => (self.from_to)(least, most),
        }
    }

    /// Describes the rights that a scope token of this library grants. Returns an empty text for any other scope token.
    pub(crate) fn scope_about(&self, token: &str) -> &'static str {
        (self.scope_about)(token)
    }
}

/// Formats a duration in days, hours, minutes and seconds. Leaves out fractions of a second.
fn compound(duration: Duration, counted: fn(u64, Unit) -> String) -> String {
    let mut left = duration.as_secs();
    let mut parts = Vec::new();
    for (seconds, unit) in [(86_400, Unit::Days), (3_600, Unit::Hours), (60, Unit::Minutes), (1, Unit::Seconds)] {
        if left >= seconds {
            parts.push(counted(left / seconds, unit));
            left %= seconds;
        }
    }
    if parts.is_empty() { counted(0, Unit::Seconds) } else { parts.join(" ") }
}
