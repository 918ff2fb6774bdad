//! Sends e-mail through an SMTP server.

mod fault;
mod mail;
mod mailer;
mod message_id;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use mailer::Mailer;

use crate::digest::Digest;
use crate::templates::{BuiltIn, Templates};
use crate::transport::{SendError, Transport};

/// The reason why the settings for a mail server are invalid. The message does not contain the URL, because the URL may
/// contain a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpSetupError {
    /// The server's URL is invalid.
    #[error("smtp url must be smtp://, smtps:// or smtp://…?tls=required with a host")]
    Url(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection to another machine would not be safe. It would use plain text, or it would use TLS only if the
    /// server offers TLS. An attacker can suppress this offer.
    #[error("smtp url must ask for tls (smtps://, or smtp://…?tls=required) unless the host is loopback")]
    PlainText,
    /// The sender is invalid.
    #[error("from must be an e-mail address, or a name and an address in angle brackets")]
    From,
}

/// The maximum number of idle connections that are kept.
const IDLE: u32 = 4;
/// The time for which an idle connection is kept.
const IDLE_FOR: Duration = Duration::from_secs(60);
/// The time limit for each step of the SMTP dialogue. The timeout of the worker limits the whole dialogue.
const STEP: Duration = Duration::from_secs(20);

/// A transport that sends each message as one mail with text and HTML. If the same notices are sent to the same person
/// again, the mail has the same Message-ID.
///
/// ```
/// use counterfoil_notify::Smtp;
///
/// let smtp = Smtp::new("smtp://mail.example.com:587?tls=required", "Tokens <no-reply@example.com>");
/// assert!(smtp.is_ok());
/// let plain = Smtp::new("smtp://mail.example.com:25", "no-reply@example.com").expect_err("in plain text");
/// assert!(plain.to_string().contains("tls"));
/// ```
pub struct Smtp {
    mailer: Mailer,
    from: Mailbox,
    templates: Arc<dyn Templates>,
}

impl Smtp {
    /// Takes the URL of the mail server and the sender's address. The mails contain the built-in texts. The first mail
    /// opens the first connection to the server.
    ///
    /// `smtps://host` uses TLS from the first byte (port 465). `smtp://host?tls=required` uses STARTTLS (port 587).
    /// `smtp://localhost:25` uses plain text, which is allowed for loopback only. The URL may contain a user and a
    /// password, which must be percent-encoded.
    ///
    /// # Errors
    ///
    /// [`SmtpSetupError`] if the URL or the sender is invalid.
    pub fn new(url: &str, from: &str) -> Result<Self, SmtpSetupError> {
        if !is_safe(url) {
            return Err(SmtpSetupError::PlainText);
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let builder = builder.map_err(|error| SmtpSetupError::Url(error.into()))?;
        let pool = PoolConfig::new().max_size(IDLE).idle_timeout(IDLE_FOR);
        let mailer = Mailer::new(builder.timeout(Some(STEP)).pool_config(pool));
        let from = from.parse().map_err(|_| SmtpSetupError::From)?;
        Ok(Self { mailer, from, templates: Arc::new(BuiltIn::default()) })
    }

    /// Uses these texts instead of the built-in texts.
    #[must_use]
    pub fn with_templates(self, templates: impl Templates) -> Self {
        Self { templates: Arc::new(templates), ..self }
    }
}

/// Whether a connection to this URL cannot be read on the network. This is true if the connection uses TLS from the
/// first byte, requires STARTTLS, or is a loopback connection. Also true for a text without `://`, which is not a URL:
/// the parser of the mail client refuses it.
fn is_safe(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return true };
    let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
    // In a URL with one of these characters, the parser of the mail client could find another host or another query
    // than this function. So such a URL is refused.
    if url.contains(['#', '\\']) {
        return false;
    }
    if scheme.eq_ignore_ascii_case("smtps") || query == "tls=required" {
        return true;
    }
    let host = authority.split('/').next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|host| host.is_loopback())
}

#[async_trait]
impl Transport for Smtp {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        let rendered = self.templates.render(digest).map_err(|error| SendError::Refused(Some(error.into())))?;
        let mail = mail::compose(&self.from, digest, rendered)?;
        match self.mailer.send(mail).await {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(fault::of(error, digest.to().as_str())),
            None => Err(SendError::Down(None)),
        }
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_for_loopback_alone() {
        for good in [
            "smtp://localhost:2525",
            "smtp://127.0.0.1:2525",
            "smtp://[::1]:2525",
            "smtp://user:p%40ss@127.3.2.1",
            "smtps://mail.example.com",
            "smtp://mail.example.com?tls=required",
        ] {
            assert!(Smtp::new(good, "a@b.example").is_ok(), "{good}");
        }
        for bad in [
            "smtp://mail.example.com",
            "smtp://mail.example.com?tls=opportunistic",
            "smtp://localhost.example.com",
            "smtp://localhost@mail.example.com",
            "smtp://10.0.0.1:25",
            "smtp://mail.example.com/?x=tls=required",
            "smtp://mail.example.com#?tls=required",
            "smtp://mail.example.com#@localhost",
            "smtp://mail.example.com?tls=opportunistic&tls=required",
        ] {
            assert!(matches!(Smtp::new(bad, "a@b.example"), Err(SmtpSetupError::PlainText)), "{bad}");
        }
        assert!(matches!(Smtp::new("http://localhost", "a@b.example"), Err(SmtpSetupError::Url(_))));
        assert!(matches!(Smtp::new("nonsense", "a@b.example"), Err(SmtpSetupError::Url(_))));
        assert!(matches!(Smtp::new("smtp://localhost", "nobody"), Err(SmtpSetupError::From)));
    }

    #[test]
    fn a_password_in_the_url_is_in_no_debug_and_in_no_error() {
        let smtp = Smtp::new("smtps://user:canary-secret@mail.example.com", "a@b.example").expect("a transport");
        assert!(!format!("{smtp:?}").contains("canary"));
        let error = Smtp::new("smtp://user:canary-secret@mail.example.com", "a@b.example").expect_err("in plain text");
        assert!(!format!("{error} {error:?}").contains("canary"));
        let error = Smtp::new("smtps://user:canary-secret@[::", "a@b.example").expect_err("no host");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
