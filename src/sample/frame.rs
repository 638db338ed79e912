//! What the lines of a job and of a period share: their bounds, and how instants are spelled.

use chrono::DateTime;

use crate::common::period::Period;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Where the first and the last period of a job begin: between them things come and go.
#[derive(Debug, Clone, Copy)]
pub(super) struct JobSpan {
    /// First second of the first period.
    pub(super) first: i64,
    /// First second of the last period.
    pub(super) last: i64,
}

/// The bounds of a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// First second.
    pub(super) start: i64,
    /// First second of the next period.
    pub(super) end: i64,
    /// Slot of the whole month.
    pub(super) month_slot: u32,
}

impl Frame {
    /// Hours of the period.
    pub(super) fn hours(&self) -> i128 {
        i128::from((self.end - self.start) / 3600)
    }

    /// Whether a second belongs to the period.
    pub(super) fn holds(&self, second: i64) -> bool {
        (self.start..self.end).contains(&second)
    }

    /// The slot of the hour that holds a second of the month.
    pub(super) fn hour_of(&self, second: i64) -> u32 {
        ((second - self.start) / 3600) as u32
    }
}

/// The first second of a period since 1970.
pub(super) fn first_second(period: Period) -> i64 {
    period.start().and_utc().timestamp()
}

/// An instant as commitments spell it.
pub(super) fn instant(seconds: i64) -> String {
    spelled(seconds, "%Y-%m-%dT%H:%M:%S.000Z")
}

/// An interval as `identity_time_interval` spells it.
pub(super) fn label(from: i64, to: i64) -> String {
    let format = "%Y-%m-%dT%H:%M:%SZ";
    format!("{}/{}", spelled(from, format), spelled(to, format))
}

fn spelled(seconds: i64, format: &str) -> String {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().format(format).to_string()
}
