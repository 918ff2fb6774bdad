//! Measures durations and outcomes of calls with the crate `metrics` (feature `metrics`). Without the feature nothing
//! is measured.

/// A measurement. It starts before a call and ends when the result is known.
#[must_use]
pub(crate) struct Stopwatch {
    #[cfg(feature = "metrics")]
    began: std::time::Instant,
}

impl Stopwatch {
    #[cfg(feature = "metrics")]
    #[allow(clippy::disallowed_methods, reason = "a measurement; nothing is decided by it")]
    pub(crate) fn start() -> Self {
        Self { began: std::time::Instant::now() }
    }

    #[cfg(not(feature = "metrics"))]
    pub(crate) const fn start() -> Self {
        Self {}
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn elapsed(&self) -> std::time::Duration {
        self.began.elapsed()
    }

    /// Records the outcome of an operation, and the time since the start of the measurement.
    pub(crate) fn operation(self, op: &'static str, outcome: &'static str) {
        #[cfg(feature = "metrics")]
        metrics::histogram!("counterfoil_operation_seconds", "operation" => op, "outcome" => outcome)
            .record(self.elapsed());
        #[cfg(not(feature = "metrics"))]
        let _ = (self, op, outcome);
    }
}

/// Records the elapsed time under static labels. Allocates nothing if no recorder is installed.
macro_rules! timed {
    ($watch:expr, $name:literal, $($key:literal => $value:expr),*) => {{
        #[cfg(feature = "metrics")]
        {
            static LABELS: &[metrics::Label] = &[$(metrics::Label::from_static_parts($key, $value)),*];
            static KEY: metrics::Key = metrics::Key::from_static_parts($name, LABELS);
            static METADATA: metrics::Metadata<'static> =
                metrics::Metadata::new("counterfoil", metrics::Level::INFO, Some("counterfoil"));
            metrics::with_recorder(|recorder| {
                recorder.register_histogram(&KEY, &METADATA).record($watch.elapsed());
            });
        }
        #[cfg(not(feature = "metrics"))]
        let _ = &$watch;
    }};
}

pub(crate) use timed;

/// Counts every event as the metric `counterfoil_events_total` with the label `event`.
#[cfg(feature = "metrics")]
#[derive(Default)]
pub(crate) struct CountingSink {
    /// The metric key for each name of an event. A key is allocated at the first event with its name, and used again
    /// for all later events with this name.
    keys: std::sync::Mutex<std::collections::BTreeMap<&'static str, metrics::Key>>,
}

#[cfg(feature = "metrics")]
impl crate::event::sink::EventSink for CountingSink {
    fn tell(&self, event: &crate::event::Event) {
        static METADATA: metrics::Metadata<'static> =
            metrics::Metadata::new("counterfoil", metrics::Level::INFO, Some("counterfoil"));
        let name = event.kind.name();
        let mut keys = self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let key = keys.entry(name).or_insert_with(|| {
            let label = metrics::Label::from_static_parts("event", name);
            metrics::Key::from_parts("counterfoil_events_total", vec![label])
        });
        metrics::with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(1));
    }
}
