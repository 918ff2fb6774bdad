//! Runs the bench `dudect` in a process of its own, and reads what it prints.

use std::process::Command;

use crate::figures::Timing;

/// The number of samples of each test.
const SAMPLES: &str = "10000000";

pub(crate) fn run() -> Vec<Timing> {
    let samples = std::env::var("COUNTERFOIL_BENCH_SAMPLES").unwrap_or(SAMPLES.to_owned());
    let program = std::env::current_exe().expect("a program");
    let output = Command::new(program).arg("--dudect").env("COUNTERFOIL_BENCH_SAMPLES", &samples).output();
    let output = output.expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    eprintln!("{printed}");
    read(&printed, samples.parse().expect("a number"))
}

fn read(printed: &str, samples: usize) -> Vec<Timing> {
    let tests = printed.split("\nbench ").skip(1).filter(|text| text.contains("max t = "));
    tests
        .map(|text| {
            let test = text.split(' ').next().unwrap_or_default().to_owned();
            let after = |name: &str| text.split_once(name).map(|(_, rest)| rest.trim_start());
            let number = |text: &str| text.split([',', ' ', '\n']).next().and_then(|number| number.parse::<f64>().ok());
            let t = after("max t = ").and_then(number).expect("a statistic");
            let medians = after("medians: ").and_then(|rest| {
                let (left, right) = rest.lines().next()?.split_once(", ")?;
                Some([number(left)?, number(right)?])
            });
            Timing { test, samples, t, medians }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_output_of_the_bench_is_read() {
        let printed = "\nrunning 2 benches\nbench one seeded with 0x01\n\
            bench one ... : n == +0.100M, max t = -2.50000, max tau = -0.1, (5/tau)^2 = 1\n\
            bench two seeded with 0x02\nbench two ... medians: 321 ns, 322 ns\n\
            : n == +0.100M, max t = +1.25000, max tau = +0.1, (5/tau)^2 = 1\n\ndudect benches complete\n\n";
        let [one, two] = read(printed, 7).try_into().ok().expect("two tests");
        assert_eq!((&*one.test, one.t, one.medians, one.samples), ("one", -2.5, None, 7));
        assert_eq!((&*two.test, two.t, two.medians), ("two", 1.25, Some([321.0, 322.0])));
    }
}
