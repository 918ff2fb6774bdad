//! Rates of concurrent callers. The machine's speed drifts and neighbours take its cores, so ours and the driver's are
//! measured by turns, short ones and many, and the fastest turn of each counts. The spread between the fastest and the
//! median turn is printed too: where it is wide, the ratio says little.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long one turn of one way takes.
const TURN: Duration = Duration::from_millis(100);

/// One call: of which caller, and that one's how manieth.
pub type Op = Arc<dyn Fn(usize, u64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// An operation out of a closure that gives a future.
pub fn op<F>(call: impl Fn(usize, u64) -> F + Send + Sync + 'static) -> Op
where
    F: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |caller, nth| Box::pin(call(caller, nth)))
}

/// Turns of each, from `COUNTERFOIL_BENCH_ROUNDS`.
fn turns() -> usize {
    std::env::var("COUNTERFOIL_BENCH_ROUNDS").ok().and_then(|turns| turns.parse().ok()).unwrap_or(10)
}

/// How many callers at once, from `COUNTERFOIL_BENCH_CALLERS`.
pub fn callers() -> Vec<usize> {
    let text = std::env::var("COUNTERFOIL_BENCH_CALLERS").unwrap_or_else(|_| "1,16,64,256".to_owned());
    text.split(',').filter_map(|callers| callers.trim().parse().ok()).collect()
}

/// Whether that operation is asked for, by `COUNTERFOIL_BENCH_ONLY` (a comma between names) or by silence.
pub fn wanted(name: &str) -> bool {
    std::env::var("COUNTERFOIL_BENCH_ONLY").map_or(true, |only| only.split(',').any(|only| only == name))
}

/// Calls a second.
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

/// The fastest turn, and how many times as fast as the median one it was.
fn fastest(mut of: Vec<f64>) -> (f64, f64) {
    of.sort_by(f64::total_cmp);
    let fastest = of[of.len() - 1];
    (fastest, fastest / of[of.len() / 2])
}

/// Prints a line: the rates of both, and how many times as much time ours takes.
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

/// The median time of so many calls one after the other.
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
