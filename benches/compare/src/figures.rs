//! The raw figures of a run. The figures of each part of a run are one file in docs/performance.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// What one part of a run measured.
#[derive(Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) part: String,
    /// When the part began, in UTC.
    pub(crate) date: String,
    pub(crate) seconds: u64,
    pub(crate) machine: Machine,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) callers: Vec<Callers>,
    pub(crate) bytes: Vec<Bytes>,
    pub(crate) timing: Vec<Timing>,
}

/// The measurements of two peers, the base and another peer. Each round measures both in turn.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) base: String,
    pub(crate) what: String,
    pub(crate) records: usize,
    /// One item for each round: the nanoseconds of one call of the base, and of one call of the other peer.
    pub(crate) rounds: Vec<[f64; 2]>,
}

/// The measurements of one peer that several threads call at the same time. Each such thread is a caller.
#[derive(Serialize, Deserialize)]
pub(crate) struct Callers {
    pub(crate) what: String,
    /// Whether all callers present one credential.
    pub(crate) one_credential: bool,
    pub(crate) records: usize,
    pub(crate) callers: Vec<usize>,
    /// One list for each round. The list has one value for each number in `callers`, in the same order: the nanoseconds
    /// of one call with this number of callers.
    pub(crate) rounds: Vec<Vec<f64>>,
}

/// The memory that one record takes in the store of one peer.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bytes {
    pub(crate) what: String,
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// A test of the bench `dudect`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Timing {
    pub(crate) test: String,
    pub(crate) samples: usize,
    /// Welch's t, which compares the times of the two classes of input.
    pub(crate) t: f64,
    /// The median times of the two classes, in nanoseconds. `None` if the bench printed no medians for this test.
    pub(crate) medians: Option<[f64; 2]>,
}

/// The three quartiles of the values that the rounds of a measurement gave.
#[derive(Clone, Copy)]
pub(crate) struct Quartiles {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Quartiles {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| values[values.len() * quarter / 4]);
        Self { low, median, high }
    }
}

impl Pair {
    /// The cost of the other peer divided by the cost of the base.
    pub(crate) fn ratio(&self) -> Quartiles {
        Quartiles::of(self.rounds.iter().map(|[base, other]| other / base))
    }

    /// The cost of the base divided by the cost of the other peer.
    pub(crate) fn inverse(&self) -> Quartiles {
        Quartiles::of(self.rounds.iter().map(|[base, other]| base / other))
    }

    pub(crate) fn base_cost(&self) -> Quartiles {
        Quartiles::of(self.rounds.iter().map(|round| round[0]))
    }

    pub(crate) fn cost(&self) -> Quartiles {
        Quartiles::of(self.rounds.iter().map(|round| round[1]))
    }
}

impl Callers {
    /// The nanoseconds of one call with `self.callers[at]` callers.
    pub(crate) fn cost(&self, at: usize) -> Quartiles {
        Quartiles::of(self.rounds.iter().map(|round| round[at]))
    }

    /// The speedup by several callers. It is the number of calls a second that `callers` callers make together, divided
    /// by the number of calls a second of one caller. `None` if one of these two measurements is missing.
    pub(crate) fn gain(&self, callers: usize) -> Option<Quartiles> {
        let place = |number| self.callers.iter().position(|&callers| callers == number);
        let (one, many) = (place(1)?, place(callers)?);
        Some(Quartiles::of(self.rounds.iter().map(|round| round[one] / round[many])))
    }
}

/// The folder with the figures of each part, and with the pictures that are made from them.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance")
}

impl Part {
    /// Writes the file of this part, with one line for each measurement.
    pub(crate) fn write(&self) {
        let line = |value: serde_json::Result<String>| value.expect("a value");
        let list = |lines: Vec<String>| match lines.is_empty() {
            true => "[]".to_owned(),
            false => format!("[\n    {}\n  ]", lines.join(",\n    ")),
        };
        let text = format!(
            "{{\n  \"part\": {},\n  \"date\": {},\n  \"seconds\": {},\n  \"machine\": {},\n  \"pairs\": {},\n  \
             \"callers\": {},\n  \"bytes\": {},\n  \"timing\": {}\n}}\n",
            line(serde_json::to_string(&self.part)),
            line(serde_json::to_string(&self.date)),
            self.seconds,
            line(serde_json::to_string(&self.machine)),
            list(self.pairs.iter().map(|pair| line(serde_json::to_string(pair))).collect()),
            list(self.callers.iter().map(|callers| line(serde_json::to_string(callers))).collect()),
            list(self.bytes.iter().map(|bytes| line(serde_json::to_string(bytes))).collect()),
            list(self.timing.iter().map(|timing| line(serde_json::to_string(timing))).collect()),
        );
        fs::create_dir_all(folder()).expect("a folder");
        fs::write(folder().join(format!("{}.json", self.part)), text).expect("written");
    }

    /// Reads the parts with these names. A part without a file is left out.
    pub(crate) fn read_all(names: &[&str]) -> Vec<Self> {
        let texts = names.iter().filter_map(|name| fs::read_to_string(folder().join(format!("{name}.json"))).ok());
        texts.map(|text| serde_json::from_str(&text).expect("figures of this program")).collect()
    }
}

/// Rounds to a tenth of a nanosecond.
pub(crate) fn rounded(nanoseconds: f64) -> f64 {
    (nanoseconds * 10.0).round() / 10.0
}
