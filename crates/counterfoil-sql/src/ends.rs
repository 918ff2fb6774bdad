//! SQL expressions for the instants at which something ends, in both dialects. As in the core, a family or a token is
//! live only while its end is later than now. An end that equals now is reached.

/// The value of `Timestamp::MAX`, which is later than every instant. Indexes use it for rows without an end.
macro_rules! no_end {
    () => {
        "9007199254740991"
    };
}
pub(crate) use no_end;

/// An expression for the instant at which the life of a family ends. If the family has no end, its value is that of
/// `no_end`.
macro_rules! lives_until {
    () => {
        concat!("coalesce(live_until, ", crate::ends::no_end!(), ")")
    };
}
pub(crate) use lives_until;

/// An expression for the instant at which an access token expires. If the token never expires, its value is that of
/// `no_end`.
macro_rules! expires {
    () => {
        concat!("coalesce(expires_at, ", crate::ends::no_end!(), ")")
    };
}
pub(crate) use expires;

#[cfg(test)]
mod tests {
    use counterfoil::Timestamp;

    #[test]
    fn no_end_is_the_latest_instant_of_the_core() {
        assert_eq!(no_end!(), Timestamp::MAX.micros().to_string());
    }
}
