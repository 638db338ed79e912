//! Floor 1: `apportion sample`, a payer's months as AWS would bill them, made up but plausible.
//!
//! An organisation of accounts, described in [`billed_tables`], runs machines and services hour by hour
//! ([`hour`]); Reserved Instances and Savings Plans are applied as AWS does it, owners first,
//! then other accounts ([`cover`]); tiers run over the organisation's sum ([`tiers`]); fees,
//! discounts, support and tax close the month ([`closing`]). Money is exact ([`exact`]); the lines
//! ([`line`]) refer to texts in a [`dictionary`]; [`columns`] turn them into either layout of the
//! Cost and Usage Report.
//! It streams: memory holds an hour and a row group, whatever the number of rows.
//!
//! The same job gives the same bytes.

mod attributes;
mod batch;
mod billed_tables;
mod bought;
mod catalog;
mod chance;
mod closing;
mod columns;
mod commitment_columns;
mod commitments;
mod cover;
mod cur2;
mod dictionary;
mod estate;
mod exact;
mod files;
mod frame;
mod hour;
mod job;
mod legacy;
mod line;
mod month;
mod plans;
mod roles;
mod scale;
mod services;
mod sold;
mod tables;
mod tally;
mod tiers;

pub use job::{Layout, SampleJob};

use std::path::PathBuf;

use crate::common::error::{Error, Result};

use files::CurWriter;
use month::World;

/// What was made.
#[derive(Debug, Clone, Default)]
pub struct SampleSummary {
    /// The files, oldest period first.
    pub files: Vec<PathBuf>,
    /// Rows in all of them.
    pub rows: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Writes the sample; `progress` hears the number of rows so far.
///
/// # Errors
/// When the job asks for no account, period or row, when a period's folder already holds files,
/// when a file cannot be written, or when a table of the sample is malformed.
pub fn write_sample(job: &SampleJob, progress: &mut dyn FnMut(u64)) -> Result<SampleSummary> {
    check(job)?;
    let mut world = World::build(job)?;
    let mut summary = SampleSummary::default();
    let mut period = world.first;
    for number in 0..job.periods {
        let mut writer = CurWriter::open(job, period, world.dictionary.attributes, number > 0)?;
        world.invoice(period, |dictionary, lines| {
            summary.rows += lines.len() as u64;
            writer.write(dictionary, lines)?;
            progress(summary.rows);
            Ok(())
        })?;
        let (files, bytes) = writer.close(&world.dictionary)?;
        summary.files.extend(files);
        summary.bytes += bytes;
        period = period.next();
    }
    Ok(summary)
}

fn check(job: &SampleJob) -> Result<()> {
    let (what, number) = if job.accounts == 0 {
        ("accounts", 0)
    } else if job.accounts > 100_000 {
        ("accounts", job.accounts)
    } else if job.periods == 0 || job.periods > 120 {
        ("periods", job.periods)
    } else if job.rows == 0 {
        ("rows", 0)
    } else {
        return Ok(());
    };
    Err(Error::user(format!("a sample cannot have {number} {what}"))
        .hint("ask for 1 to 100000 accounts, 1 to 120 periods and at least one row"))
}
