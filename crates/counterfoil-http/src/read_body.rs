//! Reads bodies, with limits of size and time.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http_body_util::BodyExt as _;

/// The maximum time to read a whole body, so that a client cannot keep a request open by sending bytes slowly.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unread {
    /// The body is longer than the limit.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// Reading failed before the end of the body.
    Broken,
}

/// Reads a body of at most `limit` bytes within ten seconds. If the body announces more bytes, nothing is read.
///
/// # Errors
///
/// [`Unread`] if the body was not read.
///
/// # Cancel safety
///
/// Dropping the future drops the body and the bytes that were read.
///
/// ```
/// use counterfoil_http::Body;
/// use counterfoil_http::request::{Unread, read_body};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let body = || Body::from("text".to_owned());
/// assert_eq!(read_body(body(), 4).await, Ok("text".into()));
/// assert_eq!(read_body(body(), 3).await, Err(Unread::TooLarge));
/// # }
/// ```
pub async fn read_body<B: http_body::Body>(body: B, limit: usize) -> Result<Bytes, Unread> {
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > limit) {
        return Err(Unread::TooLarge);
    }
    let body = pin!(body);
    tokio::time::timeout(PATIENCE, gather(body, limit)).await.unwrap_or(Err(Unread::TooSlow))
}

async fn gather<B: http_body::Body>(mut body: Pin<&mut B>, limit: usize) -> Result<Bytes, Unread> {
    let mut gathered = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if gathered.len().saturating_add(data.remaining()) > limit {
            return Err(Unread::TooLarge);
        }
        gathered.put(data);
    }
    Ok(gathered.freeze())
}
