//! A period: hour after hour, then the lines that close it.

use super::SampleJob;
use super::chance;
use super::closing::{fee_lines, sum_lines};
use super::commitments::{Reservation, reservations};
use super::cover::{apply_plans, apply_reservations};
use super::dictionary::{Dictionary, Slot};
use super::estate::Estate;
use super::exact::Exact;
use super::frame::{Commitments, Frame, label};
use super::hour::{Hour, JobSpan};
use super::line::LineItem;
use super::plans::plans;
use super::tally::Tally;
use crate::common::error::Result;
use crate::common::period::Period;

/// The organisation at work.
#[derive(Debug)]
pub(super) struct World {
    /// All texts.
    pub(super) dictionary: Dictionary,
    estate: Estate,
    commitments: Commitments,
    first: Period,
    last: Period,
}

impl World {
    /// The organisation of a job.
    pub(super) fn build(job: &SampleJob) -> Self {
        let last = job.last_period;
        let first = (1..job.periods).fold(last, |period, _| period.previous());
        let mut dictionary = Dictionary::new(job.seed);
        let estate = Estate::build(&mut dictionary, job.accounts, job.rows);
        let commitments = Commitments {
            reservations: reservations(&mut dictionary, &estate, first, last),
            plans: plans(&mut dictionary, &estate, first, last),
        };
        Self { dictionary, estate, commitments, first, last }
    }

    /// The first period.
    pub(super) fn first(&self) -> Period {
        self.first
    }

    /// Bills a period; `write` gets the lines of every hour, then those that close the month.
    ///
    /// # Errors
    /// Those of `write`.
    pub(super) fn invoice(
        &mut self,
        period: Period,
        mut write: impl FnMut(&Dictionary, &[LineItem]) -> Result<()>,
    ) -> Result<()> {
        let frame = self.open(period);
        let span = JobSpan {
            first: seconds(self.first),
            last: seconds(self.last),
            hours: i128::from((frame.end - frame.start) / 3600),
        };
        let mut tally = Tally::new(self.dictionary.accounts.len());
        let mut hour = Hour::default();
        for slot in 0..frame.month_slot {
            hour.meter(&self.estate, span, (slot, frame.start + i64::from(slot) * 3600));
            self.bill_hour(&mut hour);
            tally.take(&self.dictionary, &mut hour.lines);
            write(&self.dictionary, &hour.lines)?;
        }
        let mut fees = fee_lines(&mut self.dictionary, &frame, &self.commitments);
        tally.take(&self.dictionary, &mut fees);
        write(&self.dictionary, &fees)?;
        let mut sums = sum_lines(&mut self.dictionary, &frame, &tally);
        tally.take(&self.dictionary, &mut sums);
        write(&self.dictionary, &sums)
    }

    /// Sets everything that counts by month back to its beginning.
    fn open(&mut self, period: Period) -> Frame {
        let (start, end) = (seconds(period), seconds(period.next()));
        self.dictionary.slots.clear();
        for hour in (start..end).step_by(3600) {
            let (end, label) = (hour + 3600, label(hour, hour + 3600));
            self.dictionary.slots.push(Slot { start: hour, end, label });
        }
        let month_slot = self.dictionary.slots.len() as u32;
        self.dictionary.slots.push(Slot { start, end, label: label(start, end) });
        self.dictionary.month_slot = month_slot;
        let seed = self.dictionary.seed;
        self.dictionary.invoices =
            [0, 1, 2, 3].map(|invoice| chance::digits(chance::mix(&[seed, 21, start as u64, invoice]), 10));
        self.estate.tiers.restart();
        self.commitments.reservations.iter_mut().for_each(Reservation::restart);
        self.commitments.plans.iter_mut().for_each(|plan| plan.used = Exact::ZERO);
        Frame { start, end, month_slot }
    }

    fn bill_hour(&mut self, hour: &mut Hour) {
        let Commitments { reservations, plans } = &mut self.commitments;
        apply_reservations(hour, &self.dictionary, &self.estate, reservations);
        apply_plans(hour, &self.dictionary, &self.estate, plans);
        hour.bill_plans(&mut self.dictionary, plans);
        hour.bill_rest(&self.dictionary, &mut self.estate);
    }
}

/// The first second of a period since 1970.
fn seconds(period: Period) -> i64 {
    period.start().and_utc().timestamp()
}
