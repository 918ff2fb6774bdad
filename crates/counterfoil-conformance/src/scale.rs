//! How often the suite repeats races and random sequences. A race or a random sequence that runs only once finds few
//! faults.

/// The numbers of rounds, threads, sequences and commands of a test run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scale {
    /// The number of rounds of each race.
    pub rounds: u32,
    /// The number of threads that race in a round.
    pub threads: usize,
    /// The number of random command sequences in the model test.
    pub sequences: u32,
    /// The number of commands in each sequence.
    pub commands: u32,
}

impl Scale {
    /// Numbers for a run on every commit. With them, a test takes a few seconds.
    pub const CI: Self = Self { rounds: 300, threads: 16, sequences: 50, commands: 125 };
    /// Numbers for a long run, such as before a release: 10,000 rounds with 64 threads, and 10,000 sequences of 125
    /// commands.
    pub const SOAK: Self = Self { rounds: 10_000, threads: 64, sequences: 10_000, commands: 125 };

    /// Sets [`rounds`](Self::rounds).
    #[must_use]
    pub const fn with_rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub const fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets [`sequences`](Self::sequences).
    #[must_use]
    pub const fn with_sequences(mut self, sequences: u32) -> Self {
        self.sequences = sequences;
        self
    }

    /// Sets [`commands`](Self::commands).
    #[must_use]
    pub const fn with_commands(mut self, commands: u32) -> Self {
        self.commands = commands;
        self
    }

    /// Returns the number of rounds of a race through a [`SlowStore`](crate::SlowStore): a third of
    /// [`rounds`](Self::rounds), rounded up. A round through a `SlowStore` takes several times as long as a round on
    /// the store itself, and finds several times as many faults.
    #[must_use]
    pub const fn slow_rounds(self) -> u32 {
        self.rounds.div_ceil(3)
    }
}

/// The smallest number of random sequences in a model test. With fewer sequences, some combinations of an operation, a
/// state of a record and a limit would be tried by only one sequence or by none.
const LEAST: u32 = 14;

/// Reads the numbers of a test run from the environment variable `COUNTERFOIL_SCALE`. Its value is `ci` (the default)
/// for [`Scale::CI`], `soak` for [`Scale::SOAK`], or a whole number from 1. The rounds and sequences of [`Scale::CI`]
/// are divided by this number, but there are at least 4 rounds and 14 sequences. For example, `COUNTERFOIL_SCALE=10`
/// suits a backend that is far away.
///
/// # Panics
///
/// If the variable has any other value that is not empty. So a misspelt `soak` is noticed.
#[must_use]
pub fn scale() -> Scale {
    match std::env::var("COUNTERFOIL_SCALE").as_deref() {
        Err(_) | Ok("" | "ci") => Scale::CI,
        Ok("soak") => Scale::SOAK,
        Ok(other) => match other.parse::<u32>() {
            Ok(part) if part > 0 => Scale {
                rounds: (Scale::CI.rounds / part).max(4),
                sequences: (Scale::CI.sequences / part).max(LEAST),
                ..Scale::CI
            },
            _ => panic!("COUNTERFOIL_SCALE must be `ci`, `soak` or a whole number from 1, not {other:?}"),
        },
    }
}
