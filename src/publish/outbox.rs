//! Events that are to be told of what is published: written down before it happens, told after it has, each at least
//! once.
//!
//! A note in the outbox is a promise that nobody may keep before the instant. Whoever claims the period next sees whether
//! it has happened: then the note is free for whoever tells events, else it goes.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PRIVATE, Publication};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::Location;

/// What has to have happened before a note may be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Once {
    /// Readers see the tables that they see since this instant, in milliseconds.
    SeenSince(i64),
    /// The period is locked.
    Locked,
    /// It is not locked.
    Unlocked,
    /// There is an object at this path, below the output.
    IsThere(String),
    /// Nothing: it is so already.
    So,
}

impl Once {
    pub(super) fn seen_since(at: DateTime<Utc>) -> Self {
        Self::SeenSince(at.timestamp_millis())
    }

    /// Whether it has happened.
    async fn has_happened(&self, output: &Location, publication: &Publication) -> Result<bool> {
        Ok(match self {
            Self::SeenSince(millis) => publication.seen_at().timestamp_millis() == *millis,
            Self::Locked => Publication::is_locked(output, publication.period).await?,
            Self::Unlocked => !Publication::is_locked(output, publication.period).await?,
            Self::IsThere(path) => output.get(path).await?.is_some(),
            Self::So => true,
        })
    }
}

/// What an object in the outbox says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Text {
    once: Once,
    has_happened: bool,
    event: Value,
}

/// An event in the outbox.
#[derive(Debug, Clone)]
pub struct Note {
    path: String,
    text: Text,
}

impl Note {
    /// The `event` of the run `run_id` on `period`, to be told `once` something has happened.
    pub(super) fn new(period: Period, run_id: &str, once: Once, event: Value) -> Self {
        let path = format!("{}/{run_id}.json", folder(period));
        let has_happened = once == Once::So;
        Self { path, text: Text { once, has_happened, event } }
    }

    /// The event.
    pub fn event(&self) -> &Value {
        &self.text.event
    }

    /// Writes it down, in the place of what it was.
    pub(super) async fn write(&self, output: &Location) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(&self.text)
            .map_err(|error| Error::bug("could not write an event as JSON").caused_by(&error))?;
        output.put(&self.path, bytes.into()).await
    }

    /// Has it be told by whoever tells events.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn free(mut self, output: &Location) -> Result<()> {
        self.text.has_happened = true;
        self.write(output).await
    }

    /// Removes it: it has been told, or there is nothing to tell.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove(&self, output: &Location) -> Result<()> {
        output.delete(&output.path(&self.path)).await
    }
}

/// All notes of `period`, or of all periods; the oldest run's first.
async fn notes(output: &Location, period: Option<Period>) -> Result<Vec<Note>> {
    let below = period.map_or_else(|| format!("{PRIVATE}/outbox"), folder);
    let mut notes = Vec::new();
    for object in output.list(&below).await? {
        let mut parts = object.location.as_ref().rsplit('/');
        let (Some(name), Some(period)) = (parts.next(), parts.next()) else { continue };
        let path = format!("{PRIVATE}/outbox/{period}/{name}");
        // Somebody else may have told it in the meantime.
        let Some((bytes, _)) = output.get(&path).await? else { continue };
        notes.push(read(path, &bytes, output)?);
    }
    Ok(notes)
}

fn read(path: String, bytes: &Bytes, output: &Location) -> Result<Note> {
    let text = serde_json::from_slice(bytes).map_err(|error| {
        Error::data(format!("`{}` is no event", output.at(&path)))
            .caused_by(&error)
            .hint("remove it, or bring back an earlier version of it: events that it kept are told no more")
    })?;
    Ok(Note { path, text })
}

/// Frees the notes of a claimed period of what has happened, and removes those of what never will.
pub(super) async fn settle(output: &Location, publication: &Publication) -> Result<()> {
    for note in notes(output, Some(publication.period)).await? {
        if note.text.has_happened {
            continue;
        }
        if note.text.once.has_happened(output, publication).await? {
            note.free(output).await?;
        } else {
            note.remove(output).await?;
        }
    }
    Ok(())
}

/// The events that are to be told, the oldest run's first.
///
/// # Errors
/// When the store does not answer, or a note is damaged.
pub async fn owed(output: &Location) -> Result<Vec<Note>> {
    let mut notes = notes(output, None).await?;
    notes.retain(|note| note.text.has_happened);
    Ok(notes)
}

/// The periods with events of which only a claim can tell whether they have happened.
///
/// # Errors
/// When the store does not answer, or a note is damaged.
pub async fn unsettled(output: &Location) -> Result<Vec<Period>> {
    let notes = notes(output, None).await?;
    let open = notes.iter().filter(|note| !note.text.has_happened);
    let mut periods: Vec<Period> = open.filter_map(|note| note.path.rsplit('/').nth(1)?.parse().ok()).collect();
    periods.dedup();
    Ok(periods)
}

/// Writes down an `event` of the run `run_id` on `period`, which is so already; once for each `key`.
///
/// # Errors
/// When the store does not answer.
pub async fn owe_once(output: &Location, period: Period, run_id: &str, key: &str, event: Value) -> Result<()> {
    let path = format!("{PRIVATE}/owed/{period}");
    if output.get(&path).await?.is_some_and(|(last, _)| last == key.as_bytes()) {
        return Ok(());
    }
    Note::new(period, run_id, Once::So, event).write(output).await?;
    output.put(&path, Bytes::copy_from_slice(key.as_bytes())).await
}

/// Writes down an `event` on `period` under a `name` that no other has, which is told once there is an object at `path`.
///
/// # Errors
/// When the store does not answer.
pub async fn promise(output: &Location, period: Period, name: &str, path: &str, event: Value) -> Result<Note> {
    let note = Note::new(period, name, Once::IsThere(path.to_owned()), event);
    note.write(output).await?;
    Ok(note)
}

fn folder(period: Period) -> String {
    format!("{PRIVATE}/outbox/{period}")
}

#[cfg(test)]
mod tests;
