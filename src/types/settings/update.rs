//! The type [`SettingsUpdate`], whose fields and methods are generated from the table of settings.

use crate::types::settings::SettingName;

/// The type of a field of [`SettingsUpdate`]: `bool` for a switch, and `u64` for any other setting.
trait Written: Copy {
    fn of(number: u64) -> Self;
    fn number(self) -> u64;
}

impl Written for bool {
    fn of(number: u64) -> Self {
        number != 0
    }

    fn number(self) -> u64 {
        self.into()
    }
}

impl Written for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(self) -> u64 {
        self
    }
}

macro_rules! written {
    (Switch) => {
        bool
    };
    ($unit:ident) => {
        u64
    };
}

macro_rules! update {
    ($(
        $(#[$about:meta])*
        $name:ident, $wire:ident, $with:ident, $unit:ident, $least:literal..=$most:expr, $field:ident: $kind:ty;
    )+) => {
        /// An update of the settings. A field that is `None` leaves its setting unchanged. A number is in the unit of
        /// the setting ([`SettingName::unit`]). The number must be in the range that the policy allows
        /// ([`Policy::setting_range`](crate::policy::Policy::setting_range)).
        ///
        /// ```
        /// use counterfoil::settings::SettingsUpdate;
        ///
        /// let change = SettingsUpdate::default().with_pat_max_days(90);
        /// assert_eq!((change.pat_max_days, change.access_lifetime_seconds), (Some(90), None));
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct SettingsUpdate {
            $($(#[$about])* pub $wire: Option<written!($unit)>,)+
        }

        impl SettingsUpdate {
            $(
                $(#[$about])*
                #[must_use]
                pub const fn $with(mut self, $wire: written!($unit)) -> Self {
                    self.$wire = Some($wire);
                    self
                }
            )+

            /// Adds a change of one setting: the setting `name` gets the number `number` in its unit. For a switch, 0
            /// is off and any other number is on.
            ///
            /// ```
            /// use counterfoil::settings::{SettingName, SettingsUpdate};
            ///
            /// let mut change = SettingsUpdate::default();
            /// change.set(SettingName::PatMaxDays, 90);
            /// assert_eq!(change, SettingsUpdate::default().with_pat_max_days(90));
            /// ```
            pub fn set(&mut self, name: SettingName, number: u64) {
                match name {
                    $(SettingName::$name => self.$wire = Some(Written::of(number)),)+
                }
            }

            /// The new number of a setting, in its unit. For a switch, 1 is on and 0 is off. `None` if the update does
            /// not change the setting.
            #[must_use]
            pub fn number(&self, name: SettingName) -> Option<u64> {
                match name {
                    $(SettingName::$name => self.$wire.map(Written::number),)+
                }
            }
        }
    };
}

crate::settings_table!(update);
