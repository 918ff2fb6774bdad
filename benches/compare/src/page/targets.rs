//! The targets, and whether the figures reach them.

use super::Run;
use super::format::{quartiles, ratio, thousands};
use crate::figures::Quartiles;
use crate::names::{HS256, INTROSPECT, VERIFY};

/// A target for one figure.
struct Target {
    what: &'static str,
    bound: Bound,
    /// The harder target, if there is one.
    stretch: Option<f64>,
    /// The measured value, and the text that shows it on the page. If there were several rounds, the value is their
    /// median. `None` if nothing was measured.
    measured: Option<(f64, String)>,
}

#[derive(Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    fn value(self) -> f64 {
        let (Self::AtMost(value) | Self::AtLeast(value)) = self;
        value
    }

    fn with(self, value: f64) -> Self {
        match self {
            Self::AtMost(_) => Self::AtMost(value),
            Self::AtLeast(_) => Self::AtLeast(value),
        }
    }

    fn is_met(self, measured: f64) -> bool {
        match self {
            Self::AtMost(value) => measured <= value,
            Self::AtLeast(value) => measured >= value,
        }
    }

    fn text(self) -> String {
        let number = if self.value() < 100.0 { self.value().to_string() } else { thousands(self.value()) };
        match self {
            Self::AtMost(_) => format!("at most {number}"),
            Self::AtLeast(_) => format!("at least {number}"),
        }
    }

    /// The factor by which a measured value misses this bound. It is above 1 if the bound is not met.
    fn distance(self, measured: f64) -> f64 {
        match self {
            Self::AtMost(value) => measured / value,
            Self::AtLeast(value) => value / measured,
        }
    }
}

fn targets(run: &Run) -> [Target; 8] {
    let shown = |values: Quartiles| (values.median, quartiles(values));
    let floor = |records| run.pair(VERIFY, records).map(|pair| shown(pair.ratio()));
    let introspect = |records| run.pair(INTROSPECT, records).map(|pair| shown(pair.inverse()));
    let bytes = run.bytes().find(|bytes| bytes.what == VERIFY).map(|bytes| bytes.bytes as f64);
    let hot = run.callers(VERIFY, true).and_then(|callers| callers.gain(2)).map(shown);
    let signed = |records| run.pair(HS256, records).map(|pair| shown(pair.ratio()));
    let target = |what, bound, stretch, measured| Target { what, bound, stretch, measured };
    [
        target("`verify` / floor, 1 million records", Bound::AtMost(1.5), Some(1.3), floor(1_000_000)),
        target("`verify` / floor, 1,000 records", Bound::AtMost(2.0), Some(1.5), floor(1_000)),
        target(
            "bytes of a record in memory, 1 million records",
            Bound::AtMost(300.0),
            Some(220.0),
            bytes.map(|bytes| (bytes, thousands(bytes))),
        ),
        target(
            "`verify` / `introspect` of oauth-as, 1 million records",
            Bound::AtMost(1.0),
            None,
            introspect(1_000_000),
        ),
        target("`verify` / `introspect` of oauth-as, 1,000 records", Bound::AtMost(2.5), None, introspect(1_000)),
        target("calls a second of two threads / of one thread, one credential", Bound::AtLeast(1.5), None, hot),
        target("JWT with HS256 / `verify`, 1,000 records", Bound::AtLeast(6.0), None, signed(1_000)),
        target(
            "JWT with HS256 / `verify`, 1 million records (no target)",
            Bound::AtLeast(0.0),
            None,
            signed(1_000_000),
        ),
    ]
}

pub(crate) fn section(run: &Run) -> String {
    let mut text = String::from(
        "## Targets\n\n\
         | figure | target | harder target | measured, with quartiles | result |\n|---|---|---|---|---|\n",
    );
    let (mut counted, mut missed) = (0, Vec::new());
    for Target { what, bound, stretch, measured } in targets(run) {
        let has_target = bound.value() > 0.0;
        let bound_text = if has_target { bound.text() } else { String::new() };
        let (shown, result) = match measured {
            None => ("not measured".to_owned(), String::new()),
            Some((_, shown)) if !has_target => (shown, String::new()),
            Some((median, shown)) => {
                counted += 1;
                let harder = stretch.is_some_and(|stretch| bound.with(stretch).is_met(median));
                let result = match bound.is_met(median) {
                    true if harder => "met, also the harder one".to_owned(),
                    true => "met".to_owned(),
                    false => {
                        missed.push(what);
                        format!("**missed** by a factor of {}", ratio(bound.distance(median)))
                    }
                };
                (shown, result)
            }
        };
        let stretch = stretch.map(|value| bound.with(value).text()).unwrap_or_default();
        text += &format!("| {what} | {bound_text} | {stretch} | {shown} | {result} |\n");
    }
    text += &match missed.len() {
        0 => format!("\nAll {counted} targets are met.\n"),
        number => format!("\n{number} of {counted} targets are missed: {}.\n", missed.join("; ")),
    };
    text
}
