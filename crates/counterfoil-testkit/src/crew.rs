//! Runs parts of a test in other processes, which start at the same time. Each process is a copy of the test binary. It
//! runs one ignored test, which receives orders from the parent process and answers them.

use std::env;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const WIRE: &str = "COUNTERFOIL_CREW_WIRE";
const PLACE: &str = "COUNTERFOIL_CREW_PLACE";
const TARGET: &str = "COUNTERFOIL_CREW_TARGET";

/// A group of processes that receive orders, which are lines of text, and answer them. The processes end when this
/// value is dropped.
#[derive(Debug)]
pub struct Crew {
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    process: Child,
    wire: Option<BufReader<TcpStream>>,
}

impl Crew {
    /// Starts `size` processes, which run the ignored test named `test`. This test must call [`Post::take`] to connect
    /// to the crew. `target` says on which store it works: see [`Post::target`].
    ///
    /// # Panics
    ///
    /// If a process does not connect.
    #[must_use]
    pub fn start(size: usize, test: &str, target: &str) -> Self {
        let wire = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = wire.local_addr().expect("an address").port();
        let start = |place| Member {
            process: process(test, target, place).env(WIRE, port.to_string()).spawn().expect("a process"),
            wire: None,
        };
        let mut crew = Self { members: (0..size).map(start).collect() };
        wire.set_nonblocking(true).expect("a listener that does not block");
        for _ in 0..6_000 {
            match wire.accept() {
                Ok((stream, _)) => crew.join(stream),
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => panic!("nobody can come: {error}"),
            }
            if crew.members.iter().all(|member| member.wire.is_some()) {
                return crew;
            }
        }
        panic!("a process did not come");
    }

    fn join(&mut self, stream: TcpStream) {
        stream.set_nonblocking(false).expect("a stream that blocks");
        stream.set_nodelay(true).expect("a stream without delay");
        let mut wire = BufReader::new(stream);
        let place: usize = line(&mut wire).and_then(|place| place.parse().ok()).expect("a place");
        self.members[place].wire = Some(wire);
    }

    /// The number of processes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// Sends an order to all processes, and returns their answers in the order of [`Post::place`].
    ///
    /// # Panics
    ///
    /// If a process has died.
    pub fn order(&mut self, order: &str) -> Vec<String> {
        for member in &mut self.members {
            let wire = member.wire.as_mut().expect("seated").get_mut();
            wire.write_all(format!("{order}\n").as_bytes()).expect("a process that listens");
        }
        let answer = |member: &mut Member| line(member.wire.as_mut().expect("seated")).expect("a process that answers");
        self.members.iter_mut().map(answer).collect()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for member in &mut self.members {
            drop(member.wire.take());
            let _ended = member.process.wait();
        }
    }
}

/// The connection of a process to the [`Crew`] in its parent process. The process receives orders on it and answers
/// them.
#[derive(Debug)]
pub struct Post {
    place: usize,
    target: String,
    wire: Option<BufReader<TcpStream>>,
}

impl Post {
    /// Connects this process to the parent process that started it.
    ///
    /// # Panics
    ///
    /// If no [`Crew`] and no [`loner`] call started this process.
    #[must_use]
    pub fn take() -> Self {
        let variable =
            |name| env::var(name).unwrap_or_else(|_| panic!("{name}: this test is run by others, as a process"));
        let place = variable(PLACE);
        let wire = env::var(WIRE).ok().map(|port| {
            let mut wire =
                TcpStream::connect(("127.0.0.1", port.parse().expect("a port"))).expect("the one who orders");
            wire.set_nodelay(true).expect("a stream without delay");
            wire.write_all(format!("{place}\n").as_bytes()).expect("a place");
            BufReader::new(wire)
        });
        Self { place: place.parse().expect("a number"), target: variable(TARGET), wire }
    }

    /// The number of this process in its crew, from 0.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.place
    }

    /// The store to work on, as given to [`Crew::start`].
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Calls `answer` with each order and sends its result back, until the crew is dropped.
    ///
    /// # Panics
    ///
    /// If no [`Crew`] started this process.
    pub fn answer(mut self, mut answer: impl FnMut(&str) -> String) {
        let mut wire = self.wire.take().expect("one of a crew");
        while let Some(order) = line(&mut wire) {
            let answer = answer(&order);
            if wire.get_mut().write_all(format!("{answer}\n").as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Starts a single process that runs the ignored test named `test`. It belongs to no crew and receives no orders. The
/// test that starts it can kill it.
///
/// # Panics
///
/// If the process cannot be started.
#[must_use]
pub fn loner(test: &str, target: &str, place: usize) -> Child {
    process(test, target, place).spawn().expect("a process")
}

/// Suspends a process that [`loner`] started.
///
/// # Panics
///
/// If `kill` cannot be run.
pub fn suspend(process: &Child) {
    signal(process, "-STOP");
}

/// Lets a process go on after [`suspend`].
///
/// # Panics
///
/// If `kill` cannot be run.
pub fn resume(process: &Child) {
    signal(process, "-CONT");
}

fn signal(process: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &process.id().to_string()]).stderr(Stdio::null()).status();
    let _may_have_ended = sent.expect("kill runs");
}

fn process(test: &str, target: &str, place: usize) -> Command {
    let mut process = Command::new(env::current_exe().expect("this binary"));
    process.args(["--exact", test, "--include-ignored", "--nocapture", "--test-threads=1"]);
    process.env(PLACE, place.to_string()).env(TARGET, target).stdin(Stdio::null()).stdout(Stdio::null());
    process
}

/// Reads a line from the connection between a crew and a process. Returns `None` if the other side has closed it.
fn line(wire: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    let read = wire.read_line(&mut text).ok()?;
    (read > 0 && text.ends_with('\n')).then(|| text.trim_end().to_owned())
}
