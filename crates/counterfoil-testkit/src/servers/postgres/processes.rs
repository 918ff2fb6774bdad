//! Finds the processes of a PostgreSQL server in the system's list of processes.

use std::process::Command;

pub(super) fn signal(name: &str, processes: &[u32]) {
    let mut kill = Command::new("sh");
    kill.arg("-c").arg(r#"signal=$1; shift; kill -"$signal" "$@" 2>/dev/null"#).arg("sh").arg(name);
    let _some_may_be_gone = kill.args(processes.iter().map(u32::to_string)).status().expect("sh runs");
}

pub(super) fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|process| status(*process).is_some_and(|(_, of)| of == parent)).collect()
}

/// Whether the process runs. A zombie process does not run.
pub(super) fn runs(process: u32) -> bool {
    status(process).is_some_and(|(state, _)| state != "Z" && state != "X")
}

/// Reads the state and the parent of a process from `/proc/PID/stat`. Both follow the process's name, which is in
/// parentheses. `None` if there is no such process.
fn status(process: u32) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
}
