//! Requests that Athena has no room for at the moment: they are sent again.

use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};

use crate::common::error::Result;
use crate::storage::chance;

/// How long requests are sent again that Athena has no room for.
const ROOM: Duration = Duration::from_secs(15 * 60);
/// The pause before such a request is sent again; each further one is twice as long, up to a limit.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// The errors by which Athena says that it has no room at the moment.
const NO_ROOM: [&str; 3] = ["TooManyRequestsException", "ThrottlingException", "Throttling"];

/// What `request` comes to; it is sent again while Athena has no room for it.
pub(super) async fn with_room<T, E, F>(request: impl Fn() -> F) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let (since, mut pause) = (Instant::now(), PAUSE);
    loop {
        match request().await {
            Err(error) if error.code().is_some_and(|code| NO_ROOM.contains(&code)) && since.elapsed() < ROOM => {
                tracing::debug!("Athena has no room; the request is sent again in {pause:?}");
            }
            ended => return ended,
        }
        tokio::time::sleep(pause.mul_f64(0.5 + chance())).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
