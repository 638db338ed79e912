//! Puts finished tables where readers look for them.
//!
//! Every table of a period is one file, and a file replaces the old one whole; none is touched before all are written
//! and tested.

use super::outcome::{Kind, Outcome};
use crate::engine::Location;
use crate::pipeline::Pipeline;
use crate::words::error::Result;

/// Moves all written tables from the run's folder to their places; returns how many.
pub(super) async fn publish(pipeline: &Pipeline, output: &Location, outcomes: &[Outcome]) -> Result<usize> {
    let mut tables = 0;
    for outcome in outcomes.iter().filter(|outcome| outcome.kind == Kind::Table) {
        let model = pipeline.compiled.model(&outcome.name)?;
        output.copy(&pipeline.staged(model), &pipeline.published(model)).await?;
        tables += 1;
    }
    Ok(tables)
}
