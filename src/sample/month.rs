//! A period: hour after hour, then the lines that close it.

use super::billed_tables::Tables;
use super::bought::Commitments;
use super::chance;
use super::closing::{fee_lines, sum_lines};
use super::commitments::{Reservation, reservations};
use super::cover::{apply_plans, apply_reservations};
use super::dictionary::{Dictionary, Slot};
use super::estate::Estate;
use super::exact::Exact;
use super::frame::{Frame, JobSpan, first_second, label};
use super::hour::Hour;
use super::job::SampleJob;
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
    /// The first period.
    pub(super) first: Period,
    span: JobSpan,
    estate: Estate,
    commitments: Commitments,
}

impl World {
    /// The organisation of a job.
    ///
    /// # Errors
    /// When a table of the sample cannot be read.
    pub(super) fn build(job: &SampleJob) -> Result<Self> {
        let tables = Tables::read()?;
        let first = (1..job.periods).fold(job.last_period, |period, _| period.previous());
        let span = JobSpan { first: first_second(first), last: first_second(job.last_period) };
        let mut dictionary = Dictionary::new(job.seed, tables.attributes);
        let estate = Estate::build(&mut dictionary, tables, job.accounts, job.rows);
        let commitments = Commitments {
            reservations: reservations(&mut dictionary, &estate, span),
            plans: plans(&mut dictionary, &estate, span),
        };
        Ok(Self { dictionary, first, span, estate, commitments })
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
        let mut tally = Tally::new(self.dictionary.accounts.len());
        let mut hour = Hour::default();
        for slot in 0..frame.month_slot {
            hour.meter(&self.estate, self.span, &frame, slot);
            self.bill_hour(&mut hour);
            tally.take(&self.dictionary, &mut hour.lines);
            write(&self.dictionary, &hour.lines)?;
        }
        let mut fees = fee_lines(&mut self.dictionary, &frame, &self.commitments);
        tally.take(&self.dictionary, &mut fees);
        write(&self.dictionary, &fees)?;
        let mut sums = sum_lines(&mut self.dictionary, &self.estate.tables, &frame, &tally);
        tally.take(&self.dictionary, &mut sums);
        write(&self.dictionary, &sums)
    }

    /// Sets everything that counts by month back to its beginning.
    fn open(&mut self, period: Period) -> Frame {
        let (start, end) = (first_second(period), first_second(period.next()));
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
