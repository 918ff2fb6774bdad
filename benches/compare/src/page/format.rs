//! Numbers as the page shows them.

use crate::figures::Quartiles;

/// The number of records: `1,000`, `100,000` or `1 million`.
pub(crate) fn records(number: usize) -> String {
    match number {
        1_000_000 => "1 million".to_owned(),
        _ => thousands(number as f64),
    }
}

/// A whole number with a comma between thousands.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration with about three digits and a unit. Nanoseconds are shown without decimals.
pub(crate) fn time(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n => (n / 1e6, "ms"),
    };
    let digits = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    // Fractions of a nanosecond are only noise.
    let digits = if unit == "ns" { 0 } else { digits };
    format!("{number:.digits$} {unit}")
}

/// A ratio with about three digits.
pub(crate) fn ratio(ratio: f64) -> String {
    match ratio {
        r if r < 10.0 => format!("{r:.2}"),
        r if r < 100.0 => format!("{r:.1}"),
        r => thousands(r),
    }
}

/// The median of a ratio, with its quartiles in brackets.
pub(crate) fn quartiles(values: Quartiles) -> String {
    format!("{} ({} to {})", ratio(values.median), ratio(values.low), ratio(values.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [time(61.26), time(999.4), time(1_234.0), time(25_600.0)],
            ["61 ns", "999 ns", "1.23 µs", "25.6 µs"]
        );
        assert_eq!([time(256_000.0), time(12_345_678.0)], ["256 µs", "12.3 ms"]);
        assert_eq!([ratio(0.456), ratio(45.61), ratio(12_345.6)], ["0.46", "45.6", "12,346"]);
        assert_eq!([records(1_000), records(100_000), records(1_000_000)], ["1,000", "100,000", "1 million"]);
    }
}
