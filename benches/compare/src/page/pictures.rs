//! The pictures of the page, as names and SVG texts.

use super::Run;
use super::format::records;
use super::plot::{Line, Plot};
use crate::names::*;

/// The colors of the lines, dark enough for a white background.
const COLORS: [&str; 13] = [
    "#555555", "#c00000", "#1f5fbf", "#1a7f37", "#8250df", "#9a6700", "#0b7285", "#bf3989", "#5c6b00", "#3b3ba8",
    "#7a3e00", "#e05d00", "#00838f",
];

fn all_lines(points: impl Fn(&'static str) -> Vec<(f64, f64)>) -> Vec<Line> {
    let names = [FLOOR, VERIFY].into_iter().chain(PEERS).chain([VERIFY_SQLITE, TOWER_SQLITE]);
    let lines = names.zip(COLORS).map(|(name, color)| {
        let label = name.replace('`', "");
        Line { label, color, strong: name == VERIFY, dashed: name == FLOOR, points: points(name) }
    });
    lines.filter(|line| !line.points.is_empty()).collect()
}

fn against_records(run: &Run) -> Plot {
    let sizes = [1_000, 100_000, 1_000_000];
    let points = |name: &str| {
        let cost = |&size: &usize| {
            // The floor, and counterfoil in SQLite, were measured as the base of a pair. All others were measured
            // beside a base.
            let cost = match name {
                FLOOR => run.pair(VERIFY, size)?.base_cost(),
                VERIFY_SQLITE => run.pair(TOWER_SQLITE, size)?.base_cost(),
                _ => run.pair(name, size)?.cost(),
            };
            Some(((size as f64).log10(), cost.median))
        };
        sizes.iter().filter_map(cost).collect()
    };
    Plot {
        title: "Cost of one call against the number of records".to_owned(),
        below: "records".to_owned(),
        ticks: sizes.iter().map(|&size| ((size as f64).log10(), records(size))).collect(),
        lines: all_lines(points),
    }
}

fn against_callers(run: &Run, one_credential: bool) -> Plot {
    let points = |name: &str| {
        let callers = run.callers(name, one_credential);
        let cost = |callers: &crate::figures::Callers| {
            let numbers = callers.callers.iter().enumerate();
            numbers.map(|(at, &number)| ((number as f64).log2(), callers.cost(at).median)).collect()
        };
        callers.map(cost).unwrap_or_default()
    };
    let numbers = run.callers(VERIFY, one_credential).map(|callers| callers.callers.clone()).unwrap_or_default();
    let which = if one_credential { "one credential" } else { "all credentials" };
    Plot {
        title: format!("Cost of one call against the number of callers, {which}"),
        below: "callers".to_owned(),
        ticks: numbers.iter().map(|&number| ((number as f64).log2(), number.to_string())).collect(),
        lines: all_lines(points),
    }
}

pub(crate) fn all(run: &Run) -> [(&'static str, String); 3] {
    [
        ("records.svg", against_records(run).svg()),
        ("one-credential.svg", against_callers(run, true).svg()),
        ("all-credentials.svg", against_callers(run, false).svg()),
    ]
}
