//! The names of settings, their units and their ranges.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The unit of a setting's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingUnit {
    /// A switch: 1 is on, and 0 is off.
    Switch,
    /// Seconds.
    Seconds,
    /// Days of 86,400 seconds.
    Days,
}

impl SettingUnit {
    /// The number of seconds in one unit. `None` for a switch.
    #[must_use]
    pub const fn seconds(self) -> Option<u64> {
        match self {
            Self::Switch => None,
            Self::Seconds => Some(1),
            Self::Days => Some(86_400),
        }
    }
}

macro_rules! names {
    ($(
        $(#[$about:meta])*
        $name:ident, $wire:ident, $with:ident, $unit:ident, $least:literal..=$most:expr, $field:ident: $kind:ty;
    )+) => {
        /// The name of a setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum SettingName {
            $($(#[$about])* $name,)+
        }

        impl SettingName {
            /// All settings, in the order in which the console and the API show them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in the API and in the store.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($wire),)+
                }
            }

            /// The unit of the setting's number.
            #[must_use]
            pub const fn unit(self) -> SettingUnit {
                match self {
                    $(Self::$name => SettingUnit::$unit,)+
                }
            }

            /// The smallest and the largest valid number of the setting, in its unit. 0 and 1 for a switch.
            #[must_use]
            pub const fn range(self) -> (u64, u64) {
                match self {
                    $(Self::$name => ($least, $most),)+
                }
            }
        }
    };
}

crate::settings_table!(names);

impl fmt::Display for SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a number outside the range of its setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be a whole number from {least} to {most}")]
#[non_exhaustive]
pub struct InvalidSetting {
    /// The setting whose number was refused.
    pub name: SettingName,
    /// The smallest valid number of this setting.
    pub least: u64,
    /// The largest valid number of this setting.
    pub most: u64,
}

impl InvalidSetting {
    /// The error for a number of the setting `name` that is not from `least` to `most`.
    #[must_use]
    pub const fn new(name: SettingName, least: u64, most: u64) -> Self {
        Self { name, least, most }
    }
}
