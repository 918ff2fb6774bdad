//! The worker that sends notices: by mail where there is a server for it, to the log where there is none.

use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil_notify::{BuiltIn, Limits, Log, Smtp, Worker};

use crate::error::StartError;

const FROM: &str = "counterfoil demo <no-reply@counterfoil.example>";
const PRODUCT: &str = "counterfoil demo";

/// Often, so that somebody who tries it need not wait.
const INTERVAL: Duration = Duration::from_secs(5);

/// A worker for that mail server, or for the log.
pub(crate) fn worker(foil: &Counterfoil, smtp: Option<&str>) -> Result<Worker, StartError> {
    let texts = BuiltIn::default().product(PRODUCT);
    let worker = match smtp {
        Some(url) => Worker::new(foil.clone(), Smtp::new(url, FROM)?.with_templates(texts)),
        None => Worker::new(foil.clone(), Log::new(texts)),
    };
    Ok(worker.with_limits(Limits { interval: INTERVAL, jitter: INTERVAL / 5, ..Limits::default() }))
}
