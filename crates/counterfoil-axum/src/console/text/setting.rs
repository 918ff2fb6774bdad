//! The labels of settings: one for each row of the core's table, so no language can lack one.

use counterfoil::settings::SettingName;

macro_rules! setting_texts {
    ($(
        $(#[$about:meta])*
        $name:ident, $wire:ident, $with:ident, $unit:ident, $least:literal..=$most:expr, $field:ident: $kind:ty;
    )+) => {
        /// The labels of one language, by the name of the setting.
        pub(crate) struct SettingTexts {
            $(pub(super) $wire: &'static str,)+
        }

        impl SettingTexts {
            /// The label of a setting.
            pub(crate) const fn label(&self, name: SettingName) -> &'static str {
                match name {
                    $(SettingName::$name => self.$wire,)+
                    // Every row has an arm above. This arm is required only because `SettingName` is non-exhaustive.
                    _ => name.as_str(),
                }
            }
        }
    };
}

counterfoil::settings_table!(setting_texts);
