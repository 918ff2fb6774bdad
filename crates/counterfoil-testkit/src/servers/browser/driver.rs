//! The process of a WebDriver driver, its folder, and the browser that it starts.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::vendor::{DriverProgram, Vendor};

/// A shell script that ends the driver and the browser, and removes their folder, as soon as the [`Driver`] is dropped
/// or the test process ends. The script notices this because the pipe from the test process closes. It finds the
/// browser's processes by the unique name of the folder.
const KEEPER: &str = r#"
trap '' INT TERM
folder=$1; shift
"$@" >"$folder/log" 2>&1 & driver=$!
cat >/dev/null
kill -KILL "$driver" 2>/dev/null
for process in /proc/[0-9]*; do
  [ "$process" != "/proc/$$" ] || continue
  case $(tr '\0' ' ' <"$process/cmdline") in *"$folder"*) kill -KILL "${process#/proc/}" ;; esac
done 2>/dev/null
wait
for turn in 1 2 3 4 5; do rm -rf "$folder" 2>/dev/null && break; sleep 0.1; done
"#;

/// The process of a WebDriver driver, with its own port.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) folder: PathBuf,
    pub(super) port: u16,
    keeper: Child,
}

impl Driver {
    /// Starts a driver on a free port. A port that is free for IPv4 can be taken for IPv6, so this function makes up to
    /// five attempts.
    pub(super) fn start(vendor: &dyn Vendor) -> Self {
        let program = vendor.driver();
        let mut log = String::new();
        for _ in 0..5 {
            match Self::try_start(&program) {
                Ok(driver) => return driver,
                Err(lines) => log = lines,
            }
        }
        panic!("{} did not start:\n{log}", program.file.display());
    }

    fn try_start(program: &DriverProgram) -> Result<Self, String> {
        let made = Command::new("mktemp").args(["-d", "-t", "counterfoil-browser-XXXXXXXXXX"]).output();
        let folder = PathBuf::from(String::from_utf8_lossy(&made.expect("mktemp runs").stdout).trim());
        assert!(folder.is_dir(), "mktemp made no folder");
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(&folder)
            .arg(&program.file)
            .args(program.arguments)
            .env("TMPDIR", &folder)
            .env("HOME", &folder)
            .env_remove("LANGUAGE")
            .stdin(Stdio::piped())
            .spawn();
        let mut driver = Self { folder, port: 0, keeper: keeper.expect("sh runs") };
        for _ in 0..1_200 {
            if let Some(port) = port(&driver.log(), program.before_port) {
                driver.port = port;
                return Ok(driver);
            }
            if ["Exiting", "error:"].iter().any(|end| driver.log().contains(end)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err(driver.log())
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

/// The path of the first of these programs that is found in a directory of `PATH`. `None` if none of them is found.
pub(super) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let all = names.iter().flat_map(|name| folders.iter().map(move |folder: &PathBuf| folder.join(name)));
    all.into_iter().find(|file: &PathBuf| Path::is_file(file))
}

/// Reads the driver's port from its log. The port is the number after the text `before`. `None` if the log does not
/// contain it yet.
fn port(log: &str, before: &str) -> Option<u16> {
    let (_, said) = log.split_once(before)?;
    let end = said.find(|letter: char| !letter.is_ascii_digit())?;
    said[..end].parse().ok()
}
