//! What the lines of a period share: its bounds, and what was bought.

use chrono::DateTime;

use super::commitments::Reservation;
use super::plans::Plan;

/// Everything that was bought.
#[derive(Debug)]
pub(super) struct Commitments {
    /// Reserved Instances.
    pub(super) reservations: Vec<Reservation>,
    /// Savings Plans.
    pub(super) plans: Vec<Plan>,
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

/// An interval as `identity_time_interval` spells it.
pub(super) fn label(from: i64, to: i64) -> String {
    let spell = |seconds| {
        let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    format!("{}/{}", spell(from), spell(to))
}
