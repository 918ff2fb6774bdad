//! The worker that sends notices about expiry. If there is a mail server, it sends mails. Otherwise it writes the
//! notices to the log.

use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil_axum::Issuer;
use counterfoil_notify::{BuiltIn, Limits, Log, Smtp, Worker};

use crate::error::StartError;
use crate::routes::CONSOLE;

const FROM: &str = "counterfoil demo <no-reply@counterfoil.example>";
const PRODUCT: &str = "counterfoil demo";

/// The pause between two runs. It is short, so that the demo sends notices soon.
const INTERVAL: Duration = Duration::from_secs(5);

/// Makes a worker that uses the mail server `smtp`. If `smtp` is `None`, the worker writes the notices to the log. The
/// texts of the notices link to the console.
pub(crate) fn worker(counterfoil: &Counterfoil, smtp: Option<&str>, issuer: &Issuer) -> Result<Worker, StartError> {
    let console = format!("{}{CONSOLE}", issuer.as_str().trim_end_matches('/'));
    let texts = BuiltIn::default().product(PRODUCT).console_url(&console);
    let worker = match smtp {
        Some(url) => Worker::new(counterfoil.clone(), Smtp::new(url, FROM)?.with_templates(texts)),
        None => Worker::new(counterfoil.clone(), Log::new(texts)),
    };
    Ok(worker.with_limits(Limits::default().with_interval(INTERVAL).with_jitter(INTERVAL / 5)))
}
