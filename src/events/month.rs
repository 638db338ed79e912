//! The events, as they are told. They name what happened and where to look; they hold no amounts.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::period::Period;
use crate::common::secrets::masked;
use crate::publish::{Publication, PublishedTable, RunRecord, layout};

/// The version of all schemas, in `docs/events/`.
const SCHEMA: u32 = 1;
/// The most bytes that names of tables take: an event stays below 4 KB.
const NAMES: usize = 2_000;
/// The most characters of a reason.
const REASON: usize = 600;

/// What has happened to a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What has happened, in the past tense: `MonthPublished`.
    pub(super) detail_type: String,
    /// When, in milliseconds since 1970.
    pub(super) time: i64,
    /// The rest, as its schema says.
    pub(super) detail: Value,
}

/// What all events of a run say.
#[derive(Debug, Clone)]
pub struct Author {
    /// The run.
    pub(super) run_id: String,
    /// What several runs and events have in common that come of one cause.
    pub(super) correlation_id: String,
    /// Where results are.
    pub(super) output: String,
}

impl Author {
    /// What `run` publishes in the place of what was published `before`.
    pub fn month_published(
        &self,
        run: &RunRecord,
        before: &Publication,
        tables: &[PublishedTable],
        accounts_changed: Option<u64>,
        at: DateTime<Utc>,
    ) -> Event {
        let replaced = before.newest();
        let because = replaced.map(|replaced| replaced.differences(run)).unwrap_or_default();
        let more = json!({
            "run_id": run.run_id,
            "replaces": replaced.map(|replaced| &replaced.run_id),
            "because": because,
            "delivery": run.delivery,
            "models": run.models,
            "tables": names(tables.iter()),
            "accounts_changed": accounts_changed,
            "published_at": text(at),
        });
        self.event("MonthPublished", before.period, &self.run_id, more, at)
    }

    /// That readers see `brought_back` again, in the place of what was published `before`.
    pub fn month_rolled_back(&self, brought_back: &Publication, before: &Publication, at: DateTime<Utc>) -> Event {
        let more = json!({
            "run_id": brought_back.newest().map(|run| &run.run_id),
            "replaces": before.newest().map(|run| &run.run_id),
            "tables": names(brought_back.tables()),
            "rolled_back_at": text(at),
        });
        self.event("MonthRolledBack", before.period, &self.run_id, more, at)
    }

    /// That no run may replace what is `published`, or that one may again.
    pub fn lock_changed(&self, published: &Publication, is_locked: bool, at: DateTime<Utc>) -> Event {
        let (name, when) = if is_locked { ("MonthLocked", "locked_at") } else { ("MonthUnlocked", "unlocked_at") };
        let more = json!({ "run_id": published.newest().map(|run| &run.run_id), when: text(at) });
        self.event(name, published.period, &self.run_id, more, at)
    }

    /// That the report of a locked month, published by `run_id`, has changed to `delivery`.
    pub fn locked_month_changed(&self, period: Period, run_id: &str, delivery: &str, at: DateTime<Utc>) -> Event {
        let more = json!({ "run_id": run_id, "delivery": delivery, "noticed_at": text(at) });
        self.event("LockedMonthChanged", period, delivery, more, at)
    }

    /// That a run of `period` came to nothing.
    pub fn month_failed(&self, period: Period, reason: &str, at: DateTime<Utc>) -> Event {
        let more = json!({ "run_id": self.run_id, "reason": self::reason(reason), "failed_at": text(at) });
        self.event("MonthFailed", period, &self.run_id, more, at)
    }

    /// An event that no other has the `key` of, among those of its kind and period.
    pub(super) fn event(&self, name: &str, period: Period, key: &str, more: Value, at: DateTime<Utc>) -> Event {
        let mut detail = json!({
            "schema": SCHEMA,
            "id": format!("{name}/{period}/{key}"),
            "correlation_id": self.correlation_id,
            "billing_period": period.to_string(),
            "output": self.output,
        });
        if let (Some(detail), Value::Object(more)) = (detail.as_object_mut(), more) {
            detail.extend(more);
        }
        Event { detail_type: name.to_owned(), time: at.timestamp_millis(), detail }
    }
}

/// The results among `tables`, by name, as many as there is room for.
fn names<'a>(tables: impl Iterator<Item = &'a PublishedTable>) -> Vec<&'a str> {
    let mut results: Vec<&str> = tables.map(|table| table.table.as_str()).collect();
    results.retain(|name| !layout::is_step(name));
    results.sort_unstable();
    let mut room = NAMES;
    results
        .into_iter()
        .take_while(|name| {
            let left = room.checked_sub(name.len() + 3);
            room = left.unwrap_or_default();
            left.is_some()
        })
        .collect()
}

/// As much of a reason as an event says: no secrets, and not all of a long one.
pub(super) fn reason(why: &str) -> String {
    masked(why).chars().take(REASON).collect()
}

pub(super) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests;
