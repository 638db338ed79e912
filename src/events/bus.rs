//! An event bus of Amazon EventBridge.

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::operation::put_events::PutEventsError;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::month::Event;
use crate::common::error::{Error, Result};
use crate::common::events::EventsOptions;
use crate::common::s3::S3Options;
use crate::storage::{aws_configuration, causes};

/// Who tells, on the bus.
const SOURCE: &str = "apportion";
/// Entries of one request (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).
const TOGETHER: usize = 10;
/// How often what the bus did not take is sent.
const ATTEMPTS: u32 = 3;
/// How much longer each time what the bus did not take is left alone.
const PAUSE: Duration = Duration::from_millis(200);
/// How long one request may take with its retries: a run does not end later for events.
const PATIENCE: Duration = Duration::from_secs(10);

/// A bus that events are put on.
pub(super) struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// The bus of `options`.
    ///
    /// # Errors
    /// When no region is known.
    pub(super) async fn open(options: &EventsOptions, s3: &S3Options) -> Result<Self> {
        let found = aws_configuration(s3).await;
        if found.region().is_none() {
            return Err(Error::user("no region of EventBridge is known")
                .hint("set `s3: { region: ... }` for the target, or AWS_REGION"));
        }
        Ok(Self { client: Client::new(&found), name: options.eventbridge.clone() })
    }

    /// Puts `events` on the bus; says of each in turn whether it is there. Those of a request may be taken in part.
    pub(super) async fn put(&self, events: &[Event]) -> Vec<Result<()>> {
        let mut results: Vec<Result<()>> = Vec::new();
        for together in events.chunks(TOGETHER) {
            let mut of_these: Vec<Result<()>> = together.iter().map(|_| Err(not_sent())).collect();
            for attempt in 0..ATTEMPTS {
                let left: Vec<usize> = (0..together.len()).filter(|index| of_these[*index].is_err()).collect();
                tokio::time::sleep(PAUSE * attempt).await;
                let sent: Vec<&Event> = left.iter().map(|index| &together[*index]).collect();
                let (is_answered, told) = match self.put_once(&sent).await {
                    Ok(told) => (true, told),
                    // The request itself has been sent again already.
                    Err(error) => (false, sent.iter().map(|_| Err(error.clone())).collect()),
                };
                left.into_iter().zip(told).for_each(|(index, result)| of_these[index] = result);
                if !is_answered || of_these.iter().all(Result::is_ok) {
                    break;
                }
            }
            results.extend(of_these);
        }
        results
    }

    /// Puts `events` on the bus by one request; says of each whether it is there.
    async fn put_once(&self, events: &[&Event]) -> Result<Vec<Result<()>>> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .source(SOURCE)
                .detail_type(&event.detail_type)
                .detail(event.detail.to_string())
                .time(DateTime::from_millis(event.time))
                .event_bus_name(&self.name)
                .build()
        });
        let request = self.client.put_events().set_entries(Some(entries.collect())).send();
        let answer = match tokio::time::timeout(PATIENCE, request).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(self.refused(&error)),
            Err(_) => return Err(not_sent().caused_by(&"no answer came in time")),
        };
        // That the request was heard says nothing of its entries.
        let mut told = answer.entries().iter();
        let of_entry = events.iter().map(|_| match told.next() {
            Some(entry) if entry.error_code().is_none() => Ok(()),
            Some(entry) => {
                Err(self.of_code(entry.error_code().unwrap_or_default(), entry.error_message().unwrap_or_default()))
            }
            None => Err(not_sent().caused_by(&"the answer says nothing of it")),
        });
        Ok(of_entry.collect())
    }

    fn refused(&self, error: &SdkError<PutEventsError>) -> Error {
        match error.code() {
            Some(code) => self.of_code(code, error.message().unwrap_or_default()),
            None => not_sent().caused_by(&causes(error)),
        }
    }

    fn of_code(&self, code: &str, message: &str) -> Error {
        let error = not_sent().caused_by(&format!("{code}: {message}"));
        match code {
            "AccessDeniedException" | "NotAuthorizedForSourceException" => {
                error.hint(format!("allow `events:PutEvents` on the bus `{}`", self.name))
            }
            "ResourceNotFoundException" | "ValidationException" => {
                error.hint(format!("check `events:` of the target in `config.yaml`: is there a bus `{}`?", self.name))
            }
            _ => error,
        }
    }
}

fn not_sent() -> Error {
    Error::later("an event could not be sent")
}
