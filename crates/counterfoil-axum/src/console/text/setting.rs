//! The labels of settings. They are defined by the core's table of settings, so no language can lack a label.

use counterfoil::settings::SettingName;

macro_rules! setting_texts {
    ($(
        $(#[$about:meta])*
        $name:ident, $wire:ident, $with:ident, $unit:ident, $least:literal..=$most:expr, $field:ident: $kind:ty;
    )+) => {
        /// The labels of one language. Each field has the name of its setting.
        pub(crate) struct SettingTexts {
            $(pub(super) $wire: &'static str,)+
        }

        impl SettingTexts {
            /// Returns the label of a setting.
            pub(crate) const fn label(&self, name: SettingName) -> &'static str {
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
