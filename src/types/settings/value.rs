//! Converts the value of a setting, such as a duration or a switch, to a number and back.

use std::time::Duration;

use crate::types::duration::{from_seconds, seconds_up};
use crate::types::settings::SettingUnit;

/// The number of low bits that contain the microseconds within a second, in the encoding of a duration as one `u64`.
/// The other bits contain the seconds.
const MICROS_BITS: u32 = 20;

/// The type of a field of [`Settings`](super::Settings).
pub(super) trait SettingValue: Sized {
    /// The value in whole units, rounded up.
    fn number(self, unit: SettingUnit) -> u64;
    /// The value of `number` units. `None` if the type cannot represent it.
    fn of_number(number: u64, unit: SettingUnit) -> Option<Self>;
    /// The exact duration. `None` for a switch.
    fn duration(self, unit: SettingUnit) -> Option<Duration>;
    /// The value encoded as one `u64`, for use in memory only.
    fn word(self) -> u64;
    /// Decodes the output of [`SettingValue::word`]. `None` for a word that it cannot return.
    fn of_word(word: u64) -> Option<Self>;
}

impl SettingValue for bool {
    fn number(self, _unit: SettingUnit) -> u64 {
        self.into()
    }

    fn of_number(number: u64, _unit: SettingUnit) -> Option<Self> {
        Self::of_word(number)
    }

    fn duration(self, _unit: SettingUnit) -> Option<Duration> {
        None
    }

    fn word(self) -> u64 {
        self.into()
    }

    fn of_word(word: u64) -> Option<Self> {
        match word {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// A setting whose number is stored as it is, such as a number of days.
impl SettingValue for u16 {
    fn number(self, _unit: SettingUnit) -> u64 {
        self.into()
    }

    fn of_number(number: u64, _unit: SettingUnit) -> Option<Self> {
        Self::try_from(number).ok()
    }

    fn duration(self, unit: SettingUnit) -> Option<Duration> {
        Duration::of_number(self.into(), unit)
    }

    fn word(self) -> u64 {
        self.into()
    }

    fn of_word(word: u64) -> Option<Self> {
        Self::try_from(word).ok()
    }
}

impl SettingValue for Duration {
    fn number(self, unit: SettingUnit) -> u64 {
        seconds_up(self).div_ceil(unit.seconds().unwrap_or(1))
    }

    fn of_number(number: u64, unit: SettingUnit) -> Option<Self> {
        number.checked_mul(unit.seconds()?).and_then(from_seconds)
    }

    fn duration(self, _unit: SettingUnit) -> Option<Duration> {
        Some(self)
    }

    /// The upper bits are the seconds, and the low 20 bits are the microseconds. Each verification decodes five
    /// durations, and a shift is cheaper than a division. The seconds fit, because the longest setting has fewer than
    /// 2^34 seconds.
    fn word(self) -> u64 {
        self.as_secs() << MICROS_BITS | u64::from(self.subsec_micros())
    }

    #[inline]
    fn of_word(word: u64) -> Option<Self> {
        let micros = u32::try_from(word & ((1 << MICROS_BITS) - 1)).ok()?;
        Some(Self::new(word >> MICROS_BITS, micros * 1_000))
    }
}
