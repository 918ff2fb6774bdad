//! The time zones that the console offers.

use jiff::tz::TimeZone;

/// Returns the zone that pages use for the stored zone `name`. If the name is unknown, returns UTC.
pub(crate) fn zone_in_use(name: &str) -> &str {
    if TimeZone::get(name).is_ok() { name } else { "UTC" }
}

/// Whether the form offers a zone with this name.
pub(crate) fn is_zone(name: &str) -> bool {
    zones().iter().any(|zone| zone == name)
}

/// Returns the names of all zones that the form offers, sorted.
pub(crate) fn zones() -> Vec<String> {
    let mut names: Vec<String> =
        jiff::tz::db().available().map(|name| name.as_str().to_owned()).filter(|name| is_offered(name)).collect();
    names.push("UTC".to_owned());
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether the form offers a zone with this name. Zones of places are offered. Legacy names such as `EST5EDT` are not.
fn is_offered(name: &str) -> bool {
    name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("posix/") && !name.starts_with("right/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_2_zones_are_places() {
        assert!(is_zone("Europe/Moscow") && is_zone("Asia/Kolkata") && is_zone("UTC") && is_zone("Pacific/Apia"));
        assert!(!is_zone("Nowhere/Land") && !is_zone("") && !is_zone("EST5EDT") && !is_zone("europe/moscow"));
    }
}
