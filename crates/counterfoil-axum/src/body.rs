//! Reads request bodies with a limit of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

/// The time limit for a whole body. Without it, a client could hold a request open by sending a byte now and then.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The body is longer than the limit.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// The connection ended before the body did.
    Broken,
}

/// Reads a body of at most `limit` bytes. A body whose announced length is greater is not read at all.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Unread> {
    if usize::try_from(http_body::Body::size_hint(&body).lower()).map_or(true, |announced| announced > limit) {
        return Err(Unread::TooLarge);
    }
    tokio::time::timeout(PATIENCE, gather(body, limit)).await.unwrap_or(Err(Unread::TooSlow))
}

async fn gather(mut body: Body, limit: usize) -> Result<Bytes, Unread> {
    let mut gathered = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if gathered.len().saturating_add(data.len()) > limit {
            return Err(Unread::TooLarge);
        }
        gathered.extend_from_slice(&data);
    }
    Ok(gathered.freeze())
}
