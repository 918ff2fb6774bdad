//! Measures the call rates of concurrent callers. The speed of the machine varies, and other processes use its cores.
//! Therefore the store and the baseline (the database driver without the store) are measured alternately in many short
//! turns, and the fastest turn of each is compared. The bench also prints the ratio of the fastest turn to the median
//! turn. If this ratio is large, the result is not reliable.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The duration of one turn.
const TURN: Duration = Duration::from_millis(100);

/// An operation that makes one call. The arguments are the number of the caller and the number of the call.
pub type Op = Arc<dyn Fn(usize, u64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Makes an operation from a closure that returns a future.
pub fn op<F>(call: impl Fn(usize, u64) -> F + Send + Sync + 'static) -> Op
where
    F: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |caller, nth| Box::pin(call(caller, nth)))
}

/// Returns the number of turns in which the store is measured. The baseline with which it is compared gets the same
/// number of turns. The number is the value of `COUNTERFOIL_BENCH_ROUNDS`, or 10 if that is not set.
fn turns() -> usize {
    std::env::var("COUNTERFOIL_BENCH_ROUNDS").ok().and_then(|turns| turns.parse().ok()).unwrap_or(10)
}

/// The numbers of concurrent callers with which to measure. `COUNTERFOIL_BENCH_CALLERS` sets them, separated by commas.
/// The default is 1, 16, 64 and 256.
pub fn callers() -> Vec<usize> {
    let text = std::env::var("COUNTERFOIL_BENCH_CALLERS").unwrap_or_else(|_| "1,16,64,256".to_owned());
    text.split(',').filter_map(|callers| callers.trim().parse().ok()).collect()
}

/// Whether to measure the operation `name`. True if `COUNTERFOIL_BENCH_ONLY` is unset or contains the name. The
/// variable contains names separated by commas.
pub fn wanted(name: &str) -> bool {
    std::env::var("COUNTERFOIL_BENCH_ONLY").map_or(true, |only| only.split(',').any(|only| only == name))
}

/// Measures one turn of [`TURN`]. Returns the number of calls per second of all callers together.
async fn rate(callers: usize, op: &Op) -> f64 {
    let began = Instant::now();
    let calling: Vec<_> = (0..callers)
        .map(|caller| {
            let op = Arc::clone(op);
            tokio::spawn(async move {
                let mut calls = 0;
                while began.elapsed() < TURN {
                    op(caller, calls).await;
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    let mut calls = 0;
    for caller in calling {
        calls += caller.await.expect("a caller");
    }
    calls as f64 / began.elapsed().as_secs_f64()
}

/// Returns the rate of the fastest turn, and the ratio of this rate to the median rate.
fn fastest(mut of: Vec<f64>) -> (f64, f64) {
    of.sort_by(f64::total_cmp);
    let fastest = of[of.len() - 1];
    (fastest, fastest / of[of.len() / 2])
}

/// Prints one line with both rates, and with the ratio of the time of the store (`ours`) to the time of the baseline
/// (`raw`).
pub async fn compare(name: &str, callers: usize, ours: &Op, raw: (&str, &Op)) {
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    rate(callers, ours).await;
    rate(callers, raw.1).await;
    for _ in 0..turns() {
        mine.push(rate(callers, ours).await);
        theirs.push(rate(callers, raw.1).await);
    }
    let ((mine, my_spread), (theirs, their_spread)) = (fastest(mine), fastest(theirs));
    println!(
        "{name:<8} {callers:>4} callers  ours {mine:>9.0}/s  {:<14} {theirs:>9.0}/s  cost {:>5.2}x  (spread {my_spread:.1}, {their_spread:.1})",
        raw.0,
        theirs / mine,
    );
}

/// The median duration of `times` sequential calls.
pub async fn median_time(times: u32, op: impl AsyncFn(u32)) -> Duration {
    let mut all = Vec::new();
    for nth in 0..times {
        let began = Instant::now();
        op(nth).await;
        all.push(began.elapsed());
    }
    all.sort();
    all[all.len() / 2]
}
