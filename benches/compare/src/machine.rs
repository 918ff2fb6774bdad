//! The machine that a part was measured on.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) system: String,
    pub(crate) compiler: String,
}

impl Machine {
    /// Describes this machine. A processor or compiler that cannot be determined is `unknown`.
    pub(crate) fn here() -> Self {
        let field = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
            line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()))
        };
        let unknown = || "unknown".to_owned();
        let memory = field("/proc/meminfo", "MemTotal").and_then(|size| size.strip_suffix(" kB")?.parse().ok());
        let memory: u64 = memory.unwrap_or_default();
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let compiler = Command::new("rustc").arg("--version").output().ok();
        let compiler = compiler.and_then(|output| String::from_utf8(output.stdout).ok());
        Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (memory + 512 * 1024) / (1024 * 1024),
            system: format!("{} {} {}", std::env::consts::OS, release.trim(), std::env::consts::ARCH),
            compiler: compiler.map_or_else(unknown, |text| text.trim().to_owned()),
        }
    }
}
