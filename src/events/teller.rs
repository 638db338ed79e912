//! Writes events down before what they tell of happens, and tells them when it has.

use chrono::Utc;
use serde_json::Value;

use super::bus::Bus;
use super::month::{Author, Event};
use crate::common::error::{Error, ErrorKind, Result};
use crate::common::events::EventsOptions;
use crate::common::period::Period;
use crate::common::s3::S3Options;
use crate::common::secrets::masked;
use crate::project::Target;
use crate::publish::{self, Lease, Note};
use crate::storage::Location;

/// A run that tells events; of a target without a bus it tells none.
pub struct Teller<'a> {
    bus: Option<&'a EventsOptions>,
    s3: &'a S3Options,
    output: &'a Location,
    author: Author,
}

impl<'a> Teller<'a> {
    /// The run `run_id` into the `output` of `target`; without a `correlation_id` it is its own cause.
    pub fn new(target: &'a Target, output: &'a Location, run_id: &str, correlation_id: Option<&str>) -> Self {
        let author = Author {
            run_id: run_id.to_owned(),
            correlation_id: correlation_id.unwrap_or(run_id).to_owned(),
            output: masked(output.url(&output.path("")).trim_end_matches('/')).into_owned(),
        };
        Self { bus: target.events.as_ref(), s3: &target.s3, output, author }
    }

    /// An `event` of this run for the outbox, if events are told.
    pub fn note(&self, event: impl Fn(&Author) -> Event) -> Option<Value> {
        self.bus.and_then(|_| serde_json::to_value(event(&self.author)).ok())
    }

    /// Writes down an event under a `name` of its own, to be told once the object at `path` is there; none if none is told.
    /// Whoever has written the object frees the note.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn promise(
        &self,
        period: Period,
        name: &str,
        path: &str,
        event: impl Fn(&Author) -> Option<Event>,
    ) -> Result<Option<Note>> {
        let Some(event) = self.bus.and_then(|_| event(&self.author)) else { return Ok(None) };
        let event = serde_json::to_value(event).map_err(|error| Error::bug("an event is no JSON").caused_by(&error))?;
        publish::promise(self.output, period, name, path, event).await.map(Some)
    }

    /// Has the event be told that the report of a locked month, published by `run_id`, has changed to `delivery`: once
    /// for each change.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn owe_locked_month_changed(&self, period: Period, run_id: &str, delivery: &str) -> Result<()> {
        let Some(event) = self.note(|author| author.locked_month_changed(period, run_id, delivery, Utc::now())) else {
            return Ok(());
        };
        publish::owe_once(self.output, period, &self.author.run_id, delivery, event).await
    }

    /// Tells that a run of `period` came to nothing, if that can be done at once.
    ///
    /// # Errors
    /// When the bus does not take it. Nobody tells it later.
    pub async fn tell_month_failed(&self, period: Period, reason: &str) -> Result<()> {
        let Some(options) = self.bus else { return Ok(()) };
        let event = self.author.month_failed(period, reason, Utc::now());
        let bus = Bus::open(options, self.s3).await?;
        bus.put(&[event]).await.into_iter().collect()
    }

    /// Tells all events that are owed: of what has happened, by whatever run.
    ///
    /// # Errors
    /// When some could not be told: the next run tells them.
    pub async fn tell(&self) -> Result<()> {
        let Some(options) = self.bus else { return Ok(()) };
        self.settle().await?;
        let notes = publish::owed(self.output).await?;
        if notes.is_empty() {
            return Ok(());
        }
        let bus = Bus::open(options, self.s3).await?;
        let events: Vec<Event> = notes.iter().map(event).collect::<Result<_>>()?;
        let (mut left, mut why) = (0, None);
        for (note, told) in notes.iter().zip(bus.put(&events).await) {
            match told {
                Ok(()) => note.remove(self.output).await?,
                Err(error) => {
                    left += 1;
                    why = why.or(Some(error));
                }
            }
        }
        why.map_or(Ok(()), |error| Err(owing(left, options, &error)))
    }

    /// Finds out whether what dead runs have written down has happened.
    async fn settle(&self) -> Result<()> {
        for period in publish::unsettled(self.output).await? {
            match Lease::take(self.output, period, &self.author.run_id).await {
                Ok(lease) => lease.release().await,
                // Whoever is at work on it settles it.
                Err(error) if error.kind() == ErrorKind::Later => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn event(note: &Note) -> Result<Event> {
    serde_json::from_value(note.event().clone())
        .map_err(|error| Error::data("an event of the outbox cannot be read").caused_by(&error))
}

fn owing(left: usize, options: &EventsOptions, why: &Error) -> Error {
    let events = if left == 1 { "1 event" } else { &format!("{left} events") };
    Error::later(format!("{events} could not be sent to the bus `{}`", options.eventbridge))
        .caused_by(&why.to_string().trim_start_matches("error: "))
        .hint("what is published stays so, and the next run sends what is left")
}
