//! The tables of the page.

use super::Run;
use super::format::{quartiles, ratio, records, thousands, time};
use crate::names::*;

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

pub(crate) fn floor(run: &Run) -> String {
    let mut text = String::from(
        "## Our calls and the floor\n\n| call | records | floor | call | call / floor |\n|---|---|---|---|---|\n",
    );
    for what in [VERIFY, VERIFY_RING, AUTHENTICATE] {
        for pair in SIZES.iter().filter_map(|&size| run.pair(what, size)) {
            let (floor, cost) = (time(pair.base_cost().median), time(pair.cost().median));
            text +=
                &format!("| {what} | {} | {floor} | {cost} | {} |\n", records(pair.records), quartiles(pair.ratio()));
        }
    }
    text
}

pub(crate) fn peers(run: &Run) -> String {
    let mut text = String::from(
        "## Other libraries\n\nEach cell has the cost of the library's call, and that cost divided by the cost of \
         `verify`, with its quartiles. Above 1 the library is slower than `verify`.\n\n\
         | library | 1,000 records | 100,000 records | 1 million records |\n|---|---|---|---|\n",
    );
    for what in PEERS {
        let cell = |&size| match run.pair(what, size) {
            Some(pair) => format!("{}, {}", time(pair.cost().median), quartiles(pair.ratio())),
            None => "not measured".to_owned(),
        };
        text += &format!("| {what} | {} |\n", SIZES.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    text += "\n![Cost of one call against the number of records](performance/records.svg)\n";
    text
}

pub(crate) fn callers(run: &Run) -> String {
    let any = run.callers(VERIFY, true);
    let size = any.map(|callers| records(callers.records)).unwrap_or_default();
    let numbers = any.map(|callers| callers.callers.clone()).unwrap_or_default();
    let mut text = format!(
        "## Several callers\n\nEach caller is a thread. A cell has the time in which all callers made their calls, \
         divided by the number of calls. The last column has the calls a second of two callers, divided by those of \
         one. There are {size} records.\n",
    );
    for (one, title, picture) in [
        (true, "All callers present one credential:", "one-credential"),
        (false, "Each caller goes through all credentials:", "all-credentials"),
    ] {
        let heads: Vec<_> =
            numbers.iter().map(|number| format!("{number} callers").replace("1 callers", "1 caller")).collect();
        text += &format!(
            "\n{title}\n\n| call | {} | 2 callers / 1 caller |\n|---|{}---|\n",
            heads.join(" | "),
            "---|".repeat(heads.len())
        );
        for callers in [FLOOR, VERIFY].iter().chain(&PEERS).filter_map(|what| run.callers(what, one)) {
            let costs: Vec<_> = (0..callers.callers.len()).map(|at| time(callers.cost(at).median)).collect();
            let gain = callers.gain(2).map(quartiles).unwrap_or_default();
            text += &format!("| {} | {} | {gain} |\n", callers.what, costs.join(" | "));
        }
        text += &format!("\n![Cost of one call against the number of callers](performance/{picture}.svg)\n");
    }
    text
}

pub(crate) fn sqlite(run: &Run) -> String {
    let mut text = format!(
        "## SQLite\n\n| records | {VERIFY} | {TOWER_SQLITE} | tower-sessions / `verify` |\n|---|---|---|---|\n"
    );
    for pair in SIZES.iter().filter_map(|&size| run.pair(TOWER_SQLITE, size)) {
        let (ours, other) = (time(pair.base_cost().median), time(pair.cost().median));
        text += &format!("| {} | {ours} | {other} | {} |\n", records(pair.records), quartiles(pair.ratio()));
    }
    text
}

pub(crate) fn memory(run: &Run) -> String {
    let ours = run.bytes().find(|bytes| bytes.what == VERIFY).map(|bytes| bytes.bytes as f64);
    let mut text =
        String::from("## Memory\n\n| store | records | bytes a record | divided by ours |\n|---|---|---|---|\n");
    for bytes in run.bytes() {
        let name = if bytes.what == VERIFY { "counterfoil, `MemoryStore`" } else { &bytes.what };
        let relative = ours.map(|ours| ratio(bytes.bytes as f64 / ours)).unwrap_or_default();
        text += &format!("| {name} | {} | {} | {relative} |\n", records(bytes.records), thousands(bytes.bytes as f64));
    }
    text
}

/// The test that compares the time to refuse an unknown id with the time to refuse a wrong secret. A difference reveals
/// whether an id exists. This is no leak, because an id is public.
const EXISTENCE: &str = "verify_unknown_id_or_wrong_secret";

/// The bounds of the method of dudect for the absolute value of Welch's t. Above `LEAK`, a test has found a leak. Below
/// `NO_LEAK`, it has found none. Between them, its result is undecided.
const LEAK: f64 = 10.0;
const NO_LEAK: f64 = 5.0;

pub(crate) fn timing(run: &Run) -> String {
    let control = |test: &str| test == "early_exit_control";
    let mut text = String::from(
        "## What the time of a refusal reveals\n\n\
         | test | samples | t | medians of the two classes | result |\n|---|---|---|---|---|\n",
    );
    for timing in run.timing() {
        let result = match (timing.t.abs(), control(&timing.test)) {
            (t, true) if t > LEAK => "the difference is found, as it must be",
            (_, true) => "the difference is not found: the other results mean nothing",
            (t, _) if t < NO_LEAK => "no leak found",
            (_, _) if timing.test == EXISTENCE => {
                "a difference is found. It tells whether an id exists; an id is public"
            }
            (t, _) if t > LEAK => "**leak**",
            _ => "undecided",
        };
        let medians = timing.medians.map(|[left, right]| format!("{left} ns, {right} ns")).unwrap_or_default();
        let samples = thousands(timing.samples as f64);
        text += &format!("| `{}` | {samples} | {:.2} | {medians} | {result} |\n", timing.test, timing.t);
    }
    text
}
