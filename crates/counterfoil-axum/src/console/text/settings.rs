//! The texts of the page of system settings. The labels are defined by the core's table of settings, so no language can
//! lack a label.

use counterfoil::settings::SettingName;

use crate::console::time::Unit;

/// The texts of the page of system settings.
pub(crate) struct SettingsTexts {
    pub(crate) title: &'static str,
    pub(crate) labels: SettingLabels,
    /// Returns the name of a unit of time, as a select field shows it.
    pub(crate) unit: fn(Unit) -> &'static str,
    pub(crate) unit_label: &'static str,
    /// Formats the note with the exact duration of a setting. The page shows the note if the field of the setting can
    /// contain only a rounded value.
    pub(crate) exactly: fn(&str) -> String,
}

macro_rules! setting_texts {
    ($(
        $(#[$about:meta])*
        $name:ident, $wire:ident, $with:ident, $unit:ident, $least:literal..=$most:expr, $field:ident: $kind:ty;
    )+) => {
        /// The labels of one language. Each field has the name of its setting.
        pub(crate) struct SettingLabels {
            $(pub(super) $wire: &'static str,)+
        }

        impl SettingLabels {
            /// Returns the label of a setting.
            pub(crate) const fn of(&self, name: SettingName) -> &'static str {
                match name {
                    $(SettingName::$name => self.$wire,)+
                    // All rows of the table are handled above. The compiler requires this arm because `SettingName` is
                    // non-exhaustive.
                    _ => name.as_str(),
                }
            }
        }
    };
}

counterfoil::settings_table!(setting_texts);
