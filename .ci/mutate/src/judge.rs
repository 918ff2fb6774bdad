//! Runs the test suite on each mutant until a test fails.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::build::Built;

/// The constant part of the time limit for one mutant. The limit is the sum of this time and six times the duration of
/// the suite without a mutant.
const LEAST: Duration = Duration::from_secs(10);

/// The values of `COUNTERFOIL_SCALE` with which the suite runs on a mutant. With `10`, the suite makes about a tenth of
/// the random attempts that it makes with `ci`. For most mutants a test already fails with `10`, because the fault of a
/// mutant seldom depends on a rare race. The suite runs again with `ci` only if no test has failed with `10`.
const SCALES: [&str; 2] = ["10", "ci"];

enum Verdict {
    Caught(String),
    Missed,
    TimedOut,
}

/// Runs the suite on some of the mutants and appends the results to the file `report`. `mine` decides by the index of a
/// mutant whether this run judges it. Mutants that are already in the report are not judged again. Returns a failure if
/// the suite passed with at least one mutant, in this run or in an earlier one that is in the report.
pub fn judge(built: &Built, report: &str, mine: impl Fn(&usize) -> bool) -> ExitCode {
    let most = SCALES.map(|scale| {
        let begun = Instant::now();
        let whole = run(&built.binary, 0, scale, Duration::from_secs(3_600));
        assert!(matches!(whole, Verdict::Missed), "the suite must pass without a mutant");
        LEAST + 6 * begun.elapsed()
    });
    let begun = Instant::now();
    let judged = std::fs::read_to_string(report).unwrap_or_default();
    let verdicts = |of: &str| judged.lines().filter(|line| line.starts_with(of)).count();
    let (mut caught, mut missed, mut late) = (verdicts("caught by "), verdicts("missed: "), verdicts("timed out: "));
    let is_judged = |name: &str| judged.lines().any(|line| line.ends_with(&format!(": {name}")));
    let mut report = File::options().create(true).append(true).open(report).expect("a report");
    let rest = built.mutants.iter().enumerate().filter(|(index, mutant)| mine(index) && !is_judged(&mutant.name));
    for (_, mutant) in rest {
        let mut verdict = Verdict::Missed;
        for (scale, most) in SCALES.into_iter().zip(most) {
            if matches!(verdict, Verdict::Missed) {
                verdict = run(&built.binary, mutant.number, scale, most);
            }
        }
        let line = match verdict {
            Verdict::Caught(clause) => {
                caught += 1;
                format!("caught by {clause}: {}", mutant.name)
            }
            Verdict::TimedOut => {
                late += 1;
                format!("timed out: {}", mutant.name)
            }
            Verdict::Missed => {
                missed += 1;
                println!("missed: {}", mutant.name);
                format!("missed: {}", mutant.name)
            }
        };
        writeln!(report, "{line}").expect("written");
    }
    let tried = caught + missed + late;
    let took = begun.elapsed().as_secs();
    let counts = format!("{tried} tried: {caught} caught, {late} timed out, {missed} missed, in {took} s");
    let counts = format!("{counts}; {} more do not compile", built.unviable);
    println!("{counts}");
    writeln!(report, "{counts}").expect("written");
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(binary: &Path, number: usize, scale: &str, most: Duration) -> Verdict {
    let mut command = Command::new(binary);
    command
        .args(std::env::var("SUITE").unwrap_or_default().split_whitespace())
        .env("MUTANT", number.to_string())
        .env("COUNTERFOIL_SCALE", scale)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("the test runs");
    let output = child.stdout.take().expect("its output");
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)).is_ok()
    });
    let until = Instant::now() + most;
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) if line.ends_with("... FAILED") => {
                end(&mut child);
                return Verdict::Caught(line.split(' ').nth(1).unwrap_or_default().to_owned());
            }
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => {
                end(&mut child);
                return Verdict::TimedOut;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Verdict::Missed,
        _ => Verdict::Caught("a crash".into()),
    }
}

fn end(child: &mut Child) {
    let _ended = child.kill();
    let _waited = child.wait();
}
